"""The course graded once from each platform's export, by the command, with the platform's own gradebook as its list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from tests.exchange import course

RUBRIC = str(files("grader") / "starter" / "rubric.yaml")
EXPORTS = {
    "canvas": (course.canvas_files, course.canvas_gradebook),
    "moodle": (course.moodle_files, course.moodle_worksheet),
    "gradescope": (course.gradescope_files, course.gradescope_grades),
}


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each export as a zip and unpacked, the gradebook beside it, and results in ``report_KIND``."""
    folder = tmp_path_factory.mktemp("course")
    for kind, (exported, gradebook) in EXPORTS.items():
        (folder / f"{kind}.zip").write_bytes(course.zipped(exported()))
        (folder / f"{kind}.csv").write_bytes(gradebook())
        out = folder / f"report_{kind}"
        call = ["grade", RUBRIC, str(folder / f"{kind}.zip"), "--roster", str(folder / f"{kind}.csv"), "--jobs", "1"]
        assert main([*call, "--quiet", "--out", str(out)]) == 0
    return folder


@pytest.fixture(scope="session")
def results(desk: Path) -> Mapping[str, Mapping[str, Any]]:
    """By platform and main id what results.json says of a student."""
    return {kind: students(desk / f"report_{kind}") for kind in EXPORTS}


def students(out: Path) -> dict[str, Any]:
    return {one["student"]: one for one in json.loads((out / "results.json").read_text("utf-8"))["students"]}
