"""An error is charged once, in whatever notation it was written: what follows from it has its points."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import grader
from grader.submission.submissions import Answer, Submission

RUBRIC = Path(__file__).parents[2] / "rubrics/examples/one_hidden_layer.yaml"
# the derivative of the unit forgotten, in dJ/dz1 and in all that follows from it
IN_LATEX = {
    "rows-dz1": r"(\hat y - y) W_2^\top \odot h",
    "rows-dW1": r"x^\top ((\hat y - y) W_2^\top \odot h)",
    "rows-db1": r"(\hat y - y) W_2^\top \odot h",
    "rows-dx": r"((\hat y - y) W_2^\top \odot h) W_1^\top",
}
IN_CODE = {
    "rows-dz1": "((yhat - y) @ W2.T) * h",
    "rows-dW1": "x.T @ (((yhat - y) @ W2.T) * h)",
    "rows-db1": "((yhat - y) @ W2.T) * h",
    "rows-dx": "(((yhat - y) @ W2.T) * h) @ W1.T",
}
SIDE_BY_SIDE = {
    "rows-dz1": r"(\hat y - y) W_2^\top h",
    "rows-db1": r"(\hat y - y) W_2^\top h",
    "rows-dx": r"(\hat y - y) W_2^\top h W_1^\top",
}
COLUMNS = {
    "columns-dz1": r"W_2^\top (\hat y - y) \odot h",
    "columns-dW1": r"(W_2^\top (\hat y - y) \odot h) x^\top",
}


@cache
def key():
    return grader.solve(grader.load_rubric(RUBRIC))


@pytest.mark.parametrize(
    "answers", [IN_LATEX, IN_CODE, SIDE_BY_SIDE, COLUMNS], ids=["latex", "code", "bare", "columns"]
)
def test_an_error_is_charged_once(answers: dict[str, str]) -> None:
    report = grader.grade(key(), Submission("s", answers=tuple(Answer(part, text) for part, text in answers.items())))
    first, *others = (part for part in report.parts if part.asked.part in answers)
    assert first.verdict == "incorrect"
    assert [(part.asked.part, part.verdict, part.note) for part in others] == [
        (name, "correct", "follow_through") for name in list(answers)[1:]
    ]


def test_another_error_is_charged_too() -> None:
    answers = IN_LATEX | {"rows-dx": r"-((\hat y - y) W_2^\top \odot h) W_1^\top"}
    report = grader.grade(key(), Submission("s", answers=tuple(Answer(part, text) for part, text in answers.items())))
    found = {part.asked.part: part.verdict for part in report.parts}
    assert found["rows-dx"] == "incorrect"
