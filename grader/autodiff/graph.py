"""The straight-line program of a model: leaves, then one named assignment a node.

``yhat_ij = exp(z_ij) / sum_k(exp(z_ik))`` is ``Node("yhat", ("i", "j"), ("m", "C"), <expression>)``.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.expression.language.domain import REAL, Domain
from grader.expression.language.nodes import Expression, Partial


@dataclass(frozen=True, slots=True)
class Leaf:
    """A given quantity: an input, a parameter, a target, or the value of an opaque function.

    `axes` names the size of each axis (a size symbol or digits); `value` is a number, nested tuples of
    them for an array, or None where the quantity is drawn from `domain`. `of` names the leaves an opaque
    function depends on: its value is free, and so is each partial of it by one of them.
    """

    name: str
    axes: tuple[str, ...] = ()
    domain: Domain = REAL
    value: object = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """`name` with free index `letters`, one an axis, is `expression`.

    `source` is the formula of whole arrays that it was lowered from, as the author wrote it.
    """

    name: str
    letters: tuple[str, ...]
    axes: tuple[str, ...]
    expression: Expression
    source: Expression | None = None


@dataclass(frozen=True, slots=True)
class ComputationGraph:
    """A model as a program: size symbols, leaves, and nodes in an order in which each uses earlier ones.

    `notation` pairs a name with the derivative that it stands for in answers (``delta_2`` with dJ/dz2).
    """

    sizes: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    nodes: tuple[Node, ...]
    notation: tuple[tuple[str, Expression], ...] = ()

    @property
    def formulas(self) -> tuple[Node, ...]:
        """The nodes that a key may name: what is itself a derivative answers no question for one."""
        return tuple(node for node in self.nodes if not isinstance(node.source, Partial))

    @property
    def quantities(self) -> tuple[Leaf | Node, ...]:
        """Leaves, then nodes."""
        return (*self.leaves, *self.nodes)
