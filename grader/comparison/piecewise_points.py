"""Points in every piece of two formulas: between any two neighbouring boundaries, however close or far they lie.

For ``1[x > 0]`` against ``1[x > 0.001]`` one of the points has x between 0 and 0.001.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from grader.autodiff.graph import Leaf
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import Array
from grader.expression.language.domain import Domain
from grader.expression.language.nodes import Expression
from grader.solver.runs import Run, moved_run

_BASES = 3  # lines run through so many random points, and then through points found on them
_LINES = 12
_SPLIT, _ROUNDS = 100, 5  # a boundary is narrowed down by 100 in each round
_STEPS = 2.0 ** np.arange(-24, 21, dtype=float)


def in_every_piece(run: Run, margins: Sequence[Expression]) -> Run | None:
    """Points on lines along one coordinate each, one in every stretch between two boundaries; None for no boundary."""
    margins = _distinct(run, margins)
    leaves = [leaf for leaf in run.graph.leaves if leaf.domain.kind == "interval"] if margins else []
    bases = [{name: float(values[k]) for name, values in run.values.items()} for k in range(min(_BASES, run.points))]
    found: list[dict[str, float]] = []
    lines = 0
    for base in bases:
        for leaf in leaves:
            lines += 1
            if lines > _LINES:
                break
            stretch = _stretches(leaf, base, margins)
            new = [{**base, leaf.name: place} for place in stretch]
            found += new
            if len(bases) < _BASES * 4:
                bases += new[-1:] + new[:1]
    if not found:
        return None
    values = {name: np.array([point[name] for point in found]) for name in found[0]}
    return moved_run(run, values, len(found))


def _distinct(run: Run, margins: Sequence[Expression]) -> tuple[Expression, ...]:
    """The margins less those that are a multiple of another: ``y - yhat`` and ``yhat - y`` share their boundary."""
    found: dict[bytes, Expression] = {}
    for margin in margins:
        values = _along(margin, run.values)
        largest = values[int(np.argmax(np.abs(values)))]
        found.setdefault((np.round(values / (largest or 1.0), 9) + 0.0).tobytes(), margin)
    return tuple(found.values())


def _stretches(leaf: Leaf, base: dict[str, float], margins: Sequence[Expression]) -> list[float]:
    """Values of one leaf, all others as in `base`: one in each stretch between neighbouring boundaries."""
    ladder = _ladder(leaf.domain, base[leaf.name])
    edges: list[float] = []
    for margin in margins:
        signs = np.sign(_on_line(margin, leaf.name, ladder, base))
        flips = np.flatnonzero((signs[:-1] * signs[1:] < 0) | ((signs[:-1] != 0) & (signs[1:] == 0)))
        edges += [_edge(margin, leaf.name, float(ladder[k]), float(ladder[k + 1]), base) for k in flips]
    if not edges:
        return []
    ends = sorted({float(ladder[0]), *edges, float(ladder[-1])})
    return [_middle(low, high) for low, high in pairwise(ends) if _middle(low, high) != low]


def _middle(low: float, high: float) -> float:
    """A point between: near the smaller end where the stretch leads far away."""
    nearer = min((low, high), key=abs)
    return nearer + math.copysign(min(abs(high - low) / 2, 1.0), (high if nearer == low else low) - nearer)


def _ladder(domain: Domain, around: float) -> Array:
    """Places along a domain, close together near 0 and near where the line starts."""
    low, high = max(domain.low, -(2.0**21)), min(domain.high, 2.0**21)
    every = np.concatenate([_STEPS, -_STEPS, around + _STEPS, around - _STEPS, np.linspace(low, high, 9)[1:-1], [0.0]])
    return np.unique(every[(every > low) & (every < high)])


def _edge(margin: Expression, name: str, low: float, high: float, base: dict[str, float]) -> float:
    """Where the margin's sign changes between two places, to about 1e-10 of their distance."""
    for _ in range(_ROUNDS):
        places = np.linspace(low, high, _SPLIT + 1)
        signs = np.sign(_on_line(margin, name, places, base))
        k = int(np.argmax(signs != signs[0])) or _SPLIT
        if signs[k] == 0:
            return float(places[k])
        low, high = float(places[k - 1]), float(places[k])
    return (low + high) / 2


def _on_line(margin: Expression, name: str, places: Array, base: dict[str, float]) -> Array:
    values = {other: np.full(len(places), value) for other, value in base.items()}
    return _along(margin, {**values, name: places})


def _along(margin: Expression, values: Mapping[str, Array]) -> Array:
    data = evaluate(margin, Environment(values, {}, {})).data
    count = len(next(iter(values.values())))
    finite = np.where(np.isfinite(data), data, 0.0) if data.ndim == 1 else np.zeros(1)
    return np.broadcast_to(finite, (count,))
