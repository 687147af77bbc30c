"""The starter grades as it stands, and overwrites nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

Output = pytest.CaptureFixture[str]

STARTER = [".github/workflows/grade.yml", "rubric.yaml", "submissions/class.csv", "submissions/s02.md"]


def test_what_is_written_and_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "my homework"]) == 0
    folder = tmp_path / "my homework"
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert written == STARTER
    said = capsys.readouterr().out
    assert "  my homework/rubric.yaml\n" in said
    assert "  cd 'my homework'\n  grader check rubric.yaml\n" in said


def test_the_starter_grades_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workflow's own lines are run in tests/project/test_action.py."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert main(["check", "rubric.yaml", "--quiet"]) == 0
    assert main(["grade", "rubric.yaml", "submissions", "--strict", "--quiet"]) == 0
    results = json.loads(Path("report/results.json").read_text())
    graded = {one["student"]: [part["verdict"] for part in one["parts"]] for one in results["students"]}
    assert graded == {
        "s01": ["correct", "correct", "correct", "correct"],
        "s02": ["correct", "incorrect", "correct", "incorrect"],
    }
    assert results["problems"] == []


def test_nothing_is_overwritten(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "rubric.yaml").write_text("mine")
    (tmp_path / "submissions" / "s02.md").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"grader: {tmp_path}/{name} exists; nothing was written" for name in ("rubric.yaml", "submissions/s02.md")
    ]
    assert not (tmp_path / ".github").exists()
    assert (tmp_path / "rubric.yaml").read_text() == "mine"


def test_a_file_in_the_way(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file")]) == 2
    assert "file" in capsys.readouterr().err
