"""An answer that is right given a student's own values -> whether these make it so whatever was worked out.

With ``Z = 500`` held, ``sigmoid(Z)`` is 1 and every derivative by way of it 0, so that ``1`` and ``0`` are right and
show nothing; given the true ``Z = 1.3`` they are wrong. Such an answer earns nothing until a person has looked at it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from grader.comparison.aligned_values import truth_value
from grader.comparison.numbers import number_note, typed_place
from grader.comparison.target import Target
from grader.diagnosis.follow_through_program import NEGLIGIBLE, Program, interval_of, moved
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Expression
from grader.solver.key import SolvedQuestion
from grader.solver.rounding import half_unit
from grader.solver.runs import quantities

# how far along the way from the truth, at 0, by the student's value, at 1
TRUE, NEAR, FARTHER = Fraction(0), Fraction(1, 100), Fraction(10)


def degenerate(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether the held values make the goal vanish or level off where the truth does neither.

    `answer` is right for the goal, whose quantity is `name`, in `program`, and is not right in `question`.
    """
    vanishes = _vanishes(question, program, name, goal, answer)
    return vanishes or _levels_off(question, program, goal, typed_place(answer))


def _vanishes(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether 0 would be right as well, or the answer is nearer to it than to what comes out; but not by the truth.

    Of formulas, whether the goal is nothing beside the truth wherever it has a value.
    """
    true = Program(question, {}, ())
    if question.numeric:
        place = typed_place(answer)
        if not _is_small(program, goal, answer) and not _accepts(program, goal, 0.0, place):
            return False
        return not _accepts(true, replace(goal, interval=interval_of(true, name, goal.tolerance)), 0.0, place)
    return all(_near(held, np.zeros_like(held), truth) for held, truth in _pairs(program, true, goal))


def _is_small(program: Program, goal: Target, answer: Expression) -> bool:
    """Whether a number is nearer to 0 than to what comes out."""
    try:
        value = _number(program, replace(goal, expression=answer))
    except ShapeError:
        return False
    return 2 * abs(value) <= abs(_number(program, goal))


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
    half = half_unit(goal.tolerance, abs(b)) or (0.0 if place is None else 0.5 * 10.0**place)
    return abs(a - b) <= half if half else number_note(a, b, None, goal.tolerance, None) is not None


def _accepts(program: Program, goal: Target, value: float, place: int | None) -> bool:
    return number_note(value, _number(program, goal), place, goal.tolerance, goal.interval) is not None


def _number(program: Program, goal: Target) -> float:
    return float(_values(program, goal)[0].item())


def _pairs(one: Program, other: Program, goal: Target) -> list[tuple[Array, Array]]:
    return list(zip(_values(one, goal), _values(other, goal), strict=True))


def _values(program: Program, goal: Target) -> list[Array]:
    """The goal's values in each run of a program."""
    question = program.question
    for run in question.runs:
        quantities(run, (goal.expression,), question.adjoints)
    return [truth_value(run, goal.expression).data for run in question.runs]


def _near(one: Array, other: Array, scale: Array) -> bool:
    """Whether two arrays differ by nothing beside the scale at every point where all have a value."""
    usable = np.isfinite(one) & np.isfinite(other) & np.isfinite(scale)
    with np.errstate(all="ignore"):
        return bool((np.abs(one[usable] - other[usable]) <= NEGLIGIBLE * np.abs(scale[usable])).all())
