"""A typed number against the true value, within the rubric's tolerance.

``0.0212`` against 0.021189 at 4 decimals is right and noted "rounded"; ``0.02`` is not.
"""

from __future__ import annotations

import math

from grader.expression.nodes import Call, Expression, Number
from grader.rubric.model import Tolerance
from grader.solver.rounding import half_unit, rounds

EXACT = 1e-9
DEFAULT_RELATIVE = 0.005
DEFAULT_DIGITS = 3


def typed_place(node: Expression) -> int | None:
    """The decimal exponent of the last digit typed, of a number with or without a sign; None for a formula."""
    if isinstance(node, Call) and node.function == "neg":
        return typed_place(node.args[0])
    return node.place if isinstance(node, Number) else None


def number_note(
    answer: float, truth: float, place: int | None, tolerance: Tolerance, interval: tuple[float, float] | None
) -> str | None:
    """ "equivalent", "rounded" (right within the tolerance), or None for a different number."""
    gap = abs(answer - truth)
    if not math.isfinite(answer):
        return None
    if gap <= EXACT * max(abs(answer), abs(truth)):
        return "equivalent"
    low, high = accepted(answer, truth, place, tolerance, interval)
    return "rounded" if low <= answer <= high else None


def accepted(
    answer: float, truth: float, place: int | None, tolerance: Tolerance, interval: tuple[float, float] | None
) -> tuple[float, float]:
    """The numbers that are right within the tolerance, for an answer typed with so many places."""
    allowed = _allowed(truth, place, answer, tolerance) * (1 + 1e-9)
    low, high = truth - allowed, truth + allowed
    if interval is not None:
        half = half_unit(tolerance, abs(answer))
        own = min(half, 0.5 * 10.0**place) if place is not None else 0.0
        slack = own + allowed + 1e-12 * min(1.0, abs(truth)) + 1e-9 * abs(truth)
        low, high = min(low, interval[0] - slack), max(high, interval[1] + slack)
    return low, high


def _allowed(truth: float, place: int | None, answer: float, tolerance: Tolerance) -> float:
    """The distance that the tolerance allows; the widest of the kinds it names."""
    kinds = []
    if tolerance.absolute is not None:
        kinds.append(tolerance.absolute)
    if tolerance.relative is not None:
        kinds.append(tolerance.relative * abs(truth))
    if tolerance.decimals is not None:
        kinds.append(0.5 * 10.0**-tolerance.decimals)
    if tolerance.significant is not None and truth:
        kinds.append(0.5 * 10.0 ** (math.floor(math.log10(abs(truth))) + 1 - tolerance.significant))
    if rounds(tolerance):
        kinds.append(0.0)
    if not kinds:  # nothing said: half a percent, or what was typed is the truth rounded to three digits or more
        kinds.append(DEFAULT_RELATIVE * abs(truth))
        if place is not None and answer and math.floor(math.log10(abs(answer))) - place + 1 >= DEFAULT_DIGITS:
            kinds.append(0.5 * 10.0**place)
    return max(kinds)
