"""Arrays of which some entries are set: where a condition holds, at the entry or the row of a label, on the diagonal.

``dz[z <= 0] = 0``, ``p[y] -= 1``, ``dS[range(n), range(n)] -= 1``.
"""

from __future__ import annotations

import ast

from grader.expression.algebra.construct import add, mul, sub
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import ONE, Call, Expression, Indexed, Product, Symbol
from grader.expression.reading.code.array_axes import Lengths, axes_of
from grader.expression.reading.code.choosing import mask_of, with_chosen
from grader.expression.reading.code.expressions import condition, formula
from grader.expression.reading.code.index_places import is_every_row, labels_in, last_of_each, one_hot_of, size_numbered
from grader.expression.reading.code.numpy_calls import standing
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared
from grader.expression.reading.code.sequences import is_nought, items_of


def is_listed(scope: ProgramNames, old: Expression) -> bool:
    """Whether an array is as long as a number says, so that its items can be changed one by one."""
    axes = axes_of(scope, old)
    return items_of(old) is not None or bool(axes and axes[0].isdigit())


def with_entries(scope: ProgramNames, old: Expression, where: ast.expr, new: Expression) -> Expression:
    """The array with a value where a condition holds, or at the entry or the row of a label."""
    where = _without_colons(where)
    mask = mask_of(scope, where, formula, condition)
    if mask is not None:
        return with_chosen(scope, old, mask, new)
    there = placed(scope, old, where, new)
    labels = labels_in(scope, where, formula)
    mark = None if labels is not None else _mark(scope, old, where)
    if mark is not None and (not isinstance(mark, Indexed) or len(axes_of(scope, old) or ()) == 1):
        return add(sub(old, mul(mark, old)), there)
    if is_nought(old):
        return there
    raise NotRead


def placed(scope: ProgramNames, old: Expression, where: ast.expr, new: Expression) -> Expression:
    """A value at the entries of a label, a vector in its row or its column; 0 elsewhere."""
    where = _without_colons(where)
    axes, given = axes_of(scope, old), axes_of(scope, new)
    if axes is None or given is None:
        raise NotRead
    labels = labels_in(scope, where, formula)
    if labels is not None:
        return _in_rows(scope, axes, labels, new, given)
    mark = _mark(scope, old, where)
    if isinstance(mark, Indexed) and axes == () and len(given) == 1 and not isinstance(where, ast.Tuple):
        return Call("outer", (mark, new))  # of zeros
    if (not isinstance(mark, Indexed) or len(axes) == 1) and given in ((), ("1",)):
        return mul(mark, new)
    if not isinstance(mark, Indexed) and len(axes) == 2 and given[:1] == axes[:1] and len(given) == 1:
        return mul(mark, standing(new, given, column=True))  # one value for each row
    if not isinstance(mark, Indexed) or len(axes) != 2 or len(given) != 1:
        raise NotRead
    return Call("outer", (new, mark) if isinstance(where, ast.Tuple) else (mark, new))


def _in_rows(scope: ProgramNames, axes: Lengths, labels: Expression, new: Expression, given: Lengths) -> Expression:
    """Rows in the places of labels, of several in the same place the last alone: ``dE[y] += G``."""
    length = axes_of(scope, labels)
    if length is None or len(axes) not in (1, 2) or (given != () and given != (*length, *axes[1:])):
        raise NotRead
    if given == () and len(axes) > 1:
        raise NotRead
    last = last_of_each(labels)
    kept = last if len(axes) == 1 else Call("expand_dims", (last, ONE))
    return Product((Call("transpose", (one_hot_of(scope, labels),)), mul(kept, new)), ("@",))


def _mark(scope: ProgramNames, old: Expression, where: ast.expr) -> Expression:
    """1 at the entry of a label, and 0 elsewhere: ``[y]`` of a one-hot y is y itself, ``[k]`` of an index e_k."""
    axes = axes_of(scope, old) or ()
    if isinstance(where, ast.Tuple) and len(where.elts) == 2 and all(_is_diagonal(scope, old, k) for k in where.elts):
        return Call("identity", tuple(size_formula(size) for size in axes[:1]))
    rows: list[ast.expr] = []
    if isinstance(where, ast.Tuple):
        *rows, where = where.elts
        if not all(_is_colon(row) or is_every_row(scope, row, axes, formula) for row in rows):
            raise NotRead
    label = formula(scope, where)
    known = declared(scope, label.name) if isinstance(label, Symbol) else None
    if labels_in(scope, where, formula) is not None:
        if len(rows) != 1 or len(axes) != 2 or not is_every_row(scope, rows[0], axes, formula):
            raise NotRead
        return one_hot_of(scope, label)
    if known is None and not (isinstance(label, Call) and label.function == "argmax"):
        raise NotRead
    if known is not None and known.places_of and known.rank:
        raise NotRead
    if known is not None and known.rank:
        return label
    mark: Expression = Indexed(Call("identity", ()), (label,)) if known is not None else one_hot_of(scope, label)
    if rows or len(axes) != 2 or axes[1] != "1":
        return mark
    return standing(one_hot_of(scope, label), axes[:1], column=True)


def _is_diagonal(scope: ProgramNames, old: Expression, node: ast.expr) -> bool:
    """Whether a place is ``range(n)`` of a square array with n rows, which beside another such is its diagonal."""
    axes = axes_of(scope, old) or ()
    return len(axes) == 2 and axes[0] == axes[1] and size_numbered(scope, node, formula) == size_formula(axes[0])


def _without_colons(where: ast.expr) -> ast.expr:
    """The index without the colons at its end, which say nothing: ``dE[k, :]`` as ``dE[k]``."""
    match where:
        case ast.Tuple([*rest, ast.Slice(None, None, None)]) if rest:
            return _without_colons(rest[0] if len(rest) == 1 else ast.Tuple(rest, ast.Load()))
    return where


def _is_colon(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and node.lower is None is node.upper
