"""Arrays over sample points: how operands line up by index letter and by position.

A `Value` holds K sample points at once: ``data`` has shape (K, one axis a letter, then the positional axes).
``y_{ij} - yhat_{ij}`` lines up by letters; ``X @ W`` works on positions with the letters as batch axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.problems import NOWHERE, Problem, Span
from grader.work import at_hand

SMALL = 1 << 16  # entries that are made without asking for room
BY_BLOCKS, BY_ENTRIES = 32, 2  # multiplications of a matrix product in a unit of work, by a library or entry by entry
Array = NDArray[Any]


class ShapeError(Exception):
    """An expression that has no value against these shapes; carries the Problem to show, and in whose formula it is."""

    def __init__(self, message: str, span: Span = NOWHERE, hint: str = "", quantity: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(message, hint, span=span)
        self.quantity = quantity


class NoValue(ShapeError):
    """Something in an expression has no value here: what we can't work out, not shapes that do not fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """`data` of shape (K or 1, *letters, *positions)."""

    data: Array
    letters: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """The number of positional axes."""
        return self.data.ndim - 1 - len(self.letters)

    @property
    def shape(self) -> tuple[int, ...]:
        """The positional shape."""
        return self.data.shape[1 + len(self.letters) :]


def constant(number: float) -> Value:
    """One number at every point."""
    return Value(np.full(1, number))


Values = Sequence[Value]


def shape_text(shape: Sequence[int]) -> str:
    """``4x3``, or "a scalar"."""
    return "x".join(map(str, shape)) if shape else "a scalar"


def spread(value: Value, letters: tuple[str, ...]) -> Array:
    """The data with its letter axes in the order of `letters`, length 1 where it has none."""
    if value.letters == letters:
        return value.data
    own, shape = value.letters, value.data.shape
    if tuple([letter for letter in letters if letter in own]) == own:
        sizes = dict(zip(own, shape[1:], strict=False))
        return value.data.reshape(shape[0], *[sizes.get(letter, 1) for letter in letters], *shape[1 + len(own) :])
    order = [value.letters.index(letter) for letter in letters if letter in value.letters]
    first = 1 + len(value.letters)
    data = value.data.transpose(0, *(1 + k for k in order), *range(first, value.data.ndim))
    index: tuple[Any, ...] = (slice(None),)
    index += tuple(slice(None) if letter in value.letters else None for letter in letters)
    return np.asarray(data[index])


def union(values: Sequence[Value]) -> tuple[str, ...]:
    """All letters of the operands, first come first."""
    first = values[0].letters
    if len(values) == 2 and not (first and values[1].letters):
        return first or values[1].letters
    if all(value.letters == first for value in values):
        return first
    return tuple(dict.fromkeys(letter for value in values for letter in value.letters))


def align(values: Sequence[Value], span: Span = NOWHERE) -> tuple[list[Array], tuple[str, ...]]:
    """Arrays that numpy can combine entry by entry, and the letters of the result.

    Positional shapes must be equal, or one a scalar, or stretch along declared axes of length 1 (a bias
    row): then the result has the shape of one operand, so two vectors never widen into a matrix.
    """
    if len(values) == 2:  # nearly always, and often of one shape
        one, other = values
        letters = one.letters
        if letters == other.letters and (shape := one.data.shape)[1:] == other.data.shape[1:]:
            if len(shape) > 1 and one.data.size * other.data.size > SMALL:
                at_hand().room(max(shape[0], other.data.shape[0]) * math.prod(shape[1:]))
            return [one.data, other.data], letters
    letters = union(values)
    arrays = [spread(value, letters) for value in values]
    head = 1 + len(letters)
    if any(array.ndim > head for array in arrays):
        _stretch(values, arrays, head, span)
    elif not letters:
        return arrays, letters
    check_ranges(letters, arrays, span)
    if len(arrays) > 2 or arrays[0].size * arrays[-1].size > SMALL:
        at_hand().room(math.prod(map(max, zip(*(array.shape for array in arrays), strict=True))))
    return arrays, letters


def _stretch(values: Sequence[Value], arrays: list[Array], head: int, span: Span) -> None:
    """Give arrays positional axes of length 1 where others have more; raises ShapeError where shapes do not fit."""
    shapes = [value.shape for value in values]
    full = max(shapes, key=lambda shape: (len(shape), math.prod(shape)))
    for k, shape in enumerate(shapes):
        if shape == full:
            continue
        if not shape:
            arrays[k] = arrays[k].reshape(arrays[k].shape + (1,) * len(full))
            continue
        padded = (1,) * (len(full) - len(shape)) + shape
        if len(shape) == 1 and full == (*shape, 1):
            padded = full  # a vector without orientation beside a column is a column
        if any(n not in (1, size) for n, size in zip(padded, full, strict=True)):
            raise ShapeError(f"shapes do not fit: {shape_text(shapes[0])} with {shape_text(shapes[-1])}", span)
        arrays[k] = arrays[k].reshape(arrays[k].shape[:head] + padded)


