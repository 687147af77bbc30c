"""An answer that is right given a student's own values -> whether these make it so whatever was worked out.

With ``Z = 500`` held, ``sigmoid(Z)`` is 1 and every derivative by way of it 0, so that ``1`` and ``0`` are right and
show nothing; given the true ``Z = 1.3`` they are wrong. Such an answer earns nothing until a person has looked at it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from grader.comparison.asked import Target
from grader.comparison.numbers import number_note, typed_place
from grader.comparison.truth import truth_value
from grader.diagnosis.follow_through_program import NEGLIGIBLE, Program, interval_of, moved
from grader.expression.nodes import Expression
from grader.expression.values import Array
from grader.solver.key import SolvedQuestion
from grader.solver.runs import fill_partials

# how far along the way from the truth, at 0, by the student's value, at 1
TRUE, NEAR, FARTHER = Fraction(0), Fraction(1, 100), Fraction(10)


def degenerate(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether the held values make the goal vanish or level off where the truth does neither.

    `answer` is right for the goal, whose quantity is `name`, in `program`, and is not right in `question`.
    """
    place = typed_place(answer)
    return _vanishes(question, program, name, goal, place) or _levels_off(question, program, name, goal, place)


def _vanishes(question: SolvedQuestion, program: Program, name: str, goal: Target, place: int | None) -> bool:
    """Whether 0 with the digits of the answer would be right as well, but not by the truth.

    Of formulas, whether the goal is nothing beside the truth wherever it has a value.
    """
    true = Program(question, {}, ())
    if question.numeric:
        return _accepts(program, name, goal, 0.0, place) and not _accepts(true, name, goal, 0.0, place)
    return all(_near(held, 0 * held, truth) for held, truth in _pairs(program, true, goal))


def _levels_off(question: SolvedQuestion, program: Program, name: str, goal: Target, place: int | None) -> bool:
    """Whether values still farther from the truth would give the same, though close to the truth a change tells."""
    true, near, farther = (moved(question, program, along) for along in (TRUE, NEAR, FARTHER))
    if true is None or near is None or farther is None:
        return False
    return _same(program, farther, name, goal, place) and not _same(true, near, name, goal, place)


def _same(one: Program, other: Program, name: str, goal: Target, place: int | None) -> bool:
    """Whether the goal of one program would be right in the other."""
    if one.question.numeric:
        return _accepts(other, name, goal, _number(one, goal), place)
    return all(_near(a, b, a) for a, b in _pairs(one, other, goal))


def _accepts(program: Program, name: str, goal: Target, value: float, place: int | None) -> bool:
    interval = interval_of(program, name, goal.tolerance)
    return number_note(value, _number(program, goal), place, goal.tolerance, interval) is not None


def _number(program: Program, goal: Target) -> float:
    return float(_values(program, goal)[0].item())


def _pairs(one: Program, other: Program, goal: Target) -> list[tuple[Array, Array]]:
    return list(zip(_values(one, goal), _values(other, goal), strict=True))


def _values(program: Program, goal: Target) -> list[Array]:
    """The goal's values in each run of a program."""
    question = program.question
    for run in question.runs:
        fill_partials(run, (goal.expression,), question.adjoints)
    return [truth_value(run, goal.expression).data for run in question.runs]


def _near(one: Array, other: Array, scale: Array) -> bool:
    """Whether two arrays differ by nothing beside the scale at every point where all have a value."""
    usable = np.isfinite(one) & np.isfinite(other) & np.isfinite(scale)
    return bool((np.abs(one - other)[usable] <= NEGLIGIBLE * np.abs(scale)[usable]).all())
