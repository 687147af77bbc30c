"""Whole arrays over letters, and how they multiply: bound letters are summed away as matrix products.

``x`` over (i, a) and ``r`` over (i, j) come to ``x^T @ r`` over (a, j) once i is summed away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.expression.algebra.construct import call, number
from grader.expression.language.nodes import ONE, Call, Expression, Number, Product, rebuild

UNIT = "1"  # the letter of an axis of length 1


class NoMatrixForm(Exception):
    """A formula that has no form without indices that this module knows."""


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """A whole array whose positional axes are `letters`; one with a vector `stretched` in it transposes as a whole."""

    expression: Expression
    letters: tuple[str, ...]
    stretched: bool = False


def turned(array: ArrayForm, letters: tuple[str, ...]) -> ArrayForm:
    """The array with its axes in the order of `letters`; a plain vector serves as a row or a column."""
    if array.letters == letters or (len(array.letters) == 1 and set(letters) == {UNIT, *array.letters}):
        return array
    if len(letters) == 2 and array.letters == letters[::-1]:
        return replace(array, expression=_turn(array), letters=letters)
    raise NoMatrixForm


def _turn(array: ArrayForm) -> Expression:
    return Call("transpose", (array.expression,)) if array.stretched else transposed(array.expression)


def transposed(node: Expression) -> Expression:
    """The transpose of a matrix, as far inside as it goes."""
    match node:
        case Call("transpose", (inner,)):
            return inner
        case Number() | Call("diag" | "identity"):
            return node
        case Call("neg" | "add" | "sub"):
            return rebuild(node, transposed)
        case Product() if set(node.joints) == {"*"}:  # numbers in front
            return Product((*node.factors[:-1], transposed(node.factors[-1])), node.joints)
        case Product() if set(node.joints) == {"circ"}:
            return rebuild(node, transposed)
        case Call("div", (Number() as top, bottom)):  # entry by entry, as only arrays are left below a number
            return Call("div", (top, transposed(bottom)))
        case Call("div", (top, bottom)):
            return Call("div", (transposed(top), bottom))
        case Product() if set(node.joints) == {"@"}:
            return Product(tuple(map(transposed, reversed(node.factors))), node.joints)
        case Product((left, right), ("otimes",)):
            return Product((right, left), ("otimes",))
    return Call("transpose", (node,))


def contracted(arrays: list[ArrayForm], bound: Sequence[str]) -> list[ArrayForm]:
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
        shared = set(items[0].letters) & set(items[-1].letters)
        if len(items) == 2 and shared <= {letter, UNIT} and all(len(item.letters) < 3 for item in items):
            return items[0], items[1], letter
    return None


def _pair_to_merge(arrays: Sequence[ArrayForm]) -> tuple[ArrayForm, ArrayForm, str] | None:
    for k, one in enumerate(arrays):
        for other in arrays[k + 1 :]:
            if sorted(one.letters) == sorted(other.letters):
                return one, other, ""
    return None


def _either(*arrays: ArrayForm) -> bool:
    return any(array.stretched for array in arrays)


def _merged(one: ArrayForm, other: ArrayForm) -> ArrayForm:
    other = turned(other, one.letters)
    return ArrayForm(flat_product(one.expression, other.expression, "circ"), one.letters, _either(one, other))


def flat_product(left: Expression, right: Expression, joint: str) -> Expression:
    """A product of two, flat where one of them is such a product itself."""
    factors: tuple[Expression, ...] = ()
    for item in (left, right):
        same = isinstance(item, Product) and set(item.joints) == {joint}
        factors += item.factors if same and isinstance(item, Product) else (item,)
    return Product(factors, (joint,) * (len(factors) - 1))


def _product(one: ArrayForm, other: ArrayForm, letter: str) -> ArrayForm:
    """The matrix product over a shared letter; a vector goes to the right of a matrix."""
    if len(one.letters) == 1 or (one.letters == (letter, UNIT) and other.letters != (letter, UNIT)):
        one, other = other, one
    left = one.expression if one.letters[-1] == letter else _turn(one)
    right = other.expression if other.letters[0] == letter else _turn(other)
    rest_left = tuple(item for item in one.letters if item != letter)
    rest_right = tuple(item for item in other.letters if item != letter)
    if len(one.letters) == len(other.letters) == 1:
        return ArrayForm(call("inner", one.expression, other.expression), ())
    if one.letters == (letter,) or other.letters == (letter,):
        right = other.expression
    return ArrayForm(flat_product(left, right, "@"), rest_left + rest_right, _either(one, other))


def _summed(array: ArrayForm, letter: str) -> ArrayForm:
    rest = tuple(item for item in array.letters if item != letter)
    if not rest or rest == (UNIT,):
        within = array.expression
        if isinstance(within, Call) and within.function == "total":
            within = within.args[0]  # what is left of the sum of an array is the sum of all of it
        return ArrayForm(call("total", within), ())
    return ArrayForm(call("total", array.expression, number(array.letters.index(letter))), rest)


def joined_up(arrays: list[ArrayForm]) -> ArrayForm:
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
            return ArrayForm(flat_product(one.expression, other.expression, "otimes"), one.letters + other.letters)
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
        diagonal = call("diag", vector.expression)
        if isinstance(matrix.expression, Call) and matrix.expression.function == "identity":
            whole = ArrayForm(diagonal, matrix.letters)
        elif matrix.letters[0] == letter:
            whole = ArrayForm(flat_product(diagonal, matrix.expression, "@"), matrix.letters, matrix.stretched)
        else:
            whole = ArrayForm(flat_product(matrix.expression, diagonal, "@"), matrix.letters, matrix.stretched)
        arrays = [*_without(arrays, vector, matrix), whole]
