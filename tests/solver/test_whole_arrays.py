"""Models of whole arrays: the key in closed form, without indices where courses write none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.expression.printing.text import to_text
from grader.rubric.load import parse_rubric
from grader.solver.solving import solve

ROOT = Path(__file__).parents[2]
LOGISTIC = """
      sizes: [n, d]
      given: {X: {shape: [n, d]}, theta: {shape: [d]}, v: {shape: [d]}, y: {shape: [n], domain: '{0, 1}'}}
      define:
        h: sigmoid(X @ theta)
        J: -1/n * sum(y * log(h) + (1 - y) * log(1 - h))
        g: dJ/dtheta
        a: inner(g, v)
"""
SOFTMAX = """
      sizes: [m, d, C]
      given: {x: {shape: [m, d]}, W: {shape: [d, C]}, b: {shape: [1, C]}, y: {shape: [m, C], domain: onehot}}
      define:
        z: x @ W + b
        yhat: softmax(z)
        J: -1/m * sum(y * log(yhat))
"""
RECURRENT = """
      sizes: [h]
      given: {W: {shape: [h, h]}, h0: {shape: [h, 1]}, y: {shape: [h, 1]}}
      define:
        h1: tanh(W h0)
        h2: tanh(W h1)
        L: 1/2 * sum((h2 - y)^2)
"""

CLOSED = [
    (SOFTMAX, "dJ/dz", "(yhat - y)/m", "the rows of a one-hot label sum to 1"),
    (SOFTMAX, "dJ/dW", "x^T @ (yhat - y)/m", "a sum over the batch is a matrix product"),
    (SOFTMAX, "dJ/db", "sum(yhat - y, 0)/m", "a bias row is added to every example"),
    (SOFTMAX, "dJ/dx", "(yhat - y) @ W^T/m", "the other factor of the product, transposed"),
    (LOGISTIC, "dJ/dtheta", "X^T @ (h - y)/n", "the fractions of the log-likelihood cancel"),
    (LOGISTIC, r"\frac{\partial^2 J}{\partial \theta_k \partial \theta_l}", "h_", "a second derivative has a key"),
    (LOGISTIC, "da/dtheta", "X^T @ ((X @ v) ∘ h ∘ (1 - h))/n", "the Hessian times a vector"),
    (RECURRENT, "dL/dh1", "W^T @ ((h2 - y) ∘ (1 - h2^2))", "one step back"),
]


@pytest.mark.parametrize(("model", "target", "closed", "why"), CLOSED, ids=[row[3] for row in CLOSED])
def test_the_key_in_closed_form(model: str, target: str, closed: str, why: str) -> None:
    part = f"    parts: [{{id: a, target: '{target}'}}]\n"
    rubric = parse_rubric(f"title: t\nquestions:\n  - id: q\n    model:{model}{part}")
    assert not isinstance(rubric, tuple), rubric
    key = solve(rubric)  # which holds the closed form against the raw gradient, and that against differences
    assert not isinstance(key, tuple), key
    shown = to_text(key.questions[0].parts[0].closed, rubric.questions[0].model.names)
    assert closed in shown, why


def test_a_weight_used_twice_gets_both_contributions() -> None:
    part = "    parts: [{id: a, target: dL/dW}]\n"
    rubric = parse_rubric(f"title: t\nquestions:\n  - id: q\n    model:{RECURRENT}{part}")
    assert not isinstance(rubric, tuple), rubric
    key = solve(rubric)
    assert not isinstance(key, tuple), key
    shown = to_text(key.questions[0].parts[0].closed, rubric.questions[0].model.names)
    assert "@ h1^T" in shown and "@ h0^T" in shown


def test_a_key_reads_the_same_in_every_run() -> None:
    """Python orders a set of letters by a hash that differs from run to run."""
    rubric = ROOT / "rubrics" / "examples" / "batch_network.yaml"
    command = [sys.executable, "-m", "grader", "key", str(rubric)]
    runs = [
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, timeout=120)
        for seed in "012"
    ]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len({run.stdout for run in runs}) == 1


MISFITS = [
    ("Z: X @ theta\n        L: sum(Z * X)", "shapes do not fit: n with n x d (Z is n, X is n x d)"),
    ("Z: X @ X\n        L: sum(Z)", "a matrix product needs equal inner sizes: n x d times n x d (X is n x d)"),
    ("L: sum(X + y)", "shapes do not fit"),
    ("L: dJ/dtheta", "is not known"),
    ("Z: {formula: X @ theta, shape: [d]}\n        L: sum(Z)", "expected shape [d], the formula gives [n]"),
]


@pytest.mark.parametrize(("define", "message"), MISFITS, ids=[row[0].split("\n")[0] for row in MISFITS])
def test_shapes_that_do_not_fit_are_named(define: str, message: str) -> None:
    given = "{X: {shape: [n, d]}, theta: {shape: [d]}, y: {shape: [n]}}"
    text = f"""title: t
questions:
  - id: q
    model:
      sizes: [n, d]
      given: {given}
      define:
        {define}
    parts: [{{id: a, target: L}}]
"""
    found = parse_rubric(text)
    assert isinstance(found, tuple)
    assert message in "\n".join(map(str, found))
