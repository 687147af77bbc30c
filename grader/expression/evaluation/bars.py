"""Bars round arrays: ``|x|`` of a vector is its norm, or the absolute value of each entry.

``x/|x|^2`` is over the norm's square: nobody puts bars round the entries that are squared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment, at_one_point
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Matrix,
    Number,
    Slice,
    Symbol,
    children,
    rebuild,
    rewritten,
    walk,
)

Meant: TypeAlias = Collection[str]
BARS: Meant = ("abs", "norm")  # what they mean, the strict meaning first


def with_norms(node: Expression, env: Environment) -> Expression:
    """The formula with the norms of all arrays that stand between bars."""
    barred = [item for item in walk(node) if isinstance(item, Call) and item.function == "abs"]
    known: dict[int, bool] = {}
    if not any(holds_array(item.args[0], env, known) for item in barred):
        return node
    small = at_one_point(env)

    def rule(item: Expression, again: Again) -> Expression:
        whole = isinstance(item, Call) and item.function == "abs" and _is_array(item.args[0], small)
        item = rebuild(item, again)
        return Call("norm", item.args, span=item.span) if whole and isinstance(item, Call) else item

    return rewritten(node, rule)


def bars_squared(node: Expression, env: Environment) -> bool:
    """Whether an even power of an array between bars is taken."""
    small = at_one_point(env)
    return any(_is_array(inner, small) for inner in _squared(node))


def _squared(node: Expression) -> Iterator[Expression]:
    for item in walk(node):
        match item:
            case Call("pow", (Call("abs", (inner,)), Number(value=power))) if power % 2 == 0:
                yield inner


def _is_array(node: Expression, env: Environment) -> bool:
    if not holds_array(node, env, {}):
        return False
    try:
        return evaluate(node, env).rank > 0
    except ShapeError:
        return True


def holds_array(node: Expression, env: Environment, known: dict[int, bool]) -> bool:
    """Whether an array stands in a formula without all of its indices; `known` tells so of nodes by identity."""
    match node:
        case Symbol(name=name):
            return name in env.values and env.values[name].ndim > 1
        case Indexed(base=Symbol(name=name), indices=places):
            entered = sum(not isinstance(place, Slice) for place in places)
            return name in env.values and env.values[name].ndim - 1 > entered
        case Matrix() | Call(function="ones" | "identity", args=[_, *_]) | Call(function="entries" | "stacked"):
            return True
    if id(node) not in known:
        known[id(node)] = any(holds_array(child, env, known) for child in children(node))
    return known[id(node)]
