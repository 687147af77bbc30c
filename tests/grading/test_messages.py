"""The sentence on a verdict fits its decision, for every note that the judge gives."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.results import PartResult
from grader.solver.key import AnswerKey

ROOT = Path(__file__).parents[2]
# answers that are right, or right as far as they go: rubric, part, answer, note, how the sentence begins
SAID = [
    ("losses_and_backprop", "2e", "yhat_i - y_i", "equivalent", "This is right."),
    ("losses_and_backprop", "2e", "yhat_k - y_k", "renamed", "This is right, once"),
    (
        "losses_and_backprop",
        "2b-chain",
        "-sum_k 1[1 - y_k*yhat_k > 0] y dyhat_k/dw",
        "implied_index",
        "This is right, with the index",
    ),
    (
        "examples/word2vec_softmax",
        "stored-dv",
        r"y_a \hat y_w U_{wi} - y_a U_{ai}",
        "implied_sum",
        "This is right, with the repeated index",
    ),
    ("losses_and_backprop", "3-yhat", "0.7137", "rounded", "This is right within the rounding"),
    ("losses_and_backprop", "3-yhat", "sigmoid(Z_{1-2})", "not_evaluated", "The formula is right, but"),
    ("losses_and_backprop", "1a-chain", "dg/df df/dw", "chain_rule_only", "The chain rule is set up rightly, but"),
]
LAID_OUT = """\
title: A course that writes its gradients as rows
questions:
  - id: q
    model: {sizes: [m, d], given: {X: {shape: [m, d]}, A: {shape: [d, m]}}, define: {J: "sum(X * A^T)"}}
    parts: [{id: dX, target: dJ/dX, layout: accept}]
"""


@lru_cache
def key_of(rubric: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(ROOT / f"rubrics/{rubric}.yaml"))


def fits(result: PartResult) -> bool:
    return (
        result.verdict in ("correct", "partly_correct")
        and "not right" not in result.message
        and "not quite" not in result.message
    )


@pytest.mark.parametrize(("rubric", "part", "answer", "note", "begins"), SAID, ids=[row[3] for row in SAID])
def test_a_right_answer_is_not_called_wrong(rubric: str, part: str, answer: str, note: str, begins: str) -> None:
    result = grader.grade_answer(key_of(rubric), part, answer)
    assert result.note == note
    assert fits(result) and result.message.startswith(begins)


def test_a_transpose_that_the_course_accepts(tmp_path: Path) -> None:
    path = tmp_path / "rows.yaml"
    path.write_text(LAID_OUT, encoding="utf-8")
    result = grader.grade_answer(grader.solve(grader.load_rubric(path)), "dX", "A")
    assert result.note == "transposed"
    assert fits(result) and result.message.startswith("Your answer is the transpose")
