"""Every ``=`` of a derivation, checked at the sample points: the first that breaks, and whether later lines recover.

A line with an unfinished partial, an undefined name or a remark is "not checked", never a break.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.comparison.judge import judge
from grader.comparison.target import Target, follow_left_side
from grader.diagnosis.carried.follow_through_program import true_reach
from grader.document.equation_lines import MOST_SIDES, Equations
from grader.document.written_blocks import WrittenAt
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression, Partial, symbols, walk
from grader.expression.reading.read import read
from grader.grading.definitions import with_definitions
from grader.results import Decision, Verdict
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.submission.submissions import CheckedLine
from grader.work import TooMuchWork

MOST_SHOWN = 4  # values of quantities in a sentence


def derived(
    question: SolvedQuestion,
    part: SolvedPart,
    chains: Sequence[tuple[Equations, tuple[str, ...]]],
    own: frozenset[str] = frozenset(),
) -> tuple[CheckedLine, ...]:
    """The lines of the chains of a derivation, checked, each with the definitions that its sides need.

    What uses one of the model's names in a sense of the student's `own` is not checked.
    """
    lines: list[CheckedLine] = []
    for chain, definitions in chains:
        lines += _of_chain(question, part, chain, definitions, own)
    return tuple(lines)


def _of_chain(
    question: SolvedQuestion, part: SolvedPart, chain: Equations, definitions: tuple[str, ...], own: frozenset[str]
) -> list[CheckedLine]:
    left = _value(question, chain.left, definitions) if chain.left else None
    goal = left if left is not None and _evaluates(question, part, left) else None
    found: list[CheckedLine] = []
    for side in chain.sides[-MOST_SIDES:]:
        value = _value(question, side.text, definitions)
        if value is None or not own.isdisjoint(symbols(value)):
            found.append(CheckedLine(side.place.line, side.place.cell, side.text, None, "could not be read"))
            continue
        if goal is None:
            goal = value
            found.append(CheckedLine(side.place.line, side.place.cell, side.text, None, "a beginning"))
            continue
        found.append(_held(question, part, goal, follow_left_side(goal, goal, value), side.place, side.text))
    return found


def _held(
    question: SolvedQuestion, part: SolvedPart, goal: Expression, value: Expression, place: WrittenAt, text: str
) -> CheckedLine:
    verdict = _judged(question, part, goal, value)
    if verdict is not None and verdict.decision is Decision.EQUIVALENT:
        return CheckedLine(place.line, place.cell, text, True)
    unfinished = any(isinstance(node, Partial) for node in walk(value))
    if verdict is None or unfinished or verdict.evidence.kind != "counterexample":
        return CheckedLine(place.line, place.cell, text, None, "could not be checked")
    return CheckedLine(place.line, place.cell, text, False, _differs(part, verdict))


def _differs(part: SolvedPart, verdict: Verdict) -> str:
    """Where a line is another value than what it is set equal to; without the value where the solution is hidden."""
    evidence = verdict.evidence
    if not (part.part.show_solution and evidence.at):
        return "this line is not equal to what it is set equal to"
    numbers = [(name, value) for name, value in evidence.at if not value.startswith("[")]
    few = ", ".join(value if value.startswith(name) else f"{name} = {value}" for name, value in numbers[:MOST_SHOWN])
    return f"at {few or 'some values'} this gives {evidence.got}, and what it is set equal to {evidence.expected}"


def _judged(question: SolvedQuestion, part: SolvedPart, goal: Expression, value: Expression) -> Verdict | None:
    tolerance = part.part.tolerance
    try:
        return judge(question, Target(goal, goal, tolerance, true_reach(question, goal, tolerance)), value)
    except (ShapeError, TooMuchWork, KeyError):
        return None


def _evaluates(question: SolvedQuestion, part: SolvedPart, left: Expression) -> bool:
    verdict = _judged(question, part, left, left)
    return verdict is not None and verdict.decision is Decision.EQUIVALENT


def _value(question: SolvedQuestion, text: str, definitions: tuple[str, ...]) -> Expression | None:
    """What a side says, with the document's definitions put in; None where it can't be read."""
    found = read("\n".join((*definitions, text)), question.question.model.names)
    if found.problems or found.expression is None or len(found.chain) > 1:
        return None
    try:
        return with_definitions(found.expression, found.definitions) if found.definitions else found.expression
    except TooMuchWork:
        return None
