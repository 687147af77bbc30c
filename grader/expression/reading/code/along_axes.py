"""Sums, means, extremes and norms along an axis, as NumPy and PyTorch name them: ``x.var(axis=0, keepdims=True)``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from grader.expression.algebra.construct import div
from grader.expression.language.nodes import ONE, Call, Expression, Indexed, Reduce, Slice, Symbol, integer
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.named_axes import axis_and_kept, axis_at, known_axes, named_axis, whole
from grader.expression.reading.code.numpy_calls import Options
from grader.expression.reading.code.program_names import NotRead, ProgramNames

Layout: TypeAlias = Callable[[ProgramNames, Sequence[Expression], Options], Expression | None]


def extreme(kind: str) -> Layout:
    """The largest entries along an axis; of several numbers the largest is another function."""

    def reduce(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
        if len(args) > 1 and (names.first or number_of(args[1]) is None):
            return None
        axis, kept = axis_and_kept(args[1:], options)
        if axis is None:
            return Call(kind, (args[0],)) if not kept else None
        place = axis_at(axis, len(known_axes(names, args[0])))
        found: Expression = Reduce(kind, "m'", Indexed(args[0], (*(Slice(),) * place, Symbol("m'"))))
        return Call("expand_dims", (found, integer(place))) if kept else found

    return reduce


def _along(names: ProgramNames, args: Sequence[Expression], options: Options) -> tuple[Expression, ...] | None:
    """Array, axis and whether it stays, as the language's sums take them; None where no axis is named."""
    axis, kept = axis_and_kept(args[1:], options)
    if axis is None:
        if kept:
            raise NotRead
        return None
    place = integer(axis_at(axis, len(known_axes(names, args[0]))))
    return (place, ONE) if kept else (place,)


def norm(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    """The Euclidean norm of the whole or along an axis; other norms of a matrix are not told."""
    order = options.get("ord", number_of(args[1]) if len(args) > 1 else 2)
    rest = {word: value for word, value in options.items() if word != "ord"}
    axes = axes_of(names, args[0])
    if not rest:
        matrix = axes is None or (len(axes) > 1 and "1" not in axes)
        if matrix and (len(args) > 1 or "ord" in options):
            raise NotRead
        return Call("norm", tuple(args)) if "ord" not in options else Call("norm", (args[0], integer(whole(order))))
    if order != 2:
        raise NotRead
    along = _along(names, args[:1], rest)
    if along is None:
        return Call("norm", (args[0],))
    return Call("sqrt", (Call("total", (Call("square", (args[0],)), *along)),))


def spread(root: bool) -> Layout:
    """The variance, a mean of squares, or its root; the caller knows that it is one."""

    def spread(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
        rest = {word: value for word, value in options.items() if word not in ("ddof", "unbiased", "correction")}
        along = _along(names, args, rest) or ()
        middle = Call("mean", (args[0], along[0], ONE) if along else (args[0],))
        found = Call("mean", (Call("square", (Call("sub", (args[0], middle)),)), *along))
        return Call("sqrt", (found,)) if root else found

    return spread


def softmax(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    """Along another axis than the last, by its formula; None where the language has it."""
    if not options and len(args) == 1:
        return None
    axis = named_axis(options, args[1:])
    axes = known_axes(names, args[0])
    wide = [k for k, length in enumerate(axes) if length != "1"]
    place = axis_at(axis if axis is not None else -1, len(axes))
    if len(axes) == 1 or (len(axes) == 2 and (wide == [place] or (place == 1 and axes[1] != "1"))):
        return Call("softmax", (args[0],))
    if len(axes) == 2 and len(wide) == 1:  # a vector, which the rubric has as a column or a row and code need not
        if axis in (0, -1):
            return Call("softmax", (args[0],))
        raise NotRead
    powers = Call("exp", (args[0],))
    return div(powers, Call("total", (powers, integer(place), ONE)))


def logsumexp(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    along = _along(names, args, options)
    return None if along is None else Call("log", (Call("total", (Call("exp", (args[0],)), *along)),))
