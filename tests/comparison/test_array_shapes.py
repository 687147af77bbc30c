"""Answers of another shape than what is asked for, and what brings them there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import grader
from grader.grading.grade import judge_answer
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from tests.cases import each, rows

HERE = Path(__file__).parent
MODEL = """\
      given:
        x: {shape: [n]}
        W: {shape: [n, n]}
        c: {shape: [1, 1]}
        r: {shape: [1, n]}
        b: real
        v: {shape: [n, 1]}
        g: {shape: [n, 1]}
      define:
        q: x^T W x
        s: x * x
        u: 2 x
        t: sum(x^2)
        p: sum(r^2)
        a: b sum(c)
        k: x^T W x + b sum(x^2)
        h: (g^T v)^2
        y: (v^T W v) / (v^T v)
"""


def named(part: str) -> str:
    return part.replace("/", "-").replace("^", "")


@cache
def key() -> AnswerKey:
    parts = dict.fromkeys(case["part"] for case in rows(HERE / "array_shapes.txt"))
    asked = "".join(f"      - {{id: {named(part)}, target: {part}}}\n" for part in parts)
    text = f"title: Shapes\nquestions:\n  - id: '1'\n    model:\n      sizes: [n]\n{MODEL}    parts:\n{asked}"
    rubric = parse_rubric(text, "shapes.yaml")
    assert isinstance(rubric, Rubric), rubric
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey), found
    return found


@each(HERE / "array_shapes.txt")
def test_shapes(part: str, answer: str, decision: str, note: str, why: str) -> None:
    judged = judge_answer(key(), named(part), answer)
    assert judged.verdict is not None, judged.result.problems
    assert judged.verdict.decision == decision, f"{why}: {judged.verdict.note} {judged.verdict.message}"
    assert note in ("-", judged.verdict.note), why
    if decision == "not_equivalent":
        assert judged.verdict.evidence.kind in ("counterexample", "shape"), "no deduction without evidence"
    if note.startswith("repaired"):
        assert judged.verdict.message, "what is in doubt is said"
