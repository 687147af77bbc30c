"""The runs on one folder: what each changed, how it is undone, and when grades were given out.

A run that was killed stays ``running``, and the next one goes on with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.gradebook.encoding import encode_problems
from grader.gradebook.reports import Points, ReportKept, before_run, current, decode_report, made_in_run, points_in
from grader.problems import Problem

RUNNING, FINISHED, UNDONE = "running", "finished", "undone"
_COLUMNS = "id, state, started, finished, process, version, program, rubric, problems, released"


@dataclass(frozen=True, slots=True)
class RunKept:
    """One run; times are UTC in ISO 8601, `rubric` is the sha256 of its text, `program` the hash of what judges,
    `problems` JSON."""

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


@dataclass(frozen=True, slots=True)
class RubricText:
    """A rubric as it was read."""

    sha256: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Points before and after a run, of a part or, where `part` is empty, of a student's total.

    `before` is None for a new student, `after` for one taken out.
    """

    student: str
    part: str
    before: float | None
    after: float | None


def begin(book: sqlite3.Connection, at: str, process: str, version: str, program: str, rubric: RubricText) -> int:
    """The number of a new run, or of one that was killed and now goes on; raises sqlite3.Error."""
    book.execute("INSERT OR IGNORE INTO rubrics VALUES (?, ?, ?)", (rubric.sha256, rubric.path, rubric.text))
    killed = book.execute("SELECT id FROM runs WHERE state = ?", (RUNNING,)).fetchone()
    if killed:
        book.execute(
            "UPDATE runs SET process = ?, version = ?, program = ?, rubric = ? WHERE id = ?",
            (process, version, program, rubric.sha256, killed[0]),
        )
        return int(killed[0])
    made = book.execute(
        "INSERT INTO runs (state, started, process, version, program, rubric) VALUES (?, ?, ?, ?, ?, ?)",
        (RUNNING, at, process, version, program, rubric.sha256),
    )
    return int(made.lastrowid or 0)


def finish(book: sqlite3.Connection, run: int, at: str, problems: tuple[Problem, ...] = ()) -> None:
    """The run is done; what it changed is noted, and what was wrong with the class folder."""
    book.execute("DELETE FROM changes WHERE run = ?", (run,))
    book.executemany(
        "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
        [(run, one.student, one.part, one.before, one.after) for one in _changes_of(book, run)],
    )
    book.execute(
        "UPDATE runs SET state = ?, finished = ?, problems = ? WHERE id = ?",
        (FINISHED, at, encode_problems(problems), run),
    )


def _changes_of(book: sqlite3.Connection, run: int) -> Iterator[Change]:
    new = {student: points_in(kept) for student, kept in made_in_run(book, run).items()}
    yield from changes({student: points_in(kept) for student, kept in before_run(book, run).items()}, new)


def changes(old: Mapping[str, Points], new: Mapping[str, Points]) -> Iterator[Change]:
    """What changed of students' points, in the order of students and parts; a new part counts from nothing."""
    for student in sorted({*old, *new}):
        before, after = old.get(student), new.get(student)
        if before is None or after is None or before.score != after.score:
            yield Change(student, "", before.score if before else None, after.score if after else None)
        if before is None or after is None:
            continue
        for part in dict.fromkeys((*after.parts, *before.parts)):
            was, now = before.parts.get(part), after.parts.get(part)
            if was != now:
                yield Change(student, part, was, now)


def points_now(book: sqlite3.Connection) -> dict[str, Points]:
    """The points that hold now, by student; raises as `students_now`."""
    return {student: points_in(kept) for student, (_, kept) in current(book).items()}


def all_runs(book: sqlite3.Connection) -> tuple[RunKept, ...]:
    """Every run, the first one first; raises sqlite3.Error."""
    return tuple(RunKept(*row) for row in book.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY id"))


def finished_runs(book: sqlite3.Connection) -> tuple[RunKept, ...]:
    """The runs that are done and not undone, the first one first; raises sqlite3.Error."""
    return tuple(run for run in all_runs(book) if run.state == FINISHED)


def changes_of(book: sqlite3.Connection, run: int) -> tuple[Change, ...]:
    """What a run changed, as it was noted when it was done."""
    rows = book.execute("SELECT student, part, before, after FROM changes WHERE run = ? ORDER BY student, part", (run,))
    return tuple(Change(*row) for row in rows)


def rubric_of(book: sqlite3.Connection, sha256: str) -> RubricText | None:
    """The rubric of a run as it was read."""
    row = book.execute("SELECT sha256, path, text FROM rubrics WHERE sha256 = ?", (sha256,)).fetchone()
    return RubricText(*row) if row else None


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
