"""Functions as courses, code and other graders spell them, compared without a rubric."""

from __future__ import annotations

from pathlib import Path

import grader
from tests.cases import each


@each(Path(__file__).parent / "functions.txt")
def test_functions(reference: str, answer: str, decision: str, why: str) -> None:
    found = grader.equivalent(reference, answer)
    assert found.decision == decision, f"{why}: {found.message}"


@each(Path(__file__).parent / "equations.txt")
def test_equations_and_letters(reference: str, answer: str, decision: str, why: str) -> None:
    found = grader.equivalent(reference, answer)
    assert found.decision == decision, f"{why}: {found.message}"
