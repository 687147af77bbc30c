"""One entry of an array as a formula in index letters, and the operations that make entries of entries.

The entry of ``X @ W`` at letters i, j is ``sum_k(X_ik * W_kj)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.expression.algebra.construct import fresh, mul, substitute
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import ONE, Expression, Reduce, Symbol
from grader.problems import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` is the entry at `letters`, one an axis; `axes` names the size of each."""

    letters: tuple[str, ...]
    axes: tuple[str, ...]
    body: Expression

    @property
    def shape_text(self) -> str:
        """``m x d``, or "a scalar"."""
        return " x ".join(self.axes) if self.axes else "a scalar"

    def at(self, places: Mapping[str, Expression]) -> Entry:
        """The array with some letters put to places; their axes are gone."""
        kept = [(a, b) for a, b in zip(self.letters, self.axes, strict=True) if a not in places]
        return Entry(tuple(a for a, _ in kept), tuple(b for _, b in kept), substitute(self.body, places))


@dataclass(frozen=True, slots=True)
class Letters:
    """A supply of letters that stand nowhere else in a formula (`taken` grows as they are handed out)."""

    taken: set[str]

    def new(self) -> str:
        """The next letter."""
        letter = fresh(self.taken)
        self.taken.add(letter)
        return letter


def scalar(body: Expression) -> Entry:
    """A formula without axes."""
    return Entry((), (), body)


def length(axis: str) -> Expression:
    """The size of an axis as a formula."""
    return size_formula(axis)


def elementwise(
    entries: Sequence[Entry], build: Callable[[Sequence[Expression]], Expression], span: Span = NOWHERE
) -> Entry:
    """Entry by entry, trailing axes lined up; an axis ``1`` stretches, as NumPy has it."""
    full = max(entries, key=lambda entry: (len(entry.axes), sum(axis != "1" for axis in entry.axes)))
    letters, axes = list(full.letters), list(full.axes)
    for entry in entries:
        for k in range(1, len(entry.axes) + 1):
            if axes[-k] == "1" != entry.axes[-k]:
                letters[-k], axes[-k] = entry.letters[-k], entry.axes[-k]
    bodies = []
    for entry in entries:
        places: dict[str, Expression] = {}
        for k in range(1, len(entry.axes) + 1):
            own, wanted = entry.axes[-k], axes[-k]
            if own != wanted and own != "1":
                raise ShapeError(f"shapes do not fit: {entry.shape_text} with {full.shape_text}", span)
            places[entry.letters[-k]] = Symbol(letters[-k]) if own == wanted else ONE
        bodies.append(substitute(entry.body, places))
    return Entry(tuple(letters), tuple(axes), build(bodies))


def summed(body: Expression, letter: str, axis: str) -> Expression:
    """The sum over an axis; over one of length 1 its only entry."""
    return substitute(body, {letter: ONE}) if axis == "1" else Reduce("sum", letter, body)


def matmul(left: Entry, right: Entry, supply: Letters, span: Span = NOWHERE) -> Entry:
    """The matrix product; vectors of one axis as NumPy has them, a scalar multiplies."""
    if not left.axes or not right.axes:
        return elementwise([left, right], lambda bodies: mul(*bodies), span)
    inner = 0 if len(right.axes) == 1 else len(right.axes) - 2
    if left.axes[-1] != right.axes[inner]:
        message = f"a matrix product needs equal inner sizes: {left.shape_text} times {right.shape_text}"
        raise ShapeError(message, span)
    letter = supply.new()
    body = mul(
        substitute(left.body, {left.letters[-1]: Symbol(letter)}),
        substitute(right.body, {right.letters[inner]: Symbol(letter)}),
    )
    letters = left.letters[:-1] + right.letters[:inner] + right.letters[inner + 1 :]
    axes = left.axes[:-1] + right.axes[:inner] + right.axes[inner + 1 :]
    return Entry(letters, axes, summed(body, letter, left.axes[-1]))


def flat(entry: Entry, span: Span = NOWHERE) -> Entry:
    """A row, a column or a plain vector as one axis."""
    long = [k for k, axis in enumerate(entry.axes) if axis != "1"]
    if len(entry.axes) == 1:
        return entry
    if len(entry.axes) != 2 or len(long) != 1:
        raise ShapeError(f"a vector is expected here, this is {entry.shape_text}", span)
    return entry.at({entry.letters[1 - long[0]]: ONE})


def outer(left: Entry, right: Entry, span: Span = NOWHERE) -> Entry:
    """The matrix a_i b_j of two vectors."""
    a, b = flat(left, span), flat(right, span)
    return Entry(a.letters + b.letters, a.axes + b.axes, mul(a.body, b.body))
