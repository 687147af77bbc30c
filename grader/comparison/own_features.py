"""Thresholds and bumps of an answer's own -> the points where they would show.

``(1 + e^{-10^6 (x - 7/10)^2}) f(x)`` is ``f(x)`` at random points, and twice that at 0.7; ``1[X_{11} < 50]`` shows
where one entry is large and the others are not. What stands in a function, a condition, a power or a divisor is
followed along each quantity, entry by entry, to where it changes its sign and where it turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grader.autodiff.graph import Leaf
from grader.comparison.far_points import is_open
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Call, Expression, Number, children, symbols, walk
from grader.solver.kinks import margin_values, margins, new_conditions
from grader.solver.runs import Run, leaf_values, moved_run

LARGE, SMALL = 4, Fraction(1, 4)  # a number beyond these can make a function steep, or put a threshold far away
ARGUMENTS = 6
ENTRIES = 8  # that an argument depends on, of all quantities
STARTS = 2
SHRUNK = (1.0, 2.0**-4, 2.0**-10)  # of all other quantities, so that functions do not level off
NEAR = np.linspace(-4.0, 4.0, 65)
OUT = 2.0 ** np.arange(3, 16)
INSIDE = np.linspace(0.0, 1.0, 67)[1:-1]
EVENTS = 64  # of one argument
COLUMNS = 4
FINER, ROUNDS = 17, 12  # each round leaves an eighth of the way
PLAIN = frozenset(("add", "sub", "neg", "transpose", "total", "mean", "lt", "le", "gt", "ge", "eq", "ne"))


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A way along one entry of a quantity: a point to start from, and the values that the entry takes."""

    start: Mapping[str, Array]
    name: str
    entry: tuple[int, ...]
    values: Array


def own_features(run: Run, answer: Expression, known: tuple[Expression, ...]) -> Run | None:
    """The points where thresholds and bumps of an answer would show; None for an answer that can't have any.

    `known` are the conditions of the model, on whose sides there are sample points already.
    """
    chosen: list[dict[str, Array]] = []
    for argument in _arguments(run, answer, known):
        ways = _ways(run, argument)
        if ways:
            chosen += _telling(run, argument, ways)
    if not chosen:
        return None
    leaves = {name: np.concatenate([points[name] for points in chosen]) for name in chosen[0]}
    return moved_run(run, leaves, _count(leaves))


