"""A margin of the model that the sample points meet on one side alone -> points on the other side, if there are any.

For ``relu(a + b - 1.99)`` with a and b between 0 and 1, two random numbers are hardly ever there, and for
``abs(r) <= 5000`` they never are. From the points nearest to the boundary the quantities are moved, all at once, one
after the other and entry by entry, towards the ends of their domains or far out, for as long as that leads closer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from grader.autodiff.graph import Leaf
from grader.expression.evaluation.values import Array, ShapeError
from grader.solver.runs import Run, leaf_values, moved_run

ROUNDS = 8
STARTS = 3
ENTRIES = 6  # of an array that are moved each by itself
NEARER = 2.0 ** -np.array([1, 2, 4, 7, 11, 16, 24, 32])  # of the way to an end that is left
OUT = 2.0 ** np.array([1, 3, 6, 10, 15, 20, 28])
AROUND = 12
Leaves = dict[str, Array]


def beyond(run: Run, margin: Callable[[Run], Array | None], missing: int) -> Run | None:
    """Points at which an entry of the margin has the sign that is `missing`, 1 or -1; None where none is found."""
    data = margin(run)
    if data is None or not data.size:
        return None
    order = np.argsort(-(missing * data).max(axis=1), kind="stable")[:STARTS]
    for k in order:
        found = _climb(run, _points(run, slice(int(k), int(k) + 1)), margin, missing)
        if found is not None:
            return _around(run, found, margin, missing)
    return None


def _climb(run: Run, point: Leaves, margin: Callable[[Run], Array | None], missing: int) -> Leaves | None:
    best = -np.inf
    for _ in range(ROUNDS):
        moved = _at(run, list(_moves(run, point)), margin)
        if moved is None:
            return None
        tried, data = moved
        reached = (missing * data).max(axis=1)
        there = np.flatnonzero(reached > 0)
        if len(there):  # the least far of them: there rounding does least
            at = int(there[np.argmin(_far(run, tried)[there])])
            return _points(tried, slice(at, at + 1))
        at = int(np.argmax(reached))
        if not reached[at] > best:
            return None
        best, point = float(reached[at]), _points(tried, slice(at, at + 1))
    return None


def _moves(run: Run, point: Leaves) -> Iterator[Leaves]:
    """The point with all quantities, one of them, or one entry of one moved by a step of each size."""
    yield point
    leaves = [leaf for leaf in run.graph.leaves if leaf.value is None and leaf.domain.kind == "interval"]
    steps = {leaf.name: _steps(leaf, point[leaf.name]) for leaf in leaves}
    for k in range(max(map(len, steps.values()), default=0)):
        yield {**point, **{name: ways[k] for name, ways in steps.items() if k < len(ways)}}
    for name, ways in steps.items():
        for way in ways:
            yield {**point, name: way}
            for entry in range(min(way.size, ENTRIES) if way.size > 1 else 0):
                value = point[name].copy()
                value.flat[entry] = way.flat[entry]
                yield {**point, name: value}


def _steps(leaf: Leaf, value: Array) -> list[Array]:
    """Where a quantity may go from its value: towards each end, far out where there is none."""
    found: list[Array] = []
    for end, sign in ((leaf.domain.low, -1.0), (leaf.domain.high, 1.0)):
        if np.isfinite(end):
            found += [end + (value - end) * share for share in NEARER]
        else:
            found += [value + sign * far for far in OUT]
    return found


def _around(run: Run, point: Leaves, margin: Callable[[Run], Array | None], missing: int) -> Run | None:
    """The point, and others on its side: between it and ordinary ones, as far as these are on that side too."""
    ordinary = [_points(run, slice(k, k + 1)) for k in range(min(run.points, AROUND))]
    smooth = [leaf.name for leaf in run.graph.leaves if leaf.value is None and leaf.domain.kind == "interval"]
    shares = (0.5, 0.25, 2.0**-4, 2.0**-7, 2.0**-12)
    mixed = [
        {**point, **{name: point[name] + share * (other[name] - point[name]) for name in smooth}}
        for other in ordinary
        for share in shares
    ]
    found = _at(run, [point, *mixed], margin)
    if found is None:
        return None
    tried, data = found
    there = np.flatnonzero((missing * data).max(axis=1) > 0)[: 2 * AROUND]
    return moved_run(run, {name: values[there] for name, values in leaf_values(tried).items()}, len(there))


def _at(run: Run, points: list[Leaves], margin: Callable[[Run], Array | None]) -> tuple[Run, Array] | None:
    try:
        tried = moved_run(run, {name: np.concatenate([p[name] for p in points]) for name in points[0]}, len(points))
    except ShapeError:
        return None
    data = margin(tried)
    return None if data is None else (tried, data)


def _points(run: Run, places: slice) -> Leaves:
    return {name: values[places] for name, values in leaf_values(run).items()}


def _far(run: Run, tried: Run) -> Array:
    """How large the largest number is that each point starts from."""
    free = [leaf.name for leaf in run.graph.leaves if leaf.value is None]
    sizes = [np.abs(tried.values[name]).reshape(tried.points, -1).max(axis=1) for name in free]
    return np.asarray(np.max(sizes, axis=0), dtype=float)
