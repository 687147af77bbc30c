"""A wrong answer and the student's own earlier values -> the values that it is right for.

``dL/dW = 0.0104`` is wrong, but right given ``dL/dZ = 0.52`` and ``x = 0.02``: the error is charged where it was
made, once. A value that makes the rest trivial (0, the identity, the question itself) is not gone on from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.autodiff.graph import Node
from grader.comparison.judge import judge
from grader.comparison.proof.model_balls import is_scalar_model
from grader.comparison.repairs import settled
from grader.comparison.target import Target
from grader.comparison.tolerances import number_note, typed_place
from grader.diagnosis.carried.degenerate import degenerate
from grader.diagnosis.carried.follow_through_program import (
    Own,
    Program,
    holding,
    inputs,
    numbers_held,
)
from grader.diagnosis.carried.held_reach import reach_of
from grader.diagnosis.carried.trivial import plain, says_nothing
from grader.diagnosis.carried.typed_numbers import number_of, typed_number
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression, symbols
from grader.results import NOTES, Credit, Decision, Evidence, NoteKind, Verdict
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.rounding.units import rounds
from grader.solver.runs import environment, worked_out
from grader.solver.session import remembered

MAX_HELD = 24
MAX_TRIED = 8

__all__ = ["Followed", "Own", "follow_through", "own_value"]


@dataclass(frozen=True, slots=True)
class Followed:
    """The earlier values `own` that an answer is right for, or may be.

    `doubt` says why a person decides: given these it shows nothing, or rounding leads hardly so far.
    """

    own: tuple[Own, ...]
    evidence: Evidence
    doubt: NoteKind | None = None


@remembered(maxsize=8192)
def own_value(question: SolvedQuestion, name: str, target: Expression, answer: Expression, right: bool) -> Own | None:
    """A student's answer as a value to go on from; None for one that can't be."""
    if not question.numeric:
        return None if right else Own(name, target, settled(question, target, answer))
    try:
        data = np.ravel(evaluate(answer, environment(question.runs[0])).data)
    except ShapeError:
        return None
    if data.size != 1 or not math.isfinite(data[0]):
        return None
    trivial = not right and bool(data[0] in (0, 1))
    return Own(name, target, answer, float(data[0]), typed_place(answer), right, trivial)


@remembered(maxsize=16_384)
def follow_through(
    question: SolvedQuestion,
    name: str,
    target: Expression,
    tolerance: Tolerance,
    answer: Expression,
    own: tuple[Own, ...],
) -> Followed | None:
    """The earlier values that make `answer` right for `target`, with the evidence; None where there are none.

    `own` are the student's values of other quantities, in the order of the rubric. Tried are all of those that the
    target's line reads, straight or by way of lines without an answer, then each wrong one by itself. A trivial value
    may be among them only where it is itself right given earlier ones. Values that make the answer vanish or saturate
    are given back in `doubt` where no others make it right, and so are those that it hardly fits.
    """
    doubtful: Followed | None = None
    for program in _programs(question, name, own):
        reach = reach_of(program, name, target, tolerance, simulated=False) if question.numeric else None
        if question.numeric and (reach is None or len(reach) > 1):
            continue
        goal = Target(target, target, tolerance, reach)
        verdict = _right(program, goal, answer)
        if verdict is None:
            continue
        used = tuple(item for item in program.held if not item.right)
        if not question.numeric:
            if _trivial(program, name) and all(not symbols(item.answer) for item in used):
                continue
            used = _needed(question, goal, answer, used)
        nothing = _says_nothing(question, program, name, goal, answer, used, own)
        if nothing is not None:
            doubtful = doubtful or Followed(used, verdict.evidence, nothing)
        elif reach is None or not (rounds(tolerance) or _too_wide(reach[0].sure)):
            return Followed(used, verdict.evidence)
        elif rounds(tolerance):
            near = replace(goal, reach=reach_of(program, name, target, tolerance))
            if _right(program, near, answer) is not None:
                return Followed(used, verdict.evidence)
            doubtful = doubtful or Followed(used, verdict.evidence, NoteKind.ROUNDING_IN_DOUBT)
    return doubtful


def _says_nothing(
    question: SolvedQuestion,
    program: Program,
    name: str,
    goal: Target,
    answer: Expression,
    used: tuple[Own, ...],
    own: tuple[Own, ...],
) -> NoteKind | None:
    """Why an answer that is right given the values `used` of all the student's `own` shows nothing; None if it does."""
    if degenerate(question, program, name, goal, answer):
        return NoteKind.FOLLOW_THROUGH_DEGENERATE
    simple = plain(question, program, goal.tolerance) if question.numeric else None
    if simple is not None:
        reach = reach_of(simple, name, goal.expression, goal.tolerance, simulated=False)
        if reach is not None and _right(simple, replace(goal, reach=reach), answer) is not None:
            return NoteKind.FOLLOW_THROUGH_TRIVIAL
    return says_nothing(question, program, goal, answer, used, own)


