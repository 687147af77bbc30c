"""An answer that is right given a student's own values -> why that shows nothing, though it does not vanish.

Given ``dL/dZ = 1.00001`` the inputs themselves are right for every ``dL/dW``, and given ``yhat = y + 1`` a 1 is for
``dL/dyhat``: who chose such values had nothing to work out. A sigmoid of 5 was not worked out either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.comparison.aligned_values import truth_value
from grader.comparison.target import Target
from grader.comparison.tolerances import number_note
from grader.diagnosis.carried.follow_through_program import (
    NEGLIGIBLE,
    Own,
    Program,
    holding,
    letters_of,
    line_of,
    values_of,
)
from grader.diagnosis.carried.ranges import ALL, range_of
from grader.diagnosis.carried.typed_numbers import typed_number
from grader.expression.algebra.construct import number, substitute
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Call, Expression, Partial, Symbol
from grader.results import NoteKind
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment, quantities
from grader.solver.session import remembered

TRIVIAL = (0.0, 1.0, -1.0)
SHIFTS = tuple(10.0**k for k in range(-3, 4))  # of the decimal point, by a slip
DIGITS = tuple(float(digit * 10**k) for digit in range(-9, 10) for k in range(3))  # misread or misheard
A_DIGIT = 0.001  # what the other digits of such a number may be off
CLOSE = 0.01  # what a number is off that was worked out from others


def says_nothing(
    question: SolvedQuestion,
    program: Program,
    goal: Target,
    answer: Expression,
    used: Sequence[Own],
    own: Sequence[Own],
) -> NoteKind | None:
    """Why an answer's agreement with the goal of a program that holds `used` shows nothing; None where it may.

    `own` are all the student's values. A number that is as good as 0 or 1 is another matter: see `plain`.
    """
    chosen = [item for item in used if not (item.came_out or item.right)]
    if any(not item.slip and _impossible(question, item, own, goal.tolerance) for item in chosen):
        return NoteKind.FOLLOW_THROUGH_IMPOSSIBLE
    if question.numeric:
        # a nought may be all that rounding leaves
        chosen_for = bool(chosen) and is_trivial(question, answer, TRIVIAL[1:])
        return NoteKind.FOLLOW_THROUGH_TRIVIAL if chosen_for else None
    flat = _is_constant(program, goal) and not _is_constant(Program(question, {}, ()), goal)
    return NoteKind.FOLLOW_THROUGH_TRIVIAL if flat or any(_is_minus_one(program, item) for item in chosen) else None


def plain(question: SolvedQuestion, program: Program, tolerance: Tolerance) -> Program | None:
    """The program with 0, 1 or -1 for each number held that rounding does not tell from it; None without such.

    A number that came out so from others stays.
    """
    held = tuple(_plain(item, tolerance) for item in program.held)
    return holding(question, held) if held != program.held else None


def _plain(own: Own, tolerance: Tolerance) -> Own:
    if own.value is None or own.right or own.came_out or own.trivial:
        return own
    for value in TRIVIAL:
        if number_note(own.value, value, None, tolerance, None):
            return replace(own, value=value, answer=number(int(value)), place=None, trivial=True)
    return own


def _impossible(question: SolvedQuestion, own: Own, others: Sequence[Own], tolerance: Tolerance) -> bool:
    """Whether a quantity of the model is where its function never is, and no slip of sign or point leads there."""
    line = line_of(question, own)
    if line is None or isinstance(own.target, Partial):
        return False
    low, high = range_of(line.expression)
    if (low, high) == ALL:
        return False
    try:
        if own.value is None:
            return _formula_outside(question, own, line.expression, line.letters, (low, high))
        at_end = min(max(own.value, low), high)
        if number_note(own.value, at_end, own.place, tolerance, None):
            return False
        rest = tuple(item for item in others if item.name != own.name)
        program = holding(question, rest) if rest else None
        run = (program.question if program else question).runs[0]
        near = [evaluate(item, environment(run)).data for item in (line.expression, *_inner(line.expression))]
        return not any(_slip(own.value, np.ravel(data)) for data in near)
    except ShapeError:
        return False


def _inner(formula: Expression) -> tuple[Expression, ...]:
    """What stands in the outermost function: the value of a unit whose function was forgotten."""
    return formula.args[:1] if isinstance(formula, Call) else ()


def _slip(value: float, worked_out: Array) -> bool:
    """Whether a number is one worked out but for its sign, its point, or a digit before the point."""
    sizes = np.abs(worked_out[np.isfinite(worked_out)])
    shifted = np.isclose(abs(value), np.multiply.outer(sizes, SHIFTS), rtol=CLOSE, atol=0.0)
    misread = np.isclose(abs(value), np.add.outer(sizes, DIGITS), rtol=0.0, atol=A_DIGIT)
    return bool(shifted.any() or misread.any())


def _formula_outside(
    question: SolvedQuestion, own: Own, formula: Expression, letters: Sequence[str], ends: tuple[float, float]
) -> bool:
    """Whether a formula is outside of the `ends` at every point, and is none of those that a slip makes."""
    named = dict(zip(letters, map(Symbol, letters_of(own.target) or ()), strict=False))
    known = [substitute(item, named) for item in (formula, *_inner(formula))]
    for run in question.runs:
        quantities(run, (own.answer, *known), question.adjoints)
        data = truth_value(run, own.answer).data
        with np.errstate(invalid="ignore"):
            inside = (data >= ends[0]) & (data <= ends[1]) | ~np.isfinite(data)
        if inside.any() or any(_alike(data, truth_value(run, item).data) for item in known):
            return False
    return True


def _alike(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    return bool(np.allclose(np.abs(one), np.abs(other), rtol=1e-6, atol=0.0, equal_nan=True))


def _is_constant(program: Program, goal: Target) -> bool:
    """Whether the goal is the same at every sample point of a run: nothing enters it any more."""
    found = values_of(program, goal.expression)
    return all(_ranges_over(data) <= NEGLIGIBLE for data in found)


def _ranges_over(data: Array) -> float:
    """How far any entry moves from point to point, beside its size."""
    usable = data[np.isfinite(data).reshape(len(data), -1).all(axis=1)]
    if len(usable) < 2:
        return math.inf
    return float((np.ptp(usable, axis=0) / np.maximum(np.abs(usable).max(axis=0), NEGLIGIBLE)).max(initial=0.0))


@remembered(maxsize=8192)
def is_trivial(question: SolvedQuestion, answer: Expression, numbers: tuple[float, ...] = TRIVIAL) -> bool:
    """Whether an answer is one of the numbers everywhere, or times the identity; False where it has no value."""
    value = typed_number(answer)
    if value is not None:
        return any(abs(value - one) <= NEGLIGIBLE for one in numbers)
    try:
        data = values_of(Program(question, {}, ()), answer)
    except ShapeError:
        return False
    return any(all(_is(sign, item) for item in data) for sign in numbers)


def _is_minus_one(program: Program, own: Own) -> bool:
    """Whether a formula is -1 everywhere, or less the identity: a sign is all that it says."""
    return all(_is(-1.0, data) for data in values_of(program, own.target))


def _is(sign: float, data: Array) -> bool:
    """Whether values are so many times 1 at every point, or so many times the identity."""
    ones: list[Array] = [np.ones(data.shape[1:])]
    if data.ndim == 3 and data.shape[1] == data.shape[2]:
        ones.append(np.eye(data.shape[1]))
    return any(np.allclose(data, sign * one, rtol=0.0, atol=NEGLIGIBLE) for one in ones)
