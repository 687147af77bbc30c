"""An answer whose arrays do not fit -> the least edits that make them fit, for the judge to try.

``h @ (yhat - y)`` for dL/dW, of two columns, fits as ``h @ (yhat - y)^T``: `missing_transpose` about ``yhat - y``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from grader.comparison.aligned_values import truth_value
from grader.comparison.arrays import line_up
from grader.comparison.edits import Edit, edits_anywhere, sums_of
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.product_readings import TooManyReadings, distinct, readings
from grader.expression.evaluation.scope import Environment, at_one_point
from grader.expression.evaluation.values import ShapeError, Value
from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Symbol, indices
from grader.expression.printing.short_names import word_for
from grader.expression.printing.text import to_text
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment, extents, quantities
from grader.work import spend

MOST_EDITS = 2
TRIED = 600  # edited answers whose shapes are looked at
JUDGED = 24  # of those that fit
TRY = 2_000  # units of work for each, beside those of its value


class TooManyRepairs(Exception):
    """More ways to edit an answer than are looked at."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The least edits that bring an answer to the shape asked for, and the answer edited."""

    edits: tuple[Edit, ...]
    expression: Expression

    def detail(self, answer: Expression) -> str:
        """The machine string of it: ``missing_transpose:h``, of two edits ``missing_transpose:h+transposed:x``."""
        return "+".join(_word(edit, answer) for edit in self.edits)

    def once(self, names: Names) -> str:
        """What the answer is right "once ...": ``h is transposed``."""
        return " and ".join(edit.once.format(to_text(edit.about, names)) for edit in self.edits)


def _word(edit: Edit, answer: Expression) -> str:
    word = "" if edit.about == answer else word_for(edit.about)
    return f"{edit.name}:{word}" if word else edit.name


def least_repairs(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[Repair, ...]:
    """All repairs of the fewest edits that type-check, each of another value; raises TooManyRepairs beyond a bound."""
    run = question.runs[0]
    quantities(run, (answer,), question.adjoints)
    env = environment(run, extents(run, target))
    truth = truth_value(run, target)
    fits = _fitting(at_one_point(env), Value(truth.data[:1], truth.letters))
    kept = frozenset(place.name for place in indices(target) if isinstance(place, Symbol))
    start = {answer: Repair((), answer)}
    for _ in range(MOST_EDITS):
        more = (again for repair in start.values() for again in _once_more(repair, kept, question.numeric))
        edited = {repair.expression: repair for repair in reversed(list(islice(more, TRIED + 1)))}
        if len(edited) > TRIED:
            break
        found = [Repair(repair.edits, way) for repair in reversed(edited.values()) for way in fits(repair.expression)]
        if found:
            return _of_other_values(found, env)
        start = dict(reversed(edited.items()))
    return ()


def settled(question: SolvedQuestion, target: Expression, answer: Expression) -> Expression:
    """The answer in the first reading that has the target's shape, or by the first repair that gives it one.

    As it is where there is none: what the judge found of it rests on this reading.
    """
    if question.numeric or not any(question.graph.axes.values()):
        return answer
    run = question.runs[0]
    try:
        quantities(run, (answer,), question.adjoints)
        env = at_one_point(environment(run, extents(run, target)))
        truth = truth_value(run, target)
        found = next(_fitting(env, Value(truth.data[:1], truth.letters))(answer), None)
        if found is not None:
            return found
        return next((repair.expression for repair in least_repairs(question, target, answer)), answer)
    except (ShapeError, TooManyRepairs):
        return answer


def _once_more(repair: Repair, kept: frozenset[str], numeric: bool) -> Iterator[Repair]:
    """The repair with one edit more; sums are of the whole and come alone, and numbers are not summed."""
    for edit in edits_anywhere(repair.expression):
        yield Repair((*repair.edits, edit), edit.edited)
    if not repair.edits and not numeric:
        for edit in sums_of(repair.expression, kept):
            yield Repair((edit,), edit.edited)


def _fitting(env: Environment, truth: Value) -> Callable[[Expression], Iterator[Expression]]:
    """What gives the readings of an answer that have the shape of the truth."""

    def fitting(answer: Expression) -> Iterator[Expression]:
        spend(TRY)
        try:
            ways = readings(answer, env)
        except (ShapeError, TooManyReadings):
            return
        for way in ways:
            try:
                line_up(evaluate(way, env), truth, 1)
            except ShapeError:
                continue
            yield way

    return fitting


def _of_other_values(found: list[Repair], env: Environment) -> tuple[Repair, ...]:
    """The repairs with those dropped that come to the same value as an earlier one."""
    first: dict[Expression, Repair] = {}
    for repair in found:
        first.setdefault(repair.expression, repair)
    kept = tuple(distinct(tuple(first), env))
    if len(kept) > JUDGED:
        raise TooManyRepairs
    return tuple(first[way] for way in kept)
