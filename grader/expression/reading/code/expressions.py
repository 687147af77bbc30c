"""An expression of Python -> the formula: operators, entries and slices, masks, lists, sums of generators, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from types import MappingProxyType

from grader.expression.algebra.construct import add, div, iverson, neg, power, sub
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Product,
    Symbol,
)
from grader.expression.reading.code.array_axes import axes_of, beside, lined_up, made_here, together, upright
from grader.expression.reading.code.choosing import chosen, mask_of, places_where
from grader.expression.reading.code.code_calls import called, is_package, length_of
from grader.expression.reading.code.comprehensions import made, summed
from grader.expression.reading.code.entering import Dots, NewAxis, entered
from grader.expression.reading.code.index_places import at_labels, is_label, is_place, labels_in, place
from grader.expression.reading.code.matlab_rows import multiplied, way_of
from grader.expression.reading.code.numpy_calls import standing
from grader.expression.reading.code.numpy_layout import turned_round
from grader.expression.reading.code.program_names import (
    NotRead,
    ProgramNames,
    array_of,
    one_pass,
    value_of,
)
from grader.expression.reading.code.sequences import is_nought, items_of, listed, sum_of
from grader.expression.reading.code.sharing import LOGIC, is_test
from grader.expression.reading.read import read

_JOINED: Mapping[type[ast.operator], Callable[[Expression, Expression], Expression]] = MappingProxyType(
    {
        ast.Add: add,
        ast.Sub: sub,
        ast.Div: div,
        ast.Pow: power,
        ast.Mult: lambda left, right: Product((left, right), ("circ",)),
        ast.MatMult: lambda left, right: Product((left, right), ("@",)),
    }
)
_COMPARED = MappingProxyType({ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"})
_LOGIC = MappingProxyType({ast.And: "and", ast.Or: "or", ast.BitAnd: "and", ast.BitOr: "or"})


def formula(names: ProgramNames, node: ast.expr) -> Expression:
    """The formula that an expression is; raises NotRead for what is none."""
    match node:
        case ast.Constant(value=bool() as said):
            return ONE if said else ZERO
        case ast.Constant(value=int() | float() as value):
            return read(repr(value)).chain[0]
        case ast.Name(name) if name in names.letters and not names.first:
            return sub(Symbol(names.letters[name]), ONE)
        case ast.Name(name):
            return value_of(names, name)
        case ast.UnaryOp(ast.USub(), inner) if not is_test(names, inner):  # which has no minus
            return neg(formula(names, inner))
        case ast.UnaryOp(ast.UAdd(), inner):
            return formula(names, inner)
        case ast.UnaryOp(ast.Invert() | ast.Not(), _):
            return iverson(condition(names, node))
        case ast.BinOp():
            return _operated(names, node)
        case ast.Compare() | ast.BoolOp():
            return iverson(condition(names, node))
        case ast.IfExp(test, one, other):
            return Cases(((formula(names, one), truth(names, test)),), formula(names, other))
        case ast.Subscript(inner, where):
            return _entered(names, inner, where)
        case ast.List(parts):
            return listed([_item(names, part) for part in parts])
        case ast.ListComp(part, loops):
            return made(names, part, loops, formula, truth)
        case ast.Attribute(inner, "T") if names.first and way_of(names, node, formula) is not None:
            found = formula(names, inner)
            return found if len(axes_of(names, found) or ()) == 1 else turned_round(names, found)
        case ast.Attribute(inner, "T"):
            return turned_round(names, formula(names, inner))
        case ast.Attribute(inner, "mT" | "mH" | "H"):
            return Call("transpose", (formula(names, inner),))
        case ast.Attribute(inner, "size"):
            axes = axes_of(names, formula(names, inner))
            return length_of(axes, 0 if axes is not None and len(axes) == 1 else None)
        case ast.Attribute(package, "pi" | "e" as constant) if is_package(package):
            return Symbol(constant)
        case ast.Call():
            return _called(names, node)
        case _:
            raise NotRead


def _item(names: ProgramNames, node: ast.expr) -> Expression:
    """An item of a list, which may be several values in brackets."""
    return listed([_item(names, part) for part in node.elts]) if isinstance(node, ast.Tuple) else formula(names, node)


def _operated(names: ProgramNames, node: ast.BinOp) -> Expression:
    """Two values and an operator; rows chosen by a mask, lists one behind the other."""
    match node:
        case ast.BinOp(_, ast.BitAnd() | ast.BitOr(), _):
            return iverson(condition(names, node))
        case ast.BinOp(left, ast.Add(), right) if isinstance(left, ast.List) or isinstance(right, ast.List):
            one, other = items_of(formula(names, left)), items_of(formula(names, right))
            if one is None or other is None:
                raise NotRead
            return listed((*one, *other))
        case ast.BinOp(left, ast.Div() | ast.Pow(), right) if names.first and not _dotted(right):
            whole = left if isinstance(node.op, ast.Pow) else right
            if axes_of(names, formula(names, whole)) != ():  # of matrices: a power, or the solution of equations
                raise NotRead
            return joined(names, node.op, formula(names, left), formula(names, right))
        case ast.BinOp(left, ast.MatMult() as operator, right) if names.first:
            sides = formula(names, left), formula(names, right)
            ways = way_of(names, left, formula), way_of(names, right, formula)
            return multiplied(names, ways, *sides) or joined(names, operator, *sides)
        case ast.BinOp(left, operator, right):
            return joined(names, operator, formula(names, left), formula(names, right))


def _dotted(node: ast.expr) -> bool:
    """Whether a plus says that a division or a power of MATLAB was one of entries."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd)


