"""How far an index letter runs, where an answer uses the same name for two of them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import ShapeError, spread
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Expression
from grader.expression.reading.read import read_expression
from grader.problems import Problem

NAMES: Names = (
    Declared("x", 2),
    Declared("g", 1),
    Declared("c", 1),
    Declared("m", role="size"),
    Declared("D", role="size"),
)
RNG = np.random.default_rng(5)
X, G, C = RNG.normal(size=(4, 3, 2)), RNG.normal(size=(4, 2)), RNG.normal(size=(4, 3))
ENV = Environment({"x": X, "g": G, "c": C}, {"m": 3, "D": 2}, {"j": 2, "n": 2})
COLUMN, DELTA = X.sum(axis=1), np.eye(2)
ROWS = [
    # formula, its letters in order, its values, why
    ("g_l + sum_l(x_{lk})", "lk", G[:, :, None] + COLUMN[:, None, :], "free as it enters g, bound as it enters x"),
    ("sum_l(x_{lk}) + g_l", "lk", G[:, :, None] + COLUMN[:, None, :], "the bound one first"),
    ("delta_{nj} (sum_n(x_{nk}))", "njk", DELTA[None, :, :, None] * COLUMN[:, None, None, :], "as the target says"),
    ("sum_l(delta_{lj} sum_l(x_{lk}))", "jk", np.broadcast_to(COLUMN[:, None, :], (4, 2, 2)), "tied, inside a sum"),
    ("sum_{l=1}^{D}(1 + sum_l(x_{lk}))", "k", 2 * (1 + COLUMN), "the range that is written"),
    ("sum_l(1 + sum_l(x_{lk}))", "k", 3 * (1 + COLUMN), "nothing tells more than the other one"),
    ("sum_l(c_l sum_l(g_l x_{kl}))", "k", C.sum(1)[:, None] * (G[:, None] * X).sum(2), "each by what it enters"),
    ("sum_l((sum_l(g_l)) c_l)", "", G.sum(1) * C.sum(1), "the inner one first"),
    ("sum_k(x_{kl} sum_l(x_{kl}))", "l", np.einsum("pkl,pkn->pl", X, X), "free outside, bound inside"),
]


def expression(text: str) -> Expression:
    formula = read_expression(text, NAMES)
    assert not isinstance(formula, Problem), formula
    return formula


@pytest.mark.parametrize(("formula", "letters", "values", "why"), ROWS, ids=[row[-1] for row in ROWS])
def test_each_letter_has_the_range_of_its_own_places(formula: str, letters: str, values: np.ndarray, why: str) -> None:
    found = evaluate(expression(formula), ENV)
    assert sorted(found.letters) == sorted(letters), why
    np.testing.assert_allclose(spread(found, tuple(letters)), values, rtol=1e-12, err_msg=why)


def test_a_letter_that_nothing_tells_the_range_of_has_none() -> None:
    with pytest.raises(ShapeError, match="nothing tells the range of the index 'l'"):
        evaluate(expression("sum_l(2)"), ENV)
