"""Which calls are conditions, and what a condition is worth where a value is wanted: ``(x > 0)`` is 1 or 0."""

from __future__ import annotations

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import Call, Expression, Partial

CONDITIONS = frozenset(row.name for row in FUNCTIONS.values() if row.kind == "condition")


def as_value(node: Expression) -> Expression:
    """A condition in a place for values is 1 where it holds and 0 elsewhere."""
    if isinstance(node, Call) and node.function in CONDITIONS:
        return Call("iverson", (node,), 0, node.span)
    return node


def as_branch(node: Expression) -> Expression:
    """The value of a branch: that of an equation of a derivative, ``dJ/dz = p if i = k``, is p."""
    match node:
        case Call(function="eq", args=(Partial(), value)):
            return as_value(value)
    return as_value(node)
