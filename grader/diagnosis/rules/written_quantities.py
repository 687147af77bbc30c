"""One change of a quantity in an answer as it is written: its square, its place, another one, its derivative.

``h_k`` becomes ``h_k^2`` (`exponent`), ``h_j`` (`wrong_index`), ``h_{k-1}`` (`off_by_one`), ``z_k`` (`wrong_quantity`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from grader.autodiff.local_rules import local_partials
from grader.expression.algebra.construct import free_symbols, number, sub
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Partial,
    Symbol,
    head,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.rubric.malrule import Kind

TreeChange = tuple[Kind, Expression, Expression | None, Expression]
_NUMBERED = re.compile(r"(.*?)(\d+)$")


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What may stand in another's place: the axes of every quantity of the model, its sizes, the target's letters; of
    the solution the quantities as they stand there (`atoms`), its factors and its conditions; what is 0 or 1; and of
    a quantity that is the value of a function the derivative of that, in its place (`slopes`); by a quantity, what is
    a function of it alone in the solution (`functions`); those of which 1 less stands there (`complements`)."""

    axes: Mapping[str, tuple[str, ...]]
    sizes: frozenset[str]
    letters: tuple[str, ...]
    atoms: tuple[Expression, ...] = ()
    factors: tuple[Expression, ...] = ()
    tests: tuple[Expression, ...] = ()
    binary: frozenset[str] = frozenset()
    slopes: Callable[[Expression], Sequence[Expression]] = lambda _: ()
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complements: frozenset[str] = frozenset()


def squared(node: Expression) -> Expression:
    return Call("pow", (node, number(2)))


def free_letters(node: Expression, known: Alternatives) -> frozenset[str]:
    """The index letters of a formula that no sum in it binds."""
    return free_symbols(node) - known.axes.keys() - known.sizes


