"""A solved rubric -> what its author should mend or may want to know, each a Problem at its part.

A part dL/db of ``z = w + b`` gets "an answer is right here although dL/dz is given in place of what is asked".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.diagnosis.lint.limit_checks import (
    distant_conditions,
    idle_steps,
    one_sided_conditions,
    points_without_a_step,
)
from grader.diagnosis.lint.mistake_checks import listed, priced_alike, right_by_mistake, taken_for_right
from grader.problems import Problem
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.rounding.units import rounds

Check = Callable[[SolvedQuestion, SolvedPart], Iterator[tuple[str, str]]]


def warnings(key: AnswerKey) -> tuple[Problem, ...]:
    """What an author should mend, though the rubric can be graded with."""
    return (
        *key.rubric.warnings,
        *unheeded(key),
        *_unequal_choices(key),
        *_found(key, (priced_alike, taken_for_right, one_sided_conditions, idle_steps)),
    )


def unheeded(key: AnswerKey) -> tuple[Problem, ...]:
    """What a rubric asks for and does not get, once a question: rounding of every line that leads to no interval."""
    found = []
    for question in key.questions:
        asked = [part.part for part in question.parts if rounds(part.part.tolerance) and part.reach is None]
        if not question.numeric or not asked:
            continue
        message = (
            "rounding is not carried through a program of so many numbers, a function without an enclosure or a divisor"
            f" near 0: of {listed([p.id for p in asked])},"
            " only the right value, rounded as asked or within the tolerance, is right; near it, a person decides"
        )
        problem = Problem(message, "give a tolerance, or numbers of their own")
        path = f"question {question.question.id}, key 'rounding'"
        found.append(problem.at(key.rubric.path, asked[0].line, path=path))
    return tuple(found)


def _unequal_choices(key: AnswerKey) -> Iterator[Problem]:
    """Questions of which the best parts count, and not every choice of them can reach all points."""
    for question in key.questions:
        chosen = [asked.max_score for asked in question.asked if not asked.bonus]
        best = question.question.best
        if best is not None and best < len(chosen) and len(set(chosen)) > 1:
            worth = ", ".join(f"{points:g}" for points in sorted(set(chosen)))
            message = f"the parts to choose from are worth {worth}: not every choice of {best} can reach all points"
            path = f"question {question.question.id}, key 'best'"
            yield Problem(message).at(key.rubric.path, question.question.parts[0].line, path=path)


def notes(key: AnswerKey) -> tuple[Problem, ...]:
    """What an author may want to know of each part: mistakes that go unseen there, points that no step earns."""
    return _found(key, (right_by_mistake, points_without_a_step, distant_conditions))


def _found(key: AnswerKey, checks: tuple[Check, ...]) -> tuple[Problem, ...]:
    found = []
    for question in key.questions:
        for part in question.parts:
            for field, message in (pair for check in checks for pair in check(question, part)):
                path = f"question {question.question.id}, part {part.part.id}, key '{field}'"
                found.append(Problem(message).at(key.rubric.path, part.part.line, path=path))
    return tuple(found)
