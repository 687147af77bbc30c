"""One table: a model, parts with their examples, and all that solving and checking such a rubric has to say."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.solving import solve
from tests.cases import each

RUBRIC = """title: A model
questions:
  - id: q
    model:
{model}
    parts:
{parts}
"""


def told(model: str, parts: str) -> list[str]:
    """Every Problem of the rubric, of its solution, of its examples."""
    rubric = parse_rubric(RUBRIC.format(model=indent(model, " " * 6), parts=indent(parts, " " * 6)), "r.yaml")
    if not isinstance(rubric, Rubric):
        return [str(problem) for problem in rubric]
    key = solve(rubric)
    return [str(problem) for problem in (key if isinstance(key, tuple) else check(key))]


@each(Path(__file__).parent / "models.txt")
def test_a_model_says_this(model: str, parts: str, problems: str, why: str) -> None:
    assert told(model, parts) == problems.splitlines(), why
