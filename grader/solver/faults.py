"""What the solver finds wrong -> a Problem at the formula that is at fault, by its line and character.

Where ``L: log(-1 - z^2)`` has no value at any point, none of its derivatives can be checked: that is said at L.
"""

from __future__ import annotations

import numpy as np

from grader.expression.language.nodes import Expression, head, sides
from grader.problems import Problem
from grader.rubric.model import Part, Question
from grader.rubric.text_places import place_at
from grader.solver.finite_points import HINT
from grader.solver.key import SolvedQuestion


def at_quantity(problem: Problem, question: Question, name: str) -> Problem:
    """A Problem at the formula of a quantity of the model; at the first part where it is not known which."""
    line, column = question.model.place_of(name, problem.span.start if problem.span else 0)
    if not line:
        line = question.parts[0].line if question.parts else 0
        return problem.at("", line, path=f"question {question.id}, key 'model'")
    kind = "define" if any(node.name == name for node in question.model.graph.nodes) else "given"
    return problem.at("", line, column, f"question {question.id}, model, {kind} '{name}'")


def at_target(problem: Problem, question: Question, part: Part) -> Problem:
    """A Problem at the target of a part."""
    line, column = place_at(part.places, 0)
    return problem.at("", line or part.line, column, f"question {question.id}, part {part.id}, key 'target'")


def without_values(done: SolvedQuestion, target: Expression) -> Problem | None:
    """The first quantity that a target is computed from and that has no finite value at any sample point."""
    used = done.graph.leading_to(*(head(side) or "" for side in sides(target)))
    for node in done.graph.nodes:
        if node.name in used and not any(np.isfinite(run.values[node.name]).any() for run in done.runs):
            return at_quantity(
                Problem(f"'{node.name}' has no finite value at any sample point", HINT), done.question, node.name
            )
    return None
