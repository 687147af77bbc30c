"""What the gradebook holds -> results written again, after a decision or to undo a run; no class folder is needed.

``regrade(Path("report"))`` grades what was handed in by the rubric of the last run; ``undo`` brings back what held
before that run.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from grader.batch.course_file import class_terms
from grader.batch.judging import Solved
from grader.batch.outputs import write_tables
from grader.batch.reading import Class
from grader.batch.reporting import write_page
from grader.batch.rubrics import solve_kept
from grader.batch.run import RunOptions, clear_leftovers, grade_into
from grader.batch.taken_up import requests_now
from grader.course.settings import NO_COURSE, Course, parse_course
from grader.feedback.pages import page_names, student_page
from grader.feedback.tables import student_line
from grader.gradebook import rows
from grader.gradebook.assembly import grade_report, results_of
from grader.gradebook.encoding import decode_problems
from grader.gradebook.fingerprints import program_hash
from grader.gradebook.folder_settings import page_secret
from grader.gradebook.judgements import kept_judgements
from grader.gradebook.opening import Gradebook, held, written
from grader.gradebook.reports import current, decode_report, keep_pages, lines, pages, renew_line
from grader.gradebook.run_log import (
    Change,
    RubricText,
    RunKept,
    all_runs,
    changes_of,
    course_of,
    finished_runs,
    rubric_of,
)
from grader.gradebook.run_log import undo as undone
from grader.grading import rubric_shown
from grader.grading.totals import without
from grader.problems import Problem
from grader.results import GradeReport
from grader.rubric.load import parse_rubric


class NotPossible(Exception):
    """Why the gradebook alone does not do."""


def regrade(book: Gradebook, options: RunOptions) -> int:
    """Grade again what was handed in, by the rubric of the last run; the number of the run.

    Raises NotPossible where that run was of another version of the program, which might judge otherwise, and as
    `grade_class` does.
    """
    last = _last(book)
    if last.program != program_hash():
        raise NotPossible("the last run was of another version of the program")
    solved, rubric, course = _solved(book.connection, last)
    clear_leftovers(book.folder)
    there = rows.kept(book.connection)
    submissions = tuple(there[student][0] for student in sorted(there))
    gone = tuple(one.student for one in submissions if there[one.student][1] is not None)
    terms = class_terms(course, submissions, requests_now(book.connection)).terms
    found = Class(submissions, gone, (), decode_problems(last.problems), terms)
    options = replace(options, course=course)
    run = grade_into(book.connection, solved, found, there, rubric, options, book.folder / "feedback")
    _write(book, solved, found.problems)
    return run


def solved_last(connection: sqlite3.Connection) -> Solved:
    """The rubric of the last run, solved again; raises NotPossible."""
    return _solved(connection, _last_finished(connection))[0]


def changes_of_last_run(folder: Path) -> tuple[Change, ...] | None:
    """What the last run on a folder of results changed; None where it was the first. Raises as `held` does."""
    with held(folder) as book:
        runs = finished_runs(book.connection)
        return changes_of(book.connection, runs[-1].id) if len(runs) > 1 else None


def undo(book: Gradebook) -> tuple[int, int]:
    """Bring back what held before the last run; the numbers of that run and of the one that holds now.

    Raises NotPossible where there is no run before it, sqlite3.Error and OSError.
    """
    last = _last(book)
    earlier = [run for run in finished_runs(book.connection) if run.id < last.id]
    if not earlier:
        raise NotPossible(f"run {last.id} is the first: there is nothing to go back to")
    now = earlier[-1]
    solved, *_ = _solved(book.connection, now)
    clear_leftovers(book.folder)
    with written(book.connection):
        undone(book.connection, last.id)
        _draw_again(book, solved)
    _write(book, solved, decode_problems(now.problems))
    return last.id, now.id


def drawn_anew(book: Gradebook) -> None:
    """Tables, and the pages that are not there or show what does not hold, from what the gradebook has.

    Raises NotPossible where it does not have enough, sqlite3.Error and OSError.
    """
    last = _last(book)
    solved, *_ = _solved(book.connection, last)
    clear_leftovers(book.folder)
    with written(book.connection):
        _draw_again(book, solved)
    _write(book, solved, decode_problems(last.problems))


def _last(book: Gradebook) -> RunKept:
    if any(run.state == "running" for run in all_runs(book.connection)):
        raise NotPossible("the last run was cut short: run `grader grade` again first")
    return _last_finished(book.connection)


def _last_finished(connection: sqlite3.Connection) -> RunKept:
    runs = finished_runs(connection)
    if not runs:
        raise NotPossible("nothing was graded here yet")
    return runs[-1]


def _solved(connection: sqlite3.Connection, run: RunKept) -> tuple[Solved, RubricText, Course]:
    """The rubric of a run, solved again, and the settings of the course then."""
    text = rubric_of(connection, run.rubric)
    if text is None or not text.text:
        raise NotPossible("the rubric of that run is not in the gradebook")
    rubric = parse_rubric(text.text, text.path)
    key = rubric if isinstance(rubric, tuple) else solve_kept(rubric)
    if isinstance(key, tuple):
        raise NotPossible(f"the rubric of that run can't be solved: {key[0]}")
    settings = course_of(connection, run.course)
    shown = rubric_shown(key)
    parts = [one.part for one in shown.parts]
    course = parse_course(settings.text, settings.path, parts) if settings.sha256 else NO_COURSE
    if isinstance(course, tuple):
        raise NotPossible(f"the settings of the course of that run can't be read: {course[0]}")
    course = replace(course, sha256=settings.sha256)  # of the text as it was, before anybody in it was forgotten
    return Solved(key, without(shown, course.drop)), text, course


def _draw_again(book: Gradebook, solved: Solved) -> None:
    """Pages and lines of results.json for reports that hold again."""
    connection = book.connection
    held = current(connection)
    secret = page_secret(connection)
    files = page_names(held, secret)
    shown = pages(connection)
    stale = [
        student
        for student, line in zip(sorted(held), tuple(lines(connection)), strict=True)
        if not line or student not in shown or shown[student].file != files[student]
    ]
    for student in stale:
        fingerprint, kept = held[student]
        report = _whole(connection, solved, student, kept)
        path = book.folder / "feedback" / files[student]
        keep_pages(connection, {student: write_page(path, student_page(report, solved.shown).encode(), fingerprint)})
        page = files[student] if secret else ""
        renew_line(connection, student, student_line(report, solved.shown, page=page))


def _whole(connection: sqlite3.Connection, solved: Solved, student: str, kept: str) -> GradeReport:
    report = decode_report(student, kept)
    names = [part.judgement for part in report.parts if part.judgement]
    return grade_report(report, solved.shown, results_of(kept_judgements(connection, names), solved.shown))


def _write(book: Gradebook, solved: Solved, problems: tuple[Problem, ...]) -> None:
    write_tables(book.connection, solved.shown, problems, book.folder, brief=True)
