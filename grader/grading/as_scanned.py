"""The result of an answer from a scan: what is right as scanned counts, all else is a person's.

OCR of handwriting is not the student: no point is lost on it, and none earned by reading it otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from grader.grading.by_hand import LOOKED_AT
from grader.results import NOTES, WRONG, Note, NoteKind, Outcome, PartResult
from grader.submission.submissions import ScanReading

# whose own sentence says what is in doubt
_SAID = (NoteKind.FINAL_IN_DOUBT, NoteKind.NOT_FOUND, NoteKind.BY_HAND)


def as_scanned(result: PartResult) -> PartResult:
    """The result of a part of a scan, by what the line that counts may say where it was misread."""
    if result.verdict is Outcome.MISSING or (right_as_scanned(result) and not result.review):
        return result
    scan = result.answer.found.scan if result.answer and result.answer.found else None
    if scan is not None and result.note.kind is not NoteKind.BY_HAND:
        kind = NoteKind.OCR_SUPPORTED if scan.supported else NoteKind.OCR_POSSIBLE
        return _persons(result, Note(kind, ",".join(scan.changes)), _told(scan, kind))
    if result.verdict in WRONG or result.verdict is Outcome.CORRECT:
        sentence = NOTES[NoteKind.OCR_UNCONFIRMED].sentence
        return _persons(result, Note(NoteKind.OCR_UNCONFIRMED), sentence)
    return replace(result, review=True)


def right_as_scanned(result: PartResult) -> bool:
    """Whether an answer earns its points by what the scan says.

    In a derivation what is right given an earlier answer may be so by a sign misread there.
    """
    written = result.answer is not None and result.answer.found is not None
    return result.verdict is Outcome.CORRECT and not (written and result.note.kind is NoteKind.FOLLOW_THROUGH)


def _told(scan: ScanReading, kind: NoteKind) -> str:
    why = f" ({scan.why})" if scan.why else ""
    return f"{NOTES[kind].sentence} Read as {scan.text} it is right{why}."


def _persons(result: PartResult, note: Note, said: str) -> PartResult:
    return replace(
        result,
        verdict=Outcome.UNDECIDED,
        score=0.0,
        note=note,
        review=True,
        message=said + LOOKED_AT,
        lines=(),
        diagnosis=None,
        leans_on=(),
    )
