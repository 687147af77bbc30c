"""A solved part -> limits that it is graded by without saying so, each as (key, message).

A step dL/dz twice in a part gets "the step 'dL/dz' stands there 2 times".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from grader.expression.language.nodes import Expression, Partial, head, partial_name
from grader.expression.printing.text import to_text
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import margin_values, ordinary
from grader.solver.runs import Run, quantities


def one_sided_conditions(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Conditions of the model that the sample points never fulfil, or always, wherever another side was sought."""
    if question.numeric or part is not question.parts[0]:
        return
    for margin in question.conditions:
        if len(_sides_met(question.runs, margin)) == 1:
            boundary = to_text(margin, question.question.model.names)
            yield "domain", f"a condition of the model has the same outcome at every sample point: {boundary} and 0"


def distant_conditions(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Conditions of which only a search finds the other side: answers are held against it, which may not be meant."""
    if question.numeric or part is not question.parts[0]:
        return
    for margin in question.conditions:
        near = _sides_met([ordinary(run) for run in question.runs], margin)
        if len(near) == 1 and len(_sides_met(question.runs, margin)) > 1:
            boundary = to_text(margin, question.question.model.names)
            yield "domain", f"{boundary} changes sign only far out, where answers must be right, too"


def _sides_met(runs: Iterable[Run], margin: Expression) -> set[float]:
    """The signs of the margin at all points of the runs; one entry is the largest, and then it is 0."""
    found = [margin_values(run, margin) for run in runs]
    return {float(side) for values in found if values is not None for side in np.unique(np.sign(values))}


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
