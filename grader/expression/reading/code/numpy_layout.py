"""Functions of NumPy and PyTorch that cut arrays, put them together or give them other axes, and sums along axes.

Each follows the manual of NumPy: https://numpy.org/doc/stable/reference/routines.array-manipulation.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from grader.expression.algebra.construct import neg
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Product,
    Slice,
    integer,
)
from grader.expression.reading.code.along_axes import Layout, extreme, logsumexp, norm, softmax, spread
from grader.expression.reading.code.array_axes import Lengths, axes_of, made_here
from grader.expression.reading.code.entering import flipped, number_of
from grader.expression.reading.code.kinked_calls import absolute, argmax, clip, heaviside, one_bound
from grader.expression.reading.code.named_axes import (
    axis_at,
    known_axes,
    named_axis,
    whole,
    whole_numbers,
)
from grader.expression.reading.code.numpy_calls import Options, einsum, standing
from grader.expression.reading.code.program_names import NotRead, ProgramNames, Widened
from grader.expression.reading.code.sequences import items_of, listed


def laid_out(
    names: ProgramNames, name: str, args: Sequence[Expression], options: Options, method: bool
) -> Expression | None:
    """A call of one of these functions, or of a method of its first argument; None for any other function."""
    if not args or name not in _ROWS or (method and name in _NO_METHODS):
        return None
    return _ROWS[name](names, args, options)


def _arrays(args: Sequence[Expression]) -> tuple[tuple[Expression, ...], Sequence[Expression]]:
    """The arrays of a list that a call is given first, and its other arguments."""
    items = items_of(args[0])
    if not items:
        raise NotRead
    return items, args[1:]


def _ranks(names: ProgramNames, items: Sequence[Expression]) -> int:
    ranks = {len(known_axes(names, item)) for item in items}
    if len(ranks) > 1:
        raise NotRead
    return ranks.pop()


def _stack(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    if isinstance(args[0], Call) and args[0].function == "entries" and not named_axis(options, args[1:], 0):
        return args[0]  # made row by row
    items, rest = _arrays(args)
    axis = axis_at(named_axis(options, rest, 0) or 0, _ranks(names, items) + 1)
    if axis and any(_is_column(axes_of(names, item)) or _is_column(axes_of(names, item), 0) for item in items):
        raise NotRead  # as vectors they would become columns
    return Call("stacked", (integer(axis), *items))


def _concatenate(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    items, rest = _arrays(args)
    axis = axis_at(named_axis(options, rest, 0) or 0, _ranks(names, items))
    return Call("concatenated", (integer(axis), *items))


def _joined_along(vectors: str, vector_axis: int, axis: int) -> Layout:
    """``vstack``, ``hstack``, ``column_stack``: what becomes of vectors, and along which axis matrices are joined."""

    def join(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
        items, rest = (tuple(args), ()) if items_of(args[0]) is None else _arrays(args)
        rank = _ranks(names, items)
        if rest or options or not rank:
            raise NotRead
        if rank == 1:
            return Call(vectors, (integer(vector_axis), *items))
        kinds = {axes_of(names, item) for item in items}
        if len(kinds) == 1 and len(items) > 1 and _is_column(kinds.pop(), 1 - axis):
            raise NotRead  # one behind the other; as vectors they would become rows
        return Call("concatenated", (integer(axis), *items))

    return join


def _flip(axis: int | None) -> Layout:
    def flip(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
        base, rank = args[0], len(known_axes(names, args[0]))
        given = options.get("dims")
        if isinstance(given, tuple) and len(given) == 1:
            options = {"dims": given[0]}
        place = named_axis(options, args[1:], axis)
        for one in range(rank) if place is None else (axis_at(place, rank),):
            base = flipped(base, one)
        return base

    return flip


def _transpose(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """All axes the other way round, in an order, or PyTorch's exchange of two."""
    base, order = args[0], whole_numbers(args[1:], options, "axes")
    if not order:
        return turned_round(names, base)
    rank = len(known_axes(names, base))
    places = [axis_at(one, rank) for one in order]
    if len(places) == 2 < rank or (len(places) == 2 and places == [1, 0]):
        return _exchanged(base, rank, places)
    if len(places) == 2 == rank and any(one < 0 for one in order):
        return _exchanged(base, rank, places)  # transpose(-2, -1)
    if len(places) == 2 == rank:  # transpose(0, 1): PyTorch exchanges, NumPy leaves as it is
        raise NotRead
    return _permuted(base, rank, places)