def joined(names: ProgramNames, operator: ast.operator, left: Expression, right: Expression) -> Expression:
    """Two values and an operator between them; raises NotRead for one that no formula has."""
    if type(operator) not in _JOINED:
        raise NotRead
    if isinstance(operator, ast.Add | ast.Sub) and is_nought(left) and (names.first or _as_wide(names, left, right)):
        return right if isinstance(operator, ast.Add) else neg(right)
    if isinstance(operator, ast.MatMult):
        if not names.first and () in (axes_of(names, left), axes_of(names, right)):
            raise NotRead
        return Product((left, right), ("*" if names.first else "@",))  # of MATLAB, where a number may stand beside it
    left, right = beside(names, left, right)
    axes = axes_of(names, left), axes_of(names, right)
    if names.first:
        left, right = upright(left, *axes), upright(right, *axes[::-1])
        axes = axes_of(names, left), axes_of(names, right)
    if isinstance(operator, ast.Mult):
        for one, other, (column, row) in ((left, right, axes), (right, left, axes[::-1])):
            if column and row and column[1:] == ("1",) == row[:-1] and "1" not in (column[0], row[1]):
                return Product((one, other), ("@",))
    return _JOINED[type(operator)](*lined_up(names, left, right))


def _as_wide(names: ProgramNames, left: Expression, right: Expression) -> bool:
    """Whether zeros leave an array beside them as wide as it is."""
    one, other = axes_of(names, left), axes_of(names, right)
    return left == ZERO or (other is not None and together(one, other) == other)


def condition(names: ProgramNames, node: ast.expr) -> Expression:
    """A test, as a condition of the language."""
    match node:
        case ast.Compare(left, operators, rights) if all(type(one) in _COMPARED for one in operators):
            items = _compared(names, (left, *rights))
            tests = [Call(_COMPARED[type(one)], pair) for one, pair in zip(operators, pairwise(items), strict=True)]
            return reduce(lambda one, other: Call("and", (one, other)), tests)
        case ast.BoolOp(operator, values):
            found = condition(names, values[0])
            for value in values[1:]:
                found = Call(_LOGIC[type(operator)], (found, condition(names, value)))
            return found
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr() as operator, right):
            return Call(_LOGIC[type(operator)], (condition(names, left), condition(names, right)))
        case ast.UnaryOp(ast.Not() | ast.Invert(), inner):
            return Call("not", (condition(names, inner),))
        case ast.Call(ast.Attribute(_, "logical_not"), [inner], []):
            return Call("not", (condition(names, inner),))
        case ast.Call(ast.Attribute(_, "logical_and" | "logical_or" as name), [left, right], []):
            return Call(name.removeprefix("logical_"), (condition(names, left), condition(names, right)))
        case ast.Name(name) if name in names.truths:
            return Call("ne", (value_of(names, name), ZERO))
        case ast.Subscript() if axes_of(names, entry := formula(names, node)) == ():
            return Call("ne", (entry, ZERO))
        case _:
            raise NotRead


def truth(names: ProgramNames, node: ast.expr) -> Expression:
    """A test of one value; raises NotRead for one of an array, which is neither true nor false."""
    found = condition(names, node)
    if set(axes_of(names, found) or ()) - {"1"}:
        raise NotRead
    return found


