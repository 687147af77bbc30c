"""The answer key as text and as JSON: each target in closed form, its chain of local partials, its number."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array
from grader.expression.printing.latex import to_latex
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.solver.derivation import derivation_steps
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.readable import juxtaposed
from grader.solver.runs import environment, extents


def key_text(key: AnswerKey) -> str:
    """The key for a terminal."""
    lines = [key.rubric.title, "=" * len(key.rubric.title)]
    for question in key.questions:
        lines += ["", f"Question {question.question.id}. {question.question.title}".rstrip(". ")]
        if question.question.best is not None:
            of = sum(not asked.bonus for asked in question.asked)
            lines.append(f"  The best {question.question.best} of {of} parts count.")
        solved = {part.part.id: part for part in question.parts}
        for asked in question.asked:
            points = f"{asked.max_score:g} point" + ("" if asked.max_score == 1 else "s") + ", bonus" * asked.bonus
            lines += ["", f"  {asked.part} ({points})  {asked.prompt}".rstrip()]
            lines += ["      graded by a person"] if asked.by_hand else _solution(question, solved[asked.part])
    return "\n".join(lines) + "\n"


def _solution(question: SolvedQuestion, part: SolvedPart) -> list[str]:
    lines = [f"      {step.text}" + (f"    [{step.reason}]") for step in derivation_steps(question, part)]
    values = part_values(question, part)
    if values is None:
        return lines
    return [*lines, *(f"      value {_number_text(row)}" for row in _rows(values)), *_interval_lines(part)]


def _rows(values: Array) -> list[Array]:
    """An array as lines of a terminal: a matrix row by row."""
    return list(values) if values.ndim > 1 else [values]


def _number_text(values: Array) -> str:
    """``0.1`` or ``[0.1, 0.2]``."""
    return f"{values:.10g}" if not values.ndim else "[" + ", ".join(map(_number_text, values)) + "]"


def _interval_lines(part: SolvedPart) -> list[str]:
    if part.reach is None:
        return []
    ends = "; ".join(f"{one.hull[0]:.6g} to {one.hull[1]:.6g}" for one in part.reach)
    return [f"      accepted from {ends}, before the last rounding (rounding on every line)"]


def key_json(key: AnswerKey) -> str:
    """The key for programs; formulas as text, LaTeX and MathML. A part that a person grades has none of them."""
    parts = []
    for question in key.questions:
        solved = {part.part.id: part for part in question.parts}
        for asked in question.asked:
            row = {"part": asked.part, "question": asked.question, "points": asked.max_score}
            row |= {"bonus": True} if asked.bonus else {}
            row |= {"best": asked.best} if asked.best is not None else {}
            parts.append(row | ({"by": "hand"} if asked.by_hand else _solved(question, solved[asked.part])))
    return json.dumps({"schema": 1, "title": key.rubric.title, "parts": parts}, indent=2, ensure_ascii=False) + "\n"


def _intervals(part: SolvedPart) -> object:
    """The interval of a number; of an array those of its entries, in order."""
    return part.interval if part.reach is None or len(part.reach) == 1 else [one.hull for one in part.reach]


def _solved(question: SolvedQuestion, part: SolvedPart) -> dict[str, Any]:
    values = part_values(question, part)
    return {
        "target": part.asked.target_text,
        "closed_form": _formula(part.closed, question),
        "value": None if values is None else values.tolist(),
        "interval": _intervals(part),
        "derivation": [
            {"text": step.text, "mathml": step.mathml, "reason": step.reason}
            for step in derivation_steps(question, part)
        ],
    }


def _formula(expression: Any, question: SolvedQuestion) -> dict[str, str]:
    names = question.question.model.names
    return {
        "text": to_text(expression, names),
        "latex": to_latex(juxtaposed(expression), names),
        "mathml": to_mathml(juxtaposed(expression), names),
    }


def values_text(key: AnswerKey) -> dict[str, str]:
    """The numbers of each numeric part by its id, a matrix row by row on lines of its own."""
    found = {}
    for question in key.questions:
        for part in question.parts:
            values = part_values(question, part)
            if values is not None:
                found[part.part.id] = "\n".join(map(_number_text, _rows(values)))
    return found


def part_values(question: SolvedQuestion, part: SolvedPart) -> Array | None:
    """The number or numbers that a numeric part asks for; None where the answer is a formula."""
    if not question.numeric:
        return None
    run = question.runs[0]
    return np.asarray(evaluate(part.part.target, environment(run, extents(run, part.part.target))).data[0])
