"""Answers to the example rubrics and what becomes of each, from a table; see ``answers.txt``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.grading.check import noted

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "rubrics" / "examples"


@lru_cache(maxsize=32)
def solved(rubric):
    return grader.solve(grader.load_rubric(EXAMPLES / f"{rubric}.yaml"))


def rows():
    lines = (HERE / "answers.txt").read_text("utf-8").splitlines()
    return [tuple(cell.strip() for cell in line.split(";;")) for line in lines if line and line[0] != "#"]


@pytest.mark.parametrize(("rubric", "part", "verdict", "note", "answer", "why"), rows())
def test_answer(rubric, part, verdict, note, answer, why):
    found = grader.grade_answer(solved(rubric), part, answer)
    assert found.verdict == verdict and noted(note, found.note), f"{why}: {found.note}, {found.message}"
    assert verdict != "correct" or "not equal" not in found.message
