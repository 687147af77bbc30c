"""Work spread over processes: an item that fails, hangs, hogs or dies costs itself alone, and no process is left."""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.batch import limits, pool
from grader.batch.pool import Ended, spread
from grader.grading.isolated import Failed

HERE = Path(__file__).parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, or a kernel that limits memory")
DIED, TIME, MEMORY = "the process that graded it died", "it took more than 0.1 s of processor time", "MB of memory"


class Unmade:
    """A value that pickles and can't be made again."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return int, ("no number",)


def loop() -> None:
    while True:
        pass


def loop_and_swallow() -> None:
    while True:
        try:
            loop()
        except Exception:
            continue


def after_a_piece(last: Callable[[], object]) -> None:
    """A piece has limits of its own; those of its item hold again after it."""
    assert pool.piece(lambda: 7) == 7
    last()


def loop_in_c() -> None:
    any(itertools.repeat(0))


def deaf() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    loop()


def grow() -> None:
    kept: list[object] = []
    while True:
        kept.append(bytes(2000))


def grow_in_a_cycle() -> None:
    kept: list[object] = []
    while True:
        kept.append([kept] * 300)


def recursion() -> None:
    recursion()


def signalled(number: int) -> None:
    faulthandler.disable()  # pytest's would tell all about it
    os.kill(os.getpid(), number)


def raises(error: Exception) -> None:
    raise error


# what an item does, what it is in the end (Ended: tried twice), its note, why it says so
FAULTS: dict[str, tuple[Callable[[], object], type[Failed], str, str]] = {
    "kills itself": (lambda: signalled(signal.SIGKILL), Ended, "grader_failed", DIED),
    "aborts, as a C library does without memory": (lambda: signalled(signal.SIGABRT), Ended, "grader_failed", DIED),
    "crashes": (lambda: signalled(signal.SIGSEGV), Ended, "grader_failed", DIED),
    "exits": (lambda: os._exit(3), Ended, "grader_failed", DIED),
    "exits as if all were well": (lambda: os._exit(0), Ended, "grader_failed", DIED),
    "loops": (loop, Ended, "timeout", TIME),
    "loops and swallows exceptions": (loop_and_swallow, Ended, "timeout", TIME),
    "loops after a piece": (lambda: after_a_piece(loop), Ended, "timeout", TIME),
    "loops in C after a piece": (lambda: after_a_piece(loop_in_c), Ended, "timeout", TIME),
    "loops in C": (loop_in_c, Ended, "timeout", TIME),
    "does not hear the clock": (deaf, Ended, "timeout", TIME),
    "backtracks": (lambda: re.match("(a+)+$", "a" * 60 + "b"), Ended, "timeout", TIME),
    "computes a large power": (lambda: pow(3, 10**400_000, 10**400_000 + 1), Ended, "timeout", TIME),
    "raises": (lambda: raises(ZeroDivisionError()), Failed, "grader_failed", "ZeroDivisionError in test_pool.py"),
    "recurses": (recursion, Failed, "grader_failed", "RecursionError in test_pool.py"),
    "ends itself": (sys.exit, Ended, "grader_failed", DIED),
    "has no picklable result": (lambda: threading.Lock(), Failed, "grader_failed", "TypeError in "),
    "has a result that can't be made again": (Unmade, Failed, "grader_failed", "ValueError in "),
}
HOGS: dict[str, tuple[Callable[[], object], type[Failed], str, str]] = {
    "wants bytes": (lambda: bytes(400_000_000), Ended, "grader_failed", MEMORY),
    "wants an array": (lambda: np.ones(50_000_000), Ended, "grader_failed", MEMORY),
    "wants more than there is": (lambda: np.empty(1 << 50), Ended, "grader_failed", MEMORY),
    "grows": (grow, Ended, "grader_failed", MEMORY),
    "grows in a cycle": (grow_in_a_cycle, Ended, "grader_failed", MEMORY),
    "is told so by the system": (lambda: raises(OSError(12, "no memory")), Ended, "grader_failed", MEMORY),
}


def work(item: str) -> object:
    if item == "finds the disk full":
        return disk_full(5)
    faults = FAULTS | HOGS
    return faults[item][0]() if item in faults else item.upper()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.1)
    monkeypatch.setattr(limits, "GRACE", 0.05)


def among(fault: str) -> list[str]:
    """A fault with others in its chunk, before it and behind."""
    return ["a", "b", fault, *(f"m{n}" for n in range(40)), "y", "z"]


def check(fault: str, row: tuple[object, type[Failed], str, str], jobs: int) -> None:
    items = among(fault)
    found = list(spread(work, items, jobs))
    assert sorted(index for index, _ in found) == list(range(len(items)))
    results = dict(found)
    failed = results.pop(2)
    assert results == {index: item.upper() for index, item in enumerate(items) if index != 2}
    _, kind, note, why = row
    assert type(failed) is kind
    assert (failed.note, why in failed.why) == (note, True), failed


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.usefixtures("quick")
def test_a_fault_costs_its_item_alone(fault: str) -> None:
    check(fault, FAULTS[fault], jobs=2)


@linux
@pytest.mark.parametrize("fault", HOGS)
def test_a_hog_costs_its_item_alone(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MEGABYTES", 100.0)
    monkeypatch.setattr(pool, "SECONDS", 20.0)  # memory in crumbs is slow to use up
    check(fault, HOGS[fault], jobs=2)


def test_one_that_sleeps_is_ended_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WALL", 0.5)
    found = dict(spread(slept, [0.0, 60.0, 0.0], 1))
    assert found[0] == found[2] == 0.0
    assert found[1] == Ended("timeout", "it took more than 0.5 s on the clock")


def slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


SOME = ["raises", "exits", "kills itself", "has no picklable result", "recurses"]


def test_the_number_of_processes_changes_no_result() -> None:
    items = [item for n, fault in enumerate(SOME) for item in (*(f"{n} {k}" for k in range(9)), fault)]
    found = [dict(spread(work, items, jobs)) for jobs in (1, 2, 7)]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == len(items)
    assert [items[index] for index, one in sorted(found[0].items()) if isinstance(one, Failed)] == SOME


@linux
def test_a_process_that_has_gathered_much_makes_room_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GROWN", 8.0)
    gathered: list[bytes] = []

    def gather(item: int) -> tuple[int, int]:
        gathered.append(b"x" * 2**20)
        return item, os.getpid()

    found = dict(spread(gather, range(200), 2))
    assert {index: item for index, (item, _) in found.items()} == dict(zip(range(200), range(200), strict=True))
    assert len({process for _, process in found.values()}) > 4


def test_nothing_to_do() -> None:
    assert list(spread(work, [], 4)) == []


def logged(path: Path, item: int) -> int:
    """The item, noted with the process that has it; the third of each ten kills its process."""
    with path.open("a") as file:
        file.write(f"{item} {os.getpid()}\n")
    if item % 10 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_who_ends_a_process_is_tried_once_more_after_all_others_and_alone(tmp_path: Path) -> None:
    found = dict(spread(partial(logged, tmp_path / "log"), range(40), 2))
    killers = [3, 13, 23, 33]
    assert [index for index, one in found.items() if isinstance(one, Ended)] == killers, "last, and in order"
    assert all(one == index for index, one in found.items() if index not in killers)
    log = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    times = Counter(int(item) for item, _ in log)
    assert {item: times[item] for item in killers} == dict.fromkeys(killers, 2)
    assert [int(item) for item, _ in log[-4:]] == killers
    processes = [process for _, process in log]
    assert all(processes.count(process) == 1 for process in processes[-4:]), "in a process of its own"


def once(path: Path, item: str) -> object:
    """Work that fails the first time."""
    try:
        (path / item).touch(exist_ok=False)
    except FileExistsError:
        return item
    return work(item)


@pytest.mark.usefixtures("quick")
def test_a_second_try_that_succeeds_leaves_no_trace(tmp_path: Path) -> None:
    items = ["loops", "kills itself", "loops in C"]
    assert dict(spread(partial(once, tmp_path), items, 2)) == dict(enumerate(items))


def disk_full(item: int) -> int:
    if item == 5:
        raise OSError(28, "No space left on device", "page.html")
    return item


def no_setup() -> None:
    raise ValueError("nothing to start from")


STOPS: list[tuple[Callable[[], Iterator[object]], type[Exception], str]] = [
    (lambda: spread(disk_full, range(50), 2), OSError, "No space left on device: 'page.html'"),
    (lambda: spread(disk_full, range(50), 2, no_setup), ValueError, "nothing to start from"),
    (lambda: spread(disk_full, range(50), 2, partial(os._exit, 1)), ChildProcessError, "die as they start"),
]


@pytest.mark.parametrize(("start", "error", "why"), STOPS, ids=[row[2] for row in STOPS])
def test_what_is_nobodys_answer_is_raised(
    start: Callable[[], Iterator[object]], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=re.escape(why)):
        list(start())
    assert multiprocessing.active_children() == []


def test_who_stops_asking_leaves_no_process() -> None:
    results = spread(slept, [0.0, *[60.0] * 9], 3)
    assert next(results) == (0, 0.0)
    assert len(multiprocessing.active_children()) == 3
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def large(item: int) -> bytes:
    return b"x" * 200_000 + bytes([item % 256])


@linux
def test_processes_killed_from_outside_at_random_lose_nothing() -> None:
    """Results are large, so that many are killed as they write one: where pipes are shared, this stops everything."""
    rng = random.Random(7)
    found: dict[int, object] = {}
    kills = 0
    for index, result in spread(large, range(600), 2):
        assert index not in found
        found[index] = result
        if rng.random() < 0.1 and kills < 30 and (workers := multiprocessing.active_children()):
            kills += 1
            time.sleep(rng.random() / 200)
            rng.choice(workers).kill()
    assert kills == 30
    assert found == {index: large(index) for index in range(600)}


given = "nothing"


def prepare(text: str) -> None:
    global given
    given = text


def with_given(item: str) -> str:
    return f"{given} {item}"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_have_what_setup_gave_them(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "METHOD", method)
    assert dict(spread(with_given, "ab", 1, partial(prepare, "given"))) == {0: "given a", 1: "given b"}
    assert given == "nothing", "here"


def in_pieces(item: str) -> list[object]:
    """A result of three pieces, of which the second may go wrong."""
    return [pool.piece(partial(work, piece)) for piece in ("a", item, "b")]


PIECES = ["loops", "raises", "fine"]


@pytest.mark.usefixtures("quick")
def test_a_piece_of_an_item_costs_itself_alone() -> None:
    found = dict(spread(in_pieces, PIECES, 1))
    for index, why in enumerate([TIME, "ZeroDivisionError in test_pool.py", ""]):
        first, second, third = found[index]  # type: ignore[misc]
        assert (first, third) == ("A", "B")
        assert why in second.why if why else second == "FINE"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("item", PIECES)
def test_a_piece_has_its_limits_outside_of_a_pool_too(item: str) -> None:
    assert (
        str(in_pieces(item)[1]).split(", line")[0] == str(dict(spread(in_pieces, [item], 1))[0][1]).split(", line")[0]
    )  # type: ignore[index]


@linux
@pytest.mark.parametrize(("how", "code"), [("kill", -9), ("interrupt", 130)])
def test_no_process_is_left_of_a_run_that_is_ended_at_a_random_moment(how: str, code: int) -> None:
    call = [sys.executable, str(HERE / "many_kills.py"), how, "30"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == [str(code)] * 30
    assert done.stderr == "", "no traceback, of nobody"


def in_this_process(items: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[int], list[int]]:
    """What a worker sends for a chunk, how it ends, and what it leaves at hand: without a process of its own."""
    codes: list[int] = []
    ours, theirs = multiprocessing.Pipe()
    with monkeypatch.context() as patch:
        at_hand = [-1, 0]
        patch.setattr(pool, "_at_hand", at_hand)
        patch.setattr(os, "_exit", codes.append)
        patch.setattr(limits, "GRACE", 30.0)  # the deadly clock would end the tests
        pool._answer(pool._Given(work, items, None), theirs, list(enumerate(items)))
    theirs.close()
    sent: list[object] = []
    with ours, contextlib.suppress(EOFError):
        while True:
            sent.append(ours.recv())
    return sent, codes, at_hand


CHUNKS: list[tuple[list[str], list[str], list[int], list[int], str]] = [
    (["a", "b"], ["A", "B"], [], [-1, 2], "all is well"),
    (["a", "loops", "b"], ["A"], [91], [1, 2], "the clock"),
    (["a", "is told so by the system", "b"], ["A"], [92], [1, 2], "memory"),
    (["a", "raises", "b"], ["A", "Failed", "B"], [], [-1, 3], "an exception is a result"),
    (["a", "has no picklable result", "b"], ["A", "Failed", "B"], [], [-1, 3], "so is one that can't be sent"),
    (["a", "finds the disk full", "b"], ["A", "_Stop"], [], [-1, 2], "the caller's to raise"),
]


@pytest.mark.parametrize(("items", "sent", "codes", "at_hand", "why"), CHUNKS, ids=[row[-1] for row in CHUNKS])
@pytest.mark.usefixtures("quick")
def test_what_a_worker_sends_and_leaves(
    items: list[str], sent: list[str], codes: list[int], at_hand: list[int], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, ended, left = in_this_process(items, monkeypatch)
    assert [one if isinstance(one, str) else type(one).__name__ for one in found] == sent, why
    assert (ended, left) == (codes, at_hand), "who died has said at whose answer"
