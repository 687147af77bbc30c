"""Limits on time and memory, in this process: raised where they should be, lifted after, one within another."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import pytest

from grader.batch.limits import TimeUp, processor_time, within_memory

timers = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timers of processor time")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a limit on memory")


def work(seconds: float) -> str:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


def limited(limit: float, *works: Callable[[], object]) -> list[object]:
    """What became of each piece of work under one limit, up to the first that it ends."""
    found: list[object] = []
    try:
        with processor_time(limit):
            for one in works:
                found.append(one())  # noqa: PERF401  # those before the end stay
    except TimeUp:
        found.append("ended")
    return found


NESTED: list[tuple[list[Callable[[], object]], list[object], str]] = [
    ([lambda: work(0.05)], ["done"], "in time"),
    ([lambda: work(60)], ["ended"], "not in time"),
    ([lambda: time.sleep(0.3), lambda: work(0.05)], [None, "done"], "sleep is no work"),
    ([lambda: work(0.25), lambda: work(0.25)], ["done", "ended"], "together not in time"),
    (
        [lambda: work(0.05), lambda: limited(1.0, lambda: work(0.45)), lambda: work(0.05)],
        ["done", ["done"], "done"],
        "the outer clock stands still",
    ),
    ([lambda: limited(0.1, lambda: work(60)), lambda: work(0.05)], [["ended"], "done"], "the inner one alone"),
    ([lambda: limited(0.1, lambda: work(60)), lambda: work(60)], [["ended"], "ended"], "the outer one goes on"),
]


@timers
@pytest.mark.parametrize(("works", "expected", "why"), NESTED, ids=[row[-1] for row in NESTED])
def test_a_clock_within_a_clock(works: list[Callable[[], object]], expected: list[object], why: str) -> None:
    assert limited(0.4, *works) == expected, why
    assert work(0.6) == "done", "lifted"


@timers
def test_a_ring_that_a_destructor_swallows_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda said: lost.append(said.exc_type))

    class Last:
        def __del__(self) -> None:
            work(60)

    def leave() -> None:
        one = Last()
        del one

    assert limited(0.1, leave, lambda: work(60)) == [None, "ended"]
    assert lost == [TimeUp]


def test_off_the_main_thread_there_is_no_clock() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(limited(0.05, lambda: work(0.2))))
    thread.start()
    thread.join()
    assert found == ["done"]


# blocks above 32 MB are always mapped anew; smaller ones may find room that the process has already
MEMORY: list[tuple[Callable[[], object], bool, str]] = [
    (lambda: len(bytes(20_000_000)), True, "less"),
    (lambda: len(bytes(300_000_000)), False, "more at once"),  # what the process has free already does not count
    (lambda: [bytes(40_000_000) for _ in range(10)], False, "more by and by"),
    (lambda: sum(len(bytes(20_000_000)) for _ in range(10)), True, "more, but never at the same time"),
    (lambda: within_memory(1000, lambda: len(bytes(300_000_000))), False, "the lower of two limits holds"),
    (lambda: within_memory(10, lambda: len(bytes(5_000_000))), True, "less, within a lower one"),
]


@linux
@pytest.mark.parametrize(("want", "has_it", "why"), MEMORY, ids=[row[-1] for row in MEMORY])
def test_memory(want: Callable[[], object], has_it: bool, why: str) -> None:
    try:
        within_memory(60, want)
        found = True
    except MemoryError:
        found = False
    assert found == has_it, why
    assert len(bytes(200_000_000)) == 200_000_000, "lifted"
