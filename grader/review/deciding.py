"""What a grader saw and decides -> decisions in the gradebook, all of them or, where something changed since, none.

``decide_seen(book, seen, Ruling(2.0, "sign convention", "kim", "2026-03-01T10:00:00Z"))`` compares what was seen of
each answer with what the gradebook has, within the transaction that writes: what another grader, or a run of
`grader grade`, changed meanwhile is never overwritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from grader.gradebook.decisions import REVIEW, WITHDRAWN, Decided, decide, decisions_on, standing
from grader.gradebook.fingerprints import decided_on
from grader.gradebook.opening import written
from grader.gradebook.rows import kept_answer
from grader.review.waiting import state_now


@dataclass(frozen=True, slots=True)
class Seen:
    """A student's part with the state in which a grader saw it."""

    student: str
    part: str
    state: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a grader decides, by whom and when (UTC, ISO 8601); without `points`, that nothing is decided any more."""

    points: float | None
    comment: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class RulingMade:
    """A decision that was written, and what held before it (None: nothing)."""

    now: Decided
    before: Decided | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A student's part that is not as it was seen, and what `holds` there now."""

    student: str
    part: str
    holds: Decided | None


@dataclass(frozen=True, slots=True)
class Rulings:
    """What was written; nothing, where there are conflicts."""

    made: tuple[RulingMade, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class DatedLater(Exception):
    """A decision is dated later than now, so that a new one would not hold."""


def decide_seen(book: sqlite3.Connection, seen: Sequence[Seen], ruling: Ruling) -> Rulings:
    """Write one ruling for all that was seen; raises DatedLater and sqlite3.Error."""
    made, conflicts = [], []
    with _lasting(book), written(book):
        for one in seen:
            history = decisions_on(book, one.student, one.part)
            holds = _holding(history)
            if state_now(book, one.student, one.part, holds) != one.state:
                conflicts.append(Conflict(one.student, one.part, holds))
            else:
                _check_time(history, ruling.at)
                made.append(RulingMade(_ruled(book, one, ruling), holds))
        return _kept(book, made, conflicts)


def undo(book: sqlite3.Connection, done: Sequence[RulingMade], by: str, at: str) -> Rulings:
    """Bring back what held before these decisions, where they are the newest still; raises as `decide_seen`."""
    made, conflicts = [], []
    with _lasting(book), written(book):
        for one in done:
            history = decisions_on(book, one.now.student, one.now.part)
            if not history or replace(history[-1], at="") != replace(one.now, at=""):  # undone itself, it comes again
                conflicts.append(Conflict(one.now.student, one.now.part, _holding(history)))
            else:
                _check_time(history, at)
                made.append(RulingMade(replace(one.before, at=at) if one.before else _none(one.now, by, at), one.now))
        return _kept(book, made, conflicts)


def _kept(book: sqlite3.Connection, made: Sequence[RulingMade], conflicts: Sequence[Conflict]) -> Rulings:
    if conflicts:
        return Rulings(conflicts=tuple(conflicts))
    decide(book, [one.now for one in made])
    return Rulings(tuple(made))


def _ruled(book: sqlite3.Connection, one: Seen, ruling: Ruling) -> Decided:
    answer = decided_on(kept_answer(book, one.student, one.part))
    points = ruling.points if ruling.points is not None else 0.0
    found = Decided(one.student, one.part, points, ruling.comment, ruling.by, ruling.at, answer, REVIEW)
    return found if ruling.points is not None else _none(found, ruling.by, ruling.at)


def _none(decided: Decided, by: str, at: str) -> Decided:
    """What takes a decision back."""
    return replace(decided, points=0.0, comment="", by=by, at=at, source=WITHDRAWN)


def _holding(history: Sequence[Decided]) -> Decided | None:
    return next((one for parts in standing(history).values() for one in parts.values()), None)


def _check_time(history: Sequence[Decided], at: str) -> None:
    if history and history[-1].at > at:
        last = history[-1]
        raise DatedLater(
            f"the last decision on part {last.part} of {last.student} is dated '{last.at}', later than now,"
            f" so that a new one would not hold: hand it in again with its right time"
        )


@contextmanager
def _lasting(book: sqlite3.Connection) -> Iterator[None]:
    """What is written is on the disk before the block ends, also where the power fails the next moment."""
    book.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        book.execute("PRAGMA synchronous = NORMAL")
