"""What an answer that is not right earns: shares, a floor and a cap, each a line of the sum."""

from __future__ import annotations

import pytest

import grader
from grader.rubric.load import parse_rubric

TEXT = """
title: t
questions:
  - id: q
    model:
      given: {{x: real, w: real, y: real}}
      define: {{z: w * x, yhat: sigmoid(z), L: 1/2 * (yhat - y)^2}}
    parts:
      - id: p
        target: dL/dw
        points: 4
        partial_credit: {{{credit}}}
        steps: [{{target: dL/dyhat, points: 1}}, {{target: dyhat/dz, points: 2}}]
"""
STEPS = "dL/dyhat = yhat - y, dyhat/dz = yhat(1 - yhat), dL/dw = "
CASES = [
    ("", "dL/dyhat * dyhat/dz * dz/dw", 2.0, "partly_correct", "half for a chain rule that is set up"),
    ("chain_rule_only: 0.25", "dL/dyhat * dyhat/dz * dz/dw", 1.0, "partly_correct", "the rubric's share"),
    ("", STEPS + "7", 3.0, "partly_correct", "both steps"),
    ("cap: 0.5", STEPS + "7", 2.0, "partly_correct", "both steps, capped"),
    ("floor: 0.25", "7", 1.0, "partly_correct", "the floor of an answer that is wrong"),
    ("floor: 0.25", STEPS + "7", 3.0, "partly_correct", "the floor adds nothing to what is earned"),
    ("cap: 0", "(yhat - y) * yhat * (1 - yhat) * x", 4.0, "correct", "a right answer has no cap"),
    ("floor: 0.25", "", 0.0, "missing", "no answer has no floor"),
]


@pytest.mark.parametrize(("credit", "answer", "score", "verdict", "why"), CASES, ids=[row[-1] for row in CASES])
def test_partial_credit(credit: str, answer: str, score: float, verdict: str, why: str) -> None:
    rubric = parse_rubric(TEXT.format(credit=credit))
    assert not isinstance(rubric, tuple), rubric
    result = grader.grade_answer(grader.solve(rubric), "p", answer)
    assert (result.verdict, result.score) == (verdict, score), why
    assert sum(line.points for line in result.lines) == score


def test_a_floor_above_the_cap_is_a_mistake() -> None:
    found = parse_rubric(TEXT.format(credit="floor: 0.5, cap: 0.25"))
    assert isinstance(found, tuple)
    assert "the floor 0.5 is above the cap 0.25" in str(found[0])
