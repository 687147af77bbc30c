"""``python -m benchmarks.mutated answers --count 50000 --of 5 --out FOLDER``: mutated answers, graded; what raised.

``sheets`` for whole sheets; ``--part 3`` for that part alone, else all parts that FOLDER does not hold yet, each in a
process of its own; ``summary`` prints what FOLDER holds; ``costliest --count 10000`` grades those answers of FOLDER
with the highest counted work, each alone with the limits of one answer. Exit code 1 where something raised or a limit
broke.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.alone import MEGABYTES, SECONDS
from benchmarks.mutated.costliest import each_alone, highest
from benchmarks.mutated.guarded import bound_memory
from benchmarks.mutated.run import SLOWEST, finished, lines, part_of, run_answers, run_sheets

RUNS = {"answers": run_answers, "sheets": run_sheets}


def main(argv: list[str]) -> int:
    """Run a part, all that are missing, or sum up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutated", description=__doc__)
    parser.add_argument("what", choices=[*RUNS, "summary", "costliest"])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args(argv)
    told.out.mkdir(parents=True, exist_ok=True)
    if told.what == "summary":
        return max(summary(told.out, what) for what in RUNS)
    if told.what == "costliest":
        return costliest(told)
    if told.part:
        return one_part(told)
    for part in range(1, told.of + 1):
        if not _file(told, part).exists():
            command = [sys.executable, "-m", "benchmarks.mutated", told.what, "--count", str(told.count), "--part"]
            command += [str(part), "--of", str(told.of), "--seed", str(told.seed), "--out", str(told.out)]
            done = subprocess.run(command, check=False)
            if done.returncode:
                print(f"part {part} ended with {done.returncode}", flush=True)
    return summary(told.out, told.what)


def one_part(told: argparse.Namespace) -> int:
    """A part in this process; nothing where it is done already."""
    path = _file(told, told.part)
    if path.exists():
        return 0
    bound_memory()
    began = time.process_time()
    line = finished(RUNS[told.what](told.seed, part_of(told.count, told.part, told.of)), began)
    path.with_suffix(".new").write_text(line, "utf-8")
    path.with_suffix(".new").replace(path)
    return 0


def _file(told: argparse.Namespace, part: int) -> Path:
    out: Path = told.out
    return out / f"{told.what}-{told.seed}-{told.count}-{part:03d}-of-{told.of}.json"


def summary(folder: Path, what: str) -> int:
    """Print the sum over the parts that are done; 1 where something raised, else 0."""
    raises: dict[str, dict[str, Any]] = {}
    found: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    slowest: list[tuple[float, str, str, str]] = []
    violations: list[str] = []
    peak = 0
    for line in lines(folder, what):
        for place, one in line["raises"].items():
            known = raises.setdefault(place, {**one, "count": 0})
            known["count"] += one["count"]
        verdicts.update(line["verdicts"])
        for name in ("count", "answers", "readable", "labelled", "seconds"):
            found[name] += line[name]
        found["slow"] += len(line["slow"])
        slowest = sorted([*slowest, *line["slowest"]], reverse=True)[:SLOWEST]
        violations += line["violations"]
        peak = max(peak, line["peak_mb"])
    if not found["count"]:
        return 0
    print(f"{what}: {found['count']} ({found['answers']} answers, {found['readable'] / found['answers']:.1%} readable),"
          f" {found['seconds']:.0f} s, highest peak {peak} MB, {found['slow']} slow; {dict(verdicts)}")  # fmt: skip
    for place, one in sorted(raises.items(), key=lambda item: -item[1]["count"]):
        print(f"  {one['count']} x {place}: {one['message']}", one["trace"], sep="\n      ")
        print(f"      {one['rubric']} {one['answers']}")
    print(f"  {len(violations)} verdicts against the meaning, of {found['labelled']} labelled")
    for one in violations:
        print("     ", one)
    for seconds, rubric, part, text in slowest:
        print(f"  {seconds:.2f} s  {rubric} {part}: {text[:150]!r}")
    return int(bool(raises))


def costliest(told: argparse.Namespace) -> int:
    """Print the costliest of the answers with the highest counted work; 1 where one broke a limit."""
    costs = list(each_alone(told.seed, highest(told.out, told.count)))
    for cost in sorted(costs, key=lambda one: -one.seconds)[:SLOWEST]:
        print(cost)
    peak = max(cost.megabytes for cost in costs)
    broken = [cost for cost in costs if cost.broken]
    print(f"{len(costs)} answers, highest peak {peak:.0f} MB, {len(broken)} broke {SECONDS} s or {MEGABYTES} MB")
    for cost in broken:
        print(cost)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
