"""Decisions that were drawn for a person to check: what the program gave at the time, whatever was decided since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audited:
    """The program's points for a student's part, in a draw from so many `decisions`."""

    draw: str
    student: str
    part: str
    points: float
    decisions: int


def keep_draw(book: sqlite3.Connection, rows: Iterable[Audited]) -> None:
    """Add the decisions of a draw; raises sqlite3.Error."""
    book.executemany(
        "INSERT OR IGNORE INTO audited (draw, student, part, points, decisions) VALUES (?, ?, ?, ?, ?)",
        [(one.draw, one.student, one.part, one.points, one.decisions) for one in rows],
    )


def kept_draws(book: sqlite3.Connection) -> dict[tuple[str, str, str], Audited]:
    """By draw, student and part what was drawn; raises sqlite3.Error."""
    rows = book.execute("SELECT draw, student, part, points, decisions FROM audited")
    return {(row[0], row[1], row[2]): Audited(*row) for row in rows}
