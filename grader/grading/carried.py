"""The results of one question, each judged by itself -> the same, with credit for errors carried forward.

A later answer that is right given the student's own ``dL/dZ = 0.0021`` earns its points: the error was charged once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from grader.diagnosis.carried.follow_through import Own, follow_through, own_value
from grader.expression.language.nodes import Expression
from grader.expression.reading.read import Reading
from grader.grading.answers import given_your, shown_steps
from grader.grading.isolated import Failed, Isolation, isolated, not_followed
from grader.grading.partial import bounded
from grader.results import NOTES, WRONG, Evidence, Judgement, Note, NoteKind, Outcome, PartResult, ScoreLine
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.work import CARRIED, at_most

_FITS = frozenset((NoteKind.FOLLOW_THROUGH, NoteKind.FOLLOW_THROUGH_DEGENERATE))
_VALUED = WRONG | {Outcome.CORRECT}


def carried_forward(
    question: SolvedQuestion,
    results: list[PartResult],
    judgements: Sequence[Judgement | None],
    isolation: Isolation = isolated,
) -> list[PartResult]:
    """`results` are those of the question's parts, in order; the better of both ways of judging each stands.

    `judgements` say how each answer was read; there is None for a part without one.

    Where it fails for a part, or for a value that the part could go on from, the part stays as judged, for a person.
    """
    pairs = zip(results, judgements, strict=True)
    wrong = {k: judgement for k, (result, judgement) in enumerate(pairs) if judgement and result.verdict in WRONG}
    if not wrong:
        return results
    own, lost = _values(question, results, judgements, isolation)
    changed = list(results)
    worked_out: set[str] = set()
    of_steps: list[Own] = []  # wrong steps of earlier parts
    for k, judgement in wrong.items():
        part = question.parts[k]
        others = (value for value in own if value.name != part.name)
        usable = tuple(value for value in others if not value.trivial or value.name in worked_out)
        usable = (*usable, *(value for value in of_steps if value.name != part.name))
        usable = () if all(value.right for value in usable) else usable
        found = isolation(partial(_carried, question, part, results[k], judgement, usable))
        failed = found if isinstance(found, Failed) else _missed(part, found[0], lost)
        if not isinstance(found, Failed):
            changed[k], shown, fits = found
            if fits:
                worked_out.add(part.name)
            known = {value.name for value in (*own, *of_steps)}
            of_steps += [value for value in shown if value.name not in known]
        elif part.part.steps or any(value.trivial for value in own if value.name == part.name):
            lost[part.name] = found  # its steps are no values now, and nobody knows whether a 0 was worked out
        if failed is not None:
            changed[k] = not_followed(changed[k], failed)
    return changed


def _values(
    question: SolvedQuestion, results: list[PartResult], judgements: Sequence[Judgement | None], isolation: Isolation
) -> tuple[tuple[Own, ...], dict[str, Failed]]:
    """The student's values to go on from, and by its part's name why one is lost."""
    own: list[Own] = []
    lost: dict[str, Failed] = {}
    for part, result, judgement in zip(question.parts, results, judgements, strict=True):
        if result.verdict in _VALUED and NOTES[result.note.kind].goes_on:
            value = isolation(partial(_own, question, part, result, judgement))
            if isinstance(value, Failed):
                lost[part.name] = value
            elif value is not None:
                own.append(value)
    return tuple(own), lost


def _missed(part: SolvedPart, result: PartResult, lost: dict[str, Failed]) -> Failed | None:
    """Why a part may lack credit: a value of another part is lost, and the result could still have earned more."""
    most = 1.0 if part.part.steps else part.part.follow_through
    if result.score >= round(part.part.points * most, 6):
        return None
    return next((failed for name, failed in lost.items() if name != part.name), None)


def _own(question: SolvedQuestion, part: SolvedPart, result: PartResult, judgement: Judgement | None) -> Own | None:
    right = result.verdict is Outcome.CORRECT
    answer = judgement.expression if judgement and (question.numeric or not right) else None
    if answer is None:
        return None
    with at_most(CARRIED):
        return own_value(question, part.name, part.part.target, answer, right)


def _carried(
    question: SolvedQuestion, part: SolvedPart, result: PartResult, judgement: Judgement, others: tuple[Own, ...]
) -> tuple[PartResult, tuple[Own, ...], bool]:
    """The result with credit for what is right given `others`, else given steps; the wrong steps that it shows; and
    whether the final answer fits the `others`."""
    with at_most(CARRIED):
        result = _followed(question, part, result, judgement.expression, others)
        fits = result.note.kind in _FITS
        if result.note.kind is NoteKind.FOLLOW_THROUGH or not part.part.steps or judgement.reading is None:
            return result, (), fits
        return *_by_steps(question, part, result, judgement.reading, judgement.expression, others), fits


def _followed(
    question: SolvedQuestion, part: SolvedPart, result: PartResult, answer: Expression | None, others: tuple[Own, ...]
) -> PartResult:
    """The result where the final answer is right given the student's `others`."""
    score = round(part.part.points * part.part.follow_through, 6)
    if score <= result.score or not others or answer is None:
        return result
    found = follow_through(question, part.name, part.part.target, part.part.tolerance, answer, others)
    if found is None:
        return result
    given = given_your(question, found.own)
    if found.degenerate:
        return _left_open(part, result, given)
    return _credited(question, part, result, given, (ScoreLine(f"right, {given}", score),), found.evidence)


