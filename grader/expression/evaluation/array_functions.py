"""The value of every function of whole vectors and matrices: one row each.

Positions carry the arrays, letters are batch axes: ``softmax`` of a value with shape (K, i | n) is a
distribution over its last position at every i.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from grader.expression.evaluation.array_layout import LAYOUT
from grader.expression.evaluation.values import (
    Array,
    NoValue,
    ShapeError,
    Value,
    Values,
    align,
    check_ranges,
    constant,
    flat_vector,
    matmul,
    one_number,
    shape_text,
    spread,
    union,
    vector_axis,
    whole_number,
)
from grader.problems import NOWHERE, Span
from grader.work import at_hand

ENTRY = 30  # units of work for an entry of an exponential or a power


def transpose(args: Values, _: Span = NOWHERE) -> Value:
    """Swap the last two positions; a plain vector or a scalar is its own transpose."""
    (x,) = args
    return Value(np.swapaxes(x.data, -1, -2), x.letters) if x.rank >= 2 else x


def _axis(x: Value) -> int:
    # a column vector's distribution runs down the column, everything else along the last position
    return -2 if x.rank == 2 and x.shape[-1] == 1 else -1


def softmax(args: Values, span: Span = NOWHERE) -> Value:
    """exp(x) / sum exp(x) along the vector, or along each row of a matrix."""
    (x,) = args
    _need_rank(x, span)
    at_hand().spend(ENTRY * x.data.size)
    shifted = np.exp(x.data - x.data.max(axis=_axis(x), keepdims=True))
    return Value(shifted / shifted.sum(axis=_axis(x), keepdims=True), x.letters)


def logsumexp(args: Values, span: Span = NOWHERE) -> Value:
    """log sum exp(x) along the vector, or along each row of a matrix."""
    (x,) = args
    _need_rank(x, span)
    at_hand().spend(ENTRY * x.data.size)
    axis = _axis(x)
    top = x.data.max(axis=axis, keepdims=True)
    data = np.log(np.exp(x.data - top).sum(axis=axis, keepdims=True)) + top
    if vector_axis(x) is not None and x.rank == 2:
        return Value(data[..., 0, 0], x.letters)
    return Value(np.squeeze(data, axis), x.letters)


def log_softmax(args: Values, span: Span = NOWHERE) -> Value:
    """log(softmax(x))."""
    return Value(np.log(softmax(args, span).data), args[0].letters)


def norm(args: Values, span: Span = NOWHERE) -> Value:
    """The Euclidean (Frobenius) norm, or the p-norm of a vector with p as second argument."""
    x = args[0]
    flat = _flat(x)
    at_hand().spend(ENTRY * x.data.size)
    order = 2.0 if len(args) == 1 else one_number(args[1], span)
    if not order > 0:
        raise NoValue("the order of a norm is a positive number", span)
    if order == 2.0:
        return Value(np.sqrt(np.sum(np.square(flat), -1)), x.letters)
    if np.isinf(order):
        return Value(np.max(np.abs(flat), -1), x.letters)
    return Value(np.sum(np.abs(flat) ** order, -1) ** (1 / order), x.letters)


def inner(args: Values, span: Span = NOWHERE) -> Value:
    """The sum of entrywise products of two vectors, or of two matrices of one shape."""
    left, right = args
    if left.rank == 0 and right.rank == 0:
        arrays, letters = align(args, span)
        return Value(arrays[0] * arrays[1], letters)
    if vector_axis(left) is not None and vector_axis(right) is not None:
        left, right = flat_vector(left), flat_vector(right)
    if left.shape != right.shape:
        raise ShapeError(
            f"an inner product needs equal shapes: {shape_text(left.shape)} with {shape_text(right.shape)}", span
        )
    arrays, letters = align((left, right), span)
    product = Value(arrays[0] * arrays[1], letters)
    return total((product,), span)


def outer(args: Values, span: Span = NOWHERE) -> Value:
    """The matrix a_i b_j of two vectors."""
    left, right = (flat_vector(arg, span) for arg in args)
    letters = union((left, right))
    a, b = spread(left, letters), spread(right, letters)
    check_ranges(letters, (a, b), span)
    at_hand().room(math.prod(map(max, zip(a.shape[:-1], b.shape[:-1], strict=True))) * a.shape[-1] * b.shape[-1])
    return Value(a[..., :, None] * b[..., None, :], letters)


def diag(args: Values, span: Span = NOWHERE) -> Value:
    """A vector on the diagonal of a matrix, or the diagonal of a square matrix."""
    (x,) = args
    if vector_axis(x) is not None:
        flat = flat_vector(x)
        at_hand().room(flat.data.size * flat.shape[0])
        return Value(flat.data[..., :, None] * np.eye(flat.shape[0]), x.letters)
    if x.rank == 2 and x.shape[0] == x.shape[1]:
        return Value(np.diagonal(x.data, axis1=-2, axis2=-1), x.letters)
    raise ShapeError(f"diag needs a vector or a square matrix, this is {shape_text(x.shape)}", span)


def trace(args: Values, span: Span = NOWHERE) -> Value:
    """The sum of the diagonal of a square matrix."""
    (x,) = args
    if x.rank != 2 or x.shape[0] != x.shape[1]:
        raise ShapeError(f"a trace needs a square matrix, this is {shape_text(x.shape)}", span)
    return Value(np.trace(x.data, axis1=-2, axis2=-1), x.letters)


def inverse(args: Values, span: Span = NOWHERE) -> Value:
    """The inverse of a square matrix; where there is none, no value. Newton's step makes it as precise as its type."""
    data = _square(args[0], "an inverse", span)
    whole = np.asarray(data, dtype=np.float64)
    regular = np.isfinite(whole).all(axis=(-2, -1)) & (_sign_and_log(whole)[0] != 0)
    unit = np.eye(data.shape[-1])
    found = np.linalg.inv(np.where(regular[..., None, None], whole, unit)).astype(data.dtype)
    found = found @ (2 * unit - np.where(regular[..., None, None], data, unit) @ found)
    return Value(np.where(regular[..., None, None], found, np.nan), args[0].letters)


