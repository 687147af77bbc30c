"""The interval of results that honest rounding of every intermediate can give.

A student who keeps N decimals on each line works with ``0.2043`` for ``0.20434``; every operation may add half a
unit of the N-th decimal, or of the N-th significant digit. Source: Moore, Kearfott and Cloud, Introduction to
Interval Analysis (2009).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations
from types import MappingProxyType
from typing import TypeAlias, assert_never

from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
)
from grader.rubric.model import Tolerance

Interval: TypeAlias = tuple[float, float]
WHOLE: Interval = (-math.inf, math.inf)
_INCREASING = frozenset(
    ("exp", "log", "sqrt", "sigmoid", "tanh", "relu", "softplus", "arctan", "sinh", "erf", "normal_cdf")
)
_MAX_PERMUTED = 5


def rounds(tolerance: Tolerance) -> bool:
    """Whether every line is rounded, so that the tolerance is an interval."""
    return tolerance.rounding is not None or tolerance.rounding_significant is not None


def half_unit(tolerance: Tolerance, size: float) -> float:
    """By how much rounding as asked may change a number of the given size; 0 where no rounding is asked for."""
    if tolerance.rounding is not None:
        return 0.5 * 10.0**-tolerance.rounding
    if tolerance.rounding_significant is not None and 0 < size < math.inf:
        return 0.5 * 10.0 ** (math.floor(math.log10(size)) + 1 - tolerance.rounding_significant)
    return 0.0


def first_array(graph: ComputationGraph, values: Mapping[str, Array]) -> str | None:
    """A quantity that is an array, where the program has one: rounding is carried through numbers only."""
    return next((item.name for item in graph.quantities if values[item.name].ndim > 1), None)


def rounded_program(
    graph: ComputationGraph,
    adjoints: Mapping[str, tuple[Node, ...]],
    values: Mapping[str, float],
    tolerance: Tolerance,
    held: Mapping[str, Interval] = MappingProxyType({}),
) -> dict[str, Interval]:
    """Every node and adjoint of a scalar program with its interval, given the leaves' numbers.

    The interval of a quantity comes from rounded operands and is not rounded itself: whoever compares a typed
    number with it adds that number's own half unit. Later lines do work with the rounded quantity. Quantities in
    `held` have the interval given there, whatever their formula.
    """
    known: dict[str, Interval] = {leaf.name: (values[leaf.name],) * 2 for leaf in graph.leaves}
    exact: dict[str, Interval] = {}
    for node in (*graph.nodes, *(node for nodes in adjoints.values() for node in nodes)):
        if node.name in held:
            exact[node.name] = known[node.name] = held[node.name]
            continue
        exact[node.name] = _interval(node.expression, known, tolerance)
        known[node.name] = _rounded(exact[node.name], tolerance)
    return exact


def _rounded(interval: Interval, tolerance: Tolerance) -> Interval:
    half = half_unit(tolerance, max(abs(interval[0]), abs(interval[1])))
    return (interval[0] - half, interval[1] + half)


def _interval(node: Expression, known: Mapping[str, Interval], tolerance: Tolerance) -> Interval:
    match node:
        case Number():
            return (float(node.value),) * 2
        case Symbol() | Partial() | Indexed():
            name = head(node)
            if name == "e" and name not in known:
                return (math.e, math.e)
            return known.get(name or "", WHOLE)
        case Product():
            return _product([_interval(factor, known, tolerance) for factor in node.factors], tolerance)
        case Cases():
            parts = [_interval(value, known, tolerance) for value, _ in node.branches]
            parts += [] if node.otherwise is None else [_interval(node.otherwise, known, tolerance)]
            return _hull(parts)
        case Call():
            return _call(node, [_interval(arg, known, tolerance) for arg in node.args])
        case Reduce() | Matrix() | Slice():  # no arithmetic of single numbers: anything may come out
            return WHOLE
        case _:
            assert_never(node)


def _hull(parts: list[Interval]) -> Interval:
    return (min(part[0] for part in parts), max(part[1] for part in parts))


def _times(a: Interval, b: Interval) -> Interval:
    corners = [x * y if x and y else 0.0 for x in a for y in b]
    return (min(corners), max(corners))


def _product(factors: list[Interval], tolerance: Tolerance) -> Interval:
    """The hull over the orders in which the factors can be multiplied, each partial product rounded."""
    orders = permutations(factors) if len(factors) <= _MAX_PERMUTED else [tuple(factors)]
    found = []
    for order in orders:
        total = order[0]
        for k, factor in enumerate(order[1:], start=2):
            total = _times(total, factor)
            total = _rounded(total, tolerance) if k < len(order) else total
        found.append(total)
    return _hull(found)


def _call(node: Call, args: list[Interval]) -> Interval:
    match node.function, args:
        case "add", [a, b]:
            return (a[0] + b[0], a[1] + b[1])
        case "sub", [a, b]:
            return (a[0] - b[1], a[1] - b[0])
        case "neg", [a]:
            return (-a[1], -a[0])
        case "div", [a, b]:
            return WHOLE if b[0] <= 0 <= b[1] else _times(a, (1 / b[1], 1 / b[0]))
        case "square", [a]:
            return _power(a, 2)
        case "pow", [a, (low, high)] if low == high and low == int(low):
            return _power(a, int(low))
        case "abs", [a]:
            low = 0.0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1]))
            return (low, max(abs(a[0]), abs(a[1])))
        case "sign", [a]:
            return (float((a[0] > 0) - (a[0] < 0)), float((a[1] > 0) - (a[1] < 0)))
        case "max", _:
            return (max(a[0] for a in args), max(a[1] for a in args))
        case "min", _:
            return (min(a[0] for a in args), min(a[1] for a in args))
        case "iverson" | "kronecker", _:
            return (0.0, 1.0)
        case name, [a] if name in _INCREASING:
            return _monotone(name, a)
    return WHOLE


def _monotone(name: str, a: Interval) -> Interval:
    import numpy as np

    with np.errstate(all="ignore"):
        low, high = (float(ELEMENTWISE[name](np.float64(end))) for end in a)
    return (-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _power(a: Interval, exponent: int) -> Interval:
    if exponent < 0:
        base = _power(a, -exponent)
        return WHOLE if base[0] <= 0 <= base[1] else (1 / base[1], 1 / base[0])
    ends = [_raised(a[0], exponent), _raised(a[1], exponent)]
    if exponent % 2 == 0 and a[0] <= 0 <= a[1]:
        ends.append(0.0)
    return (min(ends), max(ends))


def _raised(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 else math.inf
