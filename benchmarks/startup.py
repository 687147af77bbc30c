"""A command -> the seconds until its answer stands there, the process's start included.

``python -m benchmarks.startup`` prints the median of several cold starts; of `compare`, and of `grade` for one student
with the key kept, the processor time.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.make_class import RUBRIC
from benchmarks.table import Row, print_table

RUNS = 7
COMMANDS = (
    ("import", ("-c", "import grader"), 0.5),
    ("--help", ("-m", "grader", "--help"), 0.3),
    ("compare, scalar", ("-m", "grader", "compare", "sigma(x)*(1 - sigma(x))", r"\frac{e^{-x}}{(1+e^{-x})^2}"), 0.7),
    (
        "compare, with a sum",
        ("-m", "grader", "compare", r"\sum_i (yhat_i - y_i) x_i", r"-\sum_k x_k (y_k - yhat_k)"),
        0.7,
    ),
    ("compare, different", ("-m", "grader", "compare", "y*(1 - y)", "y*(1 + y)", "--domain", "y=(0,1)"), 0.7),
)


PROCESSOR = (
    ("compare", ("-m", "grader", "compare", "x*(y - yhat)", "-x*(yhat - y)"), 0.45),
    ("grade, one student, key kept", ("-m", "grader", "grade", str(RUBRIC), "one.csv", "--quiet"), 0.6),
)


def measure() -> list[Row]:
    """The median time of each command, every start a new process."""
    rows = []
    for name, arguments, limit in COMMANDS:
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)
            times.append(time.perf_counter() - started)
        rows.append(Row(f"grader {name} (median of {RUNS})", statistics.median(times), limit, "s"))
    return rows + [_processor(*one) for one in PROCESSOR]


def _processor(name: str, arguments: tuple[str, ...], limit: float) -> Row:
    """The processor time of a command and of all its processes, in a folder of its own each time."""
    times = []
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache, "PYTHONPATH": str(Path(__file__).parents[1])}
        for _ in range(RUNS + 1):  # the first solves the rubric
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "one.csv").write_text("student,2a\ns1,y\n", "utf-8")
                before = _spent()
                command = [sys.executable, *arguments]
                subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL, timeout=60)
                times.append(_spent() - before)
    return Row(f"grader {name}, processor time (median of {RUNS})", statistics.median(times[1:]), limit, "s")


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(print_table(measure()))
