"""Graders in groups of their own, ended at random moments by a signal -> what is left of each, on standard output.

``python many_kills.py kill 30`` prints the ids of the processes that are still there two seconds after, one group a
line, empty where none is; ``interrupt`` also says how each ended.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from grader.batch.pool import spread

PATIENCE = 2.0  # seconds


def work(item: int) -> int:
    """Some items end their process, so that others are started by and by."""
    if item % 50 == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return sum(range(2000))


def run() -> None:
    """A grader: works until it is ended, and tells by its exit code whether that was Ctrl-C."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            for _ in spread(work, range(400), 3):
                pass
    except KeyboardInterrupt:
        os._exit(130)
    finally:
        os._exit(1)


def left(group: int) -> list[int]:
    """The live processes of a group."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                state, _, its_group = (path / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(its_group) == group and state not in "ZX":
                found.append(int(path.name))
    return found


def main(how: str, times: int) -> None:
    """Start, wait, end, look: `times` times."""
    rng = random.Random(times)
    for n in range(times):
        grader = os.fork()
        if not grader:
            run()
        time.sleep(0.02 + 0.2 * rng.random())
        if how == "kill":
            os.kill(grader, signal.SIGKILL)
        else:
            (os.kill if n % 2 else os.killpg)(grader, signal.SIGINT)
        code = os.waitstatus_to_exitcode(os.waitpid(grader, 0)[1])
        end = time.monotonic() + PATIENCE
        while left(grader) and time.monotonic() < end:
            time.sleep(0.01)
        print(code, *left(grader))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
