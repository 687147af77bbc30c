r"""The letters with which the rubric's own answers count: ``a_k \delta_j`` of dC/dw says that j counts rows of w.

An answer with the same letters the other way round, ``a_j \delta_k``, is none that was only renamed.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.comparison.aligned_values import pairs_in
from grader.comparison.target import Target
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression
from grader.expression.reading.read import read
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.session import remembered


def counts_otherwise(question: SolvedQuestion, part: SolvedPart, target: Target, answer: Expression) -> str:
    """A letter of the answer that counts another axis in the rubric's answers; empty where none does."""
    rubric, own = _of_rubric(question, part), _axes(question, target.expression, answer)
    return min((letter for letter, axis in own.items() if rubric.get(letter, axis) != axis), default="")


@remembered(maxsize=1024, of_key=True)
def _of_rubric(question: SolvedQuestion, part: SolvedPart) -> Mapping[str, str]:
    """By letter what it counts in all accepted answers that have it."""
    found: dict[str, set[str]] = {}
    for example in part.part.accept:
        reading = read(example.answer, question.question.model.names)
        if reading.problems or reading.definitions or len(reading.chain) != 1:
            continue
        for letter, axis in _axes(question, part.part.target, reading.chain[0]).items():
            found.setdefault(letter, set()).add(axis)
    return {letter: min(axes) for letter, axes in found.items() if len(axes) == 1}


def _axes(question: SolvedQuestion, target: Expression, answer: Expression) -> Mapping[str, str]:
    """By each letter that is not the target's the letter or axis of it which it stands for; none where in doubt."""
    try:
        ways = pairs_in(question, question.runs[0], target, answer)
    except ShapeError:
        return {}
    return dict(ways[0].renamed) if len(ways) == 1 else {}
