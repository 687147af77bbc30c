"""One table an homework: a part, an answer, the verdict and the note it must get, and why.

A row that is known to fail ends with ``;; xfail: reason``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TABLES = {
    "answers_losses.txt": "rubrics/losses_and_backprop.yaml",
    "answers_two_layer.txt": "rubrics/two_layer_network.yaml",
}


@lru_cache
def key_of(rubric: str):
    return grader.solve(grader.load_rubric(ROOT / rubric))


def rows():
    for table, rubric in TABLES.items():
        for number, line in enumerate((HERE / table).read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("#") or not line.strip():
                continue
            part, verdict, note, answer, why, *known = (cell.strip() for cell in line.split(";;"))
            marks = [pytest.mark.xfail(strict=True, reason=known[0])] if known else []
            yield pytest.param(rubric, part, verdict, note, answer, why, marks=marks, id=f"{table[:-4]}:{number}")


@pytest.mark.parametrize(("rubric", "part", "verdict", "note", "answer", "why"), list(rows()))
def test_answer(rubric, part, verdict, note, answer, why):
    result = grader.grade_answer(key_of(rubric), part, answer)
    shown = result.answer.read_as if result.answer else ""
    # which mistake a wrong answer is diagnosed with has its own table in tests/diagnosis
    found = "not_equivalent" if result.diagnosis is not None else result.note
    assert (result.verdict, found) == (verdict, note), f"{why}: {answer!r} read as {shown!r}: {result.message}"
    assert result.review == (verdict in ("undecided", "unreadable"))
    assert 0 <= result.score <= result.asked.max_score
    assert (result.score == result.asked.max_score) == (verdict == "correct")
    assert verdict != "correct" or "not equal" not in result.message


def test_every_part_of_both_homeworks_is_in_a_table():
    for table, rubric in TABLES.items():
        lines = (HERE / table).read_text(encoding="utf-8").splitlines()
        tried = {line.split(";;")[0].strip() for line in lines if ";;" in line}
        asked = {part.part.id for question in key_of(rubric).questions for part in question.parts}
        assert tried - {"# part"} <= asked