def determinant(args: Values, span: Span = NOWHERE) -> Value:
    """The determinant of a square matrix."""
    sign, size = _sign_and_log(_square(args[0], "a determinant", span))
    return Value(sign * np.exp(size), args[0].letters)


def log_determinant(args: Values, span: Span = NOWHERE) -> Value:
    """The logarithm of the determinant of a square matrix; no value where that is not positive."""
    sign, size = _sign_and_log(_square(args[0], "a determinant", span))
    return Value(np.where(sign > 0, size, np.nan), args[0].letters)


def _square(x: Value, what: str, span: Span) -> Array:
    if x.rank != 2 or x.shape[0] != x.shape[1]:
        raise ShapeError(f"{what} needs a square matrix, this is {shape_text(x.shape)}", span)
    at_hand().spend(ENTRY * x.data.size * x.shape[0])
    return x.data


def _sign_and_log(data: Array) -> tuple[Array, Array]:
    found = np.linalg.slogdet(np.where(np.isfinite(data), data, 0.0).astype(np.float64))
    return found.sign, found.logabsdet


def total(args: Values, span: Span = NOWHERE) -> Value:
    """The sum of all entries, or along one position counted from 0 (``axis``), which a third argument leaves as 1."""
    x = args[0]
    if len(args) > 1:
        return Value(x.data.sum(axis=_position(args, span), keepdims=_keeps(args, span)), x.letters)
    return Value(_flat(x).sum(-1), x.letters)


def mean(args: Values, span: Span = NOWHERE) -> Value:
    """The mean of all entries, or along one position counted from 0, which a third argument leaves as 1."""
    x = args[0]
    if len(args) > 1:
        return Value(x.data.mean(axis=_position(args, span), keepdims=_keeps(args, span)), x.letters)
    return Value(_flat(x).mean(-1), x.letters)


def ones(args: Values, span: Span = NOWHERE) -> Value:
    """Ones of the given sizes; without sizes it stands for the number 1 in elementwise use."""
    sizes = tuple(whole_number(arg, span) for arg in args)
    if any(not 1 <= size <= 10_000 for size in sizes):
        raise ShapeError("a vector of ones needs a size", span)
    at_hand().room(math.prod(sizes))
    return constant(1.0) if not sizes else Value(np.ones((1, *sizes)))


