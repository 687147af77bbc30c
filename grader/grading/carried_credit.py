"""What a wrong answer is, given the student's other answers -> its points and what is said of it.

An answer worth 4 points that is right given the student's own ``dL/dZ`` has them all under ``follow_through: 1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.grading.carried import Carried, Fit, StepsShown
from grader.grading.isolated import Failed, not_followed
from grader.grading.partial import bounded
from grader.results import WRONG, Note, NoteKind, Outcome, PartResult, ScoreLine
from grader.solver.key import SolvedPart, SolvedQuestion


def with_credit(
    question: SolvedQuestion, results: Sequence[PartResult], found: Sequence[Carried | None]
) -> list[PartResult]:
    """The results of a question's parts, each by itself or given the others, whichever is worth more.

    Where it could not be worked out what an answer is given the others, it stays as judged, for a person.
    """
    return [
        result if one is None else _with_credit(question, part, result, one)
        for part, result, one in zip(question.parts, results, found, strict=True)
    ]


def _with_credit(question: SolvedQuestion, part: SolvedPart, result: PartResult, found: Carried) -> PartResult:
    if found.failed is not None:
        return not_followed(result, found.failed)
    result = _followed(question, part, result, found.fit)
    if found.steps is not None and result.note.kind is not NoteKind.FOLLOW_THROUGH:
        result = _by_steps(question, part, result, found.steps)
    missed = _missed(part, result, found.lost)
    return not_followed(result, missed) if missed else result


def _missed(part: SolvedPart, result: PartResult, lost: Failed | None) -> Failed | None:
    """Why a part may lack credit: a value of another part is lost, and the result could still have earned more."""
    most = 1.0 if part.part.steps else part.part.follow_through
    return None if result.score >= round(part.part.points * most, 6) else lost


def _followed(question: SolvedQuestion, part: SolvedPart, result: PartResult, fit: Fit | None) -> PartResult:
    """The result where the final answer is right given other answers."""
    score = _share(part)
    if fit is None or score <= result.score:
        return result
    if fit.doubt:
        return _left_open(part, result, fit)
    return _credited(question, part, result, fit, (ScoreLine(f"right, {fit.given}", score),))


def _by_steps(question: SolvedQuestion, part: SolvedPart, result: PartResult, shown: StepsShown) -> PartResult:
    """The result by the steps that the answer shows, where some are right given others' values, or a wrong step's.

    A final answer that is right given a wrong step loses that step's points and no more. A person looks at what fits
    only because a value made it vanish or level off.
    """
    steps, fit = part.part.steps, shown.final
    wrong = [steps[place] for place, given in shown.wrong if not given]
    lost = tuple(ScoreLine(f"step: {step.text} is not right", -step.points) for step in wrong if step.points)
    if fit is not None and lost and _share(part) + sum(line.points for line in lost) > result.score:
        if not fit.doubt:
            lines = (ScoreLine(f"right, {fit.given}", _share(part)), *lost)
            return _step_open(_credited(question, part, result, fit, lines), shown.doubtful)
        result = _left_open(part, result, fit)
    earned = tuple(ScoreLine(f"step: {said}", steps[place].points) for place, said in shown.earned)
    lines = (*earned, *(line for line in result.lines if not line.reason.startswith("step: ")))
    decided = result.verdict in WRONG
    kept, score = _bounded(part, lines, decided)
    if score > result.score:
        result = replace(result, lines=kept, score=score, verdict=Outcome.PARTLY_CORRECT if decided else result.verdict)
    return _step_open(result, shown.doubtful)


def _bounded(part: SolvedPart, lines: Iterable[ScoreLine], decided: bool) -> tuple[tuple[ScoreLine, ...], float]:
    credit = part.part.partial_credit
    return bounded(part.part.points, credit.floor, credit.cap, lines, decided)


def _share(part: SolvedPart) -> float:
    return round(part.part.points * part.part.follow_through, 6)


def _credited(
    question: SolvedQuestion, part: SolvedPart, result: PartResult, fit: Fit, lines: tuple[ScoreLine, ...]
) -> PartResult:
    score = round(max(sum(line.points for line in lines), 0.0), 6)
    return replace(
        result,
        verdict=Outcome.CORRECT if score == part.part.points else Outcome.PARTLY_CORRECT,
        score=score,
        note=Note(NoteKind.FOLLOW_THROUGH),
        message=f"This is right, {fit.given}.",
        evidence=replace(fit.evidence, detail=_detail(question, fit.evidence.points)),
        diagnosis=None,
        lines=lines,
        review=result.review and result.note.kind is not NoteKind.ROUNDING_IN_DOUBT,
    )


def _step_open(result: PartResult, doubtful: tuple[str, ...]) -> PartResult:
    """The result, for a person to look at where a step is `doubtful`; its points stay as they are until then."""
    if not doubtful or result.review:
        return result
    said = f"The step {doubtful[0]}, so a person will look at it."
    return replace(result, review=True, message=f"{result.message} {said}")


_WHY_OPEN = {
    NoteKind.FOLLOW_THROUGH_DEGENERATE: "but with that it vanishes or levels off",
    NoteKind.FOLLOW_THROUGH_TRIVIAL: "but with that there is hardly anything to work out",
    NoteKind.FOLLOW_THROUGH_IMPOSSIBLE: "but that is outside of what such a quantity can be",
    NoteKind.FOLLOW_THROUGH_REPEATED: "but the same stands at other parts, where it is not right",
    NoteKind.ROUNDING_IN_DOUBT: "but rounding every line hardly leads so far",
}


def _left_open(part: SolvedPart, result: PartResult, fit: Fit) -> PartResult:
    """The result for a person, with the points that it has anyway."""
    kind = fit.doubt or NoteKind.FOLLOW_THROUGH_DEGENERATE
    lines, score = _bounded(part, result.lines, decided=False)
    return replace(
        result,
        verdict=Outcome.UNDECIDED,
        score=score,
        note=Note(kind),
        review=True,
        message=f"This fits, {fit.given}, {_WHY_OPEN[kind]}, so a person will look at it.",
        lines=lines,
    )


def _detail(question: SolvedQuestion, points: int) -> str:
    """How the check was made, for the sentence "It has the same value as ours ..."."""
    return "once your own earlier value is put in" + ("" if question.numeric else f", at {points} points that we tried")
