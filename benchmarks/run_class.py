"""A class of 1,000 students x 30 parts -> the seconds and the memory that ``grader grade`` takes for it.

``python -m benchmarks.run_class`` prints two rows: a first run, which certifies the rubric, and a second one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import grader
from benchmarks.make_class import PARTS, RUBRIC, STUDENTS, write_class
from benchmarks.table import Row, print_table

SECONDS, MEGABYTES = 20.0, 500.0
_EVERY = 0.05  # seconds between two looks at the memory


def measure() -> list[Row]:
    """Wall seconds and peak memory of two runs in a row, all pages written."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        submissions = Path(folder) / "class.csv"
        distinct = write_class(submissions, grader.solve(grader.load_rubric(RUBRIC)))
        what = f"{STUDENTS:,} students x {PARTS} parts, {distinct:,} answers distinct"
        for run in ("first run", "second run"):
            out = Path(folder) / run
            command = [sys.executable, "-m", "grader", "grade", RUBRIC, submissions, "--out", out, "--quiet"]
            seconds, megabytes = run_watched([str(piece) for piece in command], Path(folder) / "cache")
            pages = sum(1 for _ in (out / "feedback").glob("*.html"))
            if pages != STUDENTS:
                raise SystemExit(f"{pages} pages were written for {STUDENTS} students")
            rows.append(Row(f"grade {what}, {run}", seconds, SECONDS, "s"))
            rows.append(Row(f"  peak memory of all its processes, {run}", megabytes, MEGABYTES, "MB"))
    return rows


def run_watched(command: list[str], cache: Path) -> tuple[float, float]:
    """Run a command to its end: (wall seconds, peak of the sum of its processes' resident memory in MB).

    Pages that processes share count in each of them, so the sum errs on the high side.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, _family(process.pid))))
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


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(print_table(measure()))
