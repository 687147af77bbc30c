r"""Quantities whose values are places: ``onehot(y)`` and ``e_{y_i}`` of what the model declares with ``index: C``."""

from __future__ import annotations

from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, head
from grader.expression.reading.grammar.cursor import Cursor

_SHIFTS = ("+", "-")
_COMPARED = ("=", "rel")
_LONGEST = 12  # tokens of a name with its scripts


def label(p: Cursor, node: Expression) -> Declared | None:
    """The quantity whose values are places, whole or entered, that a formula is."""
    declared = p.table.exact.get(head(node) or "") if p.table is not None else None
    return declared if declared is not None and declared.places_of else None


def one_hot(size: str, place: Expression) -> Expression:
    """1 at a place and 0 elsewhere: a row of the identity matrix, one for each of several places."""
    count = size_formula(size)
    return Call("take", (Call("identity", (count,)), place))


def beside_place(p: Cursor, at: int) -> bool:
    """Whether the letter at token `at` is compared with a place of the model: the k of ``y_i = k``, ``k + 1 = y_i``."""
    behind = at + 3 if p.kinds[at + 1] in _SHIFTS and p.kinds[at + 2] == "num" else at + 1
    if p.kinds[behind] in _COMPARED and _place_ends(p, behind + 1) is not None:
        return True
    if p.kinds[at - 1] not in _COMPARED:
        return False
    end = at - 3 if p.kinds[at - 2] == "num" and p.kinds[at - 3] in _SHIFTS else at - 1
    return any(_place_ends(p, start) == end for start in range(end - 1, max(end - _LONGEST, -1), -1))


def _place_ends(p: Cursor, start: int) -> int | None:
    """The token behind the place whose name begins at a token; None where none does."""
    shape = p.scan(start) if p.table is not None else None
    found = p.table.find(shape.base, shape.above, shape.below, shape.primes) if shape and p.table else None
    if shape is None or found is None:
        return None
    entered = found.below + found.above
    whole = found.declared.rank > 0 and not entered  # a one-hot array for the place that it marks
    row = len(entered) == 1 and entered.isalpha() and found.declared.rank == 2 and "1" not in found.declared.axes
    return shape.end if found.declared.places_of or whole or row else None
