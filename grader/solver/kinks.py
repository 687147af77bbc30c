"""Points on each side of every kink and boundary, and points on the kinks themselves.

For ``max(0, 1 - y*yhat)`` the margin is ``1 - y*yhat``: sampled positive, negative, close to 0 from both sides,
and exactly 0 where binary arithmetic allows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grader.autodiff.graph import ComputationGraph
from grader.expression.algebra.construct import sub
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Call, Expression, Reduce, walk
from grader.solver.far_side import beyond
from grader.solver.runs import (
    Run,
    draw_leaves,
    environment,
    joined,
    leaf_values,
    moved_run,
    seeded,
    widened,
    worked_out,
)
from grader.solver.session import remembered
from grader.work import NODE, spend

GRID = 48
KINK_STEP = 2.0**-16
POOL = 1000
PATTERN_POINTS = 2
MAX_PATTERN_POINTS = 32
MAX_CONDITIONS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Kink:
    """Runs whose points lie on a kink of the model each, and a small step to either side of it."""

    at: Run
    left: Run
    right: Run


def margins(node: Expression) -> tuple[Expression, ...]:
    """The quantities whose sign decides which branch of the expression holds."""
    found: list[Expression] = []
    for item in walk(node):
        match item:
            case Call("abs" | "sign" | "relu" | "step", (inner,)):
                found.append(inner)
            case Call("lt" | "le" | "gt" | "ge" | "eq" | "ne", (left, right)):
                found.append(sub(left, right))
            case Call("max" | "min", args) if len(args) > 1:
                spend(NODE * len(args) ** 2)
                found += [sub(a, b) for k, a in enumerate(args) for b in args[k + 1 :]]
            case Reduce("max" | "min"):
                found.append(sub(item.body, item))
            case _:  # nothing else has a boundary of its own; the tests of cases come by themselves
                continue
    return tuple(dict.fromkeys(found))


def model_margins(graph: ComputationGraph) -> tuple[Expression, ...]:
    """The margins of every formula of the model."""
    return tuple(dict.fromkeys(m for node in graph.nodes for m in margins(node.expression)))


def new_conditions(run: Run, found: Iterable[Expression], known: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """The margins whose sign at the points of a run is not already that of a known one, or its opposite."""
    signs = [np.sign(data) for margin in known if (data := margin_values(run, margin)) is not None]
    new = []
    for margin in found:
        data = margin_values(run, margin)
        if data is None or any(_same_sign(np.sign(data), sign) for sign in signs):
            continue
        new.append(margin)
    return tuple(new)


def _same_sign(one: Array, other: Array) -> bool:
    spend(NODE + one.size)
    return one.shape == other.shape and (np.array_equal(one, other) or np.array_equal(one, -other))


@remembered(maxsize=1024)
def margin_values(run: Run, margin: Expression) -> Array | None:
    """The margin at every point, entries flattened: (K, entries); None where it has no value or needs an index."""
    try:
        data = evaluate(margin, environment(run)).data
    except ShapeError:
        return None
    data = np.broadcast_to(data, (run.points, *data.shape[1:])).reshape(run.points, -1)
    return np.where(np.isfinite(data), data, 0.0)


def stratified(
    run: Run, conditions: tuple[Expression, ...], known: tuple[Expression, ...] = (), *, sought: bool = False
) -> Run | None:
    """Extra points for `conditions`; None where there is no need.

    A side not yet hit, both sides close to each boundary, and branches that the conditions and the `known` ones
    (sampled before, each for itself) open only together. A side that many random points don't hit is `sought`.
    """
    chosen: list[dict[str, Array]] = []
    for margin in conditions:
        data = margin_values(run, margin)
        if data is None or is_index_condition(run, margin):
            continue
        pool = run
        if not ((data > 0).any() and (data < 0).any()):
            pool = ordinary(run)
            data = margin_values(pool, margin)
            if sought and data is not None and (data > 0).any() != (data < 0).any():
                pool, far = _with_far_side(pool, margin, 1 if (data < 0).any() else -1)
                data = margin_values(pool, margin)
                chosen += far
            if data is None or not ((data > 0).any() and (data < 0).any()):
                continue
            chosen += [_point(pool, int(np.argmax(data.max(1)))), _point(pool, int(np.argmin(data.min(1))))]
        chosen += _near_boundary(pool, margin, data)
    chosen += _unseen_patterns(run, (*conditions, *known))
    if not chosen:
        return None
    return _many_points(run, chosen)


def _with_far_side(pool: Run, margin: Expression, missing: int) -> tuple[Run, list[dict[str, Array]]]:
    """The pool with points on the side of a margin that it does not meet, and these points."""
    far = beyond(pool, lambda run: margin_values(run, margin), missing)
    return (pool, []) if far is None else (joined(pool, far), [_point(far, k) for k in range(far.points)])


def kink_points(run: Run, conditions: Iterable[Expression]) -> Array:
    """Which points have an entry exactly on a boundary that a small step would leave; a discrete set's do not."""
    found = np.zeros(run.points, dtype=bool)
    for margin in conditions:
        data = margin_values(run, margin)
        if data is None or not (data == 0).any():
            continue
        moved = margin_values(_nudged(run), margin)
        if moved is not None and moved.shape == data.shape:
            found |= ((data == 0) & (moved != 0)).any(axis=1)
    return found


