"""An opaque function of another one: the chain goes through both, and its certificate follows them."""

from __future__ import annotations

import pytest

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

RUBRIC = """\
title: T
questions:
  - id: q
    model:
      given: {x: real, w: real}
      opaque: {f: {of: [x]}, g: {of: [f]}}
      define: {L: g^2*w}
    parts:
      - {id: x, target: dL/dx}
      - {id: f, target: dL/df}
"""
ANSWERS = [
    ("x", "2 g w dg/df df/dx", "correct", "through both"),
    ("x", "0", "incorrect", "nothing reaches x straight"),
    ("x", "2 g w dg/df", "incorrect", "one link left out"),
    ("f", "2 g w dg/df", "correct", "through one"),
]


@pytest.mark.parametrize(("part", "answer", "verdict", "why"), ANSWERS, ids=[row[-1] for row in ANSWERS])
def test_the_chain_goes_through_both(part: str, answer: str, verdict: str, why: str) -> None:
    rubric = parse_rubric(RUBRIC)
    assert isinstance(rubric, Rubric), rubric
    assert grader.grade_answer(grader.solve(rubric), part, answer).verdict == verdict, why