def turned_round(names: ProgramNames, base: Expression) -> Expression:
    """The array with all its axes the other way round."""
    rank = len(axes_of(names, base) or ())
    return Call("permuted", (base, *map(integer, reversed(range(rank))))) if rank > 2 else Call("transpose", (base,))


def _permute(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    rank = len(known_axes(names, args[0]))
    return _permuted(args[0], rank, [axis_at(one, rank) for one in whole_numbers(args[1:], options, "dims")])


def _permuted(base: Expression, rank: int, places: Sequence[int]) -> Expression:
    if sorted(places) != list(range(rank)):
        raise NotRead
    if list(places) == list(range(rank)):
        return base
    return Call("transpose", (base,)) if rank == 2 else Call("permuted", (base, *map(integer, places)))


def _exchanged(base: Expression, rank: int, places: Sequence[int]) -> Expression:
    order = list(range(rank))
    one, other = places
    order[one], order[other] = order[other], order[one]
    return _permuted(base, rank, order)


def _swapaxes(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    rank, places = len(known_axes(names, args[0])), whole_numbers(args[1:], options, "")
    if len(places) != 2:
        raise NotRead
    return _exchanged(args[0], rank, [axis_at(one, rank) for one in places])


def _moveaxis(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    rank, places = len(known_axes(names, args[0])), whole_numbers(args[1:], options, "")
    if len(places) != 2:
        raise NotRead
    start, end = (axis_at(one, rank) for one in places)
    order = [k for k in range(rank) if k != start]
    order.insert(end, start)
    return _permuted(args[0], rank, order)


def _reshape(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """Another shape; a vector as a column or as a row stays the vector that it is declared as."""
    if options:
        raise NotRead
    base, inner = args[0], items_of(args[1]) if len(args) == 2 else None
    sizes = tuple(args[1:] if inner is None else inner)
    axes, shape = axes_of(names, base), [number_of(size) for size in sizes]
    vector = axes is not None and (len(axes) == 1 or (len(axes) == 2 and "1" in axes))
    if not made_here(names, base):
        names.upright.append(base)
    if axes is not None and vector and shape in ([-1, 1], [1, -1], [-1]):
        return _line(base, axes) if shape == [-1] else standing(base, axes, column=shape == [-1, 1])
    if axes is None or not sizes or len(sizes) > 4 or shape.count(-1) > 1:
        raise NotRead
    return Call("reshaped", (base, *sizes))


def _line(base: Expression, axes: Lengths) -> Expression:
    """The vector that a column or a row is."""
    if len(axes) == 2 and "1" in axes:
        return Indexed(base, (Slice(), ONE) if axes[1] == "1" else (ONE, Slice()))
    return base if len(axes) == 1 else Call("reshaped", (base, neg(ONE)))


def _ravel(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """All entries one after the other; of what has no known axes, or of MATLAB, the array as it is."""
    axes = axes_of(names, args[0])
    return args[0] if not axes or names.first or args[1:] or options else _line(args[0], axes)


def _expand(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    base, axes = args[0], known_axes(names, args[0])
    place = named_axis(options, args[1:])
    if place is None:
        raise NotRead
    # a vector, which is declared as a column or as a row
    if len(axes) == 2 and "1" in axes and place in (0, 1, -1) and not made_here(names, base):
        names.upright.append(base)
        return standing(base, axes, column=place != 0)
    return Call("expand_dims", (base, integer(axis_at(place, len(axes) + 1))))


def _squeeze(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """Axes of length 1 dropped."""
    axes = axes_of(names, args[0])
    if not axes or names.first:
        return args[0]
    place = named_axis(options, args[1:])
    gone = [k for k, size in enumerate(axes) if size == "1"] if place is None else [axis_at(place, len(axes))]
    if any(axes[k] != "1" for k in gone):
        raise NotRead
    return Indexed(args[0], tuple(ONE if k in gone else Slice() for k in range(len(axes)))) if gone else args[0]


def _tensordot(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    if len(args) < 2 or options.keys() - {"axes", "dims"}:
        raise NotRead
    one, other = (len(known_axes(names, arg)) for arg in args[:2])
    pairs = _contracted(args[2:], options, one)
    left, right = "abcdefgh"[:one], list("ijklmnop"[:other])
    for a, b in pairs:
        right[axis_at(b, other)] = left[axis_at(a, one)]
    summed = {left[axis_at(a, one)] for a, _ in pairs}
    out = "".join(letter for letter in (*left, *right) if letter not in summed)
    return einsum(names, f"{left},{''.join(right)}->{out}", args[:2])


def _contracted(args: Sequence[Expression], options: Options, rank: int) -> list[tuple[int, int]]:
    """The pairs of axes that a tensordot sums over."""
    given: object = args[0] if args else next(iter(options.values()), 2)
    if isinstance(given, int):
        return [(rank - given + k, k) for k in range(given)]
    if isinstance(given, tuple):
        sides: list[list[int]] = [[whole(one)] for one in given]
    else:
        items = items_of(given) if isinstance(given, Call) else None
        if items is None:
            number = number_of(given) if isinstance(given, Expression) else None
            return _contracted((), {"axes": whole(number)}, rank)
        sides = [whole_numbers((item,), {}, "") for item in items]
    if len(sides) != 2 or len(sides[0]) != len(sides[1]):
        raise NotRead
    return list(zip(*sides, strict=True))


def _solve(_: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    if len(args) != 2 or options:
        raise NotRead
    return Product((Call("inv", (args[0],)), args[1]), ("@",))


def _slogdet(_: ProgramNames, args: Sequence[Expression], __: Options) -> Expression:
    found = Call("det", (args[0],))
    return listed((Call("sign", (found,)), Call("log", (Call("abs", (found,)),))))


def _inner(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression | None:
    """Of matrices the products of all rows, unlike the language's inner product."""
    if len(args) == 2 and not options and all(_is_matrix(axes_of(names, arg)) for arg in args):
        return Product((args[0], Call("transpose", (args[1],))), ("@",))
    return None


def _is_matrix(axes: Lengths | None) -> bool:
    return axes is not None and len(axes) == 2 and "1" not in axes


def _is_column(axes: Lengths | None, axis: int = 1) -> bool:
    """Whether an array is a column, or with axis 0 a row, so that code may take it for a vector."""
    return axes is not None and len(axes) == 2 and axes[axis] == "1" != axes[1 - axis]


def _like_ones(_: ProgramNames, args: Sequence[Expression], __: Options) -> Expression:
    return Call("add", (Product((ZERO, args[0]), ("*",)), ONE))


def _diag(names: ProgramNames, args: Sequence[Expression], _: Options) -> Expression | None:
    """The language's, of a vector; of a column NumPy takes the first entry alone."""
    axes = axes_of(names, args[0])
    if axes is not None and len(axes) == 2 and "1" in axes and not names.first:
        raise Widened
    return None


def _diagflat(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    axes = known_axes(names, args[0])
    if len(args) > 1 or options or not (len(axes) == 1 or axes[1:] == ("1",)):
        raise NotRead
    return Call("diag", (args[0] if len(axes) == 1 else Indexed(args[0], (Slice(), ONE)),))


_NO_METHODS = frozenset(("stack", "concatenate", "cat", "vstack", "hstack", "column_stack", "row_stack"))
_ROWS: Mapping[str, Layout] = MappingProxyType(
    {
        "stack": _stack,
        **dict.fromkeys(("concatenate", "concat", "cat"), _concatenate),
        **dict.fromkeys(("vstack", "row_stack", "vcat"), _joined_along("stacked", 0, 0)),
        "hstack": _joined_along("concatenated", 0, 1),
        **dict.fromkeys(("column_stack", "hcat"), _joined_along("stacked", 1, 1)),
        "flip": _flip(None),
        "fliplr": _flip(1),
        "flipud": _flip(0),
        **dict.fromkeys(("transpose", "t"), _transpose),
        "permute": _permute,
        **dict.fromkeys(("swapaxes", "swapdims"), _swapaxes),
        **dict.fromkeys(("moveaxis", "movedim"), _moveaxis),
        **dict.fromkeys(("reshape", "view"), _reshape),
        **dict.fromkeys(("expand_dims", "unsqueeze"), _expand),
        "squeeze": _squeeze,
        **dict.fromkeys(("ravel", "flatten"), _ravel),
        **dict.fromkeys(("max", "amax"), extreme("max")),
        **dict.fromkeys(("min", "amin"), extreme("min")),
        "norm": norm,
        "var": spread(root=False),
        "std": spread(root=True),
        "softmax": softmax,
        "logsumexp": logsumexp,
        "tensordot": _tensordot,
        **dict.fromkeys(("clip", "clamp"), clip),
        **dict.fromkeys(("abs", "absolute", "fabs"), absolute),
        "heaviside": heaviside,
        "argmax": argmax,
        "diag": _diag,
        "diagflat": _diagflat,
        "clamp_min": one_bound("max"),
        "clamp_max": one_bound("min"),
        "solve": _solve,
        "slogdet": _slogdet,
        "inner": _inner,
        "ones_like": _like_ones,
    }
)
