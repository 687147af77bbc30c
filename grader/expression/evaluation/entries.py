"""Entries of values: at numbers, at letters, at computed places; and what switches a product on and off.

An array of shape (K, m, C) entered at the letter i and the place 2 is one of shape (K, m) with the letter i.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.expression.evaluation.values import ShapeError, Value, align
from grader.expression.language.nodes import Call, Expression, Number, Product
from grader.work import at_hand


def entry_at(index: Number, size: int) -> int:
    """The place in memory of an index that is a number."""
    if index.value.denominator != 1 or not 1 <= index.value <= size:
        raise ShapeError(f"index {index.value} is outside 1..{size}", index.span)
    return int(index.value) - 1


def name_axis(value: Value, axis: int, letter: str) -> Value:
    """Turn positional `axis` (the first positional one not yet entered) into the letter's axis."""
    count = len(value.letters)
    if letter not in value.letters:
        data = value.data if axis == 1 + count else np.moveaxis(value.data, axis, 1 + count)
        return Value(data, (*value.letters, letter))
    old = 1 + value.letters.index(letter)
    if value.data.shape[old] != value.data.shape[axis]:
        raise ShapeError(f"the index '{letter}' runs over axes of different length")
    diagonal = np.diagonal(value.data, axis1=old, axis2=axis)  # the diagonal lands on the last axis
    return Value(np.moveaxis(diagonal, -1, old), value.letters)


def gather(value: Value, axis: int, index: Value, node: Expression) -> tuple[Value, int]:
    """Enter `axis` at computed places (``W_{i+1}``, ``yhat_o``), counted from 1; outside: undefined."""
    if index.rank:
        raise ShapeError("an index must be a whole number", node.span)
    size = value.data.shape[axis]
    moved = Value(np.moveaxis(value.data, axis, -1), value.letters)
    arrays, letters = align((Value(moved.data[..., :1], moved.letters), index))
    places = np.rint(arrays[1]) - 1
    head = 1 + len(letters)
    source = align((moved, Value(index.data, index.letters)))[0][0]
    count = np.broadcast_shapes(source.shape[:head], places.shape[:head])
    at_hand().room(3 * math.prod(count) * math.prod(source.shape[head:]))
    source = np.broadcast_to(source, count + source.shape[head:])
    places = np.broadcast_to(
        places.reshape(places.shape[:head] + (1,) * (source.ndim - head)), count + source.shape[head:-1] + (1,)
    )
    inside = (places >= 0) & (places < size)
    taken = np.take_along_axis(source, np.where(inside, places, 0).astype(int), axis=-1)
    data = np.where(inside, taken, np.nan)[..., 0]
    return Value(data, letters), axis + len(letters) - len(value.letters)


def switches(node: Expression) -> Iterator[Expression]:
    """The brackets and Kronecker deltas that an entry-by-entry product is multiplied by; what is shared once."""
    seen: set[int] = set()
    pending = [node]
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        match part:
            case Call("iverson" | "kronecker"):
                yield part
            case Call("neg" | "div", args):
                pending.append(args[0])
            case Product() if "@" not in part.joints and "otimes" not in part.joints:
                pending.extend(reversed(part.factors))
