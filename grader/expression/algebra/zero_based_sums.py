r"""Sums that count from nought: ``\sum_{i=0}^{n-1} x_i`` is ``\sum_{i=1}^n x_i``, and so is that of ``x_{i+1}``.

Entries are counted from 1 here. A sum from 0 whose letter enters an array as it is counts the entries from 0 as well;
one that enters only as ``i + 1`` counts them from 1 already. Elsewhere (``2^i``) the letter means its number, and so it
does where a sum begins below 0.
"""

from __future__ import annotations

from dataclasses import replace

from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Number,
    Reduce,
    Symbol,
    integer,
    rebuild,
    walk,
)

_RELATIONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "kronecker"))


def from_one(node: Reduce) -> tuple[Reduce, bool]:
    """A sum from 0 as one from 1, and whether it counts entries from 0; unchanged where that can't be told."""
    if node.lower != ZERO:
        return _from_below(node), False
    parts = [node.body] if node.condition is None else [node.body, node.condition]
    offsets = [offset for part in parts for offset in _offsets(part, node.letter)]
    if any(offset is not None and offset > 0 for offset in offsets):
        offsets = [offset for offset in offsets if offset is not None]  # x_{n+k} beside g_{n+1} follows it
    compared = any(_compares(item, node.letter) for part in parts for item in walk(part))
    if None in offsets:
        return node, False
    lowest = min((offset for offset in offsets if offset is not None), default=0 if compared else 1)
    if lowest > 0 and compared:
        return node, False
    move = 0 if lowest <= 0 else -1
    return replace(
        node,
        body=_moved(node.body, node.letter, move),
        lower=None if node.upper is None else ONE,
        upper=None if node.upper is None else _increased(node.upper),
        condition=None if node.condition is None else _moved(node.condition, node.letter, move),
    ), bool(offsets) and not move


def _from_below(node: Reduce) -> Reduce:
    r"""A sum that begins below nought, ``\sum_{k=-n}^{n} k^2``, counted from 1; one of entries ``x_k`` stays as it is.

    Where other letters stand beside it, ``w_{k+n+1}``, the letter means its number.
    """
    parts = [node.body] if node.condition is None else [node.body, node.condition]
    if node.upper is None or any(offset is not None for part in parts for offset in _offsets(part, node.letter)):
        return node
    match node.lower:
        case Call(function="neg", args=(below,)):
            letter = Symbol(node.letter)
        case _:
            return node
    moved: Expression = Call("sub", (Call("sub", (letter, below)), ONE))
    upper: Expression = _increased(Call("add", (node.upper, below)))
    if isinstance(below, Number):
        moved = Call("sub", (letter, Number(below.value + 1)))
        upper = Number(node.upper.value + below.value + 1) if isinstance(node.upper, Number) else upper
    change = {node.letter: moved}
    return replace(
        node,
        body=substitute(node.body, change),
        lower=ONE,
        upper=upper,
        condition=None if node.condition is None else substitute(node.condition, change),
    )


def _compares(item: Expression, letter: str) -> bool:
    """Whether two letters are compared, as indices are; a number beside the letter is one."""
    return (
        isinstance(item, Call)
        and item.function in _RELATIONS
        and Symbol(letter) in item.args
        and all(isinstance(arg, Symbol) for arg in item.args)
    )


def _offset(index: Expression, letter: str) -> int | None:
    """What an index adds to the letter, None where it does more than that."""
    match index:
        case Symbol(name=name) if name == letter:
            return 0
        case Call(function="add" | "sub" as sign, args=(Symbol(name=name), Number(value=value))) if name == letter:
            return int(value) if sign == "add" else -int(value)
    return None


def _offsets(node: Expression, letter: str) -> list[int | None]:
    found: list[int | None] = []
    for item in walk(node):
        if isinstance(item, Indexed):
            entered = [index for index in item.indices if Symbol(letter) in walk(index)]
            found += [_offset(index, letter) for index in entered]
    return found


def _moved(node: Expression, letter: str, move: int) -> Expression:
    """The letter one lower everywhere but in indices, where it moves by `move`."""
    match node:
        case Symbol(name=name):
            return Call("sub", (node, ONE), 0, node.span) if name == letter else node
        case Reduce() if node.letter == letter:
            return node
        case Indexed():
            entered = tuple(
                substitute(index, {letter: _plus(Symbol(letter), move)})
                if (offset := _offset(index, letter)) is None
                else _plus(Symbol(letter), offset + move)
                for index in node.indices
            )
            return replace(node, base=_moved(node.base, letter, move), indices=entered)
    return node if _compares(node, letter) else rebuild(node, lambda part: _moved(part, letter, move))


def _plus(letter: Symbol, offset: int) -> Expression:
    if not offset:
        return letter
    return Call("add" if offset > 0 else "sub", (letter, integer(abs(offset))))


def _increased(bound: Expression) -> Expression:
    match bound:
        case Number(value=value):
            return Number(value + 1, None, bound.span)
        case Call(function="sub", args=(left, right)) if right == ONE:
            return left
    return Call("add", (bound, ONE), 0, bound.span)