@remembered(maxsize=64)
def tied_points(run: Run) -> Array:
    """Which points have a largest or smallest entry of the model twice: far out tanh comes to 1, and so do ties."""
    found = np.zeros(run.points, dtype=bool)
    for node in run.graph.nodes:
        for item in walk(node.expression):
            if not isinstance(item, Reduce) or item.kind not in ("max", "min"):
                continue
            reached = Call("iverson", (Call("eq", (item.body, item)),))
            data = margin_values(run, Reduce("sum", item.letter, reached, item.lower, item.upper, item.condition))
            found |= False if data is None else (data > 1).any(axis=1)
    return found


@remembered(maxsize=64)
def _nudged(run: Run) -> Run:
    rng = seeded("nudged")
    leaves = {}
    for leaf in run.graph.leaves:
        value = run.values[leaf.name]
        smooth = leaf.domain.kind in ("interval", "simplex") and leaf.value is None
        leaves[leaf.name] = value + 2.0**-20 * rng.uniform(0.5, 1.0, value.shape) if smooth else value
    return moved_run(run, leaves, run.points)


def is_index_condition(run: Run, margin: Expression) -> bool:
    """Whether a condition is on index letters alone (``i = j``), which every array point tries in full."""
    known = worked_out(run)
    return not any(getattr(item, "name", None) in known for item in walk(margin))


def _point(run: Run, k: int) -> dict[str, Array]:
    return {name: values[k : k + 1] for name, values in leaf_values(run).items()}


