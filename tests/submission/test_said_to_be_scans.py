"""Where a text says, or is said, to come from OCR: the nearest word counts, and none is guessed against it."""

from __future__ import annotations

import json
import time
from functools import partial

import pytest

import grader
from grader.document.scan_marks import taken_for_scan, without_tool_marks
from grader.grading.derivation.written import by_key
from grader.submission.class_folder import read_files
from grader.submission.scan_lines import text_of_lines
from grader.submission.submissions import Submission

KEY = grader.solve(grader.load_rubric("grader/starter/rubric.yaml"))
TYPED = "## 1a\n\n$\\frac{\\partial L}{\\partial \\hat y} = \\hat y - y$\n"
MARKER = TYPED + "\n![](_page_0_Figure_1.jpeg)\n"
LINE = "\n$$\\frac{\\partial L}{\\partial w} = (\\hat y - y) x$$\n"
TWICE = TYPED + LINE * 4


def front(said: str, text: str = TYPED) -> str:
    return f"---\n{said}\n---\n{text}"


def read(name: str, text: str, ocr: bool | None = None) -> Submission:
    parts = tuple(one.part for question in KEY.questions for one in question.asked)
    found = read_files([(name, text.encode())], parts, documents=partial(by_key, KEY), ocr=ocr)
    return found.submissions[0]


ROWS = (
    ("ana.md", TYPED, None, False, "nobody says anything"),
    ("ana.ocr.md", TYPED, None, True, "the name says so"),
    ("ana.ocr.md", TYPED, False, True, "the name goes before the call"),
    ("ana.mmd", TYPED, None, True, "no person writes .mmd"),
    ("ana.OCR.tex", "$x$", None, True, "capitals"),
    ("ana.md", front("source: ocr"), None, True, "front matter"),
    ("ana.md", front("source: OCR"), False, True, "front matter goes before the call"),
    ("ana.md", front("ocr: true"), None, True, "the older word"),
    ("ana.md", front("source: typed"), True, False, "front matter goes before the call"),
    ("ana.ocr.md", front("source: typed"), None, False, "front matter goes before the name"),
    ("ana.ocr.md", front("ocr: false"), None, False, "the older word"),
    ("ana.md", front("source: word"), None, False, "a word that says nothing"),
    ("ana.md", TYPED, True, True, "the call says so of all"),
    ("ana.md", MARKER, None, True, "a tool's mark"),
    ("ana.md", MARKER, False, False, "the call says that all is typed"),
    ("ana.md", front("source: typed", MARKER), None, False, "front matter turns the guess off"),
    ("ana.md", TWICE, None, True, "three lines that repeat the one before"),
    ("ana.md", TYPED + LINE * 3, None, False, "two lines do not"),
    ("ana.md", TYPED + "\n<!-- image -->\n", None, True, "a place for an image"),
    ("ana.md", TYPED + "\n<!-- my image -->\n", None, False, "a remark"),
    ("ana.csv", "student,1a\nana,yhat - y\n", None, False, "a table"),
    ("ana.csv", "student,1a\nana,yhat - y\n", True, True, "a table, where the call says so"),
    ("ana.json", '{"student": "ana", "source": "ocr", "answers": {"1a": "yhat - y"}}', None, True, "an object"),
    ("ana.json", '{"student": "ana", "ocr": true, "answers": {"1a": "yhat - y"}}', False, True, "the older word"),
    ("ana.json", '{"student": "ana", "source": "typed", "answers": {"1a": "yhat - y"}}', True, False, "the nearest"),
    ("ana.json", '{"student": "ana", "answers": {"1a": "yhat - y"}}', True, True, "as the call says"),
    ("ana.jsonl", '{"student": "ana", "source": "ocr", "answers": {"1a": "y"}}', None, True, "a line"),
)


@pytest.mark.parametrize(("name", "text", "ocr", "expected", "why"), ROWS, ids=[row[4] for row in ROWS])
def test_whether_it_is_a_scan(name: str, text: str, ocr: bool | None, expected: bool, why: str) -> None:
    found = read(name, text, ocr)
    assert (found.student, found.ocr) == ("ana", expected), why
    assert not any("unknown key" in problem.message for problem in found.problems)


def test_a_guess_is_told_with_the_way_out() -> None:
    (said,) = [one for one in read("ana.md", MARKER).problems if "OCR" in one.message]
    assert said.message == "taken for text from OCR: an image of Marker on line 5"
    assert "source: typed" in said.hint
    assert not any("OCR" in one.message for one in read("ana.ocr.md", MARKER).problems)


def test_a_notebook_of_a_class_from_paper_stays_one() -> None:
    lines = ["## 1a\n", *(["$\\frac{\\partial L}{\\partial \\hat y} = \\hat y - y$\n"] * 3)]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": lines}]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    found = read("ana.ipynb", notebook, True)
    assert (found.ocr, [one.part for one in found.answers]) == (True, ["1a"])


LINES = {
    "pages": [
        {"lines": [{"text": "1a:", "confidence_rate": 0.99}, {"text": "4", "conversion_output": False}]},
        {"lines": [{"text": "\\( \\frac{\\partial L}{\\partial \\hat{y}}\n=\\hat{y}-y \\)", "confidence_rate": 0.6}]},
        {"page": 3},
    ]
}


@pytest.mark.parametrize("name", ["ana.lines.json", "ana.lines.mmd.json", "ana.ocr.lines.json"])
def test_the_lines_of_mathpix_are_a_document(name: str) -> None:
    found = read(name, json.dumps(LINES))
    (answer,) = found.answers
    assert (found.student, found.ocr, answer.part, answer.line) == ("ana", True, "1a", 3)
    assert [one.message for one in found.problems] == ["Mathpix was not sure of line 3"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pages": 3}', '{"pages": [{"lines": []}]}', "[" * 100_000])
def test_what_is_none_of_its_files_is_said(text: str) -> None:
    got, (problem,) = text_of_lines(text, "ana.lines.json")
    assert got == ""
    assert problem.message.startswith("not read")
    assert read("ana.lines.json", text).answers == ()


HOSTILE = (
    ("\\frac{a}{b} = c d e f g\n" * 20_000, "one line again and again"),
    ("\n".join("ab+cd(e)-f" * 150 + str(line) for line in range(200)), "lines that repeat a piece"),
    ("![" * 60_000, "images that never close"),
    ("\\frac\n" + "\n" * 19_000, "blank lines"),
    ("$$\\begin{array}{l}" * 4_000, "arrays that never close"),
    ("<span " * 30_000, "tags that never close"),
)


@pytest.mark.parametrize(("text", "why"), HOSTILE, ids=[row[-1] for row in HOSTILE])
def test_looking_at_a_hostile_text_is_quick(text: str, why: str) -> None:
    began = time.process_time()
    taken_for_scan(text)
    without_tool_marks(text, "md")
    assert time.process_time() - began < 2.0, why
