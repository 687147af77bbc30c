"""The runs on one folder: what each changed, how it is undone, and when grades were given out.

A run that was killed stays ``running``, and the next one goes on with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.gradebook.causes import Causes, why
from grader.gradebook.encoding import encode_problems
from grader.gradebook.reports import (
    ADJUSTED,
    Points,
    ReportKept,
    before_run,
    current,
    decode_report,
    made_in_run,
    points_in,
)
from grader.problems import Problem

RUNNING, FINISHED, UNDONE = "running", "finished", "undone"
_COLUMNS = "id, state, started, finished, process, version, program, rubric, problems, released, course"


@dataclass(frozen=True, slots=True)
class RunKept:
    """One run; times are UTC in ISO 8601, `rubric` and `course` are the sha256 of their texts (empty: no course.yaml),
    `program` the hash of what judges, `problems` JSON."""

    id: int
    state: str
    started: str
    finished: str | None
    process: str
    version: str
    program: str
    rubric: str
    problems: str
    released: str | None
    course: str = ""


@dataclass(frozen=True, slots=True)
class RubricText:
    """A rubric, or the settings of a course, as it was read."""

    sha256: str = ""
    path: str = ""
    text: str = ""


NO_TEXT = RubricText()


@dataclass(frozen=True, slots=True)
class Change:
    """Points before and after a run, of a part or, where `part` is empty, of a student's total.

    `before` is None for a new student, `after` for one taken out; `part` may also be one of `ADJUSTED`, what a course's
    settings add or take off. `why` says what brought it about.
    """

    student: str
    part: str
    before: float | None
    after: float | None
    why: str = ""


def begin(
    book: sqlite3.Connection,
    at: str,
    process: str,
    version: str,
    program: str,
    rubric: RubricText,
    course: RubricText = NO_TEXT,
) -> int:
    """The number of a new run, or of one that was killed and now goes on; raises sqlite3.Error."""
    book.execute("INSERT OR IGNORE INTO rubrics VALUES (?, ?, ?)", (rubric.sha256, rubric.path, rubric.text))
    if course.sha256:
        book.execute("INSERT OR IGNORE INTO courses VALUES (?, ?, ?)", (course.sha256, course.path, course.text))
    killed = book.execute("SELECT id FROM runs WHERE state = ?", (RUNNING,)).fetchone()
    if killed:
        book.execute(
            "UPDATE runs SET process = ?, version = ?, program = ?, rubric = ?, course = ? WHERE id = ?",
            (process, version, program, rubric.sha256, course.sha256, killed[0]),
        )
        return int(killed[0])
    made = book.execute(
        "INSERT INTO runs (state, started, process, version, program, rubric, course) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (RUNNING, at, process, version, program, rubric.sha256, course.sha256),
    )
    return int(made.lastrowid or 0)


def finish(
    book: sqlite3.Connection,
    run: int,
    at: str,
    problems: tuple[Problem, ...] = (),
    handed: frozenset[str] = frozenset(),
) -> None:
    """The run is done; what it changed is noted with why, and what was wrong with the class folder.

    `handed` are the students who handed in anything else than before.
    """
    book.execute("DELETE FROM changes WHERE run = ?", (run,))
    book.executemany(
        "INSERT INTO changes (run, student, part, before, after, why) VALUES (?, ?, ?, ?, ?, ?)",
        [(run, one.student, one.part, one.before, one.after, one.why) for one in _changes_of(book, run, handed)],
    )
    book.execute(
        "UPDATE runs SET state = ?, finished = ?, problems = ? WHERE id = ?",
        (FINISHED, at, encode_problems(problems), run),
    )


def _changes_of(book: sqlite3.Connection, run: int, handed: frozenset[str]) -> Iterator[Change]:
    new = {student: points_in(kept) for student, kept in made_in_run(book, run).items()}
    old = {student: points_in(kept) for student, kept in before_run(book, run).items()}
    yield from changes(old, new, _causes(book, run, handed))


def _causes(book: sqlite3.Connection, run: int, handed: frozenset[str]) -> Causes:
    """What is otherwise than in the run before."""
    runs = all_runs(book)
    this = next(one for one in runs if one.id == run)
    before = next((one for one in reversed(runs) if one.state == FINISHED and one.id < run), this)
    rubric, course, program = this.rubric, this.course, this.program
    return Causes(rubric != before.rubric, course != before.course, program != before.program, handed)


def changes(old: Mapping[str, Points], new: Mapping[str, Points], causes: Causes) -> Iterator[Change]:
    """What changed of students' points, in the order of students and parts; a new part counts from nothing."""
    for student in sorted({*old, *new}):
        before, after = old.get(student), new.get(student)
        if before is None or after is None:
            yield Change(student, "", before.score if before else None, after.score if after else None)
            continue
        parts = [
            Change(student, part, was, now, why(part, before, after, causes, handed=student in causes.handed))
            for part in dict.fromkeys((*after.parts, *before.parts))
            if (was := _of(before, part)) != (now := _of(after, part))
        ]
        if before.score != after.score:
            yield Change(student, "", before.score, after.score, "" if parts else causes.of_all)
        yield from parts


