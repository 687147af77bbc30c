"""An answer graded in a process of its own, with the limits of one answer -> seconds, peak memory, how it was judged.

``measured("losses 2a", key, "2a", "yhat - y")`` is a Cost (Linux only).
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path
from typing import NamedTuple

import grader
from grader.solver.key import AnswerKey
from grader.work import counting

SECONDS, MEGABYTES = 2, 300


class Cost(NamedTuple):
    """What one answer took; `note` tells how it was judged, or what ended it."""

    row: str
    seconds: float
    megabytes: float
    units: int
    note: str

    @property
    def broken(self) -> bool:
        """Whether a limit was reached."""
        return self.seconds >= SECONDS or self.megabytes >= MEGABYTES or self.note.startswith("ended")

    def __str__(self) -> str:
        """A line of the table."""
        figures = f"{self.seconds:7.3f} s {self.megabytes:6.0f} MB {self.units / 1e6:7.2f} M units"
        return f"{figures}  {'BROKEN ' if self.broken else ''}{self.row}: {self.note}"


def measured(row: str, key: AnswerKey, part: str, text: str) -> Cost:
    """An answer graded in a child of this process, which has the key already."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            os.write(writing, json.dumps(_graded(key, part, text)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    if not said:
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "an exception"
        return Cost(row, usage.ru_utime + usage.ru_stime, 0.0, 0, f"ended by {how}")
    found = json.loads(said)
    return Cost(row, found["seconds"], found["megabytes"], found["units"], found["note"])


def _graded(key: AnswerKey, part: str, text: str) -> dict[str, object]:
    """Grade an answer within the limits; runs in a process of its own."""
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    limit = int((_status("VmSize") + MEGABYTES) * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + SECONDS, int(time.process_time()) + SECONDS))
    start = time.process_time()
    with counting() as work:
        result = grader.grade_answer(key, part, text)
    seconds = time.process_time() - start
    told = f"{result.verdict} {result.note}" + "".join(f" ({problem.hint})" for problem in result.problems)[:90]
    return {"seconds": seconds, "megabytes": _status("VmHWM") - before, "units": work.spent, "note": told}


def _status(name: str) -> float:
    """A line of this process's own figures, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0
