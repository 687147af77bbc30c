"""Costly answers, each alone in a process with the limits of one answer -> seconds, peak memory, how it was judged.

``python -m benchmarks.bounds [TABLE ...]`` prints the ten costliest rows and how many broke a limit (Linux only).
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import grader
from benchmarks.alone import MEGABYTES, SECONDS, Cost, measured
from grader.grading.grade import find_part
from grader.solver.key import AnswerKey
from tests.bounds.written_out import TABLES, rubric_path, written_out
from tests.cases import Case, rows

SHOWN = 10


@cache
def _key(rubric: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(rubric_path(rubric)))


def _part_of(key: AnswerKey, part: str) -> str:
    return key.questions[0].parts[0].part.id if part == "*" else find_part(key, part)[1].part.id


def _cost(case: Case) -> Cost:
    key = _key(case["rubric"])
    row = f"{case['table']}:{case.line} {case['why']}"
    return measured(row, key, _part_of(key, case["part"]), written_out(case["answer"]))


def main(arguments: list[str]) -> int:
    """Measure all rows; 1 where one broke a limit."""
    tables = [Path(name) for name in arguments] or list(TABLES)
    costs = [_cost(case) for table in tables for case in rows(table)]
    for cost in costs if os.environ.get("ALL") else sorted(costs, key=lambda one: -one.seconds)[:SHOWN]:
        print(cost)
    broken = sum(cost.broken for cost in costs)
    print(f"{len(costs)} rows, {broken} broke {SECONDS} s or {MEGABYTES} MB")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
