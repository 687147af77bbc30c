"""The closed form of a target and its worked derivation, from the adjoints of its model.

``dJ/dz_ij`` of a softmax cross-entropy closes to ``(yhat_ij - y_ij) / m``: the adjoints between are inlined, and
the rows of a one-hot ``y`` sum to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from grader.autodiff.backprop import inline
from grader.autodiff.graph import ComputationGraph, Node, inlined_size, names_in
from grader.autodiff.tidy import tidied
from grader.expression.algebra.construct import (
    free_symbols,
    fresh,
    mul,
    substitute,
)
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Symbol,
    head,
    indices,
    integer,
    sides,
    symbols,
    walk,
)
from grader.solver.known_sums import known_sums, with_softmax
from grader.solver.kronecker_form import kronecker_form
from grader.solver.matrix_form import matrix_form
from grader.solver.readable import (
    forms,
    length,
    own_letters,
    readable,
    with_bounds,
    with_indicators,
    without_idle_guards,
)

LARGE = 600  # nodes beyond which a formula names the derivatives that it is made of
ENTRIES = 12  # of an array that is written entry by entry


def closed_form(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    """The target as a formula in the model's quantities, in the target's own letters, which no sum in it binds."""
    return shown(_closed_form(graph, target, adjoints), target, graph)


def shown(formula: Expression, target: Expression, graph: ComputationGraph) -> Expression:
    """The formula for a target as a page shows it, in letters that mean one thing each."""
    formula = with_bounds(formula, graph.axes)
    formula = with_indicators(formula, [*graph.axes, *(name for name, _ in graph.notation)])
    names = {*graph.sizes, *(item.name for item in graph.quantities), *symbols(target)}
    return own_letters(formula, frozenset(names | free_symbols(formula)))


def _closed_form(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    name = head(target)
    if not isinstance(target, Partial):
        node = next((item for item in graph.nodes if item.name == name), None)
        return _in_place(node, target, graph) if node else target
    above = head(target.numerator)
    known = {node.name: node for node in adjoints.get(above or "", ())}
    if name not in known:
        if head(target.denominator) == above:
            pairs = zip(indices(target.numerator), indices(target.denominator), strict=False)
            return mul(*(Call("kronecker", pair) for pair in pairs))
        return ZERO
    node = known[name]
    if inlined_size(known.values(), name, LARGE) > LARGE:
        return _in_place(replace(node, expression=simplify(node.expression)), target, graph)
    formula = inline(node.expression, {key: value for key, value in known.items() if key != name})
    formula = tidied(formula, graph.formulas, graph.axes)
    formula = with_softmax(without_idle_guards(known_sums(formula, graph), graph.formulas), graph)
    return _in_place(replace(node, expression=formula), target, graph)


def _in_place(node: Node, target: Expression, graph: ComputationGraph) -> Expression:
    """The formula in the target's letters; where the target leaves axes whole, without letters for them if it has
    such a form."""
    axes = graph.axes
    places = [place for side in sides(target) for place in _places(side, axes)]
    if len(places) != len(node.letters):
        return readable(node.expression)
    node = _apart(node, places, names_in(axes))
    given = {letter: place for letter, place in zip(node.letters, places, strict=True) if place is not None}
    whole = [(a, b) for a, b in zip(node.letters, node.axes, strict=True) if a not in given]
    placed = substitute(node.expression, given)
    formula = readable(placed)
    if not whole:
        return formula
    letters, ranges = tuple(a for a, _ in whole), tuple(b for _, b in whole)
    blocks = kronecker_form(formula, letters, ranges, axes)
    if blocks is not None:
        return blocks
    for item in sorted((formula, *forms(placed)), key=length):
        found = matrix_form(item, letters, ranges, axes)
        if found is not None:
            return found
    return _entry_by_entry(placed, letters, ranges) or formula


def _apart(node: Node, places: list[Expression | None], names: set[str]) -> Node:
    """The quantity with letters of their own for the axes left whole, none of which a target enters."""
    entered = frozenset(name for place in places if place is not None for name in symbols(place))
    taken = {*names, *entered, *node.letters, *symbols(node.expression)}
    new: dict[str, Expression] = {}
    letters = list(node.letters)
    for at, place in enumerate(places):
        if place is None and letters[at] in entered:
            letters[at] = fresh(taken)
            taken.add(letters[at])
            new[node.letters[at]] = Symbol(letters[at])
    return replace(node, letters=tuple(letters), expression=substitute(node.expression, new)) if new else node


def _entry_by_entry(formula: Expression, letters: tuple[str, ...], ranges: tuple[str, ...]) -> Matrix | None:
    """An array of a few entries, each of which has a formula of its own: what is differentiated has numbered places."""
    lengths = [int(axis) if axis.isdigit() else 0 for axis in ranges]
    if not 1 <= prod(lengths) <= ENTRIES or len(lengths) > 2 or not any(_tells_place(node) for node in walk(formula)):
        return None
    height, width = lengths if len(lengths) == 2 else (1, *lengths)

    def entry(*at: int) -> Expression:
        return readable(simplify(substitute(formula, dict(zip(letters, map(integer, at), strict=True)))))

    columns = range(1, width + 1)
    rows = [[entry(r, c) if len(lengths) == 2 else entry(c) for c in columns] for r in range(1, height + 1)]
    return Matrix(tuple(map(tuple, rows)))


def _tells_place(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "kronecker" and any(isinstance(arg, Number) for arg in node.args)


def _places(side: Expression, axes: Mapping[str, tuple[str, ...]]) -> list[Expression | None]:
    """What enters each axis of a quantity; None where it stays whole. A row or a column takes one index."""
    own = axes.get(head(side) or "", ())
    entered = indices(side)
    if len(entered) == 1 < len(own) and sum(axis != "1" for axis in own) == 1:
        return [ONE if axis == "1" else entered[0] for axis in own]
    return [*entered, *(None for _ in own[len(entered) :])]


def spelled(
    graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]], closed: Expression
) -> Expression:
    """The target as the closed form has it: with letters for the axes that it leaves whole, where the form has them."""
    named = with_letters(graph, target, adjoints)
    return named if symbols(named) - symbols(target) & free_symbols(closed) else target


def with_letters(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    if not isinstance(target, Partial):
        node = next((item for item in graph.nodes if item.name == head(target)), None)
    else:
        found = adjoints.get(head(target.numerator) or "", ())
        node = next((item for item in found if item.name == head(target)), None)
    axes = graph.axes
    places = [_places(side, axes) for side in sides(target)]
    if node is None or sum(map(len, places)) != len(node.letters):
        return target
    node = _apart(node, [place for side in places for place in side], names_in(axes))
    letters = iter(zip(node.letters, node.axes, strict=True))

    def fill(side: Expression) -> Expression:
        if isinstance(side, Partial):
            return Partial(fill(side.numerator), fill(side.denominator), side.span)
        own = []
        for place in places[filled.pop()]:
            letter, axis = next(letters)
            own.append(place or (ONE if axis == "1" else Symbol(letter)))
        return Indexed(Symbol(head(side) or ""), tuple(own)) if own else side

    filled = list(reversed(range(len(places))))
    return fill(target)
