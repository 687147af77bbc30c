"""What a student reads of a wrong answer, sentence by sentence; and that no message contradicts its verdict."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.expression.language.nodes import Symbol
from grader.expression.printing.in_a_sentence import in_a_sentence, unicode_of
from grader.feedback.wording import evidence_sentence
from grader.results import Outcome
from grader.rubric.malrules import MALRULES
from grader.solver.key import AnswerKey
from tests.cases import each

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDERS = (HERE / "rubrics", ROOT / "rubrics/examples", ROOT / "rubrics", ROOT / "benchmarks/student_style")
OF_THE_PROGRAM = ("{", "\\", "entry (", "reference", "malrule", "not_equivalent", "subdifferential")


@lru_cache(maxsize=32)
def solved(rubric: str) -> AnswerKey:
    path = next(folder / f"{rubric}.yaml" for folder in FOLDERS if (folder / f"{rubric}.yaml").exists())
    return grader.solve(grader.load_rubric(path))


@each(HERE / "sentences.txt")
def test_a_wrong_answer_is_told(
    rubric: str, part: str, answer: str, message: str, said: str, example: str, why: str
) -> None:
    result = grader.grade_answer(solved(rubric), part, answer)
    assert result.message == message, why
    assert ("-" if result.diagnosis is None else result.diagnosis.message) == said, why
    wrong = result.evidence.kind == "counterexample"
    shown = evidence_sentence(result.evidence, result.note) if wrong else "-"
    assert shown.startswith(example), why
    for text in (result.message, said, shown):
        assert not any(word in text.replace("_{", "") for word in OF_THE_PROGRAM), text
    right = any(text in result.message for text in ("This is right.", "This is right, "))
    assert right == (result.verdict is Outcome.CORRECT)


@pytest.mark.parametrize("row", MALRULES.values(), ids=list(MALRULES))
def test_hidden_clauses_name_no_formula(row) -> None:
    assert "{}" not in row.clause_hidden
    assert "{}" not in row.look and all("{}" not in look for _, look in row.look_at)
    assert not row.right.endswith((".", ","))


NAMES = [
    # LaTeX of a name, as it stands in a sentence
    (r"\hat{y}", "ŷ"),
    (r"\hat y_{ij}", "ŷ_ij"),
    (r"\lambda", "λ"),
    (r"\mathbf{W}^{[1]}", "W^[1]"),
    (r"\boldsymbol{\mu}_k", "μ_k"),
    (r"\tilde{h}", "h̃"),
    (r"\ell", "ℓ"),
    (r"\frac{1}{2}", ""),
    ("w_{11-2}", "w_{11-2}"),
]


@pytest.mark.parametrize(("latex", "text"), NAMES, ids=[row[0] for row in NAMES])
def test_names_stand_in_sentences(latex: str, text: str) -> None:
    assert unicode_of(latex) == text


def test_the_student_s_spelling_goes_first() -> None:
    assert in_a_sentence(Symbol("lam"), (), {"lam": "λ"}) == "λ"
    assert in_a_sentence(Symbol("yhat")) == "ŷ"