def _right(program: Program, goal: Target, answer: Expression) -> Verdict | None:
    """The verdict on an answer that is right and finished in the program; None for any other."""
    try:
        if _is_another_number(program, goal, answer):
            return None
        verdict = judge(program.question, goal, answer)
    except ShapeError:  # with these values held, the target itself has none
        return None
    return (
        verdict if verdict.decision is Decision.EQUIVALENT and NOTES[verdict.note.kind].credit is Credit.FULL else None
    )


def _is_another_number(program: Program, goal: Target, answer: Expression) -> bool:
    """Whether an answer is typed as a number, and is not the one asked for, of a model of numbers: it means no more."""
    question = program.question
    value = typed_number(answer) if question.numeric and question.condition is None else None
    if value is None or not is_scalar_model(question):
        return False
    truth = number_of(program, goal.expression)
    hull = None if goal.reach is None else goal.reach[0].hull
    return number_note(value, truth, typed_place(answer), goal.tolerance, hull) is None


def _programs(question: SolvedQuestion, name: str, own: tuple[Own, ...]) -> Iterator[Program]:
    """Programs that hold the values nearest to the target, then one wrong value each."""
    for held in _choices(question, name, tuple(item for item in own if item.name != name)[-MAX_HELD:]):
        program = holding(question, held)
        if program is not None:
            yield program


def _choices(question: SolvedQuestion, name: str, own: tuple[Own, ...]) -> list[tuple[Own, ...]]:
    if not question.numeric:
        own = tuple(item for item in own if holding(question, (item,)) is not None)
    nearest = _nearest_held(question, name, own) if own else ()
    wrong = [item for item in nearest if not item.right]
    if not wrong:
        return []
    # a number may fit one further away by chance, so only a formula is tried against those
    single = wrong if question.numeric else own
    beside = tuple(item for item in nearest if item.right)
    choices = [nearest, *((*beside, item) for item in reversed(single))]
    return list(dict.fromkeys(choices))[:MAX_TRIED]


def _nearest_held(question: SolvedQuestion, name: str, own: tuple[Own, ...]) -> tuple[Own, ...]:
    """The values that the target's line reads, in the program that holds all of them that it can."""
    if question.numeric and all(item.value is not None for item in own):
        numbers = numbers_held(question, own)
        return () if numbers is None else _nearest(*numbers, name)
    program = holding(question, own)
    if program is None:
        return ()
    # a formula of the model, or a gradient, also enters through its derivatives, which don't name it
    nearest = {item.name for item in _nearest(program.held, program.lines, name)}
    nearest |= {item.name for item in program.held if item.value is None and item.name in _differentiated(program)}
    return tuple(item for item in program.held if item.name in nearest)


def _nearest(own: tuple[Own, ...], lines: Mapping[str, Node], name: str) -> tuple[Own, ...]:
    """The held values that the target's line reads, straight or by way of lines that are not held."""
    held = {item.name for item in own}
    found: set[str] = set()
    seen = {name}
    pending = [name]
    while pending:
        line = lines.get(pending.pop())
        for item in inputs(line) if line is not None else ():
            if item in held:
                found.add(item)
            elif item not in seen:
                seen.add(item)
                pending.append(item)
    return tuple(item for item in own if item.name in found)


def _differentiated(program: Program) -> set[str]:
    return {node.name for node in program.question.graph.nodes} | set(program.question.adjoints)


def _needed(question: SolvedQuestion, goal: Target, answer: Expression, used: tuple[Own, ...]) -> tuple[Own, ...]:
    """The held formulas less those without which the answer is right as well."""
    for own in used:
        fewer = tuple(item for item in used if item is not own)
        program = holding(question, fewer) if fewer else None
        if program is not None and _right(program, goal, answer) is not None:
            used = fewer
    return used


def _trivial(program: Program, name: str) -> bool:
    """Whether nothing is left to work out: the truth of the rest is 0 everywhere."""
    return not any(values[name].any() for run in program.question.runs if name in (values := worked_out(run)))


def _too_wide(interval: tuple[float, float]) -> bool:
    """Whether the interval holds 0 or spans a factor of more than 2: too wide to grade with."""
    low, high = sorted(abs(end) for end in interval)
    return interval[0] <= 0 <= interval[1] or high > 2 * low
