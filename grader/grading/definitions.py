"""What an answer defines for itself -> put in where it is used; however often that is, it stays one formula.

``u = x + x; v = u + u; ds/dx = v + v`` gives a formula of four nodes, three of them shared. So sixteen doublings take
no longer than sixteen sums. What is put in here is what `grader.grading.definition_checks` finds nothing amiss with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from grader.autodiff.graph import Node
from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    Again,
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Symbol,
    children,
    head,
    indices,
    rebuild,
    rewriter,
    rewritten,
    symbols,
    walk,
)
from grader.work import TooMuchWork

MAX_NESTED = 60  # definitions put in one within another, which is only where their letters change, or from the last on


Definitions: TypeAlias = tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The definitions by name, and what came of each use so far; those `at_work` are being put in."""

    lines: Mapping[str, Node]
    summed: frozenset[str] = frozenset()  # names that stand in sums alone
    done: dict[tuple[int, tuple[Expression, ...]], Expression] = field(default_factory=dict)
    at_work: list[tuple[int, tuple[Expression, ...]]] = field(default_factory=list)


def with_definitions(answer: Expression, definitions: Definitions) -> Expression:
    """The answer with its own definitions put in; a later definition of a name stands over an earlier one.

    None leads back to itself, and together they are no deeper than the reader allows: `problem_of_definitions` found
    nothing. Raises TooMuchWork where too many stand in one another.
    """
    shortened = {name: right for left, right in definitions if (name := short_for_entry(left, right))}
    if shortened:
        full = partial(_at_entries, shortened)
        answer = rewritten(answer, full)
        definitions = tuple(
            (left, right if short_for_entry(left, right) else rewritten(right, full)) for left, right in definitions
        )
    lines = _lines(definitions)
    known = _Known(lines, _only_in_sums((answer, *(right for _, right in definitions)), frozenset(lines)))
    again = rewriter(partial(_put_in, known))
    for line in known.lines.values():  # the first first, so that they are not put in one within the other
        _used(known, line, tuple(map(Symbol, line.letters)), again)
    return again(answer)


def short_for_entry(left: Expression, right: Expression) -> str:
    """The name that stands for an entry of the quantity of that name, ``p = p_ij``; nothing where it does not."""
    short = isinstance(left, Symbol) and isinstance(right, Indexed) and right.base == left and letters_of(right)
    return left.name if short and isinstance(left, Symbol) else ""


def _at_entries(shortened: Mapping[str, Expression], node: Expression, again: Again) -> Expression:
    match node:
        case Symbol(name):
            return shortened.get(name, node)
        case Indexed(Symbol(name), entered, span) if name in shortened:
            return Indexed(node.base, tuple(map(again, entered)), span)
        case Partial():
            return node
    return rebuild(node, again)


def letters_of(left: Expression) -> tuple[str, ...] | None:
    """The letters at which a left side defines all of its name; None for an entry or a derivative."""
    letters = tuple(index.name for index in indices(left) if isinstance(index, Symbol))
    return letters if isinstance(left, Symbol | Indexed) and len(letters) == len(indices(left)) else None


def joined_at_places(definitions: Definitions, places: frozenset[str]) -> Definitions:
    """Definitions of an array at a letter and at a place as one: ``d_j = a_j`` and ``d_k = b`` of a class k."""
    lines = list(definitions)
    for at, (left, right) in enumerate(definitions):
        general = next((n for n, (other, _) in enumerate(lines) if n != at and _tests(other, left, places)), None)
        if general is None:
            continue
        whole, value = lines[general]
        first, *more = _tests(whole, left, places)
        test: Expression = first
        for another in more:
            test = Call("and", (test, another))
        lines[general] = lines[at] = (whole, Cases(((right, test),), value))
    return tuple(lines)


