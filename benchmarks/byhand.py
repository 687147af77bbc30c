"""What a formula is worth at a point, worked out entry by entry in plain Python: an oracle beside the evaluator.

``value(parse("y_i - yhat_i"), point, {"i": 2})`` looks up two entries and subtracts them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from grader.autodiff.graph import ComputationGraph
from grader.expression.domain import draw
from grader.expression.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
    indices,
    walk,
)

FUNCTIONS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "square": lambda a: a * a,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "relu": lambda a: max(a, 0.0),
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "max": max,
    "min": min,
    "softplus": lambda a: math.log(1 + math.exp(a)),
    "sin": math.sin,
    "cos": math.cos,
    "iverson": lambda a: 1.0 if a else 0.0,
    "kronecker": lambda a, b: 1.0 if a == b else 0.0,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "not": lambda a: not a,
}


class Unknown(Exception):
    """A formula with something in it that this oracle does not know."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a model: the entries of every quantity (by name and places), the sizes, and the length of axes."""

    graph: ComputationGraph
    sizes: Mapping[str, int]
    entries: Mapping[str, Any]
    axes: Mapping[str, tuple[int, ...]]


def random_point(graph: ComputationGraph, seed: int) -> Point:
    """A fresh point: leaves from their domains, then every node by its formula."""
    rng = np.random.default_rng(seed)
    sizes = {name: 2 + k + seed % 2 for k, name in enumerate(graph.sizes)}
    axes = {q.name: tuple(int(a) if a.isdigit() else sizes[a] for a in q.axes) for q in graph.quantities}
    entries: dict[str, Any] = {}
    for leaf in graph.leaves:
        shape = axes[leaf.name]
        entries[leaf.name] = np.asarray(
            leaf.value if leaf.value is not None else draw(leaf.domain, (1, *shape), rng)[0]
        )
        for argument in leaf.of:
            entries[f"{leaf.name}/{argument}"] = rng.normal(size=shape + axes[argument])
    point = Point(graph, sizes, entries, axes)
    for node in graph.nodes:
        if len(node.letters) != len(node.axes):
            raise Unknown(node.name)
        found = np.zeros(axes[node.name])
        for place in product(*map(range, axes[node.name])):
            letters = {letter: n + 1 for letter, n in zip(node.letters, place, strict=True)}
            found[place] = value(node.expression, point, letters)
        entries[node.name] = found
    return point


def value(node: Expression, point: Point, letters: Mapping[str, int]) -> float:
    """The number that a formula is worth with its index letters at given places (from 1)."""
    match node:
        case Number():
            return float(node.value)
        case Symbol(name=name):
            if name in letters:
                return letters[name]
            if name in point.sizes:
                return point.sizes[name]
            if name in point.entries and not point.axes[name]:
                return float(point.entries[name])
            raise Unknown(name)
        case Indexed():
            return _entry(point, head(node) or "", indices(node), letters)
        case Partial():
            name = f"{head(node.numerator)}/{head(node.denominator)}"
            return _entry(point, name, indices(node), letters)
        case Product():
            return math.prod(value(factor, point, letters) for factor in node.factors)
        case Call() if node.function in FUNCTIONS and not node.primes:
            return FUNCTIONS[node.function](*(value(arg, point, letters) for arg in node.args))
        case Cases():
            for result, test in node.branches:
                if value(test, point, letters):
                    return value(result, point, letters)
            if node.otherwise is not None:
                return value(node.otherwise, point, letters)
        case Reduce(kind="sum", condition=None):
            return _sum(node, point, letters)
    raise Unknown(type(node).__name__)


def _entry(point: Point, name: str, places: tuple[Expression, ...], letters: Mapping[str, int]) -> float:
    if name not in point.entries:
        raise Unknown(name)
    found = point.entries[name][tuple(int(value(place, point, letters)) - 1 for place in places)]
    if np.ndim(found):
        raise Unknown(name)
    return float(found)


def _sum(node: Reduce, point: Point, letters: Mapping[str, int]) -> float:
    length = length_of(node.body, node.letter, point)
    return sum(value(node.body, point, {**letters, node.letter: n + 1}) for n in range(length))


def length_of(node: Expression, letter: str, point: Point) -> int:
    """How far an index letter runs: as far as the axis that it enters."""
    for item in walk(node):
        for place, length in zip(indices(item), point.axes.get(head(item) or "", ()), strict=False):
            if place == Symbol(letter):
                return length
    raise Unknown(letter)


def entries_of(target: Expression, formula: Expression, point: Point) -> list[float]:
    """All entries of a formula over the letters of its target; nan where it has no value."""
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    lengths = {
        index.name: length
        for side in sides
        for index, length in zip(indices(side), point.axes.get(head(side) or "", ()), strict=False)
        if isinstance(index, Symbol)
    }
    found = []
    for place in product(*(range(1, length + 1) for length in lengths.values())):
        try:
            found.append(float(value(formula, point, dict(zip(lengths, place, strict=True)))))
        except (ArithmeticError, ValueError, TypeError):
            found.append(math.nan)
    return found


def differs(one: list[float], other: list[float]) -> bool | None:
    """Whether two lists of entries differ plainly; None where it is too close to say, or nothing is defined."""
    gaps = [abs(a - b) / max(abs(a), abs(b), 1e-6) for a, b in zip(one, other, strict=True) if a == a and b == b]
    if not gaps:
        return None
    return True if max(gaps) > 1e-4 else False if max(gaps) < 1e-9 else None


def shuffled(items: list[Any], seed: int) -> list[Any]:
    """The items in a random order that a seed gives."""
    random.Random(seed).shuffle(items)
    return items
