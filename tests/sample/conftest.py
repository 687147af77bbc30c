"""The sample class, graded once a session: by the public API, and by the command as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.feedback.tables import results_json
from grader.grading import rubric_shown
from grader.grading.derivation.written import by_key
from grader.results import ClassReport, GradeReport
from grader.solver.key import AnswerKey
from grader.submission.class_folder import read_files
from grader.submission.submissions import ReadFolder

ROOT = Path(__file__).parents[2]
RUBRICS = {
    "losses_and_backprop": "rubrics/losses_and_backprop.yaml",
    "two_layer_network": "rubrics/two_layer_network.yaml",
    "one_hidden_layer": "rubrics/examples/one_hidden_layer.yaml",
}
HOMEWORKS = tuple(RUBRICS)


@dataclass(frozen=True, slots=True)
class Graded:
    """A homework's class: how it was read, the reports of the API, the folder that the command wrote."""

    key: AnswerKey
    read: ReadFolder
    reports: tuple[GradeReport, ...]
    api_json: str
    out: Path
    exit_code: int
    errors: str

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.out / "results.json").read_text("utf-8"))

    @property
    def outcomes(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(student, part) -> (verdict, note) as results.json has them."""
        return {
            (student["student"], part["part"]): (part["verdict"], part["note"])
            for student in self.results["students"]
            for part in student["parts"]
        }


def class_files(homework: str) -> list[tuple[str, bytes]]:
    """Every file of a class as `read_files` takes them."""
    folder = ROOT / "submissions" / homework
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]


def expected(homework: str) -> dict[str, dict[str, tuple[str, str]]]:
    """student -> part -> (verdict, note) of the table beside the classes; an empty note means any."""
    table: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    with (ROOT / "submissions" / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["homework"] == homework:
                assert row["part"] not in table[row["student"]], f"two rows: {row}"
                table[row["student"]][row["part"]] = (row["verdict"], row["note"])
    return dict(table)


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graded]:
    """Every homework, each graded twice; solved rubrics are kept in a cache of the tests' own."""
    home = tmp_path_factory.mktemp("sample")
    return {homework: _graded(homework, home) for homework in HOMEWORKS}


def _graded(homework: str, home: Path) -> Graded:
    rubric, submissions, out = RUBRICS[homework], f"submissions/{homework}", home / homework
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", rubric, submissions, "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(home / "cache"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    loaded = grader.load_rubric(ROOT / rubric)
    key = grader.solve(loaded)
    shown = rubric_shown(key)
    documents = partial(by_key, key)
    read = read_files(class_files(homework), tuple(asked.part for asked in shown.parts), documents=documents)
    reports = tuple(grader.grade(key, submission) for submission in read.submissions)
    api_json = results_json(ClassReport(shown, reports, read.problems))
    return Graded(key, read, reports, api_json, out, done.returncode, done.stderr)
