"""Given quantities that are derivatives: what is right with one, and what an author is told of a wrong one."""

from __future__ import annotations

import pytest

import grader
from grader.rubric.load import parse_rubric

RUBRIC = """\
title: Handed down
questions:
  - id: q
    model:
      sizes: [N, D, H]
      given:
        X: {{shape: [N, D]}}
        W: {{shape: [D, H]}}
        G: {{shape: {shape}, derivative: '{derivative}'}}
      define:
        A: {formula}
{more}    parts: [{{id: w, target: dJ/dW}}, {{id: x, target: dJ/dX}}]
"""


def rubric(derivative: str = "dJ/dA", shape: str = "[N, H]", formula: str = "tanh(X @ W)", more: str = "") -> str:
    return RUBRIC.format(derivative=derivative, shape=shape, formula=formula, more=more)


@pytest.mark.parametrize(
    ("part", "answer", "verdict", "why"),
    [
        ("w", "X.T @ (G * (1 - A**2))", "correct", "by its name"),
        ("w", r"X^\top (\frac{\partial J}{\partial A} \odot (1 - A^2))", "correct", "as the derivative that it is"),
        ("w", r"\sum_n X_{ni} \frac{\partial J}{\partial A_{nj}} (1 - A_{nj}^2)", "correct", "entry by entry"),
        ("x", "(G * (1 - A**2)) @ W.T", "correct", "to the layer before"),
        ("w", "X.T @ (G * A)", "incorrect", "another factor"),
        ("w", "X.T @ G", "incorrect", "the unit is left out"),
        (
            "w",
            r"\frac{\partial J}{\partial A} \frac{\partial A}{\partial W}",
            "partly_correct",
            "a chain that is only set up",
        ),
        ("x", r"\frac{\partial J}{\partial A} W^\top", "incorrect", "finished, and wrong"),
    ],
)
def test_answers(part: str, answer: str, verdict: str, why: str) -> None:
    found = grader.grade_answer(grader.solve(parse_rubric(rubric())), part, answer)
    assert found.verdict == verdict, f"{why}: {found.note} {found.message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rubric(derivative="J by A"), "expected a derivative by a quantity, found 'J by A'"),
        (rubric(derivative="dJ/dB"), "no quantity is called 'B'"),
        (rubric(shape="[H, N]"), "expected the shape of A, [N, H], found [H, N]"),
        (rubric(more="        J: sum(A)\n"), "the name 'J' is taken by 'J' on line 12"),
    ],
)
def test_an_author_is_told(text: str, message: str) -> None:
    found = parse_rubric(text)
    assert isinstance(found, tuple)
    assert any(message in problem.message for problem in found), found
