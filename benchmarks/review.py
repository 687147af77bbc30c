"""A class of 1,000 students with 4,000 answers that wait -> how fast the review's pages come, what its server holds.

``python -m benchmarks.review`` prints milliseconds (median and worst) of each page, the memory of the server, and how
many decisions were lost in 50 kills; ``--students 300 --kills 5`` makes it short. Each page is read as a browser reads
it, over a connection to the server; a first look, and one after each decision, are among the worst.
"""

from __future__ import annotations

import csv
import os
import random
import re
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
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
        visitor = Grader(port)
        first = _timed(lambda: visitor.come_in(token))
        queue = visitor.asked("GET", "/")[1]
        groups = re.findall(r'href="/groups/(\w+)"', queue)
        links = re.findall(r'href="/students/(\w+)"', visitor.asked("GET", "/students")[1])
        times = {
            "the queue": [first, *(_timed(lambda: visitor.asked("GET", "/")) for _ in range(_LOOKS))],
            "a group": [_timed(lambda one=one: visitor.asked("GET", f"/groups/{one}")) for one in groups[:_LOOKS]],
            "a decision": [_decided(visitor, one) for one in groups[:_LOOKS]],
            "the queue after decisions": [_timed(lambda: visitor.asked("GET", "/")) for _ in range(_LOOKS)],
            "a student": [_timed(lambda one=one: visitor.asked("GET", f"/students/{one}")) for one in links[:_LOOKS]],
            "the list of students": [_timed(lambda: visitor.asked("GET", "/students")) for _ in range(_LOOKS)],
        }
        rows = []
        for what, found in times.items():
            most = QUEUE if "queue" in what else PAGE
            rows.append(Row(f"{what}, {students:,} students, median", median(found), most, "ms"))
            rows.append(Row("  worst", max(found), most, "ms"))
        return [*rows, Row("peak memory of the server", _peak(running.pid), MEGABYTES, "MB")]


def _decided(visitor: Grader, group: str) -> float:
    page = visitor.asked("GET", f"/groups/{group}")[1]
    row = re.findall(r'name="row" value="([^"]+)"', page)
    return _timed(lambda: visitor.asked("POST", f"/groups/{group}", row=row, points="1", do="decide"))


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


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
