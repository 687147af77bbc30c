"""What a formula is worth at a point, in plain Python and NumPy: an oracle beside the evaluator.

``value(parse("y_i - yhat_i"), point, {"i": 2})`` looks up two entries and subtracts them; without letters, ``X^T @ g``
is NumPy's own product of two arrays.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from grader.autodiff.graph import ComputationGraph
from grader.expression.algebra.construct import free_symbols
from grader.expression.language.domain import draw
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    rebuild,
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
    "sinh": math.sinh,
    "cosh": math.cosh,
    "normal_cdf": lambda a: (1 + math.erf(a / math.sqrt(2))) / 2,
    "normal_pdf": lambda a: math.exp(-a * a / 2) / math.sqrt(2 * math.pi),
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


CONSTANTS = {"pi": math.pi, "e": math.e}


class Unknown(Exception):
    """A formula with something in it that this oracle does not know."""


class Misshapen(Exception):
    """A formula whose arrays don't fit each other, or the target."""


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
        places = sizes.get(str(leaf.domain.size), 0) if leaf.domain.kind == "index" else 0
        drawn = leaf.value if leaf.value is not None else draw(leaf.domain, (1, *shape), rng, places)[0]
        entries[leaf.name] = np.asarray(drawn)
        for argument in leaf.of:
            entries[f"{leaf.name}/{argument}"] = rng.normal(size=shape + axes[argument])
    point = Point(graph, sizes, entries, axes)
    for node in graph.nodes:
        if len(node.letters) != len(node.axes):
            raise Unknown(node.name)
        formula = bounded(node.expression, node.expression, point)
        found = np.zeros(axes[node.name])
        for place in product(*map(range, axes[node.name])):
            letters = {letter: n + 1 for letter, n in zip(node.letters, place, strict=True)}
            found[place] = value(formula, point, letters)
        entries[node.name] = found
    return point


def value(node: Expression, point: Point, letters: Mapping[str, int]) -> Any:
    """The number, or the array, that a formula is worth with its index letters at given places (from 1)."""
    match node:
        case Number():
            return float(node.value)
        case Symbol(name=name):
            if name in letters:
                return letters[name]
            if name in point.sizes:
                return point.sizes[name]
            if name in point.entries:
                return point.entries[name] if point.axes[name] else float(point.entries[name])
            if name in CONSTANTS:
                return CONSTANTS[name]
            raise Unknown(name)
        case Indexed():
            return _entry(point, head(node) or "", indices(node), letters)
        case Partial():
            name = f"{head(node.numerator)}/{head(node.denominator)}"
            return _entry(point, name, indices(node), letters)
        case Product():
            found = value(node.factors[0], point, letters)
            for joint, factor in zip(node.joints, node.factors[1:], strict=True):
                found = _joined(joint, found, value(factor, point, letters))
            return found
        case Call() if not node.primes:
            return _called(node, [value(arg, point, letters) for arg in node.args])
        case Cases():
            for result, test in node.branches:
                if value(test, point, letters):
                    return value(result, point, letters)
            if node.otherwise is not None:
                return value(node.otherwise, point, letters)
        case Reduce(kind="sum", upper=Number(value=upper)):
            found = 0.0
            for n in range(1, int(upper) + 1):
                inside = {**letters, node.letter: n}
                if node.condition is None or value(node.condition, point, inside):
                    found = found + value(node.body, point, inside)
            return found
    raise Unknown(type(node).__name__)


def _called(node: Call, args: list[Any]) -> Any:
    match node.function:
        case "transpose":
            return np.transpose(args[0])
        case "total":
            return np.sum(args[0], axis=int(args[1]) if len(args) > 1 else None)
        case "inner":
            return float(np.vdot(args[0], args[1]))
        case "diag" if np.ndim(args[0]) == 1:
            return np.diag(args[0])
        case name if name in FUNCTIONS:
            if not any(map(np.ndim, args)):
                return FUNCTIONS[name](*args)
            args = _fitting(*args)
            return np.vectorize(FUNCTIONS[name], otypes=[float])(*args)
    raise Unknown(node.function)


def _joined(joint: str, left: Any, right: Any) -> Any:
    """Two factors as their joint says; a star between two arrays says too little."""
    if not np.ndim(left) or not np.ndim(right):
        return left * right
    match joint:
        case "@":
            if np.shape(left)[-1] != np.shape(right)[0]:
                raise Misshapen
            return left @ right
        case "circ":
            left, right = _fitting(left, right)
            return left * right
        case "otimes":
            return np.multiply.outer(left, right)
    raise Unknown(joint)


