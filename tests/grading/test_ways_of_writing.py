"""Ways of writing an answer: indices behind brackets, inner products, chains, remarks, letters."""

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
    found = grader.solve(grader.load_rubric(HERE / "ways_of_writing.yaml"))
    assert isinstance(found, AnswerKey)
    return found


@each(HERE / "ways_of_writing.txt")
def test_answer(part: str, verdict: str, answer: str, why: str) -> None:
    found = grader.grade_answer(key(), part, answer)
    assert found.verdict in (DOUBT if verdict == "doubt" else (verdict,)), f"{why}: {found.note}, {found.message}"
