"""An answer that is right given a student's own values -> whether these make it so whatever was worked out.

With ``Z = 500`` held, ``sigmoid(Z)`` is 1 and every derivative by way of it 0, so that ``1`` and ``0`` are right and
show nothing; given the true ``Z = 1.3`` they are wrong. Such an answer earns nothing until a person has looked at it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from grader.comparison.target import Target
from grader.comparison.tolerances import accepted, number_note, typed_place, unit_of
from grader.diagnosis.carried.follow_through_program import (
    NEGLIGIBLE,
    Program,
    moved,
    reads_held,
    values_of,
)
from grader.diagnosis.carried.held_reach import true_reach
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Expression
from grader.solver.key import SolvedQuestion
from grader.solver.rounding.units import Interval, half_unit

# how far along the way from the truth, at 0, by the student's value, at 1
TRUE, NEAR, FARTHER = Fraction(0), Fraction(1, 100), Fraction(10)
ORDER = 10  # of magnitude; twice that for a digit, since a tenth of a number may be rounded down to it


def degenerate(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether the held values make the goal vanish or level off where the truth does neither.

    `answer` is right for the goal, whose quantity is `name`, in `program`, and is not right in `question`.
    """
    vanishes = _vanishes(question, program, name, goal, answer)
    return vanishes or _levels_off(question, program, goal, typed_place(answer))


def _vanishes(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether the goal is nothing beside the truth wherever it has a value; of a number, whether rounding loses it."""
    true = Program(question, {}, ())
    if question.numeric:
        return _is_lost(question, program, name, goal, answer)
    return all(_near(held, np.zeros_like(held), truth) for held, truth in _pairs(program, true, goal))


def _is_lost(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether 0 would be right as well, or is nearer to the answer than what comes out, and would not be by the truth.

    A digit that is left is work all the same, if it is of about the truth's size. So is a nought, if the truth is all
    but lost in the rounding itself, and the nought comes straight from values that are held.
    """
    true = Program(question, {}, ())
    place, value, left = typed_place(answer), _size(program, goal, answer), abs(_number(program, goal))
    if 2 * value > left and not _accepts(program, goal, 0.0, place):
        return False
    own = replace(goal, reach=true_reach(question, goal.expression, goal.tolerance))
    if _accepts(true, own, 0.0, place):
        return False
    nought = 2 * value <= left or value <= half_unit(goal.tolerance, value)
    if nought and (_shows(true, own, place) or not reads_held(program, name)):
        return True
    order = ORDER if nought else 2 * ORDER
    truth, farthest = abs(_number(true, goal)), max(map(abs, _hull(goal) or (0.0,)))
    return truth > left * order or farthest > truth * order


def _shows(true: Program, goal: Target, place: int | None) -> bool:
    """Whether the tolerance leaves something of the truth to see: it spans no factor of more than 2."""
    truth = _number(true, goal)
    low, high = sorted(map(abs, accepted(truth, truth, place, goal.tolerance, _hull(goal))))
    return high <= 2 * low


def _size(program: Program, goal: Target, answer: Expression) -> float:
    """The size of a number; that of the goal itself where the answer has no value as it stands."""
    try:
        return abs(_number(program, replace(goal, expression=answer)))
    except ShapeError:
        return abs(_number(program, goal))


def _levels_off(question: SolvedQuestion, program: Program, goal: Target, place: int | None) -> bool:
    """Whether values still farther from the truth would give the same, though close to the truth a change tells."""
    farther = moved(question, program, FARTHER)
    if farther is None or not _same(program, farther, goal, place):
        return False
    true, near = moved(question, program, TRUE), moved(question, program, NEAR)
    return true is not None and near is not None and not _same(true, near, goal, place)


def _same(one: Program, other: Program, goal: Target, place: int | None) -> bool:
    """Whether the goal of one program can't be told from that of the other, with the digits asked for or typed."""
    if not one.question.numeric:
        return all(_near(a, b, a) for a, b in _pairs(one, other, goal))
    a, b = _number(one, goal), _number(other, goal)
    half = half_unit(goal.tolerance, abs(b)) or (0.0 if place is None else 0.5 * unit_of(place))
    return abs(a - b) <= half if half else number_note(a, b, None, goal.tolerance, None) is not None


def _accepts(program: Program, goal: Target, value: float, place: int | None) -> bool:
    return number_note(value, _number(program, goal), place, goal.tolerance, _hull(goal)) is not None


def _hull(goal: Target) -> Interval | None:
    return None if goal.reach is None else goal.reach[0].hull


def _number(program: Program, goal: Target) -> float:
    return float(values_of(program, goal.expression)[0].item())


def _pairs(one: Program, other: Program, goal: Target) -> list[tuple[Array, Array]]:
    return list(zip(values_of(one, goal.expression), values_of(other, goal.expression), strict=True))


def _near(one: Array, other: Array, scale: Array) -> bool:
    """Whether two arrays differ by nothing beside the scale at every point where all have a value."""
    usable = np.isfinite(one) & np.isfinite(other) & np.isfinite(scale)
    with np.errstate(all="ignore"):
        return bool((np.abs(one[usable] - other[usable]) <= NEGLIGIBLE * np.abs(scale[usable])).all())
