"""Difficulty, discrimination and distribution of parts, by hand: who counts, and who does not."""

from __future__ import annotations

import pytest

from grader.feedback.common_answers import common_answers
from grader.feedback.item_statistics import ItemScore, part_statistics

BLANK, WAITS, LEFT_OUT = "-", "?", "x"


def sheet(student: str, told: str) -> list[ItemScore]:
    """``1 0.5 - ?``: the points of each part of 1, blank ones and those that wait; ``x`` is blank and left out."""
    return [
        ItemScore(student, str(k), 0.0, 1.0, text == WAITS, text == WAITS, text == LEFT_OUT)
        if text in (BLANK, WAITS, LEFT_OUT)
        else ItemScore(student, str(k), float(text), 1.0, True)
        for k, text in enumerate(told.split())
    ]


CASES = [
    # sheets, of part 0: counted, waiting, unanswered, difficulty, discrimination, why
    ("1 1 1;0 0 0;1 1 0", (3, 0, 0, 2 / 3, 0.866025), "points with the sum of the other parts: 1, 0, 1 and 2, 0, 1"),
    ("1 1;- -;0 0", (2, 0, 0, 0.5, None), "who handed in nothing is no nought; two students say nothing of a part"),
    ("1 1;- 1;0 0", (3, 0, 1, 1 / 3, 0.5), "who left one part blank has nought there"),
    ("1 1;? 1;0 0;1 0", (3, 1, 0, 2 / 3, 0.5), "what waits is in no mean, and its student in no correlation"),
    ("? 1;? 0;? 1", (0, 3, 0, None, None), "nobody is graded yet"),
    ("1 ?;0 ?;1 ?", (3, 0, 0, 2 / 3, None), "a part that nobody is graded in keeps nobody out, and adds nothing"),
    ("1 1;1 0;1 1", (3, 0, 0, 1.0, None), "all have the same points: no correlation"),
    ("x 1;1 0;0 1", (2, 0, 0, 0.5, None), "of a choice, who took others is not counted"),
    ("0.5 1;0.25 0.5;0 0", (3, 0, 0, 0.25, 1.0), "parts of points"),
]


@pytest.mark.parametrize(("sheets", "expected", "why"), CASES, ids=[case[2] for case in CASES])
def test_who_counts(sheets: str, expected: tuple[float | None, ...], why: str) -> None:
    scores = [one for k, told in enumerate(sheets.split(";")) for one in sheet(f"s{k}", told)]
    found = part_statistics(scores)[0]
    got = (found.counted, found.waiting, found.unanswered, found.difficulty, found.discrimination)
    assert got == pytest.approx(expected, abs=1e-6), why


def test_the_distribution_is_of_those_who_count() -> None:
    scores = [one for k, told in enumerate(("1 1", "0.5 0", "1 0", "- -", "? 1")) for one in sheet(f"s{k}", told)]
    assert part_statistics(scores)[0].points == ((0.5, 1), (1, 2))
    assert part_statistics(scores)[0].full == pytest.approx(2 / 3)


def given(student: str, text: str, read_as: str, verdict: str = "correct", score: float = 1.0) -> dict[str, object]:
    answer = {"text": text, "read_as": read_as} if text else None
    part = {"part": "1a", "answer": answer, "verdict": verdict, "score": score, "max_score": 1.0}
    return {"student": student, "parts": [part]}


def test_answers_that_are_read_alike_are_one() -> None:
    class_of_six = [
        given("a", "2*x", "2*x"),
        given("b", r"x \cdot 2", "2*x"),
        given("c", "2*x", "2*x", "partly_correct", 0.5),
        given("d", "3", "3"),
        given("e", "((", "", "unreadable", 0.0),
        given("f", "", ""),
    ]
    (found,) = common_answers(class_of_six)
    assert (found.text, found.students, found.verdict, found.score) == ("2*x", 3, "correct", 1.0)
    assert len(common_answers(class_of_six, least=1)) == 3
