"""The single edits that may bring an answer's arrays together: a transpose, an order of factors, a product, a sum.

``h @ (yhat - y)`` becomes ``h^T @ (yhat - y)`` by the row `missing_transpose`, about ``h``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from grader.expression.algebra.construct import free_symbols, with_child
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    indices,
    walk,
)
from grader.rubric.malrule import Kind

_SCALAR = frozenset(("total", "inner", "norm", "log", "exp", "iverson", "sqrt"))
_AXES = (ZERO, ONE)
_OTHER_JOINTS = {
    "@": ("circ",),
    "circ": ("@",),
    "": ("@", "circ"),
    "*": ("@", "circ"),
    "cdot": ("@", "circ"),
    "times": ("@", "circ"),
    "otimes": ("@",),
}

Edits = Iterator[tuple[Expression, Expression]]


@dataclass(frozen=True, slots=True)
class EditRow:
    """One kind of edit: its stable name, what an answer is right "once ..." (``{}`` is what the edit is about).

    `edits` gives, for a node of an answer, what each edit is about and the node edited.
    """

    name: str
    once: str
    edits: Callable[[Expression], Edits]


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of an answer: its name, the words for it, what it is about, the whole answer edited."""

    name: str
    once: str
    about: Expression
    edited: Expression


def edits_anywhere(answer: Expression) -> Iterator[Edit]:
    """Every edit at one place of an answer, row by row, each from the outside in."""
    for row in ROWS:
        for about, edited in _edited(answer, row):
            yield Edit(row.name, row.once, about, edited)


def _edited(node: Expression, row: EditRow) -> Edits:
    yield from row.edits(node)
    if isinstance(node, Symbol | Indexed | Partial):  # no arrays are joined in an index or in a name
        return
    for place, child in enumerate(children(node)):
        for about, edited in _edited(child, row):
            yield about, with_child(node, place, edited)


def not_transposed(node: Expression) -> Edits:
    """A factor of a product, transposed."""
    if isinstance(node, Product):
        factors = node.factors
        for k, factor in enumerate(factors):
            if _may_turn(factor):
                turned = Call("transpose", (factor,))
                yield factor, Product((*factors[:k], turned, *factors[k + 1 :]), node.joints)


def transposed_too_much(node: Expression) -> Edits:
    """A transpose taken away; of any other formula there is nothing to turn."""
    match node:
        case Call("transpose", (inner,)):
            yield inner, inner


def factors_in_wrong_order(node: Expression) -> Edits:
    """Two factors of a product, interchanged."""
    if isinstance(node, Product):
        for j, k in combinations(range(len(node.factors)), 2):
            factors = list(node.factors)
            factors[j], factors[k] = factors[k], factors[j]
            yield node, Product(tuple(factors), node.joints)


def joined_otherwise(node: Expression) -> Edits:
    """Two factors of a product joined as matrices where they are joined element by element, or the reverse."""
    yield from _joined(node, _OTHER_JOINTS)


def joined_to_a_matrix(node: Expression) -> Edits:
    """A product parted in two, of which the outer product is taken; that of matrices is none."""
    for k, joint in enumerate(node.joints if isinstance(node, Product) else (), 1):
        if isinstance(node, Product) and joint != "otimes":
            parts = (node.factors[:k], node.joints[: k - 1]), (node.factors[k:], node.joints[k:])
            left, right = (Product(*part) if part[1] else part[0][0] for part in parts)
            if isinstance(left, Call) and left.function == "transpose":
                continue  # x^T y is meant as a number
            yield node, Call("outer", (left, right))
            if len(node.factors) > k + 1:
                first = Call("outer", (left, node.factors[k]))
                yield node, Product((first, *node.factors[k + 1 :]), node.joints[k:])


def _joined(node: Expression, joints: dict[str, tuple[str, ...]]) -> Edits:
    if isinstance(node, Product):
        for k, joint in enumerate(node.joints):
            for other in joints.get(joint, ()):
                yield node, Product(node.factors, (*node.joints[:k], other, *node.joints[k + 1 :]))


def summed_along_other_axis(node: Expression) -> Edits:
    """A sum over the one axis, over the other; any other formula is summed only as a whole."""
    match node:
        case Call("total", (inner, axis)) if axis in _AXES:
            yield node, Call("total", (inner, _AXES[axis == ZERO]))


def sums_of(answer: Expression, kept: frozenset[str]) -> Iterator[Edit]:
    """The whole answer, summed over a letter of its indices that is not `kept`, or over an axis."""
    entering = {place.name for item in walk(answer) for place in indices(item) if isinstance(place, Symbol)}
    for letter in sorted((entering & free_symbols(answer)) - kept):
        yield Edit(Kind.MISSING_SUM, "it is summed over {}", Symbol(letter), Reduce("sum", letter, answer))
    for axis in _AXES:
        yield Edit(Kind.MISSING_SUM, "it is summed", answer, Call("total", (answer, axis)))
    yield Edit(Kind.MISSING_SUM, "it is summed", answer, Call("total", (answer,)))


def _may_turn(node: Expression) -> bool:
    if isinstance(node, Symbol | Product):
        return True
    return isinstance(node, Call) and node.function != "transpose" and node.function not in _SCALAR


ROWS = (
    EditRow(Kind.MISSING_TRANSPOSE, "{} is transposed", not_transposed),
    EditRow(Kind.TRANSPOSED, "{} is not transposed", transposed_too_much),
    EditRow(Kind.FACTOR_ORDER, "the factors of {} change places", factors_in_wrong_order),
    EditRow(Kind.ELEMENTWISE_FOR_MATRIX, "the product in {} is taken in another sense", joined_otherwise),
    EditRow("outer_product", "the outer product is taken in {}", joined_to_a_matrix),
    EditRow(Kind.MISSING_SUM, "{} is taken along the other axis", summed_along_other_axis),
)
