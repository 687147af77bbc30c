"""The catalogue of mistakes: every kind has one row, and ranks alone decide which of several is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.diagnosis.lint.mistake_checks import collisions
from grader.diagnosis.rules import bindings
from grader.diagnosis.rules.bindings import BOUND, Bound
from grader.rubric.malrule import Kind
from grader.rubric.malrules import MALRULES

RUBRICS = Path(__file__).parents[2] / "rubrics"
OFTEN = 0.1  # predictions of the same answer for each part of the shipped rubrics


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


def test_every_kind_is_bound_to_what_makes_it() -> None:
    assert list(BOUND) == list(Kind)
    families = [row for name, rows in vars(bindings).items() if is_family(name) for row in rows]
    assert sorted(map(id, families)) == sorted(map(id, bindings.ROWS)), "no row stands apart"


def is_family(name: str) -> bool:
    """Whether a name of the table is that of a family of functions that are called alike."""
    rows = getattr(bindings, name)
    return name != "ROWS" and isinstance(rows, tuple) and all(isinstance(row, Bound) for row in rows)


def watched(row: Bound, made: set[tuple[Bound, Kind]]) -> Bound:
    """The row with a function that notes down the kinds that it makes."""

    def function(*given: object) -> Iterator[object]:
        for item in row.function(*given):
            made.add((row, item[0] if isinstance(item, tuple) else item.kind))
            yield item

    return Bound(function, row.kinds)


@lru_cache(maxsize=1)
def shipped() -> tuple[Counter[tuple[str, str]], set[tuple[Bound, Kind]], int]:
    """Of the rubrics shipped: how often two mistakes predict the same answer, which row made which kinds, the parts."""
    parts = 0
    found: Counter[tuple[str, str]] = Counter()
    made: set[tuple[Bound, Kind]] = set()
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_family, list(vars(bindings))):
            patch.setattr(bindings, name, tuple(watched(row, made) for row in getattr(bindings, name)))
        for path in sorted(RUBRICS.rglob("*.yaml")):
            for question in grader.solve(grader.load_rubric(path)).questions:
                parts += len(question.parts)
                for part in question.parts:
                    for one, same in collisions(question, part):
                        found.update(tuple(sorted((one.kind, other))) for other in {item.kind for item in same})
    return found, made, parts


def test_a_function_makes_the_kinds_that_it_is_bound_to() -> None:
    _, made, _ = shipped()
    assert len({row for row, _ in made}) > len(bindings.OPERATORS) + len(bindings.FORMULAS)
    assert [(row.function.__name__, kind) for row, kind in made if kind not in row.kinds] == []


def test_mistakes_that_often_predict_the_same_are_said_to_be_alike() -> None:
    found, _, parts = shipped()
    often = {pair for pair, count in found.items() if count >= OFTEN * parts and pair[0] != pair[1]}
    assert often
    assert often == {tuple(sorted((kind, other))) for kind, row in MALRULES.items() for other in row.alike}
