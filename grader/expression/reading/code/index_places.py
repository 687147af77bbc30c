"""What stands in an index of code -> a place: a number, a letter of a loop, a label of the model, a slice, a new axis.

``x[i + 1, -1, 2:, None]``. The caller says how the expressions in it are read, since these may enter arrays.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.expression.algebra.construct import add, iverson, sub
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    integer,
    walk,
)
from grader.expression.reading.code.array_axes import Lengths, axes_of
from grader.expression.reading.code.entering import Cut, Dots, FromEnd, NewAxis, Place, counted, number_of
from grader.expression.reading.code.iterating import ReadAs
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared, value_of
from grader.expression.reading.grammar.names.class_labels import one_hot


def place(names: ProgramNames, node: ast.expr, formula: ReadAs) -> Place:
    """What stands in an index: a place, a letter of a loop or of the model, a slice, a new axis."""
    match node:
        case ast.Slice(ast.expr() as lower, upper, step) if names.first:
            return _slice_from_one(names, lower, upper, step, formula)
        case ast.Slice(lower, upper, step):
            return _slice(names, lower, upper, step, formula)
        case ast.Constant(None) | ast.Attribute(_, "newaxis") | ast.Name("newaxis"):
            return NewAxis()
        case ast.Constant(value) if value is ...:
            return Dots()
        case ast.Name(name) if name in names.letters:
            return Symbol(names.letters[name])
        case ast.Subscript(ast.Name(), ast.Name()) if is_label(names, node, formula):
            return formula(names, node)
        case ast.Constant(value=int()) | ast.UnaryOp() | ast.Name() | ast.BinOp():
            return _numbered(names, formula(names, node))
    raise NotRead


def _numbered(names: ProgramNames, value: Expression) -> Place:
    """A place counted from 1 that a value is: a number, a label, or a sum of letters and numbers."""
    number = number_of(value)
    if number is not None:
        return integer(number + 1 - names.first) if number >= names.first else FromEnd(-number)
    known = declared(names, value.name) if isinstance(value, Symbol) else None
    if isinstance(value, Symbol):
        if known is not None and known.role == "size" and not names.first:
            raise NotRead
        return add(value, ONE) if value.name in names.running and not names.first else value
    letters = set(names.letters.values())
    if any(isinstance(item, Symbol) and item.name not in letters for item in walk(value)):
        raise NotRead
    if any(
        not isinstance(item, Symbol | Number) and getattr(item, "function", "") not in ("add", "sub")
        for item in walk(value)
    ):
        raise NotRead
    if value == sub(next(iter(children(value))), ONE) and not names.first:
        return children(value)[0]
    return value if names.first else add(value, ONE)


def _slice(
    names: ProgramNames,
    lower: ast.expr | None,
    upper: ast.expr | None,
    step: ast.expr | None,
    formula: ReadAs,
) -> Cut:
    by = 1 if step is None else number_of(formula(names, step))
    if not by:
        raise NotRead
    start = None if lower is None else formula(names, lower)
    stop = None if upper is None else formula(names, upper)
    return Cut(start, stop, by)


def _slice_from_one(
    names: ProgramNames, lower: ast.expr, upper: ast.expr | None, step: ast.expr | None, formula: ReadAs
) -> Cut:
    """A slice of MATLAB, whose places count from 1, whose end is part of it, and whose step stands between the two."""
    if step is not None:
        upper, step = step, upper
    by = 1 if step is None else number_of(formula(names, step))
    first, last = number_of(formula(names, lower)), None if upper is None else formula(names, upper)
    if not by or not first or last is None:
        raise NotRead
    begin, stop = first - (first > 0), number_of(last)  # what counts from the end does so there and here
    if stop is None:  # a size
        if by != 1 or first < 1:
            raise NotRead
        return Cut(integer(begin), last)
    end = stop - (stop > 0) + (1 if by > 0 else -1)  # one further, since the end takes part
    outside = end == 0 > stop if by > 0 else end == -1 < stop
    return Cut(integer(begin), None if outside else integer(end), by)


def is_place(names: ProgramNames, node: ast.expr, formula: ReadAs) -> bool:
    number = isinstance(node, ast.Constant) or (
        isinstance(node, ast.Name) and number_of(names.assigned.get(node.id)) is not None
    )
    return number or is_label(names, node, formula) or (isinstance(node, ast.Name) and node.id in names.letters)


def is_label(names: ProgramNames, node: ast.expr, formula: ReadAs) -> bool:
    """Whether a value is a label of the model, or that of an example."""
    match node:
        case ast.Name(name) if name not in names.letters:
            try:
                found = value_of(names, name)
            except NotRead:
                return False
        case ast.Subscript(ast.Name(), ast.Name()):
            found = formula(names, node)
        case _:
            return False
    known = declared(names, head(found) or "")
    return known is not None and bool(known.places_of)


def labels_in(names: ProgramNames, node: ast.expr, formula: ReadAs) -> Expression | None:
    """An array of places, where one stands in an index: the labels of all examples, ``y.argmax(axis=1)``."""
    match node:
        case ast.Name(name):
            found = value_of(names, name)
        case ast.Call(ast.Attribute(_, "argmax")):
            found = formula(names, node)
        case _:
            return None
    if isinstance(found, Call) and found.function == "argmax":
        return found if len(axes_of(names, found) or ()) == 1 else None
    known = declared(names, found.name) if isinstance(found, Symbol) else None
    return found if known is not None and known.places_of and known.rank == 1 else None


def one_hot_of(scope: ProgramNames, places: Expression) -> Expression:
    """1 at each of the places that a quantity of the model or an argmax holds, as rows; raises NotRead for others."""
    if isinstance(places, Call) and places.function == "argmax":
        sizes = [size for size in axes_of(scope, places.args[0]) or () if size != "1"]
        if not sizes:
            raise NotRead
        return one_hot(sizes[-1], places)
    known = declared(scope, head(places) or "")
    if known is None or not known.places_of:
        raise NotRead
    return one_hot(known.places_of, places)


def last_of_each(labels: Expression) -> Expression:
    """1 for each label that none behind it is equal to: of the rows that ``E[y] = G`` sets twice the last stays."""
    other, own = Symbol("s'"), Symbol("t'")
    again = Call("and", (Call("gt", (other, own)), Call("eq", (Indexed(labels, (other,)), Indexed(labels, (own,))))))
    return Call("entries", (iverson(Call("eq", (Reduce("sum", "s'", iverson(again)), ZERO))), own))


def at_labels(
    names: ProgramNames, base: Expression, labels: Expression, rows: Sequence[ast.expr], formula: ReadAs
) -> Expression:
    """``E[y]`` the rows at labels, ``W[:, y]`` the columns, ``p[np.arange(n), y]`` the entry of each row."""
    axes, label = axes_of(names, base), declared(names, head(labels) or "")
    if label is not None and axes is not None and axes[len(rows) : len(rows) + 1] not in ((label.places_of,), ("?",)):
        raise NotRead
    match list(rows):
        case []:
            return Call("take", (base, labels))
        case [ast.Slice(None, None, None)]:
            return Call("transpose", (Call("take", (Call("transpose", (base,)), labels)),))
        case [row] if is_every_row(names, row, axes_of(names, base), formula):
            return Call("total", (Product((base, one_hot_of(names, labels)), ("circ",)), integer(1)))
    raise NotRead


def place_numbers(names: ProgramNames, where: ast.expr, formula: ReadAs) -> list[int | slice] | None:
    """The places of an index that are all whole numbers or slices of such, from 0; None for any other."""
    found: list[int | slice] = []
    for node in where.elts if isinstance(where, ast.Tuple) else [where]:
        if labels_in(names, node, formula) is not None or (isinstance(node, ast.Name) and node.id in names.letters):
            return None
        if isinstance(node, ast.Compare | ast.BoolOp):
            return None
        number = counted(place(names, node, formula))
        if number is None:
            return None
        found.append(number)
    return found


def size_numbered(names: ProgramNames, node: ast.expr, formula: ReadAs) -> Expression | None:
    """The length n of an index that is each place of an axis in turn, ``np.arange(n)``; None for any other."""
    match node:
        case ast.Call(ast.Name("range") | ast.Attribute(_, "arange"), [length], []):
            return formula(names, length)
        case ast.Name(name) if name in names.assigned and name not in names.letters:
            found = formula(names, node)
            if isinstance(found, Call) and found.function == "places":
                match found.args[0]:
                    case Call("ones", (size,)):
                        return size
    return None


def is_every_row(names: ProgramNames, node: ast.expr, axes: Lengths | None, formula: ReadAs) -> bool:
    """Whether an index is every place of the first axis in turn, ``np.arange(n)`` of an array with n rows."""
    try:
        size = size_numbered(names, node, formula)
    except NotRead:
        return isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name)  # m, which nothing else is
    return size is not None and axes not in (None, ()) and size == size_formula(axes[0])
