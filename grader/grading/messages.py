"""Verdict -> a sentence for the student; the numbers of a counterexample stand beside it on the page."""

from __future__ import annotations

from grader.results import NOTES, Decision, NoteKind, Verdict

PERSON = "A person will look at it."
_UNLIKE = (NoteKind.NOT_EQUIVALENT, NoteKind.MALRULE)


def message_for(verdict: Verdict) -> str:
    """What the page says of a verdict, in a sentence or two."""
    row = NOTES[verdict.note.kind]
    if verdict.decision is Decision.UNDECIDED:
        return f"{verdict.message or 'We could not decide this.'} {PERSON}"
    if row.kind in _UNLIKE and verdict.message:  # what kind of difference it is
        return f"{row.sentence} {verdict.message}"
    return verdict.message if row.particular and verdict.message else row.sentence
