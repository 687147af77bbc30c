r"""A public form -> a blank answer sheet, which grades as it stands: every part is there, and missing.

``## 1a`` with the prompt below it in Markdown, ``\section*{1a}`` in LaTeX, a row a part in CSV. What the sheet says of
the question is marked (`grader.submission.question_marks`), so that it is never taken for an answer.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from grader.expression.printing.latex import to_latex
from grader.previews.public_form import PublicPart, PublicQuestion, PublicRubric
from grader.submission.question_marks import marked

_HOW = "Write each answer below its prompt: a formula in plain text, or LaTeX between dollar signs."
_TEX_SIGNS = MappingProxyType(
    {
        **{sign: f"\\{sign}" for sign in "#$%&_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
    }
)
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#|$~])")
_HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\begin{document}
"""

Answers = Mapping[str, str]
NO_ANSWERS: Answers = MappingProxyType({})


def sheet_text(public: PublicRubric, kind: str, answers: Answers = NO_ANSWERS) -> str:
    """The sheet in one of `FORMATS`, blank but for the texts that `answers` have by part."""
    return FORMATS[kind](public, answers)


def label_of(part: PublicPart) -> str:
    """What stands over an answer: what students write for the part."""
    return part.label or part.id


def _csv(public: PublicRubric, answers: Answers) -> str:
    """A row a part; the student's cell is empty: the file's name says whose it is."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("student", "part", "prompt", "answer"))
    for question in public.questions:
        for part in question.parts:
            prompt = " ".join(filter(None, (_above(question) if part is question.parts[0] else "", _asked(part))))
            writer.writerow(("", part.id, prompt, answers.get(part.id, "")))
    return table.getvalue()


def _json(public: PublicRubric, answers: Answers) -> str:
    whole = {
        "student": "",
        "name": "",
        "prompts": {part.id: _asked(part) for part in public.parts},
        "answers": {part.id: answers.get(part.id, "") for part in public.parts},
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _markdown(public: PublicRubric, answers: Answers) -> str:
    lines = [marked(f"# {_in_markdown(public.title)}"), "", marked(_in_markdown(_HOW)), ""]
    for question in public.questions:
        lines += [*_question_lines(question), ""]
        for part in question.parts:
            lines += [*_part_lines(part), "", *_answer_lines(part, answers)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _question_lines(question: PublicQuestion) -> list[str]:
    said = _above(question)
    return [marked(f"**{_in_markdown(question.title)}.** {_in_markdown(question.prompt)}")] if said else []


def _part_lines(part: PublicPart) -> Iterator[str]:
    yield f"## {label_of(part)}"
    yield ""
    formula = f" ${to_latex(part.target)}$" if part.target is not None else ""
    yield marked(_in_markdown(part.prompt) + formula)


def _answer_lines(part: PublicPart, answers: Answers) -> list[str]:
    return [*filter(None, [answers.get(part.id, "")]), ""]


def _latex(public: PublicRubric, answers: Answers) -> str:
    lines = [_HEAD, marked(rf"\section*{{{_in_latex(public.title)}}}", tex=True), marked(_in_latex(_HOW), tex=True), ""]
    for question in public.questions:
        if _above(question):
            said = rf"\paragraph{{{_in_latex(question.title)}}} {_in_latex(question.prompt)}"
            lines += [marked(said, tex=True), ""]
        for part in question.parts:
            formula = f" ${to_latex(part.target)}$" if part.target is not None else ""
            prompt = marked(_in_latex(part.prompt) + formula, tex=True)
            lines += [rf"\subsection*{{{_in_latex(label_of(part))}}}", prompt, "", *_answer_lines(part, answers)]
    return "\n".join([*lines, r"\end{document}", ""])


def _notebook(public: PublicRubric, answers: Answers) -> str:
    cells = [f"{marked('# ' + _in_markdown(public.title))}\n\n{marked(_in_markdown(_HOW))}"]
    for question in public.questions:
        cells += ["\n".join(_question_lines(question))] if _above(question) else []
        for part in question.parts:
            cells += ["\n".join(_part_lines(part)), answers.get(part.id, "")]
    whole = {
        "cells": [
            {
                "cell_type": "markdown",
                "id": f"cell-{number}",
                "metadata": {},
                "source": source.splitlines(keepends=True),
            }
            for number, source in enumerate(cells, 1)
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _above(question: PublicQuestion) -> str:
    """What is said of a question as a whole."""
    title = question.title and f"{question.title}."
    return " ".join(filter(None, (title, question.prompt)))


def _asked(part: PublicPart) -> str:
    """The prompt and what is asked, in one line."""
    return " ".join(" ".join(filter(None, (part.prompt, part.target_text))).split())


def _in_markdown(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))


def _in_latex(text: str) -> str:
    return "".join(_TEX_SIGNS.get(sign, sign) for sign in " ".join(text.split()))


FORMATS: Mapping[str, Callable[[PublicRubric, Answers], str]] = MappingProxyType(
    {"csv": _csv, "json": _json, "md": _markdown, "tex": _latex, "ipynb": _notebook}
)
