"""Which files of a class folder are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.batch import folder
from grader.batch.folder import class_files
from grader.problems import Problem


def listed(source: Path, *leave_out: Path) -> tuple[list[str], list[str]]:
    """The paths that are read, and the Problems as text."""
    problems: list[Problem] = []
    names = [name for name, _ in class_files(source, leave_out, problems)]
    return names, [str(problem) for problem in problems]


def test_files_come_sorted_with_their_content_and_hidden_ones_do_not(tmp_path: Path) -> None:
    for name in ("b.md", "a/2.md", "a/1.md", ".DS_Store", ".git/config", "a/.x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert listed(tmp_path) == (["a/1.md", "a/2.md", "b.md"], [])
    assert dict(class_files(tmp_path, (), []))["a/1.md"] == b"a/1.md"


def test_one_file_is_a_class_too(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("student\n")
    (tmp_path / "other.csv").write_text("student\n")
    assert listed(tmp_path / "class.csv") == (["class.csv"], [])


def test_the_roster_and_earlier_results_are_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "roster.csv", "report/grades.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert listed(tmp_path, tmp_path / "roster.csv", tmp_path / "report") == (["a.md"], [])


OUTPUTS = [
    # file of a folder with results, its text, whether it tells that they are ours
    ("gradebook.sqlite", "SQLite format 3", True),
    ("results.json", '{"schema": 1,\n"rubric": {"title": "x"},\n"students": []}', True),
    ("results.json", '{"student": "ana", "answers": {"1a": "2*x"}}', False),
    ("grades.csv", "student,1a\nana,1\n", False),
]


@pytest.mark.parametrize(("name", "text", "ours"), OUTPUTS)
def test_results_of_any_earlier_run_are_never_read(tmp_path: Path, name: str, text: str, ours: bool) -> None:
    (tmp_path / "hw1" / "feedback").mkdir(parents=True)
    beside = ["decisions.csv", "grades.csv", "index.html", "feedback/ana.html", "gradebook.broken-1.sqlite"]
    for item in (*beside, "notes.md", "hw.csv"):
        (tmp_path / "hw1" / item).write_text("x")
    (tmp_path / "hw1" / name).write_text(text)
    (tmp_path / "ana.md").write_text("x")
    kept = ["hw1/hw.csv", "hw1/notes.md"]
    found = sorted({f"hw1/{item}" for item in (*beside, "notes.md", "hw.csv", name)})
    assert listed(tmp_path) == (["ana.md", *(kept if ours else found)], [])


def test_results_may_lie_above_the_class(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.md").write_text("x")
    assert listed(tmp_path / "class", tmp_path) == (["a.md"], [])


def test_a_link_may_not_lead_out(tmp_path: Path) -> None:
    inside = tmp_path / "class"
    inside.mkdir()
    (tmp_path / "secret").write_text("x")
    (inside / "a.md").write_text("x")
    (inside / "b.md").symlink_to(inside / "a.md")
    (inside / "c.md").symlink_to(tmp_path / "secret")
    (inside / "d").symlink_to(tmp_path)
    (inside / "e.md").symlink_to(inside / "e.md")
    names, problems = listed(inside)
    assert names == ["a.md", "b.md"]
    assert problems[:2] == [
        "c.md: not read: the link leads out of the folder",
        "d: not read: the link leads out of the folder",
    ]
    assert problems[2].startswith("e.md: not read: ")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert listed(tmp_path) == ([], ["a.csv: not read: not a regular file"])


def test_a_file_above_the_limit_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LARGEST_FILE", 10)
    (tmp_path / "a.csv").write_text("x" * 11)
    assert listed(tmp_path) == ([], ["a.csv: not read: the file is larger than 64 MB"])


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("x")
    except OSError:
        pytest.skip("this file system knows UTF-8 names only")
    assert listed(tmp_path) == (["caf?.md"], [])
