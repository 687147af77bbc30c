"""Which names of a formula are free: what a sum binds is bound inside every kind of node, and only there."""

from __future__ import annotations

import pytest

from grader.expression.algebra.construct import free_symbols
from grader.expression.language.names import Declared, Names
from grader.expression.reading.read import read

NAMES: Names = (
    *(Declared(name) for name in ("x", "k", "L")),
    *(Declared(name, 1) for name in ("a", "b", "y")),
    Declared("z", 2),
    Declared("n", role="size"),
)
FREE = [
    ("x + y_i", "x y i", "a name, an array and its index"),
    ("sum_{k=1}^3 k", "", "the letter of a sum"),
    ("sum_{k=1}^n a_k", "a n", "its bounds and the array stay free"),
    ("k sum_{k=1}^3 k", "k", "the same letter outside of it"),
    (r"\sum_{k \ne i} a_k", "a i", "a condition"),
    (r"\sum_i \sum_j z_{ij} b_k", "z b k", "nested sums"),
    (r"\sum_i (y_i + \sum_k z_{ik}) + k", "y z k", "a letter that is bound further in and free outside"),
    (r"\sum_i ((\sum_i a_i) y_i)", "a y", "one letter bound twice"),
    (r"\sum_i a_{i+1} b_{j-1}", "a b j", "letters in shifted indices"),
    ("[sum_{k=1}^3 k, 1]", "", "a sum in a vector"),
    ("[sum_{k=1}^3 k, k; x, 1]", "k x", "in a matrix, beside the same letter"),
    (r"\sum_i [a_i, y_j]", "a y j", "a vector in a sum"),
    ("sum_{k=1}^3 k if x > 0 else L", "x L", "a sum in a branch"),
    ("1 if x > sum_{k=1}^3 a_k else k", "a k x", "in a condition"),
    (r"\sum_k (a_k if b_k > 0 else x)", "a b x", "branches in a sum"),
    ("[sum_{k=1}^3 k if x > 0 else 0, 1]", "x", "branches in a vector"),
    (r"\frac{\partial L}{\partial z_{ij}}", "L z i j", "a derivative"),
    (r"\sum_i \frac{\partial L}{\partial z_{ij}}", "L z j", "a derivative in a sum"),
    (r"\frac{\partial (\sum_k a_k)}{\partial x}", "a x", "a sum in a derivative"),
    (r"|\sum_k a_k|^2 / max(\sum_k b_k, k)", "a b k", "calls"),
]


@pytest.mark.parametrize(("text", "names", "why"), FREE, ids=[case[0] for case in FREE])
def test_free_symbols_of(text: str, names: str, why: str) -> None:
    (side,) = read(text, NAMES).chain
    assert free_symbols(side) == set(names.split()), why