def _tests(general: Expression, left: Expression, places: frozenset[str]) -> list[Expression]:
    """When an entry of what is defined at letters is the one at places of the model; none where it is no such entry."""
    pairs = list(zip(indices(general), indices(left), strict=False))
    named = [isinstance(a, Symbol) and a.name not in places for a, _ in pairs]
    placed = [(a, b) for a, b in pairs if a != b]
    fits = head(general) == head(left) is not None and len(indices(general)) == len(indices(left)) and all(named)
    if not fits or not all(isinstance(b, Symbol) and b.name in places for _, b in placed):
        return []
    return [Call("eq", pair) for pair in placed]


def _lines(definitions: Definitions) -> dict[str, Node]:
    """The definitions by name; those that stood when a line was written, by a name of their own."""
    lines: dict[str, Node] = {}
    current: dict[str, Expression] = {}
    for number, (left, right) in enumerate(definitions):
        name, letters = head(left), letters_of(left)
        if name is None or letters is None or name == head(right):
            continue
        own = f"{name} as of {number}"
        line = Node(name, letters, (), _of_now(right, current))
        lines[own] = lines[name] = lines[_at(name, letters)] = line
        current[name] = current[_at(name, letters)] = Symbol(own)
    return lines


def _at(name: str, letters: tuple[str, ...]) -> str:
    r"""A name with its letters, by which ``\delta_j`` and ``\delta_k`` are told apart where an answer defines both."""
    return f"{name} at {','.join(letters)}"


def _of_now(right: Expression, current: Mapping[str, Expression]) -> Expression:
    """The right side of a line with the names that are defined before it as they are by then."""

    def rule(node: Expression, again: Again) -> Expression:
        if isinstance(node, Symbol):
            return current.get(node.name, node)
        if isinstance(node, Indexed) and isinstance(node.base, Symbol):
            same = current.get(_at(node.base.name, letters_of(node) or ()))
            if same is not None:
                return Indexed(same, node.indices, node.span)
        return node if isinstance(node, Partial) else rebuild(node, again)

    return rewritten(right, rule)


def _put_in(known: _Known, node: Expression, again: Again) -> Expression:
    if isinstance(node, Partial):
        return node
    name = head(node)
    same = known.lines.get(_at(name or "", letters_of(node) or ()))
    line = known.lines.get(name or "") if same is None else same
    if name is None or line is None:
        return rebuild(node, again)
    places = tuple(map(again, indices(node)))
    if line.letters and not places:  # the whole of what is defined by its entries
        letters = tuple(Symbol(f"{letter}'") for letter in line.letters)
        entry = _used(known, line, letters, again)
        held = frozenset(symbols(entry)) if name in known.summed else frozenset(letter.name for letter in letters)
        # D_ij = c_i is the same along j: in a sum, an axis of length 1
        axes = tuple(letter if letter.name in held else Number(Fraction(1)) for letter in letters)
        return Call("entries", (entry, *axes), 0, node.span)
    if line.letters and len(line.letters) != len(places):
        return rebuild(node, again)  # a definition at other indices than the use says nothing about it
    found = _used(known, line, places if line.letters else (), again)
    # entries of what is defined as a whole
    return Indexed(found, places, node.span) if places and not line.letters else found


def _only_in_sums(sides: tuple[Expression, ...], names: frozenset[str]) -> frozenset[str]:
    """Those of some names that stand whole in some formulas as terms of a sum, and nowhere else."""
    elsewhere: set[str | None] = {head(side) for side in sides if isinstance(side, Symbol)}
    for node in (node for side in sides for node in walk(side)):
        if not (isinstance(node, Call) and node.function in ("add", "sub", "neg")):
            elsewhere |= {head(child) for child in children(node) if isinstance(child, Symbol)}
    return names - elsewhere


def _used(known: _Known, line: Node, places: tuple[Expression, ...], again: Again) -> Expression:
    """What a definition comes to at some places of its letters."""
    key = (id(line), places)
    if key not in known.done:
        if len(known.at_work) == MAX_NESTED or key in known.at_work:
            raise TooMuchWork(f"more than {MAX_NESTED} definitions, each within another")
        known.at_work.append(key)
        try:
            known.done[key] = again(substitute(line.expression, dict(zip(line.letters, places, strict=True))))
        finally:
            known.at_work.pop()
    return known.done[key]
