"""An identity matrix that is written without its size -> the same with each size that it may have.

``A + lambda I`` with an A of n x n reads as ``A + lambda * identity(n)``: of all sizes that the arrays have, those that
fit their neighbours are left to whoever tries the readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader.expression.evaluation.scope import Environment
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Product,
    Symbol,
    children,
    integer,
    rebuild,
    rewritten,
    walk,
)


def holds_bare_identity(node: Expression) -> bool:
    """Whether an identity matrix without a size stands in a formula."""
    return any(map(_is_bare, walk(node)))


def with_sizes(node: Expression, env: Environment) -> Iterator[Expression]:
    """The formula with every bare identity matrix of one size, for each size that arrays have.

    A single entry is no size of a matrix: it would serve as the number 1 beside any other. Beside an identity a product
    without a sign is one of matrices.
    """
    named = {length: Symbol(name) for name, length in sorted(env.sizes.items(), reverse=True)}
    lengths = {length for value in env.values.values() for length in value.shape[1:]}
    for length in sorted((lengths | named.keys()) - {1}):
        yield sized(node, named.get(length, integer(length)))


def of_one_entry(node: Expression) -> Expression | None:
    """The formula with identities of a single entry, ``x^T I y`` of rows x and y; None where one is no inner factor."""
    inner = all(any(map(_is_bare, holder.factors[1:-1])) for holder in _holders(node))
    return sized(node, ONE) if inner else None


def _is_bare(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "identity" and not node.args


def _holders(node: Expression) -> Iterator[Product]:
    """What identity matrices stand in, a sum as a product without factors."""
    for item in walk(node):
        if any(_is_bare(child) for child in children(item)):
            yield item if isinstance(item, Product) else Product((), ())


def sized(node: Expression, size: Expression) -> Expression:
    """The formula with every bare identity matrix of this size."""

    def rule(item: Expression, again: Again) -> Expression:
        if _is_bare(item):
            return Call("identity", (size,), span=item.span)
        item = rebuild(item, again)
        return _of_matrices(item) if isinstance(item, Product) else item

    return rewritten(node, rule)


def _of_matrices(node: Product) -> Product:
    """A product with those of its joints that stand beside an identity matrix as matrix products."""
    known = [isinstance(factor, Call) and factor.function == "identity" for factor in node.factors]
    joints = tuple(
        "@" if joint in ("", "*") and (known[k] or known[k + 1]) else joint for k, joint in enumerate(node.joints)
    )
    return replace(node, joints=joints)
