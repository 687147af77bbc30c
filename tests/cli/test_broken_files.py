"""Files and class lists that can't be read: the class is graded, and their students stay in every table."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.cli import main
from grader.feedback.junit import OF_NOBODY

FILES = [
    # file, content, the student who stays ("": nobody), why
    ("ana.json", b'{"answers": {"1a": "yhat - y" "1b": "x"}}', "ana", "a broken object"),
    ("ana.ipynb", b'{"cells": [' + b"9" * 5000, "ana", "a broken notebook with a long number"),
    ("ana.md", b"\x00\x01" * 99, "ana", "no text"),
    ("ana/hw.csv", b"\x00\x01" * 99, "ana", "a table in a folder"),
    ("quiz.csv", b"x" * 200_000 + b"\n", "", "a table with a long header"),
    ("quiz.json", b'[{"answers": ', "", "a list that is cut off"),
]


def graded(rubric: str, klass: Path, out: Path, *more: str) -> dict[str, bool]:
    """Whether each student needs a person, as results.json, grades.csv and JUnit all have it."""
    junit = out / "junit.xml"
    assert main(["grade", rubric, str(klass), "--out", str(out), "--junit", str(junit), "--quiet", *more]) == 0
    students = json.loads((out / "results.json").read_text("utf-8"))["students"]
    rows = list(csv.DictReader((out / "grades.csv").read_text("utf-8").splitlines()))
    found = {one["student"]: one["review"] for one in students}
    assert found == {row["student"]: row["review"] == "true" for row in rows}
    suites = [suite.get("name") for suite in ElementTree.parse(junit).getroot().findall("testsuite")]
    assert list(found) == [name for name in suites if name != OF_NOBODY]
    assert all((out / "feedback" / f"{student}.html").is_file() for student in found)
    return found


def told(out: Path) -> list[str]:
    problems = json.loads((out / "results.json").read_text("utf-8"))["problems"]
    return [f"{one['file']}: {one['message']}" for one in problems]


@pytest.mark.parametrize(("file", "data", "student", "why"), FILES, ids=[row[-1] for row in FILES])
def test_a_broken_file_keeps_its_student(
    file: str, data: bytes, student: str, why: str, rubric: str, klass: Path, tmp_path: Path
) -> None:
    (klass / file).parent.mkdir(exist_ok=True)
    (klass / file).write_bytes(data)
    for jobs in ("1", "2"):
        found = graded(rubric, klass, tmp_path / jobs, "--jobs", jobs)
        kept = {student: True} if student else {}
        assert found == {"ada": False, **kept, "bob": False, "cyd": True}, why
        assert [line for line in told(tmp_path / jobs) if line.startswith(f"{file}: ")], why
    assert (tmp_path / "1" / "results.json").read_bytes() == (tmp_path / "2" / "results.json").read_bytes()


def test_what_the_system_will_not_give_keeps_its_student(
    rubric: str, klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ana.md", "eve/1.md"):
        (klass / name).parent.mkdir(exist_ok=True)
        (klass / name).write_text("1a: yhat - y")
    read_bytes, scandir = Path.read_bytes, os.scandir

    def refusing(path: Path) -> bytes:
        if path.name == "ana.md":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    def closed(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "eve":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    monkeypatch.setattr(os, "scandir", closed)
    found = graded(rubric, klass, tmp_path / "out", "--jobs", "1")
    assert found == {"ada": False, "ana": True, "bob": False, "cyd": True, "eve": True}
    assert told(tmp_path / "out") == ["ana.md: not read: Permission denied", "eve/: not read: Permission denied"]


ROSTERS = [
    (b"student," + b"x" * 200_000 + b"\nada,\neve,\n", ["ada", "bob", "cyd", "eve"], [], "a long header"),
    ("student\nada\neve\n".encode("utf-16"), ["ada", "bob", "cyd", "eve"], [], "UTF-16"),
    (
        b"PK\x03\x04" + b"\x00\x02" * 999,
        ["ada", "bob", "cyd"],
        [": the class list 'list.csv': not read: this file does not hold text"],
        "a spreadsheet",
    ),
]


@pytest.mark.parametrize(("data", "students", "problems", "why"), ROSTERS, ids=[row[-1] for row in ROSTERS])
def test_a_class_list_that_is_hard_to_read(
    data: bytes, students: list[str], problems: list[str], why: str, rubric: str, klass: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_bytes(data)
    found = graded(rubric, klass, tmp_path / "out", "--roster", str(tmp_path / "list.csv"), "--jobs", "1")
    assert list(found) == students, why
    assert [line for line in told(tmp_path / "out") if "not on the class list" not in line] == problems
