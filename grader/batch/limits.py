"""Limits on what one piece of work may take of the processor and of memory.

``with processor_time(2): work()`` raises TimeUp inside `work` after two seconds of work, however busy the machine is;
``within_memory(300, work)`` raises MemoryError where `work` wants 300 MB more than the process has as it begins.

Linux has both. macOS has the processor's time alone, since its kernel holds nobody to a limit on memory; Windows has
neither. What bounds an answer there is the counted work, and the pool's look at the clock on the wall.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

GRACE = 1.0  # seconds of processor time more, until a process that does not come back to Python is ended
_AGAIN = 0.25  # seconds between two rings: one that a destructor swallows is not the last
_MEGABYTE = 1_000_000  # bytes

T = TypeVar("T")
_installed = False  # our handler of the clock, which stays


class TimeUp(BaseException):
    """The time is over. Not an Exception, so that no `except Exception` on the way swallows it."""


def _ring(_signal: int, _frame: object) -> None:
    raise TimeUp


@contextmanager
def processor_time(seconds: float, deadly: bool = False) -> Iterator[None]:
    """Raise TimeUp in the block after `seconds` of processor time; no limit off the main thread or on Windows.

    `deadly`: the kernel ends the process (SIGVTALRM) where TimeUp can't be raised, as in a loop inside a C library.
    Within another such block, the other's clock stands still: the block has its own seconds.
    """
    global _installed
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    if not _installed:
        signal.signal(signal.SIGPROF, _ring)
        _installed = True
    left, again = signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    left_to_live = signal.setitimer(signal.ITIMER_VIRTUAL, seconds + GRACE)[0] if deadly else 0.0
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, left, again)
        if deadly:
            signal.setitimer(signal.ITIMER_VIRTUAL, left_to_live)


if sys.platform == "linux":
    import resource

    _PAGE = os.sysconf("SC_PAGE_SIZE")  # bytes

    def leave_no_core() -> None:
        """Let this process leave no image of its memory on disk where a C library aborts it."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def _address_space() -> int:
        """Bytes that this process has mapped, used or not: what the kernel holds against the limit."""
        return _pages(0) * _PAGE

    def resident() -> float:
        """Megabytes that this process holds, shared ones among them."""
        return _pages(1) * _PAGE / _MEGABYTE

    def _pages(which: int) -> int:
        file = os.open("/proc/self/statm", os.O_RDONLY)  # asked for every answer, so without a file object
        try:
            return int(os.read(file, 64).split()[which])
        finally:
            os.close(file)

    def within_memory(megabytes: float, work: Callable[[], T]) -> T:
        """The result of `work`; a MemoryError where the process would grow by more than `megabytes`.

        Within another such limit, the lower of the two holds.
        """
        before = resource.getrlimit(resource.RLIMIT_AS)
        wanted = _address_space() + int(megabytes * _MEGABYTE)
        bounds = [bound for bound in before if bound != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *bounds]), before[1]))
        try:
            return work()
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)  # needs no memory: there may be none

else:

    def leave_no_core() -> None:
        """Nothing: these kernels leave none unasked."""

    def resident() -> float:
        """Nothing that is known of."""
        return 0.0

    def within_memory(megabytes: float, work: Callable[[], T]) -> T:  # noqa: ARG001
        """The result of `work`: this kernel has no limit that holds."""
        return work()
