"""Transposes where T is a number of the model as well."""

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
title: A layer over time
questions:
  - id: "1"
    model:
      sizes: [T, d, k]
      given: {X: {shape: [T, d]}, W: {shape: [d, k]}, Y: {shape: [T, k]}}
      define: {Z: X @ W, H: tanh(Z), L: 1/2 sum((H - Y)^2)/T}
    parts:
      - {id: W, target: dL/dW}
      - {id: X, target: dL/dX}
      - {id: Z, target: dL/dZ}
"""


@cache
def key() -> AnswerKey:
    rubric = parse_rubric(RUBRIC, "transposes.yaml")
    assert isinstance(rubric, Rubric)
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey)
    return found


@each(HERE / "transposes.txt")
def test_transposes(part: str, verdict: str, note: str, answer: str, why: str) -> None:
    result = grader.grade_answer(key(), part, answer)
    assert result.verdict == verdict, f"{why}: {result.note} {result.message}"
    assert note in ("-", result.note), why
