"""Answers that wait -> groups: the table `alike.txt`, their order, and the minutes that are left."""

from __future__ import annotations

from functools import cache

import pytest

import grader
from grader.gradebook.decisions import Decided
from grader.gradebook.fingerprints import hashed
from grader.results import PartResult
from grader.review.forms import normal_form
from grader.review.groups import A_GROUP, Alike, GroupKind, grouped, in_order, minutes_left
from grader.review.waiting import Waiting, decided, stake, state
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer
from tests.cases import each
from tests.console import ROOT

from .klass import RUBRIC


@cache
def key_of(rubric: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(RUBRIC if rubric == "starter" else ROOT / f"rubrics/{rubric}.yaml"))


@cache
def result_of(rubric: str, part: str, text: str) -> PartResult:
    return grader.grade_answer(key_of(rubric), part, text)


def waiting(rubric: str, part: str, text: str, student: str = "ana") -> Waiting:
    """An answer as the gradebook would give it."""
    result = result_of(rubric, part, text)
    return Waiting(f"{student} {part}", student, "", result, Answer(part, text), hashed(text), hashed(part, text))


def groups_of(rubric: str, *rows: Waiting) -> tuple[Alike, ...]:
    def normal_of(one: Waiting) -> str:
        names = {q.question.id: q.question.model.names for q in key_of(rubric).questions}
        return normal_form(one.result.answer.read_as if one.result.answer else "", names[one.result.asked.question])

    return grouped(rows, normal_of)


@each(ROOT / "tests/review/alike.txt")
def test_what_is_decided_at_once(
    rubric: str, part: str, one: str, other: str, together: str, kind: str, why: str
) -> None:
    rows = [waiting(rubric, part, text, student) for text, student in ((one, "ana"), (other, "ben"))]
    assert all(row.result.review for row in rows), [row.result.note for row in rows]
    found = groups_of(rubric, *rows)
    assert [group.kind for group in found] == [GroupKind[kind]] * len(found), found
    assert len(found) == (1 if together == "yes" else 2), why
    assert sorted(row.student for group in found for row in group.rows) == ["ana", "ben"], "each in one group"


def rows_at_stake() -> tuple[Waiting, ...]:
    """Two answers to 1a, worth 1 point each, and one to 1b, worth 3."""
    return (
        waiting("starter", "1a", "qoz", "ana"),
        waiting("starter", "1a", "2 qoz", "ben"),
        waiting("starter", "1b", "qoz", "ana"),
    )


def ruling(one: Waiting, points: float, answer: str = "") -> Decided:
    return Decided(one.student, one.part, points, "", "kim", "2026-03-01T10:00:00Z", answer or one.fingerprint)


def test_most_points_at_stake_come_first_and_what_is_decided_last() -> None:
    rows = rows_at_stake()
    groups = groups_of("starter", *rows)
    waits, done = in_order(groups, {})
    assert ([group.part for group in waits], done) == (["1b", "1a"], ())
    assert [stake(group.rows, {}) for group in waits] == [3, 2]
    standing = {"ana": {"1b": ruling(rows[2], 1), "1a": ruling(rows[0], 0)}}
    waits, done = in_order(groups, standing)
    assert ([group.part for group in waits], [group.part for group in done]) == (["1a"], ["1b"])
    assert stake(waits[0].rows, standing) == 1


@pytest.mark.parametrize(
    ("points", "answer", "holds", "why"),
    [
        (1.0, "", True, "on this answer"),
        (1.0, "another", False, "on an answer that was handed in before"),
        (2.0, "", False, "more than the part is worth"),
    ],
)
def test_a_decision_is_about_one_answer_and_fits_its_part(points: float, answer: str, holds: bool, why: str) -> None:
    row = rows_at_stake()[0]
    standing = {"ana": {"1a": ruling(row, points, answer)}}
    assert (decided(row, standing) is not None) == holds, why
    assert state(row, standing) != state(row, {}), "who saw it undecided saw something else"


@pytest.mark.parametrize(
    ("groups", "times", "minutes", "why"),
    [
        (0, (), 0, "nothing is left"),
        (7, (), 7, "a minute a group until it is known better"),
        (7, (1.0, 2.0), 7, "two are too few"),
        (40, (3.0, 4.0, 900.0), 3, "the median, whatever one group took"),
        (1, (1.0, 1.0, 1.0), 1, "whole minutes, upwards"),
    ],
)
def test_minutes_left_are_honest(groups: int, times: tuple[float, ...], minutes: int, why: str) -> None:
    assert minutes_left(groups, times) == minutes, why
    assert A_GROUP == 60


def test_a_reading_too_long_for_its_bounds_is_taken_as_it_stands() -> None:
    text = "x + " * 200 + "x"
    assert normal_form(text, ()) == text.replace(" ", "")
    names = key_of("starter").questions[0].question.model.names
    assert normal_form("x*y + 2", names) == normal_form("2 + y x", names)
    assert normal_form("x +", names) == "x+"
