"""The answer key as text and as JSON: each target in closed form, its chain of local partials, its number."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from grader.expression.printing.latex import to_latex
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.solver.closed import juxtaposed
from grader.solver.derivation import derivation_steps
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion


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
    value = part_value(question, part)
    return lines if value is None else [*lines, f"      value {value:.10g}" + _interval_text(part)]


def _interval_text(part: SolvedPart) -> str:
    if part.interval is None:
        return ""
    return f", accepted from {part.interval[0]:.6g} to {part.interval[1]:.6g} (rounding on every line)"


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


def _solved(question: SolvedQuestion, part: SolvedPart) -> dict[str, Any]:
    return {
        "target": part.asked.target_text,
        "closed_form": _formula(part.closed, question),
        "value": part_value(question, part),
        "interval": part.interval,
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


def part_value(question: SolvedQuestion, part: SolvedPart) -> float | None:
    """The number a numeric part asks for; None where the answer is a formula or an array."""
    if not question.numeric:
        return None
    value = np.ravel(question.runs[0].values[part.name][0])
    return float(value[0]) if value.size == 1 else None
