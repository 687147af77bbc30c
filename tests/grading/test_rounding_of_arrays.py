"""Rounding on every line where the model holds an array: no rounded value is refused, none far away is taken."""

from __future__ import annotations

from functools import lru_cache

import pytest

import grader
from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.solver.key import AnswerKey

RUBRIC = """\
title: Rounded
questions:
  - id: q
    model:
      given: {x: {value: [0.3, 0.7]}, w: {value: [0.111, 0.777]}, y: {value: 0.6404}}
      define: {z: x @ w, a: sigmoid(z), L: 1/2 (a - y)^2}
    defaults: {rounding: %s}
    parts:
      - {id: a, target: a}
      - {id: L, target: L}
      - {id: dw, target: da/dw}
      - {id: both, target: a, rounding: 4 decimals, tolerance: {absolute: 0.01}}
"""
# a = 0.64042287, L = 2.6e-10, da/dw = (0.06908435, 0.16119682)
ANSWERS = [
    ("4 decimals", "a", "0.6404", "correct", "rounded", "the truth, rounded as asked"),
    ("4 decimals", "a", "0.64042287", "correct", "rounded", "more digits than asked"),
    ("4 decimals", "a", "sigmoid(0.5772)", "correct", "equivalent", "a formula of numbers"),
    ("4 decimals", "a", "sigmoid(0.577)", "undecided", "rounding_in_doubt", "z has four decimals, and three were kept"),
    ("4 decimals", "a", "0.6405", "undecided", "rounding_in_doubt", "one unit off, which only an enclosure allows"),
    ("4 decimals", "a", "0.64", "incorrect", "not_equivalent", "fewer digits than asked"),
    ("4 decimals", "a", "0.6504", "incorrect", "not_equivalent", "too far for any rounding"),
    ("4 decimals", "a", "-0.6404", "incorrect", "malrule/sign", "a sign"),
    ("4 decimals", "L", "0.0000", "correct", "rounded", "0 to 4 decimals"),
    ("4 decimals", "dw", "[0.0691, 0.1612]", "correct", "rounded", "an array, entry by entry"),
    ("4 decimals", "dw", "[0.0691, 0.1613]", "undecided", "rounding_in_doubt", "one entry off by a unit"),
    ("4 decimals", "dw", "[0.1612, 0.0691]", "incorrect", "not_equivalent", "exchanged"),
    ("4 decimals", "both", "0.645", "correct", "rounded", "within the tolerance"),
    ("3 significant", "a", "0.640", "correct", "rounded", "three digits"),
    ("3 significant", "dw", "[0.0691, 0.161]", "correct", "rounded", "three digits of each entry"),
    ("3 significant", "a", "0.641", "correct", "rounded", "sigmoid(0.578), from 0.033 + 0.545"),
    ("3 significant", "a", "0.642", "incorrect", "not_equivalent", "two units off"),
    ("3 significant", "a", "0.700", "incorrect", "not_equivalent", "far away"),
]


@lru_cache
def key_of(rounding: str) -> AnswerKey:
    return grader.solve(parse_rubric(RUBRIC % rounding, "rounded.yaml"))


@pytest.mark.parametrize(("rounding", "part", "answer", "verdict", "note", "why"), ANSWERS)
def test_an_answer(rounding: str, part: str, answer: str, verdict: str, note: str, why: str) -> None:
    result = grader.grade_answer(key_of(rounding), part, answer)
    found = "not_equivalent" if result.note.startswith("malrule/") and not note.startswith("malrule/") else result.note
    assert (result.verdict, found) == (verdict, note), f"{why}: {result.message}"
    assert result.review == (verdict == "undecided")


@pytest.mark.parametrize("rounding", ["4 decimals", "3 significant"])
def test_the_rubric_passes_its_check(rounding: str) -> None:
    assert check(key_of(rounding)) == ()
