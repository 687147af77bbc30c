"""What the gradebook holds -> a platform's own gradebook filled in, pages to give back, a spreadsheet for an office."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.batch.stages import now
from grader.course.settings import parse_course
from grader.exchange.feedback_zip import FeedbackPage, Returned, feedback_zip, plain_feedback
from grader.exchange.filled import FilledIn, Grade, filled
from grader.exchange.rosters import Person
from grader.exchange.spreadsheet import workbook
from grader.feedback.wording import points
from grader.files import write_bytes
from grader.gradebook import rows
from grader.gradebook.erasure import anybody_forgotten
from grader.gradebook.opening import Gradebook, written
from grader.gradebook.reports import ReportKept, entries, pages
from grader.gradebook.run_log import course_of, finished_runs, note_given_out, rubric_of, students_now
from grader.results import Outcome
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.submission.submissions import Submission

_NO_NOUGHTS = "no noughts are written: a student was forgotten, and may be in a row that has no work for us"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class GivenOut:
    """What was written: `filled` and `returned` where they were asked for."""

    filled: FilledIn | None = None
    returned: Returned | None = None


def give_out(
    book: Gradebook, kind: str, theirs: Path, out: Path, column: str, feedback: Path | None, *, missing: bool
) -> GivenOut:
    """Fill in the platform's gradebook `theirs` to `out`; with `feedback` also zip the pages that it takes back.

    Raises WrongTable, UnknownColumn, OSError and sqlite3.Error.
    """
    title = title_of_last(book)
    left_out = missing and anybody_forgotten(book.connection)
    done = filled(theirs.read_bytes(), kind, grades_of(book), title, column, missing=missing and not left_out)
    if left_out:  # a forgotten student's row can't be told from one without work
        done = replace(done, warnings=(*done.warnings, _NO_NOUGHTS))
    returned = feedback_zip(kind, _pages(book, kind, title)) if feedback is not None else None
    write_bytes(out, done.data)
    if feedback is not None and returned is not None:
        write_bytes(feedback, returned.data)
    return GivenOut(done, returned)


def note_outside(book: Gradebook, *paths: Path | None) -> None:
    """Note which of these files with grades lie outside of the folder, where erasing a student can't reach."""
    inside = book.folder.resolve()
    with written(book.connection):
        for path in paths:
            if path is not None and not path.resolve().is_relative_to(inside):
                note_given_out(book.connection, str(path.resolve()), now())


def write_workbook(folder: Path, out: Path) -> int:
    """grades.csv as a spreadsheet; the number of students. Raises OSError."""
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        head, *body = csv.reader(file)
    numbers = range(2, len(head) - 1)
    whole = [[float(x) if k in numbers and _NUMBER.fullmatch(x) else x for k, x in enumerate(row)] for row in body]
    write_bytes(out, workbook([head, *whole]))
    return len(body)


def title_of_last(book: Gradebook) -> str:
    """The title of the rubric of the last run; empty where the gradebook does not have it."""
    rubric = _rubric_of_last(book)
    return rubric.title if rubric else ""


def release_of_last(book: Gradebook) -> datetime | None:
    """Before when no grades go out, as the course.yaml of the last run says; None where it does not."""
    runs, rubric = finished_runs(book.connection), _rubric_of_last(book)
    if not runs or rubric is None:
        return None
    text = course_of(book.connection, runs[-1].course)
    parts = [part.id for question in rubric.questions for part in question.parts]
    course = parse_course(text.text, text.path, parts)
    return None if isinstance(course, tuple) else course.release


def _rubric_of_last(book: Gradebook) -> Rubric | None:
    runs = finished_runs(book.connection)
    text = rubric_of(book.connection, runs[-1].rubric) if runs else None
    rubric = parse_rubric(text.text, text.path) if text and text.text else ()
    return None if isinstance(rubric, tuple) else rubric


def grades_of(book: Gradebook) -> tuple[Grade, ...]:
    """What every student has, sorted. Raises sqlite3.Error."""
    there = rows.kept(book.connection)
    held = students_now(book.connection)
    return tuple(_grade(there[student][0], held[student]) for student in sorted(held.keys() & there.keys()))


def _grade(handed_in: Submission, report: ReportKept) -> Grade:
    handed = handed_in.handed
    called = report.student in [text for _, text in handed.ids]  # else somebody on the list is called so
    person = Person(report.student, report.name, handed.ids if called else ())
    settled = any(part.override or (part.verdict != Outcome.MISSING and not part.review) for part in report.parts)
    work = handed_in.answers or handed_in.by_eye or handed_in.unused or report.review
    state = "graded" if settled else "person" if report.review else "graded" if work else "none"
    return Grade(person, report.score, report.max_score, state, final=not report.review)


def _pages(book: Gradebook, kind: str, title: str) -> Iterator[FeedbackPage]:
    """The pages of those who handed in work."""
    there = rows.kept(book.connection)
    files = pages(book.connection)
    held = students_now(book.connection)
    for entry in entries(book.connection):
        student = entry["student"]
        if student in there and student in files and there[student][0].source:
            handed = there[student][0].handed
            html = (book.folder / "feedback" / files[student].file).read_bytes()
            prefix = handed.prefix if handed.kind == kind else ""
            yield FeedbackPage(student, prefix, html, plain_feedback(entry, title, _beside(held[student])))


def _beside(report: ReportKept) -> tuple[str, ...]:
    """What a text says of the score besides the parts: what was added or came off, and what was replied."""
    words = {"(curve)": "Added for everybody", "(late)": "Late"}
    changed = [f"{words[name]}: {'+' if value > 0 else '−'}{points(abs(value))}" for name, value in report.adjusted]
    asked = [
        f"You asked for {one.part or 'all of it'} again: {one.reply}" for one in report.terms.requests if one.reply
    ]
    return (*report.terms.notes, *changed, *asked)
