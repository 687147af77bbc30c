"""Slashes in one line, and letters that spell a word."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from tests.cases import each

HERE = Path(__file__).parent
RUBRIC = """\
title: Slashes
questions:
  - id: "1"
    model:
      given: {w: positive, x: positive, b: real, a: real, y: real}
      define: {z: log(w x) + b x, u: a x + b y, v: sin(b y)}
    parts:
      - {id: w, target: dz/dw}
      - {id: x, target: dz/dx}
      - {id: u, target: du/dx}
      - {id: v, target: dv/dy}
"""


@cache
def key() -> AnswerKey:
    rubric = parse_rubric(RUBRIC, "slashes.yaml")
    assert isinstance(rubric, Rubric)
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey)
    return found


@each(HERE / "slashes.txt")
def test_slashes(part: str, verdict: str, note: str, answer: str, why: str) -> None:
    result = grader.grade_answer(key(), part, answer)
    assert result.verdict == verdict, f"{why}: {result.message}"
    assert note in ("-", result.note), why
    if verdict == "undecided":
        assert "A slash takes one factor" in result.message
