"""Answers that are right near 0 and differ far from there, and right ones that overflow or level off there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import grader
from tests.cases import each

EXAMPLES = Path(__file__).parents[2] / "rubrics" / "examples"


@cache
def solved(rubric: str):
    return grader.solve(grader.load_rubric(EXAMPLES / f"{rubric}.yaml"))


@each(Path(__file__).parent / "far_out.txt")
def test_far_out(rubric: str, part: str, answer: str, verdict: str, note: str, why: str) -> None:
    found = grader.grade_answer(solved(rubric), part, answer)
    assert (found.verdict, found.note) == (verdict, note), f"{why}: {found.message}"
