"""An array entered as NumPy has it: ``x[0]``, ``x[-1]``, ``x[1:]``, ``x[::-1]``, ``x[:, None, :]``, ``x[..., None]``.

What stands between the brackets comes as places: of a place counted from 1 an expression, of a slice its bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.expression.algebra.construct import add, neg, sub
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Number,
    Slice,
    Symbol,
    children,
    integer,
    walk,
)
from grader.expression.reading.code.array_axes import axes_of, made_here
from grader.expression.reading.code.program_names import NotRead, ProgramNames, Widened, declared
from grader.expression.reading.code.sequences import items_of, listed, places_of

WIDEST = 32  # entries of a window
LAYOUTS = frozenset(("sliced", "expand_dims", "broadcast", "stacked", "concatenated", "reshaped", "permuted"))


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice by its bounds from 0, as in Python; None where one is left out."""

    start: Expression | None = None
    stop: Expression | None = None
    step: int = 1

    @property
    def whole(self) -> bool:
        """Whether it is a mere colon."""
        return self.start is None and self.stop is None and self.step == 1

    def numbers(self) -> slice | None:
        """The slice, where all of its bounds are whole numbers."""
        start, stop = number_of(self.start), number_of(self.stop)
        if (start is None) != (self.start is None) or (stop is None) != (self.stop is None):
            return None
        return slice(start, stop, self.step)


@dataclass(frozen=True, slots=True)
class NewAxis:
    """``None`` or ``np.newaxis`` in an index."""


@dataclass(frozen=True, slots=True)
class Dots:
    """``...`` in an index: all axes that are not said."""


@dataclass(frozen=True, slots=True)
class FromEnd:
    """A place counted from the end, which is 1."""

    back: int


Place: TypeAlias = Expression | Cut | NewAxis | Dots | FromEnd


def number_of(node: Expression | None) -> int | None:
    """The whole number that an expression is."""
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Call("neg", (inner,)):
            found = number_of(inner)
            return None if found is None else -found
    return None


def counted(place: Place) -> int | slice | None:
    """A place or a slice in numbers from 0, as Python counts; None for any other."""
    match place:
        case FromEnd(back):
            return -back
        case Cut():
            return place.numbers()
        case Number():
            found = number_of(place)
            return None if found is None else found - 1
    return None


def entered(scope: ProgramNames, base: Expression, places: Sequence[Place]) -> Expression:
    """The part of an array that an index is; raises NotRead."""
    items = items_of(base)
    first = counted(places[0]) if items is not None else None
    if items is not None and first is not None:
        chosen = [items[at] for at in places_of(len(items), first)]
        if isinstance(first, int):
            return entered(scope, chosen[0], places[1:]) if places[1:] else chosen[0]
        return _within(scope, listed(chosen), [Cut(), *places[1:]])
    return _within(scope, base, places)


def _within(scope: ProgramNames, base: Expression, places: Sequence[Place]) -> Expression:
    if any(isinstance(place, Dots) for place in places):
        places = _spelled(scope, base, places)
    axes = axes_of(scope, base)
    if axes is not None and sum(not isinstance(place, NewAxis) for place in places) > len(axes):
        raise NotRead
    if all(isinstance(place, Expression) or (isinstance(place, Cut) and place.whole) for place in places):
        plain = [place if isinstance(place, Expression) else Slice() for place in places]
        while plain and isinstance(plain[-1], Slice):
            plain.pop()
        return _indexed(scope, base, plain) if plain else base
    axis = 0
    for place in places:
        match place:
            case NewAxis():
                base, axis = Call("expand_dims", (base, integer(axis))), axis + 1
            case Cut():
                base, axis = _cut(scope, base, axis, place), axis + 1
            case FromEnd(back):
                base = _at(scope, Call("sliced", (base, integer(axis), ONE, integer(-back))), axis, ONE)
            case Dots():
                raise NotRead
            case _:
                base = _at(scope, base, axis, place)
    return base


def _at(scope: ProgramNames, base: Expression, axis: int, place: Expression) -> Expression:
    return _indexed(scope, base, [*(Slice(),) * axis, place])


def _indexed(scope: ProgramNames, base: Expression, places: Sequence[Expression]) -> Expression:
    """Entries of an array; of a row that code made every axis is said, since one index enters a row as a vector."""
    axes, laid_out = axes_of(scope, base), isinstance(base, Call) and base.function in LAYOUTS
    if laid_out and axes is None:
        raise NotRead
    if axes is not None and (laid_out or ("1" in axes and made_here(scope, base))):
        places = [*places, *(Slice(),) * (len(axes) - len(places))]
    elif axes is not None and axes[:1] == ("1",) and len(axes) == 2 and places == [ONE]:
        raise Widened  # the row, or the first entry of a vector
    return Indexed(base, tuple(places))


def _spelled(scope: ProgramNames, base: Expression, places: Sequence[Place]) -> Sequence[Place]:
    """The places with a colon for each of the axes that dots stand for."""
    axes = axes_of(scope, base)
    at = [k for k, place in enumerate(places) if isinstance(place, Dots)]
    if axes is None or len(at) != 1:
        raise NotRead
    said = sum(not isinstance(place, Dots | NewAxis) for place in places)
    if said > len(axes):
        raise NotRead
    return [*places[: at[0]], *(Cut(),) * (len(axes) - said), *places[at[0] + 1 :]]


def _cut(scope: ProgramNames, base: Expression, axis: int, cut: Cut) -> Expression:
    if cut.whole:
        return base
    if not all(_is_size(scope, bound) for bound in (cut.start, cut.stop) if bound is not None):
        return _window(scope, base, axis, cut)
    start = cut.start if cut.start is not None else ZERO if cut.step > 0 else neg(ONE)
    stop = () if cut.stop is None else (cut.stop,)
    return Call("sliced", (base, integer(axis), integer(cut.step), start, *stop))


def _window(scope: ProgramNames, base: Expression, axis: int, cut: Cut) -> Expression:
    """A slice of known length that begins at a letter of the program, ``x[k:k+3]``; raises NotRead for any other."""
    if cut.start is None or cut.stop is None or cut.step != 1 or axis:
        raise NotRead
    letters = {scope.letters[name] for name in scope.letters}
    if any(isinstance(item, Symbol) and item.name not in letters for item in walk(cut.start)):
        raise NotRead
    length = number_of(simplify(sub(cut.stop, cut.start)))
    if length is None or not 0 < length <= WIDEST:
        raise NotRead
    items = (_at(scope, base, axis, simplify(add(cut.start, integer(k + 1)))) for k in range(length))
    return Call("stacked", (ZERO, *items))


def _is_size(scope: ProgramNames, node: Expression) -> bool:
    """Whether a formula is of numbers and sizes alone."""
    for item in walk(node):
        known = declared(scope, item.name) if isinstance(item, Symbol) else None
        if isinstance(item, Symbol) and (known is None or known.role != "size"):
            return False
        if not children(item) and not isinstance(item, Symbol | Number):
            return False
    return True


def flipped(base: Expression, axis: int) -> Expression:
    """The array with an axis turned round."""
    return Call("sliced", (base, integer(axis), neg(ONE), neg(ONE)))