def _arguments(run: Run, answer: Expression, known: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """Conditions of the answer's own, and what stands where a number may make a function steep or move it far away."""
    found = new_conditions(run, margins(answer), known)
    return tuple(dict.fromkeys((*found, *(item for item in _curved(answer) if symbols(item)))))[:ARGUMENTS]


def _curved(answer: Expression) -> Iterator[Expression]:
    """The arguments of all that is no sum and no product, and holds a number far from 1."""
    known: dict[int, bool] = {}  # of nodes that the answer keeps: however often one is used, it is looked at once

    def holds(node: Expression) -> bool:
        found = known.get(id(node))
        if found is None:
            found = known[id(node)] = _is_far_from_1(node) or any(map(holds, children(node)))
        return found

    for node in walk(answer):
        if isinstance(node, Call) and node.function not in PLAIN and holds(node):
            yield from node.args[1:] if node.function == "div" else node.args


def _is_far_from_1(node: Expression) -> bool:
    if isinstance(node, Number):
        return node.value != 0 and not SMALL <= abs(node.value) <= LARGE
    return isinstance(node, Call) and node.function in ("pow", "exp") and not symbols(node)


def _ways(run: Run, argument: Expression) -> list[_Way]:
    """Ways along the entries that an argument depends on, from ordinary points and from small ones."""
    free = {leaf.name: leaf for leaf in run.graph.leaves if leaf.value is None and leaf.domain.kind == "interval"}
    found: list[_Way] = []
    for name, entry in _entries(run, argument, free):
        for k in range(STARTS):
            start = {other: values[k : k + 1] for other, values in leaf_values(run).items()}
            values = _values(free[name], float(start[name][(0, *entry)]))
            for share in SHRUNK if is_open(free[name]) else SHRUNK[:1]:
                small = {other: start[other] * share for other, leaf in free.items() if is_open(leaf)}
                found.append(_Way({**start, **small}, name, entry, values))
    return found


def _values(leaf: Leaf, start: float) -> Array:
    low, high = leaf.domain.low, leaf.domain.high
    if np.isfinite(low) and np.isfinite(high):
        return low + (high - low) * INSIDE
    values = np.unique(np.concatenate([-OUT, NEAR, NEAR + start, OUT]))
    kept: Array = values[(values > low) & (values < high)]
    return kept


def _entries(run: Run, argument: Expression, free: Mapping[str, Leaf]) -> list[tuple[str, tuple[int, ...]]]:
    """The entries of the quantities that an argument depends on, the first few."""
    base = {name: values[:1] for name, values in leaf_values(run).items()}
    every = [(name, entry) for name in free for entry in np.ndindex(base[name].shape[1:])]
    if not every:
        return []
    moved: list[_Way] = []
    for name, entry in every:
        low, high, at = free[name].domain.low, free[name].domain.high, float(base[name][(0, *entry)])
        step = min(0.5, (high - low) / 4)
        moved.append(_Way(base, name, entry, np.array([at, at + step if at + step < high else at - step])))
    data = _along(run, argument, moved)
    if data is None:
        return []
    told = (data[0::2] != data[1::2]).any(axis=1)
    return [every[k] for k in np.flatnonzero(told)[:ENTRIES]]


def _points(ways: Sequence[_Way]) -> dict[str, Array]:
    """All points of some ways."""
    many = [len(way.values) for way in ways]
    found = {
        name: np.concatenate([np.repeat(way.start[name], n, axis=0) for way, n in zip(ways, many, strict=True)])
        for name in ways[0].start
    }
    at = 0
    for way, n in zip(ways, many, strict=True):
        found[way.name] = found[way.name].astype(float, copy=False)
        entries: tuple[slice | int, ...] = (slice(at, at + n), *way.entry)
        found[way.name][entries] = way.values
        at += n
    return found


def _count(points: dict[str, Array]) -> int:
    return len(next(iter(points.values())))


def _along(run: Run, argument: Expression, ways: Sequence[_Way]) -> Array | None:
    """The argument at all points of some ways: (K, entries); None where it has no values."""
    points = _points(ways)
    try:
        return margin_values(moved_run(run, points, _count(points)), argument)
    except ShapeError:
        return None


def _telling(run: Run, argument: Expression, ways: Sequence[_Way]) -> list[dict[str, Array]]:
    """Where the argument changes its sign or turns along the ways, closer and closer, and the points beyond."""
    data = _along(run, argument, ways)
    if data is None:
        return []
    found: list[tuple[_Way, int, bool]] = []
    beyond: list[_Way] = []
    at = 0
    for way in ways:
        for column, k, turns in _events(data[at : at + len(way.values)]):
            near = way.values[max(k - 1, 0) : k + 3]
            beyond.append(replace(way, values=near))
            found.append((replace(way, values=near[[0, min(2, len(near) - 1)]]), column, turns))
        at += len(way.values)
    if not found:
        return []
    return [_points(beyond[:EVENTS]), _points(_closest(run, argument, found[:EVENTS]))]


def _events(data: Array) -> Iterator[tuple[int, int, bool]]:
    """Where a column changes its sign, or turns: (column, place, whether it turns)."""
    for column in range(min(data.shape[1], COLUMNS)):
        for turns, places in ((False, _changes(data[:, column])), (True, _turns(data[:, column]))):
            yield from ((column, int(k), turns) for k in places[:COLUMNS])


def _changes(values: Array) -> Array:
    """The places before a change of sign."""
    signs = np.sign(values)
    return np.flatnonzero((signs[:-1] * signs[1:] <= 0) & (signs[:-1] != signs[1:]))


def _turns(values: Array) -> Array:
    """The places of least and greatest values."""
    steps = np.sign(np.diff(values))
    return np.flatnonzero(steps[:-1] * steps[1:] < 0) + 1


def _closest(run: Run, argument: Expression, events: Sequence[tuple[_Way, int, bool]]) -> list[_Way]:
    """For each event values on either side of the change of sign, or next to the turning point."""
    ways = [way for way, _, _ in events]
    for _ in range(ROUNDS):
        ways = [replace(way, values=np.linspace(way.values[0], way.values[-1], FINER)) for way in ways]
        data = _along(run, argument, ways)
        if data is None:
            return ways
        for k, (_, column, turns) in enumerate(events):
            values = data[k * FINER : (k + 1) * FINER, column]
            places = _turns(values) if turns else _changes(values)
            if len(places):
                at = int(places[0])
                ends = (at - 1, at + 1) if turns else (at, at + 1)
                ways[k] = replace(ways[k], values=ways[k].values[list(ends)])
            else:
                ways[k] = replace(ways[k], values=ways[k].values[[FINER // 2 - 1, FINER // 2 + 1]])
    return [replace(way, values=np.linspace(way.values[0], way.values[-1], 3)) for way in ways]