def argmax(args: Values, span: Span = NOWHERE) -> Value:
    """The place, counted from 1, of the largest entry of a vector, or of each row of a matrix."""
    (x,) = args
    if not x.rank:
        raise ShapeError("argmax is of a vector, this is a scalar", span)
    x = flat_vector(x) if vector_axis(x) is not None else x
    return Value(1.0 + x.data.argmax(axis=-1), x.letters)


def take(args: Values, span: Span = NOWHERE) -> Value:
    """Rows of an array at places counted from 1, as NumPy's ``take`` along the first axis: I at labels is one-hot."""
    base, places = args
    if not base.rank:
        raise ShapeError("rows are taken of an array, this is a scalar", span)
    places = flat_vector(places) if places.rank > 1 else places
    at = places.data[..., None] == np.arange(1.0, base.shape[0] + 1)
    at_hand().room(at.size)
    return matmul(Value(np.where(at.any(-1, keepdims=True), at, math.nan), places.letters), base, span)


def entries(args: Values, span: Span = NOWHERE) -> Value:
    """The array whose entry, or row, at some letters is the first argument; the others are those letters.

    A number in place of a letter is an axis of length 1.
    """
    body, *places = args
    single = [at for at, place in enumerate(places) if not place.letters and not place.rank]
    places = [place for at, place in enumerate(places) if at not in single]
    letters = tuple(letter for place in places for letter in place.letters)
    if len(letters) != len(places) or len(set(letters)) < len(letters):
        raise ShapeError("entries of an array are counted by letters of their own", span)
    rest = tuple(letter for letter in body.letters if letter not in letters)
    data = spread(body, (*rest, *letters))
    sizes = (*data.shape[: 1 + len(rest)], *(place.data.shape[1] for place in places), *body.shape)
    at_hand().room(math.prod(sizes))
    if any(length not in (1, size) for length, size in zip(data.shape, sizes, strict=True)):
        raise ShapeError("a letter of these entries runs over axes of different length", span)
    data = np.broadcast_to(data, sizes)
    for at in single:
        data = np.expand_dims(data, 1 + len(rest) + at)
    return Value(data, rest)


def identity(args: Values, span: Span = NOWHERE) -> Value:
    """The identity matrix of the given size."""
    if not args:
        raise ShapeError("an identity matrix without a size", span)
    size = whole_number(args[0], span)
    if not 1 <= size <= 1_000:
        raise ShapeError("an identity matrix needs a size", span)
    at_hand().room(size * size)
    return Value(np.eye(size)[None])


def multiply(args: Values, span: Span = NOWHERE) -> Value:
    """The entrywise product."""
    arrays, letters = align(args, span)
    return Value(arrays[0] * arrays[1], letters)


def _flat(x: Value) -> Any:
    head = x.data.shape[: 1 + len(x.letters)]
    return x.data.reshape(*head, -1)


def _position(args: Values, span: Span) -> int:
    axis = whole_number(args[1], span)
    if not -args[0].rank <= axis < args[0].rank:
        raise ShapeError(f"there is no axis {axis} in {shape_text(args[0].shape)}", span)
    return axis if axis < 0 else axis - args[0].rank


def _keeps(args: Values, span: Span) -> bool:
    """Whether the axis that is summed over stays, of length 1."""
    return len(args) > 2 and one_number(args[2], span) != 0


def _need_rank(x: Value, span: Span) -> None:
    if not x.rank:
        raise ShapeError("softmax acts on a vector, this is a scalar", span)


ARRAY: MappingProxyType[str, Callable[[Values, Span], Value]] = MappingProxyType(
    {
        "transpose": transpose,
        "softmax": softmax,
        "log_softmax": log_softmax,
        "logsumexp": logsumexp,
        "norm": norm,
        "inner": inner,
        "dot": lambda args, span: matmul(args[0], args[1], span),
        "outer": outer,
        "multiply": multiply,
        "diag": diag,
        "trace": trace,
        "argmax": argmax,
        "inv": inverse,
        "det": determinant,
        "logdet": log_determinant,
        "total": total,
        "mean": mean,
        "ones": ones,
        "identity": identity,
        "take": take,
        "entries": entries,
        **LAYOUT,
    }
)
