"""Errors carried forward: a table of students over small models, and what the page says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.feedback.pages import student_page
from grader.grading import rubric_shown
from grader.results import GradeReport
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission
from tests.cases import each

HERE = Path(__file__).parent


@lru_cache
def key() -> AnswerKey:
    return grader.solve(grader.load_rubric(HERE / "models.yaml"))


def graded(answers: str) -> GradeReport:
    pairs = (pair.split(": ", 1) for pair in answers.split(" | "))
    given = tuple(Answer(part.strip(), text.strip()) for part, text in pairs)
    return grader.grade(key(), Submission("s", answers=given))


@each(HERE / "follow_through.txt")
def test_a_student(answers: str, part: str, verdict: str, note: str, why: str) -> None:
    result = next(one for one in graded(answers).parts if one.asked.part == part)
    # a diagnosed mistake is one way of being not equivalent
    found = "not_equivalent" if result.note.startswith("malrule/") else result.note
    assert (result.verdict, found) == (verdict, note), f"{why}: {result.message} {result.evidence}"
    assert result.score == pytest.approx(sum(line.points for line in result.lines))


def test_the_page_names_the_value_gone_on_from() -> None:
    report = graded("n-dz: 0.5 | n-dw: 0.4")
    result = next(one for one in report.parts if one.asked.part == "n-dw")
    assert result.message == "This is right, given your dL/dz = 0.5."
    assert [line.reason for line in result.lines] == ["right, given your dL/dz = 0.5"]
    assert "right, given your dL/dz = 0.5" in student_page(report, rubric_shown(key()))


def test_the_order_of_the_answers_changes_nothing() -> None:
    text = "f-a: y - a | f-dz: (y-a)*(1-a^2) | f-dw: (y-a)*(1-a^2)*x"
    assert graded(text) == graded(" | ".join(reversed(text.split(" | "))))


def test_text_from_ocr_keeps_its_review() -> None:
    answers = (Answer("n-dz", "0.5"), Answer("n-dw", "0.4"))
    report = grader.grade(key(), Submission("s", answers=answers, ocr=True))
    reviewed = {part.asked.part: part.review for part in report.parts if part.answer}
    assert reviewed == {"n-dz": True, "n-dw": False}


STEPS = [
    # answer to s-w, its points of 5, why
    ("dL/da = a - y; dL/dz = (a-y)(1-a^2); dL/dw = (a-y)(1-a^2) x", 5, "all right"),
    ("dL/da = a - y; dL/dz = (a-y)(1-a^2); dL/dw = (a-y)(1-a^2)", 3, "both steps, not the answer"),
    ("dL/da = y - a; dL/dz = (y-a)(1-a^2); dL/dw = (y-a)(1-a^2)", 2, "the second step is right given the first"),
    ("dL/da = y - a; dL/dz = (y-a)(1-a^2); dL/dw = (y-a)(1-a^2) x", 4, "one wrong step, and right from there on"),
    (
        "dL/da = a - y; dL/dz = (a-y)(1+a^2); dL/dw = (a-y)(1+a^2) x",
        3,
        "the step of two points, right from there on",
    ),
    ("dL/da = y - a; dL/dz = (y-a)(1+a^2); dL/dw = (y-a)(1+a^2) x", 2, "two wrong steps, and right from there on"),
    ("dL/da = 0; dL/dz = 0; dL/dw = 0", 0, "nought"),
    ("dL/dw = (y-a)(1-a^2) x", 0, "no step shown"),
]


@pytest.mark.parametrize(("answer", "points", "why"), STEPS)
def test_steps_are_followed_through(answer: str, points: float, why: str) -> None:
    result = next(one for one in graded(f"s-w: {answer}").parts if one.asked.part == "s-w")
    assert result.score == points, f"{why}: {result.lines} {result.note} {result.answer}"
    assert result.score == pytest.approx(sum(line.points for line in result.lines))


VANISHING_STEPS = [
    # answer to r-steps, given s = 500; its points of 5, verdict, why
    ("a = 1; dL/ds = 0; dL/dv = 0", 0, "undecided", "all of it fits a flat sigmoid"),
    ("a = 1.0000; dL/ds = 0.3; dL/dv = 5", 0, "incorrect", "one step fits, the answer does not"),
    ("a = 1.0000; dL/ds = 0.2; dL/dv = 0.18", 3, "partly_correct", "right given the step that is wrong"),
]


@pytest.mark.parametrize(("answer", "points", "verdict", "why"), VANISHING_STEPS)
def test_a_step_that_fits_only_as_it_vanishes_goes_to_a_person(
    answer: str, points: float, verdict: str, why: str
) -> None:
    result = next(one for one in graded(f"r-s: 500 | r-steps: {answer}").parts if one.asked.part == "r-steps")
    assert (result.verdict, result.score, result.review) == (verdict, points, True), f"{why}: {result.lines}"
    assert "given your s = 500" in result.message
    assert result.score == pytest.approx(sum(line.points for line in result.lines))


def test_what_vanishes_is_said_in_a_sentence_and_reviewed() -> None:
    report = graded("r-s: 500 | r-dv: 0.0000")
    result = next(one for one in report.parts if one.asked.part == "r-dv")
    message = "This fits, given your s = 500, but with that it vanishes or levels off, so a person will look at it."
    assert (result.message, result.review, result.score, result.lines) == (message, True, 0, ())
    assert report.review
    assert "given your s" in student_page(report, rubric_shown(key()))


def test_a_wrong_step_is_charged_in_one_part_only() -> None:
    report = graded(
        "s-w: dL/dz = (a-y)(1+a^2); dL/dw = (a-y)(1+a^2) x | s-b: dL/dz = (a-y)(1+a^2); dL/db = (a-y)(1+a^2)"
    )
    assert {part.asked.part: part.score for part in report.parts if part.answer} == {"s-w": 3, "s-b": 3}
