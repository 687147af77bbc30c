"""What was read of a class -> the same without students who were forgotten, and without what names them.

Their work may still lie among the submissions: it is not graded, and a Problem says so, without naming anybody.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.batch.course_file import people_of
from grader.course.settings import Course
from grader.exchange.whos_who import meant
from grader.gradebook.erasure import (
    REDACTED,
    Called,
    anybody_forgotten,
    comes_from,
    is_called_forgotten,
    is_forgotten,
    names,
    redacted,
)
from grader.gradebook.kept_documents import DocumentKept
from grader.gradebook.run_log import RubricText
from grader.problems import Problem
from grader.submission.submissions import ReadFolder, Submission

_NO_STUDENT = re.compile(r"(?:not used: )?there is no student '(.*)'", re.DOTALL)


def without_forgotten(connection: sqlite3.Connection, read: ReadFolder) -> ReadFolder:
    """What was read, less the work of students who were forgotten, and what names them; a Problem says how many."""
    gone = [one for one in read.submissions if is_forgotten(connection, one.student, one.handed.ids)]
    if not gone:
        return read
    submissions = [one for one in read.submissions if one not in gone]
    problems = list(read.problems)
    for one in gone:
        who = Called(one.student, one.handed.ids, (one.name,))
        submissions = [redacted(other, who) for other in submissions]
        problems = [problem for problem in problems if not names(who, problem)]
    return replace(read, submissions=tuple(submissions), problems=(*problems, *_said(gone)))


def documents_to_keep(
    connection: sqlite3.Connection, documents: Iterable[DocumentKept], read: ReadFolder
) -> Iterator[DocumentKept]:
    """The documents that were read, but for those of students who were forgotten."""
    if not anybody_forgotten(connection):
        yield from documents
        return
    sources = [one.source for one in read.submissions]
    yield from (one for one in documents if comes_from(one, sources))


def _said(gone: list[Submission]) -> tuple[Problem, ...]:
    number = sum(bool(one.source) for one in gone)
    if not number:
        return ()  # on the class list alone
    whose = "a student who was" if number == 1 else f"{number} students who were"
    hint = "delete it there too; `grader forget DIR STUDENT --undo` has it graded again"
    return (Problem(f"work of {whose} forgotten lies among the submissions: not graded", hint),)


def without_unknown(
    connection: sqlite3.Connection, problems: Iterable[Problem], submissions: Iterable[Submission]
) -> Iterator[Problem]:
    """The problems of what is handed in beside the submissions, but for those on students who were forgotten.

    The columns of ids are those that the `submissions` have: a forgotten student may stand there under any of them.
    """
    columns = _columns(submissions)
    for problem in problems:
        found = _NO_STUDENT.fullmatch(problem.message)
        if found is None or not is_called_forgotten(connection, found[1], columns):
            yield problem


def course_to_keep(connection: sqlite3.Connection, course: Course, submissions: Sequence[Submission]) -> RubricText:
    """The settings of a course as the gradebook keeps them: a sign stands where they name who was forgotten."""
    text = course.text
    if anybody_forgotten(connection):
        lines, columns, people = text.split("\n"), _columns(submissions), people_of(submissions)
        for one in (*course.extensions, *course.handed_in):
            nobody = isinstance(meant(one.student, people), Problem)
            if nobody and is_called_forgotten(connection, one.student, columns):
                lines[one.line - 1] = lines[one.line - 1].replace(one.student, f"{REDACTED}{one.line}", 1)
        text = "\n".join(lines)
    return RubricText(course.sha256, course.path, text)


def _columns(submissions: Iterable[Submission]) -> frozenset[str]:
    return frozenset({"student", ""} | {column for one in submissions for column, _ in one.handed.ids})
