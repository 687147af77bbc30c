"""Entries at a shifted place: the x of ``x_{t-1}`` at u is met where t is u + 1, as far as there is such a t.

So ``sum_t a_t x_{t-1}`` passes ``1[u <= T - 1] a_{u+1}`` to ``x_u``, and no Kronecker delta is left to be summed.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.expression.algebra.construct import add, iverson, mul, number, sub, substitute
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Symbol,
    rebuild,
    rewritten,
)

_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_LEAST = {"ge": 1, "gt": 0}  # what every place is


def offset_in(place: Expression, letters: Iterable[str]) -> tuple[str, int] | None:
    """The letter and the whole number of a place such as ``t - 1``; None for any other place."""
    name, offset = place_parts(place)
    return (name, offset) if name and offset and name in letters else None


def at_shifted(
    node: Expression, letter: str, place: Symbol, offset: int, size: Expression | None, axis: Expression
) -> Expression:
    """The formula at the `letter` for which letter + offset is `place`, which runs over an axis; 0 where there is none.

    `size` is how far the letter runs from 1; None where conditions in the formula tell.
    """
    moved = _plus(place, -offset)
    guards = []
    if size is not None:
        guards = [Call("ge", (moved, ONE)), Call("le", (moved, size))]

    def settle(item: Expression, again: Again) -> Expression:
        item = rebuild(item, again)
        match item:
            case Indexed(base, places):
                return Indexed(base, tuple(map(_folded, places)), item.span)
            case Call("kronecker", (left, right)):
                return Call("kronecker", (_folded(left), _folded(right)))
            case Call("iverson", (Call() as test,)):
                return _settled(test, place, axis)
        return item

    return rewritten(mul(*map(iverson, guards), substitute(node, {letter: moved})), settle)


def _settled(test: Call, place: Symbol, axis: Expression) -> Expression:
    """1 where a comparison holds all over the axis, else it with the place alone on its left."""
    if test.function not in _TURNED or len(test.args) != 2:
        return iverson(test)
    left, right = map(place_parts, test.args)
    function = test.function
    if left[0] != place.name:
        left, right, function = right, left, _TURNED[function]
    if left[0] != place.name or right[0] in (None, place.name):
        return iverson(test)
    beyond = right[1] - left[1]
    if not right[0] and function in _LEAST and beyond <= _LEAST[function]:
        return ONE
    last, further = place_parts(axis)
    if last == right[0] and ((function == "le" and beyond >= further) or (function == "lt" and beyond > further)):
        return ONE
    bound = _plus(Symbol(right[0]), beyond) if right[0] else number(beyond)
    return iverson(Call(function, (place, bound), 0, test.span))


def place_parts(node: Expression) -> tuple[str | None, int]:
    """A letter (or "" for none) and a whole number that make up a place; None and 0 for what is no such sum."""
    match node:
        case Number(value) if value.denominator == 1:
            return "", int(value)
        case Symbol(name):
            return name, 0
        case Call("add" | "sub" as sign, (one, other)):
            (left, first), (right, last) = place_parts(one), place_parts(other)
            if left is None or right is None or (left and right) or (right and sign == "sub"):
                return None, 0
            return left or right, first + last if sign == "add" else first - last
        case Call("neg", (inner,)) if place_parts(inner)[0] == "":
            return "", -place_parts(inner)[1]
    return None, 0


def _folded(place: Expression) -> Expression:
    name, offset = place_parts(place)
    if name is None or not isinstance(place, Call):
        return place
    return _plus(Symbol(name), offset) if name else number(offset)


def _plus(place: Expression, offset: int) -> Expression:
    if not offset:
        return place
    return add(place, number(offset)) if offset > 0 else sub(place, number(-offset))
