"""A counterexample in words and figures that a student can check with a pocket calculator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from itertools import combinations
from typing import Any

import numpy as np

from grader.comparison.aligned_values import truth_value
from grader.comparison.arrays import Pair
from grader.comparison.target import Target
from grader.expression.algebra.construct import added
from grader.expression.algebra.simplify import simplify
from grader.expression.evaluation.values import Array, Value
from grader.expression.language.names import Names
from grader.expression.language.nodes import (
    Call,
    Expression,
    Number,
    Partial,
    head,
    partial_name,
    symbols,
    walk,
)
from grader.expression.printing.text import to_text
from grader.results import Evidence
from grader.solver.kinks import margin_values
from grader.solver.runs import Run

MAX_SHOWN = 8
MAX_ENTRIES = 16
MAX_KINDS = 3
SAME = 1e-9
RIGHT_ONLY = "This is right only where"


def counterexample(
    run: Run,
    pair: Pair,
    where: tuple[int, ...],
    answer: Expression,
    target: Target,
    named: Set[str] | None = None,
) -> Evidence:
    """The point and entry where the two differ: the quantities that either formula uses, or those `named`, and both
    values."""
    k, closed = where[0], target.closed
    used = symbols(answer) | symbols(closed) if named is None else named
    at = []
    if where[1:]:
        at.append(("entry", place_in_words(truth_value(run, target.expression), where[1:])))
    for name in (item.name for item in run.graph.quantities):
        if name in used and len(at) < MAX_SHOWN and run.values[name][k].size <= MAX_ENTRIES:
            at.append((name, figure_array(run.values[name][k])))
    at += _opaque_slopes(run, k, answer, closed)
    at += [(size, str(run.sizes[size])) for size in sorted(used & set(run.sizes))]
    expected, got = two_figures(float(pair.truth[where]), float(pair.answer[where]))
    return Evidence("counterexample", at=tuple(at), expected=expected, got=got)


def place_in_words(truth: Value, entry: tuple[int, ...]) -> str:
    """Where in an array an entry stands: ``i = 1, j = 2``, or ``row 1, column 2`` where it has no letters.

    Of letters over the same axis it goes before whether they are equal: ``u = i, v ≠ j (u = 1, v = 1, i = 1, j = 2)``.
    """
    sizes = truth.data.shape[1:]
    letters = list(zip(truth.letters, entry, sizes, strict=False))
    same = [
        f"{one} {'=' if first == second else '≠'} {other}"
        for (one, first, length), (other, second, range_) in combinations(letters, 2)
        if length == range_ > 1
    ]
    said = ", ".join(f"{letter} = {n + 1}" for letter, n, _ in letters)
    said = f"{', '.join(same)} ({said})" if same else said
    places = [n + 1 for n, length in zip(entry[len(letters) :], sizes[len(letters) :], strict=True) if length > 1]
    if not letters and len(places) == 2 == len(sizes):
        return f"row {places[0]}, column {places[1]}"
    rest = f"entry {places[0]}" if len(places) == 1 else f"entry ({', '.join(map(str, places))})" if places else ""
    return ", ".join(filter(None, (said, rest)))


def _opaque_slopes(run: Run, k: int, answer: Expression, closed: Expression) -> list[tuple[str, str]]:
    """The values taken for the derivatives of opaque functions that either formula holds."""
    opaque = {partial_name(leaf.name, argument) for leaf in run.graph.leaves for argument in leaf.of}
    named = {head(item): item for side in (closed, answer) for item in walk(side) if isinstance(item, Partial)}
    return [
        (slope_as(item), figure_array(run.values[name][k]))
        for name, item in named.items()
        if name in opaque and run.values[name][k].size <= MAX_ENTRIES
    ]


def slope_as(slope: Partial) -> str:
    """What the derivative of an opaque function is called."""
    return f"d{head(slope.numerator)}/d{head(slope.denominator)}"


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


def right_where(
    run: Run,
    pair: Pair,
    conditions: Iterable[Expression],
    names: Names = (),
    write: Callable[[Expression, Names], str] = to_text,
) -> str:
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
                return f"{RIGHT_ONLY} {_shown(condition, sign, names, write)}."
    return ""


def _shown(condition: Expression, sign: str, names: Names, write: Callable[[Expression, Names], str]) -> str:
    """A margin's sign as a comparison of what stands in it with a plus and what stands with a minus."""
    plus, minus = terms_by_sign(simplify(condition))
    if not plus or all(isinstance(term, Number) for term in plus):
        plus, minus, sign = minus, plus, "<" if sign == ">" else ">"
    left, right = (write(added(list(side)), names) if side else "0" for side in (plus, minus))
    return f"{left} {sign} {right}"


def terms_by_sign(node: Expression) -> tuple[tuple[Expression, ...], tuple[Expression, ...]]:
    """The terms of a sum that have a plus, and those that have a minus."""
    match node:
        case Call("add", (one, other)):
            (plus, minus), (more, less) = terms_by_sign(one), terms_by_sign(other)
            return (*plus, *more), (*minus, *less)
        case Call("sub", (one, other)):
            (plus, minus), (less, more) = terms_by_sign(one), terms_by_sign(other)
            return (*plus, *more), (*minus, *less)
        case Call("neg", (inner,)):
            minus, plus = terms_by_sign(inner)
            return plus, minus
    return (node,), ()


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