def _compared(names: ProgramNames, sides: Sequence[ast.expr]) -> list[Expression]:
    """What is compared: places counted from 1 beside a label of the model, else values."""
    letters = all(isinstance(side, ast.Name) and side.id in names.letters for side in sides)
    if not letters and not any(is_label(names, side, formula) for side in sides):
        items = [formula(names, side) for side in sides]
        if len(items) == 2:
            return list(lined_up(names, *items))
        return items
    found = [place(names, side, formula) if is_place(names, side, formula) else formula(names, side) for side in sides]
    known = [one for one in found if isinstance(one, Expression)]
    if len(known) < len(found):
        raise NotRead
    return known


def _with_new_axes(places: Sequence[ast.expr]) -> list[ast.expr]:
    """The places with ``k, None`` for the one list of a place, ``X[:, [k]]``, whose axis stays."""
    lists = [place for place in places if isinstance(place, ast.List)]
    if len(lists) != 1 or len(lists[0].elts) != 1:
        return list(places)
    at = places.index(lists[0])
    return [*places[:at], lists[0].elts[0], ast.Constant(None), *places[at + 1 :]]


def _entered(names: ProgramNames, inner: ast.expr, where: ast.expr) -> Expression:
    if isinstance(inner, ast.Attribute) and inner.attr == "shape" and isinstance(where, ast.Constant):
        return length_of(axes_of(names, formula(names, inner.value)), where.value)
    base = array_of(names, formula(names, inner))
    nodes = _with_new_axes(where.elts if isinstance(where, ast.Tuple) else [where])
    masks = [mask_of(names, node, formula, condition) for node in nodes]
    if any(mask is not None for mask in masks):
        at = [
            None if mask is not None else place(names, node, formula) for node, mask in zip(nodes, masks, strict=True)
        ]
        return chosen(names, base, masks, at)
    labels = labels_in(names, nodes[-1], formula)
    if labels is not None and items_of(base) is None:
        return at_labels(names, base, labels, nodes[:-1], formula)
    places = [place(names, node, formula) for node in nodes]
    if len(places) == 2 and sum(isinstance(one, NewAxis) for one in places) == 1:
        axes = axes_of(names, base)
        if axes is None:
            raise NotRead
        # a vector, which may be declared as a column or as a row
        if len(axes) == 2 and "1" in axes and not made_here(names, base):
            names.upright.append(base)
            return standing(base, axes, isinstance(places[1], NewAxis))
    if any(isinstance(one, NewAxis | Dots) for one in places) and axes_of(names, base) is None:
        raise NotRead
    return entered(names, base, places)


def _called(names: ProgramNames, node: ast.Call) -> Expression:
    """A call of a function, of a method or of a function of the program's own."""
    match node:
        case ast.Call(
            ast.Name("sum" | "fsum") | ast.Attribute(ast.Name(), "sum"), [ast.GeneratorExp(part, loops)], []
        ) | ast.Call(ast.Name("sum"), [ast.ListComp(part, loops)], []):
            return summed(names, part, loops, formula, truth)
        case ast.Call(ast.Name("sum"), [inner, *start], []) if len(start) < 2 and not names.first:
            items = items_of(formula(names, inner))
            if items is not None:
                return sum_of(items, formula(names, start[0]) if start else ZERO)
        case ast.Call(ast.Name(name)) if name in names.functions:
            return _own(names, name, node)
        case ast.Call(_, [ast.GeneratorExp(part, loops)], []):
            node = ast.Call(node.func, [ast.ListComp(part, loops)], [])
    if isinstance(node.func, ast.Attribute) and node.func.attr in LOGIC and is_package(node.func.value):
        return iverson(condition(names, node))
    return places_where(names, node, formula, condition) or called(names, node, formula, condition)


def _own(names: ProgramNames, name: str, node: ast.Call) -> Expression:
    function = names.functions[name]
    if len(node.args) != len(function.arguments) or node.keywords:
        raise NotRead
    one_pass(names)
    given = dict(zip(function.arguments, (formula(names, one) for one in node.args), strict=True))
    others = {other: one for other, one in names.functions.items() if other != name}  # none calls itself
    letters = {own: letter for own, letter in names.letters.items() if own not in given}
    stale = names.stale - given.keys() - {target for target, _ in function.lines}
    inside = replace(names, assigned={**names.assigned, **given}, functions=others, letters=letters, stale=stale)
    for target, value in function.lines:
        inside.assigned[target] = formula(inside, value)
    return _item(inside, function.body)
