"""A solved part -> limits that it is graded by without saying so, each as (key, message).

A step dL/dz twice in a part gets "the step 'dL/dz' stands there 2 times".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from grader.expression.language.nodes import Expression, Partial, head, partial_name
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import margin_values
from grader.solver.runs import quantities


def one_sided_conditions(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Conditions of the model that the sample points never fulfil, or always."""
    if question.numeric or part is not question.parts[0]:
        return
    for margin in question.conditions:
        sides: set[bool] = set()
        for run in question.runs:
            values = margin_values(run, margin)
            if values is not None:
                sides |= {bool(side) for side in np.unique(values > 0)}
        if len(sides) == 1:
            yield "domain", "a condition of the model has the same outcome at every sample point"


def idle_steps(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Steps that lie off the way, that are nought, or that stand there twice."""
    steps = part.part.steps
    for text, count in Counter(step.text for step in steps).items():
        if count > 1:
            yield "steps", f"the step '{text}' stands there {count} times"
    target = part.part.target
    if not isinstance(target, Partial):
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    way = question.graph.reached_from(below) & question.graph.leading_to(above)
    for step in steps:
        names = [head(side) or "" for side in _sides(step.target)]
        if not way.issuperset(names):
            yield "steps", f"the step '{step.text}' is not on the way from {above} to {below}"
        elif isinstance(step.target, Partial):
            values = quantities(question.runs[0], (step.target,), question.adjoints).get(partial_name(*names))
            if values is not None and not values.any():
                yield "steps", f"the step '{step.text}' is 0 everywhere"


def _sides(target: Expression) -> tuple[Expression, ...]:
    return (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)


def points_without_a_step(_: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Points that only the final answer earns."""
    worth = sum(step.points for step in part.part.steps)
    left = part.part.points - worth
    if part.part.steps and left > 1e-9:
        yield "steps", f"the steps are worth {worth:g} of {part.part.points:g} points; the answer alone earns the rest"
