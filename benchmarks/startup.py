"""A command -> the seconds until its answer stands there, the process's start included.

``python -m benchmarks.startup`` prints the best and the median of several cold starts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

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
    return rows


if __name__ == "__main__":
    sys.exit(print_table(measure()))
