"""Functions of NumPy and PyTorch with kinks or steps: values kept between bounds, the Heaviside step, argmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.expression.algebra.construct import neg
from grader.expression.language.nodes import ONE, ZERO, Call, Cases, Expression
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.named_axes import as_formula, axis_and_kept, axis_at
from grader.expression.reading.code.numpy_calls import Options
from grader.expression.reading.code.program_names import NotRead, ProgramNames

_BOUNDS = (("min", "a_min"), ("max", "a_max"))


def clip(_: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """Each entry no smaller than one bound and no larger than the other, of which one may be left out."""
    if options.keys() - {*_BOUNDS[0], *_BOUNDS[1]} or len(args) > 3:
        raise NotRead
    found = args[0]
    for kind, at, words in (("max", 1, _BOUNDS[0]), ("min", 2, _BOUNDS[1])):
        given = [as_formula(options[word]) for word in words if word in options] + list(args[at : at + 1])
        if len(given) > 1:
            raise NotRead
        found = Call(kind, (found, given[0])) if given else found
    if found == args[0]:
        raise NotRead
    return found


def absolute(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    """Without its sign each entry of an array, of which bars may be the norm; None for a number."""
    if len(args) != 1 or options or not axes_of(names, args[0]):
        return None
    return Call("max", (args[0], neg(args[0])))


def heaviside(_: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    """1 where a value is positive, 0 where it is negative, and what the second value says where it is 0."""
    if len(args) != 2 or options:
        return None
    positive = Call("gt", (args[0], ZERO))
    return Cases(((ONE, positive), (args[1], Call("eq", (args[0], ZERO)))), ZERO)


def one_bound(kind: str) -> Callable[[ProgramNames, Sequence[Expression], Options], Expression]:
    """One bound of each entry: ``clamp_min(x, 0)``."""

    def bound(_: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
        given = [*args[1:], *(as_formula(options[word]) for word in options if word in ("min", "max"))]
        if len(given) != 1 or len(options) + len(args) != 2:
            raise NotRead
        return Call(kind, (args[0], given[0]))

    return bound


def argmax(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """The place of the largest entry of a vector, or of each row or column of a matrix."""
    axis, kept = axis_and_kept(args[1:], options)
    axes = axes_of(names, args[0])
    if kept or names.first or axes is None or not 1 <= len(axes) <= 2:
        raise NotRead
    wide = [k for k, size in enumerate(axes) if size != "1"]
    if axis is None or len(wide) < 2:
        if len(wide) != 1 or (axis is not None and axis_at(axis, len(axes)) != wide[0]):
            raise NotRead  # of a matrix counted through all its rows
        return Call("argmax", (args[0],))
    return Call("argmax", (args[0] if axis_at(axis, 2) == 1 else Call("transpose", (args[0],)),))