def _by_steps(
    question: SolvedQuestion,
    part: SolvedPart,
    result: PartResult,
    reading: Reading,
    answer: Expression | None,
    others: tuple[Own, ...],
) -> tuple[PartResult, tuple[Own, ...]]:
    """The result by the steps that the answer shows, where some are right given others' values, or a wrong step's.

    A final answer that is right given a wrong step loses that step's points and no more. The wrong steps come along.
    A person looks at what fits only because a value made it vanish or level off.
    """
    shown = shown_steps(question, part, reading, others)
    share = round(part.part.points * part.part.follow_through, 6)
    wrong = tuple(value for _, value in shown.wrong)
    own = (*others, *wrong)
    if shown.wrong and answer is not None and share > result.score:
        found = follow_through(question, part.name, part.part.target, part.part.tolerance, answer, own)
        lost = tuple(
            ScoreLine(f"step: {step.text} is not right", -step.points) for step, _ in shown.wrong if step.points
        )
        if found is not None and lost and share + sum(line.points for line in lost) > result.score:
            given = given_your(question, found.own)
            if not found.degenerate:
                lines = (ScoreLine(f"right, {given}", share), *lost)
                result = _credited(question, part, result, given, lines, found.evidence)
                return _step_open(result, shown.doubtful), wrong
            result = _left_open(part, result, given)
    steps = tuple(ScoreLine(f"step: {text}", points) for text, points in shown.earned)
    lines = (*steps, *(line for line in result.lines if not line.reason.startswith("step: ")))
    decided = result.verdict in WRONG
    kept, score = bounded(part, lines, decided)
    if score > result.score:
        result = replace(result, lines=kept, score=score, verdict=Outcome.PARTLY_CORRECT if decided else result.verdict)
    return _step_open(result, shown.doubtful), wrong


def _credited(
    question: SolvedQuestion,
    part: SolvedPart,
    result: PartResult,
    given: str,
    lines: tuple[ScoreLine, ...],
    evidence: Evidence,
) -> PartResult:
    score = round(max(sum(line.points for line in lines), 0.0), 6)
    return replace(
        result,
        verdict=Outcome.CORRECT if score == part.part.points else Outcome.PARTLY_CORRECT,
        score=score,
        note=Note(NoteKind.FOLLOW_THROUGH),
        message=f"This is right, {given}.",
        evidence=replace(evidence, detail=_detail(question, evidence.points)),
        diagnosis=None,
        lines=lines,
    )


def _step_open(result: PartResult, doubtful: tuple[str, ...]) -> PartResult:
    """The result, for a person to look at where a step is `doubtful`; its points stay as they are until then."""
    if not doubtful or result.review:
        return result
    said = f"The step {doubtful[0]}, vanishes or levels off, so a person will look at it."
    return replace(result, review=True, message=f"{result.message} {said}")


def _left_open(part: SolvedPart, result: PartResult, given: str) -> PartResult:
    """The result for a person, with the points that it has anyway."""
    lines, score = bounded(part, result.lines, decided=False)
    return replace(
        result,
        verdict=Outcome.UNDECIDED,
        score=score,
        note=Note(NoteKind.FOLLOW_THROUGH_DEGENERATE),
        review=True,
        message=f"This fits, {given}, but with that it vanishes or levels off, so a person will look at it.",
        lines=lines,
    )


def _detail(question: SolvedQuestion, points: int) -> str:
    """How the check was made, for the sentence "It has the same value as ours ..."."""
    return "once your own earlier value is put in" + ("" if question.numeric else f", at {points} points that we tried")
