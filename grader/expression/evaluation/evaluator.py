"""Expression -> Value: every sample point at once, letters and positions kept apart.

``sum_j y_ij * log(yhat_ij)`` over arrays of shape (K, m, C) gives a Value of shape (K, m) with letters ("i",).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from types import MappingProxyType

import numpy as np

from grader.expression.algebra.construct import fresh, substitute
from grader.expression.evaluation.array_functions import ARRAY
from grader.expression.evaluation.array_layout import stacked, with_rows
from grader.expression.evaluation.blocks import block
from grader.expression.evaluation.elementwise import ELEMENTWISE, UNITS
from grader.expression.evaluation.entries import entry_at, gather, name_axis, switches
from grader.expression.evaluation.scope import Environment, Scope, Unchanged, cut, extent, extent_of_namesake, opened
from grader.expression.evaluation.values import (
    Array,
    NoValue,
    ShapeError,
    Value,
    align,
    constant,
    flat_vector,
    matmul,
    shape_text,
    union,
    vector_axis,
)
from grader.expression.language.nodes import (
    ONE,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    sides,
    symbols,
    walk,
)
from grader.work import at_hand

FEW = 100  # values, before the nodes that are shared are looked for
VALUE = 700  # units of work for a node, beside those for the entries of its value
WIDE = 8  # times as much work is an entry of the widest floating point
DIGITS = tuple(map(constant, map(float, range(10))))  # numbers that most formulas hold
REDUCERS = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}
CONSTANT_VALUES = {"e": math.e, "pi": math.pi}


def evaluate(node: Expression, env: Environment, like: Unchanged | None = None) -> Value:
    """The value of an expression at all points of a run; what it shares with a formula that it is `like` is recalled.

    Raises ShapeError where shapes do not allow one, TooMuchWork where it takes more, or holds more, than is left.
    """
    work = at_hand()
    before, alarm = work.held, min(work.spent + FEW * VALUE, work.limit)
    try:
        with np.errstate(all="ignore"):
            return _value(node, env, opened(node, env, work, alarm, like))
    finally:
        work.held, work.kept = before, 0


def _value(node: Expression, env: Environment, scope: Scope) -> Value:
    """The value of a node; its work is counted, and what it holds instead of what its parts held."""
    kind = type(node)
    if kind is Symbol or kind is Number:  # nothing new is made
        return VALUES[kind](node, env, scope)
    sharing, work = scope.sharing, scope.work
    key, held = None, work.held
    if sharing.nodes:
        key = scope.key(node)
        if key in sharing.kept:
            return sharing.kept[key]
    found = VALUES[kind](node, env, scope)
    size = found.data.nbytes
    work.spent += VALUE + (size >> 3)
    work.held = held + size
    if work.spent > sharing.alarm:
        sharing.look()
    if key is not None:
        sharing.keep(key, found)
    return found


def _number(node: Number, _env: Environment, _scope: Scope) -> Value:
    value = node.value
    if value.denominator == 1 and 0 <= value.numerator < len(DIGITS):
        return DIGITS[value.numerator]
    return constant(_float(node))


def _slice(node: Slice, _env: Environment, _scope: Scope) -> Value:
    raise ShapeError("a colon stands only in an index", node.span)


def _float(node: Number) -> float:
    try:
        return float(node.value)
    except OverflowError:
        return math.inf if node.value > 0 else -math.inf


def _symbol(node: Symbol, env: Environment, scope: Scope) -> Value:
    found = env.values.get(node.name)
    if found is not None:
        return Value(found)
    size = scope(node.name)
    if size is not None:
        return Value(np.arange(1.0, size + 1)[None, :], (node.name,))
    if node.name in env.sizes:
        return constant(float(env.sizes[node.name]))
    if node.name in CONSTANT_VALUES:
        return constant(CONSTANT_VALUES[node.name])
    raise NoValue(f"'{node.name}' has no value here", node.span)


def _partial(node: Partial, env: Environment, scope: Scope) -> Value:
    """A derivative of the model: an array with the numerator's axes, then the denominator's."""
    name = head(node)
    found = None if name is None else env.values.get(name)
    if found is None:
        raise NoValue("this derivative is not one of the model's", node.span)
    entered, shapes = list[Expression](), list[tuple[int, ...]]()
    for side in sides(node):
        places = indices(side)
        known = env.values.get(head(side) or "")
        shape = () if known is None else known.shape[1:]
        shapes.append(shape)
        if len(places) == 1 < len(shape) and sum(size != 1 for size in shape) == 1:
            entered += [ONE if size == 1 else places[0] for size in shape]  # one index on a row or a column
        else:
            entered += [*places, *(Slice() for _ in shape[len(places) :])]
    columns = all(len(shape) == 2 and min(shape) == 1 < max(shape) for shape in shapes)
    if columns and len(shapes) == 2 and not any(map(indices, sides(node))):  # between columns it is a matrix
        return Value(found.reshape(len(found), *map(max, shapes)))
    return _enter(Value(found), tuple(entered), node, env, scope)


def _indexed(node: Indexed, env: Environment, scope: Scope) -> Value:
    base = _value(node.base, env, scope)
    if len(node.indices) < base.rank and len(node.indices) == 1 and vector_axis(base) is not None:
        base = flat_vector(base)
    return _enter(base, node.indices, node, env, scope)


def _enter(base: Value, entered: tuple[Expression, ...], node: Expression, env: Environment, scope: Scope) -> Value:
    """The entries of `base` at the indices, one a positional axis from the first."""
    if len(entered) > base.rank:
        what = f"a quantity with {base.rank}: {shape_text(base.shape)}" if base.rank else "a scalar"
        raise ShapeError(f"{len(entered)} ind{'ex' if len(entered) == 1 else 'ices'} on {what}", node.span)
    axis = 1 + len(base.letters)  # the positional axis the next index enters
    value = base
    for index in entered:
        match index:
            case Symbol(name=name) if name in env.sizes and name not in env.values and scope(name) is None:
                value, axis = gather(value, axis, constant(float(env.sizes[name])), index)
            case Symbol(name=name) if name not in env.values or env.values[name].ndim > 1:  # no array is a place
                value = cut(value, axis, name, env, scope)
                value, axis = name_axis(value, axis, name), axis + (name not in value.letters)
            case Slice():
                axis += 1
            case Number():
                value = Value(np.take(value.data, entry_at(index, value.data.shape[axis]), axis), value.letters)
            case _:
                value, axis = gather(value, axis, _value(index, env, scope), index)
    return value


def _call(node: Call, env: Environment, scope: Scope) -> Value:
    if node.primes:
        raise NoValue(f"the derivative of '{node.function}' is not known here", node.span)
    if node.function == "undefined":
        return constant(math.nan)
    if node.function == "pow" and isinstance(node.args[0], Call) and node.args[0].function == "diag":  # diag(x)^{-1}
        return _value(Call("diag", (Call("pow", (*node.args[0].args, node.args[1])),)), env, scope)
    args = [_value(arg, env, scope) for arg in node.args]
    if node.function == "kron":
        return ARRAY["kron"](with_rows(args, node.args), node.span)
    if node.function in ARRAY:
        return ARRAY[node.function](args, node.span)
    if node.function in ("max", "min") and len(args) == 1 and args[0].rank:
        head = args[0].data.shape[: 1 + len(args[0].letters)]
        flat = args[0].data.reshape(*head, -1)
        return Value(flat.max(-1) if node.function == "max" else flat.min(-1), args[0].letters)
    if node.function == "pow" and args[0].rank == 2 and args[1].rank == 0 and args[0].shape[0] == args[0].shape[1] > 1:
        if args[1].data.size == 1 and (times := -float(args[1].data.flat[0])) in (1, 2, 3):  # K^{-2} is inv(K) twice
            return reduce(matmul, (ARRAY["inv"](args[:1], node.span),) * int(times))
        raise ShapeError("a power of a square matrix is ambiguous: elementwise or repeated product", node.span)
    function = ELEMENTWISE[node.function]
    if len(args) == 1:
        (arg,) = args
        if node.function in UNITS:
            scope.work.spend(UNITS[node.function] * _entries((arg.data,)))
        return Value(function(arg.data), arg.letters)
    arrays, letters = align(args, node.span)
    if node.function in UNITS:
        scope.work.spend(UNITS[node.function] * _entries(arrays))
    found = Value(function(*arrays), letters)
    return _switched(node, found, env, scope) if node.function == "div" else found


def _entries(arrays: Sequence[Array]) -> int:
    """How many entries come of arrays that are lined up; one in the widest floating point takes as long as many."""
    sizes: int = math.prod(map(max, zip(*(array.shape for array in arrays), strict=True)))
    return sizes * (WIDE if any(array.itemsize > 8 for array in arrays) else 1)


def _product(node: Product, env: Environment, scope: Scope) -> Value:
    """Left to right; joints that no reading has settled multiply entry by entry when that fits, else as matrices."""
    total = first = _value(node.factors[0], env, scope)
    for joint, factor in zip(node.joints, node.factors[1:], strict=True):
        right = _value(factor, env, scope)
        if joint == "@":
            total = matmul(total, right, node.span)
        elif joint == "otimes" and total.rank and right.rank:
            if vector_axis(total) is not None and vector_axis(right) is not None:
                total = ARRAY["outer"]([total, right], node.span)
            else:
                last = node.factors[0] if total is first else node  # only what is written alone is a transpose
                total = ARRAY["kron"](with_rows([total, right], [last, factor]), node.span)
        else:
            arrays, letters = align((total, right), node.span)
            total = Value(arrays[0] * arrays[1], letters)
    return _switched(node, total, env, scope)


def _switched(node: Expression, found: Value, env: Environment, scope: Scope) -> Value:
    """0 where a bracket of Iverson's in the product is 0, even where another factor has no value there.

    Source: Knuth, Two Notes on Notation (1992): the bracket is "very strongly zero".
    """
    if np.isfinite(found.data).all():
        return found
    for switch in switches(node):
        arrays, letters = align((found, _value(switch, env, scope)), node.span)
        found = Value(np.where(arrays[1] == 0, 0.0, arrays[0]), letters)
    return found


def _reduce(node: Reduce, env: Environment, scope: Scope) -> Value:
    if not node.letter:
        body = _value(node.body, env, scope)
        if not body.rank:
            raise ShapeError("this sum does not say what it runs over", node.span)
        return ARRAY["total"]([body], node.span)
    if node.letter in env.values:  # inside its sum a letter hides the quantity of its name
        node = _renamed(node, fresh(set(env.values) | symbols(node)))
    size = extent(node.body, node.letter, env) or _bound_size(node, env, scope)
    if node.condition is not None:
        size = size or extent(node.condition, node.letter, env)
    size = size or extent_of_namesake(node.body, node.letter, env)
    if size is None:
        raise NoValue(f"nothing tells the range of the index '{node.letter}'", node.span)
    inner = scope.inside(node.letter, size)
    body = _value(node.body, env, inner)
    mask = _mask(node, env, inner, size)
    neutral = {"sum": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}[node.kind]
    if node.letter not in body.letters:
        scope.work.spend(size * body.data.size)
        body = Value(
            np.broadcast_to(body.data[:, None], (body.data.shape[0], size, *body.data.shape[1:])),
            (node.letter, *body.letters),
        )
    if mask is not None:
        pair, letters = align((body, mask))
        body = Value(np.where(pair[1] != 0, pair[0], neutral), letters)
    axis = 1 + body.letters.index(node.letter)
    letters = tuple(letter for letter in body.letters if letter != node.letter)
    return Value(REDUCERS[node.kind].reduce(body.data, axis=axis), letters)


def _renamed(node: Reduce, letter: str) -> Reduce:
    change = {node.letter: Symbol(letter)}
    test = None if node.condition is None else substitute(node.condition, change)
    return replace(node, letter=letter, body=substitute(node.body, change), condition=test)


def _bound_size(node: Reduce, env: Environment, scope: Scope) -> int | None:
    """The range of a letter that enters no array: its upper bound (a size or a number), or the target's extent."""
    if node.upper is not None:
        upper = _value(node.upper, env, scope)
        if not upper.rank and np.all(upper.data == np.round(upper.data)):
            count = float(upper.data.max())
            return max(int(count), 1) if abs(count) <= 10_000 else None  # the mask leaves nothing of an empty sum
    return _tied(node, scope) or scope(node.letter)


