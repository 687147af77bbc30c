"""Grading is a pure function, and unreadable, undecided or missing answers never pass in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.grading.check import check
from grader.grading.rewrites import rewritten
from grader.solver.runs import seeded
from grader.submission.submissions import Answer, Submission

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
@settings(max_examples=40)
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
@settings(max_examples=150)
def test_any_text_at_all_gets_a_verdict(text):
    result = grader.grade_answer(KEY, "b2", text)
    assert result.note != "grader_failed", result.problems
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
    from grader.expression.printing.text import to_text

    return to_text(expression, question.question.model.names)


def test_a_hidden_solution_is_not_given_away_by_the_counterexample():
    from grader.rubric.load import parse_rubric
    from grader.solver.solving import solve

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


def test_rounding_noise_of_a_saturated_unit_is_no_difference():
    """1 - yhat loses its digits where yhat is nearly 1: a right formula there looks wrong in floating point."""
    from grader.comparison.judge import judge
    from grader.comparison.target import Target
    from grader.expression.reading.read import read
    from grader.solver.runs import moved_run

    (question,) = KEY.questions
    part = next(part for part in question.parts if part.part.id == "b2")
    rng = np.random.default_rng(1)
    leaves = {leaf.name: rng.uniform(0.5, 1.0, 30) for leaf in question.graph.leaves}
    leaves[next(name for name in leaves if name == "b_2")] += 26.0
    run = moved_run(question.runs[0], leaves, 30)
    saturated = replace(question, runs=(run,))
    names = question.question.model.names

    def decide(text):
        expression = read(text, names).expression
        return judge(saturated, Target(part.part.target, part.closed), expression).decision

    right = "(-y/yhat + (1-y)/(1-yhat)) * e^(-z')/(1+e^(-z'))^2"
    assert decide("(-y/yhat + (1-y)/(1-yhat)) * yhat * (1-yhat)") == "equivalent"
    assert decide(right) != "not_equivalent"
    assert decide("y - yhat") == "not_equivalent"
    assert decide("yhat - y + 0.001") == "not_equivalent"
