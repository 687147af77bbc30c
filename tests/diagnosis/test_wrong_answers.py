"""Wrong answers and what a person says of each: what is said must be true, and plain single slips get their name."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.results import NoteKind, Outcome
from grader.solver.key import AnswerKey

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDERS = (HERE / "rubrics", ROOT / "rubrics/examples", ROOT / "rubrics", ROOT / "benchmarks/student_style")
FALSE, NAMED = 0.01, 0.8  # of what is named, at most; of plain single slips, at least


@lru_cache(maxsize=4)
def solved(rubric: str) -> AnswerKey:
    path = next(folder / f"{rubric}.yaml" for folder in FOLDERS if (folder / f"{rubric}.yaml").exists())
    return grader.solve(grader.load_rubric(path))


def cases(table: str) -> list[list[str]]:
    """Rubric, part, answer, what may be said, and what a person says."""
    lines = (HERE / table).read_text(encoding="utf-8").splitlines()
    return [line.replace("⏎", "\n").split(" ;; ") for line in lines if line and not line.startswith("#")]


def fits(found: list[str], slips: str) -> bool:
    """Whether what was named may be said of an answer."""
    allowed = [set(slip.split("|")) for slip in slips.split("+")]
    if len(found) > len(allowed):
        return False
    return all(any(kind in slip for slip in allowed) for kind in found)


@pytest.mark.no_cover  # a minute without being watched, two with; the second a third of that, the third a sixth
@pytest.mark.parametrize("table", ["wrong_answers.txt", "second_table.txt", "third_table.txt"])
def test_what_is_said_is_true_and_plain_slips_are_named(table: str) -> None:
    untrue, count = [], Counter[str]()
    for rubric, part, answer, slips, says in cases(table):
        result = grader.grade_answer(solved(rubric), part, answer)
        plain = "+" not in slips and slips != "-" and result.verdict is Outcome.INCORRECT
        count["plain"] += plain
        if result.note.kind is not NoteKind.MALRULE:
            continue
        count["named"] += 1
        count["plain and named"] += plain
        kinds = [piece.partition(":")[0] for piece in result.note.detail.split("+")]
        if not fits(kinds, slips):
            untrue.append(f"{rubric} {part}: {answer}: {result.note}, a person says: {says}")
    assert len(untrue) <= FALSE * count["named"], "\n".join(untrue)
    assert count["plain and named"] >= NAMED * count["plain"], count
