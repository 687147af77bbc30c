"""Formulas as rows of a table, in which a node that stands at many places has one row, and back.

``-x`` is ``["Symbol", ["x"], []]`` and ``["Call", ["neg", 0], [0]]``: its kind, what it holds itself, the places of the
nodes below it, and where it stood in its text, if it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, assert_never

from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    children,
)
from grader.problems import NOWHERE, Span


@dataclass(frozen=True, slots=True, eq=False)
class NodeTable:
    """The nodes met so far and the row of each; a row comes after those of the nodes below it."""

    nodes: list[Expression] = field(default_factory=list)
    rows: list[list[object]] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)


def placed(table: NodeTable, node: Expression) -> int:
    """The place of a node, which is added with all below it that the table does not have yet."""
    pending = [node]
    while pending:
        current = pending[-1]
        below = [child for child in children(current) if _name(child) not in table.places]
        if below:
            pending += reversed(below)
            continue
        pending.pop()
        if _name(current) not in table.places:
            table.places[_name(current)] = len(table.nodes)
            table.rows.append(_row(current, [table.places[_name(child)] for child in children(current)]))
            table.nodes.append(current)
    return table.places[_name(node)]


def add_rows(table: NodeTable, rows: Iterable[Sequence[Any]]) -> None:
    """Add the nodes of some rows, which `placed` made after those that the table has.

    Raises ValueError, LookupError or TypeError where they are none.
    """
    for row in rows:
        kind, own, below, *span = row
        parts = tuple(table.nodes[place] for place in below)
        table.nodes.append(_node(kind, own, parts, Span(*span) if span else NOWHERE))


def _name(node: Expression) -> object:
    """What tells a node from others: of two equal formulas each is kept, since work is counted by the node."""
    return (node, node.span) if isinstance(node, Number | Symbol | Slice) else id(node)


def _row(node: Expression, below: list[int]) -> list[object]:
    span = () if node.span == NOWHERE else (node.span.start, node.span.end)
    return [type(node).__name__, _own(node), below, *span]


def _own(node: Expression) -> list[object]:
    """What a node holds besides the nodes below it."""
    match node:
        case Number():
            return [node.value.numerator, node.value.denominator, node.place]
        case Symbol():
            return [node.name]
        case Call():
            return [node.function, node.primes]
        case Product():
            return [*node.joints]
        case Reduce():
            return [node.kind, node.letter, *(part is not None for part in (node.lower, node.upper, node.condition))]
        case Matrix():
            return [len(row) for row in node.rows]
        case Slice() | Indexed() | Cases() | Partial():
            return []
        case _:
            assert_never(node)


def _node(kind: str, own: Sequence[Any], parts: tuple[Expression, ...], span: Span) -> Expression:
    rest = iter(parts)
    match kind:
        case "Number":
            return Number(Fraction(own[0], own[1]), own[2], span)
        case "Symbol":
            return Symbol(own[0], span)
        case "Slice":
            return Slice(span)
        case "Indexed":
            return Indexed(parts[0], parts[1:], span)
        case "Call":
            return Call(own[0], parts, own[1], span)
        case "Product":
            return Product(parts, tuple(own), span)
        case "Reduce":
            body = next(rest)
            lower, upper, condition = (next(rest) if there else None for there in own[2:])
            return Reduce(own[0], own[1], body, lower, upper, condition, span)
        case "Cases":
            branches = tuple(zip(parts[::2], parts[1::2], strict=False))
            return Cases(branches, parts[-1] if len(parts) % 2 else None, span)
        case "Partial":
            return Partial(parts[0], parts[1], span)
        case "Matrix":
            return Matrix(tuple(tuple(next(rest) for _ in range(length)) for length in own), span)
    raise ValueError(f"no kind of node: {kind}")
