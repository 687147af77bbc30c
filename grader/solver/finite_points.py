"""Sample points at which the model has values: where some quantity overflows or is undefined, others are drawn.

``-sum(Y*log(softmax(Z)))`` of wide logits is ``0*log(0)`` at most points; nearer to 0 it is a number. Random whole
numbers are negative, and ``log(y!)`` then has no value; with the signs turned it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from grader.autodiff.graph import Node
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.domain import INTEGER, REAL
from grader.expression.language.nodes import Expression, head
from grader.solver.runs import Run, draw_leaves, joined, leaf_values, moved_run, seeded, widened, with_partials

LEAST = 4  # points, for a model that has values at few
DRAWN = 4  # times as many points in a round
ROUNDS = (  # how far out the points are drawn, and whether all on one side of 0
    *((1.0, False), (1.0, True)),
    *((2.0**-2, False), (2.0**-2, True)),
    *((2.0**-4, False), (2.0**-4, True), (2.0**-7, False)),
)

NEARER = (2.0**-2, 2.0**-4, 2.0**-7)  # how far out points are drawn where a derivative cancels at most others
FAINT = 1e-9  # no rounding noise of numbers near 1 is larger

HINT = "give the quantities domains in which the model has values"


def at_finite_points(run: Run, names: Iterable[str], key: str) -> Run:
    """The run with other points for those at which one of the named quantities has no finite value.

    Raises ShapeError where there are hardly any. Entries that have no value at any point say nothing of the points.
    """
    names = tuple(names)
    if _finite(run, names).all():
        return run
    rng = seeded(key, "finite")
    pool = run
    for scale, one_sided in ROUNDS:
        leaves = widened(run.graph, draw_leaves(run.graph, run.sizes, DRAWN * run.points, rng), scale)
        if one_sided:
            leaves = _one_sided(run, leaves)
        pool = joined(pool, moved_run(run, leaves, DRAWN * run.points))
        if _finite(pool, names).sum() >= run.points:
            break
    good = _finite(pool, names)
    if not any(np.isfinite(pool.values[name]).any() for name in names):
        return run  # nothing has a value anywhere, and the target's own Problem says so
    if good.sum() < LEAST:
        bad = min(names, key=lambda name: int(_finite(pool, (name,)).sum()))
        message = f"'{bad}' has no finite value at nearly all sample points"
        raise ShapeError(message, hint=HINT, quantity=bad)
    return _only(pool, np.flatnonzero(good)[: run.points])


def at_telling_points(
    run: Run, targets: tuple[Expression, ...], adjoints: Mapping[str, tuple[Node, ...]], key: str
) -> Run:
    """The run with the derivatives that are asked for; with further points, nearer to 0, where one of them cancels.

    That of a saturated softmax is rounding noise, where no answer could be told from another.
    """
    run, names = with_partials(run, targets, adjoints), [head(target) or "" for target in targets]
    for scale in NEARER:
        if not any(_mostly_noise(run.values[name]) for name in names if name in run.values):
            break
        leaves = draw_leaves(run.graph, run.sizes, run.points, seeded(key, "nearer", str(scale)))
        nearer = moved_run(run, widened(run.graph, leaves, scale), run.points)
        more = finite_part(nearer, [node.name for node in run.graph.nodes])
        run = with_partials(joined(run, more), targets, adjoints) if more is not None else run
    return run


def _mostly_noise(values: Array) -> bool:
    """Whether an array (K, *axes) vanishes but for noise at a quarter of the points; a zero alone may be meant."""
    largest = np.abs(values.reshape(len(values), -1)).max(axis=1, initial=0.0)
    faint = largest < FAINT
    return bool((largest[faint] > 0).any() and 4 * faint.sum() > len(faint))


def finite_part(run: Run | None, names: Iterable[str]) -> Run | None:
    """The points at which the named quantities are finite; None where there are none."""
    good = np.flatnonzero(_finite(run, tuple(names))) if run is not None else np.empty(0, dtype=int)
    if run is None or not len(good):
        return None
    return run if len(good) == run.points else _only(run, good)


def _finite(run: Run, names: tuple[str, ...]) -> Array:
    """At which points all entries that ever have a value have one."""
    found = np.ones(run.points, dtype=bool)
    for name in names:
        data = np.isfinite(run.values[name]).reshape(run.points, -1)
        found &= data[:, data.any(axis=0)].all(axis=1)
    return found


def _one_sided(run: Run, leaves: dict[str, Array]) -> dict[str, Array]:
    """The points with real and whole numbers all positive."""
    free = {leaf.name for leaf in run.graph.leaves if leaf.value is None and leaf.domain in (REAL, INTEGER)}
    return {name: np.abs(values) if name in free else values for name, values in leaves.items()}


def _only(run: Run, places: Array) -> Run:
    return moved_run(run, {name: values[places] for name, values in leaf_values(run).items()}, len(places))
