"""The catalogue of mistakes: every kind has one row, and ranks alone decide which of several is named."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.diagnosis.lint.linter import collisions
from grader.rubric.malrule import Kind
from grader.rubric.malrules import MALRULES

RUBRICS = Path(__file__).parents[2] / "rubrics"
OFTEN = 20  # predictions of the shipped rubrics


def test_every_kind_has_one_row() -> None:
    assert list(MALRULES) == [kind.value for kind in Kind]
    assert all(name == row.kind for name, row in MALRULES.items())


def test_ranks_are_explicit_and_no_two_are_the_same() -> None:
    ranks = [row.rank for row in MALRULES.values()]
    assert len(set(ranks)) == len(ranks)
    assert all(rank > 0 for rank in ranks)


@pytest.mark.parametrize("kind", Kind)
def test_a_row_has_its_words(kind: Kind) -> None:
    row = MALRULES[kind]
    assert row.what
    assert row.look.endswith(".")
    assert "{" not in row.clause_hidden
    assert row.clause.format("dL/dz")
    assert all(kind in MALRULES[other].alike for other in row.alike), "alike goes both ways"


@lru_cache(maxsize=1)
def colliding() -> Counter[tuple[str, str]]:
    """How often two mistakes predict the same answer in the rubrics shipped."""
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted(RUBRICS.rglob("*.yaml")):
        for question in grader.solve(grader.load_rubric(path)).questions:
            for part in question.parts:
                for one, same in collisions(question, part):
                    found.update(tuple(sorted((one.kind, other))) for other in {item.kind for item in same})
    return found


def test_mistakes_that_often_predict_the_same_are_said_to_be_alike() -> None:
    often = {pair for pair, count in colliding().items() if count >= OFTEN and pair[0] != pair[1]}
    assert often
    assert often == {tuple(sorted((kind, other))) for kind, row in MALRULES.items() for other in row.alike}
