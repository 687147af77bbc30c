"""Regrade requests: what students asked to be looked at again, and what a person replied; every one is kept.

A request is answered by a reply, or by a decision on its part that was made after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from grader.gradebook.decisions import Decided
from grader.results import Request

_COLUMNS = 'student, part, text, at, source, reply, "by", replied'


def ask(book: sqlite3.Connection, requests: Iterable[Request]) -> None:
    """Add requests, with their replies where there are any; raises sqlite3.Error."""
    rows = [(one.student, one.part, one.text, one.at, one.source, one.reply, one.by, one.replied) for one in requests]
    book.executemany(f"INSERT INTO requests ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def reply(book: sqlite3.Connection, answered: Iterable[Request]) -> None:
    """Note what was replied to requests that are there; the newest reply holds; raises sqlite3.Error."""
    book.executemany(
        'UPDATE requests SET reply = ?, "by" = ?, replied = ? WHERE student = ? AND part = ? AND text = ? AND at = ?',
        [(one.reply, one.by, one.replied, one.student, one.part, one.text, one.at) for one in answered],
    )


def all_requests(book: sqlite3.Connection) -> tuple[Request, ...]:
    """Every request there was, oldest first; raises sqlite3.Error."""
    return tuple(Request(*row) for row in book.execute(f"SELECT {_COLUMNS} FROM requests ORDER BY at, id"))


def readable_requests(book: sqlite3.Connection) -> tuple[Request, ...]:
    """The requests of a broken gradebook, as far as they can be read."""
    with suppress(sqlite3.Error, TypeError):
        return all_requests(book)
    return ()


def as_they_stand(requests: Iterable[Request], decisions: Iterable[Decided]) -> Mapping[str, tuple[Request, ...]]:
    """By student the requests, each with whether its part was decided on since."""
    newest: dict[tuple[str, str], str] = {}
    for one in decisions:
        place = (one.student, one.part)
        newest[place] = max(one.at, newest.get(place, ""))
    found: dict[str, tuple[Request, ...]] = {}
    for asked in requests:
        at = newest.get((asked.student, asked.part), "")
        decided = at > asked.at or (at == asked.at and "T" in at)  # of one day alone the order is not known
        found[asked.student] = (*found.get(asked.student, ()), replace(asked, decided=decided))
    return found
