"""A formula of whole arrays to one of their entries: ``X @ W + b`` becomes ``sum_k(X_ik * W_kj) + b_1j``.

Shapes are symbolic: an axis is a size symbol or digits, and two axes fit where they are the same or one is ``1``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import assert_never

from grader.autodiff.array_rules import ARRAY_RULES
from grader.autodiff.block_rules import as_row, is_vector, kron, put_together
from grader.autodiff.entrywise import Entry, Letters, elementwise, matmul, outer, scalar
from grader.autodiff.graph import names_in
from grader.expression.algebra.construct import fresh, iverson, mul, substitute
from grader.expression.evaluation.values import ShapeError
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
    children,
    integer,
    rebuild,
    symbols,
    walk,
)

Axes = Mapping[str, tuple[str, ...]]


def lower(node: Expression, axes: Axes, letters: tuple[str, ...] = ()) -> Entry:
    """The entry of `node` at fresh letters, one an axis that its own `letters` do not take.

    `axes` holds the axes of every quantity. A formula of entries comes back as it is. Raises ShapeError with both
    shapes where an operation does not fit.
    """
    if not _has_arrays(node, axes):
        return scalar(node)
    supply = Letters({*axes, *letters, *symbols(node), *(size for shape in axes.values() for size in shape)})
    found = _low(node, axes, supply)
    free: list[str] = []
    taken = names_in(axes) | {*letters}
    for _ in found.letters:
        free.append(fresh(taken | set(free)))
    # of an axis of length 1 there is one entry, and no formula needs its letter
    places = [ONE if axis == "1" else Symbol(letter) for letter, axis in zip(free, found.axes, strict=True)]
    body = substitute(found.body, dict(zip(found.letters, places, strict=True)))
    return Entry(tuple(free), found.axes, _relettered(body, taken | set(free)))


def _has_arrays(node: Expression, axes: Axes) -> bool:
    """Whether an array stands in the formula without an index for each of its axes."""
    match node:
        case Symbol(name=name):
            return bool(axes.get(name))
        case Indexed(base=Symbol(name=name), indices=places):
            return len(places) != len(axes.get(name, places)) or any(
                isinstance(place, Slice) or _has_arrays(place, axes) for place in places
            )
        case Call(function=function) if function in ARRAY_RULES and function != "transpose":
            return True
        case Indexed() | Matrix():
            return True
    return any(_has_arrays(child, axes) for child in children(node))


def _relettered(node: Expression, taken: set[str]) -> Expression:
    """The formula with the first free letters for its bound ones."""
    if isinstance(node, Reduce) and node.letter:
        around = taken | (symbols(node) - _bound(node))
        letter = fresh(around)
        inner = {node.letter: Symbol(letter)}
        node = Reduce(
            node.kind,
            letter,
            substitute(node.body, inner),
            node.lower,
            node.upper,
            None if node.condition is None else substitute(node.condition, inner),
            node.span,
        )
        return rebuild(node, lambda child: _relettered(child, taken | {letter}))
    return rebuild(node, lambda child: _relettered(child, taken))


def _bound(node: Expression) -> set[str]:
    return {item.letter for item in walk(node) if isinstance(item, Reduce)}


def _low(node: Expression, axes: Axes, supply: Letters) -> Entry:
    match node:
        case Symbol(name=name):
            letters = tuple(supply.new() for _ in axes.get(name, ()))
            return Entry(letters, axes[name], Indexed(node, tuple(map(Symbol, letters)))) if letters else scalar(node)
        case Indexed():
            return _indexed(node, axes, supply)
        case Call():
            return _call(node, axes, supply)
        case Product():
            return _product(node, axes, supply)
        case Reduce():
            return _reduce(node, axes, supply)
        case Cases():
            return _cases(node, axes, supply)
        case Matrix():
            return _matrix(node, axes, supply)
        case Partial():
            return _partial(node, axes, supply)
        case Number() | Slice():  # colons are no formulas
            return scalar(node)
        case _:
            assert_never(node)


def _indexed(node: Indexed, axes: Axes, supply: Letters) -> Entry:
    """Some axes entered at places, the others kept; a row or a column takes one index."""
    base = _low(node.base, axes, supply)
    places = node.indices
    if len(places) == 1 < len(base.axes) and sum(axis != "1" for axis in base.axes) == 1:
        base = base.at({letter: ONE for letter, axis in zip(base.letters, base.axes, strict=True) if axis == "1"})
    if len(places) > len(base.axes):
        name = node.base.name if isinstance(node.base, Symbol) else "this"
        count = f"{len(places)} ind{'ex' if len(places) == 1 else 'ices'}"
        raise ShapeError(f"{count} on '{name}', which is {base.shape_text}", node.span)
    entered = {
        letter: place for letter, place in zip(base.letters, places, strict=False) if not isinstance(place, Slice)
    }
    for place in entered.values():
        if _low(place, axes, supply).axes:
            raise ShapeError("an index must be a whole number", node.span)
    return base.at(entered)


def _partial(node: Partial, axes: Axes, supply: Letters) -> Entry:
    """A derivative has the axes of its numerator, then those of its denominator."""
    above, below = _low(node.numerator, axes, supply), _low(node.denominator, axes, supply)
    return Entry(above.letters + below.letters, above.axes + below.axes, Partial(above.body, below.body, node.span))


def _call(node: Call, axes: Axes, supply: Letters) -> Entry:
    args = [_low(arg, axes, supply) for arg in node.args]
    if node.function == "kron":
        args = [as_row(one, supply) if _transposed(arg) else one for one, arg in zip(args, node.args, strict=True)]
    rule = ARRAY_RULES.get("inv" if _is_inverse(node, args) else node.function)
    args = args[:1] if _is_inverse(node, args) else args
    if rule is not None:
        return rule(args, supply, node.span)
    if node.function in ("max", "min") and len(args) == 1 and args[0].axes:
        body = args[0].body
        for letter in reversed(args[0].letters):
            body = Reduce(node.function, letter, body)
        return scalar(body)
    return elementwise(args, lambda bodies: Call(node.function, tuple(bodies), node.primes, node.span), node.span)


def _is_inverse(node: Call, args: Sequence[Entry]) -> bool:
    """Whether a power is the inverse of a square matrix: ``A^{-1}``."""
    square = node.function == "pow" and len(args[0].axes) == 2 and args[0].axes[0] == args[0].axes[1] != "1"
    return square and args[1].body in (Call("neg", (ONE,)), integer(-1))


def _cases(node: Cases, axes: Axes, supply: Letters) -> Entry:
    parts = [part for branch in node.branches for part in branch]
    parts += [] if node.otherwise is None else [node.otherwise]
    count = len(node.branches)

    def build(bodies: Sequence[Expression]) -> Expression:
        branches = tuple((bodies[2 * k], bodies[2 * k + 1]) for k in range(count))
        return Cases(branches, bodies[2 * count] if node.otherwise is not None else None, node.span)

    return elementwise([_low(part, axes, supply) for part in parts], build, node.span)


def _matrix(node: Matrix, axes: Axes, supply: Letters) -> Entry:
    """A literal: the sum of its entries, each switched on at its own place."""
    pieces = [[_low(item, axes, supply) for item in row] for row in node.rows]
    if any(piece.axes for row in pieces for piece in row):
        return put_together(pieces, supply, node.span)
    i, j = supply.new(), supply.new()
    body: Expression | None = None
    for r, row in enumerate(pieces, 1):
        for c, entry in enumerate(row, 1):
            here = [Call("eq", (Symbol(letter), integer(at))) for letter, at in ((i, r), (j, c))]
            term = mul(*(iverson(test) for test in here), entry.body)
            body = term if body is None else Call("add", (body, term))
    assert body is not None
    return Entry((i, j), (str(len(node.rows)), str(len(node.rows[0]))), body)


def _reduce(node: Reduce, axes: Axes, supply: Letters) -> Entry:
    body = _low(node.body, axes, supply)
    if not node.letter:
        return ARRAY_RULES["total"]([body], supply, node.span)
    return Entry(
        body.letters,
        body.axes,
        Reduce(node.kind, node.letter, body.body, node.lower, node.upper, node.condition, node.span),
    )


def _product(node: Product, axes: Axes, supply: Letters) -> Entry:
    """Scalars in front; matrix products bind before products entry by entry."""
    entries = [_low(factor, axes, supply) for factor in node.factors]
    arrays = [k for k, entry in enumerate(entries) if entry.axes]
    scalars = [entry for entry in entries if not entry.axes]
    if not arrays:
        return scalar(Product(tuple(entry.body for entry in entries), node.joints, node.span))
    joints = [_meaning(node, left, right, entries) for left, right in pairwise(arrays)]
    grouped = [entries[arrays[0]]]
    if "otimes" in joints and not all(is_vector(entries[k]) for k in arrays) and _transposed(node.factors[arrays[0]]):
        grouped = [as_row(grouped[0], supply)]
    for joint, k in zip(joints, arrays[1:], strict=True):
        if joint == "@":
            grouped[-1] = matmul(grouped[-1], entries[k], supply, node.span)
        elif joint == "otimes" and not (is_vector(grouped[-1]) and is_vector(entries[k])):
            row = as_row(entries[k], supply) if _transposed(node.factors[k]) else entries[k]
            grouped[-1] = kron([grouped[-1], row], supply, node.span)
        elif joint == "otimes":
            grouped[-1] = outer(grouped[-1], entries[k], node.span)
        else:
            grouped.append(entries[k])
    result = grouped[0]
    for other in grouped[1:]:
        result = elementwise([result, other], lambda bodies: mul(*bodies), node.span)
    if not scalars:
        return result
    return Entry(result.letters, result.axes, mul(*(entry.body for entry in scalars), result.body))


def _meaning(node: Product, left: int, right: int, entries: Sequence[Entry]) -> str:
    """What the sign between two arrays of an author means: ``*`` and ``\\odot`` entry by entry, no sign as matrices."""
    written = [joint for joint in node.joints[left:right] if joint]
    joint = written[0] if written else ""
    if joint in ("@", "otimes", "circ"):
        return joint
    if joint == "*":
        return "circ"
    vectors = len(entries[left].axes) == len(entries[right].axes) == 1
    if not vectors:
        return "@"
    if _transposed(node.factors[right]) and not _transposed(node.factors[left]):
        return "otimes"
    if _transposed(node.factors[left]) or joint == "cdot":
        return "@"
    raise ShapeError(
        "two vectors side by side: inner or entry by entry?", node.span, "write a @ b, a \\odot b or a^T b"
    )


def _transposed(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "transpose"
