"""A course of 120 with a `course.yaml`: what late work costs from every platform, and when grades go out."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.batch import judging, stages
from grader.cli import main
from tests.exchange import course
from tests.exchange.conftest import EXPORTS, RUBRIC, students
from tests.exchange.test_three_exports import called

LATE_RULE = "late: {percent_a_day: 10, at_most: 50}\n"
FIRST, EXTENDED = course.LATE[0], course.LATE[1]
Grade = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    return Path(shutil.copy(RUBRIC, tmp_path / "rubric.yaml"))


def call(desk: Path, rubric: Path, kind: str, out: Path) -> list[str]:
    roster = ["--roster", str(desk / f"{kind}.csv")]
    return ["grade", str(rubric), str(desk / f"{kind}.zip"), *roster, "--jobs", "1", "--out", str(out)]


def graded(desk: Path, rubric: Path, kind: str, settings: str) -> dict[str, Any]:
    (rubric.parent / "course.yaml").write_text(settings, "utf-8")
    out = rubric.parent / kind
    assert main([*call(desk, rubric, kind, out), "--quiet"]) == 0
    return students(out)


def test_late_work_costs_the_same_from_every_platform(desk: Path, rubric: Path) -> None:
    """Moodle and Gradescope say 26 hours; of Canvas a person says when the work came."""
    due = "due: 2026-03-01T12:00Z\n"
    came = "".join(f"  {course.Student(one).login}: 2026-03-02T14:00Z\n" for one in course.LATE)
    told = {
        "moodle": graded(desk, rubric, "moodle", LATE_RULE),
        "gradescope": graded(desk, rubric, "gradescope", LATE_RULE),
        "canvas": graded(desk, rubric, "canvas", f"{due}{LATE_RULE}handed_in:\n{came}"),
    }
    for number in range(course.SIZE):
        found = [told[kind][called(kind, course.Student(number))] for kind in EXPORTS]
        assert len({(one["score"], one["score_before_late"]) for one in found}) == 1, number
        assert {one["late"] and one["late"]["seconds"] for one in found} == {93_600 if number in course.LATE else None}
        rest = 0.8 if number in course.LATE else 1
        assert found[0]["score"] == pytest.approx(found[0]["score_before_late"] * rest)
    sources = {kind: told[kind][called(kind, course.Student(FIRST))]["late"]["source"] for kind in EXPORTS}
    assert sources == {"canvas": "due", "moodle": "export", "gradescope": "export"}


def test_what_counts_is_what_goes_out(desk: Path, rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rubric.parent / "course.yaml").write_text(LATE_RULE)
    out = rubric.parent / "moodle"
    assert main(call(desk, rubric, "moodle", out)) == 0
    assert "\n  10 students late, which costs points by course.yaml\n" in capsys.readouterr().out
    filled = rubric.parent / "filled.csv"
    assert main(["export", str(out), "--to", "moodle", "--from", str(desk / "moodle.csv"), "--out", str(filled)]) == 0
    there = students(out)
    with filled.open(encoding="utf-8-sig", newline="") as file:
        grades = {row["Identifier"].split()[1]: row["Grade"] for row in csv.DictReader(file)}
    for number in course.LATE:
        one = course.Student(number).moodle
        assert float(grades[one]) == pytest.approx(there[one]["score"])
        assert there[one]["score"] == pytest.approx(0.8 * there[one]["score_before_late"])


def test_late_by_nobody_knows_how_much_is_a_persons(desk: Path, rubric: Path) -> None:
    there = graded(desk, rubric, "canvas", LATE_RULE)
    for number in course.LATE:
        one = there[course.Student(number).login]
        assert one["review"]
        assert one["late"] == {"seconds": None, "source": "export"}
        assert one["score"] == one["score_before_late"]
    page = (rubric.parent / "canvas/feedback" / f"{course.Student(FIRST).login}.html").read_text("utf-8")
    assert "A person will look at how late it was; nothing comes off before." in page
    assert "course.yaml" not in page, "which is the teachers'"
    problem = next(
        one
        for one in json.loads((rubric.parent / "canvas/results.json").read_text("utf-8"))["problems"]
        if one["file"].startswith(course.Student(FIRST).login)
    )
    assert problem["message"] == "late, and the export does not say by how much: nothing comes off"
    assert (
        problem["hint"]
        == f"a person decides: due: TIME and handed_in: {{{course.Student(FIRST).login}: TIME}} in course.yaml"
    )


def test_each_is_a_line_of_the_sum_on_the_page(desk: Path, rubric: Path) -> None:
    settings = f"{LATE_RULE}grace: 15 min\ndrop: [2b]\ncurve: {{points: 0.5}}\n"
    there = graded(desk, rubric, "moodle", settings)
    one = there[called("moodle", course.Student(FIRST))]  # 1b is right, 3 points
    assert [part["score"] for part in one["parts"]] == [0, 3, 0, 2]
    assert [part.get("counted", True) for part in one["parts"]] == [True, True, True, False]
    assert (one["max_score"], one["score_before_late"], one["score"]) == (5, 3.5, 2.8)
    page = (rubric.parent / "moodle/feedback" / f"{one['student']}.html").read_text("utf-8")
    lines = [
        ("All parts that count", "3"),
        ("Added for everybody", "+0.5"),
        ("Late by 2 days, each that has begun counted: 20 % of 3.5 points", "−0.7"),
    ]
    for reason, points in lines:
        assert f'<tr><th scope="row">{reason}</th><td>{points}</td></tr>' in page
    assert '2b</a> <span class="muted">dropped, does not count</span></th><td>(2)</td>' in page
    assert "Handed in late, by 1 day 2 hours." in page
    row = next(
        line for line in (rubric.parent / "moodle/grades.csv").read_text("utf-8").splitlines() if one["student"] in line
    )
    assert row.endswith(",0,3,0,2,2.8,5,56,false")


def test_settings_that_change_judge_nothing_again_and_are_the_reason(
    desk: Path, rubric: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    graded(desk, rubric, "moodle", LATE_RULE)
    judged: list[object] = []
    judge_all = judging.judge_all

    def counted(given: Any, pairs: Any, jobs: int) -> Any:
        judged.extend(pairs)
        return judge_all(given, pairs, jobs)

    monkeypatch.setattr(stages, "judge_all", counted)
    student = course.Student(EXTENDED)
    settings = f"due: 2026-03-01T12:00Z\n{LATE_RULE}extensions: {{{student.email}: 2026-03-03T12:00Z}}\n"
    (rubric.parent / "course.yaml").write_text(settings)
    capsys.readouterr()
    assert main([*call(desk, rubric, "moodle", rubric.parent / "moodle"), "--dry-run"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        f"{student.moodle}: 4.8 -> 6 (late -1.2 -> 0), course.yaml changed",
        "1 student of 120 would change; nothing was written.",
    ]
    there = graded(desk, rubric, "moodle", settings)
    assert there[student.moodle]["late"] is None
    assert judged == []
    assert main(["log", str(rubric.parent / "moodle"), "--run", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"  {told[0]}"]


def test_of_more_attempts_than_allowed_the_newest_allowed_counts(desk: Path, rubric: Path) -> None:
    """Canvas has both attempts of five students; Gradescope counts two and hands over the newest alone."""
    there = graded(desk, rubric, "canvas", "attempts: 1\n")
    for number in course.AGAIN:
        one = there[course.Student(number).login]
        assert (one["handed_in"]["attempt"], one["review"], one["score"]) == (1, False, 0)
    page = (rubric.parent / "canvas/feedback" / f"{course.Student(course.AGAIN[0]).login}.html").read_text("utf-8")
    assert "hw1.md counts, hw1-1.md was not read; attempts up to 1 are allowed." in page
    there = graded(desk, rubric, "gradescope", "attempts: 1\n")
    for number in course.AGAIN:
        one = there[course.Student(number).sid]
        assert (one["handed_in"]["attempt"], one["review"]) == (2, True)
    there = graded(desk, rubric, "canvas", "attempts: 2\n")
    assert there[course.Student(course.AGAIN[0]).login]["handed_in"]["attempt"] == 2


def test_nothing_goes_out_before_the_release(desk: Path, rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graded(desk, rubric, "moodle", "release: 2999-01-01T12:00Z\n")
    folder = str(rubric.parent / "moodle")
    out = rubric.parent / "filled.csv"
    export = ["export", folder, "--to", "moodle", "--from", str(desk / "moodle.csv"), "--out", str(out)]
    assert main([*export, "--feedback", str(rubric.parent / "pages.zip")]) == 2
    assert "no grades go out before 2999-01-01 12:00 UTC, the release that course.yaml names" in capsys.readouterr().err
    assert not out.exists()
    assert not (rubric.parent / "pages.zip").exists()
    assert main([*export, "--anyway"]) == 0
    assert out.exists()
    graded(desk, rubric, "moodle", "release: 2026-01-01T12:00Z\n")
    assert main(export) == 0


WRONG = [
    ("due: tomorrow\n", "course.yaml:1: key 'due': 'tomorrow' is no time"),
    ("drop: [2c]\n", "course.yaml:1: key 'drop': there is no part '2c' in the rubric"),
]


@pytest.mark.parametrize(("settings", "said"), WRONG)
def test_wrong_settings_stand_in_the_way(
    desk: Path, rubric: Path, settings: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (rubric.parent / "course.yaml").write_text(settings)
    assert main(call(desk, rubric, "moodle", rubric.parent / "out")) == 2
    assert said in capsys.readouterr().err
    assert not (rubric.parent / "out").exists()
    assert main(["check", str(rubric)]) == 2
    assert said in capsys.readouterr().err


def test_a_decision_is_on_whoever_an_id_means(desk: Path, rubric: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graded(desk, rubric, "moodle", "")
    folder, student, two = str(rubric.parent / "moodle"), course.Student(3), course.Student(course.NAMESAKES[0])
    capsys.readouterr()
    for name in (student.moodle, student.email.upper(), student.full):
        assert main(["override", folder, name, "1a", "1"]) == 0
        assert capsys.readouterr().out.startswith(f"{student.moodle}, part 1a: ")
    assert main(["override", folder, two.full, "1a", "1"]) == 2
    ids = ", ".join(course.Student(one).moodle for one in course.NAMESAKES)
    assert f"'{two.full}' may be any of {ids} (use an id that is one student's alone)" in capsys.readouterr().err


def test_who_is_taken_out_leaves_no_file_behind(desk: Path, rubric: Path) -> None:
    graded(desk, rubric, "canvas", "")
    kept = rubric.parent / "canvas/handed_in"
    gone, stays = (course.Student(one) for one in (course.BROKEN, course.PICTURE))
    assert {path.name for path in kept.iterdir()} == {gone.login, stays.login}
    files = [(name, data) for name, data in course.canvas_files() if f"_{gone.canvas}_" not in name]
    fewer = rubric.parent / "fewer"
    fewer.mkdir()
    (fewer / "canvas.zip").write_bytes(course.zipped(files))
    lines = (desk / "canvas.csv").read_bytes().splitlines(keepends=True)
    (fewer / "canvas.csv").write_bytes(b"".join(line for line in lines if gone.canvas.encode() not in line))
    again = [*call(fewer, rubric, "canvas", rubric.parent / "canvas"), "--quiet"]
    assert main(again) == 0
    assert {path.name for path in kept.iterdir()} == {gone.login, stays.login}, "kept as graded before"
    assert main([*again, "--prune"]) == 0
    assert {path.name for path in kept.iterdir()} == {stays.login}
