"""One entry of an array as a formula in index letters, and the operations that make entries of entries.

The entry of ``X @ W`` at letters i, j is ``sum_k(X_ik * W_kj)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from grader.expression.algebra.construct import add, call, div, free_symbols, fresh, mul, sub, substitute, total
from grader.expression.algebra.matching import replace_tree
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import (
    ONE,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    symbols,
    walk,
)
from grader.problems import NOWHERE, Span

USUAL_SIZE = 10  # of any size symbol, to tell which of two axes is longer


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` is the entry at `letters`, one an axis; `axes` names the size of each."""

    letters: tuple[str, ...]
    axes: tuple[str, ...]
    body: Expression

    @property
    def shape_text(self) -> str:
        """``m x d``, or "a scalar"."""
        return " x ".join(self.axes) if self.axes else "a scalar"

    def at(self, places: Mapping[str, Expression]) -> Entry:
        """The array with some letters put to places; their axes are gone."""
        kept = [(a, b) for a, b in zip(self.letters, self.axes, strict=True) if a not in places]
        return Entry(tuple(a for a, _ in kept), tuple(b for _, b in kept), substitute(self.body, places))


@dataclass(frozen=True, slots=True)
class Letters:
    """A supply of letters that stand nowhere else in a formula (`taken` grows as they are handed out)."""

    taken: set[str]

    def new(self) -> str:
        """The next letter."""
        letter = fresh(self.taken)
        self.taken.add(letter)
        return letter


def scalar(body: Expression) -> Entry:
    """A formula without axes."""
    return Entry((), (), body)


def length(axis: str) -> Expression:
    """The size of an axis as a formula."""
    return size_formula(axis)


def usual_length(size: Expression) -> int:
    """How long an axis would be where every size symbol is the same number: to tell K - 1 from K."""
    match size:
        case Number(value):
            return int(value)
        case Call("neg", (inner,)):
            return -usual_length(inner)
        case Call(sign, (one, other)):
            return usual_length(one) + (-1 if sign == "sub" else 1) * usual_length(other)
        case Product(factors):
            return prod(map(usual_length, factors))
    return USUAL_SIZE


def longest(axes: Collection[str]) -> str:
    """Of the axes that a letter enters, K beside K - 1, the one that goes on; empty where there is none."""
    return max(sorted(axes), key=lambda axis: usual_length(length(axis)) if axis != "?" else 0, default="")


def elementwise(
    entries: Sequence[Entry], build: Callable[[Sequence[Expression]], Expression], span: Span = NOWHERE
) -> Entry:
    """Entry by entry, trailing axes lined up; an axis ``1`` stretches, as NumPy has it."""
    full = max(entries, key=lambda entry: (len(entry.axes), sum(axis != "1" for axis in entry.axes)))
    letters, axes = list(full.letters), list(full.axes)
    for entry in entries:
        for k in range(1, len(entry.axes) + 1):
            if axes[-k] == "1" != entry.axes[-k]:
                letters[-k], axes[-k] = entry.letters[-k], entry.axes[-k]
    bodies = []
    for entry in entries:
        places: dict[str, Expression] = {}
        for k in range(1, len(entry.axes) + 1):
            own, wanted = entry.axes[-k], axes[-k]
            if own != wanted and own != "1":
                raise ShapeError(f"shapes do not fit: {entry.shape_text} with {full.shape_text}", span)
            places[entry.letters[-k]] = Symbol(letters[-k]) if own == wanted else ONE
        bodies.append(substitute(entry.body, places))
    return Entry(tuple(letters), tuple(axes), build(bodies))


def summed(body: Expression, letter: str, axis: str) -> Expression:
    """The sum over an axis; over one of length 1 its only entry."""
    if axis == "1":
        return substitute(body, {letter: ONE})
    return summed_up(letter, length(axis), body)


def matmul(left: Entry, right: Entry, supply: Letters, span: Span = NOWHERE) -> Entry:
    """The matrix product; vectors of one axis as NumPy has them, a scalar multiplies."""
    if not left.axes or not right.axes:
        return elementwise([left, right], lambda bodies: mul(*bodies), span)
    inner = 0 if len(right.axes) == 1 else len(right.axes) - 2
    if left.axes[-1] != right.axes[inner]:
        message = f"a matrix product needs equal inner sizes: {left.shape_text} times {right.shape_text}"
        raise ShapeError(message, span)
    letter = supply.new()
    body = mul(
        substitute(left.body, {left.letters[-1]: Symbol(letter)}),
        substitute(right.body, {right.letters[inner]: Symbol(letter)}),
    )
    letters = left.letters[:-1] + right.letters[:inner] + right.letters[inner + 1 :]
    axes = left.axes[:-1] + right.axes[:inner] + right.axes[inner + 1 :]
    return Entry(letters, axes, summed(body, letter, left.axes[-1]))


def flat(entry: Entry, span: Span = NOWHERE) -> Entry:
    """A row, a column or a plain vector as one axis."""
    long = [k for k, axis in enumerate(entry.axes) if axis != "1"]
    if len(entry.axes) == 1:
        return entry
    if len(entry.axes) != 2 or len(long) != 1:
        raise ShapeError(f"a vector is expected here, this is {entry.shape_text}", span)
    return entry.at({entry.letters[1 - long[0]]: ONE})