def _tied(node: Reduce, scope: Scope) -> int | None:
    """The range of the index that a Kronecker delta, or the condition of the sum, ties the letter to."""
    letter = Symbol(node.letter)
    tests = () if node.condition is None else tuple(walk(node.condition))
    for item in (*walk(node.body), *tests):
        tied = isinstance(item, Call) and (item.function == "kronecker" or item in tests)
        if tied and isinstance(item, Call) and letter in item.args:
            for other in item.args:
                size = scope(other.name) if isinstance(other, Symbol) and other != letter else None
                if size is not None:
                    return size
    return None


def _mask(node: Reduce, env: Environment, scope: Scope, size: int) -> Value | None:
    """Which values of the letter take part; None for all. A range 0..n-1 counts from nought."""
    letter = Symbol(node.letter)
    tests: list[Value] = []
    low = None if node.lower is None else _value(node.lower, env, scope)
    high = None if node.upper is None else _upper(node.upper, env, scope)
    shift = 0.0
    if low is not None and low.data.size == 1 and float(low.data.flat[0]) == 0.0:
        shift = 1.0
    place = _symbol(letter, env, scope)
    for bound, compare in ((low, np.greater_equal), (high, np.less_equal)):
        if bound is None or (bound.data.size == 1 and compare is np.greater_equal and bound.data.flat[0] + shift <= 1):
            continue
        if bound.data.size == 1 and compare is np.less_equal and bound.data.flat[0] + shift >= size:
            continue
        pair, letters = align((place, bound))
        tests.append(Value(compare(pair[0], pair[1] + shift).astype(float), letters))
    if node.condition is not None:
        tests.append(_value(node.condition, env, scope))
    if not tests:
        return None
    mask = tests[0]
    for test in tests[1:]:
        pair, letters = align((mask, test))
        mask = Value((pair[0] != 0) & (pair[1] != 0), letters)
    return mask


