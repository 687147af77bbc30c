"""A formula of the entries of ``vec(X)``, or of a Kronecker product, back to whole arrays.

``A_{r(p), r(q)} B_{c(q), c(p)}``, where p counts the entries of a matrix column by column and r(p), c(p) are the row
and the column of one of them, is ``B^T ⊗ A`` at p and q.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from grader.autodiff.entrywise import rows_by
from grader.expression.algebra.construct import fresh, substitute
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Number,
    Product,
    Symbol,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.expression.printing.text import to_text
from grader.solver.matrix_form import matrix_form


@dataclass(frozen=True, slots=True)
class _Digits:
    """The letters, with the axes they run over, that count the rows and the columns of what a letter counts."""

    letters: tuple[str, str]
    axes: tuple[str, str]


def kronecker_form(
    node: Expression, letters: tuple[str, ...], ranges: Sequence[str], axes: Mapping[str, tuple[str, ...]]
) -> Expression | None:
    """The array whose entry at one or two `letters` is `node`; None where there is no such form."""
    if len(letters) > 2 or not any(isinstance(item, Call) and item.function == "floor" for item in walk(node)):
        return None
    taken = {*symbols(node), *axes, *letters}
    found: list[_Digits] = []
    for letter, axis in zip(letters, ranges, strict=True):
        node, digits = _split(node, letter, axis, taken)
        if digits is None:
            return None
        found.append(digits)
    if len(found) == 1:
        whole = matrix_form(node, found[0].letters, found[0].axes, axes)
        match whole:
            case None:
                return None
            case Product((one, other), ("otimes",)):  # of vectors
                return Call("kron", (other, one))
        return Call("vec", (whole,))
    ways = (_product(node, one, other, axes) for one, other in product(*map(_either, found)))
    return next((way for way in ways if way is not None), None)


def _either(digits: _Digits) -> tuple[_Digits, ...]:
    """What is not taken apart counts rows of blocks of one row, or of one block."""
    if digits.axes[1] != "1":
        return (digits,)
    return digits, _Digits((digits.letters[1], digits.letters[0]), (digits.axes[1], digits.axes[0]))


def _split(node: Expression, letter: str, axis: str, taken: set[str]) -> tuple[Expression, _Digits | None]:
    """The formula in the digits of a letter; a letter that is not taken apart counts rows, or columns, of one."""
    below = {rows for item in walk(node) if (rows := rows_by(item, letter)) is not None}
    row, column, behind = (_new(taken) for _ in range(3))
    if not below:
        return substitute(node, {letter: Symbol(row)}), _Digits((row, column), (axis, "1"))
    if len(below) > 1:
        return node, None
    (size,) = below
    rest = _without(axis, to_text(size))
    if not rest:
        return node, None

    def rule(item: Expression, again: Again) -> Expression:
        if rows_by(item, letter) is not None:
            return Symbol(behind)
        item = rebuild(item, again)
        match item:
            case Call("sub", (Symbol(name), Product())) if name == letter and behind in symbols(item):
                return Symbol(row)
            case Call("add", (Number() as one, Symbol(name))) if name == behind and one == ONE:
                return Symbol(column)
        return item

    node = rewritten(node, rule)
    left = {letter, behind} & symbols(node)
    return node, None if left else _Digits((row, column), (to_text(size), rest))


def _new(taken: set[str]) -> str:
    letter = fresh(taken)
    taken.add(letter)
    return letter


def _without(axis: str, size: str) -> str:
    """What a size is a product of beside another; nothing where it is none."""
    factors = axis.split("*")
    if size not in factors or "+" in axis or "-" in axis:
        return ""
    factors.remove(size)
    return "*".join(factors)


def _product(node: Expression, one: _Digits, other: _Digits, axes: Mapping[str, tuple[str, ...]]) -> Expression | None:
    """The Kronecker product of what the columns are of and what the rows are of, with numbers in front."""
    node, sign = (node.args[0], True) if isinstance(node, Call) and node.function == "neg" else (node, False)
    factors = list(node.factors) if isinstance(node, Product) else [node]
    inner, outer = ({one.letters[k], other.letters[k]} for k in (0, 1))
    groups: dict[str, list[Expression]] = {"inner": [], "outer": [], "": []}
    for factor in factors:
        held = symbols(factor) & (inner | outer)
        groups["" if not held else "inner" if held <= inner else "outer"].append(factor)
        if held and not (held <= inner or held <= outer):
            return None
    blocks: list[Expression] = []
    for kind, k in (("outer", 1), ("inner", 0)):
        ranges = (one.axes[k], other.axes[k])
        found = _matrix(groups[kind], (one.letters[k], other.letters[k]), ranges, axes)
        if found is None:
            return None
        blocks.append(found)
    whole: Expression = Call("kron", (blocks[0], blocks[1]))
    if not all("1" in (one.axes[k], other.axes[k]) for k in (0, 1)):  # of two vectors the sign is their outer product
        whole = Product((blocks[0], blocks[1]), ("otimes",))
    if groups[""]:
        whole = Product((*groups[""], whole), ("*",) * len(groups[""]))
    return Call("neg", (whole,)) if sign else whole


def _matrix(
    factors: Sequence[Expression],
    letters: tuple[str, str],
    ranges: tuple[str, str],
    axes: Mapping[str, tuple[str, ...]],
) -> Expression | None:
    if not factors:
        return None
    node = factors[0] if len(factors) == 1 else Product(tuple(factors), ("*",) * (len(factors) - 1))
    found = matrix_form(node, letters, ranges, axes)
    plain = isinstance(found, Symbol) and len(axes.get(found.name, ())) == 1
    return Call("transpose", (found,)) if plain and found is not None and ranges[0] == "1" else found
