"""Text for a part that a person grades: all that stands below its label, headings and code too, as it is."""

from __future__ import annotations

import json

import pytest

from grader.submission.class_folder import read_files

PARTS = ("1a", "1b", "2a")
BY_HAND = (("1b", "Why is the loss convex?"), ("2a", "Plot the loss."))


def read(text: str, file: str = "ana.md") -> tuple[dict[str, str], list[str]]:
    folder = read_files([(file, text.encode())], PARTS, by_hand=BY_HAND)
    problems = [*folder.problems, *(problem for one in folder.submissions for problem in one.problems)]
    answers = {answer.part: answer.text for one in folder.submissions for answer in one.answers}
    return answers, [problem.message for problem in problems]


DOCUMENTS = [
    ("## 1b\n\nIt is a square.", "It is a square.", "a sentence"),
    ("## 1b Because it is a square.", "Because it is a square.", "a sentence on the label's own line"),
    ("## 1b: Because it is a square.", "Because it is a square.", "behind a colon"),
    ("## 1b) Claim\n\nIt is a square.", "Claim\n\nIt is a square.", "a title of the student's own"),
    ("## 1b Why is the loss convex?\n\nIt is a square.", "It is a square.", "the question again is no answer"),
    ("## 1b. why is the Loss convex\n\nIt is a square.", "It is a square.", "nor in other letters"),
    ("1b: It is a square.", "It is a square.", "on a plain line"),
    ("**1b** It is a square.", "It is a square.", "behind a bold label"),
    ("**1b Claim** It is a square.\nSo it is.", "Claim\nIt is a square.\nSo it is.", "a bold title before it"),
    ("## 1b\nA.\n### Proof\nB.\n#### Step\nC.", "A.\n### Proof\nB.\n#### Step\nC.", "headings further in"),
    ("## 1b\nA.\n```python\nplot(x)  # so\n```\nB.", "A.\n\nplot(x)  # so\n\nB.", "code between"),
    ("## 1b\n```python\n# a comment\nplot(x)\n```", "# a comment\nplot(x)", "code alone"),
    ("## 1b\n`yhat`", "`yhat`", "in backticks"),
    ("## 1b\n- one\n- two\n\n  - three", "- one\n- two\n\n  - three", "a list"),
    ("## 1b\n![a plot](plot.png)", "![a plot](plot.png)", "a picture"),
    ("\\newcommand{\\L}{L}\n\n## 1b\nThe $\\L$ is convex.", "The $\\L$ is convex.", "a macro, not put before it"),
]


@pytest.mark.parametrize(("text", "expected", "why"), DOCUMENTS, ids=[row[2] for row in DOCUMENTS])
def test_all_that_stands_below_the_label_is_kept(text: str, expected: str, why: str) -> None:
    assert read(text) == ({"1b": expected}, []), why


NOTHING = [
    ("## 1a\n2x\n\n## 1b\n\n## 2a\n", "labels alone"),
    ("## 1a\n2x\n\n## 1b Why is the loss convex?\n\n## 2a Plot the loss.\n", "labels with the questions"),
    ("1a: 2x\n1b:\n2a:\n", "labels on plain lines"),
]


@pytest.mark.parametrize(("text", "why"), NOTHING, ids=[row[1] for row in NOTHING])
def test_a_label_or_a_question_alone_is_no_answer(text: str, why: str) -> None:
    answers, problems = read(text)
    assert ({part: text for part, text in answers.items() if text}, problems) == ({"1a": "2x"}, []), why


AROUND = [
    ("## 1b\nA.\n## 1a\n2x\n### Aside\n", {"1a": "2x", "1b": "A."}, "the next label ends it"),
    ("## 1b\nA.\n## Sources\nB.", {"1b": "A."}, "so does another heading of its level"),
    ("# 1b\nA.\n## 1a\n2x", {"1a": "2x", "1b": "A."}, "a label further in is a label"),
    ("## 1a\n2*x\n```\nx = 1\n```", {"1a": "2*x"}, "code beside a formula is still not read"),
]


@pytest.mark.parametrize(("text", "expected", "why"), AROUND, ids=[row[2] for row in AROUND])
def test_what_stands_around_it_is_read_as_ever(text: str, expected: dict[str, str], why: str) -> None:
    assert read(text)[0] == expected, why


def test_a_notebook_keeps_the_code_of_a_plot() -> None:
    cells = [
        {"cell_type": "markdown", "source": "## 2a\nThe loss falls:"},
        {"cell_type": "code", "source": "# from -1 to 1\nplt.plot(x, loss)", "outputs": []},
        {"cell_type": "markdown", "source": "### What I see\nA minimum at 0."},
        {"cell_type": "markdown", "source": "## 1a\n2x"},
    ]
    answers, problems = read(json.dumps({"cells": cells}), "ana.ipynb")
    assert answers["1a"] == "2x"
    assert problems == []
    said = "The loss falls:\n\n# from -1 to 1\nplt.plot(x, loss)\n### What I see\nA minimum at 0."
    assert answers["2a"] == said


def test_without_parts_by_hand_nothing_changes() -> None:
    folder = read_files([("ana.md", b"## 1b\nA.\n### Proof\n`x`")], PARTS)
    assert folder.submissions[0].answers[0].text == "A.\n`x`"
