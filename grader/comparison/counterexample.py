"""A counterexample in words and figures that a student can check with a pocket calculator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from grader.comparison.arrays import Pair
from grader.expression.algebra.simplify import simplify
from grader.expression.evaluation.values import Array
from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Partial, head, partial_name, symbols, walk
from grader.expression.printing.text import to_text
from grader.results import Evidence
from grader.solver.kinks import margin_values
from grader.solver.runs import Run

MAX_SHOWN = 8
MAX_ENTRIES = 16
MAX_KINDS = 3
SAME = 1e-9


def counterexample(run: Run, pair: Pair, where: tuple[int, ...], answer: Expression, closed: Expression) -> Evidence:
    """The point and entry where the two differ: the quantities that either formula uses, and both values."""
    k = where[0]
    used = symbols(answer) | symbols(closed)
    at = []
    entry = where[1:]
    if entry:
        at.append(("entry", ", ".join(str(n + 1) for n in entry)))
    for name in (item.name for item in run.graph.quantities):
        if name in used and len(at) < MAX_SHOWN and run.values[name][k].size <= MAX_ENTRIES:
            at.append((name, figure_array(run.values[name][k])))
    at += _opaque_slopes(run, k, answer, closed)
    at += [(size, str(run.sizes[size])) for size in sorted(used & set(run.sizes))]
    expected, got = two_figures(float(pair.truth[where]), float(pair.answer[where]))
    return Evidence("counterexample", at=tuple(at), expected=expected, got=got)


def _opaque_slopes(run: Run, k: int, answer: Expression, closed: Expression) -> list[tuple[str, str]]:
    """The values taken for the derivatives of opaque functions that either formula holds."""
    opaque = {partial_name(leaf.name, argument) for leaf in run.graph.leaves for argument in leaf.of}
    named = {head(item): item for side in (closed, answer) for item in walk(side) if isinstance(item, Partial)}
    return [
        (f"d{head(item.numerator)}/d{head(item.denominator)}", figure_array(run.values[name][k]))
        for name, item in named.items()
        if name in opaque and run.values[name][k].size <= MAX_ENTRIES
    ]


def kinds(points: int, runs: Iterable[tuple[Run, Array]], conditions: Iterable[Expression], names: Names = ()) -> str:
    """Of which kinds the points were, ``at 54 points, on both sides of 1 - y*yhat = 0``; empty for one kind.

    With each run comes which of its points (K,) count.
    """
    runs = tuple(runs)
    crossed: list[str] = []
    seen: set[bytes] = set()
    for condition in conditions:
        found = [data[used] for run, used in runs if (data := margin_values(run, condition)) is not None]
        signs = np.concatenate([np.sign(data).ravel() for data in found]) if found else np.zeros(1)
        if not ((signs > 0).any() and (signs < 0).any()) or seen & {(signs + 0.0).tobytes(), (0.0 - signs).tobytes()}:
            continue
        seen.add((signs + 0.0).tobytes())  # no negative zero
        plain = simplify(condition)
        plain = plain.args[0] if isinstance(plain, Call) and plain.function == "neg" else plain
        crossed.append(f"{to_text(plain, names)} = 0")
    shown = crossed[:MAX_KINDS]
    more = f" and {len(crossed) - len(shown)} more boundaries" if len(crossed) > len(shown) else ""
    return f"at {points} points, on both sides of {', '.join(shown)}{more}" if shown else ""


def right_where(run: Run, pair: Pair, conditions: Iterable[Expression], names: Names = ()) -> str:
    """Where a wrong answer is right: ``This is right only where x > 0.``; empty where no boundary tells.

    Said only of a boundary that has agreement at every point on one side and at none on the other.
    """
    answer, truth = (side.reshape(run.points, -1) for side in (pair.answer, pair.truth))
    with np.errstate(all="ignore"):
        same = np.abs(answer - truth) <= SAME * np.maximum(np.abs(answer), np.abs(truth))
    usable = np.isfinite(answer) & np.isfinite(truth)
    if not (same & usable).any():
        return ""
    for condition in conditions:
        data = margin_values(run, condition)
        if data is None or data.shape[1] not in (1, answer.shape[1]):
            continue
        above, below = usable & (data > 0), usable & (data < 0)
        for inside, outside, sign in ((above, below, ">"), (below, above, "<")):
            if inside.any() and outside.any() and same[inside].all() and not same[outside].any():
                return f"This is right only where {_shown(condition, sign, names)}."
    return ""


def _shown(condition: Expression, sign: str, names: Names) -> str:
    """A margin's sign as a comparison without a leading minus."""
    plain = simplify(condition)
    if isinstance(plain, Call) and plain.function == "neg":
        return f"{to_text(plain.args[0], names)} {'<' if sign == '>' else '>'} 0"
    return f"{to_text(plain, names)} {sign} 0"


def figure(value: float, digits: int = 4) -> str:
    """A number with a few significant digits, no trailing noise."""
    text = f"{value:.{digits}g}"
    return "0" if text in ("-0", "0") else text


def two_figures(first: float, second: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 9, 12):
        pair = figure(first, digits), figure(second, digits)
        if pair[0] != pair[1]:
            return pair
    return repr(first), repr(second)


def figure_array(value: Any) -> str:
    """A scalar, or nested brackets of figures."""
    array = np.asarray(value, dtype=float)
    if not array.ndim:
        return figure(float(array))
    return "[" + ", ".join(figure_array(item) for item in array) + "]"
