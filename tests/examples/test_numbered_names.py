r"""Quantities that a number tells apart, counted by a letter under a sum: h_1, h_2 and h_3 of an unrolled network."""

from __future__ import annotations

from functools import cache

import pytest

import grader
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey

RUBRIC = r"""
title: Unrolled
questions:
  - id: "1"
    model:
      given:
        x_1: real
        x_2: real
        x_3: real
        W: real
        U: real
        h_0: real
        y_1: {latex: 'y^{(1)}'}
        y_2: {latex: 'y^{(2)}'}
        y_3: {latex: 'y^{(3)}'}
        v_1: {shape: [2]}
        v_2: {shape: [2]}
        c_0: real
        c_1: real
      define:
        h_1: tanh(W*h_0 + U*x_1)
        h_2: tanh(W*h_1 + U*x_2)
        h_3: tanh(W*h_2 + U*x_3)
        L_1: 1/2*(h_1 - y_1)^2
        L_2: 1/2*(h_2 - y_2)^2
        L_3: 1/2*(h_3 - y_3)^2
        L: L_1 + L_2 + L_3
        s_i: v_1_i + v_2_i
        q: c_0 + c_1
        P: h_1*h_2*h_3
    parts:
      - {id: loss, target: L}
      - {id: U, target: dL/dU}
      - {id: W, target: dL/dW}
      - {id: s, target: s}
      - {id: q, target: q}
      - {id: P, target: P}
"""


@cache
def key() -> AnswerKey:
    rubric = parse_rubric(RUBRIC)
    assert isinstance(rubric, Rubric), rubric
    return grader.solve(rubric)


ANSWERS = [
    ("loss", r"\frac12\sum_{t=1}^3 (h_t - y_t)^2", "correct", "numbers below"),
    ("loss", r"\frac12\sum_{t=1}^3 (h_t - y^{(t)})^2", "correct", "and above"),
    ("loss", r"\frac12\sum_{t=1}^T (h_t - y_t)^2", "correct", "a letter for the last number"),
    ("loss", "1/2*sum_t (h_t - y_t)^2", "correct", "all that there are"),
    ("loss", r"\sum_{t=1}^2 L_t + L_3", "correct", "some of them"),
    ("loss", r"\frac12\sum_{t=0}^2 (h_{t+1} - y_{t+1})^2", "correct", "counted from 0"),
    ("loss", r"\frac12\sum_{t=1}^3 (h_{t-1} - y_t)^2", "incorrect", "the one before"),
    ("loss", r"\frac12\sum_{t=1}^2 (h_t - y_t)^2", "incorrect", "one too few"),
    ("loss", r"\sum_{t=0}^3 L_t", "unreadable", "there is no number 0"),
    ("loss", r"L_t", "unreadable", "nothing counts it"),
    (
        "U",
        r"\sum_{t=1}^3\sum_{k=t}^3 (h_k - y_k) \left(\prod_{j=t+1}^k W(1-h_j^2)\right)(1-h_t^2)x_t",
        "correct",
        "bounds by letters, an empty product",
    ),
    (
        "U",
        r"\sum_{t=1}^3\sum_{k \ge t} (h_k - y_k) W^{k-t} \prod_{t<j\le k} (1-h_j^2)\,(1-h_t^2)x_t",
        "unreadable",
        "a letter between two",
    ),
    (
        "W",
        r"\sum_{t=1}^3\sum_{k=1}^t (h_t - y_t) W^{t-k} \prod_{j=k}^{t} (1-h_j^2) h_{k-1}",
        "correct",
        "what stands behind the bracket of a product is outside of it",
    ),
    (
        "W",
        r"\sum_{t=1}^3\sum_{k=1}^t (h_t - y_t) W^{t-k} \prod_{j=k}^{t} (1-h_j^2) h_k",
        "incorrect",
        "the wrong one of them",
    ),
    (
        "W",
        r"\sum_{t=1}^3\sum_{k=1}^t\frac{\partial L_t}{\partial h_t}\frac{\partial h_t}{\partial h_k}(1-h_k^2)h_{k-1}",
        "partly_correct",
        "derivatives by them",
    ),
    ("s", r"\sum_{k=1}^2 v_{k,i}", "correct", "arrays, entry by entry"),
    ("s", r"\sum_k v_k", "correct", "arrays as a whole"),
    ("q", r"\sum_{j=0}^1 c_j", "correct", "from 0 to 1"),
    ("q", r"\sum_j c_j", "unreadable", "from 0 or from 1"),
    ("P", r"\prod_{t=1}^3 h_t", "correct", "a product"),
    ("P", r"\exp(\sum_t \log h_t)", "unreadable", "from h_0 or from h_1"),
]


@pytest.mark.parametrize(("part", "answer", "verdict", "why"), ANSWERS)
def test_numbers_are_counted(part: str, answer: str, verdict: str, why: str) -> None:
    found = grader.grade_answer(key(), part, answer)
    assert found.verdict == verdict, (why, found.note, found.problems)


def test_an_outline_of_millions_of_terms_is_refused() -> None:
    found = grader.grade_answer(key(), "loss", r"\sum_{t=1}^{999999} L_t")
    assert found.verdict == "unreadable"
    many = r"\sum_{a=1}^3 \sum_{b=1}^3 \sum_{c=1}^3 \sum_{d=1}^3 \sum_{e=1}^3 \sum_{f=1}^3 \sum_{g=1}^3 "
    found = grader.grade_answer(key(), "loss", many + "h_a h_b h_c h_d h_e h_f h_g")
    assert found.verdict == "unreadable"
    assert "too many terms" in found.problems[0].message
