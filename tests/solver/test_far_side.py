"""Branches of a model that random points hardly ever meet: an answer must be right there, too."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.diagnosis.lint.linter import notes, warnings
from grader.rubric.load import parse_rubric
from grader.solver.key import AnswerKey
from tests.cases import each

RUBRIC = """\
title: Far branches
questions:
  - id: q
    model: {{{sizes}given: {given}, define: {define}}}
    parts: [{{id: a, target: {target}}}]
"""


def key(given: str, define: str, target: str) -> AnswerKey:
    sizes = "sizes: [n], " if "[n" in given else ""
    return grader.solve(parse_rubric(RUBRIC.format(sizes=sizes, given=given, define=define, target=target)))


@each(Path(__file__).parent / "far_side.txt")
def test_an_answer_is_held_against_every_branch(
    given: str, define: str, target: str, answer: str, right: str, why: str
) -> None:
    solved = key(given, define, target)
    found = grader.grade_answer(solved, "a", answer)
    assert (found.score == 1) == (right == "yes"), f"{why}: {found.note} {found.message}"
    assert not any("same outcome" in problem.message for problem in warnings(solved)), why


@pytest.mark.parametrize(
    ("given", "formula", "warning", "note", "why"),
    [
        ("{r: real}", "max(r, 0)", "", "", "both sides near by"),
        ("{r: real}", "max(r, -70)", "", "r - (-70) changes sign only far out", "one side far out"),
        ("{p: [0, 1]}", "max(p, 0.0001)", "", "changes sign only far out", "one side near an end"),
        ("{p: [0, 1]}", "max(p, -1)", "the same outcome at every sample point: p - (-1) and 0", "", "one side alone"),
        ("{r: real}", "relu(r^2 + 1)", "the same outcome at every sample point", "", "one side wherever it is sought"),
    ],
)
def test_an_author_is_told(given: str, formula: str, warning: str, note: str, why: str) -> None:
    solved = key(given, f"{{h: '{formula}'}}", f"dh/d{given[1]}")
    for found, said in ((warnings(solved), warning), (notes(solved), note)):
        told = [problem.message for problem in found if "outcome" in problem.message or "far out" in problem.message]
        assert bool(told) == bool(said), (why, told)
        assert all(said in message for message in told), (why, told)
