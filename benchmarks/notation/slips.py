"""Slips of notation and tricks, as tables: a kind, and the formulas that it makes of a key.

All are labelled by the oracle; a trick that is right at all points which an oracle draws, at the value where it is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

from benchmarks.notation.rewriting import flipped, letters_of, renamed
from grader.autodiff.graph import ComputationGraph
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Symbol,
    head,
    integer,
    rebuild,
    symbols,
)

Slip = Callable[[Expression, ComputationGraph], Iterator[Expression]]


def everywhere(formula: Expression, change: Callable[[Expression], Iterator[Expression]]) -> Iterator[Expression]:
    """The formula with one change at one place, for every place and change."""
    places: list[Expression] = []

    def gather(node: Expression) -> Expression:
        places.append(node)
        return rebuild(node, gather)

    gather(formula)
    for at, place in enumerate(places):
        for new in change(place):
            yield _with(formula, at, new)


def _with(formula: Expression, at: int, new: Expression) -> Expression:
    count = -1

    def change(node: Expression) -> Expression:
        nonlocal count
        count += 1
        return new if count == at else rebuild(node, change)

    return change(formula)


def _letters_swapped_once(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    letters = letters_of(formula, graph)

    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Indexed):
            for one, other in combinations(letters, 2):
                if symbols(node) & {one, other}:
                    yield renamed(node, {one: other, other: one})

    return everywhere(formula, change)


def _letters_swapped(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    for one, other in combinations(letters_of(formula, graph), 2):
        yield renamed(formula, {one: other, other: one})


def _letter_dropped(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Indexed) and head(node) in graph.axes:
            wide = [at for at, axis in enumerate(graph.axes[head(node) or ""]) if axis != "1"]
            for at in wide if len(wide) > 1 and len(node.indices) > 1 else ():
                yield Indexed(node.base, node.indices[:at] + node.indices[at + 1 :])

    return everywhere(formula, change)


def _letters_left_out(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Indexed) and head(node) in graph.axes:
            yield node.base

    return everywhere(formula, change)


def _transpose_dropped(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    del graph

    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Call) and node.function == "transpose":
            yield node.args[0]

    return everywhere(formula, change)


def _transpose_added(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    del graph

    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Product) and "@" in node.joints:
            for at, factor in enumerate(node.factors):
                if not isinstance(factor, Call) or factor.function != "transpose":
                    new = (*node.factors[:at], flipped(factor), *node.factors[at + 1 :])
                    yield Product(new, node.joints)

    return everywhere(formula, change)


def _factors_exchanged(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    del graph

    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Product) and "@" in node.joints:
            for at in range(len(node.factors) - 1):
                first, second = node.factors[at : at + 2]
                yield Product((*node.factors[:at], second, first, *node.factors[at + 2 :]), node.joints)

    return everywhere(formula, change)


def _whole_transposed(formula: Expression, graph: ComputationGraph) -> Iterator[Expression]:
    if not letters_of(formula, graph) and symbols(formula) & {name for name, axes in graph.axes.items() if axes}:
        yield flipped(formula)


BARE = "index: a name without its indices"
WHOLE = "shape: the whole transposed"
INDEX_SLIPS: dict[str, Slip] = {
    "index: two letters swapped at one place": _letters_swapped_once,
    "index: two letters swapped throughout": _letters_swapped,
    "index: one dropped": _letter_dropped,
    BARE: _letters_left_out,
}
SHAPE_SLIPS: dict[str, Slip] = {
    "shape: a transpose dropped": _transpose_dropped,
    "shape: a transpose added": _transpose_added,
    "shape: two factors exchanged": _factors_exchanged,
    WHOLE: _whole_transposed,
}


def free_quantity(graph: ComputationGraph) -> Expression | None:
    """A given number, or an entry of a given array, that may be any real."""
    for leaf in graph.leaves:
        unbounded = leaf.domain.kind == "interval" and (leaf.domain.low, leaf.domain.high) == (-math.inf, math.inf)
        if unbounded and leaf.value is None and not leaf.of:
            first = tuple(integer(1) for _ in leaf.axes)
            return Indexed(Symbol(leaf.name), first) if first else Symbol(leaf.name)
    return None


def _times(formula: Expression, factor: Expression) -> Expression:
    return Product((factor, formula), ("*",))


def _threshold(formula: Expression, free: Expression) -> Expression:
    return _times(formula, Call("iverson", (Call("lt", (free, integer(50))),)))


def _far_out(formula: Expression, free: Expression) -> Expression:
    beyond = Call("max", (integer(0), Call("sub", (free, integer(40)))))
    return _times(formula, Call("add", (integer(1), beyond)))


def _bump(formula: Expression, free: Expression) -> Expression:
    near = Call("pow", (Call("sub", (free, Number(Fraction(7, 10)))), integer(2)))
    return _times(formula, Call("add", (integer(1), Call("exp", (Call("neg", (_times(near, integer(10**6)),)),)))))


def _plus_nought(formula: Expression, free: Expression) -> Expression:
    return Call("add", (formula, _times(free, integer(0))))


def _nought_times(formula: Expression, free: Expression) -> Expression:
    del free
    return _times(formula, integer(0))


def _nought(formula: Expression, free: Expression) -> Expression:
    del formula, free
    return integer(0)


def _over_itself(formula: Expression, free: Expression) -> Expression:
    return _times(formula, Call("div", (free, free)))


def _log_of_exp(formula: Expression, free: Expression) -> Expression:
    return _times(formula, Call("div", (Call("log", (Call("exp", (free,)),)), free)))


def _root_of_square(formula: Expression, free: Expression) -> Expression:
    return _times(formula, Call("div", (Call("sqrt", (Call("pow", (free, integer(2))),)), free)))


Trick = Callable[[Expression, Expression], Expression]
AT = 0.7  # where a bump stands
FAR = 60.0  # beyond thresholds
TRICKS: dict[str, tuple[Trick, float | None]] = {
    "trick: a threshold far away": (_threshold, FAR),
    "trick: grows from far out on": (_far_out, FAR),
    "trick: a bump": (_bump, AT),
    "trick: nought times it": (_nought_times, None),
    "trick: nought": (_nought, None),
    "trick: root of a square": (_root_of_square, None),
    "trick: plus nought": (_plus_nought, None),
    "trick: over itself": (_over_itself, None),
    "trick: log of exp": (_log_of_exp, None),
}
NAMED = "trick: the derivative named"
