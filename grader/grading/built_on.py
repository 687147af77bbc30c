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
from grader.results import NOTES, SET_UP, Decision, Earned, EarnedLine, Note, NoteKind, Outcome, PartResult, ScoreLine
from grader.solver.key import SolvedPart, SolvedQuestion


def leans_on(question: SolvedQuestion, part: SolvedPart, reading: Reading, expression: Expression) -> tuple[str, ...]:
    """The other parts whose derivatives a right answer names, and does not work out itself beside it."""
    own = {head(left) for left, _ in reading.definitions}
    parts = {one.part.id: head(one.part.target) for one in question.parts}
    return tuple(name for name in leaned_on(question, part.part.target, expression) if parts[name] not in own)


def built_on(
    part: SolvedPart,
    result: PartResult,
    written: Container[str],
    wrong: Container[str] = (),
    hollow: Container[str] = (),
) -> PartResult:
    """The result where only the parts that are `written` have an answer: what builds on others is a set-up.

    What builds on a part whose answer is `wrong` is right given that answer: the error is charged there. An answer
    that is `hollow`, 0, 1 or the question itself, may have been put in to build on: a person looks.
    """
    blank = [name for name in result.leans_on if name not in written]
    if blank:
        return _set_up(part, result, f"Part {blank[0]}, which it builds on, has no answer.")
    put_in = [name for name in result.leans_on if name in hollow]
    if put_in and result.verdict is Outcome.CORRECT:
        why = f"Part {put_in[0]}, which it builds on, works nothing out, so a person will look at it."
        return replace(_set_up(part, result, why), review=True)
    followed = [name for name in result.leans_on if name in wrong]
    if not followed or result.verdict is not Outcome.CORRECT:
        return result
    score = round(part.part.points * part.part.follow_through, 6)
    return replace(
        result,
        verdict=Outcome.CORRECT if score == part.part.points else Outcome.PARTLY_CORRECT,
        score=score,
        note=Note(NoteKind.FOLLOW_THROUGH),
        message=f"This is right, given your answer to part {followed[0]}.",
        lines=(ScoreLine(f"right, given your answer to part {followed[0]}", score),),
    )


def _set_up(part: SolvedPart, result: PartResult, why: str) -> PartResult:
    credit, kind = part.part.partial_credit, NoteKind.CHAIN_RULE_ONLY
    line = EarnedLine(SET_UP, share=credit.chain_rule_only)
    earned = Earned(Decision.EQUIVALENT, (line,), floor=credit.floor, cap=credit.cap)
    lines, score, outcome = worth(earned, part.part.points)
    return replace(
        result,
        verdict=outcome,
        score=score,
        note=Note(kind),
        message=f"{NOTES[kind].sentence} {why}",
        lines=lines,
    )
