"""Truth and answer at the points of a solved question's run -> what ball arithmetic has to say of them.

The program is run in balls from its leaves, so that no rounding of an intermediate stands between two formulas:
``1 - yhat`` of a saturated unit is what it is. Only models of scalars have this certificate.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from grader.comparison.arrays import Pair
from grader.comparison.scalars import PointCounts, compare_points
from grader.expression.evaluation.balls import Assignments, ModelPoint, certainly_outside
from grader.expression.language.nodes import Expression, Partial, walk
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, leaf_values
from grader.solver.session import remembered

CLOSE_LOOKS = 1


@remembered(maxsize=256)
def is_scalar_model(question: SolvedQuestion) -> bool:
    """Whether every quantity of the model is a scalar."""
    return not any(question.graph.axes.values())


def compare_run(
    question: SolvedQuestion, closed: Expression, answer: Expression, run: Run, pair: Pair, judged: NDArray[np.bool_]
) -> PointCounts | None:
    """Truth and answer at a run's points, settled; None where there is a difference without a certain word on it."""
    if pair.answer.ndim != 1:
        return None
    values = (pair.truth.astype(float), pair.answer.astype(float))
    program = _program_for(question, closed, answer)
    found = compare_points(closed, answer, values, judged, lambda k: _point(run, k), program, CLOSE_LOOKS)
    return None if found.where is not None and not found.certified else found


def surely_outside(
    question: SolvedQuestion, run: Run, closed: Expression, answer: Expression, accepted: tuple[float, float]
) -> bool:
    """Whether a number lies outside of what is accepted, and the truth inside, both with certainty."""
    program, point = _program_for(question, closed, answer), _point(run, 0)
    slack = 1e-9 * max(map(abs, accepted))
    wider = (accepted[0] - slack, accepted[1] + slack)
    return certainly_outside(answer, accepted, point, program) and not certainly_outside(closed, wider, point, program)


@remembered(maxsize=256)
def _point(run: Run, k: int) -> ModelPoint:
    given = _given(run)
    return ModelPoint({name: given.get(name, float(values[k])) for name, values in leaf_values(run).items()})


@remembered(maxsize=256)
def _given(run: Run) -> dict[str, Fraction]:
    """The numbers that the rubric gives, as it writes them and not as a double holds them."""
    return {leaf.name: Fraction(repr(leaf.value)) for leaf in run.graph.leaves if isinstance(leaf.value, float | int)}


def _program_for(question: SolvedQuestion, *sides: Expression) -> Assignments:
    return _program(question, any(isinstance(item, Partial) for side in sides for item in walk(side)))


@remembered(maxsize=256)
def _program(question: SolvedQuestion, partials: bool) -> Assignments:
    """The model's lines in order, with those of its derivatives where they are asked for."""
    nodes = [*question.graph.nodes]
    if partials:
        nodes += [node for adjoints in question.adjoints.values() for node in adjoints]
    return tuple((node.name, node.expression) for node in nodes)
