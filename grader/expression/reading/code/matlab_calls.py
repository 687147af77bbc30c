"""Functions of MATLAB and Julia, whose axes count from 1 and stay when they are summed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from grader.expression.algebra.construct import add, div, power, sub
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import ONE, Call, Expression, Product, integer
from grader.expression.reading.code.array_axes import Lengths, axes_of, upright
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.numpy_calls import Options
from grader.expression.reading.code.program_names import NotRead, ProgramNames
from grader.expression.reading.code.sequences import listed, noughts

_SUMS = {"sum": "total", "mean": "mean", "max": "max", "maximum": "max", "min": "min", "minimum": "min"}
_UNLIKE = frozenset(("reshape", "permute", "kron", "vec", "cumsum", "stack", "norm_"))  # column by column
_OPERATORS: Mapping[str, Callable[[Expression, Expression], Expression]] = MappingProxyType(
    {
        "plus": add,
        "minus": sub,
        "rdivide": div,
        "power": power,
        "times": lambda left, right: Product((left, right), ("circ",)),
    }
)
_LENGTHS = frozenset(("size", "length", "numel", "rows", "columns"))


def matlab_call(names: ProgramNames, name: str, args: Sequence[Expression], options: Options) -> Expression | None:
    """A call that means something else than in Python; None for any other, NotRead for what is not told."""
    if name in _UNLIKE:
        raise NotRead
    if name in _OPERATORS and len(args) == 2 and not options:
        axes = [axes_of(names, one) for one in args]
        return _OPERATORS[name](upright(args[0], *axes), upright(args[1], *axes[::-1]))
    if name == "repmat":
        return _repeated(names, args)
    if name in _LENGTHS and args:
        return _length(names, name, args)
    if name in ("zeros", "ones") and args:
        sizes = [size for size in args if size != ONE] if len(args) == 2 and args[1] == ONE else list(args)
        return noughts(sizes) if name == "zeros" else Call("ones", tuple(args))
    if name == "dot" and len(args) == 2:
        return Call("inner", tuple(args))
    if name in ("hcat", "vcat") and not options:
        return None
    if name in ("sum", "mean") or (name in _SUMS and len(args) == 1):
        return _summed(names, name, args, options)
    if name in ("flip", "reverse") and (len(args) != 1 or options or len(axes_of(names, args[0]) or ()) != 1):
        raise NotRead
    return None


def _repeated(names: ProgramNames, args: Sequence[Expression]) -> Expression:
    """Copies of a row one below the other, or of a column side by side."""
    axes = axes_of(names, args[0])
    if axes is None or len(axes) not in (1, 2) or len(args) != 3:
        raise NotRead
    below, beside = args[1:]
    if len(axes) == 1 and ONE in (below, beside):
        return Call("outer", (args[0], Call("ones", (beside,))) if below == ONE else (Call("ones", (below,)), args[0]))
    if axes[0] == "1" and beside == ONE:
        return Product((Call("ones", (below, ONE)), args[0]), ("@",))
    if axes[1] == "1" and below == ONE:
        return Product((args[0], Call("ones", (ONE, beside))), ("@",))
    raise NotRead


def _summed(names: ProgramNames, name: str, args: Sequence[Expression], options: Options) -> Expression:
    axis = options.get("dims", number_of(args[1]) if len(args) == 2 else None)
    axes = axes_of(names, args[0])
    if len(args) > 2 or options.keys() - {"dims"} or axes is None:
        raise NotRead
    if axis is None:
        # MATLAB sums the columns of a matrix, Julia all of it
        if len(args) > 1 or len([size for size in axes if size != "1"]) > 1:
            raise NotRead
        return Call(_SUMS[name], (args[0],))
    if not isinstance(axis, int) or name not in ("sum", "mean") or not 1 <= axis <= 2:
        raise NotRead
    if len(axes) < 2:
        if axis == 1:
            return Call(_SUMS[name], (args[0],))
        raise NotRead
    return Call(_SUMS[name], (args[0], integer(axis - 1), ONE))


def _length(names: ProgramNames, name: str, args: Sequence[Expression]) -> Expression:
    axes = axes_of(names, args[0])
    if axes is None or "?" in axes:
        raise NotRead
    if name == "size" and len(args) == 1:
        return listed([_size(size) for size in axes])
    if name == "size":
        place = number_of(args[1])
        if place is None or not 1 <= place <= max(len(axes), 2):
            raise NotRead
        return _size((*axes, "1")[place - 1])
    if name in ("rows", "columns"):
        return _size((*axes, "1")[name == "columns"])
    return _only(axes)


def _only(axes: Lengths) -> Expression:
    """The number of entries of a vector."""
    longer = [size for size in axes if size != "1"]
    if len(longer) > 1:
        raise NotRead
    return _size(longer[0] if longer else "1")


def _size(size: str) -> Expression:
    return size_formula(size)