def in_its_place(node: Expression, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    """A quantity squared, at another place, or another one."""
    name = head(node)
    if isinstance(node, Partial):
        yield from _others(node, known, scope)
        return
    if name is None or (name not in known.axes and name not in known.sizes):
        return
    if name in known.axes:
        yield Kind.EXPONENT, node, squared(node), squared(node)
        for applied in (Call(function, (node,)) for function in known.functions.get(name, ())):
            yield Kind.MISSING_FUNCTION, applied, applied, applied
        if isinstance(node, Symbol) and len(axes := known.axes[name]) == 2 and axes[0] == axes[1]:
            yield Kind.MISSING_TRANSPOSE, node, Call("transpose", (node,)), Call("transpose", (node,))
    if isinstance(node, Indexed):
        for new in _places(node, scope):
            yield Kind.WRONG_INDEX, node, new, new
        for place, index in enumerate(node.indices):
            for sign in ("sub", "add"):
                new = _entered(node, place, Call(sign, (index, ONE)))
                yield Kind.OFF_BY_ONE, node, new, new
    yield from _others(node, known, scope)
    if name in known.complements:
        yield Kind.WRONG_QUANTITY, node, sub(ONE, node), sub(ONE, node)
    if name in known.sizes:
        for other in sorted(known.sizes - {name}):
            yield Kind.WRONG_QUANTITY, node, Symbol(other), Symbol(other)


def _places(node: Indexed, scope: tuple[str, ...]) -> Iterator[Indexed]:
    """Another letter at one place; two places interchanged."""
    for place, index in enumerate(node.indices):
        for other in scope:
            if index != Symbol(other):
                yield _entered(node, place, Symbol(other))
    for near, far in combinations(range(len(node.indices)), 2):
        first, second = node.indices[near], node.indices[far]
        if first != second:
            yield _entered(_entered(node, near, second), far, first)


def _entered(node: Indexed, place: int, index: Expression) -> Indexed:
    return replace(node, indices=(*node.indices[:place], index, *node.indices[place + 1 :]))


def _others(node: Expression, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    """Another quantity with the same indices, or one as it stands in the solution."""
    name, seen = head(node), {node}
    for other, axes in known.axes.items():
        if not isinstance(node, Partial) and other != name and axes == known.axes.get(name or ""):
            new: Expression = replace(node, base=Symbol(other)) if isinstance(node, Indexed) else Symbol(other)
            seen.add(new)
            yield Kind.WRONG_QUANTITY, node, new, new
    free = {*scope, *known.letters}
    for atom in (_placed(atom, node, known, free) for atom in known.atoms):
        if atom not in seen and head(atom) != name and free_letters(atom, known) <= free:
            yield Kind.WRONG_QUANTITY, node, atom, atom


def _placed(atom: Expression, node: Expression, known: Alternatives, free: Container[str]) -> Expression:
    """A quantity of the solution with the letters of another one for those that the answer has not, axis by axis."""
    if not isinstance(atom, Indexed) or not isinstance(node, Indexed):
        return atom
    letters = dict(zip(known.axes.get(head(node) or "", ()), node.indices, strict=False))
    axes = known.axes.get(head(atom) or "", ())
    entered = (
        letters.get(axis, index) if isinstance(index, Symbol) and index.name not in free else index
        for index, axis in zip(atom.indices, axes, strict=False)
    )
    return replace(atom, indices=tuple(entered)) if len(axes) == len(atom.indices) else atom


def throughout(answer: Expression, known: Alternatives) -> Iterator[TreeChange]:
    """One change wherever the same thing stands: a quantity, a step, a derivative for a value or the reverse."""
    names = sorted(symbols(answer) & known.axes.keys())
    for name in names:
        for other, axes in known.axes.items():
            if other != name and axes == known.axes[name]:
                about, belongs = Symbol(name), Symbol(other)
                yield Kind.WRONG_QUANTITY, about, belongs, _renamed(answer, {name: belongs})
        for function in known.functions.get(name, ()):
            applied = Call(function, (Symbol(name),))
            yield Kind.MISSING_FUNCTION, applied, applied, _applied(answer, name, function)
        if name in known.binary:
            yield Kind.SWAPPED_BRANCHES, Symbol(name), None, _renamed(answer, {name: sub(ONE, Symbol(name))})
    stems: dict[str, list[str]] = {}
    for name in names:
        if found := _NUMBERED.match(name):
            stems.setdefault(found[1], []).append(name)
    for stem, several in stems.items():
        for step in (-1, 1):
            moved = {name: Symbol(f"{stem}{int(name[len(stem) :]) + step}") for name in several}
            if {new.name for new in moved.values()} <= known.axes.keys():
                yield Kind.OFF_BY_ONE, Symbol(several[0]), moved[several[0]], _renamed(answer, moved)
    slopes = (item for item in walk(answer) if symbols(item) & known.axes.keys())
    values = {item: value for item in slopes for value in _value_of_slope(item)}
    if len(values) > 1:
        first = next(iter(values.values()))
        yield Kind.DERIVATIVE_FOR_VALUE, first, first, _replaced(answer, values)
    for item in dict.fromkeys(walk(answer)):
        for value in _value_of_slope(item):
            yield Kind.DERIVATIVE_FOR_VALUE, value, value, _replaced(answer, {item: value})
        for slope in _slope_of_value(item, known):
            yield Kind.ACTIVATION_FOR_DERIVATIVE, item, slope, _replaced(answer, {item: slope})


def _applied(node: Expression, name: str, function: str) -> Expression:
    """A function of a quantity wherever that stands."""

    def change(item: Expression, again: Again) -> Expression:
        if isinstance(item, Symbol | Indexed) and head(item) == name:
            return Call(function, (item,))
        return rebuild(item, again)

    return rewritten(node, change)


def _renamed(node: Expression, names: Mapping[str, Expression]) -> Expression:
    def change(item: Expression, again: Again) -> Expression:
        if isinstance(item, Symbol):
            return names.get(item.name, item)
        return rebuild(item, again)

    return rewritten(node, change)


def _replaced(node: Expression, new: Mapping[Expression, Expression]) -> Expression:
    def change(item: Expression, again: Again) -> Expression:
        return new[item] if item in new else rebuild(item, again)

    return rewritten(node, change)


def _value_of_slope(node: Expression) -> Iterator[Expression]:
    """The function's value, where a formula is its derivative as it is usually written."""
    match node:
        case Call("sub", (one, Call("square", (value,)))) if one == ONE:
            yield value
        case Call("sub", (one, Call("pow", (value, two)))) if one == ONE and two == number(2):
            yield value
        case Call("div", (one, inner)) if one == ONE:
            yield Call("log", (inner,))
        case Call("trigamma", (inner,)):
            yield Call("digamma", (inner,))
        case Call("digamma", (inner,)):
            yield Call("lgamma", (inner,))
        case Call(function, args, primes) if primes:
            yield Call(function, args, primes - 1)
        case Partial(numerator=above):
            yield above


def _slope_of_value(node: Expression, known: Alternatives) -> Iterator[Expression]:
    """The derivative of a function by its argument, where a formula is its value: ``1 - h_k^2`` for ``h_k``."""
    match node:
        case Call("log", (Call("add", (one, Call("exp", (inner,)))),)) if one == ONE:
            yield Call("sigmoid", (inner,))
        case Symbol() | Indexed():
            yield from known.slopes(node)
        case Call() if len(node.args) == 1 and not node.primes and node.function not in _PLAIN:
            yield from local_partials(node) or ()


_PLAIN = frozenset(("neg", "transpose", "square", "sqrt", "abs", "iverson", "not", "trace", "inv", "det", "exp"))