def outer(left: Entry, right: Entry, span: Span = NOWHERE) -> Entry:
    """The matrix a_i b_j of two vectors."""
    a, b = flat(left, span), flat(right, span)
    return Entry(a.letters + b.letters, a.axes + b.axes, mul(a.body, b.body))


def digits(place: Expression, sizes: Sequence[str]) -> list[Expression]:
    """The places on axes, the first running fastest, that make up one place."""
    long = [k for k, size in enumerate(sizes) if size != "1"]
    found: list[Expression] = [ONE] * len(sizes)
    for k in long[:-1]:
        found[k], place = _row_and_column(place, size_formula(sizes[k]))
    if long:
        found[long[-1]] = place
    return found


def counted_by(places: Sequence[Expression], axes: Sequence[str], letters: Sequence[str]) -> str | None:
    """The letter that counts, column by column, the entry at the places; None where none of the letters does."""
    long = [k for k, axis in enumerate(axes) if axis != "1"]
    if len(long) < 2:
        return None
    entered, sizes = [places[k] for k in long], [axes[k] for k in long]
    return next((letter for letter in letters if digits(Symbol(letter), sizes) == entered), None)


def at_counted(
    node: Expression, counted: str, places: Sequence[Expression], letters: Sequence[str], axes: Sequence[str]
) -> Expression:
    """The formula where a letter counts the entry at `letters` of what `places` enter: at ``i + m*(j - 1)``."""
    whole: Expression | None = None
    before: Expression = ONE
    for place, letter, axis in zip(places, letters, axes, strict=True):
        if axis == "1":
            continue
        own = Symbol(letter)
        node = replace_tree(node, place, own)
        whole = own if whole is None else add(whole, mul(before, sub(own, ONE)))
        before = mul(before, size_formula(axis))
    return node if whole is None else substitute(node, {counted: whole})


def summed_up(letter: str, size: Expression, body: Expression) -> Expression:
    """The sum over a letter of so many values; over rows and columns where it counts the entries of a matrix."""
    rows = next((found for item in walk(body) if (found := rows_by(item, letter)) is not None), None)
    columns = None if rows is None else _without(size, rows)
    if rows is None or columns is None or _is_tied(letter, body):
        return Reduce("sum", letter, body) if _enters(letter, body) else Reduce("sum", letter, body, ONE, size)
    i = fresh({*symbols(body), letter})
    j = fresh({*symbols(body), letter, i})
    for place, own in zip(_row_and_column(Symbol(letter), rows), (i, j), strict=True):
        body = replace_tree(body, place, Symbol(own))
    body = substitute(body, {letter: add(Symbol(i), mul(rows, sub(Symbol(j), ONE)))})
    return summed_up(j, columns, summed_up(i, rows, body))


def summed_over(letters: Sequence[str], expression: Expression, ranges: Mapping[str, Expression]) -> Expression:
    """The sum over letters that enter nothing, the last one innermost, each as far as it runs."""
    for letter in reversed(letters):
        match ranges.get(letter):
            case Reduce() as bounded:
                expression = replace(bounded, body=expression)
            case Number() | Symbol() as size if letter not in free_symbols(expression):  # else nothing tells how many
                expression = mul(size, expression)
            case Product() as size:  # which may be that of all entries of a matrix
                expression = summed_up(letter, size, expression)
            case _:
                expression = total((letter,), expression)
    return expression


def _row_and_column(place: Expression, rows: Expression) -> tuple[Expression, Expression]:
    before = call("floor", div(sub(place, ONE), rows))
    return sub(place, mul(rows, before)), add(ONE, before)


def rows_by(node: Expression, letter: str) -> Expression | None:
    """The number of rows by which a whole part of ``(p - 1)/m`` takes a letter p apart."""
    match node:
        case Call("floor", (Call("div", (Call("sub", (Symbol(name), one)), rows)),)) if name == letter and one == ONE:
            return rows
    return None


def _without(size: Expression, rows: Expression) -> Expression | None:
    """What a size is a product of beside a factor, or other factors; None where it is none."""
    factors: list[Expression] = list(size.factors) if isinstance(size, Product) else [size]
    for factor in rows.factors if isinstance(rows, Product) else (rows,):
        if factor not in factors:
            return None
        factors.remove(factor)
    return mul(*factors) if factors else None


def _is_tied(letter: str, body: Expression) -> bool:
    """Whether a letter equals another, so that its sum has one term."""
    return any(
        isinstance(item, Call)
        and item.function == "kronecker"
        and Symbol(letter) in item.args
        and all(isinstance(arg, Symbol) for arg in item.args)
        for item in walk(body)
    )


def _enters(letter: str, body: Expression) -> bool:
    """Whether something tells the range of a letter: an array that it enters, or another letter that it equals."""
    own = Symbol(letter)
    return any(
        (isinstance(item, Indexed) and own in item.indices)
        or (isinstance(item, Call) and item.function == "kronecker" and own in item.args)
        for item in walk(body)
    )
