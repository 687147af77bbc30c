"""Verdict -> a sentence for the student; the numbers of a counterexample stand beside it on the page."""

from __future__ import annotations

from grader.results import NOTES, Decision, NoteKind, Verdict

PERSON = "A person will look at it."
_UNLIKE = NOTES[NoteKind.NOT_EQUIVALENT].sentence


def message_for(verdict: Verdict) -> str:
    """What the page says of a verdict, in a sentence or two."""
    row = NOTES[verdict.note.kind]
    if verdict.decision is Decision.UNDECIDED:
        return f"{verdict.message or 'We could not decide this.'} {PERSON}"
    if row.kind is NoteKind.NOT_EQUIVALENT and verdict.message:  # what kind of difference it is
        return f"{_UNLIKE} {verdict.message}"
    return verdict.message if row.particular and verdict.message else row.sentence
