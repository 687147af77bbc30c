"""Answers whose arrays do not fit: what makes them right is told to a person, and is a mistake of the catalogue."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from tests.cases import each

ROOT = Path(__file__).parents[2]


@lru_cache
def key_of(rubric: str):
    return grader.solve(grader.load_rubric(ROOT / f"rubrics/examples/{rubric}.yaml"))


@each(Path(__file__).parent / "shapes.txt")
def test_a_wrong_shape_is_explained(
    rubric: str, part: str, answer: str, verdict: str, note: str, rule: str, why: str
) -> None:
    result = grader.grade_answer(key_of(rubric), part, answer)
    assert (result.verdict, result.note, result.review) == (verdict, note, verdict == "undecided"), why
    found = "-" if result.diagnosis is None else result.diagnosis.rule.removeprefix("malrule/")
    assert found == rule, why


def test_a_mistake_at_the_price_of_the_part_is_not_correct(tmp_path: Path) -> None:
    path = tmp_path / "priced.yaml"
    path.write_text(
        """
title: Priced
questions:
  - id: q
    title: One
    model:
      given: {x: {}, w: {}}
      define: {L: w*x}
    parts:
      - {id: dw, target: dL/dw, points: 2, malrules: {sign: {points: 2}}}
""",
        encoding="utf-8",
    )
    result = grader.grade_answer(grader.solve(grader.load_rubric(path)), "dw", "-x")
    assert (result.verdict, result.score, result.note) == ("partly_correct", 2.0, "malrule/sign")


@pytest.mark.parametrize(("answer", "rule"), [("-0.7137", "sign"), ("7.137", "power_of_ten")])
def test_a_slip_of_a_number_is_told_once(answer: str, rule: str) -> None:
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    result = grader.grade_answer(key, "3-yhat", answer)
    assert result.note == f"malrule/{rule}"
    assert result.message == "This is not quite right."
