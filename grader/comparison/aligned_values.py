"""The target's values in a run, and an answer's beside them.

``pairs_in`` gives arrays of one shape for ``yhat_uv - y_uv`` and the target ``dJ/dz_ij``, u lined up with i.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.comparison.arrays import Pair, line_up
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Value
from grader.expression.language.nodes import Expression
from grader.solver.as_asked import holds
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, environment, extents, quantities
from grader.solver.session import remembered


@remembered(maxsize=4096)
def truth_value(run: Run, target: Expression) -> Value:
    """The target's values in a run, with the target's letters."""
    return evaluate(target, environment(run, extents(run, target)))


def pairs_in(question: SolvedQuestion, run: Run, target: Expression, answer: Expression) -> tuple[Pair, ...]:
    """Answer and truth at the points of a run, in every way their indices can be lined up."""
    quantities(run, (answer, target), question.adjoints)
    value, truth = evaluate(answer, environment(run, extents(run, target))), truth_value(run, target)
    pairs = line_up(value, truth, run.points)
    if question.condition is None:
        return pairs
    asked = holds(run, question.condition, target, truth)
    return tuple(
        replace(pair, answer=np.where(asked, pair.answer, 0.0), truth=np.where(asked, pair.truth, 0.0))
        for pair in pairs
    )
