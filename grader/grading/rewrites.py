"""Other ways to write the same formula, for a rubric's self-test: ``a*b + c`` -> ``c + b*a``, ``x`` -> ``2*x/2``.

Every rule is an identity of real numbers wherever both sides are defined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.expression.algebra.construct import add, div, mul, neg, number, sub
from grader.expression.language.nodes import (
    ONE,
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Symbol,
    rebuild,
)

Rewrite = Callable[[Expression], Expression | None]


def _commute_sum(node: Expression) -> Expression | None:
    return Call("add", (node.args[1], node.args[0])) if isinstance(node, Call) and node.function == "add" else None


def _turn_difference(node: Expression) -> Expression | None:
    if isinstance(node, Call) and node.function == "sub":
        return neg(Call("sub", (node.args[1], node.args[0])))
    return None


def _commute_product(node: Expression) -> Expression | None:
    if isinstance(node, Product) and set(node.joints) <= {"*"}:
        return Product(tuple(reversed(node.factors)), node.joints)
    return None


def _distribute(node: Expression) -> Expression | None:
    """a * (b - c) -> a*b - a*c."""
    if not isinstance(node, Product) or not set(node.joints) <= {"*"}:
        return None
    for k, factor in enumerate(node.factors):
        if isinstance(factor, Call) and factor.function in ("add", "sub"):
            others = node.factors[:k] + node.factors[k + 1 :]
            left, right = (mul(*others, side) for side in factor.args)
            return add(left, right) if factor.function == "add" else sub(left, right)
    return None


def _split_fraction(node: Expression) -> Expression | None:
    """(a - b) / c -> a/c - b/c."""
    if isinstance(node, Call) and node.function == "div":
        above, below = node.args
        if isinstance(above, Call) and above.function in ("add", "sub"):
            parts = tuple(Call("div", (side, below)) for side in above.args)
            return Call(above.function, parts)
    return None


def _reciprocal(node: Expression) -> Expression | None:
    """a / b -> (1/b) * a."""
    if isinstance(node, Call) and node.function == "div":
        return mul(div(ONE, node.args[1]), node.args[0])
    return None


def _expand_sigmoid(node: Expression) -> Expression | None:
    if isinstance(node, Call) and node.function == "sigmoid" and not node.primes:
        return Call("div", (ONE, add(ONE, Call("exp", (neg(node.args[0]),)))))
    return None


def _halves(node: Expression) -> Expression | None:
    """x -> 2x / 2, at a quantity of the model."""
    if isinstance(node, Indexed | Symbol):
        return Call("div", (mul(number(2), node), number(2)))
    return None


RULES: tuple[Rewrite, ...] = (
    _commute_sum,
    _turn_difference,
    _commute_product,
    _distribute,
    _split_fraction,
    _reciprocal,
    _expand_sigmoid,
)


def rewritten(node: Expression, rng: np.random.Generator) -> Expression:
    """The formula with rules applied at random places; equal to it in value."""
    if isinstance(node, Number | Symbol | Indexed | Partial):
        return _halves(node) or node if isinstance(node, Symbol | Indexed) and rng.random() < 0.15 else node
    if isinstance(node, Cases):
        branches = tuple((rewritten(value, rng), test) for value, test in node.branches)
        last = None if node.otherwise is None else rewritten(node.otherwise, rng)
        return Cases(branches, last)
    if isinstance(node, Call) and node.function in ("iverson", "kronecker"):
        return node
    if isinstance(node, Call) and node.function == "pow":
        return Call("pow", (rewritten(node.args[0], rng), node.args[1]))
    node = rebuild(node, lambda child: rewritten(child, rng))
    for k in rng.permutation(len(RULES)):
        if rng.random() < 0.6:
            changed = RULES[int(k)](node)
            if changed is not None:
                return changed
    return node
