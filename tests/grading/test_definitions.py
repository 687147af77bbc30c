"""Definitions of an answer's own, put into each other: as deep as the reader goes, and no deeper."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.solver.key import AnswerKey

RUBRIC = Path(__file__).parents[2] / "rubrics" / "two_layer_network.yaml"
TOO_DEEP = "this is nested too deep"


@lru_cache
def key() -> AnswerKey:
    return grader.solve(grader.load_rubric(RUBRIC))


def nested(levels: int, inner: str) -> str:
    return "tanh(" * levels + inner + ")" * levels


def in_each_other(lines: int, levels: int) -> list[str]:
    """``q_1 = tanh(..y..)``, then each line of the one before it."""
    return [f"q_{n + 1} = {nested(levels, f'q_{n}' if n else 'y')}" for n in range(lines)]


def terms(first: str, count: int) -> str:
    return first + " + 0*y" * count


@pytest.mark.parametrize(
    ("lines", "deep", "why"),
    [
        (in_each_other(3, 50), False, "150 levels in three lines"),
        (in_each_other(4, 50), True, "200 and the answer's own"),
        (in_each_other(12, 50), True, "far too deep"),
        (in_each_other(12, 50)[::-1], True, "used before they are defined"),
        (["q_1 = y", *[f"q_1 = {nested(50, 'q_1')}"] * 3], False, "one name, taken up again"),
        (["q_1 = y", *[f"q_1 = {nested(50, 'q_1')}"] * 9], True, "the same, too deep"),
        (["b_2 = y", *[f"b_2 = {nested(50, 'b_2')}"] * 9], True, "a name of the model's, taken up again"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_lines_in_lines(lines: list[str], deep: bool, why: str) -> None:
    last = lines[-1].partition(" = ")[0] if not lines[0].startswith("q_12") else "q_12"
    found = grader.grade_answer(key(), "b2", "; ".join([*lines, f"dL/db_2 = yhat - y + 0*({last})"]))
    assert found.verdict == ("unreadable" if deep else "correct"), why
    assert [problem.message for problem in found.problems] == ([TOO_DEEP] if deep else []), why


@pytest.mark.parametrize(("count", "deep"), [(40, False), (140, True)])
def test_derivatives_worked_out_in_lines_of_their_own(count: int, deep: bool) -> None:
    chain = terms("dL/dz' dz'/dz dz/dw_1", count)
    lines = [
        f"dL/dz' = {terms('yhat - y', count)}",
        f"dz'/dz = {terms('w_2', count)}",
        f"dz/dw_1 = {terms('x', count)}",
        f"dL/dw_1 = {chain}",
    ]
    found = grader.grade_answer(key(), "w1", "; ".join(lines))
    assert found.verdict == ("unreadable" if deep else "correct")
    assert [problem.message for problem in found.problems] == ([TOO_DEEP] if deep else [])
