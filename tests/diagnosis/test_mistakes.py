"""One table: a part of the two homeworks, a wrong answer, the mistake it must be diagnosed with, and why."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import grader
from tests.cases import each

ROOT = Path(__file__).parents[2]
OPENINGS = (
    "Nearly right, but ",
    "The rest is right, but ",
    "The size is right, but ",
    "The form is right, but ",
    "The digits are right, but ",
    "What you have is right as far as it goes, but ",
    "It looks as if ",
    "There are two things to mend: ",
)
RUBRICS = ("rubrics/losses_and_backprop.yaml", "rubrics/two_layer_network.yaml")


@lru_cache
def keys():
    return [grader.solve(grader.load_rubric(ROOT / path)) for path in RUBRICS]


def key_with(part: str):
    return next(key for key in keys() for q in key.questions for p in q.parts if p.part.id == part)


@each(Path(__file__).parent / "mistakes.txt")
def test_a_usual_mistake_is_named(part: str, answer: str, rule: str, why: str) -> None:
    result = grader.grade_answer(key_with(part), part, answer)
    assert result.verdict == "incorrect", why
    assert result.note == ("not_equivalent" if rule == "-" else f"malrule/{rule}"), f"{why}: {result.message}"
    if rule == "-":
        assert result.diagnosis is None
    else:
        assert result.diagnosis is not None
        assert result.diagnosis.rule == result.note
        assert result.diagnosis.message.startswith(OPENINGS)
