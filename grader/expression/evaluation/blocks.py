"""Arrays put together from arrays: how long the whole is, and where each piece begins.

``[h; x]`` of two vectors is one vector; of columns, rows and matrices the pieces of a row stand side by side, and the
rows below each other. ``[h, x]`` of columns that differ in length is taken for ``[h; x]``, as books on LSTMs have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from grader.expression.evaluation.values import ShapeError, Value, check_ranges, spread, union
from grader.problems import Span
from grader.work import at_hand

Length = TypeVar("Length", int, str)
Extent = tuple[Length, ...]
Shapes = Sequence[Sequence[Extent[Length]]]


def laid_out(
    rows: Shapes[Length], one: Length, span: Span
) -> tuple[tuple[Extent[Length], ...], list[tuple[Extent[Length], ...]]]:
    """The lengths that add up to each axis of the whole, and for each piece those that stand before it on each axis.

    `one` is the length of a number beside arrays. Raises ShapeError where the pieces do not fit together.
    """
    flat = list(chain.from_iterable(rows))
    if all(len(shape) < 2 for shape in flat):
        if min(len(rows), len(rows[0])) > 1:
            raise ShapeError("a matrix of vectors is not read", span, "stack them in one row or one column")
        lengths = tuple(shape[0] if shape else one for shape in flat)
        return (lengths,), [(lengths[:k],) for k in range(len(lengths))]
    if any(len(shape) > 2 for shape in flat):
        raise ShapeError("arrays of more than two axes are not put together", span)
    full = [[(shape[0] if shape else one, shape[1] if len(shape) > 1 else one) for shape in row] for row in rows]
    if len(full) == 1 and {width for _, width in full[0]} == {one} and len({height for height, _ in full[0]}) > 1:
        full = [[shape] for shape in full[0]]
    heights = tuple(row[0][0] for row in full)
    widths = tuple(width for _, width in full[0])
    if any(shape != (heights[r], widths[c]) for r, row in enumerate(full) for c, shape in enumerate(row)):
        shown = ", ".join(" x ".join(map(str, shape)) for shape in chain.from_iterable(full))
        raise ShapeError(f"these arrays do not fit together in one: {shown}", span)
    return (heights, widths), [(heights[:r], widths[:c]) for r, row in enumerate(full) for c in range(len(row))]


def block(rows: Sequence[Sequence[Value]], span: Span) -> Value:
    """The array that arrays make up."""
    pieces = list(chain.from_iterable(rows))
    axes, starts = laid_out([[piece.shape for piece in row] for row in rows], 1, span)
    letters = union(pieces)
    spreads = [spread(piece, letters) for piece in pieces]
    first = 1 + len(letters)
    check_ranges(letters, spreads, span)
    batch = np.broadcast_shapes(*(data.shape[:first] for data in spreads))
    shape = tuple(map(sum, axes))
    at_hand().room(int(np.prod((*batch, *shape))))
    whole = np.empty((*batch, *shape), np.result_type(*spreads))
    for data, before in zip(spreads, starts, strict=True):
        own = data.shape[first:]
        own = own if len(own) == len(shape) else (*own, 1, 1)[: len(shape)]
        begin = tuple(map(sum, before))
        place: Any = (..., *(slice(a, a + n) for a, n in zip(begin, own, strict=True)))
        whole[place] = data.reshape(*data.shape[:first], *own)
    return Value(whole, letters)
