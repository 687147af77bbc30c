"""Grading is a pure function, and unreadable, undecided or missing answers never pass in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.grading import check
from grader.grading.rewrites import rewritten
from grader.solver.runs import seeded
from grader.submission.model import Answer, Submission

ROOT = Path(__file__).parents[2]
KEY = grader.solve(grader.load_rubric(ROOT / "rubrics/two_layer_network.yaml"))
PARTS = [part.part.id for question in KEY.questions for part in question.parts]
SOME = (
    "yhat - y",
    "y - yhat",
    "",
    "  ",
    "((",
    "0",
    "z*(yhat-y)",
    r"\frac{\partial L}{\partial \hat y}",
    "9^9^9^9",
    "💥",
)


@given(st.lists(st.sampled_from(SOME), min_size=len(PARTS), max_size=len(PARTS)))
@settings(max_examples=40, deadline=None)
def test_the_same_submission_gives_the_same_report(texts):
    answers = tuple(Answer(part, text, "a.csv", 2) for part, text in zip(PARTS, texts, strict=True))
    first = grader.grade(KEY, Submission("s", answers=answers))
    second = grader.grade(KEY, Submission("s", answers=tuple(reversed(answers))))
    assert first == second
    assert first.score == pytest.approx(sum(part.score for part in first.parts))
    for text, part in zip(texts, first.parts, strict=True):
        assert (part.verdict == "missing") == (not text.strip())
        assert part.review or part.verdict not in ("unreadable", "undecided")


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_at_all_gets_a_verdict(text):
    result = grader.grade_answer(KEY, "b2", text)
    assert result.verdict in ("correct", "partly_correct", "incorrect", "undecided", "unreadable", "missing")


def test_text_from_ocr_never_loses_points_without_a_person():
    answers = (Answer("b2", "y - yhat"), Answer("b1", "w_2 (yhat - y)"))
    report = grader.grade(KEY, Submission("s", answers=answers, ocr=True))
    by_part = {part.asked.part: part for part in report.parts}
    assert by_part["b2"].review
    assert not by_part["b1"].review


def test_an_unknown_part_is_a_key_error():
    with pytest.raises(KeyError):
        grader.grade_answer(KEY, "zz", "1")


@pytest.mark.parametrize("path", sorted((ROOT / "rubrics").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_rubrics_pass_their_own_check(path):
    assert check(grader.solve(grader.load_rubric(path))) == ()


def test_rewrites_keep_the_value_and_change_the_text():
    changed = 0
    for question in KEY.questions:
        for part in question.parts:
            for seed in range(20):
                other = rewritten(part.closed, seeded(str(seed)))
                changed += other != part.closed
                assert grader.grade_answer(KEY, part.part.id, grader_text(other, question)).verdict == "correct"
    assert changed > 40


def grader_text(expression, question):
    from grader.expression.printer import to_text

    return to_text(expression, question.question.model.names)


def test_a_hidden_solution_is_not_given_away_by_the_counterexample():
    from grader.rubric.load import parse_rubric
    from grader.solver import solve

    text = """
title: t
questions:
  - id: "1"
    model: {given: {x: {value: 3}}, define: {y: x^2}}
    parts: [{id: a, target: dy/dx, prompt: p, points: 1, solution: SHOWN}]
"""
    for shown, expected in (("shown", "6"), ("hidden", "")):
        rubric = parse_rubric(text.replace("SHOWN", shown), "r.yaml")
        assert not isinstance(rubric, tuple)
        result = grader.grade_answer(solve(rubric), "a", "7")
        assert (result.verdict, result.evidence.expected, result.evidence.got) == ("incorrect", expected, "7")
        assert (result.asked.solution == ()) == (shown == "hidden")


def test_a_counterexample_shows_the_derivatives_it_needs():
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    result = grader.grade_answer(key, "1a-chain", "sigma(f(w))*(1 - sigma(f(w)))")
    assert "df/dw" in dict(result.evidence.at)
