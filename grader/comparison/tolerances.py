"""A typed number against the true value, within the rubric's tolerance.

``0.0212`` against 0.021189 at 4 decimals is right and noted "rounded"; ``0.02`` is not.
"""

from __future__ import annotations

import math

from grader.expression.language.nodes import Call, Expression, Matrix, Number, integer
from grader.results import NoteKind
from grader.rubric.model import Tolerance
from grader.solver.rounding.units import Reach, half_unit, rounds

EXACT = 1e-9
DEFAULT_RELATIVE = 0.005
DEFAULT_DIGITS = 3
NEAR_UNITS = 5
LAST_PLACE = 308  # of floating point
NO_PLACE = 10_000  # in an array of places, of an entry that is no typed number
NOTHING_ROUNDED = 1e-3  # of half a unit: an enclosure that is no wider is of numbers that came out even
_SHIFTS = {
    0: "",
    2: "100 times too large (a percent?)",
    -2: "100 times too small (a percent?)",
    1: "10 times too large",
    -1: "10 times too small",
    3: "1000 times too large",
    -3: "1000 times too small",
}


def typed_place(node: Expression) -> int | None:
    """The decimal exponent of the last digit typed, of a number with or without a sign; None for a formula."""
    if isinstance(node, Call) and node.function == "neg":
        return typed_place(node.args[0])
    return node.place if isinstance(node, Number) else None


def unit_of(place: int) -> float:
    """The unit of a decimal place, 0.01 of -2; without end where floating point ends."""
    return 10.0**place if place <= LAST_PLACE else math.inf


def typed_places(node: Expression) -> Expression | None:
    """An array of typed numbers with the place of each in its stead; None for any other answer."""
    match node:
        case Matrix(rows=rows):
            places = [[typed_place(entry) for entry in row] for row in rows]
            return Matrix(tuple(tuple(integer(NO_PLACE if one is None else one) for one in row) for row in places))
        case Call(function="transpose" | "neg", args=(inner,)):
            found = typed_places(inner)
            return found if found is None or node.function == "neg" else Call("transpose", (found,))
    return None


def number_note(
    answer: float, truth: float, place: int | None, tolerance: Tolerance, interval: tuple[float, float] | None
) -> NoteKind | None:
    """ "equivalent", "rounded" (right within the tolerance), or None for a different number."""
    gap = abs(answer - truth)
    if not math.isfinite(answer):
        return None
    if gap <= EXACT * max(abs(answer), abs(truth)):
        return NoteKind.EQUIVALENT
    low, high = accepted(answer, truth, place, tolerance, interval)
    return NoteKind.ROUNDED if low <= answer <= high else None


def accepted(
    answer: float, truth: float, place: int | None, tolerance: Tolerance, interval: tuple[float, float] | None
) -> tuple[float, float]:
    """The numbers that are right within the tolerance, for an answer typed with so many places."""
    allowed = _allowed(truth, place, answer, tolerance) * (1 + 1e-9)
    low, high = truth - allowed, truth + allowed
    if interval is not None:
        half = half_unit(tolerance, abs(answer))
        own = min(half, 0.5 * unit_of(place)) if place is not None else 0.0
        slack = own + allowed + 1e-12 * min(1.0, abs(truth)) + 1e-9 * abs(truth)
        low, high = min(low, interval[0] - slack), max(high, interval[1] + slack)
    elif rounds(tolerance):  # of a program that is not carried on: the truth, rounded as asked
        half = half_unit(tolerance, abs(truth)) * (1 + 1e-9)
        low, high = min(low, truth - half), max(high, truth + half)
    return low, high


def in_doubt(answer: float, truth: float, place: int | None, tolerance: Tolerance, reach: Reach) -> bool:
    """Whether a number that no simulated student came to may still be what rounding every line leads to."""
    low, high = possible(answer, truth, place, tolerance, reach)
    return low <= answer <= high


def possible(answer: float, truth: float, place: int | None, tolerance: Tolerance, reach: Reach) -> tuple[float, float]:
    """The numbers that honest rounding may lead to at all, for an answer typed with so many places.

    Where anything was rounded, one more half unit is let through: whoever multiplies out a bracket rounds once more.
    """
    low, high = accepted(answer, truth, place, tolerance, reach.sure)
    half = half_unit(tolerance, abs(answer))
    if reach.sure[1] - reach.sure[0] < NOTHING_ROUNDED * half:
        half = 0.0
    return low - half, high + half


def may_be_rounded(answer: float, truth: float, tolerance: Tolerance) -> bool:
    """Whether a number is so near to the truth that rounding on the lines before may be all that it is off by.

    Only where no interval says by how much they may: half a percent, or some units of the last place that is kept.
    """
    near = max(DEFAULT_RELATIVE * abs(truth), NEAR_UNITS * 2 * half_unit(tolerance, abs(truth)))
    return rounds(tolerance) and abs(answer - truth) <= near


def slip_in_number(
    answer: float, truth: float, place: int | None, tolerance: Tolerance, interval: tuple[float, float] | None
) -> str:
    """What a wrong number would be right without: its sign, a percent, a power of ten; empty where that is not it.

    The digits as typed must fit the truth: ``0.0021`` for 0.0212 is a tenth of it, ``0.002`` says too little.
    """
    if not answer or not truth or not math.isfinite(answer):
        return ""
    turned = -1 if answer * truth < 0 else 1
    for shift, words in _SHIFTS.items():
        if turned == 1 and not shift:
            continue
        moved, typed = answer * turned * 10.0**-shift, None if place is None else place - shift
        low, high = accepted(moved, truth, typed, tolerance, interval)
        unit = 0.0 if typed is None else unit_of(typed)
        fits = low <= moved <= high or (abs(moved - truth) <= 0.5 * unit and abs(moved) >= 10 * unit)
        # a number within the tolerance of 0 says nothing about its sign or its size
        if fits and not low <= 0 <= high and abs(moved) >= unit:
            sign = "the wrong sign" if turned == -1 else ""
            return f"It has {sign}." if not shift else f"It {f'has {sign}, and ' if sign else ''}is {words}."
    return ""


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
            kinds.append(0.5 * unit_of(place))
    return max(kinds)
