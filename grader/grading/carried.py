"""The results of one question, each judged by itself -> the same, with credit for errors carried forward.

A later answer that is right given the student's own ``dL/dZ = 0.0021`` earns its points: the error was charged once.
"""

from __future__ import annotations

from dataclasses import replace

from grader.diagnosis.follow_through import Own, follow_through, own_value
from grader.expression.nodes import Expression
from grader.expression.printer import to_text
from grader.expression.reading import read
from grader.grading.answers import final_answer
from grader.results import PartResult, ScoreLine
from grader.solver.key import SolvedPart, SolvedQuestion

WRONG = frozenset(("incorrect", "partly_correct"))
_VALUED = WRONG | {"correct"}
# what is only unfinished, or of another kind than asked, is no value to go on from
_NO_VALUE = frozenset(("chain_rule_only", "not_evaluated", "restated", "shape", "wrong_at_kink"))
MAX_SHOWN = 60


def carried_forward(question: SolvedQuestion, results: list[PartResult]) -> list[PartResult]:
    """`results` are those of the question's parts, in order; the better of both ways of judging each stands."""
    wrong = [k for k, result in enumerate(results) if result.verdict in WRONG and result.answer is not None]
    if not wrong or len(results) < 2:
        return results
    own = tuple(
        value
        for part, result in zip(question.parts, results, strict=True)
        if result.verdict in _VALUED and result.note not in _NO_VALUE and (value := _own(question, part, result))
    )
    if all(value.right for value in own):
        return results
    changed = list(results)
    worked_out: set[str] = set()
    for k in wrong:
        usable = tuple(value for value in own if not value.trivial or value.name in worked_out)
        changed[k] = _followed(question, question.parts[k], results[k], usable)
        if changed[k].note == "follow_through":
            worked_out.add(question.parts[k].name)
    return changed


def _expression(question: SolvedQuestion, part: SolvedPart, result: PartResult) -> Expression | None:
    if result.answer is None:
        return None
    return final_answer(read(result.answer.text, question.question.model.names), part.part.target)


def _own(question: SolvedQuestion, part: SolvedPart, result: PartResult) -> Own | None:
    right = result.verdict == "correct"
    answer = _expression(question, part, result) if question.numeric or not right else None
    return None if answer is None else own_value(question, part.name, part.part.target, answer, right)


def _followed(question: SolvedQuestion, part: SolvedPart, result: PartResult, own: tuple[Own, ...]) -> PartResult:
    score = round(part.part.points * part.part.follow_through, 6)
    others = tuple(value for value in own if value.name != part.name)
    if score <= result.score or not others:
        return result
    answer = _expression(question, part, result)
    if answer is None:
        return result
    found = follow_through(question, part.name, part.part.target, part.part.tolerance, answer, others)
    if found is None:
        return result
    used, evidence = found
    given = _given(question, used)
    return replace(
        result,
        verdict="correct" if score == part.part.points else "partly_correct",
        score=score,
        note="follow_through",
        message=f"This is right, {given}.",
        evidence=replace(evidence, detail=_detail(question, evidence.points)),
        diagnosis=None,
        lines=(ScoreLine(f"right, {given}", score),),
    )


def _given(question: SolvedQuestion, used: tuple[Own, ...]) -> str:
    """The values gone on from: ``given your dL/dZ = 0.0021``."""
    names = question.question.model.names
    shown = []
    for own in used:
        target, answer = to_text(own.target, names), to_text(own.answer, names)
        shown.append(f"{target} = {answer}" if len(answer) <= MAX_SHOWN else target)
    return "given your " + (" and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))))


def _detail(question: SolvedQuestion, points: int) -> str:
    """How the check was made, for the sentence "It has the same value as ours ..."."""
    return "once your own earlier value is put in" + ("" if question.numeric else f", at {points} points that we tried")
