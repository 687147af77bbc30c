"""A formula of entries back to whole arrays: ``sum_i(x_ia * (yhat_ij - y_ij))`` at a, j is ``x^T (yhat - y)``.

Bound letters are summed away one after the other, each as a matrix product of the two factors that share it; what
they leave is multiplied entry by entry. Formulas that this does not fit keep their indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from typing import assert_never

from grader.autodiff.graph import names_in
from grader.expression.algebra.construct import call, div, free_symbols, fresh, mul, number, substitute
from grader.expression.language.functions import FUNCTIONS
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
    rebuild,
    walk,
)

UNIT = "1"  # the letter of an axis of length 1


class NoMatrixForm(Exception):
    """A formula that has no form without indices that this module knows."""


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """A whole array whose positional axes are `letters`."""

    expression: Expression
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scope:
    letters: frozenset[str]
    axes: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, str]

    def within(self, letter: str) -> _Scope:
        return _Scope(self.letters | {letter}, self.axes, self.ranges)


def matrix_form(
    node: Expression, letters: tuple[str, ...], ranges: Sequence[str], axes: Mapping[str, tuple[str, ...]]
) -> Expression | None:
    """The array whose entry at `letters` is `node`, without those letters; None where there is no such form.

    `ranges` are the axes of the letters, `axes` those of every quantity.
    """
    scope = _Scope(frozenset(letters), axes, dict(zip(letters, ranges, strict=True)))
    wanted = tuple(UNIT if axis == "1" else letter for letter, axis in zip(letters, ranges, strict=True))
    try:
        found = _array_form(_distinct(node, {*letters} | names_in(axes)), scope)
        if not found.letters and any(letter != UNIT for letter in wanted):
            return None
        return _with_quotients(_turned(found, wanted).expression if found.letters else found.expression)
    except NoMatrixForm:
        return None


def _with_quotients(node: Expression) -> Expression:
    """``A o 1/B`` as A/B."""
    node = rebuild(node, _with_quotients)
    if not isinstance(node, Product) or set(node.joints) != {"circ"}:
        return node
    below = [item.args[1] for item in node.factors if isinstance(item, Call) and _is_reciprocal(item)]
    above = [item for item in node.factors if not (isinstance(item, Call) and _is_reciprocal(item))]
    if not below or not above:
        return node
    top, bottom = (reduce(partial(_flat_product, joint="circ"), items) for items in (above, below))
    return Call("div", (top, bottom))


def _is_reciprocal(node: Call) -> bool:
    return node.function == "div" and node.args[0] == ONE


def _distinct(node: Expression, taken: set[str]) -> Expression:
    """The formula with a letter of its own for every sum; `taken` grows."""
    if isinstance(node, Reduce) and node.letter:
        letter = fresh(taken | free_symbols(node))
        taken.add(letter)
        node = replace(
            node,
            letter=letter,
            body=substitute(node.body, {node.letter: Symbol(letter)}),
            condition=None if node.condition is None else substitute(node.condition, {node.letter: Symbol(letter)}),
        )
    return rebuild(node, lambda child: _distinct(child, taken))


def _turned(array: ArrayForm, letters: tuple[str, ...]) -> ArrayForm:
    """The array with its axes in the order of `letters`; a plain vector serves as a row or a column."""
    if array.letters == letters or (len(array.letters) == 1 and set(letters) == {UNIT, *array.letters}):
        return array
    if len(letters) == 2 and array.letters == letters[::-1]:
        return ArrayForm(_transposed(array.expression), letters)
    raise NoMatrixForm


def _transposed(node: Expression) -> Expression:
    match node:
        case Call("transpose", (inner,)):
            return inner
        case Number() | Call("diag" | "identity"):
            return node
        case Call("neg" | "add" | "sub"):
            return rebuild(node, _transposed)
        case Product((front, whole), ("*",)):
            return Product((front, _transposed(whole)), ("*",))
        case Product() if set(node.joints) == {"circ"}:
            return rebuild(node, _transposed)
        case Call("div", (Number() as top, bottom)):  # entry by entry, as only arrays are left below a number
            return Call("div", (top, _transposed(bottom)))
        case Call("div", (top, bottom)):
            return Call("div", (_transposed(top), bottom))
        case Product() if set(node.joints) == {"@"}:
            return Product(tuple(map(_transposed, reversed(node.factors))), node.joints)
    return Call("transpose", (node,))


def _array_form(node: Expression, scope: _Scope) -> ArrayForm:
    match node:
        case Number():
            return ArrayForm(node, ())
        case Symbol(name=name):
            if name in scope.letters or scope.axes.get(name):
                raise NoMatrixForm
            return ArrayForm(node, ())
        case Indexed():
            return _entered(node, scope)
        case Reduce() if _plain_sum(node):
            return _term([node], scope)
        case Reduce():
            if {item.name for item in walk(node) if isinstance(item, Symbol)} & scope.letters:
                raise NoMatrixForm
            return ArrayForm(node, ())
        case Call("add" | "sub"):
            return _elementwise(node.function, [_array_form(arg, scope) for arg in node.args])
        case Call("neg", (inner,)):
            found = _array_form(inner, scope)
            return ArrayForm(Call("neg", (found.expression,)), found.letters)
        case Call("kronecker", (Symbol(name=a), Symbol(name=b))) if {a, b} <= scope.letters:
            axis = scope.ranges.get(a) or scope.ranges.get(b)
            if axis is None:
                raise NoMatrixForm
            size: Expression = number(int(axis)) if axis.isdigit() else Symbol(axis)
            return ArrayForm(Call("identity", (size,)), (a, b))
        case Call("div"):
            return _term([node], scope)
        case Product() if set(node.joints) <= {"*", ""}:
            return _term([node], scope)
        case Call(function=function) if _is_elementwise(function) and not node.primes:
            return _elementwise(function, [_array_form(arg, scope) for arg in node.args])
        case Call() | Product() | Cases() | Partial() | Matrix() | Slice():  # is written by its entries
            raise NoMatrixForm
        case _:
            assert_never(node)


def _is_elementwise(function: str) -> bool:
    return FUNCTIONS[function].kind in ("elementwise", "condition") or function == "pow"


def _plain_sum(node: Expression) -> bool:
    return isinstance(node, Reduce) and node.kind == "sum" and not (node.lower or node.upper or node.condition)


def _entered(node: Indexed, scope: _Scope) -> ArrayForm:
    """A quantity at letters; other indices stay, with a colon for each letter."""
    if not isinstance(node.base, Symbol):
        raise NoMatrixForm
    axes = scope.axes.get(node.base.name, ())
    letters: list[str] = []
    fixed = False
    for place, axis in zip(node.indices, axes, strict=True):
        if isinstance(place, Symbol) and place.name in scope.letters:
            letters.append(UNIT if axis == "1" else place.name)
        elif axis == "1" and place == ONE:
            letters.append(UNIT)
        elif {item.name for item in walk(place) if isinstance(item, Symbol)} & scope.letters:
            raise NoMatrixForm
        else:
            fixed = True
    if len(set(letters) - {UNIT}) != len([letter for letter in letters if letter != UNIT]):
        raise NoMatrixForm  # a diagonal
    if not fixed:
        return ArrayForm(node.base, tuple(letters))
    kept = tuple(
        Slice() if isinstance(place, Symbol) and place.name in scope.letters else place for place in node.indices
    )
    return ArrayForm(Indexed(node.base, kept), tuple(letter for letter in letters if letter != UNIT))


def _elementwise(function: str, parts: Sequence[ArrayForm]) -> ArrayForm:
    full = max(parts, key=lambda part: len(part.letters))
    aligned = []
    for part in parts:
        stretches = part.letters == full.letters[len(full.letters) - len(part.letters) :]
        stretches = stretches or (len(part.letters) == 2 and part.letters == (UNIT, full.letters[-1]))
        aligned.append(part if stretches else _turned(part, full.letters))
    return ArrayForm(Call(function, tuple(part.expression for part in aligned)), full.letters)


def _term(nodes: list[Expression], scope: _Scope) -> ArrayForm:
    """A product under sums: scalars in front, bound letters summed away, the rest entry by entry."""
    coefficient, bound, scope, factors, below = _flattened(nodes, scope)
    arrays = [item for item in factors if item.letters and set(item.letters) != {UNIT}]
    scalars = [item.expression for item in factors if item not in arrays]
    divisors = [item for item in below if item.letters and set(item.letters) != {UNIT}]
    divided = [item.expression for item in below if item not in divisors]
    arrays += [ArrayForm(div(ONE, item.expression), item.letters) for item in divisors]
    arrays = _contracted(arrays, bound[::-1])  # the innermost sum first
    result = _joined(arrays)
    front = mul(number(coefficient), *scalars)
    if not result.letters and result.expression == ONE:
        return ArrayForm(div(front, mul(*divided)), ())
    whole = result.expression
    if front == number(-1):
        whole = Call("neg", (whole,))
    elif front != ONE:
        whole = Product((front, whole), ("*",))
    return ArrayForm(Call("div", (whole, mul(*divided))) if divided else whole, result.letters)


def _flattened(
    nodes: list[Expression], scope: _Scope
) -> tuple[Fraction, list[str], _Scope, list[ArrayForm], list[ArrayForm]]:
    """The coefficient, bound letters, factors and divisors of a product under sums."""
    pending, bound = list(nodes), []
    above: list[Expression] = []
    below: list[Expression] = []
    while pending:
        node = pending.pop(0)
        match node:
            case Reduce() if _plain_sum(node):
                bound.append(node.letter)
                scope = scope.within(node.letter)
                pending.insert(0, node.body)
            case Product() if set(node.joints) <= {"*", ""}:
                pending[:0] = node.factors
            case Call("div", (top, bottom)):
                pending.insert(0, top)
                below.append(bottom)
            case Call("neg", (inner,)):
                pending.insert(0, inner)
                above.append(number(-1))
            case _:
                above.append(node)
    factor = Fraction(1)
    rest = []
    for item in above:
        if isinstance(item, Number):
            factor *= item.value
        else:
            rest.append(item)
    return (
        factor,
        bound,
        scope,
        [_array_form(item, scope) for item in rest],
        [_array_form(item, scope) for item in below],
    )


def _contracted(arrays: list[ArrayForm], bound: Sequence[str]) -> list[ArrayForm]:
    """The factors after every bound letter is summed away."""
    while True:
        held = {letter: [item for item in arrays if letter in item.letters] for letter in bound}
        held = {letter: items for letter, items in held.items() if items}
        if not held:
            return arrays
        step = _pair_to_multiply(held) or _pair_to_merge(arrays)
        if step is not None:
            one, other, letter = step
            arrays = _without(arrays, one, other)
            arrays.append(_product(one, other, letter) if letter else _merged(one, other))
            continue
        single = next(((letter, items[0]) for letter, items in held.items() if len(items) == 1), None)
        if single is None:
            raise NoMatrixForm
        arrays = _without(arrays, single[1])
        arrays.append(_summed(single[1], single[0]))


def _without(arrays: Iterable[ArrayForm], *gone: ArrayForm) -> list[ArrayForm]:
    kept = list(arrays)
    for item in gone:
        kept.remove(item)
    return kept


def _pair_to_multiply(held: Mapping[str, list[ArrayForm]]) -> tuple[ArrayForm, ArrayForm, str] | None:
    for letter, items in held.items():
        if len(items) == 2 and set(items[0].letters) & set(items[1].letters) <= {letter, UNIT}:
            return items[0], items[1], letter
    return None


def _pair_to_merge(arrays: Sequence[ArrayForm]) -> tuple[ArrayForm, ArrayForm, str] | None:
    for k, one in enumerate(arrays):
        for other in arrays[k + 1 :]:
            if sorted(one.letters) == sorted(other.letters):
                return one, other, ""
    return None


def _merged(one: ArrayForm, other: ArrayForm) -> ArrayForm:
    other = _turned(other, one.letters)
    return ArrayForm(_flat_product(one.expression, other.expression, "circ"), one.letters)


def _flat_product(left: Expression, right: Expression, joint: str) -> Expression:
    factors: tuple[Expression, ...] = ()
    for item in (left, right):
        same = isinstance(item, Product) and set(item.joints) == {joint}
        factors += item.factors if same and isinstance(item, Product) else (item,)
    return Product(factors, (joint,) * (len(factors) - 1))


def _product(one: ArrayForm, other: ArrayForm, letter: str) -> ArrayForm:
    """The matrix product over a shared letter; a vector goes to the right of a matrix."""
    if len(one.letters) == 1 or (one.letters == (letter, UNIT) and other.letters != (letter, UNIT)):
        one, other = other, one
    left = one.expression if one.letters[-1] == letter else _transposed(one.expression)
    right = other.expression if other.letters[0] == letter else _transposed(other.expression)
    rest_left = tuple(item for item in one.letters if item != letter)
    rest_right = tuple(item for item in other.letters if item != letter)
    if len(one.letters) == len(other.letters) == 1:
        return ArrayForm(call("inner", one.expression, other.expression), ())
    if one.letters == (letter,) or other.letters == (letter,):
        right = other.expression
    return ArrayForm(_flat_product(left, right, "@"), rest_left + rest_right)


def _summed(array: ArrayForm, letter: str) -> ArrayForm:
    rest = tuple(item for item in array.letters if item != letter)
    if not rest or rest == (UNIT,):
        return ArrayForm(call("total", array.expression), ())
    return ArrayForm(call("total", array.expression, number(array.letters.index(letter))), rest)


def _joined(arrays: list[ArrayForm]) -> ArrayForm:
    """The factors that are left, all over the letters of the result."""
    while (pair := _pair_to_merge(arrays)) is not None:
        arrays = [*_without(arrays, pair[0], pair[1]), _merged(pair[0], pair[1])]
    if not arrays:
        return ArrayForm(ONE, ())
    arrays = _diagonals(arrays)
    if len(arrays) == 1:
        return arrays[0]
    if len(arrays) == 2 and not set(arrays[0].letters) & set(arrays[1].letters) - {UNIT}:
        one, other = arrays
        if len(one.letters) == len(other.letters) == 1:
            return ArrayForm(_flat_product(one.expression, other.expression, "otimes"), one.letters + other.letters)
        if len(one.letters) == len(other.letters) == 2 and UNIT in one.letters and UNIT in other.letters:
            return _product(one, other, UNIT)
    raise NoMatrixForm


def _diagonals(arrays: list[ArrayForm]) -> list[ArrayForm]:
    """A vector beside a matrix that has its letter: a diagonal matrix there."""
    while True:
        found = None
        for vector in arrays:
            own = [letter for letter in vector.letters if letter != UNIT]
            if len(own) != 1:
                continue
            matrix = next((item for item in arrays if item is not vector and own[0] in item.letters), None)
            if matrix is not None and len(matrix.letters) == 2 and UNIT not in matrix.letters:
                found = vector, matrix, own[0]
                break
        if found is None:
            return arrays
        vector, matrix, letter = found
        turned = call("diag", vector.expression)
        if isinstance(matrix.expression, Call) and matrix.expression.function == "identity":
            whole = ArrayForm(turned, matrix.letters)
        elif matrix.letters[0] == letter:
            whole = ArrayForm(_flat_product(turned, matrix.expression, "@"), matrix.letters)
        else:
            whole = ArrayForm(_flat_product(matrix.expression, turned, "@"), matrix.letters)
        arrays = [*_without(arrays, vector, matrix), whole]
