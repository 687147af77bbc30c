"""Files that are handed in -> how each answer of each student is read.

The files are read as `grader grade` reads them, documents by labels and left sides alone (`document_preview`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from grader.previews.document_preview import PartPlaces, read_documents
from grader.previews.free_model import free_key
from grader.previews.previewing import Preview, preview_text
from grader.previews.public_form import PublicRubric
from grader.problems import Problem
from grader.solver.key import AnswerKey
from grader.submission.class_folder import read_files
from grader.submission.submissions import Answer, FoundAt, Submission, Unused


@dataclass(frozen=True, slots=True)
class StudentPreview:
    """One student's work as it is read: a Preview for each part of the rubric, in its order.

    `problems` are those of the files, `unused` what no label or left side assigns to a part, `by_eye` the files that a
    person alone can read; `ocr`: it came from a scan.
    """

    student: str
    parts: tuple[Preview, ...]
    problems: tuple[Problem, ...] = ()
    unused: tuple[Unused, ...] = ()
    by_eye: tuple[str, ...] = ()
    ocr: bool = False

    @property
    def unreadable(self) -> bool:
        """Whether any answer can't be read."""
        return any(one.unreadable for one in self.parts)


@dataclass(frozen=True, slots=True)
class ClassPreview:
    """What files gave: by student, and Problems that are no student's."""

    students: tuple[StudentPreview, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A public form made ready to read texts by: the free key, and where each part is in it."""

    public: PublicRubric
    key: AnswerKey = field(repr=False)
    places: PartPlaces = field(repr=False)


def reader_of(public: PublicRubric) -> Reader:
    """The reader of a public form."""
    key = free_key(public)
    pairs = zip(public.questions, key.questions, strict=True)
    return Reader(public, key, {part.id: (free, part) for question, free in pairs for part in question.parts})


def preview_part(reader: Reader, part: str, text: str) -> Preview:
    """How a text for a part is read; raises KeyError for a part that the rubric does not have."""
    return preview_text(*reader.places[part], text)


def preview_files(
    reader: Reader, files: Iterable[tuple[str, bytes | Problem]], ocr: bool | None = None
) -> ClassPreview:
    """How all answers in some files, (path, content) pairs, are read."""
    parts = reader.public.parts
    found = read_files(
        files,
        tuple(part.id for part in parts),
        None,
        tuple((part.id, part.prompt) for part in parts if part.target is None),
        tuple((part.id, part.label) for part in parts if part.label),
        partial(read_documents, reader.key, reader.places),
        ocr if ocr is not None else {"ocr": True, "typed": False}.get(reader.public.source),
    )
    return ClassPreview(tuple(_student(reader, one) for one in found.submissions), found.problems)


def _student(reader: Reader, submission: Submission) -> StudentPreview:
    given = {answer.part: answer for answer in submission.answers}
    parts = tuple(_placed(reader, part.id, given.get(part.id)) for part in reader.public.parts)
    return StudentPreview(
        submission.student, parts, submission.problems, submission.unused, submission.by_eye, submission.ocr
    )


def _placed(reader: Reader, part: str, answer: Answer | None) -> Preview:
    found = preview_part(reader, part, "" if answer is None else answer.text)
    if answer is None:
        return found
    at = answer.found or FoundAt("")
    return replace(found, file=answer.file, line=answer.line, cell=at.cell, doubt=at.doubt, by=at.by)
