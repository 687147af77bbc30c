"""Every kind of note has a row; a note is the text of its kind and detail, and travels between processes."""

from __future__ import annotations

import pickle

import pytest

from grader.grading.messages import message_for
from grader.results import NOTES, Credit, Decision, Note, NoteKind, Verdict


def test_every_kind_has_one_row() -> None:
    assert list(NOTES) == list(NoteKind)
    assert all(kind is row.kind for kind, row in NOTES.items())


@pytest.mark.parametrize("kind", NoteKind)
def test_a_row_has_its_words(kind: NoteKind) -> None:
    row = NOTES[kind]
    assert row.sentence.endswith(".")
    if row.credit is Credit.FULL:
        assert row.goes_on, "what is right can be gone on from"


@pytest.mark.parametrize("kind", NoteKind)
def test_a_note_is_its_text(kind: NoteKind) -> None:
    plain, detailed = Note(kind), Note(kind, "sign:dL_dz")
    assert (plain, plain.kind, plain.detail) == (kind.value, kind, "")
    joint = ":" if kind in (NoteKind.OCR_SUPPORTED, NoteKind.OCR_POSSIBLE) else "/"
    assert (detailed, detailed.kind, detailed.detail) == (f"{kind}{joint}sign:dL_dz", kind, "sign:dL_dz")
    assert pickle.loads(pickle.dumps(detailed)).kind is kind


RIGHT = [kind for kind in NoteKind if NOTES[kind].credit is Credit.FULL]


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_right_is_never_called_unequal(kind: NoteKind) -> None:
    assert "not equal" not in message_for(Verdict(Decision.EQUIVALENT, Note(kind)))


@pytest.mark.parametrize("kind", NoteKind)
def test_what_is_undecided_goes_to_a_person(kind: NoteKind) -> None:
    assert message_for(Verdict(Decision.UNDECIDED, Note(kind))).endswith("A person will look at it.")
