"""The value of a formula that is asked for again and again, while it is seen which readings of an answer fit.

``tried(formula, env)`` is ``evaluate(formula, env)``, kept as long as the environment is.
"""

from __future__ import annotations

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import ShapeError, Value
from grader.expression.language.nodes import Expression
from grader.work import at_hand, spend


def tried(node: Expression, env: Environment) -> Value:
    """The value of a formula, charged alike whether it is worked out or recalled.

    Raises ShapeError, and TooMuchWork as `evaluate` does.
    """
    known = env.tried.get(node)
    if known is not None:
        spend(known[1])
    else:
        work = at_hand()
        before = work.spent
        found: Value | ShapeError
        try:
            found = evaluate(node, env)
        except ShapeError as error:
            found = error
        known = env.tried[node] = found, work.spent - before
    if isinstance(known[0], ShapeError):
        raise known[0].with_traceback(None)
    return known[0]