@remembered(maxsize=64)
def ordinary(run: Run) -> Run:
    """Many further points, half of them drawn wider where the domain is unbounded."""
    leaves = draw_leaves(run.graph, run.sizes, POOL, seeded("more"))
    further = np.where(np.arange(POOL) < POOL // 2, 1.0, 3.0)
    return moved_run(run, widened(run.graph, leaves, further), POOL)


def _unseen_patterns(run: Run, conditions: tuple[Expression, ...]) -> list[dict[str, Array]]:
    """Points where the conditions come out together as they do at no point yet: branches within branches."""
    if len(conditions) < 2:
        return []
    pool = ordinary(run)
    seen, wanted = _patterns(run, conditions), _patterns(pool, conditions)
    if seen is None or wanted is None:
        return []
    chosen: list[int] = []
    for code in np.setdiff1d(wanted[wanted >= 0], seen):
        chosen += [int(k) for k in np.flatnonzero((wanted == code).any(axis=1))[:PATTERN_POINTS]]
    return [_point(pool, k) for k in dict.fromkeys(chosen[:MAX_PATTERN_POINTS])]


def _patterns(run: Run, conditions: tuple[Expression, ...]) -> Array | None:
    """A number for the signs of all conditions at every (point, entry); None where they can't be lined up."""
    codes = np.zeros((run.points, 1), dtype=np.int64)
    for margin in conditions[:MAX_CONDITIONS]:
        data = margin_values(run, margin)
        if data is None:
            return None
        if data.shape[1] != codes.shape[1] and 1 not in (data.shape[1], codes.shape[1]):
            return None
        # at a zero no branch is open for certain
        codes = np.where((data == 0) | (codes < 0), -1, codes * 2 + (data > 0))
    return codes


def _near_boundary(pool: Run, margin: Expression, data: Array) -> list[dict[str, Array]]:
    """Walk straight from a point where the margin is positive to one where it is negative; keep the crossing."""
    columns = np.flatnonzero((data > 0).any(0) & (data < 0).any(0))
    if not len(columns):
        return []
    column = int(columns[0])
    start, stop = _ends(pool, margin, data, column)
    low, high = 0.0, 1.0
    kept: list[dict[str, Array]] = []
    for _ in range(2):
        leaves, steps = _blend(pool.graph, start, stop, np.linspace(low, high, GRID))
        try:
            line = moved_run(pool, leaves, GRID)
        except ShapeError:
            return kept
        along = margin_values(line, margin)
        if along is None:
            return kept
        signs = np.sign(along[:, column])
        flips = np.flatnonzero(signs[:-1] * signs[1:] < 0)
        if not len(flips):
            return kept
        at = int(flips[0])
        kept += [_point(line, at), _point(line, at + 1)]
        low, high = float(steps[at]), float(steps[at + 1])
    return kept


def _ends(pool: Run, margin: Expression, data: Array, column: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """A point where the margin is positive and one where it is negative, with the same labels in both if possible."""
    stop = _point(pool, int(np.argmin(data[:, column])))
    order = np.argsort(-data[:, column], kind="stable")
    fixed = [leaf.name for leaf in pool.graph.leaves if leaf.domain.kind not in ("interval", "simplex")]
    for k in order[:4] if fixed else ():
        start = _point(pool, int(k))
        held = {name: np.repeat(start[name], pool.points, axis=0) for name in fixed}
        leaves = {name: held.get(name, pool.values[name]) for name in leaf_values(pool)}
        across = moved_run(pool, leaves, pool.points)
        found = margin_values(across, margin)
        if data[k, column] > 0 and found is not None and found[:, column].min() < 0:
            return start, _point(across, int(np.argmin(found[:, column])))
    return _point(pool, int(order[0])), stop


def _blend(
    graph: ComputationGraph, start: dict[str, Array], stop: dict[str, Array], steps: Array
) -> tuple[dict[str, Array], Array]:
    leaves = {}
    smooth = {leaf.name for leaf in graph.leaves if leaf.domain.kind in ("interval", "simplex")}
    for name, value in start.items():
        weight = steps.reshape(-1, *(1,) * (value.ndim - 1))
        moving = name in smooth or name.startswith("∂")
        leaves[name] = value * (1 - weight) + (stop[name] if moving else value) * weight
    return leaves, steps


def kinks(run: Run, conditions: Iterable[Expression]) -> Kink | None:
    """Points where a margin of the model is exactly 0, reached by moving one coordinate of one leaf."""
    found: list[tuple[dict[str, Array], ...]] = []
    for margin in conditions:
        for leaf in run.graph.leaves:
            if leaf.domain.kind == "interval" and leaf.value is None:
                sides = _solve_kink(run, margin, leaf.name)
                if sides is not None:
                    found.append(sides)
                    break
    if not found:
        return None
    return Kink(*(_many_points(run, [sides[k] for sides in found]) for k in range(3)))


def _many_points(run: Run, points: list[dict[str, Array]]) -> Run:
    leaves = {name: np.concatenate([point[name] for point in points]) for name in points[0]}
    return moved_run(run, leaves, len(points))


def _solve_kink(run: Run, margin: Expression, leaf: str) -> tuple[dict[str, Array], ...] | None:
    """Newton's step of a margin that is affine in one entry of a leaf lands on its zero exactly, or not at all."""
    for k in range(min(run.points, 4)):
        base = _point(run, k)
        entry = (0, *(0,) * (base[leaf].ndim - 1))
        at_base = _margin_at(run, base, margin)
        moved = _margin_at(run, _shift(base, leaf, entry, 1.0), margin)
        if at_base is None or moved is None:
            continue
        slopes = moved - at_base
        column = int(np.argmax(np.abs(slopes)))
        if slopes[column] == 0:
            continue
        step = -float(at_base[column] / slopes[column])
        sides = tuple(_shift(base, leaf, entry, step + extra) for extra in (0.0, -KINK_STEP, KINK_STEP))
        at = _margin_at(run, sides[0], margin)
        domain = next(item.domain for item in run.graph.leaves if item.name == leaf)
        inside = domain.low < float(sides[0][leaf][entry]) < domain.high
        if at is not None and inside and (at == 0).sum() == 1 and at[column] == 0:
            return sides
    return None


def _shift(point: dict[str, Array], leaf: str, entry: tuple[int, ...], step: float) -> dict[str, Array]:
    moved = point[leaf].copy()
    moved[entry] += step
    return {**point, leaf: moved}


def _runs_at(run: Run, leaves: dict[str, Array]) -> Run:
    return moved_run(run, leaves, 1)


def _margin_at(run: Run, leaves: dict[str, Array], margin: Expression) -> Array | None:
    found = margin_values(_runs_at(run, leaves), margin)
    return None if found is None else found[0]
