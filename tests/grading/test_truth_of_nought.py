"""A truth of 0 is a value like any other: a dead unit, a row that is not used; the rubric passes its own check."""

from __future__ import annotations

from functools import lru_cache

import pytest

import grader
from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.solver.key import AnswerKey

RUBRIC = """\
title: Nought
questions:
  - id: a
    defaults: {rounding: 4 decimals}
    model:
      given: {x: {value: 0.5}, w: {value: -0.8}, v: {value: 0.7}, y: {value: 1}, E: {value: [[0.1, 0.2], [0.3, 0.4]]}}
      define: {z: w*x, h: "max(0, z)", yhat: v*h + E_11 * E_12, L: 1/2*(yhat - y)^2}
    parts:
      - {id: h, target: h}
      - {id: dv, target: dL/dv, malrules: {sign: {points: 0.5}}}
      - {id: dw, target: dL/dw, steps: [{target: dL/dyhat, points: 0.5}]}
      - {id: dE, target: dL/dE}
      - {id: dE21, target: dL/dE_21}
  - id: b
    model:
      given: {x: {value: 0.5}, w: {value: -0.8}, v: {value: 0.7}, y: {value: 1}}
      define: {z: w*x, h: "max(0, z)", yhat: v*h, L: 1/2*(yhat - y)^2}
    parts:
      - {id: half-a-percent, target: dL/dw}
      - {id: relative, target: dL/dv, tolerance: {relative: 0.01}}
      - {id: significant, target: dL/dx, tolerance: {significant: 3}}
"""
ANSWERS = [
    ("h", "0", "correct", "a dead unit"),
    ("h", "0.0000", "correct", "with its digits"),
    ("h", "-0.0000", "correct", "with a sign"),
    ("h", "0.0001", "incorrect", "nothing on the way was rounded"),
    ("h", "-0.4", "incorrect", "the pre-activation"),
    ("dv", "0", "correct", "of a dead unit's weight"),
    ("dv", "0.2", "incorrect", "another number"),
    ("dw", "0", "correct", "through a dead unit"),
    ("dw", "0.343", "incorrect", "the slope of the unit forgotten"),
    ("dE", "[[-0.196, -0.098], [0, 0]]", "correct", "a row that is not used"),
    ("dE", "[[-0.196, -0.098], [0, 0.1]]", "incorrect", "an entry of that row"),
    ("dE21", "0", "correct", "an entry of the unused row"),
    ("dE21", "0.01", "incorrect", "another number"),
    ("half-a-percent", "0.00", "correct", "no tolerance given"),
    ("half-a-percent", "1e-5", "incorrect", "no share of 0 is more than 0"),
    ("relative", "0", "correct", "a share of 0"),
    ("relative", "0.01", "incorrect", "a share of 0"),
    ("significant", "0.0", "correct", "0 has no digits"),
    ("significant", "-0.35", "incorrect", "the slope forgotten"),
]


@lru_cache
def key() -> AnswerKey:
    return grader.solve(parse_rubric(RUBRIC, "nought.yaml"))


@pytest.mark.parametrize(("part", "answer", "verdict", "why"), ANSWERS)
def test_an_answer(part: str, answer: str, verdict: str, why: str) -> None:
    result = grader.grade_answer(key(), part, answer)
    assert result.verdict == verdict, f"{why}: {result.note}, {result.message}"


def test_the_rubric_passes_its_check() -> None:
    assert check(key()) == ()


@pytest.mark.parametrize(
    "number", ["1e308", "-1e308", "1.7976931348623157e308", "1e-308", "5e-324", "1e400", "9" * 400]
)
@pytest.mark.parametrize("part", ["h", "dw", "dE21", "half-a-percent", "significant"])
def test_numbers_at_the_ends_of_floating_point_fail_nothing(part: str, number: str) -> None:
    result = grader.grade_answer(key(), part, number)
    assert result.note != "grader_failed" and result.verdict != "correct"
