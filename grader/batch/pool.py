"""Items -> what a function makes of each, by several processes, where no item costs another one its result.

``for index, result in spread(judge, answers, jobs=4): ...`` comes in any order. Each process begins with a run of items
of its own, so that items which lie side by side find what those before them have left there; who is done takes from the
end of the longest run. Each item has 2 s of processor time and 300 MB (grader/batch/limits.py). One that takes more, or
whose process dies, is tried once more when all others are done, alone in a process of its own; if that fails too it is
Ended. One that raises is Failed, at once. A process that has gathered much in its memory ends, and another takes its
place. An OSError (a full disk) is nobody's answer: it ends everything, and is raised here.
"""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar

from grader.batch.lifeline import end_with
from grader.batch.limits import TimeUp, leave_no_core, processor_time, resident, within_memory
from grader.grading.isolated import Failed, failed
from grader.results import Note, NoteKind

SECONDS = 2.0  # of processor time for one item
MEGABYTES = 300.0  # for one item, beyond what its process has as it begins
GROWN = 64.0  # megabytes that a process may gather of what it remembers, before another takes its place
WALL = 20.0  # seconds on the clock for an item of SECONDS that sleeps or hangs, and as many times more for a longer one
MOST = 32  # items handed over at a time; fewer towards the end, so that all processes are done together
# fork shares what `work` and `setup` hold without a copy; where it is unsafe (macOS) or absent, spawn pickles it
METHOD = "fork" if sys.platform == "linux" else "spawn"
_STARTS = 3  # processes in a row that may die before they begin an item
_TOO_LONG, _TOO_LARGE = 91, 92  # exit codes of a process that says why it ends
_STUCK = -signal.SIGVTALRM if hasattr(signal, "SIGVTALRM") else None  # the exit code where the kernel ends it
_NOTHING = -1  # at hand

Item = TypeVar("Item")
Result = TypeVar("Result")
T = TypeVar("T")
Setup: TypeAlias = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ended(Failed):
    """What is left of an item that its limits or the death of its process ended, twice.

    It need not come again: whoever keeps results does not keep this one.
    """


@dataclass(frozen=True, slots=True)
class _Given(Generic[Item, Result]):
    """What every process has before it."""

    work: Callable[[Item], Result]
    items: Sequence[Item]
    setup: Setup | None
    seconds: float = SECONDS
    parent: int = field(default_factory=os.getpid)


@dataclass(frozen=True, slots=True)
class _Stop:
    """What a process sends in place of a result: an error that is nobody's answer, to raise."""

    error: Exception


@dataclass(slots=True, eq=False)
class _Worker:
    """A process with a pipe of its own: where several share one and its lock, the first to be killed stops them all.

    `place` says which run of the items it takes first. `at_hand` is shared with it: the index of the item at hand, and
    how many it has begun. `held` has been handed over and not come back, in order; `seen` of those begun were so at the
    time `since`.
    """

    process: BaseProcess
    pipe: Connection
    at_hand: Any
    place: int = 0
    held: deque[int] = field(default_factory=deque)
    seen: int = 0
    since: float = 0.0
    seconds: float = SECONDS


def spread(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    setup: Setup | None = None,
    seconds: float | None = None,
) -> Iterator[tuple[int, Result | Failed]]:
    """The index of each item with what `work` makes of it, as they are done; `setup` runs first in each process.

    `seconds` is what one item may take of the processor, SECONDS if that is not said.

    Processes are forked on Linux; elsewhere `work`, `items` and `setup` are pickled for each. Raises any OSError of
    `work`, any exception of `setup`, and ChildProcessError where processes die before they begin.
    """
    given = _Given(work, items, setup, SECONDS if seconds is None else seconds)
    again: list[int] = []
    for index, found in _run(given, range(len(items)), max(1, jobs), alone=False):
        if isinstance(found, Ended):
            again.append(index)
        else:
            yield index, found
    for index in sorted(again):
        yield from _run(given, (index,), 1, alone=True)


