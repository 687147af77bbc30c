"""Costly answers, each alone in a process with the limits of one answer -> seconds, peak memory, how it was judged.

``python -m benchmarks.bounds [TABLE ...]`` prints the ten costliest rows and how many broke a limit (Linux only).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import grader
from grader.grading.grade import find_part
from grader.solver.key import AnswerKey
from grader.work import counting
from tests.bounds.written_out import TABLES, rubric_path, written_out
from tests.cases import Case, rows

SECONDS, MEGABYTES = 2, 300
SHOWN = 10


class Cost(NamedTuple):
    """What one row took; `note` tells how it was judged, or what ended it."""

    row: str
    seconds: float
    megabytes: float
    units: int
    note: str

    @property
    def broken(self) -> bool:
        """Whether a limit was reached."""
        return self.seconds >= SECONDS or self.megabytes >= MEGABYTES or self.note.startswith("ended")


@cache
def _key(rubric: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(rubric_path(rubric)))


def _status(name: str) -> float:
    """A line of this process's own figures, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def _part_of(key: AnswerKey, part: str) -> str:
    return key.questions[0].parts[0].part.id if part == "*" else find_part(key, part)[1].part.id


def _grade(case: Case) -> dict[str, object]:
    """Grade one row within the limits; runs in a process of its own."""
    key = _key(case["rubric"])
    part, text = _part_of(key, case["part"]), written_out(case["answer"])
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


def measured(case: Case) -> Cost:
    """A row graded in a child of this process, which has the key already."""
    _key(case["rubric"])
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            os.write(writing, json.dumps(_grade(case)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    row = f"{case['table']}:{case.line} {case['why']}"
    if not said:
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "an exception"
        return Cost(row, usage.ru_utime + usage.ru_stime, 0.0, 0, f"ended by {how}")
    found = json.loads(said)
    return Cost(row, found["seconds"], found["megabytes"], found["units"], found["note"])


def main(arguments: list[str]) -> int:
    """Measure all rows; 1 where one broke a limit."""
    tables = [Path(name) for name in arguments] or list(TABLES)
    costs = [measured(case) for table in tables for case in rows(table)]
    for cost in costs if os.environ.get("ALL") else sorted(costs, key=lambda one: -one.seconds)[:SHOWN]:
        figures = f"{cost.seconds:7.3f} s {cost.megabytes:6.0f} MB {cost.units / 1e6:7.2f} M units"
        print(f"{figures}  {'BROKEN ' if cost.broken else ''}{cost.row}: {cost.note}")
    broken = sum(cost.broken for cost in costs)
    print(f"{len(costs)} rows, {broken} broke {SECONDS} s or {MEGABYTES} MB")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
