"""One table: a small model, a target, and lines that its key must have; the rubric passes its own check."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.derivation import derivation_steps
from grader.solver.solving import solve
from tests.cases import each

RUBRIC = """
title: A key
questions:
  - id: q
    model:
{model}
    parts:
      - {{id: p, target: '{target}'}}
"""


def told(model: str, target: str) -> list[str]:
    """The lines of the key, or else every Problem's message."""
    rubric = parse_rubric(RUBRIC.format(model=indent(model, " " * 6), target=target), "r.yaml")
    assert isinstance(rubric, Rubric), rubric
    key = solve(rubric)
    if isinstance(key, tuple):
        return [f"problem: {problem.message}" for problem in key]
    found = [step.text for step in derivation_steps(key.questions[0], key.questions[0].parts[0])]
    return [*found, *(f"problem: {problem.message}" for problem in check(key))]


@each(Path(__file__).parent / "keys.txt")
def test_the_key_has_these_lines_and_passes_its_check(model: str, target: str, lines: str, why: str) -> None:
    found = told(model, target)
    wanted = lines.splitlines()
    assert [line for line in wanted if line not in found] == [], (why, found)
    assert [line for line in found if line.startswith("problem: ") and line not in wanted] == [], why
