"""The target's values in a run, and an answer's beside them.

``pairs_in`` gives arrays of one shape for ``yhat_uv - y_uv`` and the target ``dJ/dz_ij``, u lined up with i.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.comparison.arrays import Pair, line_up
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Unchanged, unchanged
from grader.expression.evaluation.values import ShapeError, Value, align
from grader.expression.language.nodes import Expression
from grader.solver.as_asked import holds
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, environment, extents, quantities
from grader.solver.session import remembered

CLOSE = 1e-9  # of two values that may be one


@remembered(maxsize=4096)
def truth_value(run: Run, target: Expression) -> Value:
    """The target's values in a run, with the target's letters."""
    return evaluate(target, environment(run, extents(run, target)))


def value_in(run: Run, target: Expression, answer: Expression) -> Value | None:
    """The value of an answer to a target in a run; None where it has none."""
    try:
        return evaluate(answer, environment(run, extents(run, target)))
    except ShapeError:
        return None


def pairs_in(
    question: SolvedQuestion, run: Run, target: Expression, answer: Expression, like: Unchanged | None = None
) -> tuple[Pair, ...]:
    """Answer and truth at the points of a run, in every way their indices can be lined up."""
    quantities(run, (answer, target) if like is None else like.new_in(answer), question.adjoints)
    value, truth = evaluate(answer, environment(run, extents(run, target)), like), truth_value(run, target)
    pairs = line_up(value, truth, run.points)
    if question.condition is None:
        return pairs
    asked = holds(run, question.condition, target, truth)
    return tuple(
        replace(pair, answer=np.where(asked, pair.answer, 0.0), truth=np.where(asked, pair.truth, 0.0))
        for pair in pairs
    )


def parts_in(question: SolvedQuestion, run: Run, target: Expression, formula: Expression) -> Unchanged:
    """The parts of a formula at the points of a run, for what is changed in it."""
    quantities(run, (formula, target), question.adjoints)
    return unchanged(formula, environment(run, extents(run, target)))


def right_at_one_place(question: SolvedQuestion, target: Expression, answer: Expression) -> str:
    """The letters of an answer that the target lacks, where at every point some place for them makes it right.

    So it is with ``-u_c`` where the observed word c has no letter in the model; empty where nothing does.
    """
    extra: tuple[str, ...] = ()
    for run in question.runs:
        try:
            quantities(run, (answer,), question.adjoints)
            value, truth = evaluate(answer, environment(run, extents(run, target))), truth_value(run, target)
            extra = tuple(letter for letter in value.letters if letter not in truth.letters)
            (one, other), letters = align((value, truth))
        except ShapeError:
            return ""
        if not extra or not set(truth.letters) <= set(letters) or value.rank != truth.rank:
            return ""
        close = np.isclose(one, other, rtol=CLOSE, atol=CLOSE, equal_nan=True)
        kept = tuple(k for k in range(1, close.ndim) if not (k <= len(letters) and letters[k - 1] in extra))
        if not close.all(axis=kept).reshape(len(close), -1).any(axis=1).all():
            return ""
    return ", ".join(extra)
