"""Two scalar formulas at many points -> where they agree and where they differ, floating point put to the proof.

Float64 first; whatever is not plainly equal there is settled by ball arithmetic at the point itself, and some of what
is equal too: next to ``10^20`` an ``x`` is lost, below ``10^-308`` everything is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader.comparison.arrays import AGREE, DIFFER
from grader.expression.algebra.simplify import simplify
from grader.expression.evaluation.balls import Assignments, Point, compare_at, is_large
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Reduce, Slice, Symbol, walk
from grader.solver.runs import Run, environment

PLAIN = 1e-4  # a relative difference that no rounding makes of a formula without cancellation
ROUNDED_DIGITS = 10
_FAR = 60.0
_HYPERBOLIC = ("tanh", "sinh", "cosh", "coth", "sech", "csch")
_EXPONENTIALS = frozenset(("exp", "expm1", "sigmoid", "softplus", "erf", "normal_cdf", "normal_pdf", *_HYPERBOLIC))


@dataclass(frozen=True, slots=True)
class PointCounts:
    """How many points agree, the first that differs (with certainty, or by floating point alone) and the rest.

    `answer_fails` counts points at which only the second formula has no value.
    """

    agreed: int
    where: int | None
    certified: bool
    answer_fails: int


def compare_points(
    left: Expression,
    right: Expression,
    values: tuple[Array, Array],
    judged: NDArray[np.bool_],
    at: Callable[[int], Point],
    program: Assignments = (),
    close_looks: int = 5,
    run: Run | None = None,
) -> PointCounts:
    """Settle every point marked in `judged`; `values` are those of both formulas, `at` gives a point exactly."""
    a, b = values
    with np.errstate(all="ignore"):
        gap, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        finite = np.isfinite(a) & np.isfinite(b)
        agree = finite & (gap <= AGREE * size) & judged
        differ = finite & (gap > DIFFER * size) & judged
    suspects = [] if has_rounded_number(left, right) else _some(np.flatnonzero(agree), close_looks)
    deep = suspects[:1] if suspects and run is not None and _extreme(run, left, right) else []
    agree[suspects] = False  # agreement may be rounding as well: a few points are looked at closely
    agreed, fails, large = int(agree.sum()), 0, is_large(left, right)
    # clear differences first: one certified is enough
    for k in map(int, [*np.flatnonzero(differ), *np.flatnonzero(~agree & ~differ & judged)]):
        outcome = compare_at(left, right, at(k), k in deep, program, int(k in suspects), large)
        if outcome == "differ":
            return PointCounts(agreed, k, True, fails)
        if outcome == "agree":
            agreed += 1
        elif differ[k] and gap[k] > PLAIN * size[k]:
            return PointCounts(agreed, k, False, fails)
        elif k in suspects:
            agreed += 1
        elif np.isfinite(a[k]) and not np.isfinite(b[k]):
            fails += 1
    return PointCounts(agreed, None, False, fails)


def is_scalar(node: Expression) -> bool:
    """Whether a formula has neither indices nor sums."""
    return not any(isinstance(item, Indexed | Reduce | Slice) for item in walk(node))


@lru_cache(maxsize=4096)
def _canonical(node: Expression) -> Expression:
    return simplify(node)


def same_form(answer: Expression, reference: Expression) -> bool:
    """Whether two formulas have the same canonical form: a proof that they are equal wherever both have a value."""
    return _vocabulary(answer) == _vocabulary(reference) and simplify(answer) == _canonical(reference)


def _vocabulary(node: Expression) -> frozenset[str]:
    """The names and functions of a formula; no canonical form is the same where these are not."""
    plain = {"add", "sub", "neg", "div", "pow", "square", "sqrt"}
    names = (
        item.name if isinstance(item, Symbol) else item.function
        for item in walk(node)
        if isinstance(item, Symbol | Call)
    )
    return frozenset(names) - plain


def flat(node: Expression, run: Run) -> Array:
    """The values of a scalar formula at the points of a run; raises ShapeError for another."""
    data = evaluate(node, environment(run)).data
    if data.ndim != 1:
        raise ShapeError("this is not a scalar formula")
    return np.broadcast_to(data, (run.points,)).astype(float)


def has_rounded_number(*nodes: Expression) -> bool:
    """Whether a number is typed with so many digits that it must be the rounded value of some other formula."""
    return any(
        isinstance(item, Number) and item.place is not None and item.value.numerator >= 10**ROUNDED_DIGITS
        for node in nodes
        for item in walk(node)
    )


def _some(places: NDArray[np.intp], wanted: int) -> list[int]:
    """A few of them, spread evenly."""
    return [int(k) for k in places[:: max(1, len(places) // wanted)]][:wanted]


def _extreme(run: Run, *nodes: Expression) -> bool:
    """Whether a power goes so far that what it is added to, or what is added to it, is lost even in many digits."""
    return any(_exponent(item, run) > _FAR for node in nodes for item in walk(node) if isinstance(item, Call | Number))


def _exponent(item: Call | Number, run: Run) -> float:
    """How large or small a literal, a power or an exponential comes out, as a natural logarithm."""
    match item:
        case Number(value=value):
            return abs(math.log(value.numerator) - math.log(value.denominator)) if value > 0 else 0.0
        case Call("pow", (base, exponent)):
            with np.errstate(all="ignore"):
                size = np.abs(flat(exponent, run) * np.log(np.abs(flat(base, run))))
        case Call(name, (inner,)) if name in _EXPONENTIALS:
            size = np.abs(flat(inner, run))
        case _:
            return 0.0
    return float(np.max(size, where=np.isfinite(size), initial=0.0))
