"""Which axes a call of NumPy or PyTorch names: behind its other arguments, as ``axis=``, as ``dim=``."""

from __future__ import annotations

from collections.abc import Sequence

from grader.expression.language.nodes import Expression, integer
from grader.expression.reading.code.array_axes import Lengths, axes_of
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.numpy_calls import Options
from grader.expression.reading.code.program_names import NotRead, ProgramNames
from grader.expression.reading.code.sequences import items_of

_AXIS = frozenset(("axis", "dim", "dims"))
_KEPT = frozenset(("keepdims", "keepdim"))


def known_axes(names: ProgramNames, node: Expression) -> Lengths:
    """The axes of an array; raises NotRead where they are not known."""
    axes = axes_of(names, node)
    if axes is None:
        raise NotRead
    return axes


def named_axis(options: Options, args: Sequence[Expression], default: int | None = None) -> int | None:
    """The axis that a call names, behind its other arguments or as an option; raises NotRead for no number."""
    if options.keys() - _AXIS or len(args) + len(options) > 1:
        raise NotRead
    value = number_of(args[0]) if args else next(iter(options.values()), default)
    if value is not None and not isinstance(value, int):
        raise NotRead
    if args and value is None:
        raise NotRead
    return value


def axis_at(axis: int, rank: int) -> int:
    """An axis counted from 0, given from either end; raises NotRead where there is none."""
    if not -rank <= axis < rank:
        raise NotRead
    return axis % rank


def whole_numbers(args: Sequence[Expression], options: Options, word: str) -> list[int]:
    """Whole numbers, given one by one, as a list, or by a word; raises NotRead for anything else."""
    given = options.get(word)
    if options.keys() - {word}:
        raise NotRead
    if isinstance(given, tuple) and not args:
        return [one for one in given if isinstance(one, int)]
    inner = items_of(args[0]) if len(args) == 1 else None
    found = [number_of(one) for one in (args if inner is None else inner)]
    if None in found or given is not None:
        raise NotRead
    return [one for one in found if one is not None]


def axis_and_kept(args: Sequence[Expression], options: Options) -> tuple[int | None, bool]:
    """The axis that a call names, if any, and whether it stays with length 1."""
    kept = any(bool(options.get(word)) for word in _KEPT)
    return named_axis({word: value for word, value in options.items() if word not in _KEPT}, args), kept


def as_formula(value: object) -> Expression:
    """A formula that an option is given; raises NotRead for a word or several numbers."""
    if isinstance(value, int):
        return integer(value)
    if not isinstance(value, Expression):
        raise NotRead
    return value


def whole(value: object) -> int:
    """A whole number; raises NotRead for anything else."""
    if not isinstance(value, int):
        raise NotRead
    return value
