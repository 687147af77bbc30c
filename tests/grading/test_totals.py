"""What the parts of a student come to: the best of a choice, a bonus, and what is left out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.grading.totals import summed, total
from grader.problems import Problem
from grader.results import GradeReport, Note, NoteKind, Outcome, PartResult
from grader.rubric.shown import Asked
from tests.cases import each

_PART = re.compile(r"(\S+) ([+?-]?)([\d.]+)/([\d.]+)")


def result(
    part: str, score: float, most: float, mark: str = "", best: int | None = None, question: str = "1"
) -> PartResult:
    """A part with its points; `mark` is "+" for a bonus, "?" for one in review, "-" for one without an answer."""
    asked = Asked(part, question, "", "", "L", "", most, bonus=mark == "+", best=best)
    kind, verdict = {
        "?": (NoteKind.BY_HAND, Outcome.UNDECIDED),
        "-": (NoteKind.MISSING, Outcome.MISSING),
    }.get(mark, (NoteKind.EQUIVALENT, Outcome.CORRECT))
    return PartResult(asked, verdict, score, Note(kind), mark == "?", "")


@each(Path(__file__).parent / "totals.txt")
def test_the_total_of_a_question(best: str, parts: str, score: str, most: str, left_out: str, why: str) -> None:
    k = None if best == "-" else int(best)
    found = [_PART.fullmatch(piece) for piece in parts.split(", ")]
    results = [result(m[1], float(m[3]), float(m[4]), m[2], k) for m in found if m]
    assert len(results) == len(found)
    expected = frozenset(left_out.split()) if left_out != "-" else frozenset()
    sums = total(results)
    assert (sums.score, sums.max_score, sums.left_out) == (float(score), float(most), expected), why


POINTS = st.floats(0, 10).map(lambda value: round(value, 2))
PARTS = st.builds(
    lambda score, more, mark: (0.0 if mark == "-" else score, score + more, mark),
    POINTS,
    POINTS,
    st.sampled_from("  +?-"),
)


@st.composite
def questions(draw: st.DrawFn) -> list[PartResult]:
    """The results of one to three questions, with and without a choice."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        best = draw(st.none() | st.integers(1, 4))
        for place, (score, most, mark) in enumerate(draw(st.lists(PARTS, min_size=1, max_size=5))):
            found.append(result(f"{number}-{place}", score, most, mark.strip(), best, str(number)))
    return found


@given(questions().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_the_parts_never_matters(pair: tuple[list[PartResult], list[PartResult]]) -> None:
    assert total(pair[0]) == total(pair[1])


@given(questions())
def test_the_best_never_exceed_their_maximum_and_the_sum(results: list[PartResult]) -> None:
    choice = [one for one in results if not one.asked.bonus]
    sums, plain = total(choice), total([replace(one, asked=replace(one.asked, best=None)) for one in choice])
    assert sums.score <= sums.max_score + 1e-9
    assert sums.score <= plain.score + 1e-6
    assert sums.max_score <= plain.max_score + 1e-9


@given(questions())
def test_what_is_left_out_has_no_more_points_than_what_counts_and_no_bonus(results: list[PartResult]) -> None:
    left_out = total(results).left_out
    for one in results:
        if one.asked.part not in left_out:
            continue
        assert not one.asked.bonus
        counted = [
            other
            for other in results
            if other.asked.question == one.asked.question and other.asked.part not in left_out and not other.asked.bonus
        ]
        assert len(counted) == one.asked.best
        assert all(other.score >= one.score for other in counted)


@given(questions())
def test_the_score_is_the_sum_of_what_is_not_left_out(results: list[PartResult]) -> None:
    sums = total(results)
    counted = [one.score for one in results if one.asked.part not in sums.left_out]
    assert abs(sums.score - sum(counted)) < 1e-5


REPORT = GradeReport("s", "", "s.csv", 0.0, 0.0, False, ())
OWN = Problem("the bracket is never closed")


def test_a_problem_of_a_part_is_reviewed_with_the_part() -> None:
    told = replace(result("a", 1, 2), problems=(OWN,))
    assert not summed(REPORT, [told], [OWN]).review
    assert summed(REPORT, [told], [OWN, Problem("two rows for one student")]).review
    assert summed(REPORT, [result("a", 1, 2, "?")], []).review
