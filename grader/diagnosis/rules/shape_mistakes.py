"""Mistakes of shape: what mends an answer whose arrays don't fit, by a transpose, a sum, an order of factors.

``h @ (yhat - y)`` is mended to ``h^T @ (yhat - y)``: `missing_transpose` about h. No prediction has a value to hold
such an answer against, so here alone the answer itself is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.diagnosis.rules.formula_mistakes import with_child
from grader.expression.algebra.construct import free_symbols
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
    head,
)
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedQuestion

_SCALAR = frozenset(("total", "inner", "norm", "log", "exp", "iverson", "sqrt"))
_AXES = (ZERO, ONE)
_OTHER_JOINTS = {"@": "circ", "circ": "@", "": "circ", "*": "@", "cdot": "@"}


Repairs = Iterator[tuple[Kind, Expression, Expression]]
ShapeRule = Callable[[Expression], Repairs]


def repaired_anywhere(node: Expression, rules: tuple[ShapeRule, ...]) -> Repairs:
    """Every single repair at one place of an answer: its kind, what it is about, the answer mended."""
    for rule in rules:
        yield from rule(node)
    if isinstance(node, Symbol | Indexed | Partial):  # no arrays are joined in an index or in a name
        return
    for place, child in enumerate(children(node)):
        for kind, about, mended in repaired_anywhere(child, rules):
            yield kind, about, with_child(node, place, mended)


def not_summed(question: SolvedQuestion, target: Expression, answer: Expression) -> Repairs:
    """The whole answer, summed over a letter that the target does not have, or over an axis."""
    known = {item.name for item in question.graph.quantities} | set(question.graph.sizes) | free_symbols(target)
    for letter in sorted(free_symbols(answer) - known):
        yield Kind.MISSING_SUM, answer, Reduce("sum", letter, answer)
    for axis in _AXES:
        yield Kind.MISSING_SUM, answer, Call("total", (answer, axis))
    yield Kind.MISSING_SUM, answer, Call("total", (answer,))


def not_transposed(node: Expression) -> Repairs:
    """A factor of a product, transposed."""
    if isinstance(node, Product):
        factors = node.factors
        for k, factor in enumerate(factors):
            if _may_turn(factor):
                turned = Call("transpose", (factor,))
                yield Kind.MISSING_TRANSPOSE, factor, Product((*factors[:k], turned, *factors[k + 1 :]), node.joints)


def transposed_too_much(node: Expression) -> Repairs:
    """A transpose taken away; of any other formula there is nothing to turn."""
    match node:
        case Call("transpose", (inner,)):
            yield Kind.TRANSPOSED, inner, inner


def factors_in_wrong_order(node: Expression) -> Repairs:
    """Two factors of a product that stand beside each other, interchanged."""
    if isinstance(node, Product):
        factors = node.factors
        for k in range(len(node.joints)):
            swapped = (*factors[:k], factors[k + 1], factors[k], *factors[k + 2 :])
            yield Kind.FACTOR_ORDER, node, Product(swapped, node.joints)


def joined_otherwise(node: Expression) -> Repairs:
    """Two factors of a product joined as matrices where they are joined element by element, or the reverse."""
    if isinstance(node, Product):
        for k, joint in enumerate(node.joints):
            other = _OTHER_JOINTS.get(joint)
            if other is not None:
                joints = (*node.joints[:k], other, *node.joints[k + 1 :])
                yield Kind.ELEMENTWISE_FOR_MATRIX, node, Product(node.factors, joints)


def summed_along_other_axis(node: Expression) -> Repairs:
    """A sum over the one axis, over the other; any other formula is summed only as a whole."""
    match node:
        case Call("total", (inner, axis)) if axis in _AXES:
            yield Kind.MISSING_SUM, node, Call("total", (inner, _AXES[axis == ZERO]))


def _may_turn(node: Expression) -> bool:
    if isinstance(node, Symbol | Product):
        return True
    return isinstance(node, Call) and node.function != "transpose" and node.function not in _SCALAR


def stopped_early(question: SolvedQuestion, target: Expression) -> Iterator[tuple[Kind, Partial]]:
    """The derivatives by the quantities between the output and the variable, where the chain may have been left."""
    if not isinstance(target, Partial) or question.numeric:
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    for node in reversed(question.graph.between(below, above)):
        if node.name != above:
            yield Kind.OUTER_ONLY, Partial(Symbol(above), Symbol(node.name))