def _upper(node: Expression, env: Environment, scope: Scope) -> Value | None:
    """The upper bound; a name that the model does not know stands for the whole range."""
    unknown = isinstance(node, Symbol) and not (
        node.name in env.values or node.name in env.sizes or scope(node.name) is not None
    )
    return None if unknown else _value(node, env, scope)


def _cases(node: Cases, env: Environment, scope: Scope) -> Value:
    values = [_value(value, env, scope) for value, _ in node.branches]
    tests = [_value(test, env, scope) for _, test in node.branches]
    last = constant(math.nan) if node.otherwise is None else _value(node.otherwise, env, scope)
    arrays, letters = align([*values, *tests, last], node.span)
    count = len(values)
    data = arrays[-1]
    for value, test in reversed(list(zip(arrays[:count], arrays[count:-1], strict=True))):
        data = np.where(test != 0, value, data)
    return Value(data, letters)


def _matrix(node: Matrix, env: Environment, scope: Scope) -> Value:
    width = len(node.rows[0])
    if any(len(row) != width for row in node.rows):
        raise ShapeError("the rows of this matrix have different lengths", node.span)
    entries = [_value(entry, env, scope) for row in node.rows for entry in row]
    if any(entry.rank for entry in entries):
        if len(node.rows) == 1 and {entry.rank for entry in entries} == {1} and len({e.shape for e in entries}) == 1:
            return stacked([constant(1.0), *entries], node.span)  # vectors of one length beside each other are columns
        return block([entries[at : at + width] for at in range(0, len(entries), width)], node.span)
    letters = union(entries)
    arrays = np.broadcast_arrays(*align(entries)[0])
    scope.work.room(len(arrays) * arrays[0].size)
    data = np.stack(arrays, axis=-1)
    return Value(data.reshape(*data.shape[:-1], len(node.rows), width), letters)


# how each kind of node is evaluated
VALUES: Mapping[type, Callable[..., Value]] = MappingProxyType(
    {
        Number: _number,
        Symbol: _symbol,
        Slice: _slice,
        Indexed: _indexed,
        Call: _call,
        Product: _product,
        Reduce: _reduce,
        Cases: _cases,
        Partial: _partial,
        Matrix: _matrix,
    }
)
