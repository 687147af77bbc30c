"""Decisions of people on the points of a part: every one is kept, the newest holds.

``decide(book, Decided("ana", "2a", 1.5, "sign convention of the lecture", "kim", "2026-03-01T10:00:00Z", "9f86…"))``
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from grader.results import Override

_COLUMNS = 'student, part, points, comment, "by", at, answer, source'


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided: `points` for a student's part, when (UTC, ISO 8601), by whom and why.

    `answer` is the fingerprint of the answer decided on; `source` is "override" for the command, else a file's name.
    """

    student: str
    part: str
    points: float
    comment: str
    by: str
    at: str
    answer: str
    source: str = "override"

    @property
    def override(self) -> Override:
        """The decision as a report holds it."""
        return Override(self.points, self.comment, self.by, self.at, self.answer)


def decide(book: sqlite3.Connection, decisions: Iterable[Decided]) -> None:
    """Add decisions; raises sqlite3.Error."""
    rows = [
        (one.student, one.part, one.points, one.comment, one.by, one.at, one.answer, one.source) for one in decisions
    ]
    book.executemany(f"INSERT INTO decisions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def all_decisions(book: sqlite3.Connection) -> tuple[Decided, ...]:
    """Every decision there was, oldest first; raises sqlite3.Error."""
    rows = book.execute(f"SELECT {_COLUMNS} FROM decisions ORDER BY at, id")
    return tuple(Decided(*row) for row in rows)


def standing(decisions: Iterable[Decided]) -> dict[str, dict[str, Decided]]:
    """By student and part the newest decision; of two at the same moment, the one handed in later."""
    found: dict[str, dict[str, Decided]] = {}
    for one in sorted(decisions, key=lambda one: one.at):
        found.setdefault(one.student, {})[one.part] = one
    return found
