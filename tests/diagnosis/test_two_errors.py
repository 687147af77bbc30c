"""Two wrong answers on one sheet: whatever is gone on from, nothing raises, and the errors are charged or followed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, cycle
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.expression.printing.text import to_text
from grader.results import GradeReport
from grader.solver.hashes import question_hash
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.solving import solve
from grader.submission.submissions import Answer, Submission

ROOT = Path(__file__).parents[2]
RUBRICS = {path.stem: path for path in sorted((ROOT / "rubrics").glob("**/*.yaml"))}
# how the first of two parts is wrong, and the second: the same error carried on, and one of these in turn
SAME = ("double", "double")
TURNS = (("negated", "more"), ("shape", "double"), ("more", "negated"), ("double", "shape"))


def key_of(path: Path) -> AnswerKey:
    """The key; every shipped rubric is certified by the tests of `grader check`, so not here."""
    loaded = grader.load_rubric(path)
    return solve(loaded, {question_hash(question): "certified" for question in loaded.questions}, anew=True)


def wrong(question: SolvedQuestion, part: SolvedPart) -> dict[str, str]:
    """The key of a part made wrong, by the kind of the error."""
    truth = question.runs[0].values[part.name][0]
    if question.numeric and truth.size == 1:
        number = float(np.ravel(truth)[0])
        return {"double": repr(2 * number), "more": repr(number + 1), "negated": repr(-number), "shape": "[1, 2]"}
    key = to_text(part.closed, question.question.model.names)
    array = next((leaf.name for leaf in question.graph.leaves if leaf.axes), None)
    shape = "[1, 2]" if array is None else f"{array}^T @ {array}"
    return {"double": f"2*({key})", "more": f"({key}) + 1", "negated": f"-({key})", "shape": shape}


def sheets(key: AnswerKey) -> Iterator[tuple[Answer, Answer]]:
    """Every two parts of a question, each wrong, in two ways."""
    turns = cycle(TURNS)
    for question in key.questions:
        errors = {part.part.id: wrong(question, part) for part in question.parts}
        for first, second in combinations(errors, 2):
            for kinds in (SAME, next(turns)):
                yield tuple(Answer(part, errors[part][kind]) for part, kind in zip((first, second), kinds, strict=True))


def graded(key: AnswerKey, **answers: str) -> dict[str, tuple[str, str]]:
    given = tuple(Answer(part, text) for part, text in answers.items())
    report = grader.grade(key, Submission("s", answers=given))
    return {part.asked.part: (part.verdict, part.note) for part in report.parts if part.asked.part in answers}


@pytest.mark.no_cover  # many rows through the same lines; being watched takes more than twice the time
@pytest.mark.parametrize("rubric", RUBRICS)
def test_two_wrong_answers(rubric: str) -> None:
    key = key_of(RUBRICS[rubric])
    for sheet in sheets(key):
        report: GradeReport = grader.grade(key, Submission("s", answers=sheet))
        for part in report.parts:
            assert part.score == pytest.approx(sum(line.points for line in part.lines))


SECOND = r"""title: Second derivatives
questions:
  - id: scalars
    model:
      given: {x: real, w: real, b: real, y: real}
      define: {z: w*x + b, a: tanh(z), L: 1/2 (a - y)^2}
    parts: [{id: dz, target: dL/dz}, {id: dw, target: dL/dw}, {id: dww, target: d^2L/dw^2}]
  - id: arrays
    model:
      sizes: [n, d]
      given: {X: {shape: [n, d]}, c: {shape: [n]}, t: {shape: [d]}}
      define: {u: X @ t, p: sigmoid(u), J: "1/2 sum((p - c)^2)"}
    parts:
      - {id: pt, target: dp_i/dt_j}
      - {id: dt, target: dJ/dt}
      - {id: dtt, target: '\frac{\partial^2 J}{\partial t \partial t}'}
  - id: numbers
    model:
      given: {r: {value: 0.8}, s: {value: 0.5}}
      define: {q: r*s, K: tanh(q)}
    parts: [{id: ks, target: dK/ds}, {id: kss, target: d^2K/ds^2}]
"""
GRADIENT, HESSIAN = "(a - y)*(1 - a^2)*x", "x^2*((1 - a^2)^2 - 2*a*(a - y)*(1 - a^2))"
WHOLE = r"X^T @ diag(p*(1 - p)*(p*(1 - p) + (p - c)*(1 - 2*p))) @ X"
FOLLOWED = [
    # the answers, and what becomes of the last
    ({"dw": f"2*{GRADIENT}", "dww": f"2*{HESSIAN}"}, ("correct", "follow_through"), "the derivative of their gradient"),
    ({"dw": f"2*{GRADIENT}", "dww": HESSIAN}, ("correct", "equivalent"), "right by itself"),
    ({"dw": f"2*{GRADIENT}", "dww": f"3*{HESSIAN}"}, ("incorrect", "malrule/extra_factor:3"), "wrong by both"),
    ({"dw": "2*x*dL/dz", "dww": "0"}, ("incorrect", "not_equivalent"), "a derivative in it is no constant"),
    ({"dw": "0", "dww": "0"}, ("incorrect", "not_equivalent"), "nought is no work"),
    (
        {"dt": "-X^T @ ((p - c)*p*(1 - p))", "dtt": f"-{WHOLE}"},
        ("correct", "follow_through"),
        "the derivative of a gradient written as a whole array",
    ),
    ({"dt": "X^T @ X", "dtt": f"-{WHOLE}"}, ("incorrect", "malrule/sign"), "a gradient of a wrong shape"),
    ({"pt": "t^T @ t", "dtt": "t^T @ t"}, ("incorrect", "shape"), "a local partial of a wrong shape"),
    ({"ks": "0.7", "kss": "0.1"}, ("incorrect", "not_equivalent"), "a number has no derivative to go on from"),
    ({"kss": "0.1", "ks": "0.7"}, ("incorrect", "not_equivalent"), "nor does a gradient follow from its derivative"),
]


@pytest.mark.parametrize(("answers", "outcome", "why"), FOLLOWED)
def test_a_second_derivative(tmp_path: Path, answers: dict[str, str], outcome: tuple[str, str], why: str) -> None:
    path = tmp_path / "second.yaml"
    path.write_text(SECOND, encoding="utf-8")
    key = grader.solve(grader.load_rubric(path))
    assert graded(key, **answers)[list(answers)[-1]] == outcome, why


def test_second_derivatives_all_wrong(tmp_path: Path) -> None:
    path = tmp_path / "second.yaml"
    path.write_text(SECOND, encoding="utf-8")
    key = key_of(path)
    for sheet in sheets(key):
        grader.grade(key, Submission("s", answers=sheet))
