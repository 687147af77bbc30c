"""Answers that are numbers, and what a program that holds numbers gives, without judging anything.

``typed_number`` of ``-0.0212`` is -0.0212; ``number_of(program, dL/dW)`` is 0.0104 where dL/dZ = 0.52 is held.
"""

from __future__ import annotations

from grader.diagnosis.carried.follow_through_program import LARGEST, Program, inputs, values_of
from grader.expression.language.nodes import Call, Expression, Number, head
from grader.solver.runs import node_array


def number_of(program: Program, target: Expression) -> float:
    """What a program of numbers gives for a target, worked out from what leads there alone. Raises ShapeError."""
    run = program.question.runs[0]
    found = dict(run.values)
    pending = [head(target) or ""]
    while pending:
        name = pending[-1]
        line = program.lines.get(name)
        if name not in found and line is None:
            return float(values_of(program, target)[0].item())
        missing = [] if line is None or name in found else [item for item in inputs(line) if item not in found]
        if missing:
            pending += missing
            continue
        if line is not None and name not in found:
            found[name] = node_array(line, found, run.sizes, run.points)
        pending.pop()
    return float(found[head(target) or ""].item())


def typed_number(answer: Expression) -> float | None:
    """The number that an answer is, with or without a sign; None for a formula."""
    match answer:
        case Number(value) if abs(value) <= LARGEST:
            return float(value)
        case Call("neg", (inner,)):
            found = typed_number(inner)
            return None if found is None else -found
    return None
