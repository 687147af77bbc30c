"""What holds in the gradebook -> the tables and the class page beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.feedback.common_answers import common_answers
from grader.feedback.pages import class_page, page_names
from grader.feedback.review_page import review_page, to_decide_csv
from grader.feedback.tables import grades_csv, results_json
from grader.files import write_text
from grader.gradebook.assembly import grade_report, outline, results_of
from grader.gradebook.judgements import kept_judgements
from grader.gradebook.reports import current
from grader.gradebook.run_log import students_now
from grader.problems import Problem
from grader.results import ClassReport, RubricShown


def class_report(
    book: sqlite3.Connection, shown: RubricShown, problems: tuple[Problem, ...], *, whole: bool
) -> ClassReport:
    """The reports that hold now, sorted by student; in outline, unless each answer is wanted as a `whole`."""
    if not whole:
        asked = {one.part: one for one in shown.parts}
        held = sorted((student, report) for student, (_, report) in current(book).items())
        return ClassReport(shown, tuple(outline(*one, asked) for one in held), problems)
    kept = students_now(book)
    names = {part.judgement for one in kept.values() for part in one.parts if part.judgement and not part.result}
    results = results_of(kept_judgements(book, names), shown)
    return ClassReport(shown, tuple(grade_report(kept[name], shown, results) for name in sorted(kept)), problems)


def write_tables(report: ClassReport, lines: Sequence[str], out: Path, secret: str = "", blind: str = "") -> None:
    """Write results.json, grades.csv, the class page and what waits for a person.

    The pages of who is not in the class any more are removed. `lines` are those of results.json, a student each;
    `secret` is what the names of pages are hashed with, `blind` what aliases of students are, where whoever decides
    is not to know them.
    """
    write_text(out / "results.json", results_json(report, lines))
    write_text(out / "grades.csv", grades_csv(report))
    write_text(out / "index.html", class_page(report, common_answers(map(json.loads, lines)), secret))
    asked = [one for student in report.reports for one in student.terms.requests if one.is_open]
    write_text(out / "review.html", review_page(report.rubric, lines, asked, secret, blind))
    write_text(out / "to_decide.csv", to_decide_csv(lines, asked, blind))
    there = set(page_names((one.student for one in report.reports), secret).values())
    for path in (out / "feedback").glob("*.html"):
        if path.name not in there:
            with suppress(OSError):
                path.unlink()
