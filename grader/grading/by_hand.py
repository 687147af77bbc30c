"""What a student handed in for a part that a person grades -> its result until somebody has.

The text ``The loss is convex, since ...`` is kept as it is, never read as mathematics: undecided, and in review.
"""

from __future__ import annotations

from dataclasses import replace

from grader.results import NOTES, AnswerShown, Note, NoteKind, Outcome, PartResult
from grader.rubric.shown import Asked
from grader.submission.submissions import Answer, Submission

LOOKED_AT = " A person will look at it."
NOT_SEEN = "Nothing in your scan could be told to be the answer to this part. A person will look at it."
UNSEEN = "No text was found for this part; a scan may hold what leaves none, so a person will look at it."


def by_hand(asked: Asked, answer: Answer | None, ocr: bool, by_eye: bool = False) -> PartResult:
    """The result of a part that a person grades.

    Without a text it is missing, and nobody has to look: there is nothing to grade. Of a scan (`ocr`) a person looks,
    since a plot or a drawing leaves no text there, and so for a file that a person alone can read (`by_eye`).
    """
    if answer is not None and answer.text.strip():
        return waiting(asked, answer)
    if by_eye:
        return _undecided(asked, NoteKind.BY_EYE, NOTES[NoteKind.BY_EYE].sentence)
    return replace(missing(asked), review=True, message=UNSEEN) if ocr else missing(asked)


def waiting(asked: Asked, answer: Answer) -> PartResult:
    """The result of a text that waits for a person."""
    return PartResult(
        asked=asked,
        verdict=Outcome.UNDECIDED,
        score=0.0,
        note=Note(NoteKind.BY_HAND),
        review=True,
        message=NOTES[NoteKind.BY_HAND].sentence,
        answer=AnswerShown(answer.text, "", None, answer.file, answer.line),
    )


def missing(asked: Asked) -> PartResult:
    """The result of a part without an answer."""
    return PartResult(asked, Outcome.MISSING, 0.0, Note(NoteKind.MISSING), False, NOTES[NoteKind.MISSING].sentence)


def nothing(asked: Asked, submission: Submission) -> PartResult:
    """The result of a part without an answer.

    It is missing, unless a document holds formulas that served no part, or a file was handed in that is not read here.
    A scan may hold what was not read.
    """
    if submission.by_eye:
        return _undecided(asked, NoteKind.BY_EYE, NOTES[NoteKind.BY_EYE].sentence)
    if not submission.unused and not submission.ocr:
        return missing(asked)
    said = NOT_SEEN if submission.ocr else NOTES[NoteKind.NOT_FOUND].sentence + LOOKED_AT
    return _undecided(asked, NoteKind.NOT_FOUND, said)


def _undecided(asked: Asked, kind: NoteKind, message: str) -> PartResult:
    return replace(missing(asked), verdict=Outcome.UNDECIDED, note=Note(kind), review=True, message=message)


def in_doubt(result: PartResult, why: str) -> PartResult:
    """The result of an answer of which it is in doubt whether it is the one that counts: a person's."""
    return replace(
        result,
        verdict=Outcome.UNDECIDED,
        score=0.0,
        note=Note(NoteKind.FINAL_IN_DOUBT),
        review=True,
        message=f"It is not sure that this line is your answer: {why}.{LOOKED_AT}",
        lines=(),
        diagnosis=None,
        leans_on=(),
    )
