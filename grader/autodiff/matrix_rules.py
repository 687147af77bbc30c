"""Derivatives of functions that no formula of entries expresses: the inverse and the determinant of a named matrix.

``d(A^-1)_ij / dA_kl = -(A^-1)_ik (A^-1)_lj`` and ``d log det A / dA_kl = (A^-1)_lk``.
Source: Petersen and Pedersen, The Matrix Cookbook (2012), sections 2.1 and 2.2.
"""

from __future__ import annotations

from grader.expression.algebra.construct import mul, neg
from grader.expression.language.nodes import Call, Expression, Indexed, Symbol


def matrix_partial(node: Expression, row: str, column: str) -> tuple[str, Expression] | None:
    """The matrix that such a function is of, and the derivative by its entry at two letters; None for all else."""
    match node:
        case Indexed(Call("inv", (Symbol(name),)), (first, last)):
            return name, neg(mul(_inverse(name, first, Symbol(row)), _inverse(name, Symbol(column), last)))
        case Call("det", (Symbol(name),)):
            return name, mul(node, _inverse(name, Symbol(column), Symbol(row)))
        case Call("logdet", (Symbol(name),)):
            return name, _inverse(name, Symbol(column), Symbol(row))
    return None


def _inverse(name: str, first: Expression, last: Expression) -> Expression:
    return Indexed(Call("inv", (Symbol(name),)), (first, last))
