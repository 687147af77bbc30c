"""Regrade requests: what students asked to be looked at again, and what a person replied; every one is kept.

A request is answered by a reply, or by a decision on its part that was made after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from grader.gradebook.decisions import Decided, standing
from grader.gradebook.seals import Altered, checked, seal
from grader.results import Request

_COLUMNS = "student, part, text, at, source"


def keep_requests(book: sqlite3.Connection, requests: Iterable[Request]) -> None:
    """Add requests, and replies to those that are there; what the gradebook has already stays. Raises sqlite3.Error."""
    there = {(one.student, one.part, one.text, one.at): number for number, one in _numbered(book)}
    known = {number: set(one.replies) for number, one in _numbered(book)}
    for one in requests:
        number = there.get((one.student, one.part, one.text, one.at))
        if number is None:
            row = (one.student, one.part, one.text, one.at, one.source)
            query = f"INSERT INTO requests ({_COLUMNS}, seal) VALUES (?, ?, ?, ?, ?, ?)"
            number = int(book.execute(query, (*row, seal(*row))).lastrowid or 0)
        new = [(number, *told, seal(*told)) for told in one.replies if told not in known.get(number, ())]
        book.executemany('INSERT INTO replies (request, text, "by", at, seal) VALUES (?, ?, ?, ?, ?)', new)


def all_requests(book: sqlite3.Connection) -> tuple[Request, ...]:
    """Every request there was, oldest first; raises sqlite3.Error."""
    return tuple(one for _, one in _numbered(book))


def _numbered(book: sqlite3.Connection, *, lenient: bool = False) -> Iterator[tuple[int, Request]]:
    """Every request with its number; of a broken gradebook (`lenient`) those that are as they were written."""
    replies: dict[int, tuple[tuple[str, str, str], ...]] = {}
    for request, *told, sealed in book.execute('SELECT request, text, "by", at, seal FROM replies ORDER BY id'):
        if _is_whole("a reply", sealed, told, lenient=lenient):
            text, by, at = told
            replies[request] = (*replies.get(request, ()), (text, by, at))
    for number, *row, sealed in book.execute(f"SELECT id, {_COLUMNS}, seal FROM requests ORDER BY at, id"):
        if _is_whole("a request", sealed, row, lenient=lenient):
            student, part, text, at, source = row
            yield number, Request(student, part, text, at, source, replies.get(number, ()))


def _is_whole(what: str, sealed: int, row: Sequence[object], *, lenient: bool) -> bool:
    """Whether a row is as it was written; raises Altered where it is not, unless `lenient`."""
    try:
        checked(what, sealed, *row)
    except Altered:
        if lenient:
            return False
        raise
    return True


def readable_requests(book: sqlite3.Connection) -> tuple[Request, ...]:
    """The requests of a broken gradebook that are as they were written, as far as it can be read."""
    found = []
    with suppress(sqlite3.Error):
        for _, one in _numbered(book, lenient=True):
            found.append(one)
    return tuple(found)


def as_they_stand(requests: Iterable[Request], decisions: Iterable[Decided]) -> Mapping[str, tuple[Request, ...]]:
    """By student the requests, each with whether its part was decided on since."""
    holds = standing(decisions)
    found: dict[str, tuple[Request, ...]] = {}
    for asked in requests:
        decision = holds.get(asked.student, {}).get(asked.part)
        at = decision.at if decision else ""
        decided = at > asked.at or (at == asked.at and "T" in at)  # of one day alone the order is not known
        found[asked.student] = (*found.get(asked.student, ()), replace(asked, decided=decided))
    return found
