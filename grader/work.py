"""How much work one answer may cost, counted alike on every machine, so that no verdict depends on a clock.

``with at_most(ANSWER): judge(...)`` raises TooMuchWork once what was counted with `spend` is more than ANSWER. A unit
is about ten nanoseconds of a plain machine: an entry of an array; a step of Python is a hundred and more.

The count of the piece of work at hand is a context variable, because it is spent where formulas are walked and arrays
made, many floors below the one that sets the limit; no result depends on it but by TooMuchWork. What is remembered for
later is charged the same whether it is worked out or only recalled: `counting` tells what it cost, and whoever recalls
it spends that. So an answer's count does not depend on what others have asked before.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

ANSWER = 80_000_000  # units for what is done for one answer
CARRIED = 40_000_000  # units for going on to an answer from the student's others
OF_KEY = 3_000_000_000  # units for solving a question, and for each thing that belongs to a key and to no answer
HELD = 64 * 2**20  # bytes of arrays at a time; what NumPy needs beside them is about as much again
HELD_SOLVING = 8 * HELD  # the same while a question is solved
LONGEST_DOCUMENT, MOST_DOCUMENT_LINES = 1_000_000, 20_000  # characters, lines; an honest one has a hundredth of that
NODE = 200  # units for changing a node of a formula
STEP = 120  # units for coming by it
STRIDE = 32  # such steps are counted so many at a time

Passed = ParamSpec("Passed")
Costed = TypeVar("Costed")


GARBAGE = 300_000  # objects made and not freed before Python looks for cycles: trees of formulas have none


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Python looks for cycles of garbage seldom inside: what solving makes is nearly all freed by its counts."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], GARBAGE) if before[0] else 0, *before[1:])  # 0: who calls us has turned it off
    try:
        yield
    finally:
        gc.set_threshold(*before)


class TooMuchWork(Exception):
    """An answer takes more work, or larger arrays, than one answer may."""


@dataclass(slots=True, eq=False)
class Work:
    """What a piece of work has spent, of how much.

    `held` are the bytes of the arrays that it holds at the moment, `kept` of those that it may need once more; `most`
    is how many it may hold.
    """

    limit: float = math.inf
    spent: int = 0
    held: int = 0
    kept: int = 0
    most: int = HELD

    @property
    def left(self) -> float:
        """What may still be spent."""
        return self.limit - self.spent

    def spend(self, units: int) -> None:
        """Count some units; raises TooMuchWork."""
        self.spent += units
        if self.spent > self.limit:
            raise TooMuchWork(f"more than {self.limit:,} units of work")

    def room(self, entries: int) -> None:
        """Make sure, before an array of so many entries is made, that it may be; raises TooMuchWork."""
        if self.limit < math.inf and (
            self.held + self.kept + 8 * entries > self.most or self.spent + entries > self.limit
        ):
            raise TooMuchWork(f"an array of {entries:,} entries")


_at_hand: ContextVar[Work | None] = ContextVar("work at hand", default=None)


def at_hand() -> Work:
    """The work at hand; where there is no limit, one that nobody looks at."""
    return _at_hand.get() or Work()


def spend(units: int) -> None:
    """Count some units of the work at hand; raises TooMuchWork."""
    work = _at_hand.get()
    if work is not None:
        work.spent += units
        if work.spent > work.limit:
            work.spend(0)


@contextmanager
def at_most(units: float, most: int = HELD) -> Iterator[Work]:
    """A block that may spend so many units, and no more than what is left of the block around it.

    `most` is how many bytes it may hold, where there is no block around it.
    """
    outer = _at_hand.get()
    if outer is None:
        work = Work(units, most=most)
    else:
        work = Work(min(units, outer.left), held=outer.held + outer.kept, most=outer.most)
    before = _at_hand.set(work)
    try:
        yield work
    finally:
        _at_hand.reset(before)
        if outer is not None:
            outer.spent += min(work.spent, int(work.limit)) if work.limit < math.inf else work.spent


@contextmanager
def counting() -> Iterator[Work]:
    """A block whose cost is not charged to the work around it yet, though it can't spend more than is left there.

    Where it raises, nobody keeps what it gives: then it is charged at once, whenever it is tried.
    """
    outer = _at_hand.get()
    work = Work() if outer is None else Work(outer.left, held=outer.held + outer.kept, most=outer.most)
    before = _at_hand.set(work)
    try:
        yield work
    except Exception:
        if outer is not None:
            outer.spend(work.spent)
        raise
    finally:
        _at_hand.reset(before)


@contextmanager
def uncounted() -> Iterator[None]:
    """A block that is no answer's work: what belongs to the key, and is worked out once for all answers."""
    before = _at_hand.set(None)
    try:
        yield
    finally:
        _at_hand.reset(before)


def costed(function: Callable[Passed, Costed]) -> Callable[Passed, tuple[Costed, int]]:
    """The function with what each result cost beside it, which is not charged yet."""

    @wraps(function)
    def working(*args: Passed.args, **named: Passed.kwargs) -> tuple[Costed, int]:
        with counting() as work:
            found = function(*args, **named)
        return found, work.spent

    return working


def recalled(maxsize: int) -> Callable[[Callable[Passed, Costed]], Callable[Passed, Costed]]:
    """A decorator: the function with its last `maxsize` results kept, each charged whenever it is recalled."""

    def decorate(function: Callable[Passed, Costed]) -> Callable[Passed, Costed]:
        remembering = lru_cache(maxsize)(costed(function))

        @wraps(function)
        def recall(*args: Passed.args, **named: Passed.kwargs) -> Costed:
            found, units = remembering(*args, **named)  # type: ignore[arg-type]  # hashable, as lru_cache asks
            spend(units)
            return found

        return recall

    return decorate
