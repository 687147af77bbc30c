"""One table an homework: a part, an answer, the verdict and the note it must get, and why."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import grader
from tests.cases import each, rows

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TABLES = {
    "answers_losses": "rubrics/losses_and_backprop.yaml",
    "answers_two_layer": "rubrics/two_layer_network.yaml",
}
PATHS = [HERE / f"{name}.txt" for name in TABLES]


@lru_cache
def key_of(rubric: str):
    return grader.solve(grader.load_rubric(ROOT / rubric))


@each(*PATHS, columns=("table", "part", "verdict", "note", "answer", "why"))
def test_answer(table, part, verdict, note, answer, why):
    result = grader.grade_answer(key_of(TABLES[table]), part, answer)
    shown = result.answer.read_as if result.answer else ""
    # which mistake a wrong answer is diagnosed with has its own table in tests/diagnosis
    found = "not_equivalent" if result.diagnosis is not None else result.note
    assert (result.verdict, found) == (verdict, note), f"{why}: {answer!r} read as {shown!r}: {result.message}"
    assert result.review == (verdict in ("undecided", "unreadable"))
    assert 0 <= result.score <= result.asked.max_score
    assert (result.score == result.asked.max_score) == (verdict == "correct")
    assert verdict != "correct" or "not equal" not in result.message


def test_every_part_of_both_homeworks_is_in_a_table():
    for path in PATHS:
        tried = {case["part"] for case in rows(path)}
        asked = {part.part.id for question in key_of(TABLES[path.stem]).questions for part in question.parts}
        assert tried <= asked