def check_ranges(letters: tuple[str, ...], arrays: Sequence[Array], span: Span) -> None:
    """Raise where a letter runs over axes of different length."""
    if len(arrays) == 2:
        pairs = zip(arrays[0].shape[1:], arrays[1].shape[1:], letters, strict=False)
        for one, other, letter in pairs:
            if one != other and one != 1 and other != 1:
                raise ShapeError(f"the index '{letter}' runs over axes of different length", span)
        return
    for axis, letter in enumerate(letters, start=1):
        if len({array.shape[axis] for array in arrays} - {1}) > 1:
            raise ShapeError(f"the index '{letter}' runs over axes of different length", span)


def _is_number(one: Value, other: Value, axis: int) -> bool:
    return one.shape == (1, 1) and other.rank == 2 and other.shape[axis] != 1


def matmul(left: Value, right: Value, span: Span = NOWHERE) -> Value:
    """The matrix product over the last positional axes; vectors of one axis as NumPy has them.

    Arrays of more axes are stacks of matrices: as many of them on both sides. A matrix of one entry, which does not fit
    as a matrix, is a number: ``b^T x b`` of columns.
    """
    letters = union((left, right))
    if left.rank == 0 or right.rank == 0 or _is_number(left, right, 0) or _is_number(right, left, 1):
        arrays, letters = align((left, right), span)
        return Value(arrays[0] * arrays[1], letters)
    if max(left.rank, right.rank) > 2 and left.shape[:-2] != right.shape[:-2]:
        message = f"a matrix product is of matrices: {shape_text(left.shape)} times {shape_text(right.shape)}"
        raise ShapeError(message, span)
    a, b = spread(left, letters), spread(right, letters)
    check_ranges(letters, (a, b), span)
    if left.rank == 1:
        a = a[..., None, :]
    if right.rank == 1:
        b = b[..., :, None]
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"a matrix product needs equal inner sizes: {shape_text(left.shape)} times {shape_text(right.shape)}",
            span,
        )
    if left.rank > 2 or right.rank > 2:
        _check_batches(left, right, span)
    if a.size * b.size > SMALL:
        _make_room(a, b)
    data = np.matmul(a, b)
    if right.rank == 1:
        data = data[..., 0]
    if left.rank == 1:
        data = data[..., 0] if right.rank == 1 else data[..., 0, :]
    return Value(data, letters)


def _make_room(a: Array, b: Array) -> None:
    """Count the work of a matrix product; raises TooMuchWork."""
    batch = math.prod(max(sizes) for sizes in zip_longest(a.shape[-3::-1], b.shape[-3::-1], fillvalue=1))
    entries, work = batch * a.shape[-2] * b.shape[-1], at_hand()
    work.room(entries)
    work.spend(entries * a.shape[-1] // (BY_ENTRIES if max(a.itemsize, b.itemsize) > 8 else BY_BLOCKS))


def _check_batches(left: Value, right: Value, span: Span) -> None:
    """Raises ShapeError where the axes before the last two of arrays with more do not fit."""
    pairs = zip(left.shape[-3::-1], right.shape[-3::-1], strict=False)
    if left.letters or right.letters or any(one != other and 1 not in (one, other) for one, other in pairs):
        message = f"a matrix product needs matrices: {shape_text(left.shape)} times {shape_text(right.shape)}"
        raise ShapeError(message, span)


def vector_axis(value: Value) -> int | None:
    """The one positional axis of a vector that is longer than 1 (a column n x 1, a row 1 x n, or n)."""
    if value.rank == 1:
        return 0
    longer = [k for k, size in enumerate(value.shape) if size != 1]
    return longer[0] if value.rank == 2 and len(longer) == 1 else None


def flat_vector(value: Value, span: Span = NOWHERE) -> Value:
    """A row, a column or a plain vector as a value of rank 1."""
    axis = vector_axis(value)
    if axis is None:
        raise ShapeError(f"a vector is expected here, this is {shape_text(value.shape)}", span)
    head = value.data.shape[: 1 + len(value.letters)]
    return Value(value.data.reshape(*head, value.shape[axis]), value.letters)


def one_number(x: Value, span: Span) -> float:
    """The one number that an argument is at every point and index; raises NoValue where it is several."""
    number = float(x.data.flat[0])
    if x.rank or not np.all(x.data == number):
        raise NoValue("an axis, a size and the order of a norm are numbers", span)
    return number


def whole_number(x: Value, span: Span) -> int:
    """The one whole number that an argument is; raises NoValue for any other."""
    number = one_number(x, span)
    if not number.is_integer():
        raise NoValue("an axis and a size are whole numbers", span)
    return int(number)
