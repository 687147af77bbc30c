"""Students of the course of 120 are forgotten: one in a group, one whose work is a picture, one among namesakes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from grader.cli import main
from tests.exchange import course
from tests.exchange.conftest import RUBRIC, students

WHO = [
    # number of the student, why
    (course.GROUP[1], "of a group: the others' pages named everybody"),
    (course.PICTURE, "a picture: a copy lies in handed_in"),
    (33, "handed in twice"),
]


def mentions(out: Path, one: course.Student) -> list[str]:
    """Files that hold an id or the name of a student, as words."""
    texts = (one.login, one.canvas, one.full, one.sid, one.email)
    pattern = re.compile("|".join(rf"(?<![\w.]){re.escape(text)}(?!\w)" for text in texts).encode())
    return [path.name for path in out.rglob("*") if path.is_file() and pattern.search(path.read_bytes())]


@pytest.mark.parametrize(("number", "why"), WHO, ids=[row[1] for row in WHO])
def test_nothing_of_the_student_is_left(desk: Path, number: int, why: str, tmp_path: Path) -> None:
    one, out = course.Student(number), tmp_path / "out"
    shutil.copytree(desk / "report_canvas", out)
    before = students(out)
    assert mentions(out, one), why
    assert main(["forget", str(out), one.canvas]) == 0
    assert mentions(out, one) == []
    assert not (out / "handed_in" / one.login).exists()
    after = students(out)
    assert after.keys() == before.keys() - {one.login}
    assert {name: [part["score"] for part in found["parts"]] for name, found in after.items()} == {
        name: [part["score"] for part in found["parts"]] for name, found in before.items() if name != one.login
    }
    call = ["grade", RUBRIC, str(desk / "canvas.zip"), "--roster", str(desk / "canvas.csv"), "--quiet", "--jobs", "1"]
    assert main([*call, "--out", str(out)]) == 0
    assert mentions(out, one) == []
    assert students(out).keys() == after.keys()


def test_who_was_forgotten_is_given_no_nought(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, out = course.Student(33), tmp_path / "out"
    shutil.copytree(desk / "report_moodle", out)
    assert main(["forget", str(out), one.email]) == 0
    call = ["export", str(out), "--to", "moodle", "--from", str(desk / "moodle.csv"), "--out", str(tmp_path / "m.csv")]
    assert main([*call, "--missing", "0"]) == 0
    (row,) = [line for line in (tmp_path / "m.csv").read_text("utf-8").splitlines() if one.email in line]
    assert row.split(",")[5] == '""', "the cell stays as it was"
    assert "no noughts are written: a student was forgotten" in capsys.readouterr().err
