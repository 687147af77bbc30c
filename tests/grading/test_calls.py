"""A quantity with what it depends on in brackets behind it."""

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
title: A small network
questions:
  - id: "1"
    model:
      given: {x: real, w_1: real, w_2: real, b: real, y: "(0, 1)"}
      define:
        z: w_1 x + b
        h: tanh(z)
        s: w_2 h
        yhat: sigma(s)
        L: -(y log(yhat) + (1 - y) log(1 - yhat))
        p: 1/2 s^2 x
    parts:
      - {id: w2, target: dL/dw_2}
      - {id: w1, target: dL/dw_1}
      - {id: h, target: dh/dz}
      - {id: y, target: dyhat/ds}
      - {id: x, target: dp/ds}
"""


@cache
def key() -> AnswerKey:
    rubric = parse_rubric(RUBRIC, "calls.yaml")
    assert isinstance(rubric, Rubric)
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey)
    return found


@each(HERE / "calls.txt")
def test_calls(part: str, verdict: str, note: str, answer: str, why: str) -> None:
    result = grader.grade_answer(key(), part, answer)
    assert result.verdict == verdict, f"{why}: {result.message}"
    assert note in ("-", result.note), why
    if note == "called":
        assert "brackets behind a quantity" in result.message
