"""Entries and rows that a test chooses: ``y[mask]``, ``X[y * f < 1].T @ y[y * f < 1]``, ``idx = np.where(mask)[0]``.

No formula knows how many there are: ``chosen(y, mask)`` stands for them until a sum, a product of matrices or the same
mask of another array takes them in. ``sum(y[mask])`` is the sum of y where the mask holds and of 0 elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from grader.expression.algebra.construct import div, iverson
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Product,
    Slice,
    Symbol,
    children,
    integer,
    rebuild,
    walk,
)
from grader.expression.reading.code.array_axes import CHOSEN, Lengths, axes_of
from grader.expression.reading.code.entering import Cut, Place
from grader.expression.reading.code.iterating import ReadAs
from grader.expression.reading.code.program_names import NotRead, ProgramNames
from grader.expression.reading.code.sequences import items_of, listed
from grader.expression.reading.code.sharing import is_test

_WHERE = frozenset(("where", "nonzero", "flatnonzero", "find", "findall", "argwhere"))
_ENTRY_BY_ENTRY = frozenset(("operator", "elementwise", "condition"))


def mask_of(names: ProgramNames, node: ast.expr, formula: ReadAs, condition: ReadAs) -> Expression | None:
    """The mask that an index is, 1 where an entry is chosen: a test, or the places where one holds; None for others."""
    if is_test(names, node):
        return iverson(condition(names, node))
    match node:
        case ast.Name(name) if name in names.assigned and name not in names.letters:
            found = formula(names, node)
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)) if name in _WHERE:
            found = formula(names, node)
        case ast.Subscript(ast.Call(ast.Name(name) | ast.Attribute(_, name)), _) if name in _WHERE:
            found = formula(names, node)
        case _:
            return None
    items = items_of(found)
    found = items[0] if items is not None and len(items) == 1 else found
    return found.args[0] if isinstance(found, Call) and found.function == "places" else None


def places_where(names: ProgramNames, node: ast.Call, formula: ReadAs, condition: ReadAs) -> Expression | None:
    """``np.where(test)``, ``np.arange(n)``: the places where a test of a vector holds, or all; None for other calls."""
    match node:
        case ast.Call(ast.Attribute(_, "arange") | ast.Name("range"), [length], []):
            known = formula(names, length)
            if not isinstance(known, Symbol):
                raise NotRead
            return Call("places", (Call("ones", (known,)),))
        case ast.Call(ast.Name(name) | ast.Attribute(_, name), [test], []) if name in _WHERE and is_test(names, test):
            mask = _upright(names, iverson(condition(names, test)))
        case _:
            return None
    if len(axes_of(names, mask) or ()) != 1:
        raise NotRead
    found = Call("places", (mask,))
    return listed((found,)) if name in ("where", "nonzero") and not names.first else found


def chosen(
    names: ProgramNames, base: Expression, masks: Sequence[Expression | None], places: Sequence[Place | None]
) -> Expression:
    """The entries or rows of an array at a mask; raises NotRead where the two have not the same length."""
    at = [place for place in range(len(masks)) if masks[place] is not None]
    mask, axes = masks[at[0]], axes_of(names, base)
    if mask is None or len(at) > 1 or axes is None:
        raise NotRead
    before, behind = _plain(places[: at[0]]), _plain(places[at[0] + 1 :])
    if before == [Slice()] and not behind and len(axes) == 2:
        return Call("transpose", (chosen(names, Call("transpose", (base,)), (mask,), (None,)),))
    if any(isinstance(place, Slice) for place in before):
        raise NotRead
    if before:
        base = Indexed(base, tuple(before))
    if len(axes_of(names, mask) or ()) == 2 and "1" in (axes_of(names, mask) or ()):
        mask = _upright(names, mask)
    axes, held = axes_of(names, base), axes_of(names, mask)
    if not axes or not held or not _as_long(axes, held) or CHOSEN in axes or (behind and len(held) > 1):
        raise NotRead
    if any(not isinstance(place, Slice) for place in behind):
        base = Indexed(base, (Slice(), *behind))
    return Call("chosen", (base, mask))


def _plain(places: Sequence[Place | None]) -> list[Expression]:
    """Places and colons of an index; raises NotRead for a slice or a new axis."""
    plain = [Slice() if isinstance(place, Cut) and place.whole else place for place in places]
    found = [place for place in plain if isinstance(place, Expression)]
    if len(found) < len(plain):
        raise NotRead
    return found


def _as_long(axes: Lengths, held: Lengths) -> bool:
    """Whether a mask may be as long as the first axes of an array; of a list made by a loop the length is not known."""
    return len(axes) >= len(held) and all(one == other or other == "?" for one, other in zip(axes, held, strict=False))


def _upright(names: ProgramNames, array: Expression) -> Expression:
    """The vector that a column is."""
    axes = axes_of(names, array) or ()
    return Indexed(array, (Slice(), ONE)) if len(axes) == 2 and axes[1] == "1" else array


def with_chosen(names: ProgramNames, old: Expression, mask: Expression, new: Expression) -> Expression:
    """An array with other values where a mask holds: a number, a row, or what the same mask chooses elsewhere."""
    axes, held = axes_of(names, old), axes_of(names, mask)
    found = _pulled(names, new, {})
    value, own = found.full, found.mask
    if found.last or axes is None or held is None or not _as_long(axes, held):
        raise NotRead
    given = axes_of(names, value)
    if own is not None and own not in (mask, _upright(names, mask)):
        raise NotRead
    if own is None and (given is None or len(given) > len(axes) - len(held)):
        raise NotRead  # as many as the mask chooses, which none of whole length is
    if own is not None and given is not None and len(given) < len(axes) and held[1:] == ("1",):
        value = Call("expand_dims", (value, ONE))
    return Cases(((value, _holds(names, mask, len(axes))),), old)


def settled(names: ProgramNames, node: Expression) -> Expression:
    """A formula without chosen entries; raises NotRead where how many there are still counts."""
    if Symbol(CHOSEN) in walk(node):  # the number of them
        raise NotRead
    if not any(isinstance(item, Call) and item.function in ("chosen", "places") for item in walk(node)):
        return node
    found = _pulled(names, node, {})
    if found.mask is not None:
        raise NotRead
    return found.full


@dataclass(frozen=True, slots=True)
class _Pulled:
    """A formula in which all entries stand, the mask that chooses among them, and whether along the last axis."""

    full: Expression
    mask: Expression | None = None
    last: bool = False


_Pull: TypeAlias = Callable[[Expression], _Pulled]


def _pulled(names: ProgramNames, node: Expression, known: dict[int, _Pulled]) -> _Pulled:
    if id(node) not in known:
        known[id(node)] = _pulled_anew(names, node, lambda part: _pulled(names, part, known))
    return known[id(node)]


def _pulled_anew(names: ProgramNames, node: Expression, pull: _Pull) -> _Pulled:
    match node:
        case Call("chosen", (base, mask)):
            return _Pulled(base, mask)
        case Call("places"):
            raise NotRead
        case Call("total" | "mean", (inner, *along)) if (found := pull(inner)).mask is not None:
            return _summed(names, node, found, along)
        case Product((left, right), ("@",)):
            return _multiplied(names, (left, right), (pull(left), pull(right)))
    parts = {id(part): pull(part) for part in children(node)}
    new = rebuild(node, lambda part: parts[id(part)].full)
    chosen_ones = [part for part in parts.values() if part.mask is not None]
    if not chosen_ones:
        return _Pulled(new)
    first = replace(chosen_ones[0], full=new)
    if any(part.mask != first.mask or part.last != first.last for part in chosen_ones):
        raise NotRead
    match new:
        case Call("transpose", (inner,)):
            rank = len(axes_of(names, inner) or ())
            return replace(first, full=inner) if rank == 1 else replace(first, last=not first.last)
        case Call("expand_dims", (_, axis)) if axis != ZERO and not first.last:
            return first
        case Call("outer", (_, Call("ones", (count,)))) if count == ONE and not first.last:
            return first
        case Indexed(_, (Slice(), *_)) if not first.last:
            return first
    if not _is_by_entries(node) or not _fit(names, node, parts):
        raise NotRead
    return first


def _is_by_entries(node: Expression) -> bool:
    match node:
        case Call(name):
            kind = FUNCTIONS[name].kind if name in FUNCTIONS else ""
            return name == "broadcast" or (kind in _ENTRY_BY_ENTRY and name != "transpose")
        case Product(_, joints):
            return "@" not in joints
    return isinstance(node, Cases)


def _fit(names: ProgramNames, node: Expression, parts: dict[int, _Pulled]) -> bool:
    """Whether all that a mask does not choose from is the same for each chosen entry."""
    found = [(axes_of(names, part), parts[id(part)]) for part in children(node)]
    ranks = {len(axes or ()) for axes, part in found if part.mask is not None}
    if len(ranks) != 1 or any(axes is None for axes, _ in found):
        return False
    rank, last = ranks.pop(), any(part.last for _, part in found)
    others = [axes or () for axes, part in found if part.mask is None]
    return all(axes[-1:] in ((), ("1",)) if last else len(axes) < rank or axes[0] == "1" for axes in others)


def _multiplied(names: ProgramNames, sides: tuple[Expression, Expression], parts: tuple[_Pulled, _Pulled]) -> _Pulled:
    """A matrix product: over what a mask chooses in both factors, or of the rows or columns that it chooses in one."""
    one, other = parts
    ranks = [len(axes_of(names, side) or ()) for side in sides]
    product = _Pulled(Product((one.full, other.full), ("@",)))
    if one.mask is None and other.mask is None:
        return product
    if one.mask is None and other.last and ranks[0] == 2:
        return replace(product, mask=other.mask, last=True)
    if other.mask is None and not one.last and ranks[0] == 2:
        return replace(product, mask=one.mask)
    if one.mask != other.mask or other.last or one.last != (ranks[0] == 2) or max(ranks) > 2:
        raise NotRead
    return _Pulled(Product((_filled(names, one), _filled(names, other)), ("@",)))


def _summed(names: ProgramNames, node: Call, found: _Pulled, along: Sequence[Expression]) -> _Pulled:
    """A sum or a mean over the chosen entries, or over another axis of each."""
    assert found.mask is not None
    rank = len(axes_of(names, node.args[0]) or ())
    if along and along[0] != integer(rank - 1 if found.last else 0):
        return _Pulled(Call(node.function, (found.full, *along)), found.mask, found.last and len(along) > 1)
    several = len(axes_of(names, found.mask) or ()) > 1  # entries of a matrix, which are a vector once they are chosen
    if several and len(along) > 1:
        raise NotRead
    total = Call("total", (_filled(names, found), *(() if several else along)))
    if node.function == "total":
        return _Pulled(total)
    if rank > 1 and not along:
        raise NotRead  # as many as the mask chooses times the length of a row
    return _Pulled(div(total, Call("total", (found.mask,))))


def _holds(names: ProgramNames, mask: Expression, rank: int, last: bool = False) -> Expression:
    """The test that a mask is, for arrays of more axes than its own: behind these, or before the last."""
    for axis in range(len(axes_of(names, mask) or ()), rank):
        mask = Call("expand_dims", (mask, ZERO if last else integer(axis)))
    return mask.args[0] if isinstance(mask, Call) and mask.function == "iverson" else Call("ne", (mask, ZERO))


def _filled(names: ProgramNames, found: _Pulled) -> Expression:
    """The array with 0 for what a mask leaves out."""
    axes = axes_of(names, found.full)
    if axes is None or found.mask is None:
        raise NotRead
    return Cases(((found.full, _holds(names, found.mask, len(axes), found.last)),), ZERO)