def _fitting(*args: Any) -> list[Any]:
    """Arrays that fit each other, a vector beside a column as a column; not where NumPy would stretch all of them."""
    columns = any(np.ndim(arg) == 2 and np.shape(arg)[1] == 1 for arg in args)
    found = [np.reshape(arg, (-1, 1)) if columns and np.ndim(arg) == 1 else arg for arg in args]
    try:
        together = np.broadcast_shapes(*map(np.shape, found))
    except ValueError:
        raise Misshapen from None
    if together not in map(np.shape, found):
        raise Misshapen
    return found


def _entry(point: Point, name: str, places: tuple[Expression, ...], letters: Mapping[str, int]) -> Any:
    if name not in point.entries:
        raise Unknown(name)
    array = point.entries[name]
    if len(places) == 1 < array.ndim:
        array = _flat(array)
    at = [slice(None) if isinstance(p, Slice) else int(value(p, point, letters)) - 1 for p in places]
    found = array[tuple(at)]
    return found if np.ndim(found) else float(found)


def _flat(array: Any) -> Any:
    """A row or a column as a vector: one index enters it; any other array as it is."""
    return array.reshape(-1) if sum(size != 1 for size in array.shape) == 1 else array


def bounded(node: Expression, root: Expression, point: Point) -> Expression:
    """The formula with the number of terms at every sum: as many as the axis that its letter enters is long."""
    node = rebuild(node, lambda child: bounded(child, root, point))
    if not isinstance(node, Reduce) or not node.letter or node.lower is not None:
        return node
    if node.upper is not None:
        return replace(node, upper=Number(Fraction(int(value(node.upper, point, {})))))
    try:
        length = length_of(node.body, node.letter, point)
    except Unknown:  # a sum of ones
        length = length_of(root, node.letter, point)
    return replace(node, upper=Number(Fraction(length)))


def length_of(node: Expression, letter: str, point: Point) -> int:
    """How far an index letter runs: as far as the axis that it enters."""
    for item in walk(node):
        for place, length in zip(indices(item), _entered(item, point), strict=False):
            if place == Symbol(letter):
                return length
    raise Unknown(letter)


def _entered(item: Expression, point: Point) -> tuple[int, ...]:
    """The lengths of the axes that indices enter, from left to right."""
    if isinstance(item, Partial):
        return _entered(item.numerator, point) + _entered(item.denominator, point)
    axes = point.axes.get(head(item) or "", ())
    row = len(indices(item)) == 1 < len(axes) and sum(length != 1 for length in axes) == 1
    return tuple(length for length in axes if length != 1) if row else axes[: len(indices(item))]


def entries_of(target: Expression, formula: Expression, point: Point) -> list[float]:
    """All entries of a formula over the letters of its target and the axes left whole; nan where it has no value.

    Raises Misshapen for a formula of another shape.
    """
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    lengths = {
        index.name: length
        for side in sides
        for index, length in zip(indices(side), _entered(side, point), strict=True)
        if isinstance(index, Symbol) and index.name not in point.entries
    }
    left = [n for side in sides for n in _left_whole(side, point) if n != 1]
    formula = bounded(formula, formula, point)
    own = _own_letters(formula, {*lengths, *point.entries, *point.sizes, *CONSTANTS}, point)
    for length in tuple(left):  # a formula of entries for a target that is asked for as a whole
        if length in own:
            left.remove(length)
            lengths[own[length]] = length
    found: list[float] = []
    for place in product(*(range(1, length + 1) for length in lengths.values())):
        try:
            got = np.asarray(value(formula, point, dict(zip(lengths, place, strict=True))), dtype=float)
        except (ArithmeticError, ValueError, TypeError):
            got = np.full(left, math.nan)
        if [n for n in got.shape if n != 1] != left:
            raise Misshapen
        found += map(float, got.reshape(-1))
    return found


def _left_whole(side: Expression, point: Point) -> tuple[int, ...]:
    axes = point.axes.get(head(side) or "", ())
    entered = _entered(side, point)
    return () if entered and len(entered) == sum(n != 1 for n in axes) != len(axes) else axes[len(entered) :]


def _own_letters(node: Expression, known: set[str], point: Point) -> dict[int, str]:
    """The index letters that a formula has free, by their ranges, which differ."""
    return {length_of(node, letter, point): letter for letter in sorted(free_symbols(node) - known)}


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
