"""Grades hand-derived gradients: a rubric declares a model, the solver finds the answers, texts are judged.

>>> import grader
>>> grader.equivalent("sigma(x)*(1 - sigma(x))", r"\\frac{e^{-x}}{(1+e^{-x})^2}").decision
'equivalent'

Everything loads where it is first used: ``import grader`` itself takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from grader.version import VERSION as __version__

if TYPE_CHECKING:
    from os import PathLike

    from grader.batch.graded import GradedClass
    from grader.previews.notebook import AnswerSheet as Sheet
    from grader.previews.notebook import PreviewedText
    from grader.previews.public_form import PublicRubric
    from grader.problems import Problem, Span
    from grader.results import GradeReport, PartResult, Verdict
    from grader.rubric.model import Rubric, RubricError
    from grader.solver.key import AnswerKey
    from grader.submission.submissions import Answer, Submission

__all__ = [
    "Answer",
    "AnswerKey",
    "GradeReport",
    "GradedClass",
    "PartResult",
    "Problem",
    "PublicRubric",
    "Rubric",
    "RubricError",
    "Sheet",
    "Span",
    "Submission",
    "Verdict",
    "__version__",
    "equivalent",
    "grade",
    "grade_answer",
    "load_public",
    "load_rubric",
    "open",
    "preview",
    "solve",
]

_HOMES = {
    "Answer": "grader.submission.submissions",
    "AnswerKey": "grader.solver.key",
    "GradeReport": "grader.results",
    "GradedClass": "grader.batch.graded",
    "PartResult": "grader.results",
    "Problem": "grader.problems",
    "PublicRubric": "grader.previews.public_form",
    "Rubric": "grader.rubric.model",
    "RubricError": "grader.rubric.model",
    "Sheet": "grader.previews.notebook:AnswerSheet",
    "Span": "grader.problems",
    "Submission": "grader.submission.submissions",
    "Verdict": "grader.results",
}


def load_rubric(path: str | PathLike[str]) -> Rubric:
    """The rubric in the YAML file at `path`; raises RubricError, which carries every Problem found."""
    from grader.work import seldom_collected

    with seldom_collected():
        from grader.batch.rubrics import read_rubric
        from grader.rubric.model import RubricError

        found = read_rubric(path)
    if isinstance(found, tuple):
        raise RubricError(found)
    return found


def load_public(path: str | PathLike[str]) -> PublicRubric:
    """The public form at `path`, or that of the rubric there; raises RubricError, which carries every Problem found."""
    from grader.batch.public_forms import read_public
    from grader.rubric.model import RubricError

    found = read_public(path)
    if isinstance(found, tuple):
        raise RubricError(found)
    return found


def preview(rubric: Rubric | PublicRubric, part_id: str, text: str) -> PreviewedText:
    """How a text for a part is read, before anybody judges it: nothing is solved, and nothing of the key is shown.

    KeyError for a part that the rubric doesn't have.
    """
    from grader.previews.notebook import previewed, reader_for

    return previewed(reader_for(rubric), part_id, text)


def solve(rubric: Rubric) -> AnswerKey:
    """Every target of `rubric` solved and certified; raises RubricError where a part can't be."""
    from grader.work import seldom_collected

    with seldom_collected():
        from grader.rubric.model import RubricError
        from grader.solver.solving import solve as solve_all

        key = solve_all(rubric)
    if isinstance(key, tuple):
        raise RubricError(key)
    return key


def grade(key: AnswerKey, submission: Submission) -> GradeReport:
    """All answers of one student judged. Pure: no files, no clock."""
    from grader.grading import grade as judge

    return judge(key, submission)


def grade_answer(key: AnswerKey, part_id: str, text: str) -> PartResult:
    """One answer judged, for a notebook or a test; KeyError for a part that the rubric doesn't have."""
    from grader.grading import grade_answer as judge

    return judge(key, part_id, text)


def equivalent(reference: str, answer: str, domains: Mapping[str, str] | None = None) -> Verdict:
    """Whether two formulas are equal wherever both are defined, each free symbol a real number.

    `domains` narrows symbols by their plain spelling: ``{"yhat": "(0,1)", "y": "{0,1}", "n": "integer"}``.
    """
    from grader.comparison import equivalent as judge

    return judge(reference, answer, domains)


def open(folder: str | PathLike[str]) -> GradedClass:
    """What `grader grade` left in a folder, for statistics and pandas; raises OSError where there is nothing.

    ``grader.open("report").frame()`` has a row for each part of each student, ``.parts()`` how each part went.
    """
    from grader.batch.graded import open_graded

    return open_graded(folder)


def __getattr__(name: str) -> object:
    """The classes of the public API, imported when first named."""
    if name not in _HOMES:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    home, _, own = _HOMES[name].partition(":")
    return getattr(import_module(home), own or name)
