"""Documents: which text belongs to which part, in Markdown, LaTeX, plain text and notebooks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.class_folder import read_files
from grader.submission.labels import find_part, label_at, part_names
from grader.submission.submissions import ReadFolder

PARTS = ("1a", "1a-chain", "1b", "2a", "2a-softmax", "2b", "3-Z11", "3-dW11-2", "w1", "b1")
NAMES = part_names(PARTS)


def read(text: str, file: str = "ana.md", parts: tuple[str, ...] = PARTS) -> ReadFolder:
    return read_files([(file, text.encode())], parts)


def answers(folder: ReadFolder) -> dict[str, str]:
    return {a.part: a.text for student in folder.submissions for a in student.answers}


def told(folder: ReadFolder) -> list[str]:
    own = [problem for student in folder.submissions for problem in student.problems]
    return [f"{problem.line}: {problem.message}" for problem in (*own, *folder.problems)]


LABELS = [  # text, question it stands in, part (None: no label)
    ("1a", "", "1a"),
    ("1a: x", "", "1a"),
    ("1a) x", "", "1a"),
    ("(1a) x", "", "1a"),
    ("1a. x", "", "1a"),
    ("1A:x", "", "1a"),
    ("Part 1a: x", "", "1a"),
    ("Q1a: x", "", "1a"),
    ("1a-chain: x", "", "1a-chain"),
    ("1a – chain: x", "", "1a-chain"),
    ("2a softmax: x", "", "2a-softmax"),
    ("a) x", "2", "2a"),
    ("(b) x", "2", "2b"),
    ("2) b) x", "", "2b"),
    ("2 (a)", "", "2a"),
    ("Z11: 0.1", "3", "3-Z11"),
    ("3) dW11-2: 0.1", "", "3-dW11-2"),
    ("w1: x", "", "w1"),
    ("w_1", "", "w1"),
    ("b1) x", "", "b1"),
    # formulas and prose that only look like one
    ("1a x", "", None),
    ("a) x", "", None),
    ("(w1) x", "", None),
    ("w1 = x", "", None),
    ("w1.T @ x", "", None),
    ("b1 := x", "", None),
    ("1 - a", "", None),
    ("1/a: x", "", None),
    ("Part 1a gives x", "", None),
    ("1ab: x", "", None),
]


@pytest.mark.parametrize(("text", "question", "part"), LABELS)
def test_what_is_a_label_on_a_plain_line(text: str, question: str, part: str | None) -> None:
    found = label_at(NAMES, text, question, False)
    assert (found and found[0]) == part


HEADINGS = [
    ("1a", "", "1a"),
    ("1a Derivative of the sigmoid", "", "1a"),
    ("Question 2 / a)", "", "2a"),
    ("Question 2, part a) Softmax", "", "2a"),
    ("Part 2a-softmax", "", "2a-softmax"),
    ("2a softmax", "", "2a-softmax"),
    ("2a Softmax and cross-entropy", "", "2a"),
    ("(a)", "2", "2a"),
    ("3: dW_{11-2}", "", "3-dW11-2"),
    ("1a-foo", "", None),
    ("2020", "", None),
]


@pytest.mark.parametrize(("text", "question", "part"), HEADINGS)
def test_what_is_a_label_in_a_heading(text: str, question: str, part: str | None) -> None:
    found = label_at(NAMES, text, question, True)
    assert (found and found[0]) == part


def test_names_that_fold_alike_must_be_exact() -> None:
    names = part_names(("dW", "dw"))
    assert [find_part(names, text) for text in ("dW", "dw", "DW")] == ["dW", "dw", None]


DOCUMENTS = [
    ("md", "## 1a\n\n$x$\n\n## 1b\ny\n", {"1a": "$x$", "1b": "y"}, "headings"),
    ("md", "**1a** x\n\n**1b:** y\n**2a**: z\n", {"1a": "x", "1b": "y", "2a": "z"}, "bold labels"),
    ("md", "- 1a: x\n* 1b) y\n", {"1a": "x", "1b": "y"}, "bullets"),
    ("md", "# 1a: dL/dz = yhat - y\n", {"1a": "dL/dz = yhat - y"}, "a formula in the heading"),
    ("md", "## 1a\n### Remark\nx\n", {"1a": "x"}, "a deeper heading stays inside"),
    ("md", "## 1a\n$$\nx\n1b: y\n$$\n", {"1a": "$$\nx\n1b: y\n$$"}, "no labels inside a display"),
    ("md", "## 1a\n$$ x\n\n1b: y\n", {"1a": "$$ x", "1b": "y"}, "a display that is never closed"),
    ("md", "# Question 2\na) x\n\nb) y\n", {"2a": "x", "2b": "y"}, "labels under a question"),
    ("md", "2)\n(a) x\n(b) y\n", {"2a": "x", "2b": "y"}, "a question on a line of its own"),
    ("md", "2) a) x\nb) y\n", {"2a": "x", "2b": "y"}, "question and part on one line"),
    ("md", "# 1a\n```\nx * y\n```\n", {"1a": "x * y"}, "an answer that is one block of code"),
    ("md", "# 1a\n```math\nx\n```\nso $y$\n", {"1a": "x\n\nso $y$"}, "a fence of mathematics is no code"),
    ("md", "# 1a\n`x * y`\n", {"1a": "x * y"}, "an answer in backticks"),
    ("md", "# 1a\nx <!-- no\n1b: y\n--> + 1\n", {"1a": "x\n\n + 1"}, "comments"),
    ("md", "1a\n==\nx\n", {"1a": "==\nx"}, "two signs are text"),
    ("md", "1a\n===\nx\n---\n", {"1a": "x"}, "underlined headings and rules"),
    ("md", "# 1a\nxy = \\\\\n= y\n", {"1a": "xy = \\\\\n= y"}, "a chain"),
    ("txt", "1a: sigma(x)*(1-sigma(x))\n1b. -y\n", {"1a": "sigma(x)*(1-sigma(x))", "1b": "-y"}, "plain text"),
    ("txt", "1a\nx = 50% of y\n", {"1a": "x = 50% of y"}, "no comments in plain text"),
    ("tex", "\\section*{1a}\nx % c\n\\section{1b} y\n", {"1a": "x", "1b": "y"}, "sections and comments"),
    ("tex", "\\paragraph{3-Z11} 0.1\n\\textbf{1a.} x\n", {"3-Z11": "0.1", "1a": "x"}, "paragraphs and bold"),
    ("tex", "\\section{Question 2}\n\\subsection{(a)}\nx\n", {"2a": "x"}, "subsections of a question"),
    ("tex", "\\begin{enumerate}\n\\item[(1a)] x\n\\item 1b) y\n\\end{enumerate}\n", {"1a": "x", "1b": "y"}, "items"),
    ("tex", "% part: 1a\nx\n%part: w1\ny 5\\%\n", {"1a": "x", "w1": "y 5\\%"}, "parts in comments"),
    (
        "tex",
        "\\documentclass{article}\nprose\n\\newcommand{\\yh}{\\hat{y}}\n\\def\\no{1}\n\\begin{document}\n\\maketitle\n"
        "\\section{1a}\n\\yh - y\n\\section{1b}\nx\n\\end{document}\n",
        {"1a": "\\newcommand{\\yh}{\\hat{y}}\n\\yh - y", "1b": "x"},
        "the preamble's macros go where they are used",
    ),
    (
        "tex",
        "\\newcommand{\\a}{\\b}\n\\newcommand{\\b}{\\a +\n1}\n\\section{1a}\n\\a\n",
        {"1a": "\\newcommand{\\a}{\\b}\n\\newcommand{\\b}{\\a +\n1}\n\\a"},
        "macros through macros, over lines and in a circle",
    ),
]


@pytest.mark.parametrize(("kind", "text", "expected", "why"), DOCUMENTS, ids=[row[3] for row in DOCUMENTS])
def test_a_document_reads_without_problems(kind: str, text: str, expected: dict[str, str], why: str) -> None:
    folder = read(text, f"ana.{kind}")
    assert (answers(folder), told(folder)) == (expected, []), why


MISTAKES = [
    ("intro\n\nmore\n## 1a\nx\n", {"1a": "x"}, "1: 2 lines under no part's label were not read: 'intro'"),
    ("nothing of use\n", {}, "1: a line under no part's label was not read: 'nothing of use'"),
    ("## 1a\nx\n## 1z\ny\n", {"1a": "x"}, "3: the rubric has no part '1z': the answer was not read"),
    ("1a: x\n1z: y\n", {"1a": "x"}, "2: the rubric has no part '1z': the answer was not read"),
    ("## 1a\nx\n## Appendix\ny\n", {"1a": "x"}, "4: a line under no part's label was not read: 'y'"),
    ("1a: x\n1a: y\n", {"1a": "y"}, "2: two answers for part 1a: this one is used, the one in ana.md:1 is not"),
    ("# 1a\n$x$\n```\nplot()\n```\n", {"1a": "$x$"}, "4: a block of code beside the answer was not read"),
    ("---\nstudent: [\n---\n1a: x\n", {"1a": "x"}, "1: the front matter is no YAML and was not read"),
    ("---\nstudent: bob\n---\n1a: x\n", {"1a": "x"}, "1: the front matter names 'bob', the path 'ana'"),
    ("", {}, "0: the document is empty"),
    ("1a\n" * 30_000, {}, "20000: read only up to here: the document is too long"),
    ("1a: " + "x" * 200_000, {"1a": "x" * 100_000}, "1: the answer has 200,000 characters: only the first 100,000"),
]


@pytest.mark.parametrize(("text", "expected", "problem"), MISTAKES, ids=[row[2][:50] for row in MISTAKES])
def test_text_that_is_not_read_is_told(text: str, expected: dict[str, str], problem: str) -> None:
    folder = read(text)
    assert answers(folder) == expected
    assert len(told(folder)) == 1, told(folder)
    assert told(folder)[0].startswith(problem)


def test_the_only_part_needs_no_label() -> None:
    assert answers(read("# Homework\nso\n\n$x$\n", parts=("grad",))) == {"grad": "so\n\n$x$"}


PLACES = [
    ("ana.md", "\n## 1a\n\n  x\n", (4, 3)),
    ("ana.md", "**1a** x\n", (1, 8)),
    ("ana.txt", "1a:  x\n", (1, 6)),
    ("ana.tex", "\\section{1a} x\n", (1, 14)),
    ("ana.md", "# 1a: a = b\n", (1, 7)),
    ("ana.md", "---\nname: A\n---\n1a: x\n", (4, 5)),
]


@pytest.mark.parametrize(("file", "text", "place"), PLACES)
def test_an_answer_knows_where_it_stood(file: str, text: str, place: tuple[int, int]) -> None:
    (answer,) = read(text, file).submissions[0].answers
    assert (answer.file, answer.line, answer.column) == (file, *place)


def test_front_matter_gives_the_name_and_marks_ocr() -> None:
    (ana,) = read("---\nstudent: 007\nname: Ana A\nocr: true\n---\n1a: x\n", "007.md").submissions
    assert (ana.student, ana.name, ana.ocr, ana.problems) == ("007", "Ana A", True, ())


def test_a_file_from_ocr_says_so_in_its_name() -> None:
    (ana,) = read("1a: x", "ana.ocr.md").submissions
    assert (ana.student, ana.ocr) == ("ana", True)


def notebook(*cells: tuple[str, object]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4})


def test_a_notebook() -> None:
    text = notebook(
        ("markdown", ["# 1a\n", "$x$"]),
        ("code", "import numpy as np\n%time\n# 1b\nyhat - y  # why"),
        ("markdown", "**2a** z"),
    )
    (ana,) = read(text, "ana.ipynb").submissions
    assert [(a.part, a.text, a.line, a.column) for a in ana.answers] == [
        ("1a", "$x$", 0, 1),
        ("1b", "yhat - y  # why", 0, 2),
        ("2a", "z", 0, 3),
    ]
    assert ana.problems == ()


def test_code_of_a_notebook_without_a_label_is_told() -> None:
    folder = read(notebook(("code", "# 1a\nx"), ("code", "plot(x)")), "ana.ipynb")
    assert answers(folder) == {"1a": "x"}
    assert told(folder) == ["0: a line under no part's label was not read: 'plot(x)'"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"cell_type": "code", "source": [1]}]}']
)
def test_a_broken_notebook_is_a_problem(text: str) -> None:
    folder = read(text, "ana.ipynb")
    assert answers(folder) == {}
    assert any("not read" in line for line in told(folder))


@given(st.text("1ab2c:)(.#*_-%$\\[]{}`<!>= \nZ", max_size=60), st.sampled_from(["md", "tex", "txt"]))
def test_any_text_reads_and_no_answer_is_made_up(text: str, kind: str) -> None:
    for answer in read(text, f"ana.{kind}").submissions[0].answers:
        assert answer.part in PARTS
        assert answer.text.split("\n")[0].strip() in text


@given(st.lists(st.sampled_from(PARTS), unique=True), st.sampled_from(["## {}", "**{}**", "{}:", "\\paragraph{{{}}}"]))
def test_every_label_finds_its_part(parts: list[str], style: str) -> None:
    text = "\n".join(f"{style.format(part)}\nx + {at}\n" for at, part in enumerate(parts))
    assert answers(read(text)) == {part: f"x + {at}" for at, part in enumerate(parts)}
