"""A wrong answer whose arrays don't fit -> the one repair that makes it right: a transpose, a sum, an order of factors.

``h @ (yhat - y)`` for dL/dW is right as ``h^T @ (yhat - y)``: `missing_transpose` about h. No prediction has a value to
hold such an answer against, so here alone the answer itself is changed, and the judge must find the change right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from grader.comparison.judge import judge
from grader.comparison.target import Target
from grader.diagnosis.predict.predictions import Mistake, named
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
    rebuild,
)
from grader.results import Decision, NoteKind
from grader.solver.key import SolvedPart, SolvedQuestion

MAX_TRIED = 40
_SCALAR = frozenset(("total", "inner", "norm", "log", "exp", "iverson", "sqrt"))
_AXES = (ZERO, ONE)
_PLAINLY = frozenset((NoteKind.EQUIVALENT, NoteKind.ROUNDED, NoteKind.RENAMED))
_OTHER_JOINTS = {"@": "circ", "circ": "@", "": "circ", "*": "@", "cdot": "@"}

Repair = tuple[str, Expression, Expression]


def repairs(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Mistake]:
    """The single repairs that make an answer of a wrong shape right, as the mistakes that they mend.

    Last, an answer that is right for another place of the chain: dL/dz where dL/dW is asked for.
    """
    names, asked = question.question.model.names, part.part
    for kind, about, mended in islice(_repaired(question, asked.target, answer), MAX_TRIED):
        if _right(question, part, asked.target, part.closed, mended):
            yield Mistake(kind) if about == answer else named(names, kind, about)
    for target in _stops(question, asked.target):
        if _right(question, part, target, target, answer):
            yield named(names, "outer_only", target)


def _right(
    question: SolvedQuestion, part: SolvedPart, target: Expression, closed: Expression, answer: Expression
) -> bool:
    goal = Target(target, closed, part.part.tolerance, part.interval if target == part.part.target else None, "wrong")
    verdict = judge(question, goal, answer)
    return verdict.decision is Decision.EQUIVALENT and verdict.note.kind in _PLAINLY


def _stops(question: SolvedQuestion, target: Expression) -> Iterator[Expression]:
    """The derivatives by the quantities between the output and the variable."""
    if not isinstance(target, Partial) or question.numeric:
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    for node in reversed(question.graph.between(below, above)):
        if node.name != above:
            yield Partial(Symbol(above), Symbol(node.name))


def _repaired(question: SolvedQuestion, target: Expression, answer: Expression) -> Iterator[Repair]:
    known = {item.name for item in question.graph.quantities} | set(question.graph.sizes) | free_symbols(target)
    for letter in sorted(free_symbols(answer) - known):
        yield "missing_sum", answer, Reduce("sum", letter, answer)
    for axis in _AXES:
        yield "missing_sum", answer, Call("total", (answer, axis))
    yield "missing_sum", answer, Call("total", (answer,))
    yield from sorted(_anywhere(answer), key=lambda repair: _ORDER.index(repair[0]))


_ORDER = ("missing_transpose", "transposed", "factor_order", "elementwise_for_matrix", "missing_sum")


def _anywhere(node: Expression) -> Iterator[Repair]:
    yield from _here(node)
    if isinstance(node, Symbol | Indexed | Partial):  # no arrays are joined in an index or in a name
        return
    for place, child in enumerate(children(node)):
        for kind, about, mended in _anywhere(child):
            yield kind, about, _put(node, place, mended)


def _put(node: Expression, place: int, new: Expression) -> Expression:
    """The node with one child replaced."""
    at = iter(range(len(children(node))))
    return rebuild(node, lambda child: new if next(at) == place else child)


def _here(node: Expression) -> Iterator[Repair]:
    """The repairs at one node; of any other kind than these there is nothing to turn, to sum or to join."""
    match node:
        case Call("transpose", (inner,)):
            yield "transposed", inner, inner
        case Call("total", (inner, axis)) if axis in _AXES:
            yield "missing_sum", node, Call("total", (inner, _AXES[axis == ZERO]))
        case Product():
            factors, joints = node.factors, node.joints
            for k, factor in enumerate(factors):
                if _may_turn(factor):
                    turned = Call("transpose", (factor,))
                    yield "missing_transpose", factor, Product((*factors[:k], turned, *factors[k + 1 :]), joints)
            for k, joint in enumerate(joints):
                swapped = (*factors[:k], factors[k + 1], factors[k], *factors[k + 2 :])
                yield "factor_order", node, Product(swapped, joints)
                other = _OTHER_JOINTS.get(joint)
                if other is not None:
                    changed = Product(factors, (*joints[:k], other, *joints[k + 1 :]))
                    yield "elementwise_for_matrix", node, changed


def _may_turn(node: Expression) -> bool:
    if isinstance(node, Symbol | Product):
        return True
    return isinstance(node, Call) and node.function != "transpose" and node.function not in _SCALAR
