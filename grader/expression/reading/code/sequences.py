"""Lists of a program: ``[W3, W2]`` is an array of its items, and as such gone through, entered and changed.

A list is ``stacked(0, ...)``; nothing is made of its items until an array is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.expression.algebra.construct import added
from grader.expression.language.nodes import ZERO, Call, Expression, Indexed, Number, Product, Symbol, integer
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.program_names import NotRead, ProgramNames

LONGEST = 64  # items of a list


def listed(items: Sequence[Expression]) -> Expression:
    """The list of some items; raises NotRead for one that is too long."""
    if len(items) > LONGEST:
        raise NotRead
    return Call("stacked", (ZERO, *items))


def items_of(node: Expression) -> tuple[Expression, ...] | None:
    """The items of a list; None for what is none."""
    return node.args[1:] if isinstance(node, Call) and node.function == "stacked" and node.args[0] == ZERO else None


def is_nought(node: Expression, axes: int = 3) -> bool:
    """Whether an array, of so many axes at most, was made of zeros and not changed since."""
    items = items_of(node)
    if items:
        return axes > 0 and all(is_nought(item, axes - 1) for item in items)
    return node == ZERO or (isinstance(node, Product) and node.factors[0] == ZERO)


def rows_of(scope: ProgramNames, node: Expression) -> tuple[Expression, ...]:
    """The items of a list, or of an array whose length is a number; raises NotRead for any other."""
    items = items_of(node)
    if items is not None:
        return items
    axes = axes_of(scope, node)
    if not axes or not axes[0].isdigit() or not 0 < int(axes[0]) <= LONGEST or (axes[0] == "1" and len(axes) == 2):
        raise NotRead  # of a row one pass, or its entries where it is a vector
    if is_nought(node):
        row = noughts([integer(int(size)) for size in axes[1:]]) if all(map(str.isdigit, axes[1:])) else ZERO
        return (row,) * int(axes[0])
    return tuple(Indexed(node, (integer(1 + k),)) for k in range(int(axes[0])))


def noughts(sizes: Sequence[Expression]) -> Expression:
    """An array of zeros; of three axes or more, or of sizes that are formulas, just 0."""
    known = all(isinstance(size, Number | Symbol) for size in sizes) and 0 < len(sizes) <= 2
    return Product((ZERO, Call("ones", tuple(sizes))), ("*",)) if known else ZERO


def sum_of(items: Sequence[Expression], start: Expression = ZERO) -> Expression:
    """The sum of a list."""
    return added([start, *items])


def places_of(length: int, place: object) -> list[int]:
    """The places from 0 that a whole number or a slice of whole numbers is; raises NotRead for one outside."""
    if isinstance(place, slice):
        if place.step == 0:
            raise NotRead
        return list(range(length))[place]
    if not isinstance(place, int) or not -length <= place < length:
        raise NotRead
    return [place % length]


def with_items(scope: ProgramNames, old: Expression, places: Sequence[int | slice], new: Expression) -> Expression:
    """The array with other items at places of its first axes: one at a place, one each or the same along a slice."""
    rows = list(rows_of(scope, old))
    first, *rest = places
    chosen = places_of(len(rows), first)
    values = (new,) if isinstance(first, int) else _spread_out(scope, new, len(chosen))
    for at, value in zip(chosen, values, strict=True):
        rows[at] = with_items(scope, rows[at], rest, value) if rest else value
    return listed(rows)


def _spread_out(scope: ProgramNames, value: Expression, count: int) -> Sequence[Expression]:
    """A value for each of several places: a number is the same for all, a vector has one for each."""
    axes = axes_of(scope, value)
    if axes is None:
        raise NotRead
    if not axes:
        return (value,) * count
    items = items_of(value)
    if items is None:
        items = tuple(Indexed(value, (integer(1 + k),)) for k in range(count))
    if len(items) != count or axes[0] not in (str(count), "?"):
        raise NotRead
    return items
