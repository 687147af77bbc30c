"""The same 120 students from Canvas, Moodle and Gradescope: the same grades, nobody lost, nobody twice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from tests.exchange import course
from tests.exchange.conftest import EXPORTS, RUBRIC, students

Results = Mapping[str, Mapping[str, Any]]
MAIN = {"canvas": "login", "moodle": "moodle", "gradescope": "sid"}


def outcome(one: Mapping[str, Any]) -> list[tuple[object, ...]]:
    return [(part["part"], part["verdict"], part["score"], part["review"]) for part in one["parts"]]


def called(kind: str, student: course.Student) -> str:
    """The main id under which the work of a student stands."""
    if kind == "canvas" and student.number in course.ANONYMOUS:
        return f"anon_x{student.number}"
    return str(getattr(student, MAIN[kind]))


def test_the_same_work_gets_the_same_grades(results: Results) -> None:
    for student in course.STUDENTS:
        given = [outcome(results[kind][called(kind, student)]) for kind in EXPORTS]
        assert given[0] == given[1] == given[2], student.full
        digits = course.GROUP[0] if student.number in course.GROUP else student.number
        if student.number not in (course.BROKEN, course.PICTURE):
            assert [part[1] == "correct" for part in given[0]] == [bool(digits >> at & 1) for at in range(4)]


def test_nobody_is_lost_or_there_twice(results: Results) -> None:
    for kind in ("moodle", "gradescope"):
        assert results[kind].keys() == {called(kind, one) for one in course.STUDENTS}
    hidden = {course.STUDENTS[number].login for number in course.ANONYMOUS}
    assert results["canvas"].keys() == {called("canvas", one) for one in course.STUDENTS} | hidden
    for login in hidden:
        assert {part["verdict"] for part in results["canvas"][login]["parts"]} == {"missing"}


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_the_export_says_is_there(results: Results, kind: str) -> None:
    there = {one.number: results[kind][called(kind, one)] for one in course.STUDENTS}
    assert {number for number, one in there.items() if one["late"]} == set(course.LATE)
    by = None if kind == "canvas" else 26 * 3600
    assert {one["late"]["seconds"] for one in there.values() if one["late"]} == {by}
    if kind != "moodle":
        again = {number for number, one in there.items() if one["handed_in"].get("attempt", 0) > 1}
        assert again == set(course.AGAIN)
    if kind != "canvas":
        assert {number for number, one in there.items() if one["handed_in"].get("group")} == set(course.GROUP)
    assert {one["handed_in"]["export"] for one in there.values()} == {kind}
    told = course.STUDENTS[5]
    ids = {"canvas": {told.canvas, told.sid, told.login}, "moodle": {told.moodle, told.email}}
    assert set(there[5]["ids"].values()) >= ids.get(kind, {told.sid, told.email})


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_only_a_person_can_read_is_kept_for_one(desk: Path, results: Results, kind: str) -> None:
    for number, file in ((course.BROKEN, "hw1.md"), (course.PICTURE, "scan.jpg")):
        one = results[kind][called(kind, course.STUDENTS[number])]
        assert {(part["verdict"], part["note"], part["review"]) for part in one["parts"]} == {
            ("undecided", "by_eye", True)
        }
        kept = desk / f"report_{kind}" / "handed_in" / called(kind, course.STUDENTS[number]) / file
        assert kept.read_bytes() == course.work(course.STUDENTS[number])[1]
    assert len(list((desk / f"report_{kind}" / "handed_in").rglob("*.*"))) == 2


@pytest.mark.parametrize("kind", EXPORTS)
def test_unpacked_it_is_the_same(desk: Path, kind: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "unpacked", tmp_path / "report"
    zipfile.ZipFile(io.BytesIO((desk / f"{kind}.zip").read_bytes())).extractall(folder)
    call = ["grade", RUBRIC, str(folder), "--roster", str(desk / f"{kind}.csv"), "--jobs", "1", "--quiet"]
    assert main([*call, "--out", str(out)]) == 0
    assert (out / "results.json").read_bytes() == (desk / f"report_{kind}" / "results.json").read_bytes()


def test_without_a_list_students_go_by_the_export_own_ids(desk: Path, results: Results, tmp_path: Path) -> None:
    for kind, ids in (("canvas", "canvas"), ("moodle", "moodle"), ("gradescope", "sid")):
        out = tmp_path / kind
        assert main(["grade", RUBRIC, str(desk / f"{kind}.zip"), "--jobs", "1", "--quiet", "--out", str(out)]) == 0
        there = students(out)
        for one in course.STUDENTS:
            if one.number not in (*course.GROUP, *course.ANONYMOUS):
                assert there[str(getattr(one, ids))]["score"] == results[kind][called(kind, one)]["score"]


def test_it_says_which_export_it_is(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["grade", RUBRIC, str(desk / "canvas.zip"), "--roster", str(desk / "canvas.csv"), "--dry-run"]
    assert main([*call, "--out", str(tmp_path / "report")]) == 0
    assert "an export of Canvas: work of 120 students, 10 late, 5 handed in again" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_the_page_says_how_it_was_handed_in(desk: Path) -> None:
    def page(kind: str, number: int) -> str:
        return (desk / f"report_{kind}" / "feedback" / f"{called(kind, course.STUDENTS[number])}.html").read_text(
            "utf-8"
        )

    assert "You handed in again: hw1-1.md counts, hw1.md was not read." in page("canvas", course.AGAIN[0])
    assert "Handed in late, by 1 day 2 hours." in page("moodle", course.LATE[0])
    assert "Handed in by a group: Ana Smith, José Smith, Zoë Smith." in page("gradescope", course.GROUP[1])
    assert "About what you handed in" not in page("canvas", 0)
