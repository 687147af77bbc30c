"""Answers whose arrays do not fit, and the least that is done to them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import grader
from grader.grading.grade import judge_answer
from grader.results import Decision, Note, NoteKind, Verdict
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from tests.cases import each, rows
from tests.comparison.test_array_shapes import named

HERE = Path(__file__).parent
MODEL = """\
      sizes: [n, d, k, p, q]
      given:
        X: {shape: [n, d]}
        w: {shape: [d]}
        y: {shape: [n]}
        A: {shape: [p, q]}
        u: {shape: [q]}
        t: {shape: [p]}
        H: {shape: [n, k]}
        V: {shape: [k, d]}
        b: real
        g: {shape: [d]}
        S: {shape: [d, d]}
        c: real
      define:
        r: X w - y
        L: sum(r^2)/(2n)
        v: A u - t
        E: sum(v^2)/2
        P: H V + b
        M: sum((P - X)^2)/2
        Q: g^T S g + c sum(g^2)
"""


@cache
def key(shapes: str = "review", malrules: str = "{}") -> AnswerKey:
    parts = dict.fromkeys(case["part"] for case in rows(HERE / "repairs.txt"))
    asked = "".join(f"      - {{id: {named(part)}, target: {part}}}\n" for part in parts)
    text = (
        f"title: Repairs\nshapes: {shapes}\nmalrules: {malrules}\nquestions:\n  - id: '1'\n"
        f"    model:\n{MODEL}    parts:\n{asked}"
    )
    rubric = parse_rubric(text, "repairs.yaml")
    assert isinstance(rubric, Rubric), rubric
    found = grader.solve(rubric)
    assert isinstance(found, AnswerKey), found
    return found


@each(HERE / "repairs.txt")
def test_repairs(part: str, answer: str, decision: str, note: str, why: str) -> None:
    judged = judge_answer(key(), named(part), answer)
    assert judged.verdict is not None, judged.result.problems
    assert judged.verdict.decision == decision, f"{why}: {judged.verdict.note} {judged.verdict.message}"
    assert note in ("-", judged.verdict.note), why
    if decision == "not_equivalent":
        assert judged.verdict.evidence.kind in ("counterexample", "shape")


@pytest.mark.parametrize(
    ("shapes", "verdict", "score", "review", "said"),
    [
        ("review", "undecided", 0.0, True, "Your answer is right once X is transposed."),
        ("accept", "correct", 1.0, False, "Your answer is right, once X is transposed."),
        (
            "wrong",
            "partly_correct",
            0.0,
            False,
            "Your answer is right but for its shapes: it is right once X is transposed.",
        ),
    ],
)
def test_the_rubric_says_what_a_repair_is_worth(
    shapes: str, verdict: str, score: float, review: bool, said: str
) -> None:
    found = judge_answer(key(shapes), "dL-dw", "X r / n").result
    assert (found.verdict, found.score, found.review) == (verdict, score, review)
    assert found.note == "repaired/missing_transpose:X"
    assert found.message.startswith(said)


def test_a_priced_repair_has_its_price() -> None:
    found = judge_answer(key("wrong", "{missing_transpose: {points: 0.5}}"), "dL-dw", "X r / n").result
    assert (found.verdict, found.score, found.note) == ("partly_correct", 0.5, "repaired/missing_transpose:X")


@pytest.mark.parametrize("kind", [NoteKind.NOT_EQUIVALENT, NoteKind.SHAPE, NoteKind.RESTATED, NoteKind.REPAIRED])
def test_no_deduction_without_evidence(kind: NoteKind) -> None:
    with pytest.raises(ValueError, match="shows nothing for it"):
        Verdict(Decision.NOT_EQUIVALENT, Note(kind))
