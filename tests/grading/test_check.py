"""The examples of a rubric's author, held against how they are judged."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

import grader
from grader.grading.check import check
from grader.results import Note, NoteKind, Outcome, PartResult
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

RUBRIC = """\
title: A gradient by a matrix
questions:
  - id: "1"
    model:
      sizes: [m, d, h]
      given: {x: {shape: [m, d]}, W: {shape: [d, h]}, y: {shape: [m, h]}}
      define: {z: x @ W, J: 1/2 sum((z - y)^2)}
    parts:
      - id: a
        target: dJ/dW
        KEY: [EXAMPLE]
"""
ROWS = [
    # key, example, the end of what is said (empty: all is well), why
    ("accept", "x^T (z - y)", "", "right"),
    ("accept", "{answer: x^T (z - y), note: equivalent}", "", "right with its note"),
    ("accept", "(z - y)^T x", "is undecided (transposed), expected correct", "for a person"),
    ("accept", "x^T (y - z)", "expected correct", "wrong"),
    ("accept", "{answer: x^T (z - y), note: rounded}", "expected correct with the note 'rounded'", "another"),
    ("reject", "x^T (y - z)", "", "wrong"),
    ("reject", "(z - y)^T x", "", "a person decides, so it is not correct"),
    ("reject", "x^T (z - y)", "is correct (equivalent), expected not correct", "right"),
    ("review", "(z - y)^T x", "", "a person decides"),
    ("review", "{answer: (z - y)^T x, note: transposed}", "", "with its note"),
    (
        "review",
        "{answer: (z - y)^T x, note: undefined}",
        "expected one for a person with the note 'undefined'",
        "another note",
    ),
    ("review", "x^T (z - y)", "is correct (equivalent), expected one for a person", "right"),
    ("review", "x^T (y - z)", "expected one for a person", "wrong"),
    ("review", "x^T (z - y", "is correct (equivalent), expected one for a person", "a bracket closed for the student"),
    ("review", "x^T ((", "", "unreadable is for a person, too"),
]


@pytest.mark.parametrize(("key", "example", "said", "why"), ROWS, ids=[f"{row[0]} {row[-1]}" for row in ROWS])
def test_examples(key: str, example: str, said: str, why: str) -> None:
    text = example if example.startswith("{") else f"'{example}'"
    rubric = parse_rubric(RUBRIC.replace("KEY", key).replace("EXAMPLE", text), "r.yaml")
    assert isinstance(rubric, Rubric), rubric
    problems = check(grader.solve(rubric))
    assert [str(one) for one in problems if not str(one).endswith(said)] == [], why
    assert bool(problems) == bool(said), why
    for one in problems:
        assert one.path == f"question 1, part a, key '{key}'"
        assert one.line == 11


NUMBERS = """\
title: A number
questions:
  - id: "1"
    model:
      given: {x: {value: XXX}, w: {value: 0.5}}
      define: {z: w*x, L: z - 0.1}
    parts: [{id: a, target: L, TOLERANCE}]
"""
REFUSED = [
    # x, tolerance, what is said of 0 and of the opposite sign, why; L = x/2 - 0.1
    ("0.3", "tolerance: {absolute: 0.01}", (False, False), "0.05 give or take 0.01"),
    ("0.3", "tolerance: {absolute: 0.05}", (True, False), "0.05 give or take 0.05"),
    ("0.3", "tolerance: {absolute: 0.2}", (True, True), "either sign"),
    ("0.3", "tolerance: {relative: 1.0}", (True, False), "a share of all of it"),
    ("0.3", "tolerance: {decimals: 2}", (False, False), "five units"),
    ("0.204", "tolerance: {decimals: 2}", (False, False), "0.002 has no digit at two decimals"),
    ("0.2", "tolerance: {absolute: 0.01}", (False, False), "0 itself"),
    ("0.3", "rounding: 2 decimals", (False, False), "five units"),
    ("0.21", "rounding: 2 decimals", (False, False), "0.005 has no digit at two decimals"),
]


@pytest.mark.parametrize(("x", "tolerance", "said", "why"), REFUSED, ids=[row[3] for row in REFUSED])
def test_a_tolerance_that_holds_0_or_the_opposite_sign_is_refused(
    x: str, tolerance: str, said: tuple[bool, bool], why: str
) -> None:
    rubric = parse_rubric(NUMBERS.replace("XXX", x).replace("TOLERANCE", tolerance))
    assert isinstance(rubric, Rubric), rubric
    found = [problem.message for problem in check(grader.solve(rubric))]
    assert (any("'0'" in one for one in found), any("'-0.0" in one for one in found)) == said, (why, found)


def test_what_keeps_the_key_from_being_judged_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = RUBRIC.replace("KEY", "accept").replace("EXAMPLE", "x^T (z - y), x^T z - x^T y")
    text += "      - {id: b, target: dJ/dz, accept: [z - y]}\n"
    rubric = parse_rubric(text, "r.yaml")
    assert isinstance(rubric, Rubric), rubric
    key = grader.solve(rubric)

    def unjudged(*given: object) -> PartResult:
        found = grader.grade_answer(*given)
        return replace(found, verdict=Outcome.UNDECIDED, note=Note(NoteKind.TOO_FEW_POINTS), review=True)

    monkeypatch.setattr(import_module("grader.grading.check"), "grade_answer", unjudged)
    (problem,) = check(key)
    assert problem.path == "question 1, part a, key 'target'"
    assert problem.message.endswith(", as are 2 under 'accept'; so too in part b")
