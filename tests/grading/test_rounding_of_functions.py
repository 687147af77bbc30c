"""Rounding on every line of a model with a function that has no interval: a number far away is no right one."""

from __future__ import annotations

import pytest

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

RUBRIC = """\
title: Rounded
questions:
  - id: q
    model:
      given: {x: {value: 0.7}, w: {value: 0.3}}
      define: {z: FORMULA, L: z*x}
    parts:
      - {id: L, target: L, rounding: 4 decimals}
"""
OPEN = ("sin(w*x)", "cosh(w*x)", "log2(w*x)", "expm1(w*x)", "arcsin(w*x)", "2^(w*x)")


def verdict(formula: str, answer: str) -> str:
    rubric = parse_rubric(RUBRIC.replace("FORMULA", formula))
    assert isinstance(rubric, Rubric), rubric
    return grader.grade_answer(grader.solve(rubric), "L", answer).verdict


@pytest.mark.parametrize("formula", ["tanh(w*x)", "exp(w*x)", "sqrt(w*x)", "(w*x)^3"])
def test_a_number_far_away_is_wrong(formula: str) -> None:
    assert verdict(formula, "17") == "incorrect"


@pytest.mark.xfail(strict=True, reason="without an interval for the function any number is within the rounding")
@pytest.mark.parametrize("formula", OPEN)
def test_a_number_far_away_is_wrong_or_for_a_person(formula: str) -> None:
    assert verdict(formula, "17") in ("incorrect", "undecided")
