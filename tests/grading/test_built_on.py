"""Answers that name other parts' derivatives, and chains that leave links whole."""

from __future__ import annotations

from functools import cache

import pytest

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

RUBRIC = """
title: Built on
questions:
  - id: q
    model:
      given: {x: {}, w: {}, u: {}, y: {}}
      define:
        z: w*x
        h: tanh(z)
        s: u*h
        yhat: sigmoid(s)
        L: (yhat - y)^2/2
    parts:
      - {id: ds, target: dL/ds, points: 2}
      - {id: du, target: dL/du, points: 2}
      - {id: dw, target: dL/dw, points: 4}
"""
DS = "(yhat - y) yhat (1 - yhat)"


@cache
def key() -> AnswerKey:
    rubric = parse_rubric(RUBRIC, "built_on.yaml")
    assert isinstance(rubric, Rubric)
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey)
    return found


@pytest.mark.parametrize(
    ("answers", "outcomes", "why"),
    [
        ({"ds": DS, "du": "dL/ds h"}, ("correct equivalent 2", "correct equivalent 2"), "built on a right part"),
        ({"du": "dL/ds h"}, ("missing missing 0", "partly_correct chain_rule_only 1"), "built on a blank part"),
        ({"ds": "  ", "du": "dL/ds h"}, ("missing missing 0", "partly_correct chain_rule_only 1"), "on spaces"),
        (
            {"du": "dL/ds = " + DS + ", dL/du = dL/ds h"},
            ("missing missing 0", "correct equivalent 2"),
            "on its own line",
        ),
        ({"ds": "?!", "du": "dL/ds h"}, ("unreadable unreadable 0", "correct equivalent 2"), "on one that is not read"),
        (
            {"ds": "2 " + DS, "du": "dL/ds h"},
            ("incorrect malrule/factor_two 0", "correct follow_through 2"),
            "on a wrong one",
        ),
    ],
)
def test_an_answer_is_finished_where_what_it_builds_on_is_answered(
    answers: dict[str, str], outcomes: tuple[str, str], why: str
) -> None:
    report = grader.grade(key(), Submission("s", answers=tuple(Answer(part, text) for part, text in answers.items())))
    found = tuple(f"{part.verdict} {part.note} {part.score:g}" for part in report.parts[:2])
    assert found == outcomes, why


@pytest.mark.parametrize(
    ("answer", "score", "why"),
    [
        ("dL/dyhat dyhat/ds ds/dh dh/dz dz/dw", 2, "every link"),
        ("dL/ds ds/dh dh/dz dz/dw", 2, "two links in one, which a part asks for"),
        ("dL/dh dh/dz dz/dw", 2, "three links of five in one"),
        ("dL/dz dz/dw", 0, "four links of five in one"),
        ("dL/dyhat dyhat/dw", 0, "four links of five in one, at the other end"),
        ("dL/dyhat dyhat/dz dz/dw", 2, "three links in the middle"),
        ("dL/dz dz/du", 0, "not on the path"),
    ],
)
def test_a_chain_is_worth_its_share_where_its_links_are_named(answer: str, score: float, why: str) -> None:
    found = grader.grade_answer(key(), "dw", answer)
    assert found.score == score, f"{why}: {found.note} {found.message}"
