"""Answers with names that mean something else besides: letters of functions, entries, labels."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import grader
from grader.solver.key import AnswerKey
from tests.cases import each

HERE = Path(__file__).parent
DOUBT = ("undecided", "unreadable")


@cache
def key() -> AnswerKey:
    found = grader.solve(grader.load_rubric(HERE / "spelled_names.yaml"))
    assert isinstance(found, AnswerKey), found
    return found


@each(HERE / "spelled_names.txt")
def test_spelled_name(part: str, verdict: str, answer: str, why: str) -> None:
    found = grader.grade_answer(key(), part, answer)
    assert found.verdict in (DOUBT if verdict == "doubt" else (verdict,)), f"{why}: {found.note}, {found.message}"
