"""An answer that is right given a student's own values -> whether these make it so whatever was worked out.

With ``Z = 500`` held, ``sigmoid(Z)`` is 1 and every derivative by way of it 0, so that ``1`` and ``0`` are right and
show nothing; given the true ``Z = 1.3`` they are wrong. A person looks at such an answer, and it earns nothing before.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from grader.comparison.asked import Target
from grader.comparison.numbers import number_note, typed_place
from grader.comparison.truth import truth_value
from grader.diagnosis.follow_through_program import Program, interval_of, moved
from grader.expression.nodes import Expression
from grader.expression.values import Array
from grader.solver.key import SolvedQuestion
from grader.solver.runs import fill_partials

FARTHER = Fraction(10)
TRUE = Fraction(0)
NUDGED = Fraction(1, 100)
NEGLIGIBLE = 1e-9


def degenerate(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether the held values make the goal vanish or level off where the truth does neither.

    `answer` is right for the goal in `program`, and is not right in `question`.
    """
    vanishes = _vanishes_in_numbers if question.numeric else _vanishes_in_formulas
    return vanishes(question, program, name, goal, answer) or _levels_off(question, program, name, goal, answer)


def _vanishes_in_numbers(
    question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression
) -> bool:
    """Whether 0, typed with the digits of the answer, would be right as well, though it is not by the truth."""
    place = typed_place(answer)
    own = replace(goal, interval=interval_of(Program(question, {}, ()), name, goal.tolerance))
    return _accepts(goal, program.question, 0.0, place) and not _accepts(own, question, 0.0, place)


def _vanishes_in_formulas(
    question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression
) -> bool:
    """Whether the goal is nothing beside the truth at every point where it has a value."""
    pairs = zip(_values(program.question, goal), _values(question, goal), strict=True)
    return all(_within(held, np.zeros_like(held), truth) for held, truth in pairs)


def _levels_off(question: SolvedQuestion, program: Program, name: str, goal: Target, answer: Expression) -> bool:
    """Whether values still farther from the truth would give the same, though near the truth a change tells."""
    farther, true, nudged = (moved(question, program, along) for along in (FARTHER, TRUE, NUDGED))
    if farther is None or true is None or nudged is None:
        return False
    same = _same_number if question.numeric else _same_formula
    return same(program, farther, name, goal, answer) and not same(true, nudged, name, goal, answer)


def _same_number(one: Program, other: Program, name: str, goal: Target, answer: Expression) -> bool:
    there = replace(goal, interval=interval_of(other, name, goal.tolerance))
    return _accepts(there, other.question, float(_values(one.question, goal)[0].item()), typed_place(answer))


def _same_formula(one: Program, other: Program, name: str, goal: Target, answer: Expression) -> bool:
    pairs = zip(_values(one.question, goal), _values(other.question, goal), strict=True)
    return all(_within(a, b, a) for a, b in pairs)


def _within(one: Array, other: Array, scale: Array) -> bool:
    usable = np.isfinite(one) & np.isfinite(other) & np.isfinite(scale)
    return bool((np.abs(one - other) <= NEGLIGIBLE * np.abs(scale))[usable].all())


def _accepts(goal: Target, question: SolvedQuestion, value: float, place: int | None) -> bool:
    truth = float(_values(question, goal)[0].item())
    return number_note(value, truth, place, goal.tolerance, goal.interval) is not None


def _values(question: SolvedQuestion, goal: Target) -> list[Array]:
    for run in question.runs:
        fill_partials(run, (goal.expression,), question.adjoints)
    return [truth_value(run, goal.expression).data for run in question.runs]
