"""Chain rules that are only set up count up to a share of the sheet; what is beyond is taken off and said."""

from __future__ import annotations

import json
from functools import lru_cache

import pytest

import grader
from grader.feedback.student import student_page
from grader.feedback.tables import results_json
from grader.gradebook.assembly import outlined, report_kept
from grader.grading.grade import rubric_shown
from grader.grading.totals import cut_for_set_ups
from grader.results import ClassReport, GradeReport
from grader.rubric.load import parse_rubric
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

RUBRIC = """\
title: Set-ups
defaults: {points: 2PARTIAL}
questions:
  - id: q
    model:
      given: {x: real, w: real, b: real, y: real}
      define: {z: w*x + b, a: sigmoid(z), L: 1/2*(a - y)^2}
    parts:
      - {id: w, target: dL/dw}
      - {id: b, target: dL/db}
      - {id: z, target: dL/dz}
      - {id: a, target: dL/da}
"""
CHAINS = {"w": "dL/da da/dz dz/dw", "b": "dL/da da/dz dz/db", "z": "dL/da da/dz"}
SHEETS = [
    # answers, partial_credit, score, taken off, why; each set-up is worth 1, the sheet 8
    (CHAINS, "", 2.0, 1.0, "three set-ups, of which a quarter of the sheet counts"),
    ({"w": CHAINS["w"], "b": CHAINS["b"]}, "", 2.0, 0.0, "just as much as counts"),
    ({**CHAINS, "a": "a - y"}, "", 4.0, 1.0, "beside a right answer, which counts in full"),
    (CHAINS, ", partial_credit: {set_ups: 1.0}", 3.0, 0.0, "the rubric lets all count"),
    (CHAINS, ", partial_credit: {set_ups: 0.0}", 0.0, 3.0, "the rubric lets none count"),
    (CHAINS, ", partial_credit: {chain_rule_only: 0.25}", 1.5, 0.0, "a smaller share each"),
]


@lru_cache
def key_of(partial: str) -> AnswerKey:
    return grader.solve(parse_rubric(RUBRIC.replace("PARTIAL", partial)))


def graded(answers: dict[str, str], partial: str) -> GradeReport:
    given = tuple(Answer(part, text) for part, text in answers.items())
    return grader.grade(key_of(partial), Submission("ada", answers=given))


@pytest.mark.parametrize(("answers", "partial", "score", "cut", "why"), SHEETS, ids=[row[4] for row in SHEETS])
def test_a_sheet(answers: dict[str, str], partial: str, score: float, cut: float, why: str) -> None:
    report = graded(answers, partial)
    assert cut_for_set_ups(report.parts) == cut, [(one.asked.part, one.note, one.score) for one in report.parts]
    assert report.score == score, why
    backward = graded(dict(reversed(answers.items())), partial)
    assert (backward.score, cut_for_set_ups(backward.parts)) == (report.score, cut)


def test_it_is_said() -> None:
    report, shown = graded(CHAINS, ""), rubric_shown(key_of(""))
    assert "count for 2 points at most: 1 point less." in student_page(report, shown)
    (student,) = json.loads(results_json(ClassReport(shown, (report,))))["students"]
    assert (student["score"], student["cut_for_set_ups"]) == (2, 1)
    fine = graded({"w": CHAINS["w"]}, "")
    assert "count for" not in student_page(fine, shown)
    assert "cut_for_set_ups" not in json.loads(results_json(ClassReport(shown, (fine,))))["students"][0]


STEPS = """\
title: Set-ups beside steps
questions:
  - id: q
    model:
      given: {x: real, w: real, b: real, y: real}
      define: {z: w*x + b, a: sigmoid(z), L: 1/2*(a - y)^2}
    parts:
      - {id: w, target: dL/dw, points: 4, steps: [{target: dL/da, points: 1}, {target: da/dz, points: 1}]}
      - {id: b, target: dL/db, points: 4, steps: [{target: dL/da, points: 1}, {target: da/dz, points: 1}]}
"""
TWO_STEPS = "dL/da = a - y; da/dz = a(1-a); "


@pytest.mark.parametrize(
    ("answers", "score", "cut", "why"),
    [
        ({"w": "dL/da da/dz dz/dw", "b": "dL/da da/dz dz/db"}, 2.0, 2.0, "names alone"),
        (
            {"w": "dL/da = a - y; dL/dw = dL/da da/dz dz/dw", "b": "da/dz = a(1-a); dL/db = dL/da da/dz dz/db"},
            4.0,
            2.0,
            "a step worked out beside each",
        ),
        (
            {"w": TWO_STEPS + "dL/dw = dL/da da/dz dz/dw", "b": TWO_STEPS + "dL/db = dL/da da/dz dz/db"},
            6.0,
            2.0,
            "two steps beside each",
        ),
        ({"w": TWO_STEPS, "b": "dL/da da/dz dz/db"}, 4.0, 0.0, "a chain in the other part"),
    ],
)
def test_steps_beside_a_set_up_keep_their_points(answers: dict[str, str], score: float, cut: float, why: str) -> None:
    key = grader.solve(parse_rubric(STEPS))
    given = tuple(Answer(part, text) for part, text in answers.items())
    report = grader.grade(key, Submission("ada", answers=given))
    found = [(one.asked.part, one.note, one.score, one.lines) for one in report.parts]
    assert (report.score, cut_for_set_ups(report.parts)) == (score, cut), (why, found)


@pytest.mark.parametrize("answers", [row[0] for row in SHEETS[:3]] + [{"w": TWO_STEPS + "dL/dw = dL/da da/dz dz/dw"}])
def test_an_outline_says_what_is_taken_off(answers: dict[str, str]) -> None:
    report = graded(answers, "")
    asked = {one.part: one for one in rubric_shown(key_of("")).parts}
    kept = report_kept(report, {})
    parts = tuple(outlined(part, asked) for part in kept.parts)
    assert cut_for_set_ups(parts) == cut_for_set_ups(report.parts)
