"""An expression of Python -> the formula: operators, entries and slices, masks, new axes, sums of generators, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType

from grader.expression.algebra.construct import add, div, iverson, neg, power, sub, total
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import (
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Product,
    Slice,
    Symbol,
    head,
    integer,
)
from grader.expression.reading.code.numpy_calls import einsum, function, standing
from grader.expression.reading.code.program_names import (
    NotRead,
    ProgramNames,
    axes_of,
    declared,
    one_hot_of,
    value_of,
    with_letter,
)
from grader.expression.reading.read import read

_PACKAGES = frozenset(
    ("np", "numpy", "torch", "jnp", "F", "tf", "math", "nn", "special", "scipy", "linalg", "functional")
)
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
        case ast.Constant(value=bool()):
            raise NotRead
        case ast.Constant(value=int() | float() as value):
            return read(repr(value)).chain[0]
        case ast.Name(name):
            return value_of(names, name)
        case ast.UnaryOp(ast.USub(), inner):
            return neg(formula(names, inner))
        case ast.UnaryOp(ast.UAdd(), inner):
            return formula(names, inner)
        case ast.BinOp(left, ast.MatMult() as operator, right) if _mask(names, left) and _mask(names, right):
            return joined(operator, _masked(names, left), _masked(names, right))
        case ast.BinOp(left, operator, right) if type(operator) in _JOINED:
            return joined(operator, formula(names, left), formula(names, right))
        case ast.Compare() | ast.BoolOp() | ast.BinOp(_, ast.BitAnd() | ast.BitOr(), _):
            return iverson(condition(names, node))
        case ast.IfExp(test, one, other):
            return Cases(((formula(names, one), condition(names, test)),), formula(names, other))
        case ast.Subscript(inner, where):
            return _entered(names, inner, where)
        case ast.Attribute(inner, "T" | "mT"):
            return Call("transpose", (formula(names, inner),))
        case ast.Attribute(inner, "size"):
            axes = axes_of(names, formula(names, inner))
            return _length(axes, 0 if axes is not None and len(axes) == 1 else None)
        case ast.Attribute(ast.Name(package), "pi" | "e" as constant) if package in _PACKAGES:
            return Symbol(constant)
        case ast.Call():
            return _called(names, node)
        case _:
            raise NotRead


def joined(operator: ast.operator, left: Expression, right: Expression) -> Expression:
    """Two values and an operator between them; raises NotRead for one that no formula has."""
    if type(operator) not in _JOINED:
        raise NotRead
    return _JOINED[type(operator)](left, right)


def condition(names: ProgramNames, node: ast.expr) -> Expression:
    """A test, as a condition of the language."""
    match node:
        case ast.Compare(left, operators, rights) if all(type(one) in _COMPARED for one in operators):
            items = [formula(names, one) for one in (left, *rights)]
            tests = [Call(_COMPARED[type(one)], (a, b)) for one, a, b in zip(operators, items, items[1:], strict=False)]
            found: Expression = tests[0]
            for test in tests[1:]:
                found = Call("and", (found, test))
            return found
        case ast.BoolOp(operator, values):
            found = condition(names, values[0])
            for value in values[1:]:
                found = Call(_LOGIC[type(operator)], (found, condition(names, value)))
            return found
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr() as operator, right):
            return Call(_LOGIC[type(operator)], (condition(names, left), condition(names, right)))
        case ast.UnaryOp(ast.Not() | ast.Invert(), inner):
            return Call("not", (condition(names, inner),))
        case _:
            raise NotRead


def _entered(names: ProgramNames, inner: ast.expr, where: ast.expr) -> Expression:
    if isinstance(inner, ast.Attribute) and inner.attr == "shape" and isinstance(where, ast.Constant):
        return _length(axes_of(names, formula(names, inner.value)), where.value)
    base = formula(names, inner)
    places = where.elts if isinstance(where, ast.Tuple) else [where]
    if any(_is_new_axis(place) for place in places):
        return _with_axis(names, base, places)
    labels = _labels(names, places[-1])
    if labels is not None:
        return _at_labels(base, labels, one_hot_of(names, labels), places[:-1])
    entered = tuple(_place(names, place) for place in places)
    while entered and isinstance(entered[-1], Slice):
        entered = entered[:-1]
    return Indexed(base, entered) if entered else base


def _mask(names: ProgramNames, node: ast.expr) -> Expression | None:
    """The condition by which rows are chosen: the mask of ``x[mask]``."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Name | ast.Compare):
        return None
    found = formula(names, node.slice)
    return found if isinstance(found, Call) and found.function == "iverson" else None


