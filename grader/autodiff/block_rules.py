"""Arrays put together from arrays, by one entry of the whole: each piece is switched on at its own places.

The entry of ``[h; x]`` at i is ``sum_a([i = a]*h_a) + sum_b([i = n + b]*x_b)`` of an h that has n entries.
Of ``vec(X)`` and of Kronecker products the entry at a place is that at its digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.autodiff.entrywise import Entry, Letters, digits
from grader.expression.algebra.construct import add, mul, substitute
from grader.expression.evaluation.blocks import laid_out
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.axis_sizes import size_formula, written_size
from grader.expression.language.nodes import ONE, Call, Expression, Number, Reduce, Symbol
from grader.problems import Span


def put_together(rows: Sequence[Sequence[Entry]], supply: Letters, span: Span) -> Entry:
    """The entry of the whole; raises ShapeError where the pieces do not fit together."""
    shapes = [[piece.axes for piece in row] for row in rows]
    lengths, starts = laid_out(shapes, "1", span)
    axes = tuple(map(_together, lengths))
    letters = tuple(supply.new() for _ in axes)
    body: Expression | None = None
    for piece, before in zip((piece for row in rows for piece in row), starts, strict=True):
        term = _switched_on(piece, letters, before)
        body = term if body is None else Call("add", (body, term))
    assert body is not None
    return Entry(letters, axes, body)


def _together(lengths: Sequence[str]) -> str:
    text = "+".join(lengths) or "0"
    return written_size(text, re.findall(r"[^\W\d]\w*", text))


def _only_places(piece: Entry) -> dict[str, Expression]:
    return {letter: ONE for letter, axis in zip(piece.letters, piece.axes, strict=True) if axis == "1"}


def _switched_on(piece: Entry, letters: Sequence[str], before: Sequence[Sequence[str]]) -> Expression:
    """The term of one piece, which begins behind others on each axis."""
    piece = Entry(piece.letters, piece.axes, substitute(piece.body, _only_places(piece)))
    body, own = piece.body, [*piece.letters, *([""] * len(letters))][: len(letters)]
    for letter, inner, lengths in zip(letters, own, before, strict=True):
        place: Expression = Symbol(inner) if inner and inner not in _only_places(piece) else ONE
        if lengths:
            place = add(place, size_formula(_together(lengths)))
        body = mul(Call("kronecker", (Symbol(letter), place)), body)
    for inner, axis in zip(piece.letters, piece.axes, strict=True):
        if axis != "1":
            # with bounds of its own no delta does the sum: the letter of the whole runs further than the piece
            body = Reduce("sum", inner, body, ONE, size_formula(axis))
    return body


def columns(args: Sequence[Entry], supply: Letters, span: Span) -> Entry:
    """All entries as one vector, column by column; with a number of axes, a Jacobian as a matrix."""
    x = args[0]
    above = int(args[1].body.value) if len(args) > 1 and isinstance(args[1].body, Number) else 0
    if not x.axes or above > len(x.axes):
        raise ShapeError(f"vec is of a matrix, this is {x.shape_text}", span)
    groups = [(x.letters[:above], x.axes[:above])] if above else []
    groups.append((x.letters[above:], x.axes[above:]))
    letters, axes, places = list[str](), list[str](), dict[str, Expression]()
    for own, sizes in groups:
        axes.append(_times(sizes))
        letters.append(supply.new())
        places.update(zip(own, digits(Symbol(letters[-1]), sizes), strict=True))
    return Entry(tuple(letters), tuple(axes), substitute(x.body, places))


def kron(args: Sequence[Entry], supply: Letters, span: Span) -> Entry:
    """The blocks a_ij B of two matrices; of two vectors without orientation the vector of blocks a_i b."""
    left, right = args
    if not left.axes or not right.axes:
        raise ShapeError("a Kronecker product is of matrices, this is of a number", span)
    if len(left.axes) != len(right.axes):
        left, right = (_as_column(one, supply) for one in args)
    if len(left.axes) > 2 or len(right.axes) > 2:
        shapes = f"{left.shape_text} with {right.shape_text}"
        raise ShapeError(f"a Kronecker product is of matrices: {shapes}", span)
    letters = tuple(supply.new() for _ in left.axes)
    places: dict[str, Expression] = {}
    for letter, *pair in zip(letters, left.letters, left.axes, right.letters, right.axes, strict=True):
        outer, size, inner, inner_size = pair
        places[inner], places[outer] = digits(Symbol(letter), (inner_size, size))
    axes = tuple(_times(pair) for pair in zip(left.axes, right.axes, strict=True))
    body = mul(substitute(left.body, places), substitute(right.body, places))
    return Entry(letters, axes, body)


def as_row(x: Entry, supply: Letters) -> Entry:
    """A vector without orientation as a row; any other array as it is."""
    return Entry((supply.new(), *x.letters), ("1", *x.axes), x.body) if len(x.axes) == 1 else x


def is_vector(entry: Entry) -> bool:
    """Whether an array has one axis that is longer than 1, or none."""
    return len(entry.axes) == 1 or (len(entry.axes) == 2 and "1" in entry.axes)


def _as_column(x: Entry, supply: Letters) -> Entry:
    return Entry((*x.letters, supply.new()), (*x.axes, "1"), x.body) if len(x.axes) == 1 else x


def _times(axes: Sequence[str]) -> str:
    """The product of sizes as the size of one axis; raises ShapeError where it is a product of sums."""
    long = [axis for axis in axes if axis != "1"] or ["1"]
    if len(long) > 1 and any("+" in axis or "-" in axis for axis in long):
        raise ShapeError(f"no axis is as long as a product of sums, {' times '.join(long)}")
    text = "*".join(long)
    return written_size(text, re.findall(r"[^\W\d]\w*", text))