def default_jobs() -> int:
    """As many processes as the machine lets us use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


def piece(work: Callable[[], T]) -> T | Failed:
    """The result of a piece of an item, which has limits of its own (grading's Isolation).

    What ends it ends the item in company, which is tried again alone; there the piece alone is Failed.
    """
    try:
        return _limited(work)
    except (TimeUp, MemoryError) as over:
        if _at_hand is not None and not _alone:
            raise
        return _ended(_TOO_LONG if isinstance(over, TimeUp) else _TOO_LARGE, SECONDS)
    except Exception as error:
        return failed(error)


def _run(
    given: _Given[Item, Result], indexes: Sequence[int], jobs: int, alone: bool
) -> Iterator[tuple[int, Result | Failed]]:
    """What became of each item; those that ended a process are Ended, and what else it held goes out again."""
    todo = _runs(indexes, jobs)
    workers: list[_Worker] = []
    starts = 0
    try:
        while any(todo) or any(worker.held for worker in workers):
            with _without_interrupt():
                _hand_out(given, workers, todo, jobs, alone)
            asked: list[Any] = [one for worker in workers for one in (worker.pipe, worker.process.sentinel)]
            ready = wait(asked, min(1.0, WALL / 4))
            with _without_interrupt():
                found, died = _settled(workers, ready, todo)
            starts = starts + died if died else 0 if found else starts
            if starts >= _STARTS:
                raise ChildProcessError(errno.ECHILD, "the processes that grade die as they start")
            yield from found
    finally:
        with _without_interrupt():
            while workers:
                _end(workers.pop())


def _runs(indexes: Sequence[int], jobs: int) -> list[deque[int]]:
    """As many runs of items that lie side by side as there may be processes, of equal length but for one item."""
    ends = [len(indexes) * k // jobs for k in range(jobs + 1)]
    return [deque(indexes[first:end]) for first, end in pairwise(ends)]


def _taken(todo: list[deque[int]], place: int, size: int) -> tuple[int, ...]:
    """What a process does next: the first items of its own run, else the last of the longest, of which half is left."""
    if own := todo[place]:
        return tuple(own.popleft() for _ in range(min(size, len(own))))
    longest = max(todo, key=len)
    return tuple(longest.pop() for _ in range(min(size, (len(longest) + 1) // 2)))[::-1]


def _settled(
    workers: list[_Worker], ready: list[Any], todo: list[deque[int]]
) -> tuple[list[tuple[int, Result | Failed]], int]:
    """What has become of items, and how many workers died before they began one; what those over held is to do."""
    found: list[tuple[int, Result | Failed]] = []
    died = 0
    for worker, results, over in _news(workers, ready):
        found += results
        if over is not None:
            workers.remove(worker)
            culprit = worker.at_hand[0]
            if culprit in worker.held:
                worker.held.remove(culprit)
                found.append((culprit, over))
            todo[worker.place].extendleft(reversed(worker.held))
            died += worker.at_hand[1] == 0
    return found, died


def _hand_out(
    given: _Given[Item, Result], workers: list[_Worker], todo: list[deque[int]], jobs: int, alone: bool
) -> None:
    """Give each worker what it does now and what it does next, so that none waits for us."""
    while any(todo):
        size = max(1, min(MOST, sum(map(len, todo)) // (4 * jobs)))
        free = min(workers, key=lambda worker: len(worker.held), default=None)
        if len(workers) < jobs and (free is None or free.held):
            free = _start(given, alone, min(set(range(jobs)) - {worker.place for worker in workers}))
            workers.append(free)
        if free is None or len(free.held) > size:
            return
        chunk = _taken(todo, free.place, size)
        free.held.extend(chunk)
        items = [(index, given.items[index]) for index in chunk]
        with suppress(OSError):  # it is gone, which its news will say
            free.pipe.send(items)


def _news(workers: list[_Worker], ready: list[Any]) -> Iterator[tuple[_Worker, list[tuple[int, Any]], Failed | None]]:
    """Of each worker its results since, and why it is over, where it is; `ready` are pipes and ends with news."""
    for worker in tuple(workers):
        over = None
        dead = worker.process.sentinel in ready
        results, gone = _received(worker) if dead or worker.pipe in ready else ([], False)
        if dead or gone:
            _end(worker)
            over = _ended(worker.process.exitcode or 0, worker.seconds)
        elif _hangs(worker):
            _end(worker)
            over = Ended(Note(NoteKind.TIMEOUT), f"it took more than {_wall(worker):g} s on the clock")
        yield worker, results, over


def _received(worker: _Worker) -> tuple[list[tuple[int, Any]], bool]:
    """What has come back since, and whether nothing more will; raises what the worker says to raise."""
    results: list[tuple[int, Any]] = []
    while True:
        try:
            if not worker.pipe.poll():
                return results, False
            result = worker.pipe.recv()
        except (EOFError, OSError):  # of the pipe
            return results, True
        except Exception as error:  # in making the value again
            result = failed(error)
        if isinstance(result, _Stop):
            raise result.error
        results.append((worker.held.popleft(), result))


def _hangs(worker: _Worker) -> bool:
    """Whether the item at hand has been so for too long by the clock on the wall."""
    index, begun = worker.at_hand
    now = time.monotonic()
    if index == _NOTHING or begun != worker.seen:
        worker.seen, worker.since = begun, now
    return now - worker.since > _wall(worker)


def _wall(worker: _Worker) -> float:
    return WALL * worker.seconds / SECONDS  # a busy machine takes many times longer than the work


def _ended(code: int, seconds: float) -> Ended:
    """Why a process ended, by its exit code: a number of ours, or the negative of a signal's."""
    if code in (_TOO_LONG, _STUCK):
        return Ended(Note(NoteKind.TIMEOUT), f"it took more than {seconds:g} s of processor time")
    if code == _TOO_LARGE:
        return Ended(Note(NoteKind.GRADER_FAILED), f"it took more than {MEGABYTES:g} MB of memory")
    return Ended(Note(NoteKind.GRADER_FAILED), "the process that graded it died")


def _start(given: _Given[Item, Result], alone: bool, place: int) -> _Worker:
    context = multiprocessing.get_context(METHOD)
    ours, theirs = context.Pipe()
    at_hand = context.RawArray("q", (_NOTHING, 0))
    process = context.Process(target=_serve, args=(given, theirs, at_hand, alone), daemon=True)  # type: ignore[attr-defined]
    with theirs, _without_interrupt(), warnings.catch_warnings():
        # Python 3.12 warns where a process with threads forks: ours are those of NumPy's library, which it stops itself
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    return _Worker(process, ours, at_hand, place, since=time.monotonic(), seconds=given.seconds)


@contextmanager
def _without_interrupt() -> Iterator[None]:
    """Ctrl-C waits for the block: a process that has just begun would answer it with a traceback of its own.

    And where the last of a worker is cleared away Python would lose it, as all that is raised in a finalizer.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(worker: _Worker) -> None:
    """End the process, whatever it does, and wait until it has ended."""
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


_at_hand: Any = None  # in a worker: what it shares with the process that started it
_alone = False  # in a worker: whether its item is tried for the last time


def _serve(given: _Given[Item, Result], pipe: Connection, at_hand: Any, alone: bool) -> None:
    """A worker: answer each chunk of items with pairs of an index and a pickled result, until it is ended."""
    global _at_hand, _alone
    end_with(given.parent)
    leave_no_core()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C, once
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.freeze()  # what the parent built is never garbage here, and scanning it would copy its pages
    gc.set_threshold(100_000, 20, 20)  # judging makes trees without cycles, nearly all freed by their counts
    _at_hand, _alone = at_hand, alone
    try:
        if given.setup is not None:
            given.setup()
    except Exception as error:
        pipe.send(_Stop(error))
        return
    chunks: SimpleQueue[list[tuple[int, Item]] | None] = SimpleQueue()
    # were chunks read between answers alone, both ends could wait for each other to read what is large
    threading.Thread(target=_receive, args=(pipe, chunks), daemon=True).start()
    most = resident() + GROWN
    while (chunk := chunks.get()) is not None:
        _answer(given, pipe, chunk)
        if resident() > most:  # what it was handed since goes to the process that begins in its place
            os._exit(0)


def _receive(pipe: Connection, chunks: SimpleQueue[Any]) -> None:
    """Put all that comes into `chunks`, then None."""
    with suppress(EOFError, OSError):
        while True:
            chunks.put(pipe.recv())
    chunks.put(None)


def _answer(given: _Given[Item, Result], pipe: Connection, chunk: list[tuple[int, Item]]) -> None:
    """Send the results of a chunk; where an item passes its limits those before it, and end."""
    done: list[memoryview] = []
    code = 0
    try:
        for index, item in chunk:
            _at_hand[0] = index
            done.append(_limited(partial(_pickled, given.work, item), given.seconds))
    except TimeUp:
        code = _TOO_LONG
    except MemoryError:
        code = _TOO_LARGE
    except OSError as error:
        done.append(ForkingPickler.dumps(_Stop(error)))
    if not code:
        _at_hand[0] = _NOTHING
    for result in done:
        pipe.send_bytes(result)
    if code:  # in the middle of anything: what it has kept for later answers may be half made
        os._exit(code)


def _pickled(work: Callable[[Item], Result], item: Item) -> memoryview:
    try:
        return ForkingPickler.dumps(work(item))
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from None
        raise
    except MemoryError:
        raise
    except Exception as error:
        return ForkingPickler.dumps(failed(error))


def _limited(work: Callable[[], T], seconds: float | None = None) -> T:
    """The result of `work`; raises TimeUp, MemoryError, and what it raises."""
    if _at_hand is not None:
        _at_hand[1] += 1
    with processor_time(SECONDS if seconds is None else seconds, deadly=_at_hand is not None):
        return within_memory(MEGABYTES, work)
