"""What people decide: their points count, on the answer that they saw, and the program's findings stay beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.grading.overrides import misfit, overridden
from grader.grading.totals import summed, total
from grader.problems import Problem
from grader.results import AnswerShown, GradeReport, Note, NoteKind, Outcome, Override, PartResult
from grader.rubric.shown import Asked
from tests.cases import each

FOUND = {
    "right": (Outcome.CORRECT, NoteKind.EQUIVALENT, 3.0),
    "wrong": (Outcome.INCORRECT, NoteKind.NOT_EQUIVALENT, 0.0),
    "undecided": (Outcome.UNDECIDED, NoteKind.UNDEFINED, 0.0),
    "unreadable": (Outcome.UNREADABLE, NoteKind.UNREADABLE, 0.0),
    "by_hand": (Outcome.UNDECIDED, NoteKind.BY_HAND, 0.0),
    "missing": (Outcome.MISSING, NoteKind.MISSING, 0.0),
}
PLACE = AnswerShown("x", "x", None, "s.csv", 7)


def result(part: str, kind: str, best: int | None = None) -> PartResult:
    """A part worth 3 points, as the program finds it."""
    verdict, note, score = FOUND[kind]
    asked = Asked(part, "1", "", "", "", "", 3.0, by_hand=kind == "by_hand", best=best)
    waits = verdict in (Outcome.UNDECIDED, Outcome.UNREADABLE)
    return PartResult(asked, verdict, score, Note(note), waits, f"{kind}.", None if kind == "missing" else PLACE)


def report(*parts: PartResult, problems: tuple[Problem, ...] = ()) -> GradeReport:
    return summed(GradeReport("s", "", "s.csv", 0.0, 0.0, False, ()), parts, problems)


def by_teacher(points: float, answer: str = "f") -> Override:
    return Override(points, "so it is", "A. Teacher", "2026-03-01T10:00:00Z", answer)


@each(Path(__file__).parent / "overrides.txt")
def test_a_decision(
    result_: str, points: str, answer: str, now: str, score: str, outcome: str, said: str, why: str
) -> None:
    given_part, decision = result("a", result_), by_teacher(float(points), answer.strip())
    found = overridden(report(given_part), {"a": decision}, {"a": now.strip()})
    (part,) = found.parts
    assert (part.score, part.outcome) == (float(score), outcome), why
    assert (part.verdict, part.note, part.message) == (given_part.verdict, given_part.note, given_part.message)
    assert found.score == part.score
    applied = said == "-"
    assert part.override == (decision if applied else None)
    assert part.review == found.review == (not applied)
    assert [problem.message for problem in part.problems] == ([] if applied else [said])
    assert found.problems == part.problems
    assert all((problem.file, problem.line) == ("s.csv", 7) for problem in part.problems if part.answer)


def test_a_part_without_a_fingerprint_has_the_empty_one() -> None:
    missing, wrong = report(result("a", "missing")), report(result("a", "wrong"))
    assert overridden(missing, {"a": by_teacher(1, "")}, {}).parts[0].override is not None
    assert overridden(wrong, {"a": by_teacher(1, "f")}, {}).parts[0].override is None


def test_a_decision_on_a_part_that_is_gone_is_told() -> None:
    found = overridden(report(result("1a", "right")), {"1A": by_teacher(1)}, {})
    (problem,) = found.problems
    assert problem.message == (
        "a person decided on part '1A' (1 point, by A. Teacher, 2026-03-01), which the rubric does not have"
    )
    assert problem.hint == "did you mean '1a'?"
    assert found.review
    assert found.score == 3


def test_a_decision_changes_which_parts_count() -> None:
    before = report(result("a", "right", 1), result("b", "by_hand", 1))
    assert (before.score, before.review, total(before.parts).left_out) == (3, True, {"b"})
    after = overridden(before, {"a": by_teacher(1), "b": by_teacher(2)}, {"a": "f", "b": "f"})
    assert (after.score, after.max_score, after.review) == (2, 3, False)
    assert total(after.parts).left_out == {"a"}


def test_what_is_open_elsewhere_stays_open() -> None:
    odd = Problem("two rows for one student")
    found = overridden(report(result("a", "undecided"), problems=(odd,)), {"a": by_teacher(1)}, {"a": "f"})
    assert found.review and not found.parts[0].review
    assert found.problems == (odd,)


def test_a_fault_of_ours_is_settled_by_a_decision() -> None:
    fault = Problem("grader failed on the answer to part a")
    part = replace(result("a", "undecided"), problems=(fault,))
    found = overridden(report(part, problems=(fault,)), {"a": by_teacher(1)}, {"a": "f"})
    assert not found.review
    assert found.problems == (fault,)


@pytest.mark.parametrize(("kind", "outcome"), [("wrong", "correct"), ("by_hand", "correct"), ("missing", "missing")])
def test_nothing_of_nothing_is_all_of_it(kind: str, outcome: str) -> None:
    given_part = result("a", kind)
    part = replace(given_part, asked=replace(given_part.asked, max_score=0.0))
    assert overridden(report(part), {"a": by_teacher(0)}, {"a": "f"}).parts[0].outcome == outcome


FITS = [
    (0.0, 3.0, True),
    (3.0, 3.0, True),
    (2.5, 3.0, True),
    (0.1 + 0.2, 0.3, True),
    (0.0, 0.0, True),
    (3.01, 3.0, False),
    (-0.01, 3.0, False),
    (float("inf"), 3.0, False),
    (float("-inf"), 3.0, False),
    (float("nan"), 3.0, False),
]


@pytest.mark.parametrize(("points", "most", "fits"), FITS)
def test_points_lie_between_nothing_and_what_the_part_is_worth(points: float, most: float, fits: bool) -> None:
    assert (misfit(points, most) is None) == fits


KINDS = st.lists(st.sampled_from(sorted(FOUND)), min_size=1, max_size=5)
DECISIONS = st.dictionaries(
    st.sampled_from(["0", "1", "2", "3", "4", "gone"]),
    st.builds(
        Override, st.floats(-1, 4), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.sampled_from("fg")
    ),
)


@given(KINDS, DECISIONS, st.none() | st.integers(1, 3))
def test_twice_is_the_same_as_once(kinds: list[str], decisions: dict[str, Override], best: int | None) -> None:
    before = report(*(result(str(place), kind, best) for place, kind in enumerate(kinds)))
    prints = dict.fromkeys("01234", "f")
    once = overridden(before, decisions, prints)
    assert overridden(once, decisions, prints) == once


@given(KINDS, DECISIONS)
def test_a_part_nobody_decided_on_stays_as_it_is(kinds: list[str], decisions: dict[str, Override]) -> None:
    before = report(*(result(str(place), kind) for place, kind in enumerate(kinds)))
    after = overridden(before, decisions, dict.fromkeys("01234", "f"))
    for old, new in zip(before.parts, after.parts, strict=True):
        if old.asked.part not in decisions:
            assert new == old
        assert new.score == (new.override.points if new.override else old.score)
        assert 0 <= new.score <= 3 + 1e-9
    assert overridden(before, {}, {}) == before
