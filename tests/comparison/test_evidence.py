"""What a verdict rests on: certificates, proofs, kinds of points; extreme scales in a rubric's own models."""

from __future__ import annotations

from functools import lru_cache

import pytest

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from grader.solver.solving import solve

# model's formula L in x (and w where it stands), the answer to dL/dx, the verdict, why
EXTREMES = [
    ("1e-300 * x^2", "2e-300 x", "correct", "tiny"),
    ("1e-300 * x^2", "3e-300 x", "incorrect", "tiny and different"),
    ("1e-300 * x^2", "0", "incorrect", "tiny is not nothing"),
    ("1e-300 * sigmoid(x)", "1e-300 sigma(x)(1-sigma(x))", "correct", "a tiny derivative"),
    ("1e-300 * sigmoid(x)", "1e-300 sigma(x)(1+sigma(x))", "incorrect", "a tiny derivative, wrong"),
    ("exp(50*x)", "50 e^{50x}", "correct", "steep"),
    ("exp(50*x)", "50 e^{49x}", "incorrect", "steep and different"),
    ("exp(50*x)", "50 e^{50x} + x", "incorrect", "a small term beside a huge one"),
    ("exp(500*x)", "500 e^{250x} e^{250x}", "correct", "overflow in double precision"),
    ("exp(500*x)", "500 e^{250x} e^{251x}", "incorrect", "overflow and different"),
    ("1/(x - 0.5)", "-1/(x - 0.5)^2", "correct", "a pole in the domain"),
    ("1/(x - 0.5)", "-1/(x^2 - x + 0.25)", "correct", "a pole, multiplied out"),
    ("1/(x - 0.5)", "1/(x - 0.5)^2", "incorrect", "a pole, wrong sign"),
    ("1/(x - 0.5)", "-1/(x - 0.5)^2 + 1e-12", "incorrect", "a difference below twelve digits"),
    ("x^2", "2x + 1e-11 x", "incorrect", "a factor off in the eleventh digit"),
    ("log(1 + exp(40 + x))", "sigma(40 + x)", "correct", "saturated"),
    ("log(1 + exp(40 + x))", "1", "incorrect", "saturated, and not quite one"),
    ("x^3 - (x - 1e-5)^3", "3x^2 - 3(x - 1e-5)^2", "correct", "cancellation in the model"),
    ("x^3 - (x - 1e-5)^3", "0", "incorrect", "what is left of a cancellation is not nothing"),
    ("0.1 * x^2", "0.2 x", "correct", "a decimal that no double holds"),
    ("a * x^2", "0.2 x", "correct", "the same, given by the rubric"),
    ("a * x^2", "2 a x", "correct", "the same, by name"),
    ("abs(x)/x + x", "1", "correct", "a step that is constant on either side"),
    ("abs(x)", "1", "incorrect", "right on half of the domain"),
    ("abs(x)", "x/abs(x)", "correct", "undefined at the kink only"),
    ("x^2", "2 sqrt(x)^2", "undecided", "no value where the gradient has one"),
]


@lru_cache
def key_of(formula: str) -> AnswerKey:
    text = f"""
title: t
questions:
  - id: q
    model:
      given: {{x: real, w: real, a: {{value: 0.1}}}}
      define: {{L: "{formula}"}}
    parts: [{{id: p, target: dL/dx}}]
"""
    rubric = parse_rubric(text)
    assert isinstance(rubric, Rubric), rubric
    key = solve(rubric)
    assert isinstance(key, AnswerKey), key
    return key


@pytest.mark.parametrize(("formula", "answer", "verdict", "why"), EXTREMES)
def test_extremes_in_a_rubric(formula: str, answer: str, verdict: str, why: str) -> None:
    result = grader.grade_answer(key_of(formula), "p", answer)
    assert result.verdict == verdict, f"{why}: {result.message} {result.evidence}"
    if verdict == "incorrect":
        assert result.evidence.kind == "counterexample"
        assert result.evidence.certified


@pytest.mark.parametrize(
    ("reference", "answer", "kind", "detail"),
    [
        ("2(x+y)", "2x + 2y", "proof", "the same formula once simplified"),
        ("x", "x", "proof", "the same formula"),
        ("sigma(x)", "1/(1+e^{-x})", "samples", ""),
        ("max(0, 1 - y z)", "(1 - y z) 1[y z < 1]", "samples", "on both sides of y*z - 1 = 0"),
        ("x", "x + 1e-20", "counterexample", ""),
    ],
)
def test_what_a_comparison_rests_on(reference: str, answer: str, kind: str, detail: str) -> None:
    evidence = grader.equivalent(reference, answer).evidence
    assert evidence.kind == kind
    assert detail in evidence.detail
    assert evidence.certified == (kind == "counterexample")


@pytest.mark.parametrize(
    ("reference", "answer", "where"),
    [
        ("1", "|x|/x", "This is right only where x > 0."),
        ("|x|", "-x", "This is right only where x < 0."),
        ("max(x, y)", "x", "This is right only where x > y."),
        ("max(x, y)", "x + 1", ""),
        ("x", "y", ""),
    ],
)
def test_a_formula_right_on_a_part_of_the_domain_says_where(reference: str, answer: str, where: str) -> None:
    assert grader.equivalent(reference, answer).message == where


def test_points_without_a_value_are_no_kind_of_points() -> None:
    assert grader.equivalent("log x", "log|x|").evidence.detail == ""


SLIPS = [
    # true value, answer, what is said, why
    (0.0212, "-0.0212", "It has the wrong sign.", "sign"),
    (0.0212, "0.00212", "It is 10 times too small.", "a tenth"),
    (0.0212, "0.0021", "It is 10 times too small.", "a tenth, with the digits there are"),
    (0.0212, "0.002", "", "one digit says too little"),
    (0.0212, "2.12", "It is 100 times too large (a percent?).", "percent"),
    (0.7137, "71.37%", None, "a percent that is right"),
    (0.7137, "-71.37", "It has the wrong sign, and is 100 times too large (a percent?).", "both"),
    (0.7137, "0.6137", "", "a digit"),
    (-5.0, "5", "It has the wrong sign.", "a negative truth"),
]


@pytest.mark.parametrize(("truth", "answer", "said", "why"), SLIPS)
@pytest.mark.parametrize("solution", ["shown", "hidden"])
def test_a_slip_in_a_number_is_named(truth: float, answer: str, said: str | None, why: str, solution: str) -> None:
    result = grader.grade_answer(number_key(truth, solution), "p", answer)
    assert (result.verdict == "correct") == (said is None), why
    if said is not None:
        # a slip that is diagnosed as a mistake is told there, and once
        told = f" {said}" if said and solution == "shown" and result.diagnosis is None else ""
        assert result.message == f"This is not{' quite' if result.diagnosis else ''} right.{told}", why
        assert result.evidence.certified


@lru_cache
def number_key(truth: float, solution: str) -> AnswerKey:
    text = f"""
title: t
questions:
  - id: q
    model: {{given: {{x: {{value: {truth}}}}}, define: {{z: 1 * x}}}}
    parts: [{{id: p, target: z, solution: {solution}}}]
"""
    rubric = parse_rubric(text)
    assert isinstance(rubric, Rubric), rubric
    key = solve(rubric)
    assert isinstance(key, AnswerKey), key
    return key
