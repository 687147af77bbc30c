"""What was worked out for a key goes with it, stays behind when the key is sent, and changes none of its values."""

from __future__ import annotations

import gc
import pickle
import weakref
from pathlib import Path

import pytest

import grader
from grader.autodiff.graph import ComputationGraph
from grader.expression.language.names import ModelNames
from grader.expression.reading.spelling.spellings import spellings_of
from grader.feedback.pages import student_page
from grader.grading import rubric_shown
from grader.results import GradeReport
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.runs import Run, worked_out
from grader.solver.session import Session
from grader.submission.submissions import Answer, Submission

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "diagnosis" / "models.yaml"
ARRAYS = ROOT / "rubrics" / "examples" / "one_hidden_layer.yaml"
KEPT = (AnswerKey, SolvedQuestion, SolvedPart, Run, ComputationGraph, ModelNames, Session)
SHEETS = {
    SMALL: [
        {"f-z": "w*x + b", "f-a": "y - a", "f-dz": "(y-a)*(1-a^2)", "f-dw": "(y-a)*(1-a^2)*x", "f-dx": "dL/da da/dx"},
        {"s-w": "dL/da = y - a; dL/dz = (y-a)(1-a^2); dL/dw = (y-a)(1-a^2) x", "s-b": "dL/db = (y-a)(1-a^2)"},
        {"n-z": "0.95", "n-a": "1", "n-da": "0.8", "n-dz": "0.5", "n-dw": "0.4"},
        {"f-dz": "|a - y|", "f-dw": "dL/dz * dz/dw", "f-dx": "max(0, w) dL/da (1 - a^2)", "s-w": "(("},
    ],
    ARRAYS: [
        {
            "rows-dW2": r"h_i (\hat{y}_j - y_j)",
            "rows-db1": r"\hat{y} - y",
            "rows-dz1": r"(\hat{y} - y) W_2^\top \odot h",
        },
        {"rows-dW2": r"(y - \hat y)^\top h", "rows-dh": r"(y - \hat y) W_2^\top", "rows-dz2": r"dL/dz2 - dL/db2"},
    ],
}


def alive() -> list[object]:
    """All that belongs to a key and that somebody holds."""
    gc.collect()
    return [item for item in gc.get_objects() if type(item) in KEPT]


def graded(key: AnswerKey, path: Path) -> list[GradeReport]:
    """The reports of the sheets, with a page of each."""
    sheets = [Submission("s", answers=tuple(Answer(*pair) for pair in sheet.items())) for sheet in SHEETS[path]]
    reports = [grader.grade(key, sheet) for sheet in sheets]
    for report in reports:
        assert student_page(report, rubric_shown(key))
    return reports


def test_what_was_worked_out_goes_with_the_key() -> None:
    grader.load_rubric(SMALL)  # what modules hold once they are imported is no key's
    before = {id(item) for item in alive()}
    for path in SHEETS:
        key = grader.solve(grader.load_rubric(path))
        results = [part for report in graded(key, path) for part in report.parts if part.answer]
        notes = {str(part.note).partition("/")[0] for part in results}
        assert {"equivalent", "follow_through", "malrule"} <= notes or path is not SMALL
        assert len(key.session.memos) >= 10
        made = [item for item in alive() if id(item) not in before]
        assert {type(item) for item in made} == set(KEPT)
        spellings = [weakref.ref(spellings_of(question.question.model.names)) for question in key.questions]
        del key, results, made
        assert [item for item in alive() if id(item) not in before] == []
        assert [kept() for kept in spellings if kept() is not None] == []


def test_a_key_that_is_sent_leaves_its_memory_behind() -> None:
    key = grader.solve(grader.load_rubric(SMALL))
    size = len(pickle.dumps(key))
    first = graded(key, SMALL)
    sent = pickle.loads(pickle.dumps(key))
    assert sent.session.memos == {} and len(pickle.dumps(key)) == size
    assert {run.session for question in sent.questions for run in question.runs} == {sent.session}
    assert all(question.session is sent.session for question in sent.questions)
    assert graded(sent, SMALL) == first


NAMED = "dL/da da/dz dz/dw", "db/dx", "dz/db", "|dL/dz|", "dL/db + da/db", "d(dL/dw)/dx", "dL/dL * a", "dw/dz"


def test_judging_adds_no_values_to_the_runs_of_a_key() -> None:
    key = grader.solve(grader.load_rubric(SMALL))
    runs = [run for question in key.questions for run in question.runs]
    runs += [run for question in key.questions if question.kink for run in (question.kink.at, question.kink.left)]
    before = [dict(run.values) for run in runs]
    for question in key.questions:
        for part in question.parts:
            for text in NAMED:
                grader.grade_answer(key, part.part.id, text)
    graded(key, SMALL)
    assert any(worked_out(run) is not run.values for run in runs)
    for run, values in zip(runs, before, strict=True):
        assert run.values.keys() == values.keys()
        assert all(run.values[name] is array for name, array in values.items())
        with pytest.raises(TypeError):
            run.values["new"] = run.values["x"]  # type: ignore[index]


def test_the_order_in_which_answers_come_changes_nothing() -> None:
    orders = []
    for step in (1, -1):
        key = grader.solve(grader.load_rubric(SMALL))
        parts = [part.part.id for question in key.questions for part in question.parts]
        pairs = [(part, text) for part in parts for text in NAMED][::step]
        orders.append({pair: grader.grade_answer(key, *pair) for pair in pairs})
    assert orders[0] == orders[1]
