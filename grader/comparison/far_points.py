"""Points far beyond the sampled box, where a threshold or a bump of the answer's own would show.

``1[x > 0] 1[x < 500]`` is ``1[x > 0]`` at every point near 0, and differs from it at x = 1000.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.autodiff.graph import Leaf
from grader.comparison.arrays import Pair
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Again, Call, Cases, Expression, Product, Reduce, rebuild, rewritten
from grader.solver.runs import Run, leaf_values, moved_run
from grader.solver.session import remembered

REACH = 200.0  # in steps of 1 for a scalar, so that a bump as wide as that is met
POWERS = 2.0 ** np.arange(8, 21)
FACTORS = 2.0 ** np.array([3, 6, 10, 14, 20])
SHIFTS = np.array([10.0, 50.0, 200.0])
MOST, USUAL = 1200, 20  # points, of a model of so many lines
PLAINLY = (
    1e-6  # of the values there, and of those at the ordinary points: beyond them sums cancel and functions level off
)
STEADY = 0.2
ABSORBED = 1e-12  # of what terms come to without their signs: less is lost in their sum, in any floating point
_LINEAR = frozenset(("transpose", "total", "mean", "diag", "trace", "stacked", "entries"))


@remembered(maxsize=64)
def far_run(run: Run) -> Run | None:
    """A run that leads far out along each quantity whose domain has no end, from one ordinary point; None for none."""
    leaves = [leaf for leaf in run.graph.leaves if leaf.value is None and is_open(leaf)]
    if not leaves:
        return None
    base = {name: values[:1] for name, values in leaf_values(run).items()}
    most = MOST * USUAL // max(USUAL, len(run.graph.nodes))
    ways = [_out(leaf, base[leaf.name][0])[: most // len(leaves)] for leaf in leaves]
    points = sum(map(len, ways))
    found = {name: np.repeat(values, points, axis=0) for name, values in base.items()}
    at = 0
    for leaf, places in zip(leaves, ways, strict=True):
        found[leaf.name][at : at + len(places)] = places
        at += len(places)
    return moved_run(run, found, points)


def is_open(leaf: Leaf) -> bool:
    """Whether the values of a quantity have no end, on one side at least."""
    return leaf.domain.kind == "interval" and bool(np.isinf(_ends(leaf)).any())


def _ends(leaf: Leaf) -> Array:
    return np.array([leaf.domain.low, leaf.domain.high])


def _out(leaf: Leaf, start: Array) -> Array:
    """Values (n, *axes) of one quantity on its way out, from where it starts."""
    if start.ndim:
        factors = np.concatenate([FACTORS, -FACTORS]).reshape(-1, *(1,) * start.ndim)
        shifts = np.concatenate([SHIFTS, -SHIFTS]).reshape(-1, *(1,) * start.ndim)
        places = np.concatenate([factors * start, shifts + start])
    else:
        places = np.concatenate([POWERS, -POWERS, np.arange(-REACH, REACH + 1) + start])
    low, high = _ends(leaf)
    inside = (places > low) & (places < high)
    kept: Array = places[inside.reshape(len(places), -1).all(axis=1)]
    return kept


def _usual(values: Array) -> float:
    """The size that values have where they are not nought, as most are where a condition or a label rules them out."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(sizes)) if sizes.size else 0.0


def without_signs(node: Expression) -> Expression:
    """A formula for what the terms of a formula come to without their signs: ``|a| + |b|`` of ``a - b``."""

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Call("sub" | "add", args, 0):
                return Call("add", tuple(map(again, args)))
            case Call("neg", (inner,), 0):
                return again(inner)
            case Call("div", (above, below), 0):
                return Call("div", (again(above), Call("abs", (below,))))
            case Call(function, (inner, *rest), 0) if function in _LINEAR:
                return replace(node, args=(again(inner), *rest))
            case Reduce(kind="sum"):
                return replace(node, body=again(node.body))
            case Cases(branches, otherwise):
                kept = tuple((again(value), test) for value, test in branches)
                return Cases(kept, None if otherwise is None else again(otherwise), node.span)
            case Product():
                return rebuild(node, again)
        return Call("abs", (node,))

    return rewritten(node, rule)


def may_differ(pair: Pair, near: Pair, skip: Array) -> bool:
    """Whether the two sides of a pair differ anywhere by what can't be rounding, as far as this pair tells."""
    with np.errstate(all="ignore"):
        clear = _plain(pair, near)
    clear[skip] = False
    return bool(clear.any())


def _plain(pair: Pair, near: Pair) -> Array:
    """Where the two sides of a pair differ by much of their size, and of what is usual `near`."""
    gap = np.abs(pair.answer - pair.truth)
    size = np.maximum(np.abs(pair.answer), np.abs(pair.truth))
    plain: Array = np.isfinite(gap) & (gap > PLAINLY * size) & (gap > PLAINLY * _usual(near.truth))
    return plain


def where_far(pair: Pair, wide: Pair, near: Pair, skip: Array, terms: Array) -> tuple[int, ...] | None:
    """The first place (point, *entry) where the two sides of `pair` differ beyond all noise; None where nowhere.

    `wide` are the same values in the widest floating point, `near` those at the ordinary points, and `terms` what the
    terms of both sides come to without their signs.
    """
    with np.errstate(all="ignore"):
        gap = np.abs(pair.answer - pair.truth)
        steady = np.abs(np.abs(wide.answer - wide.truth) - gap) <= STEADY * gap
        clear = _plain(pair, near) & steady & (gap > ABSORBED * terms)
    clear[skip] = False
    found = np.argwhere(clear)
    return tuple(int(n) for n in found[0]) if len(found) else None
