"""Broken rubrics and the exact lines that their authors see."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.problems import Problem
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from tests.cases import each

RIGHT = """\
title: Losses
questions:
  - id: "2"
    model:
      sizes: [m, C]
      given:
        z: {shape: [m, C]}
        y: {shape: [m, C], domain: onehot}
        w: real
      define:
        yhat_ij: exp(z_ij) / sum_k(exp(z_ik))
        J: -1/m * sum_ij(y_ij * log(yhat_ij))
    parts:
      - id: 2a
        target: dJ/dz_ij
        points: 3
"""


def problems_of(text: str) -> list[str]:
    read = parse_rubric(text, "r.yaml")
    assert isinstance(read, tuple), "the rubric was accepted"
    return [str(problem) for problem in read]


def test_the_rubric_that_the_slips_are_made_in_is_right() -> None:
    read = parse_rubric(RIGHT, "r.yaml")
    assert isinstance(read, Rubric)
    assert not read.warnings


@each(Path(__file__).parent / "slips.txt")
def test_a_slip_is_explained(why: str, right: str, wrong: str, problems: str) -> None:
    """`right` is a piece of RIGHT, and `wrong` what replaces it."""
    assert RIGHT.count(right) == 1
    assert problems_of(RIGHT.replace(right, wrong)) == problems.split("\n"), why


@each(Path(__file__).parent / "doubts.txt")
def test_what_may_not_be_meant_is_a_warning(why: str, right: str, wrong: str, problems: str) -> None:
    """`right` is a piece of RIGHT, and `wrong` what replaces it: a rubric that works."""
    assert RIGHT.count(right) == 1
    read = parse_rubric(RIGHT.replace(right, wrong), "r.yaml")
    assert isinstance(read, Rubric), "\n".join(map(str, read))
    assert [str(warning) for warning in read.warnings] == problems.split("\n"), why


def test_all_mistakes_come_at_once_in_the_order_of_the_lines() -> None:
    text = RIGHT.replace("domain: onehot", "domain: hot").replace("dJ/dz_ij", "dJ/dq").replace("points: 3", "points: x")
    assert [line.split(":")[1] for line in problems_of(text)] == ["8", "15", "16"]


KEYS = (
    "the keys title, questions, source, macros, defaults, tolerance, rounding, follow_through, partial_credit, layout,"
    " shapes, solution, malrules"
)
WHOLE_FILES = [
    ("", f"r.yaml:1: expected a mapping with {KEYS}, found nothing", "an empty file"),
    ("- a\n", f"r.yaml:1: expected a mapping with {KEYS}, found a list", "a list"),
    ("a: 1\n---\nb: 2\n", "r.yaml:2: a second YAML document starts here: expected one", "two documents"),
    ("a: " + "[" * 5000, "r.yaml:1: nested deeper than 20 levels", "deep nesting"),
    ("- x\n" * 30_000, "r.yaml:20001: more than 20000 entries", "too many entries"),
    ("#" * 1_000_001, "r.yaml: the file has 1000001 characters: expected at most 1000000", "too long"),
    ("title: \ud800\n", "r.yaml:1: the character U+D800 may not stand in YAML", "a lone surrogate"),
    ("a: 1\ntitle: a\x07b\n", "r.yaml:2: the character U+0007 may not stand in YAML", "a control character"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "why"), WHOLE_FILES, ids=[why for *_, why in WHOLE_FILES])
def test_a_file_that_is_no_rubric_is_refused_with_one_problem(text: str, expected: str, why: str) -> None:
    assert problems_of(text) == [expected], why


def test_a_formula_that_cannot_be_read_keeps_the_place_in_its_text() -> None:
    read = parse_rubric(RIGHT.replace("sum_k(exp(z_ik))", "sum_k(exp(z_ik)))"), "r.yaml")
    assert isinstance(read, tuple)
    problem = read[0]
    assert isinstance(problem, Problem)
    assert (problem.line, problem.path) == (11, "question 2, model, define 'yhat_ij'")
    assert problem.text == "exp(z_ij) / sum_k(exp(z_ik)))"
    assert problem.span is not None
    assert problem.text[problem.span.start] == ")"
