"""The table of slips in a closed formula: what it becomes with a term, a factor, a sign or a condition changed.

From ``(yhat - y)/m * x`` come ``(yhat + y)/m * x``, ``yhat/m * x``, ``(y - yhat)/m * x``, ``(yhat - y) * x``, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression.algebra.construct import mul, neg, number, sub
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    rebuild,
)

_TESTS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"))
_SWAPS = {"sigmoid": ("tanh", "relu"), "tanh": ("sigmoid", "relu"), "relu": ("sigmoid", "tanh")}
_TAKEN_FOR = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


@dataclass(frozen=True, slots=True)
class Changed:
    """A wrong formula: the `kind` of slip, what it is `about`, and the whole formula with the slip in it."""

    kind: str
    about: Expression
    formula: Expression


Slips = Iterator[tuple[str, Expression, Expression]]


def changed_formulas(formula: Expression) -> Iterator[Changed]:
    """Every formula that one slip at one place makes of this one."""
    yield from (Changed(kind, about, wrong) for kind, about, wrong in _anywhere(formula))


def _anywhere(node: Expression) -> Slips:
    for rule in RULES:
        yield from rule(node)
    # what stands in an index or in a condition is no part of the derivation
    if isinstance(node, Partial | Indexed | Symbol | Number) or (isinstance(node, Call) and node.function in _TESTS):
        return
    for k, child in enumerate(children(node)):
        if isinstance(child, Call) and child.function in _TESTS:
            continue
        for kind, about, wrong in _anywhere(child):
            yield kind, about, _with_child(node, k, wrong)


def _with_child(node: Expression, place: int, child: Expression) -> Expression:
    """The node with one of its children replaced."""
    count = iter(range(len(children(node))))

    def change(item: Expression) -> Expression:
        return child if next(count) == place else item

    return rebuild(node, change)


def sums(node: Expression) -> Slips:
    """One term lost, one sign turned, two quantities interchanged."""
    match node:
        case Call("add", (left, right)):
            yield "sign", right, sub(left, right)
            yield "sign", left, sub(right, left)
            yield "dropped_term", right, left
            yield "dropped_term", left, right
        case Call("sub", (left, right)):
            both = all(isinstance(side, Symbol | Indexed) for side in (left, right))
            yield "swapped_targets" if both else "sign", node, Call("sub", (right, left))
            yield "sign", right, Call("add", (left, right))
            yield "sign", left, neg(Call("add", (left, right)))
            yield "dropped_term", right, left
            yield "dropped_term", left, neg(right)
        case Call("neg", (inner,)):
            yield "sign", inner, inner


def products(node: Expression) -> Slips:
    """One factor lost."""
    match node:
        case Product():
            for k, factor in enumerate(node.factors):
                rest = node.factors[:k] + node.factors[k + 1 :]
                joints = node.joints[:k] + node.joints[k + 1 :] if k < len(node.joints) else node.joints[:-1]
                kind = "missing_condition" if _switch(factor) else "missing_factor"
                left = rest[0] if len(rest) == 1 else Product(rest, joints)
                yield kind, factor, left
                if isinstance(factor, Call) and factor.function == "sign":
                    yield "missing_function", factor, neg(left)
        case Call("div", (top, bottom)):
            yield "missing_factor", Call("div", (ONE, bottom)), top
            yield "inverted", node, Call("div", (bottom, top))
            if isinstance(bottom, Reduce):
                yield "power_degree", bottom, Call("div", (top, Call("sqrt", (bottom,))))
            if top != ONE:
                yield "missing_factor", top, Call("div", (ONE, bottom))
        case Partial(numerator=top, denominator=bottom):
            yield "missing_factor", node, ONE
            yield "activation_for_derivative", top, top
            yield "wrong_quantity", node, bottom
        case Call("pow", (base, Number(value=exponent))) if exponent not in (1, -1):
            yield "power_degree", node, base if exponent > 0 else Call("div", (ONE, base))
            yield "power_degree", node, Call("pow", (base, Number(exponent + (1 if exponent > 0 else -1))))
        case Call("square", (base,)):
            yield "power_degree", node, base


def _switch(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("iverson", "kronecker")


def conditions(node: Expression) -> Slips:
    """Branches interchanged, one branch everywhere, a condition turned or left out."""
    match node:
        case Cases(((first, test),), other) if other is not None:
            yield "swapped_branches", node, Cases(((other, test),), first)
            yield "missing_condition", node, first
            yield "missing_condition", node, other
            for factor in (number(2), number(Fraction(1, 2))):
                yield "factor_two", first, Cases(((mul(factor, first), test),), other)
                yield "factor_two", other, Cases(((first, test),), mul(factor, other))
            if first != ZERO and other != ZERO:
                yield "dropped_term", other, Cases(((first, test),), ZERO)
                yield "dropped_term", first, Cases(((ZERO, test),), other)
        case Cases():
            for value, _ in node.branches:
                yield "missing_condition", node, value
        case Call("iverson", (Call(name, args),)) if name in _TAKEN_FOR:
            yield "swapped_branches", node, Call("iverson", (Call(_TAKEN_FOR[name], args),))
            yield "missing_condition", node, ONE
        case Call("iverson" | "kronecker", _):
            yield "missing_condition", node, ONE


def functions(node: Expression) -> Slips:
    """A function left out, or another one in its place."""
    match node:
        case Call(name, (inner,), 0) if name not in ("neg", "iverson", "square") and name not in _TESTS:
            yield "missing_function", node, inner
            for other in _SWAPS.get(name, ()):
                yield "wrong_activation", node, Call(other, (inner,))
        case Call("max" | "min" as name, (left, right)):
            yield "swapped_branches", node, Call("min" if name == "max" else "max", (left, right))
            yield "missing_condition", node, left
            yield "missing_condition", node, right


# a rule has nothing to say of the kinds of formulas that it does not name
RULES: tuple[Callable[[Expression], Slips], ...] = (sums, products, conditions, functions)


def interchanged(node: Expression, one: str, other: str) -> Expression:
    """The formula with two quantities interchanged wherever they stand."""
    match node:
        case Symbol(name=name) if name in (one, other):
            return replace(node, name=other if name == one else one)
        case _:
            return rebuild(node, lambda child: interchanged(child, one, other))


def top_terms(node: Expression) -> tuple[Expression, ...]:
    """The terms of a sum, with their signs; none where it is no sum."""
    match node:
        case Call("add", (left, right)):
            return (*(top_terms(left) or (left,)), *(top_terms(right) or (right,)))
        case Call("sub", (left, right)):
            return (*(top_terms(left) or (left,)), *(neg(term) for term in top_terms(right) or (right,)))
    return ()


def quantities_in(node: Expression) -> tuple[str, ...]:
    """The names that stand in a formula, each once."""
    found: dict[str, None] = {}
    pending = [node]
    while pending:
        item = pending.pop()
        name = head(item)
        if name is not None and not isinstance(item, Partial):
            found[name] = None
        pending.extend(children(item))
    return tuple(found)
