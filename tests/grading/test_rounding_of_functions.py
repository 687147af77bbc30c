"""Rounding on every line through functions that turn, bend or have poles: a number far away is no right one."""

from __future__ import annotations

import pytest

import grader
from grader.diagnosis.lint.linter import warnings
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
def test_rounding_is_carried_through_it(formula: str) -> None:
    rubric = parse_rubric(RUBRIC.replace("FORMULA", formula))
    assert isinstance(rubric, Rubric), rubric
    key = grader.solve(rubric)
    truth = float(key.questions[0].runs[0].values["L"][0])
    assert verdict(formula, f"{truth:.4f}") == "correct"
    assert verdict(formula, f"{truth + 9e-4:.4f}") == "incorrect"
    assert not any("rounding is not carried" in warning.message for warning in warnings(key))


@pytest.mark.parametrize("formula", ["1/(w*x - 0.21)", "1/sqrt(w*x - 0.21)"])
def test_check_says_where_rounding_has_no_end(formula: str) -> None:
    """Rounding to one decimal may make the divisor 0: near the right number, a person decides."""
    text = RUBRIC.replace("{value: 0.7}", "{value: 0.703}").replace("FORMULA", formula)
    rubric = parse_rubric(text.replace("4 decimals", "1 decimals"))
    assert isinstance(rubric, Rubric), rubric
    key = grader.solve(rubric)
    assert any("rounding is not carried" in warning.message for warning in warnings(key))
    truth = float(key.questions[0].runs[0].values["L"][0])
    assert grader.grade_answer(key, "L", repr(truth)).verdict == "correct"
    assert grader.grade_answer(key, "L", repr(truth * 1.003)).verdict == "undecided"
