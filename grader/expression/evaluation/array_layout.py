"""How arrays are cut, lined up and put together, as NumPy has it: one row each.

Axes are positions counted from 0; letters stay batch axes. ``stacked(0, x, y)`` of two vectors has them as its rows.
Only code says these, so that each means just what it does there, but for ``vec`` and ``kron``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from grader.expression.evaluation.values import (
    Array,
    NoValue,
    ShapeError,
    Value,
    Values,
    check_ranges,
    shape_text,
    spread,
    union,
    whole_number,
)
from grader.expression.language.nodes import Call, Expression
from grader.problems import NOWHERE, Span
from grader.work import at_hand

MODES = ("valid", "same", "full")  # of a convolution, by their numbers


def expand_dims(args: Values, span: Span = NOWHERE) -> Value:
    """The array with a new axis of length 1 at a position of the result."""
    x = args[0]
    axis = _axis(args[1], x.rank + 1, span)
    return Value(np.expand_dims(x.data, 1 + len(x.letters) + axis), x.letters)


def broadcast(args: Values, span: Span = NOWHERE) -> Value:
    """The first array in the shape that it has beside the second; raises ShapeError where they do not fit."""
    x, other = args
    try:
        shape = np.broadcast_shapes(x.shape, other.shape)
    except ValueError:
        raise ShapeError(f"shapes do not fit: {shape_text(x.shape)} with {shape_text(other.shape)}", span) from None
    head = x.data.shape[: 1 + len(x.letters)]
    at_hand().room(math.prod(head) * math.prod(shape))
    padded = x.data.reshape(*head, *(1,) * (len(shape) - x.rank), *x.shape)
    return Value(np.broadcast_to(padded, (*head, *shape)), x.letters)


def sliced(args: Values, span: Span = NOWHERE) -> Value:
    """``x[start:stop:step]`` along an axis: array, axis, step, start and, unless it is the end, stop; from 0."""
    x = args[0]
    axis = _axis(args[1], x.rank, span)
    step, start, *stop = (whole_number(arg, span) for arg in args[2:])
    if not step:
        raise NoValue("the step of a slice is not 0", span)
    place = 1 + len(x.letters) + axis
    found = x.data[(slice(None),) * place + (slice(start, stop[0] if stop else None, step),)]
    if not found.shape[place]:
        raise NoValue("this slice is empty", span)
    return Value(found, x.letters)


def stacked(args: Values, span: Span = NOWHERE) -> Value:
    """Arrays of one shape along a new axis, which the first argument is."""
    items = [Value(np.asarray(item.data), item.letters) for item in args[1:]]
    if not items:
        raise NoValue("an array of nothing has no shape", span)
    if len({item.shape for item in items}) > 1:
        raise ShapeError("arrays of different shapes are no array together", span)
    axis = _axis(args[0], items[0].rank + 1, span)
    arrays, letters = _level(items, span)
    return Value(np.stack(arrays, 1 + len(letters) + axis), letters)


def concatenated(args: Values, span: Span = NOWHERE) -> Value:
    """Arrays one behind the other along an axis, which the first argument is."""
    items = args[1:]
    if not items:
        raise NoValue("an array of nothing has no shape", span)
    axis = _axis(args[0], items[0].rank, span)
    if len({(*item.shape[:axis], 0, *item.shape[axis + 1 :]) for item in items}) > 1:
        raise ShapeError("arrays of these shapes do not go behind one another", span)
    arrays, letters = _level(items, span)
    return Value(np.concatenate(arrays, 1 + len(letters) + axis), letters)


def _level(items: Values, span: Span) -> tuple[list[Array], tuple[str, ...]]:
    """Arrays with the same letters, each as long as it is in any of them."""
    letters = union(items)
    arrays = [spread(item, letters) for item in items]
    check_ranges(letters, arrays, span)
    head = tuple(map(max, zip(*(array.shape[: 1 + len(letters)] for array in arrays), strict=True)))
    at_hand().room(sum(math.prod(head) * math.prod(item.shape) for item in items))
    return [np.broadcast_to(array, (*head, *item.shape)) for array, item in zip(arrays, items, strict=True)], letters


def reshaped(args: Values, span: Span = NOWHERE) -> Value:
    """The entries, last axis fastest, in another shape; one size may be -1."""
    x, sizes = args[0], [whole_number(arg, span) for arg in args[1:]]
    head = x.data.shape[: 1 + len(x.letters)]
    if sizes.count(-1) > 1 or any(size < 1 and size != -1 for size in sizes):
        raise NoValue("a shape is of sizes", span)
    try:
        return Value(np.ascontiguousarray(x.data).reshape(*head, *_filled(sizes, math.prod(x.shape))), x.letters)
    except ValueError:
        raise ShapeError(f"{shape_text(x.shape)} has not as many entries as {shape_text(sizes)}", span) from None


def _filled(sizes: Sequence[int], count: int) -> tuple[int, ...]:
    rest = math.prod(size for size in sizes if size != -1)
    return tuple(count // rest if size == -1 else size for size in sizes)


def permuted(args: Values, span: Span = NOWHERE) -> Value:
    """The array with its axes in another order, each named by where it was."""
    x = args[0]
    order = [_axis(arg, x.rank, span) for arg in args[1:]]
    if sorted(order) != list(range(x.rank)):
        raise ShapeError("an order of axes names each of them once", span)
    first = 1 + len(x.letters)
    return Value(x.data.transpose(*range(first), *(first + axis for axis in order)), x.letters)


def convolved(args: Values, span: Span = NOWHERE) -> Value:
    """``np.convolve`` of two vectors; the third argument is the place of the mode in MODES, full without one."""
    a, b = args[:2]
    mode = MODES[_axis(args[2], len(MODES), span)] if len(args) > 2 else "full"
    if a.rank != 1 or b.rank != 1:
        raise ShapeError(f"a convolution is of vectors: {shape_text(a.shape)} with {shape_text(b.shape)}", span)
    if a.shape[0] < b.shape[0]:
        a, b = b, a
    letters = union((a, b))
    one, other = spread(a, letters), spread(b, letters)
    check_ranges(letters, (one, other), span)
    long, short = a.shape[0], b.shape[0]
    head = np.broadcast_shapes(one.shape[:-1], other.shape[:-1])
    work = at_hand()
    work.room(math.prod(head) * (long + short - 1))
    work.spend(math.prod(head) * long * short)
    full = np.zeros((*head, long + short - 1), np.result_type(one, other))
    for k in range(short):
        full[..., k : k + long] += one * other[..., k : k + 1]
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    length = {"full": long + short - 1, "same": long, "valid": long - short + 1}[mode]
    return Value(full[..., start : start + length], letters)


def _axis(arg: Value, rank: int, span: Span) -> int:
    axis = whole_number(arg, span)
    if not -rank <= axis < rank:
        raise ShapeError(f"there is no axis {axis} among {rank}", span)
    return axis % rank


def vec(args: Values, span: Span = NOWHERE) -> Value:
    """All entries as one vector, the first axis running fastest, as textbooks have it.

    With a second argument, a Jacobian as a matrix: so many axes of what is differentiated as its rows, the others, of
    what it is differentiated by, as its columns.
    """
    x = args[0]
    above = whole_number(args[1], span) if len(args) > 1 else 0
    if not x.rank or above > x.rank:
        raise ShapeError(f"vec is of a matrix, this is {shape_text(x.shape)}", span)
    head = x.data.shape[: 1 + len(x.letters)]
    first, middle, last = len(head), len(head) + above, len(head) + x.rank
    turned = x.data.transpose(*range(first), *reversed(range(first, middle)), *reversed(range(middle, last)))
    sizes = [math.prod(x.shape[:above])] if above else []
    return Value(turned.reshape(*head, *sizes, math.prod(x.shape[above:])), x.letters)


def kron(args: Values, span: Span = NOWHERE) -> Value:
    """The blocks a_ij B; of two plain vectors the vector of blocks a_i b, one beside another array is a column."""
    left, right = args
    if not left.rank or not right.rank:
        raise ShapeError("a Kronecker product is of matrices, this is of a number", span)
    if left.rank == right.rank == 1:
        whole = kron((_as_column(left), _as_column(right)), span)
        return Value(whole.data[..., 0], whole.letters)
    left, right = _as_column(left), _as_column(right)
    if left.rank != 2 or right.rank != 2:
        shapes = f"{shape_text(left.shape)} with {shape_text(right.shape)}"
        raise ShapeError(f"a Kronecker product is of matrices: {shapes}", span)
    letters = union((left, right))
    a, b = spread(left, letters), spread(right, letters)
    check_ranges(letters, (a, b), span)
    at_hand().room(math.prod(map(max, zip(a.shape[:-2], b.shape[:-2], strict=True))) * a[0].size * b[0].size)
    data = a[..., :, None, :, None] * b[..., None, :, None, :]
    (rows, wide), (high, deep) = left.shape, right.shape
    return Value(data.reshape(*data.shape[:-4], rows * high, wide * deep), letters)


def with_rows(args: Values, nodes: Sequence[Expression]) -> Values:
    """The arguments of ``kron``, of which a plain vector that is transposed is a row."""
    pairs = zip(args, nodes, strict=True)
    return [Value(x.data[..., None, :], x.letters) if x.rank == 1 and is_transpose(node) else x for x, node in pairs]


def is_transpose(node: Expression) -> bool:
    """Whether a transpose is written."""
    return isinstance(node, Call) and node.function == "transpose"


def _as_column(x: Value) -> Value:
    return Value(x.data[..., None], x.letters) if x.rank == 1 else x


LAYOUT: MappingProxyType[str, Callable[[Values, Span], Value]] = MappingProxyType(
    {
        "expand_dims": expand_dims,
        "broadcast": broadcast,
        "sliced": sliced,
        "stacked": stacked,
        "concatenated": concatenated,
        "reshaped": reshaped,
        "permuted": permuted,
        "convolved": convolved,
        "vec": vec,
        "kron": kron,
    }
)
