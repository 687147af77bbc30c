"""Arrays put together from arrays, by one entry of the whole: each piece is switched on at its own places.

The entry of ``[h; x]`` at i is ``sum_a([i = a]*h_a) + sum_b([i = n + b]*x_b)`` of an h that has n entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.autodiff.entrywise import Entry, Letters
from grader.expression.algebra.construct import add, mul, substitute
from grader.expression.evaluation.blocks import laid_out
from grader.expression.language.axis_sizes import size_formula, written_size
from grader.expression.language.nodes import ONE, Call, Expression, Reduce, Symbol
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
