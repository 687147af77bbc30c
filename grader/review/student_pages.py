"""Students and what was decided of their answers -> the list of students, and the page that one of them will see."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from grader.feedback.student import student_page
from grader.feedback.wording import points
from grader.gradebook import rows
from grader.gradebook.assembly import grade_report, results_of
from grader.gradebook.fingerprints import decided_on
from grader.gradebook.judgements import kept_judgements
from grader.gradebook.reports import decode_report, held_report
from grader.gradebook.run_log import released
from grader.grading.overrides import overridden
from grader.results import GradeReport
from grader.review.desk import Pile, student_id
from grader.review.phrasing import who
from grader.review.waiting import Decisions

_STYLE = "<style>", "</style>"


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student in the list, with the points that hold as the results were written last."""

    id: str
    who: str
    points: str
    waits: int


@dataclass(frozen=True, slots=True)
class StudentsView:
    """The list; `released` is when grades were given out, empty where they were not."""

    title: str
    most: str
    released: str
    students: tuple[StudentLine, ...]


def students_view(book: sqlite3.Connection, pile: Pile, waits: Mapping[str, int], *, blind: bool) -> StudentsView:
    """All students; `waits` is by student how many answers wait. Raises sqlite3.Error."""
    found = []
    for one in pile.students:
        name = who(one.student, one.name, pile, blind)
        line = StudentLine(student_id(one.student), name, points(one.score), waits.get(one.student, 0))
        found.append((pile.numbers.get(one.student, 0) if blind else 0, name.casefold(), line))
    given = released(book)
    shown = pile.rubric.shown
    lines = tuple(line for _, _, line in sorted(found, key=lambda one: one[:2]))
    return StudentsView(shown.title, points(shown.max_score), (given.released or "") if given else "", lines)


def student_html(
    book: sqlite3.Connection, pile: Pile, standing: Decisions, student: str, *, blind: bool
) -> tuple[str, str] | None:
    """A student's page with all that was decided, and the policy that lets its own style in; None for nobody.

    Raises sqlite3.Error, and ValueError, TypeError or LookupError where a text is none of ours.
    """
    held = held_report(book, student)
    if held is None:
        return None
    kept = decode_report(student, held[0])
    shown = pile.rubric.shown
    names = [part.judgement for part in kept.parts if part.judgement]
    report = grade_report(kept, shown, results_of(kept_judgements(book, names), shown))
    submission = rows.kept(book, student)[student][0]
    answers = {answer.part: decided_on(answer) for answer in submission.answers}
    overrides = {part: one.override for part, one in standing.get(student, {}).items()}
    report = overridden(replace(report, unused=submission.unused), overrides, answers)
    page = student_page(_nameless(report, pile) if blind else report, shown)
    style = page[page.index(_STYLE[0]) + len(_STYLE[0]) : page.index(_STYLE[1])]
    known = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{known}' 'unsafe-hashes' {_ATTRIBUTE}; img-src data:;"
    return page, f"{policy} base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"


_ATTRIBUTE = f"'sha256-{b64encode(sha256(b'text-align: left').digest()).decode()}'"


def _nameless(report: GradeReport, pile: Pile) -> GradeReport:
    """A report in which nothing but the student's own texts can tell who it is."""
    name = who(report.student, "", pile, True)
    parts = tuple(
        replace(
            part,
            answer=part.answer and replace(part.answer, file=""),
            problems=tuple(replace(one, file="") for one in part.problems),
        )
        for part in report.parts
    )
    problems = tuple(replace(one, file="") for one in report.problems)
    return replace(report, student=name, name="", source="", parts=parts, problems=problems, handed=None)
