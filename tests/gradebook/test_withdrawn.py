"""Decisions that are taken back: what holds then, and that a later one holds again."""

from __future__ import annotations

import sqlite3

import pytest

from grader.gradebook.decisions import REVIEW, WITHDRAWN, Decided, all_decisions, decide, decisions_on, standing
from grader.gradebook.migrations import MIGRATIONS


def made(points: float, at: str, source: str = REVIEW, part: str = "1a") -> Decided:
    return Decided("ana", part, float(points), "", "kim", at, "f", source)


CASES = [
    ([made(1, "1")], 1.0, "decided"),
    ([made(1, "1"), made(0, "2", WITHDRAWN)], None, "taken back"),
    ([made(1, "1"), made(0, "1", WITHDRAWN)], None, "at the same moment, the one made later"),
    ([made(1, "1"), made(0, "2", WITHDRAWN), made(2, "3")], 2.0, "decided anew"),
    ([made(0, "2", WITHDRAWN), made(1, "1")], None, "handed in later, and older"),
    ([made(1, "1"), made(0, "2", WITHDRAWN, part="1b")], 1.0, "of another part"),
    ([made(0, "1", WITHDRAWN)], None, "of nothing"),
]


@pytest.mark.parametrize(("decisions", "points", "why"), CASES, ids=[why for *_, why in CASES])
def test_what_holds(decisions: list[Decided], points: float | None, why: str) -> None:
    book = sqlite3.connect(":memory:", isolation_level=None)
    for script in MIGRATIONS:
        book.executescript(script)
    decide(book, decisions)
    found = standing(all_decisions(book)).get("ana", {}).get("1a")
    assert (found and found.points) == points, why
    of_part = decisions_on(book, "ana", "1a")
    assert standing(of_part).get("ana", {}).get("1a") == found
    assert sorted(of_part, key=lambda one: one.points) == sorted(
        (one for one in decisions if one.part == "1a"), key=lambda one: one.points
    )
    book.close()
