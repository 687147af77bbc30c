r"""A vector of ones whose length only its neighbour tells: ``\mathbf 1^\top A`` sums A down its columns.

``1^T (yhat - y)`` becomes ``total(yhat - y, 0)``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Call, Expression, Product, Symbol, integer

MOST_LENGTHS = 5  # of which a column and a row of ones are tried with each pair
_JOINTS = frozenset(("", "@", "*", "cdot", "times"))


def holds_ones(node: Product) -> bool:
    """Whether a vector of ones without a length is among the factors."""
    return any(_is_ones(factor) or _is_turned(factor) for factor in node.factors)


def with_sums(node: Expression, env: Environment) -> Expression:
    """The product with each vector of ones that stands beside an array taken for the sum it makes."""
    if not isinstance(node, Product) or not holds_ones(node):
        return node
    factors, joints = list(node.factors), list(node.joints)
    at = 0
    while at < len(joints):
        summed = _sum(factors[at], factors[at + 1], env) if joints[at] in _JOINTS else None
        if summed is None:
            at += 1
            continue
        row = _is_turned(factors[at])
        factors[at : at + 2] = [summed]
        del joints[at]
        if row and at < len(joints) and not joints[at] and len(_shape(factors[at + 1], env)) == 1:
            joints[at] = "@"  # 1^T A v, the row of the sums times v
        at = max(at - 1, 0)  # 1^T A 1
    return Product(tuple(factors), tuple(joints), node.span) if joints else factors[0]


def with_lengths(node: Expression, env: Environment) -> list[Expression]:
    r"""The product with each length that vectors of ones left in it may have: ``v 1^T`` repeats the column v.

    A column and a row of ones beside each other, ``\mathbf{1}\mathbf{1}^\top``, have a length each.
    """
    if not isinstance(node, Product) or not holds_ones(node):
        return [node]
    named = {length: Symbol(name) for name, length in sorted(env.sizes.items(), reverse=True)}
    lengths = {length for value in env.values.values() for length in value.shape[1:]}
    sizes = [named.get(length, integer(length)) for length in sorted((lengths | named.keys()) - {1})]
    beside = any(_is_ones(one) and _is_turned(other) for one, other in pairwise(node.factors))
    pairs = list(product(sizes, sizes)) if beside and len(sizes) <= MOST_LENGTHS else [(size, size) for size in sizes]
    return [replace(node, factors=tuple(_of_length(factor, *pair) for factor in node.factors)) for pair in pairs]


def _of_length(factor: Expression, height: Expression, width: Expression) -> Expression:
    if _is_ones(factor):
        return Call("ones", (height,))
    return Call("transpose", (Call("ones", (width,)),)) if _is_turned(factor) else factor


def _is_ones(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "ones" and not node.args


def _is_turned(node: Expression) -> bool:
    match node:
        case Call(function="transpose", args=(inner,)):
            return _is_ones(inner) or inner == integer(1)
    return False


def _sum(left: Expression, right: Expression, env: Environment) -> Expression | None:
    """What ``1^T X`` or ``X 1`` comes to; None where X has no axis to be summed."""
    if _is_turned(left):
        shape = _shape(right, env)
        if len(shape) == 2 and shape[1] > 1:
            return Call("total", (right, integer(0))) if shape[0] > 1 else None
        return Call("total", (right,)) if shape else None
    if _is_ones(right):
        shape = _shape(left, env)
        if len(shape) == 2 and shape[0] > 1:
            return Call("total", (left, integer(1))) if shape[1] > 1 else None
        turned = isinstance(left, Call) and left.function == "transpose"  # x 1 of two plain vectors is no sum
        return Call("total", (left,)) if shape and (turned or len(shape) > 1) else None
    return None


def _shape(node: Expression, env: Environment) -> tuple[int, ...]:
    if _is_ones(node) or _is_turned(node):
        return ()
    try:
        return evaluate(node, env).shape
    except ShapeError:
        return ()
