"""An answer is read once, and what is found goes on to all that comes after; grading draws no formulas."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

import grader
from grader.expression.printing.mathml import to_mathml
from grader.expression.reading.read import Reading, read
from grader.feedback.pages import student_page
from grader.grading import rubric_shown
from grader.submission.submissions import Answer, Submission

MODELS = Path(__file__).parents[1] / "diagnosis" / "models.yaml"
STEPS = "dL/da = y - a; dL/dz = (y-a)(1-a^2); dL/dw = (y-a)(1-a^2) x"
SHEETS = [
    # answers, why
    ({"f-z": "w*x + b", "f-a": "y - a", "f-dz": "(y-a)*(1-a^2)", "f-dw": "(y-a)*(1-a^2)*x"}, "wrong, followed"),
    ({"s-w": STEPS, "s-b": "dL/db = (y-a)(1-a^2)"}, "wrong steps, and what follows from them"),
    ({"n-z": "0.95", "n-a": "1", "n-da": "0.8", "n-dz": "0.5", "n-dw": "0.4"}, "numbers, right and wrong"),
    ({"f-a": "((", "f-dz": "a ?", "f-dw": "(y-a) x"}, "unreadable"),
]


def used_by_us(function: object) -> list[tuple[object, str]]:
    """(module, name) wherever a function is called from."""
    modules = [module for name, module in sys.modules.items() if name.startswith("grader.")]
    return [(module, name) for module in modules for name, found in vars(module).items() if found is function]


@pytest.mark.parametrize(("answers", "why"), SHEETS, ids=[row[1] for row in SHEETS])
def test_each_distinct_answer_is_read_once(answers: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = grader.solve(grader.load_rubric(MODELS))
    count: Counter[str] = Counter()

    def counted(text: str, *more: object) -> Reading:
        count[text] += 1
        return read(text, *more)

    for module, name in used_by_us(read):
        monkeypatch.setattr(module, name, counted)
    for student in ("one", "two"):
        grader.grade(key, Submission(student, answers=tuple(Answer(*pair) for pair in answers.items())))
    assert count == Counter(answers.values()), why


@pytest.mark.parametrize(("answers", "why"), SHEETS, ids=[row[1] for row in SHEETS])
def test_grading_draws_nothing_and_its_page_does(
    answers: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = grader.solve(grader.load_rubric(MODELS))
    shown = rubric_shown(key)
    drawn: list[str] = []

    def noted(*args: object, text: str = "", **more: object) -> str:
        drawn.append(text)
        return to_mathml(*args, text=text, **more)

    for module, name in used_by_us(to_mathml):
        monkeypatch.setattr(module, name, noted)
    report = grader.grade(key, Submission("s", answers=tuple(Answer(*pair) for pair in answers.items())))
    assert drawn == [], why
    page = student_page(report, shown)
    assert sorted(drawn) == sorted({one.answer.read_as for one in report.parts if one.answer and one.answer.read_as})
    assert student_page(report, shown) == page
