"""A question as one part of it asks: with the part's own letters among its quantities, and where it asks.

Of a part ``where: delta = yhat - y`` the runs have the values of delta as well, and answers may name it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.expression.algebra.construct import substitute
from grader.expression.algebra.simplify import simplify
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError, Value, spread
from grader.expression.language.nodes import ONE, ZERO, Again, Call, Expression, Partial, Symbol, rebuild, rewritten
from grader.rubric.model import Question
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import Kink
from grader.solver.readable import readable
from grader.solver.runs import Run, environment, extents, node_array
from grader.solver.session import remembered


@remembered(maxsize=1024, of_key=True)
def as_asked(question: SolvedQuestion, part: SolvedPart) -> SolvedQuestion:
    """The question for answers to a part; itself where the part has no letters and no condition of its own."""
    model, condition = part.part.own or question.question.model, part.part.condition
    if part.part.own is None and condition is None:
        return question
    own = model.graph.nodes[len(question.graph.nodes) :]

    def told(run: Run) -> Run:
        values = dict(run.values)
        for node in own:
            values[node.name] = node_array(node, values, run.sizes, run.points)
        return replace(run, graph=model.graph, values=values)

    kink = question.kink
    return replace(
        question,
        question=replace(question.question, model=model),
        graph=model.graph,
        runs=tuple(map(told, question.runs)),
        kink=kink and Kink(told(kink.at), told(kink.left), told(kink.right)),
        condition=condition,
    )


def holds(run: Run, condition: Expression, target: Expression, truth: Value) -> Array:
    """Where the condition of a part holds, as an array that lies as the target's values do."""
    found = evaluate(condition, environment(run, extents(run, target)))
    if set(found.letters) - set(truth.letters):
        raise ShapeError("the condition under 'where' names letters that the target does not")
    data = spread(found, truth.letters)
    data = data.reshape(*data.shape, *(1,) * (truth.data.ndim - data.ndim))
    return np.broadcast_to(data != 0, np.broadcast_shapes(data.shape, truth.data.shape))


def asks_somewhere(question: Question, run: Run) -> bool:
    """Whether the condition of each part holds somewhere in a run, or can't be told from it."""
    for part in question.judged:
        if part.condition is None:
            continue
        model = part.own or question.model
        values = dict(run.values)
        try:
            for node in model.graph.nodes[len(run.graph.nodes) :]:
                values[node.name] = node_array(node, values, run.sizes, run.points)
            own = replace(run, graph=model.graph, values=values)
            if not evaluate(part.condition, environment(own, extents(own, part.target))).data.any():
                return False
        except ShapeError:
            continue  # it names what the target has not, or a derivative: certified later
    return True


def under(condition: Expression, formula: Expression) -> Expression:
    """The formula where a condition holds: ``[i = j]`` is 0 where i and j differ, and i is j where they are equal."""
    if isinstance(condition, Call) and condition.function == "and":
        first, second = sorted(condition.args, key=_is_equation, reverse=True)
        if _is_equation(first) and isinstance(first, Call) and isinstance(first.args[1], Symbol):
            second = substitute(second, {first.args[1].name: first.args[0]})
        return under(second, under(first, formula))
    if not isinstance(condition, Call) or condition.function not in ("eq", "ne"):
        return formula
    left, right = condition.args
    pairs = (condition.args, condition.args[::-1])
    equal = condition.function == "eq"

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Partial():
                return node
            case Call("kronecker", args) if args in pairs:
                return ONE if equal else ZERO
            case Call("iverson", (Call("eq" | "ne" as test, args),)) if args in pairs:
                return ONE if equal == (test == "eq") else ZERO
        return rebuild(node, again)

    found = rewritten(formula, rule)
    if equal and isinstance(right, Symbol):
        found = substitute(found, {right.name: left})
    return readable(simplify(found)) if found != formula else formula


def _is_equation(condition: Expression) -> bool:
    return isinstance(condition, Call) and condition.function == "eq"
