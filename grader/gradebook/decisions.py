"""Decisions of people on the points of a part: every one is kept, the newest holds.

``decide(book, Decided("ana", "2a", 1.5, "sign convention of the lecture", "kim", "2026-03-01T10:00:00Z", "9f86…"))``
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass

from grader.gradebook.seals import Altered, checked, seal
from grader.results import Override

OVERRIDE, REVIEW = "override", "review"  # the command, and the pages in the browser
WITHDRAWN = "/withdrawn"  # of a decision that is none: it takes back what was decided; no file has a slash in its name
_COLUMNS = 'student, part, points, comment, "by", at, answer, source'


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided: `points` for a student's part, when (UTC, ISO 8601), by whom and why.

    `answer` is the fingerprint of the answer decided on; `source` is OVERRIDE, REVIEW, WITHDRAWN, or a file's name.
    """

    student: str
    part: str
    points: float
    comment: str
    by: str
    at: str
    answer: str
    source: str = OVERRIDE

    @property
    def withdrawn(self) -> bool:
        """Whether it takes back what was decided before, and decides nothing itself."""
        return self.source == WITHDRAWN

    @property
    def override(self) -> Override:
        """The decision as a report holds it."""
        return Override(self.points, self.comment, self.by, self.at, self.answer)


def decide(book: sqlite3.Connection, decisions: Iterable[Decided]) -> None:
    """Add decisions; raises sqlite3.Error."""
    rows = [(*astuple(one), seal(*astuple(one))) for one in decisions]
    book.executemany(f"INSERT INTO decisions ({_COLUMNS}, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def all_decisions(book: sqlite3.Connection) -> tuple[Decided, ...]:
    """Every decision there was, oldest first; raises sqlite3.Error."""
    found = []
    for *row, sealed in book.execute(f"SELECT {_COLUMNS}, seal FROM decisions ORDER BY at, id"):
        one = Decided(*row)
        checked("a decision", sealed, *astuple(one))
        found.append(one)
    return tuple(found)


def decisions_on(book: sqlite3.Connection, student: str, part: str) -> tuple[Decided, ...]:
    """Every decision on a student's part, the newest last, as `standing` orders them; raises sqlite3.Error."""
    query = f"SELECT {_COLUMNS}, seal FROM decisions WHERE student = ? AND part = ? ORDER BY at, id"
    found = []
    for *row, sealed in book.execute(query, (student, part)):
        checked("a decision", sealed, *row)
        found.append(Decided(*row))
    return tuple(found)


def readable_decisions(book: sqlite3.Connection) -> tuple[Decided, ...]:
    """The decisions of a broken gradebook that are as they were written, as far as it can be read."""
    found = []
    with suppress(sqlite3.Error):
        for *row, sealed in book.execute(f"SELECT {_COLUMNS}, seal FROM decisions ORDER BY at, id"):
            with suppress(Altered):
                checked("a decision", sealed, *row)
                found.append(Decided(*row))
    return tuple(found)


def standing(decisions: Iterable[Decided]) -> dict[str, dict[str, Decided]]:
    """By student and part the newest decision, unless it was taken back; of two at one moment, the one made later."""
    found: dict[str, dict[str, Decided]] = {}
    for one in sorted(decisions, key=lambda one: one.at):
        of_student = found.setdefault(one.student, {})
        if one.withdrawn:
            of_student.pop(one.part, None)
        else:
            of_student[one.part] = one
    return found
