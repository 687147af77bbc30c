"""Limits on what one piece of work may take of the processor and of memory.

``with processor_time(2): work()`` raises TimeUp inside `work` after two seconds of work, however busy the machine is;
``with memory(300): work()`` raises MemoryError where it wants more than 300 MB on top of what the process has.

Linux has both. macOS has the processor's time alone, since its kernel holds nobody to a limit on memory; Windows has
neither. What bounds an answer there is the counted work, and the pool's look at the clock on the wall.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE = 1.0  # seconds of processor time more, until a process that does not come back to Python is ended
_AGAIN = 0.25  # seconds between two rings: one that a destructor swallows is not the last
_MEGABYTE = 1_000_000  # bytes


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
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _ring)
    left, again = signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    left_to_live = signal.setitimer(signal.ITIMER_VIRTUAL, seconds + GRACE)[0] if deadly else 0.0
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if deadly:
            signal.setitimer(signal.ITIMER_VIRTUAL, left_to_live)
        signal.signal(signal.SIGPROF, before)
        signal.setitimer(signal.ITIMER_PROF, left, again)


if sys.platform == "linux":
    import resource

    _PAGE = os.sysconf("SC_PAGE_SIZE")  # bytes

    def _address_space() -> int:
        """Bytes that this process has mapped, used or not: what the kernel holds against the limit."""
        file = os.open("/proc/self/statm", os.O_RDONLY)  # asked for every answer, so without a file object
        try:
            return int(os.read(file, 64).split()[0]) * _PAGE
        finally:
            os.close(file)

    @contextmanager
    def memory(megabytes: float) -> Iterator[None]:
        """Let the address space of this process grow by `megabytes` within the block; more is a MemoryError."""
        before, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = _address_space() + int(megabytes * _MEGABYTE)
        for bound in (before, most):
            wanted = wanted if bound == resource.RLIM_INFINITY else min(wanted, bound)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (before, most))

else:

    @contextmanager
    def memory(megabytes: float) -> Iterator[None]:  # noqa: ARG001
        """No limit: this kernel has none that holds."""
        yield
