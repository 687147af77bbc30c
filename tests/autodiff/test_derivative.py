"""The derivative of a scalar formula by one of its names, held against central differences at random points."""

from __future__ import annotations

import numpy as np
import pytest

from grader.autodiff.backprop import derivative
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Expression
from grader.expression.reading.read import read_expression
from grader.problems import Problem

NAMES: Names = (Declared("w"), Declared("a", 1), Declared("b", 1), Declared("n", role="size"))
SIZE = 4
FORMULAS = [
    (r"\sum_k (a_k \sum_j (b_j w^2))", "a sum in a sum"),
    (r"\sum_k (a_k \sum_k (b_k w^2))", "of the same letter"),
    (r"\sum_k (a_k \sum_{j \ne 1} (b_j w^2))", "a condition in the inner sum"),
    (r"\sum_k (a_k \sum_{k \ne 1} (b_k w^2))", "of the same letter"),
    (r"\sum_{k \ne 2} (a_k \sum_{k \ne 1} (b_k w^2))", "in both sums"),
    (r"\sum_k (a_k \sum_{j \ne k} (b_j w^2))", "a condition with both letters"),
    (r"\sum_j (a_j \sum_{j \ne 1} (b_j w \sum_{j \ne 3} (a_j w)))", "three sums of one letter"),
    (r"\sum_k (a_k \sum_{k=2}^3 (b_k w^2))", "a range in the inner sum"),
    (r"\sum_k (a_k \prod_{k \ne 1} (b_k + w))", "a product of the same letter"),
    (r"\sum_k (a_k \max_{k \ne 1} (b_k w))", "a largest one of the same letter"),
    (r"\sum_k (a_k \exp(w \sum_{k < 3} b_k))", "inside a function"),
    (r"\prod_k (a_k + w \sum_{k > 1} b_k)", "in a product over the same letter"),
]


def value(node: Expression, w: float) -> float:
    rng = np.random.default_rng(3)
    values = {"a": rng.uniform(0.5, 2.0, (1, SIZE)), "b": rng.uniform(0.5, 2.0, (1, SIZE)), "w": np.array([w])}
    return float(evaluate(node, Environment(values, {"n": SIZE}, {})).data[0])


@pytest.mark.parametrize(("text", "why"), FORMULAS, ids=[case[0] for case in FORMULAS])
def test_derivative_is_the_slope(text: str, why: str) -> None:
    formula = read_expression(text, NAMES)
    assert not isinstance(formula, Problem)
    slope = (value(formula, 0.7 + 1e-6) - value(formula, 0.7 - 1e-6)) / 2e-6
    assert value(derivative(formula, "w"), 0.7) == pytest.approx(slope, rel=1e-7), why
