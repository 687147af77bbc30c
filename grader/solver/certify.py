"""Certificates: the reverse-mode result, central differences and (for scalar formulas) SymPy must agree.

Central differences are taken at a ladder of steps h; the error must fall as h**2 until rounding takes over, so the
step at which neighbours agree best is compared. Source: Nocedal and Wright, Numerical Optimization (2006), section 8.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.autodiff.graph import ComputationGraph
from grader.expression.nodes import Partial, head, partial_name
from grader.expression.values import Array
from grader.problems import Problem
from grader.solver.runs import Run, compute
from grader.solver.strata import margin_values, model_margins

STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
TOLERANCE = 1e-6
MAX_ENTRIES = 24


def certify_partial(run: Run, target: Partial) -> Problem | None:
    """Compare the values of a derivative in a run with central differences; a Problem shows the numbers."""
    above, below = head(target.numerator), head(target.denominator)
    if above is None or below is None:
        return Problem("this target is not a derivative of one quantity by another")
    truth = run.values[partial_name(above, below)]
    entries = list(np.ndindex(run.values[below].shape[1:]))[:MAX_ENTRIES]
    for entry in entries:
        at: Any = (..., *entry)
        exact = truth[at]
        best = _best_difference(run, above, below, entry)
        usable = _smooth_points(run, below, entry)
        scale = np.maximum(np.abs(exact), 1.0)
        error = np.abs(best - exact) / scale
        error = error.reshape(run.points, -1).max(axis=1) if error.size else np.zeros(run.points)
        worst = np.where(usable & np.isfinite(error), error, 0.0)
        if not (usable & np.isfinite(error)).any():
            return Problem(f"no sample point allows a check of d{above}/d{below}", "look at the domains")
        if worst.max() > TOLERANCE:
            k = int(worst.argmax())
            return Problem(
                f"the gradient d{above}/d{below} is {np.ravel(exact[k])[:3]}, central differences"
                f" give {np.ravel(best[k])[:3]}"
            )
    return None


def _moved(run: Run, below: str, entry: tuple[int, ...], step: float) -> dict[str, Array]:
    """All values with one entry of one quantity moved, the nodes after it recomputed, opaque functions linear."""
    graph: ComputationGraph = run.graph
    leaves = {leaf.name: run.values[leaf.name] for leaf in graph.leaves}
    changed = run.values[below].astype(float).copy()
    place: Any = (slice(None), *entry)
    changed[place] += step
    fixed = {below: changed}
    for leaf in graph.leaves:
        if below in leaf.of:
            at: Any = (..., *entry)
            slope = run.values[partial_name(leaf.name, below)][at]
            fixed[leaf.name] = run.values[leaf.name] + step * slope
    return compute(graph, run.sizes, leaves, run.points, fixed)


def _best_difference(run: Run, above: str, below: str, entry: tuple[int, ...]) -> Array:
    """The slope at every point, from the step at which two neighbours of the ladder agree best there.

    Each pair of neighbours is extrapolated once (Richardson), which removes the error in h**2.
    """
    slopes = []
    for step in STEPS:
        ahead = _moved(run, below, entry, step)[above]
        behind = _moved(run, below, entry, -step)[above]
        slopes.append((ahead - behind) / (2 * step))
    ladder = np.stack(slopes).reshape(len(STEPS), run.points, -1)
    gaps = np.abs(np.diff(ladder, axis=0))
    best = np.argmin(np.where(np.isfinite(gaps), gaps, np.inf), axis=0)
    ratio = (STEPS[0] / STEPS[1]) ** 2
    refined = (ratio * ladder[1:] - ladder[:-1]) / (ratio - 1)
    chosen: Array = np.take_along_axis(refined, best[None], axis=0)[0]
    return chosen.reshape(slopes[0].shape)


def _smooth_points(run: Run, below: str, entry: tuple[int, ...]) -> Array:
    """Points where no margin of the model changes sign within the widest step."""
    usable = np.ones(run.points, dtype=bool)
    found = model_margins(run.graph)
    if not found:
        return usable
    sides = [
        Run(run.graph, run.sizes, _moved(run, below, entry, step), run.points)
        for step in (-1.5 * STEPS[0], 1.5 * STEPS[0])
    ]
    for margin in found:
        values = [margin_values(side, margin) for side in sides]
        if values[0] is not None and values[1] is not None:
            usable &= (np.sign(values[0]) == np.sign(values[1])).all(axis=1)
    return usable
