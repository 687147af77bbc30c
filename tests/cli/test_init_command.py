"""The starter grades as it stands, and overwrites nothing."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.cli import main
from grader.cli.starter import example_names
from grader.rubric.schema import json_schema

Output = pytest.CaptureFixture[str]

STARTER = [
    ".github/workflows/grade.yml",
    "rubric.schema.json",
    "rubric.yaml",
    "submissions/class.csv",
    "submissions/s02.md",
]


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


def test_the_schema_is_where_the_rubric_says(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    first = (tmp_path / "rubric.yaml").read_text().split("\n", 1)[0]
    assert first == "# yaml-language-server: $schema=rubric.schema.json"
    schema = json.loads((tmp_path / "rubric.schema.json").read_text())
    assert schema == json_schema()
    jsonschema.validate(yaml.safe_load((tmp_path / "rubric.yaml").read_text()), schema)


@pytest.mark.parametrize("name", ["attention", "numeric_221", "class_labels"])
def test_an_example_grades_as_it_stands(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--example", name]) == 0
    assert Path("rubric.yaml").read_text().startswith("# yaml-language-server: $schema=rubric.schema.json\n# ")
    assert main(["check", "rubric.yaml", "--quiet"]) == 0
    assert main(["grade", "rubric.yaml", "submissions", "--quiet"]) == 0
    results = json.loads(Path("report/results.json").read_text())
    right, wrong = ([part["verdict"] for part in one["parts"]] for one in results["students"])
    assert set(right) <= {"correct", "missing"} and "correct" in right
    assert "incorrect" in wrong, "the next part may be right given a wrong one"
    assert results["problems"] == []


def test_the_examples_are_those_of_the_repository(tmp_path: Path, capsys: Output) -> None:
    there = sorted(path.stem for path in (Path(__file__).parents[2] / "rubrics" / "examples").glob("*.yaml"))
    assert list(example_names()) == there
    assert main(["init", str(tmp_path / "new"), "--example", "atention"]) == 2
    told = capsys.readouterr().err
    assert "there is no example 'atention' (did you mean 'attention'?): activations, attention, " in told
    assert not (tmp_path / "new").exists()
