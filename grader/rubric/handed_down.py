"""Derivatives that are given: ``G: {shape: [N, H], derivative: dJ/dA}`` hands dJ/dA down from what comes after A.

What comes after is no part of the model. Any J with that derivative serves as well: the sum of G times A, G held
constant, so that the chain rule gives every derivative of J by what A is computed from.
"""

from __future__ import annotations

import re

from grader.autodiff.graph import Node
from grader.autodiff.lower import lower
from grader.expression.algebra.construct import add
from grader.expression.language.names import Declared
from grader.expression.language.nodes import ZERO, Call, Expression, Product, Symbol
from grader.problems import did_you_mean
from grader.rubric.declarations import DeclaredNames, declare, shown
from grader.rubric.fields import RubricPlace
from grader.rubric.tree import Text

_DERIVATIVE = re.compile(r"\s*d([A-Za-z][A-Za-z0-9]*)\s*/\s*d\(?([A-Za-z][\w']*)\)?\s*")


def with_losses(table: DeclaredNames, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The program with a line for each J of which a derivative is given; what is wrong with one is noted."""
    sums: dict[str, Expression] = {}
    for name, text, place in table.handed_down:
        found = _DERIVATIVE.fullmatch(text.value)
        if found is None:
            place.note(text, f"expected a derivative by a quantity, found '{text.value}'", "as in dJ/dA")
            continue
        above, below = found[1], found[2]
        if not _fits(table, name, below, text, place):
            continue
        if above not in sums and not declare(table, Declared(above), Text(above, text.line), place):
            continue
        table.axes[above] = ()
        sums[above] = add(sums.get(above, ZERO), lower(_inner(name, below), table.axes).body)
    return (*nodes, *(Node(name, (), (), expression) for name, expression in sums.items()))


def _fits(table: DeclaredNames, name: str, below: str, text: Text, place: RubricPlace) -> bool:
    """Whether what the derivative is taken by is a quantity of the same shape."""
    axes = table.axes.get(below)
    if axes is None:
        names = list(table.axes)
        place.note(text, f"no quantity is called '{below}'", did_you_mean(below, names))
        return False
    if below in table.failed or "?" in (*axes, *table.axes[name]):
        return False  # what is wrong with it is noted already
    if axes != table.axes[name]:
        place.note(text, f"expected the shape of {below}, {shown(axes)}, found {shown(table.axes[name])}")
        return False
    return True


def _inner(name: str, below: str) -> Expression:
    """The sum of the products of all entries."""
    return Call("total", (Product((Symbol(name), Symbol(below)), ("circ",)),))