def _masked(names: ProgramNames, node: ast.expr) -> Expression:
    """The array with zeros in the rows that a mask leaves out, as good as without them in a matrix product."""
    assert isinstance(node, ast.Subscript)
    base, mask = formula(names, node.value), formula(names, node.slice)
    axes = axes_of(names, base)
    if axes is None or len(axes) > 2:
        raise NotRead
    return Product((base, mask if len(axes) == 1 else standing(mask, axes[:1], column=True)), ("circ",))


def _labels(names: ProgramNames, node: ast.expr) -> Expression | None:
    """An array of places, where one stands in an index: the labels of all examples."""
    if not isinstance(node, ast.Name):
        return None
    found = value_of(names, node.id)
    known = declared(names, found.name) if isinstance(found, Symbol) else None
    return found if known is not None and known.places_of and known.rank == 1 else None


def _at_labels(base: Expression, labels: Expression, hot: Expression, rows: list[ast.expr]) -> Expression:
    """``E[y]`` the rows at labels, ``W[:, y]`` the columns, ``p[np.arange(n), y]`` the entry of each row."""
    match rows:
        case []:
            return Call("take", (base, labels))
        case [ast.Slice(None, None, None)]:
            return Call("transpose", (Call("take", (Call("transpose", (base,)), labels)),))
        case [row] if is_every_row(row):
            return Call("total", (Product((base, hot), ("circ",)), integer(1)))
    raise NotRead


def _length(axes: tuple[str, ...] | None, place: object) -> Expression:
    if axes is None or "?" in axes or not isinstance(place, int) or not -len(axes) <= place < len(axes):
        raise NotRead
    return size_formula(axes[place])


def _place(names: ProgramNames, node: ast.expr) -> Expression:
    """A place counted from 0, a letter of a loop or of the model, or a whole axis."""
    match node:
        case ast.Slice(None, None, None):
            return Slice()
        case ast.Constant(value=int() as value) if value >= 0 and not isinstance(value, bool):
            return integer(value + 1)
        case ast.Name(name):
            found = value_of(names, name)
            if isinstance(found, Symbol):
                return found
        case ast.Subscript(ast.Name(), ast.Name()):  # the label of an example
            found = formula(names, node)
            known = declared(names, head(found) or "")
            if known is not None and known.places_of:
                return found
    raise NotRead


def _is_new_axis(node: ast.expr) -> bool:
    match node:
        case ast.Constant(None) | ast.Attribute(_, "newaxis") | ast.Name("newaxis"):
            return True
    return False


def _with_axis(names: ProgramNames, base: Expression, places: list[ast.expr]) -> Expression:
    """``v[:, None]`` a column and ``v[None, :]`` a row of a vector, which may be declared as either."""
    if len(places) != 2 or sum(map(_is_new_axis, places)) != 1:
        raise NotRead
    axes = axes_of(names, base)
    if axes is None or len(axes) not in (1, 2) or (len(axes) == 2 and "1" not in axes):
        raise NotRead
    return standing(base, axes, _is_new_axis(places[1]))


