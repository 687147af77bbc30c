"""A value of another shape than the target's -> the formula that it may stand for, which a person confirms.

A vector may stand for the matrix with it on the diagonal, a number for its multiple of the identity matrix: an answer
``2 x`` to the Jacobian of ``x * x`` is right as ``diag(2 x)``.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.expression.evaluation.values import Value
from grader.expression.language.nodes import Call, Expression, Product, Symbol, integer
from grader.solver.runs import Run

Coercion = tuple[Expression, str, str]


def coercions(run: Run, answer: Expression, value: Value, truth: Value) -> Iterator[Coercion]:
    """The formulas that an answer of that `value` may stand for, what each is called, and what it is right once."""
    if value.letters or truth.letters or truth.rank != 2 or truth.shape[0] != truth.shape[1]:
        return
    length = truth.shape[0]
    if [n for n in value.shape if n != 1] == [length]:
        yield Call("diag", (answer,)), "diagonal", "the diagonal matrix with these entries is put for the vector"
    if not value.rank:
        names = {size: Symbol(name) for name, size in run.sizes.items()}
        unit = Call("identity", (names.get(length, integer(length)),))
        yield Product((answer, unit), ("*",)), "identity", "that multiple of the identity matrix is put for the number"
