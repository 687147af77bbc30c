"""The action and the starter's workflow run as they stand: their own shell lines, in a course's repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.cli import main
from tests.console import surroundings

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STARTER = ROOT / "grader" / "starter" / ".github" / "workflows" / "grade.yml"
GIVEN = {"inputs.rubric": "rubric.yaml", "inputs.submissions": "submissions"}  # all that a course says
NEEDED = [
    # (what `GRADER` says, what pip is asked to install, why)
    ("wheels/*.whl", ["wheels/gradient_grader-1-py3-none-any.whl"], "a wheel in the repository"),
    ("git+https://example.org/them/grader@v1", ["git+https://example.org/them/grader@v1"], "an address"),
    ("--index-url https://example.org/simple gradient-grader", None, "an index of one's own, and the name there"),
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A repository with the starter's rubric and submissions, and a pip that only notes what it is asked for."""
    folder = tmp_path / "a course"
    assert main(["init", str(folder)]) == 0
    (folder / "wheels").mkdir()
    (folder / "wheels" / "gradient_grader-1-py3-none-any.whl").write_text("")
    return folder


def environment(folder: Path) -> dict[str, str]:
    here = surroundings(folder.parent)
    pip = folder.parent / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{folder.parent}/pip.txt"\n')
    pip.chmod(0o755)
    github = {"ACTIONS": "true", "WORKSPACE": folder, "STEP_SUMMARY": folder.parent / "summary.md", "ACTION_PATH": ROOT}
    return here | {f"GITHUB_{name}": str(value) for name, value in github.items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with the expressions of a workflow in it; KeyError for one that is not known here."""
    return re.sub(r"\$\{\{\s*([\w.]+)\s*\}\}", lambda found: values[found[1]], text)


def ran(step: Mapping[str, Any], folder: Path, env: Mapping[str, str], values: Mapping[str, str]) -> tuple[int, str]:
    """The exit code and the output of a step's shell lines, run as a runner does."""
    own = {name: filled(str(value), values) for name, value in step.get("env", {}).items()}
    assert "${{" not in step["run"], "what is put into a script could be a command"
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(shell, cwd=folder, env={**env, **own}, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def pip_was_asked(folder: Path) -> list[str]:
    return (folder.parent / "pip.txt").read_text("utf-8").splitlines()


def test_three_lines_in_a_courses_repository_grade_it(course: Path) -> None:
    env = environment(course)
    values = {f"inputs.{name}": str(one["default"]) for name, one in ACTION["inputs"].items()} | GIVEN
    for step in ACTION["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            code, told = ran(step, course, env, values)
            assert code == 0, told
    assert pip_was_asked(course) == ["install", str(ROOT)], "the action brings its own source"
    graded(course)
    assert "| s01 |" in (course.parent / "summary.md").read_text("utf-8")
    uploaded = [step["with"]["path"] for step in ACTION["runs"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert [filled(path, values) for path in uploaded] == ["report"]


def graded(course: Path) -> None:
    results = json.loads((course / "report" / "results.json").read_text("utf-8"))
    assert {one["student"]: one["score"] for one in results["students"]} == {"s01": 7, "s02": 2}
    assert results["problems"] == []
    assert (course / "report" / "junit.xml").is_file()


def test_the_action_fails_where_the_rubric_is_wrong_or_strictness_is_asked_for(course: Path) -> None:
    env = environment(course)
    steps = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
    values = {f"inputs.{name}": str(one["default"]) for name, one in ACTION["inputs"].items()} | GIVEN
    (course / "submissions" / "s03.md").write_text("## 1a\n\n(yhat - * x\n")
    assert ran(steps["Grade the submissions"], course, env, values)[0] == 0
    code, told = ran(steps["Grade the submissions"], course, env, values | {"inputs.strict": "true"})
    assert code == 1
    assert "::warning file=submissions/s03.md,line=3," in told
    (course / "rubric.yaml").write_text("title: [")
    assert ran(steps["Check the rubric"], course, env, values)[0] == 2


@pytest.mark.parametrize(("said", "asked", "why"), NEEDED, ids=[row[2] for row in NEEDED])
def test_the_starters_workflow_runs_as_it_stands_once_it_is_told_what_to_install(
    said: str, asked: list[str] | None, why: str, course: Path
) -> None:
    (job,) = yaml.safe_load(STARTER.read_text("utf-8"))["jobs"].values()
    env = environment(course) | {"GRADER": said}
    for step in job["steps"]:
        if "run" in step:
            code, told = ran(step, course, env, {})
            assert code == 0, (why, told)
    assert pip_was_asked(course) == ["install", *(asked or said.split())], why
    graded(course)


def test_the_starters_workflow_says_what_is_missing(course: Path) -> None:
    workflow = yaml.safe_load(STARTER.read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    assert workflow["env"] == {"GRADER": ""}
    first = next(step for step in job["steps"] if "run" in step)
    code, told = ran(first, course, environment(course) | workflow["env"], {})
    assert code == 1
    assert told == "::error file=.github/workflows/grade.yml::Say in this file, in the line GRADER, what to install.\n"
    assert (course / ".github" / "workflows" / "grade.yml").read_text("utf-8").count('GRADER: ""') == 1


def test_the_action_takes_no_more_than_it_says() -> None:
    used = set(re.findall(r"inputs\.(\w+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])
    assert os.access(ROOT / "action.yml", os.R_OK)
