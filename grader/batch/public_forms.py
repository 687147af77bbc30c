"""What a student has of a rubric -> its public form: the file that a course hands out, or the rubric itself."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from grader.batch.rubrics import read_key, read_rubric
from grader.grading.isolated import Failed, isolated
from grader.previews.class_preview import reader_of
from grader.previews.public_file import MOST_BYTES, is_public_text, no_public_form, parse_public
from grader.previews.public_form import PublicRubric, public_form
from grader.problems import Problem
from grader.solver.key import AnswerKey


def read_public(path: str | PathLike[str]) -> PublicRubric | tuple[Problem, ...]:
    """The public form in the file at `path`, or that of the rubric there; nothing is solved."""
    found = _public_file(path)
    if found is not None:
        return found
    rubric = read_rubric(path)
    return rubric if isinstance(rubric, tuple) else public_form(rubric)


def asked_at(path: str | PathLike[str]) -> PublicRubric | AnswerKey | tuple[Problem, ...]:
    """The public form in the file at `path`, or the solved rubric there."""
    return _public_file(path) or read_key(path)


def _public_file(path: str | PathLike[str]) -> PublicRubric | tuple[Problem, ...] | None:
    """The public form in a file, or a Problem with it; None for another file."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        text = ""  # told of below
    if not is_public_text(text):
        return None
    found = parse_public(text, fspath(path))
    if isinstance(found, Problem):
        return (found,)
    usable = isolated(lambda: reader_of(found))  # a file that somebody changed may say what fits nowhere
    return (no_public_form(fspath(path)),) if isinstance(usable, Failed) else found
