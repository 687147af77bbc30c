"""Index letters that are called as a number of the model, as the l of ``x_l`` beside a loss l, get one of their own.

In the place of an index a letter is an index, whatever else has its name, unless the model has places by that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from grader.expression.algebra.construct import fresh
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Product,
    Reduce,
    Symbol,
    children,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.expression.reading.read import Reading
from grader.solver.key import SolvedQuestion

_COMPARED = frozenset(("eq", "ne", "lt", "le", "gt", "ge"))


def with_index_letters(question: SolvedQuestion, target: Expression, reading: Reading) -> Reading:
    """The reading in which no letter is both an index and a quantity, unless a sum binds it."""
    sides = (*reading.chain, *(side for pair in reading.definitions for side in pair))
    entered = dict.fromkeys(_entered(sides))
    names = _no_places(question, target).intersection(entered) if entered else frozenset[str]()
    if not names:
        return reading
    taken = {item.name for item in question.graph.quantities} | {*question.graph.sizes} | symbols(target)
    taken = taken.union(*map(symbols, sides))
    letters: dict[str, Expression] = {}
    for name in filter(names.__contains__, entered):
        letters[name] = Symbol(fresh(taken))
        taken |= symbols(letters[name])
    chain = tuple(_changed(side, letters) for side in reading.chain)
    definitions = tuple((_changed(left, letters), _changed(right, letters)) for left, right in reading.definitions)
    return replace(reading, chain=chain, definitions=definitions)


def _no_places(question: SolvedQuestion, target: Expression) -> frozenset[str]:
    """The numbers of one letter that the model enters nowhere as an index; an array may stand for its label."""
    names = {item.name for item in question.question.model.names if item.role == "quantity" and not item.places_of}
    names = {name for name in names if question.graph.axes.get(name) == ()}
    used = set(_entered((target, *(node.expression for node in question.graph.nodes))))
    return frozenset(name for name in names - used if len(name) == 1)


def _entered(sides: Iterable[Expression]) -> Iterator[str]:
    """The letters in the places of indices."""
    for side in sides:
        for item in walk(side):
            for place in item.indices if isinstance(item, Indexed) else ():
                yield from _letters(place)


def _letters(place: Expression) -> Iterator[str]:
    match place:
        case Symbol(name):
            yield name
        case Call() | Product():
            for part in children(place):
                yield from _letters(part)


def _changed(node: Expression, letters: Mapping[str, Expression]) -> Expression:
    """The formula with letters put for names, where these are indices and no sum binds them."""

    def put(place: Expression, again: Again) -> Expression:
        match place:
            case Symbol(name):
                return letters.get(name, place)
            case Call() | Product():
                return rebuild(place, lambda part: put(part, again))
        return again(place)

    def rule(item: Expression, again: Again) -> Expression:
        match item:
            case Reduce(letter=letter) if letter in letters:
                others = {name: new for name, new in letters.items() if name != letter}
                return rebuild(item, lambda part: _changed(part, others)) if others else item
            case Indexed(base, places):
                return Indexed(again(base), tuple(put(place, again) for place in places), item.span)
            case Call("kronecker"):
                return rebuild(item, lambda part: put(part, again))
            case Call(function) if function in _COMPARED and all(isinstance(arg, Symbol) for arg in item.args):
                return rebuild(item, lambda part: put(part, again))
        return rebuild(item, again)

    return rewritten(node, rule)
