"""What a right answer takes from other parts: their derivatives by name, ``dL/dW = h^T dL/dz``.

It is finished where the other part has an answer; where that is blank, the chain rule is set up and no more.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from grader.comparison.target import leaned_on
from grader.expression.language.nodes import Expression, head
from grader.expression.reading.read import Reading
from grader.grading.partial import worth
from grader.results import NOTES, Decision, Earned, EarnedLine, Note, NoteKind, PartResult
from grader.solver.key import SolvedPart, SolvedQuestion

SET_UP = "the chain rule is set up rightly"


def leans_on(question: SolvedQuestion, part: SolvedPart, reading: Reading, expression: Expression) -> tuple[str, ...]:
    """The other parts whose derivatives a right answer names, and does not work out itself beside it."""
    own = {head(left) for left, _ in reading.definitions}
    parts = {one.part.id: head(one.part.target) for one in question.parts}
    return tuple(name for name in leaned_on(question, part.part.target, expression) if parts[name] not in own)


def built_on(part: SolvedPart, result: PartResult, written: Container[str]) -> PartResult:
    """The result where only the parts that are `written` have an answer: what builds on others is a set-up."""
    blank = [name for name in result.leans_on if name not in written]
    if not blank:
        return result
    credit, kind = part.part.partial_credit, NoteKind.CHAIN_RULE_ONLY
    line = EarnedLine(SET_UP, share=credit.chain_rule_only)
    earned = Earned(Decision.EQUIVALENT, (line,), floor=credit.floor, cap=credit.cap)
    lines, score, outcome = worth(earned, part.part.points)
    message = f"{NOTES[kind].sentence} Part {blank[0]}, which it builds on, has no answer."
    return replace(result, verdict=outcome, score=score, note=Note(kind), message=message, lines=lines)
