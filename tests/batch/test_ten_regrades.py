"""Ten runs on one folder, decisions, requests and settings in between: nothing is lost, each change is explained."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.cli import main
from grader.gradebook.decisions import all_decisions
from grader.gradebook.opening import held
from tests.one_unit import RUBRIC
from tests.outputs import written

ROWS = {
    "ann": ("yhat - y", "(yhat - y) yhat (1 - yhat)", "(yhat - y) yhat (1 - yhat) x"),
    "bob": ("y - yhat", "(yhat - y) yhat (1 - yhat)", "(yhat - y) yhat (1 - yhat) x"),
    "cyd": ("yhat - y", "((", ""),
}
DUE = "due: 2026-03-02T12:00Z\nlate: {percent_a_day: 10, at_most: 50}\n"
BOB_CAME = "handed_in: {bob: 2026-03-03T12:00Z}\n"


@dataclass(frozen=True)
class Desk:
    """The files of a course below `folder`."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "report"

    def give(self, rows: dict[str, tuple[str, ...]]) -> None:
        with (self.folder / "class.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("student", "a", "b", "c"), *((who, *row) for who, row in rows.items())])

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def grade(self, out: Path | None = None, *more: str) -> None:
        call = ["grade", str(self.folder / "rubric.yaml"), str(self.folder / "class.csv"), "--jobs", "1", "--quiet"]
        assert main([*call, "--out", str(out or self.out), *more]) == 0

    def override(self, *what: str) -> None:
        assert main(["override", str(self.out), *what]) == 0


def late(desk: Desk) -> None:
    desk.put("course.yaml", DUE + BOB_CAME)
    desk.grade()


def worth_more(desk: Desk) -> None:
    desk.put("rubric.yaml", RUBRIC.replace("dL/dz, points: 2", "dL/dz, points: 4"))
    desk.grade()


def another_answer(desk: Desk) -> None:
    desk.give(ROWS | {"cyd": ("yhat - y", "(yhat - y) yhat (1 - yhat)", "")})
    made = "student,part,points,comment,by,when\ncyd,c,1,orally,Lee,2026-03-05T10:00:00Z\n"
    desk.put("report/decisions.csv", made)
    desk.grade()


def extended(desk: Desk) -> None:
    desk.put("course.yaml", f"{DUE}{BOB_CAME}extensions: {{bob: 2026-03-03T12:00Z}}\n")
    desk.grade()


def asked(desk: Desk) -> None:
    desk.put("report/requests.csv", "student,part,text,when\nann,a,too few,2026-03-06T10:00Z\n")
    desk.grade()
    desk.override("ann", "a", "0", "--by", "Kim", "--comment", "copied")


def dropped(desk: Desk) -> None:
    desk.put("course.yaml", f"{DUE}{BOB_CAME}drop: [b]\ncurve: {{points: 0.5}}\n")
    desk.grade()


def without_settings(desk: Desk) -> None:
    (desk.folder / "course.yaml").unlink()
    desk.grade()


STEPS: list[tuple[str, Callable[[Desk], None], list[str]]] = [
    # why, what is done, what `grader log --run` tells of its last run
    ("all are new", Desk.grade, ["ann: new, 6", "bob: new, 5", "cyd: new, 1"]),
    (
        "a decision",
        lambda desk: desk.override("bob", "a", "0.5", "--by", "Kim"),
        ["bob: 5 -> 5.5 (a 0 -> 0.5), decided by Kim"],
    ),
    ("a day late", late, ["bob: 5.5 -> 4.95 (late 0 -> -0.55), course.yaml changed"]),
    (
        "a part worth more; what comes off follows",
        worth_more,
        [
            "ann: 6 -> 8 (b 2 -> 4), the rubric changed",
            "bob: 4.95 -> 6.75 (late -0.55 -> -0.75, b 2 -> 4); late: follows the points; b: the rubric changed",
        ],
    ),
    (
        "another answer, and a decision from a file",
        another_answer,
        ["cyd: 1 -> 6 (b 0 -> 4, c 0 -> 1); b: handed in another answer; c: decided by Lee"],
    ),
    ("an extension", extended, ["bob: 6.75 -> 7.5 (late -0.75 -> 0), course.yaml changed"]),
    ("a request, answered by points", asked, ["ann: 8 -> 7 (a 1 -> 0), decided by Kim"]),
    (
        "a part dropped, and a curve",
        dropped,
        [
            "ann: 7 -> 3.5 (curve 0 -> 0.5, b 4 -> –); curve: course.yaml changed; b: dropped in course.yaml",
            "bob: 7.5 -> 3.6 (curve 0 -> 0.5, late 0 -> -0.4, b 4 -> –);"
            " curve, late: course.yaml changed; b: dropped in course.yaml",
            "cyd: 6 -> 2.5 (curve 0 -> 0.5, b 4 -> –); curve: course.yaml changed; b: dropped in course.yaml",
        ],
    ),
    (
        "of two decisions the newest holds",
        lambda desk: desk.override("bob", "a", "1", "--by", "Lee"),
        ["bob: curve 0.5 -> 0, a 0.5 -> 1; the total stays; curve: follows the points; a: decided by Lee"],
    ),
    (
        "no settings any more",
        without_settings,
        [
            "ann: 3.5 -> 7 (curve 0.5 -> 0, b – -> 4); curve: course.yaml changed; b: no longer dropped in course.yaml",
            "bob: 3.6 -> 8 (late -0.4 -> 0, b – -> 4); late: course.yaml changed; b: no longer dropped in course.yaml",
            "cyd: 2.5 -> 6 (curve 0.5 -> 0, b – -> 4); curve: course.yaml changed; b: no longer dropped in course.yaml",
        ],
    ),
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = Desk(tmp_path)
    found.put("rubric.yaml", RUBRIC)
    found.give(ROWS)
    return found


def test_each_change_is_explained_and_no_decision_is_lost(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    decided: list[tuple[str, str, float]] = []
    for why, done, expected in STEPS:
        done(desk)
        capsys.readouterr()
        assert main(["log", str(desk.out)]) == 0
        runs = capsys.readouterr().out.splitlines()
        assert main(["log", str(desk.out), "--run", str(len(runs))]) == 0
        told = capsys.readouterr().out.splitlines()
        assert told == [runs[-1], *(f"  {line}" for line in expected)], why
        with held(desk.out) as book:
            there = [(one.student, one.part, one.points) for one in all_decisions(book.connection)]
        assert set(decided) <= set(there), why
        decided = there
        fresh(desk)
    assert sorted(decided) == [("ann", "a", 0.0), ("bob", "a", 0.5), ("bob", "a", 1.0), ("cyd", "c", 1.0)]


def fresh(desk: Desk) -> None:
    """Hold the results against those of one run with the same decisions and requests from files."""
    out = desk.folder / "fresh"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    with held(desk.out) as book, (out / "decisions.csv").open("w") as file:
        rows = [
            (one.student, one.part, one.points, one.comment, one.by, one.at) for one in all_decisions(book.connection)
        ]
        csv.writer(file).writerows([("student", "part", "points", "comment", "by", "when"), *rows])
    if (desk.out / "requests.csv").exists():
        shutil.copy(desk.out / "requests.csv", out / "requests.csv")
    desk.grade(out)
    assert apart(written(desk.out)) == apart(written(out))


def apart(files: dict[str, bytes]) -> dict[str, bytes]:
    """All but the file of decisions, and what is said of two on one part, which a file alone brings up."""
    kept = {name: data for name, data in files.items() if name != "decisions.csv"}
    return {name: data for name, data in kept.items() if name not in ("results.json", "index.html")} | {
        "students": kept["results.json"].partition(b'"problems"')[0]
    }


@pytest.mark.parametrize("settings", [DUE + BOB_CAME, "drop: [b]\n", "curve: {points: 1}\n"])
def test_a_run_with_other_settings_is_undone(desk: Desk, settings: str) -> None:
    desk.grade()
    before = written(desk.out)
    desk.put("course.yaml", settings)
    desk.grade()
    changed = written(desk.out)
    assert changed != before
    assert main(["log", str(desk.out), "--undo"]) == 0
    assert written(desk.out) == before
    desk.grade()
    assert written(desk.out) == changed


def test_a_dropped_part_counts_for_nobody(desk: Desk) -> None:
    """Whether it was right, wrong, not to be read, not answered, or is a person's to read."""
    desk.put("rubric.yaml", RUBRIC + "      - {id: p, prompt: Why., by: hand, points: 2}\n")
    rows = {"ann": ("yhat - y", "", "", "so"), "bob": ("yhat - y", "((", "2", ""), "cyd": ("", "1", "", "")}
    with (desk.folder / "class.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("student", "a", "b", "c", "p"), *((who, *row) for who, row in rows.items())])
    (desk.folder / "dan").mkdir()
    (desk.folder / "dan/scan.jpg").write_bytes(b"\xff\xd8\xff")
    desk.put("course.yaml", "drop: [b, p]\n")
    call = ["grade", str(desk.folder / "rubric.yaml"), str(desk.folder), "--jobs", "1", "--quiet"]
    assert main([*call, "--out", str(desk.out)]) == 0
    there = json.loads((desk.out / "results.json").read_text())
    assert there["rubric"]["max_score"] == 4
    found = {one["student"]: one for one in there["students"]}
    assert {one["max_score"] for one in found.values()} == {4}
    for one in found.values():
        dropped = [part for part in one["parts"] if part["part"] in "bp"]
        assert [(part["counted"], part["review"]) for part in dropped] == [(False, False)] * 2, one["student"]
        assert one["score"] == sum(part["score"] for part in one["parts"] if part["part"] in "ac")
    assert [found[one]["review"] for one in ("ann", "bob", "cyd", "dan")] == [False, False, False, True]
