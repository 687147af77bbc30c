"""The straight-line program of a model: leaves, then one named assignment a node.

``yhat_ij = exp(z_ij) / sum_k(exp(z_ik))`` is ``Node("yhat", ("i", "j"), ("m", "C"), <expression>)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.expression.language.domain import REAL, Domain
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Symbol, head, symbols, walk


def names_in(axes: Mapping[str, tuple[str, ...]]) -> set[str]:
    """All names of a model, which no letter of an index may have: of its quantities, and the sizes of their axes."""
    return {*axes, *(size for shape in axes.values() for size in shape)}


def entered_axes(letter: str, formula: Expression, axes: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The sizes of all axes that a letter enters in a formula."""
    return {
        size
        for item in walk(formula)
        if isinstance(item, Indexed) and (name := array_entered(item)) is not None
        for place, size in zip(item.indices, axes.get(name, ()), strict=False)
        if place == Symbol(letter)
    }


def array_entered(node: Indexed) -> str | None:
    """The array that indices enter: of ``inv(A)_ij`` and ``softmax(A)_ij`` the A, which has the same axes."""
    match node.base:
        case Symbol(name) | Call("inv" | "softmax", (Symbol(name),)):
            return name
    return None


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

    @property
    def holds_derivative(self) -> bool:
        """Whether it is a derivative of what stands above it, alone or beside other things."""
        return self.source is not None and any(isinstance(item, Partial) for item in walk(self.source))


class Described:
    """A program, of which the axes of all quantities are put together once."""

    __slots__ = ("_axes",)
    _axes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ComputationGraph(Described):
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
        return tuple(node for node in self.nodes if not node.holds_derivative)

    @property
    def quantities(self) -> tuple[Leaf | Node, ...]:
        """Leaves, then nodes."""
        return (*self.leaves, *self.nodes)

    @property
    def axes(self) -> Mapping[str, tuple[str, ...]]:
        """The axes of every quantity by its name, leaves first."""
        try:
            found = self._axes
        except AttributeError:
            found = MappingProxyType({item.name: item.axes for item in self.quantities})
            object.__setattr__(self, "_axes", found)
        return found

    def opaque_in(self, name: str) -> tuple[str, ...]:
        """The opaque functions of a given quantity."""
        return tuple(leaf.name for leaf in self.leaves if name in leaf.of)

    def reached_from(self, *names: str, without: str = "") -> frozenset[str]:
        """The names and all that is computed from them; of paths that go through `without`, nothing."""
        found = {*names} - {without}
        for leaf in self.leaves:
            if leaf.name != without and not found.isdisjoint(leaf.of):
                found.add(leaf.name)
        for node in self.nodes:
            if node.name != without and symbols(node.expression) & found:
                found.add(node.name)
        return frozenset(found)

    def leading_to(self, *names: str) -> frozenset[str]:
        """The names and all that they are computed from."""
        found = {*names}
        for node in reversed(self.nodes):
            if node.name in found:
                found |= symbols(node.expression)
        for leaf in reversed(self.leaves):
            if leaf.name in found:
                found.update(leaf.of)
        return frozenset(found & {item.name for item in self.quantities})

    def between(self, below: str, above: str) -> tuple[Node, ...]:
        """The nodes on a path from `below` to `above`, the two included, in the order in which they are computed."""
        way = self.reached_from(below) & self.leading_to(above)
        return tuple(node for node in self.nodes if node.name in way)

    def only_through(self, below: str, gate: str, above: str) -> bool:
        """Whether every path from `below` to `above` goes through `gate`."""
        return above not in self.reached_from(below, without=gate)


def inlined_size(nodes: Iterable[Node], name: str, most: int) -> int:
    """How many nodes the formula of a quantity (or adjoint) has once `inline` is done, or more than `most`.

    `nodes` are the definitions, each behind those that it uses; the count is made without putting them in.
    """
    found: dict[str, int] = {}
    for node in nodes:
        used = list(walk(node.expression))
        below = sum(found.get(head(item) or "", 0) for item in used if isinstance(item, Symbol | Partial))
        found[node.name] = min(len(used) + below, most + 1)
    return found.get(name, 0)