def _of(points: Points, part: str) -> float | None:
    """The points of a part, None where it does not count; nothing is added or taken off where that is not said."""
    return points.parts.get(part, 0.0 if part in ADJUSTED else None)


def note_given_out(book: sqlite3.Connection, path: str, at: str) -> None:
    """Note a file with grades that was written outside of the folder, so that it can be named later."""
    book.execute("INSERT OR REPLACE INTO given_out VALUES (?, ?)", (path, at))


def all_runs(book: sqlite3.Connection) -> tuple[RunKept, ...]:
    """Every run, the first one first; raises sqlite3.Error."""
    return tuple(RunKept(*row) for row in book.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY id"))


def finished_runs(book: sqlite3.Connection) -> tuple[RunKept, ...]:
    """The runs that are done and not undone, the first one first; raises sqlite3.Error."""
    return tuple(run for run in all_runs(book) if run.state == FINISHED)


def changes_of(book: sqlite3.Connection, run: int) -> tuple[Change, ...]:
    """What a run changed, as it was noted when it was done."""
    query = "SELECT student, part, before, after, why FROM changes WHERE run = ? ORDER BY student, part"
    rows = book.execute(query, (run,))
    return tuple(Change(*row) for row in rows)


def rubric_of(book: sqlite3.Connection, sha256: str) -> RubricText | None:
    """The rubric of a run as it was read."""
    row = book.execute("SELECT sha256, path, text FROM rubrics WHERE sha256 = ?", (sha256,)).fetchone()
    return RubricText(*row) if row else None


def course_of(book: sqlite3.Connection, sha256: str) -> RubricText:
    """The settings of a course of a run as they were read; empty where there were none."""
    row = book.execute("SELECT sha256, path, text FROM courses WHERE sha256 = ?", (sha256,)).fetchone()
    return RubricText(*row) if row else NO_TEXT


def undo(book: sqlite3.Connection, run: int) -> None:
    """What held before the run holds again; it must be the newest that is not undone."""
    book.execute("DELETE FROM reports WHERE since = ?", (run,))
    book.execute("UPDATE reports SET until = NULL WHERE until = ?", (run,))
    book.execute("UPDATE runs SET state = ? WHERE id = ?", (UNDONE, run))


def release(book: sqlite3.Connection, run: int, at: str) -> None:
    """The grades of a run were given out."""
    book.execute("UPDATE runs SET released = ? WHERE id = ?", (at, run))


def released(book: sqlite3.Connection) -> RunKept | None:
    """The newest run whose grades were given out and still hold."""
    return next((run for run in reversed(finished_runs(book)) if run.released), None)


def students_now(book: sqlite3.Connection) -> dict[str, ReportKept]:
    """The reports that hold now, by student; raises sqlite3.Error, ValueError, TypeError, LookupError."""
    return {student: decode_report(student, kept) for student, (_, kept) in current(book).items()}
