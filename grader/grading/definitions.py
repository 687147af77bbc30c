"""What an answer defines for itself -> put in where it is used; however often that is, it stays one formula.

``u = x + x; v = u + u; ds/dx = v + v`` gives a formula of four nodes, three of them shared. So sixteen doublings take
no longer than sixteen sums. What is put in here is what `grader.grading.definition_checks` finds nothing amiss with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from grader.autodiff.graph import Node
from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    Again,
    Expression,
    Indexed,
    Partial,
    Symbol,
    head,
    indices,
    rebuild,
    rewriter,
    rewritten,
)
from grader.work import TooMuchWork

MAX_NESTED = 60  # definitions put in one within another, which is only where their letters change, or from the last on


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The definitions by name, and what came of each use so far; those `at_work` are being put in."""

    lines: Mapping[str, Node]
    done: dict[tuple[int, tuple[Expression, ...]], Expression] = field(default_factory=dict)
    at_work: list[Node] = field(default_factory=list)


def with_definitions(answer: Expression, definitions: tuple[tuple[Expression, Expression], ...]) -> Expression:
    """The answer with its own definitions put in; a later definition of a name stands over an earlier one.

    None leads back to itself, and together they are no deeper than the reader allows: `problem_of_definitions` found
    nothing. Raises TooMuchWork where too many stand in one another.
    """
    known = _Known(_lines(definitions))
    again = rewriter(partial(_put_in, known))
    for line in known.lines.values():  # the first first, so that they are not put in one within the other
        _used(known, line, tuple(map(Symbol, line.letters)), again)
    return again(answer)


def letters_of(left: Expression) -> tuple[str, ...] | None:
    """The letters at which a left side defines all of its name; None for an entry or a derivative."""
    letters = tuple(index.name for index in indices(left) if isinstance(index, Symbol))
    return letters if isinstance(left, Symbol | Indexed) and len(letters) == len(indices(left)) else None


def _lines(definitions: tuple[tuple[Expression, Expression], ...]) -> dict[str, Node]:
    """The definitions by name; those that stood when a line was written, by a name of their own."""
    lines: dict[str, Node] = {}
    current: dict[str, Expression] = {}
    for number, (left, right) in enumerate(definitions):
        name, letters = head(left), letters_of(left)
        if name is None or letters is None or name == head(right):
            continue
        own = f"{name} as of {number}"
        lines[own] = lines[name] = Node(name, letters, (), _of_now(right, current))
        current[name] = Symbol(own)
    return lines


def _of_now(right: Expression, current: Mapping[str, Expression]) -> Expression:
    """The right side of a line with the names that are defined before it as they are by then."""

    def rule(node: Expression, again: Again) -> Expression:
        if isinstance(node, Symbol):
            return current.get(node.name, node)
        return node if isinstance(node, Partial) else rebuild(node, again)

    return rewritten(right, rule)


def _put_in(known: _Known, node: Expression, again: Again) -> Expression:
    if isinstance(node, Partial):
        return node
    name, line = head(node), known.lines.get(head(node) or "")
    if name is None or line is None:
        return rebuild(node, again)
    places = tuple(map(again, indices(node)))
    if line.letters and len(line.letters) != len(places):
        return rebuild(node, again)  # a definition at other indices than the use says nothing about it
    found = _used(known, line, places if line.letters else (), again)
    # entries of what is defined as a whole
    return Indexed(found, places, node.span) if places and not line.letters else found


def _used(known: _Known, line: Node, places: tuple[Expression, ...], again: Again) -> Expression:
    """What a definition comes to at some places of its letters."""
    key = (id(line), places)
    if key not in known.done:
        if len(known.at_work) == MAX_NESTED:
            raise TooMuchWork(f"more than {MAX_NESTED} definitions, each within another")
        known.at_work.append(line)
        try:
            known.done[key] = again(substitute(line.expression, dict(zip(line.letters, places, strict=True))))
        finally:
            known.at_work.pop()
    return known.done[key]
