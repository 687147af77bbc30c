"""A class of 1,000 students with 4,000 answers that wait -> how fast the review's pages come, what its server holds.

``python -m benchmarks.review`` prints milliseconds of the processor (median and worst) of each page, the memory of the
server, and how many decisions were lost in 50 kills; ``--students 300 --kills 5`` makes it short. Each page is read as
a browser reads it, over a connection to the server; a first look, and one after each decision, are among the worst.
"""

from __future__ import annotations

import csv
import os
import random
import re
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import grader
from benchmarks.make_class import RUBRIC, write_class
from benchmarks.table import Row, print_table
from grader.batch.run import RunOptions, grade_class
from tests.review.kills import Grader, kill_in_the_middle, serving

PAGE, QUEUE, MEGABYTES = 100.0, 300.0, 250.0  # milliseconds, milliseconds, MB
_LOOKS = 30
_SIGNS = 400  # distinct signs that can't be read, ten answers each in a class of 1,000
_WAITING = 4  # answers a student, of 30


def write_waiting(path: Path, students: int) -> None:
    """The class of `make_class`, of whose answers some hold a sign that can't be read."""
    write_class(path, grader.solve(grader.load_rubric(RUBRIC)), students)
    rng = random.Random(1)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows:
        for column in rng.sample(range(2, len(row)), _WAITING):
            row[column] = f"qoz{rng.randrange(_SIGNS * students // 1000):03} + {rng.randrange(3)}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def measure(students: int, kills: int) -> list[Row]:
    """Milliseconds of pages, memory, decisions that were lost."""
    with tempfile.TemporaryDirectory() as folder:
        submissions, report = Path(folder) / "class.csv", Path(folder) / "report"
        write_waiting(submissions, students)
        key = grader.solve(grader.load_rubric(RUBRIC))
        grade_class(key, submissions, report, RunOptions(jobs=os.cpu_count() or 1))
        rows = _pages(report, students)
        lost, acknowledged = 0, 0
        for seed in range(kills):
            gone, told, sound = kill_in_the_middle(report, seed)
            if sound != "ok":
                raise SystemExit(f"the gradebook is broken after kill {seed}: {sound}")
            lost, acknowledged = lost + len(gone), acknowledged + len(told)
        if kills:
            rows.append(Row(f"of {acknowledged:,} decisions, lost in {kills} kills", lost, 0, ""))
        return rows


def _pages(report: Path, students: int) -> list[Row]:
    with serving(report) as (running, [(port, token)]):
        visitor, timed = Grader(port), partial(_timed, running.pid)
        first = timed(lambda: visitor.come_in(token))
        queue = visitor.asked("GET", "/")[1]
        groups = re.findall(r'href="/groups/(\w+)"', queue)[:_LOOKS]
        links = re.findall(r'href="/students/(\w+)"', visitor.asked("GET", "/students")[1])[:_LOOKS]
        times = {
            "the queue": [first, *(timed(partial(visitor.asked, "GET", "/")) for _ in range(_LOOKS))],
            "a group": [timed(partial(visitor.asked, "GET", f"/groups/{one}")) for one in groups],
            "a decision": [timed(_decision(visitor, one)) for one in groups],
            "the queue after decisions": [timed(partial(visitor.asked, "GET", "/")) for _ in range(_LOOKS)],
            "a student": [timed(partial(visitor.asked, "GET", f"/students/{one}")) for one in links],
            "the list of students": [timed(partial(visitor.asked, "GET", "/students")) for _ in range(_LOOKS)],
        }
        rows = []
        for what, found in times.items():
            most = QUEUE if "queue" in what else PAGE
            rows.append(Row(f"{what}, {students:,} students, median", median(found), most, "ms"))
            rows.append(Row("  worst", max(found), most, "ms"))
        return [*rows, Row("peak memory of the server", _peak(running.pid), MEGABYTES, "MB")]


def _decision(visitor: Grader, group: str) -> Callable[[], object]:
    """What sends the form of a group that was just loaded."""
    row = re.findall(r'name="row" value="([^"]+)"', visitor.asked("GET", f"/groups/{group}")[1])
    return lambda: visitor.asked("POST", f"/groups/{group}", row=row, points="1", do="decide")


def _timed(pid: int, work: Callable[[], object]) -> float:
    """Milliseconds of the processor that a request costs the server, whatever else the machine does."""
    before = _nanoseconds(pid)
    work()
    return (_nanoseconds(pid) - before) / 1e6


def _nanoseconds(pid: int) -> int:
    """What all threads of a process have run so far (Linux)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _peak(pid: int) -> float:
    """The most that a process held, in MB (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


if __name__ == "__main__":
    asked = ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--students", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=50)
    given = asked.parse_args()
    sys.exit(print_table(measure(given.students, given.kills)))
