"""Random wrong numbers in every numeric question -> how many get a named cause, which by construction is false.

``python -m benchmarks.coincidences [NUMBERS [RUBRIC ...]]`` (5,000 numbers over all shipped rubrics with numbers unless
given) prints a row a rubric; exit code 1 where more than one in a hundred is named. A number has the truth's sign, lies
log-uniformly within a factor of ten of it, has the question's decimals and at least two digits, and is 4 % off or more.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from pathlib import Path

import grader
from grader.results import NoteKind
from grader.solver.key import AnswerKey

ROOT = Path(__file__).parents[1]
NUMBERS = 5000
REACH = 10.0
OFF = 0.04
DECIMALS = 4  # of a question that asks for none
LIMIT = 0.01


def numbers(truth: float, decimals: int, dice: random.Random) -> str:
    """One wrong number as it is typed."""
    while True:
        value = round(truth * REACH ** dice.uniform(-1.0, 1.0), decimals)
        digits = f"{abs(value):.{decimals}f}".replace(".", "").lstrip("0")
        if len(digits) >= 2 and abs(value - truth) >= OFF * abs(truth):
            return f"{value:.{decimals}f}"


def numeric_parts(key: AnswerKey) -> list[tuple[str, float, int]]:
    """The parts whose answer is one number: id, truth, decimals; a truth that too few digits tell is left out."""
    found = []
    for question in key.questions:
        for part in question.parts:
            values = question.runs[0].values[part.name][0] if question.numeric else None
            if values is None or values.ndim:
                continue
            truth, tolerance = float(values), part.part.tolerance
            decimals = tolerance.rounding or tolerance.decimals or DECIMALS
            if truth and REACH * abs(truth) > 100 * 10.0**-decimals:
                found.append((part.part.id, truth, decimals))
    return found


def named(key: AnswerKey, count: int, dice: random.Random) -> Counter[str]:
    """The rules named, and under "" how many numbers got none."""
    parts = numeric_parts(key)
    found: Counter[str] = Counter()
    for _ in range(count if parts else 0):
        part, truth, decimals = dice.choice(parts)
        note = grader.grade_answer(key, part, numbers(truth, decimals, dice)).note
        found[note.detail.partition(":")[0] if note.kind is NoteKind.MALRULE else ""] += 1
    return found


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else NUMBERS
    files = [Path(item) for item in arguments[1:]] or sorted((ROOT / "rubrics").rglob("*.yaml"))
    keys = [(file.stem, grader.solve(grader.load_rubric(file))) for file in files]
    keys = [(name, key) for name, key in keys if numeric_parts(key)]
    dice = random.Random(13)
    total: Counter[str] = Counter()
    for name, key in keys:
        found = named(key, math.ceil(count / len(keys)), dice)
        total += found
        print(f"{name:28} {found.total():6} numbers, {found.total() - found['']:5} named")
    share = 1 - total[""] / total.total()
    print(
        f"{'all':28} {total.total():6} numbers, {total.total() - total['']:5} named: {share:.2%} (at most {LIMIT:.0%})"
    )
    for rule, number in total.most_common(12):
        if rule:
            print(f"  {number:5} {rule}")
    return int(share > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
