"""Homeworks as tools print them that read paper: what is right as scanned counts, all else is a person's."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from grader.grading.derivation.written import by_key
from grader.grading.grade import grade
from grader.results import NoteKind, PartResult
from grader.submission.class_folder import read_files
from tests.cases import each
from tests.document.test_documents_assigned import solved

HERE = Path(__file__).parent
_KINDS = {"supported": NoteKind.OCR_SUPPORTED, "possible": NoteKind.OCR_POSSIBLE}


@lru_cache(maxsize=64)
def results(document: str, rubric: str) -> dict[str, PartResult]:
    key = solved(rubric)
    asked = [one for question in key.questions for one in question.asked]
    labels = tuple((one.part, one.label) for one in asked if one.label)
    data = (HERE / "scans" / document).read_bytes()
    parts = tuple(one.part for one in asked)
    (one,) = read_files([(document, data)], parts, labels=labels, documents=partial(by_key, key)).submissions
    assert one.ocr
    return {part.asked.part: part for part in grade(key, one).parts}


@each(HERE / "scans.txt")
def test_part(document, rubric, part, what, why):
    found = results(document, rubric)[part]
    assert found.verdict in ("correct", "undecided", "unreadable", "missing"), why
    assert found.verdict != "correct" or not found.review
    if what == "right":
        assert (found.verdict, found.review) == ("correct", False), f"{found.note}: {found.message}"
    else:
        assert found.review, found.note
    if what in _KINDS:
        assert found.note.kind is _KINDS[what], f"{found.note}: {found.message}"
