"""Parts that a person grades, beside those that the program judges: shown as they are, in review, never read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.batch.run import RunOptions, grade_class
from grader.diagnosis.lint.linter import notes, warnings
from grader.grading import rubric_shown
from grader.grading.check import check
from grader.grading.grade import judge_answer
from grader.results import GradeReport, PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

RUBRIC = Path(__file__).parent / "by_hand.yaml"
ALL = ["1-why", "1z", "1w", "1x", "2z", "2p", "2s", "3a"]
JUDGED = ["1z", "1w", "1x", "2z", "2s"]


@lru_cache
def key() -> AnswerKey:
    return grader.solve(grader.load_rubric(RUBRIC))


def graded(ocr: bool = False, **answers: str) -> GradeReport:
    """The report of one student, whose answers all stand at one place."""
    given = tuple(Answer(part, answers[part], "s.md", 5) for part in ALL if part in answers)
    return grader.grade(key(), Submission("s", source="s.md", answers=given, ocr=ocr))


def part(report: GradeReport, name: str) -> PartResult:
    return next(result for result in report.parts if result.asked.part == name)


TEXTS = [
    ("The loss is a square of something linear in w.", "prose"),
    ("see plot.png", "a word for a picture"),
    ("dL/dw = (z - y) x", "a formula, which is not judged"),
    ("$\\frac{1}{ (((", "what no reader could read"),
    ("![plot](plot.png)\n\n  indented\n\tand a tab", "markup and blanks, as they are"),
    ("∑" * 5000, "very much"),
    ("0", "a number"),
]


@pytest.mark.parametrize(("text", "why"), TEXTS, ids=[why for _, why in TEXTS])
@pytest.mark.parametrize("name", ["1-why", "2p", "3a"])
def test_a_text_waits_for_a_person_as_it_is(name: str, text: str, why: str) -> None:
    report = graded(**{name: text})
    result = part(report, name)
    assert (result.verdict, result.note, result.score, result.review) == ("undecided", "by_hand", 0, True), why
    assert result.answer is not None
    assert (result.answer.text, result.answer.read_as, result.answer.expression) == (text, "", None)
    assert (result.answer.file, result.answer.line) == ("s.md", 5)
    assert (result.problems, result.diagnosis, result.evidence.kind) == ((), None, "none")
    assert report.review
    alone = grader.grade_answer(key(), name, text)
    assert (alone.verdict, alone.note, alone.answer.text if alone.answer else "") == ("undecided", "by_hand", text)
    assert judge_answer(key(), name, text).reading is None


BLANK = [
    ({}, False, False, "nothing at all"),
    ({"3a": ""}, False, False, "an empty cell"),
    ({"3a": " \n\t"}, False, False, "blanks"),
    ({"1z": "z - y"}, False, False, "nothing for this part"),
    ({"1z": "z - y"}, True, True, "a scan, where a plot leaves no text"),
    ({"3a": "  "}, True, True, "a scan with blanks"),
]


@pytest.mark.parametrize(("answers", "ocr", "review", "why"), BLANK, ids=[row[3] for row in BLANK])
def test_without_a_text_it_is_missing(answers: dict[str, str], ocr: bool, review: bool, why: str) -> None:
    result = part(graded(ocr, **answers), "3a")
    assert (result.verdict, result.note, result.score) == ("missing", "missing", 0), why
    assert (result.review, result.answer) == (review, None), why
    assert grader.grade_answer(key(), "3a", answers.get("3a", "")).review is False


def test_the_parts_come_in_the_order_of_the_rubric() -> None:
    assert [result.asked.part for result in graded(**dict.fromkeys(ALL, "z")).parts] == ALL
    shown = rubric_shown(key())
    assert [asked.part for asked in shown.parts] == ALL
    assert [asked.part for asked in shown.parts if not asked.by_hand] == JUDGED
    assert shown.max_score == key().rubric.max_score == 6 + 4 + 4


def test_a_question_by_hand_alone_is_not_solved() -> None:
    question = key().questions[2]
    assert (question.parts, question.runs, question.adjoints) == ((), (), {})
    assert [asked.part for asked in question.asked] == ["3a"]
    assert len(key().certified) == 2


def test_the_rest_is_judged_as_without_them() -> None:
    report = graded(**{"1-why": "x", "1z": "y - z", "1w": "(y - z) x", "1x": "(z - y) w", "2z": "1", "2s": "0.7311"})
    found = {result.asked.part: (result.verdict, result.note, result.score) for result in report.parts}
    assert found["1z"] == ("incorrect", "malrule/sign", 0)
    assert found["1w"] == ("correct", "follow_through", 3), "the error is carried forward, past the prose between"
    assert found["1x"] == ("correct", "equivalent", 1)
    assert (found["2z"][0], found["2s"][0]) == ("correct", "correct")
    assert (report.score, report.max_score) == (3 + 1 + 1 + 1, 14)


def test_the_rubric_passes_its_check_and_no_lint_speaks_of_them() -> None:
    assert check(key()) == ()
    said = [str(problem) for problem in (*warnings(key()), *notes(key()))]
    assert not [line for line in said if any(name in line for name in ("1-why", "2p", "3a"))]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_class_is_graded_in_one_process_or_two(jobs: int, tmp_path: Path) -> None:
    rows = "".join(f"{name},because,because\n" for name in ("ada", "bo", "cy"))
    (tmp_path / "class.csv").write_text(f"student,3a,2p\n{rows}")
    reports = grade_class(key(), tmp_path / "class.csv", tmp_path / "out", RunOptions(jobs=jobs)).reports
    assert [part(report, "3a").note for report in reports] == ["by_hand"] * 3
    assert [[result.asked.part for result in report.parts if result.review] for report in reports] == [["2p", "3a"]] * 3
    assert [report.max_score for report in reports] == [14] * 3


def test_an_unknown_part_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        grader.grade_answer(key(), "9z", "x")
