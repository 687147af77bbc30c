"""What the gradebook keeps is what was judged: every answer of the sample class and of the models, there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.batch.reading import read_class
from grader.feedback.pages import student_page
from grader.feedback.section import drawn
from grader.feedback.tables import student_line
from grader.gradebook.assembly import grade_report, outline, report_kept, results_of
from grader.gradebook.encoding import decode_carried, decode_result, encode_carried, encode_result
from grader.gradebook.judgements import ANSWER, Kept
from grader.gradebook.reports import decode_report, encode_report
from grader.grading import rubric_shown
from grader.grading.grade import judge_answer, report_of
from grader.problems import Problem, Span
from grader.results import AnswerShown, Evidence, GradeReport, Note, NoteKind, Outcome, Override, PartResult
from grader.rubric.model import Part, Rubric
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission

ROOT = Path(__file__).parents[2]
HOMEWORKS = ("losses_and_backprop", "two_layer_network", "examples/one_hidden_layer")


@lru_cache
def homework(name: str) -> tuple[AnswerKey, tuple[Submission, ...]]:
    key = grader.solve(grader.load_rubric(ROOT / f"rubrics/{name}.yaml"))
    read = read_class(rubric_shown(key).parts, ROOT / "submissions" / name.rpartition("/")[2])
    return key, read.submissions


@pytest.mark.parametrize("name", HOMEWORKS)
def test_a_report_comes_back_as_it_was(name: str) -> None:
    key, submissions = homework(name)
    shown = rubric_shown(key)
    for submission in submissions:
        report, _ = report_of(key, submission)
        alone, kept = {}, {}
        for answer in submission.answers:
            if answer.text.strip():
                result = judge_answer(key, answer.part, answer.text).result
                names = shown.names.get(result.asked.question, ())
                if result.answer:
                    result = replace(result, answer=replace(result.answer, drawn=drawn(result.answer, names)))
                text = encode_result(result)
                kept[answer.part] = Kept(answer.part, ANSWER, answer.part, answer.text, text)
                alone[answer.part] = (answer.part, decode_result(text, result.asked))
        there = encode_report(report_kept(drawn_before(report, alone), alone))
        back = grade_report(decode_report(submission.student, there), shown, results_of(kept, shown))
        assert student_line(back, shown) == student_line(report, shown)
        assert student_page(back, shown) == student_page(report, shown)
        light = outline(submission.student, there, {asked.part: asked for asked in shown.parts})
        assert [(one.verdict, one.score, one.note, one.review) for one in light.parts] == [
            (one.verdict, one.score, one.note, one.review) for one in report.parts
        ]


@pytest.mark.parametrize("name", HOMEWORKS)
def test_a_judgement_holds_whatever_its_part_is_worth(name: str) -> None:
    key, submissions = homework(name)
    other = grader.solve(worth_else(grader.load_rubric(ROOT / f"rubrics/{name}.yaml")))
    shown = {asked.part: asked for asked in rubric_shown(other).parts}
    compared = 0
    for submission in submissions:
        for answer in submission.answers:
            if answer.text.strip():
                judged = judge_answer(key, answer.part, answer.text)
                found = decode_result(encode_result(judged.result, judged.earned), shown[answer.part])
                expected = judge_answer(other, answer.part, answer.text).result
                assert (found.verdict, found.score, found.lines) == (expected.verdict, expected.score, expected.lines)
                assert replace(found, answer=None) == replace(expected, answer=None)
                compared += expected.score != judged.result.score
    assert compared > 10


def worth_else(rubric: Rubric) -> Rubric:
    """The rubric with other points for every part that the program judges."""
    questions = []
    for question in rubric.questions:
        parts = [
            replace(part, points=1.7 * part.points + 1 / 3) if isinstance(part, Part) else part
            for part in question.parts
        ]
        questions.append(replace(question, parts=tuple(parts)))
    return replace(rubric, questions=tuple(questions))


def drawn_before(report: GradeReport, alone: dict[str, tuple[str, PartResult]]) -> GradeReport:
    """The report as a worker has it, which goes by what is kept: each answer as MathML."""
    parts = []
    for part in report.parts:
        kept = alone[part.asked.part][1].answer if part.asked.part in alone else None
        place = part.answer and replace(part.answer, expression=None, drawn=kept.drawn if kept else "")
        parts.append(replace(part, answer=place))
    return replace(report, parts=tuple(parts))


@pytest.mark.parametrize("name", HOMEWORKS)
def test_what_follows_comes_back_as_it_was(name: str) -> None:
    key, submissions = homework(name)
    found = [found for submission in submissions for found in report_of(key, submission)[1].values()]
    assert [decode_carried(encode_carried(one)) for one in found] == found
    told = [one for some in found for one in some if one]
    assert any(one.fit for one in told) == (name != "two_layer_network")
    assert any(one.steps for one in told) == (name != "losses_and_backprop")


ASKED = grader.solve(grader.load_rubric(ROOT / "grader/starter/rubric.yaml")).questions[0].parts[0].asked
RESULTS = [
    # a result, why
    (PartResult(ASKED, Outcome.MISSING, 0.0, Note(NoteKind.MISSING), False, ""), "nothing of all"),
    (
        PartResult(
            ASKED,
            Outcome.UNREADABLE,
            0.1 + 0.2,
            Note(NoteKind.MALRULE, "a/b:c+d"),
            True,
            "\u2028 ' \" \\ \x00",
            AnswerShown("\U0001d465 + é", "x", None, "", 0, "<math/>"),
            Evidence("counterexample", 3, 1, (("x", "1"), ("y", "[1, 2]")), "1", "2", "d", True),
            problems=(Problem("m", "h", "f", 1, 2, "p", Span(1, 2), "text"), Problem("n")),
        ),
        "all of it",
    ),
]


@pytest.mark.parametrize(("result", "why"), RESULTS, ids=[row[1] for row in RESULTS])
def test_a_result_comes_back_as_it_was(result: PartResult, why: str) -> None:
    text = encode_result(result)
    json.loads(text)
    text.encode()
    assert decode_result(text, ASKED) == result, why


def test_half_a_character_does_not_stop_the_keeping() -> None:
    result = PartResult(ASKED, Outcome.MISSING, 0.0, Note(NoteKind.MISSING), False, "half \ud800 a pair")
    assert decode_result(encode_result(result), ASKED).message == "half � a pair"


BROKEN = ["", "{}", "[]", "null", '{"verdict": "right"}', "{", '{"evidence": {"kinds": 1}}']


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        decode_result(text, ASKED)


def test_an_override_is_no_part_of_a_result() -> None:
    result = PartResult(
        ASKED, Outcome.MISSING, 1.0, Note(NoteKind.MISSING), False, "", override=Override(1.0, "c", "k", "t", "a")
    )
    assert decode_result(encode_result(result), ASKED).override is None, "the report holds it"
