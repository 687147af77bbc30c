"""Every rubric of the project passes `grader check`: its examples and its self-test come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.grading.check import check

ROOT = Path(__file__).parents[2]
DECLARED = sorted((Path(__file__).parent / "declared").glob("*.yaml"))  # what a rubric may say, each with answers
EXAMPLES = sorted((ROOT / "rubrics" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", [*sorted((ROOT / "rubrics").glob("**/*.yaml")), *DECLARED], ids=lambda path: path.stem)
def test_rubric_passes_its_own_check(path):
    problems = check(grader.solve(grader.load_rubric(path)))
    assert not problems, "\n".join(map(str, problems))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_part_has_examples(path):
    for question in grader.load_rubric(path).questions:
        for part in question.parts:
            assert len(part.accept) >= 2, part.id
            assert part.reject, part.id