def _called(names: ProgramNames, node: ast.Call) -> Expression:
    """A call of a function, of a method or of a function of the program's own."""
    match node.func:
        case ast.Name("sum" | "fsum") | ast.Attribute(ast.Name(), "sum") if _is_generator(node):
            return _summed(names, node.args[0])
        case ast.Name(name) if name in names.functions:
            return _own(names, name, node)
        case ast.Name(name):
            return _by_name(names, name, node)
        case ast.Attribute(inner, name) if _is_package(inner):
            return _by_name(names, name, node)
        case ast.Attribute(inner, "astype" | "type" | "to"):  # the kind of its numbers
            return formula(names, inner)
        case ast.Attribute(inner, name):
            args, options = _arguments(names, node.args, node.keywords)
            return function(names, name, [formula(names, inner), *args], options)
        case _:
            raise NotRead


def _by_name(names: ProgramNames, name: str, node: ast.Call) -> Expression:
    """A function of NumPy, PyTorch, the language or the model."""
    if name in ("zeros", "empty") and len(node.args) == 1:  # of any shape
        return ZERO
    args = node.args
    if name == "where" and len(args) == 3:
        return Cases(((formula(names, args[1]), condition(names, args[0])),), formula(names, args[2]))
    if name == "einsum" and args and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str):
        return einsum(names, args[0].value, [formula(names, one) for one in args[1:]])
    if name == "len" and len(args) == 1:
        return _length(axes_of(names, formula(names, args[0])), 0)
    if name in ("float", "int", "array", "asarray", "tensor") and len(args) == 1:
        return formula(names, args[0])
    return function(names, name, *_arguments(names, args, node.keywords))


def _arguments(
    names: ProgramNames, args: list[ast.expr], keywords: list[ast.keyword]
) -> tuple[list[Expression], dict[str, object]]:
    """What a call is given, and its options: whole numbers, truth values, or formulas."""
    options: dict[str, object] = {}
    for word in keywords:
        if word.arg is None:
            raise NotRead
        if isinstance(word.value, ast.Tuple) or word.arg == "dtype":
            continue
        whole = _whole(word.value)
        options[word.arg] = formula(names, word.value) if whole is None else whole
    return [formula(names, one) for one in args], options


def _whole(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int() as value):
            return int(value)
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int() as value)):
            return -value
    return None


def _is_package(node: ast.expr) -> bool:
    match node:
        case ast.Name(name):
            return name in _PACKAGES
        case ast.Attribute(inner, name):
            return name in _PACKAGES and _is_package(inner)
    return False


def _is_generator(node: ast.Call) -> bool:
    return len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp)


def _summed(names: ProgramNames, node: ast.expr) -> Expression:
    """``sum(f(i) for i in range(n) if i != k)``."""
    assert isinstance(node, ast.GeneratorExp | ast.ListComp)
    letters: list[str] = []
    tests: list[ast.expr] = []
    for loop in node.generators:
        if not isinstance(loop.target, ast.Name) or not is_range(loop.iter):
            raise NotRead
        names, letter = with_letter(names, loop.target.id)
        letters.append(letter)
        tests += loop.ifs
    body = formula(names, node.elt)
    for test in tests:
        body = Product((iverson(condition(names, test)), body), ("*",))
    return total(letters, body)


def is_range(node: ast.expr) -> bool:
    """Whether a loop runs over ``range(n)``: every index of an axis."""
    match node:
        case ast.Call(ast.Name("range"), [_]):
            return True
    return False


def _own(names: ProgramNames, name: str, node: ast.Call) -> Expression:
    function = names.functions[name]
    if len(node.args) != len(function.arguments) or node.keywords:
        raise NotRead
    given = dict(zip(function.arguments, (formula(names, one) for one in node.args), strict=True))
    others = {other: one for other, one in names.functions.items() if other != name}  # none calls itself
    return formula(ProgramNames(names.names, {**names.assigned, **given}, others, names.letters), function.body)


def is_every_row(node: ast.expr) -> bool:
    """Whether an index is every place of an axis: a colon, or ``np.arange(n)``."""
    match node:
        case ast.Slice(None, None, None):
            return True
        case ast.Call(ast.Name("range") | ast.Attribute(_, "arange"), [_]):
            return True
    return False
