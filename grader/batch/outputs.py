"""What holds in the gradebook -> the tables and the class page beside it, student by student."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from grader.feedback.class_rows import FOLDER
from grader.feedback.classroom import ClassMade, add_student, begin_class, finished_page
from grader.feedback.common_answers import count_given
from grader.feedback.mistakes import SharedMade, count_shared
from grader.feedback.pages import page_names
from grader.feedback.review_page import WaitingMade, count_waiting, review_page, to_decide_csv
from grader.feedback.tables import grades_head, grades_row, results_head, results_tail
from grader.files import whole_text, write_text
from grader.gradebook.assembly import grade_report, outline, results_of
from grader.gradebook.folder_settings import alias_secret, page_secret
from grader.gradebook.judgements import kept_judgements
from grader.gradebook.reports import held_reports, students_held
from grader.gradebook.run_log import students_now
from grader.problems import Problem
from grader.results import ClassReport, GradeReport, RubricShown


def class_report(
    book: sqlite3.Connection, shown: RubricShown, problems: tuple[Problem, ...], *, whole: bool
) -> ClassReport:
    """The reports that hold now, sorted by student; in outline, unless each answer is wanted as a `whole`."""
    if not whole:
        return ClassReport(shown, tuple(one for one, _ in _outlines(book, shown)), problems)
    kept = students_now(book)
    names = {part.judgement for one in kept.values() for part in one.parts if part.judgement and not part.result}
    results = results_of(kept_judgements(book, names), shown)
    return ClassReport(shown, tuple(grade_report(kept[name], shown, results) for name in sorted(kept)), problems)


def _outlines(book: sqlite3.Connection, shown: RubricShown) -> Iterator[tuple[GradeReport, str]]:
    """Each student's report in outline, with the line of results.json."""
    asked = {one.part: one for one in shown.parts}
    return ((outline(student, report, asked), line) for student, report, line in held_reports(book))


def write_tables(
    book: sqlite3.Connection, shown: RubricShown, problems: tuple[Problem, ...], out: Path, *, brief: bool = False
) -> ClassReport:
    """Write results.json, grades.csv, the class page and what waits for a person, and give the class in outline.

    Each student is written as it comes from the gradebook; where the outline may be `brief`, it has of each only the
    parts that wait. The pages of who is not in the class any more are removed.
    """
    students = students_held(book)
    files = page_names(students, page_secret(book))
    page = begin_class(shown, files, partial(_write_below, out))
    shared, waiting, reports = SharedMade(), WaitingMade(alias_secret(book)), list[GradeReport]()
    with whole_text(out / "results.json") as results, whole_text(out / "grades.csv") as grades:
        results.write(results_head(shown))
        grades.write(grades_head(shown))
        for report, line in _outlines(book, shown):
            results.write(f",\n{line}" if reports else f"\n{line}")
            grades.write(grades_row(report, shown))
            add_student(page, report)
            student = json.loads(line)
            count_given(page.given, student)
            count_shared(shared, student)
            count_waiting(waiting, student, [one for one in report.terms.requests if one.is_open])
            reports.append(replace(report, parts=tuple(one for one in report.parts if one.review)) if brief else report)
        told = (*problems, *(problem for one in reports for problem in one.problems))
        results.write(results_tail(told, shared, students))
    write_text(out / "index.html", finished_page(page, problems))
    write_text(out / "review.html", review_page(shown, waiting, files))
    write_text(out / "to_decide.csv", to_decide_csv(waiting))
    _tidy(out, page, files.values())
    return ClassReport(shown, tuple(reports), problems)


def _write_below(out: Path, name: str, text: str) -> None:
    write_text(out / name, text)


def _tidy(out: Path, page: ClassMade, files: Iterable[str]) -> None:
    """Remove pages and files of rows that an earlier run left, and this one has no students for."""
    rows = {Path(name).name for name in page.rows.files}
    for folder, there in ((out / "feedback", set(files)), (out / FOLDER, rows)):
        for path in (*folder.glob("*.html"), *folder.glob("*.js")):
            if path.name not in there:
                with suppress(OSError):
                    path.unlink()
    with suppress(OSError):  # there is none, or it holds files
        (out / FOLDER).rmdir()
