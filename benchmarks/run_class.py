"""A class of 1,000 students x 42 parts -> the seconds and the memory that ``grader grade`` takes for it.

``python -m benchmarks.run_class`` prints two rows for each of two classes, a seventh and a half of whose answers are
distinct; the rubric was certified before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import grader
from benchmarks.make_class import RUBRIC, STUDENTS, write_class
from benchmarks.table import Row, print_table
from grader.solver.key import AnswerKey

PARTS = 42
# the share of answers that are distinct, the most seconds, the most megabytes
CLASSES = ((0.14, 5.0, 250.0), (0.5, 10.0, 350.0))
_EVERY = 0.05  # seconds between two looks at the memory


def measure() -> list[Row]:
    """Wall seconds and peak memory of each class, all pages written."""
    key = grader.solve(grader.load_rubric(RUBRIC))
    return [row for one in CLASSES for row in _rows(key, *one)]


def _rows(key: AnswerKey, share: float, seconds: float, megabytes: float) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        distinct = write_class(folder / "class.csv", key, STUDENTS, PARTS, distinct=share)
        write_class(folder / "one.csv", key, 1, PARTS)
        run_watched(_command(folder / "one.csv", folder / "one"), folder / "cache")  # certifies the rubric
        out = folder / "report"
        took, peak = run_watched(_command(folder / "class.csv", out), folder / "cache")
        pages = sum(1 for _ in (out / "feedback").glob("*.html"))
        if pages != STUDENTS:
            raise SystemExit(f"{pages} pages were written for {STUDENTS} students")
    what = f"grade {STUDENTS:,} students x {PARTS} parts, {distinct:,} answers distinct"
    return [Row(what, took, seconds, "s"), Row("  peak memory of all its processes", peak, megabytes, "MB")]


def _command(submissions: Path, out: Path) -> list[str]:
    command = [sys.executable, "-m", "grader", "grade", RUBRIC, submissions, "--out", out, "--quiet"]
    return [str(piece) for piece in command]


def run_watched(command: list[str], cache: Path) -> tuple[float, float]:
    """Run a command to its end: (wall seconds, peak of the sum of its processes' memory in MB).

    What several processes share counts in each by its share of it (PSS).
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional, _family(process.pid))))
        time.sleep(_EVERY)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode} of {' '.join(command)}")
    return seconds, peak / 1e6


def _family(pid: int) -> list[int]:
    """A process and all below it (Linux)."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [child for text in task.read_text().split() for child in _family(int(text))]
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    """The bytes that a process holds, of what it shares its share (Linux)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(print_table(measure()))
