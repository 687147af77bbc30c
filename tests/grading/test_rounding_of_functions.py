"""Rounding on every line of a model with a function that has no interval: a number far away is no right one."""

from __future__ import annotations

import pytest

import grader
from grader.diagnosis import warnings
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


@pytest.mark.parametrize("formula", OPEN)
@pytest.mark.parametrize("answer", ["17", "0", "-1000000"])
def test_a_number_far_away_is_never_right(formula: str, answer: str) -> None:
    assert verdict(formula, answer) == "incorrect"


@pytest.mark.parametrize("formula", OPEN)
def test_the_right_number_rounded_as_asked_is_right_and_a_near_one_for_a_person(formula: str) -> None:
    rubric = parse_rubric(RUBRIC.replace("FORMULA", formula))
    assert isinstance(rubric, Rubric), rubric
    truth = float(grader.solve(rubric).questions[0].runs[0].values["L"][0])
    assert verdict(formula, f"{truth:.4f}") == "correct"
    assert verdict(formula, f"{truth + 2e-4:.4f}") == "undecided"


@pytest.mark.parametrize("formula", OPEN)
def test_check_says_that_rounding_is_not_carried(formula: str) -> None:
    rubric = parse_rubric(RUBRIC.replace("FORMULA", formula))
    assert isinstance(rubric, Rubric), rubric
    assert any("rounding is not carried" in warning.message for warning in warnings(grader.solve(rubric)))
