"""A blank sheet grades as it stands, in every format and of every rubric; an answer put in is read at its part."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from grader.batch.rubrics import read_key
from grader.cli import main
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.previews.blank_sheets import FORMATS, sheet_text
from grader.previews.public_form import public_form
from grader.solver.key import AnswerKey

ROOT = Path(__file__).parents[2]
RUBRICS = [
    *sorted(ROOT.glob("rubrics/*.yaml")),
    *sorted(ROOT.glob("rubrics/examples/*.yaml")),
    ROOT / "tests/grading/by_hand.yaml",
]
IDS = [path.stem for path in RUBRICS]


@lru_cache(maxsize=1)
def solved(path: Path) -> AnswerKey:
    key = read_key(str(path))
    assert not isinstance(key, tuple), key
    return key


def right_answers(key: AnswerKey, kind: str) -> dict[str, str]:
    """The key's own formula for each part, as the key prints it: as text in tables, between dollars in documents."""
    found = {}
    for question in key.questions:
        for part in question.parts:
            names = question.question.model.names
            in_table = kind in ("csv", "json")
            found[part.part.id] = to_text(part.closed, names) if in_table else f"${to_latex(part.closed, names)}$"
    return found


@pytest.mark.parametrize("path", RUBRICS, ids=IDS)
def test_every_sheet_of_every_rubric_grades_as_it_stands(path: Path, tmp_path: Path) -> None:
    key = solved(path)
    public, klass = public_form(key.rubric), tmp_path / "class"
    klass.mkdir()
    for kind in FORMATS:
        assert main(["sheet", str(path), "--format", kind, "--out", str(klass / f"blank-{kind}.{kind}")]) == 0
        assert (klass / f"blank-{kind}.{kind}").read_text("utf-8") == sheet_text(public, kind)
        (klass / f"full-{kind}.{kind}").write_text(sheet_text(public, kind, right_answers(key, kind)), "utf-8")
    results = graded(path, klass, tmp_path / "report")
    assert results["problems"] == []
    by_hand = {part.id for part in public.parts if part.target is None}
    students = {one["student"]: one for one in results["students"]}
    assert sorted(students) == sorted(f"{what}-{kind}" for what in ("blank", "full") for kind in FORMATS)
    for student, one in students.items():
        for part in one["parts"]:
            if student.startswith("blank") or part["part"] in by_hand:
                assert (part["verdict"], part["review"]) == ("missing", False), (student, part)
            else:
                assert part["answer"] is not None, (student, part)
                assert part["answer"]["read_as"], (student, part)
                # where numbers are asked for, the key's formula is right and not yet worked out
                assert part["verdict"] == "correct" or part["note"] == "not_evaluated", (student, part)
    pages = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert "not read" not in pages


def graded(rubric: Path, klass: Path, out: Path) -> dict[str, Any]:
    """What ``grader grade``, as a process of its own, makes of a class."""
    argv = [sys.executable, "-m", "grader", "grade", str(rubric), str(klass), "--out", str(out), "--jobs", "1"]
    done = subprocess.run(
        [*argv, "--quiet"], capture_output=True, text=True, timeout=300, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
    shutil.rmtree(out / "feedback")
    return found
