"""A formula with one mistake in it, and the same formula in other forms; by rules that the judge and its diagnosis
don't share.

``(yhat - y)*x`` may become ``(yhat + y)*x`` ("plus for minus") or ``x*yhat - x*y``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest

from grader.expression.language.nodes import (
    ONE,
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
    rebuild,
)

TWO = Number(Fraction(2))
_OTHER_JOINT = {"@": ("entrywise for matrix", "circ"), "circ": ("matrix for entrywise", "@")}
TESTS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"))

# What a mistake is called here, and the rules that are a right name for it; none: no rule claims to know it.
KINDS: dict[str, frozenset[str]] = {
    "whole sign": frozenset(("sign", "swapped_targets", "swapped_branches")),
    "plus for minus": frozenset(("sign",)),
    "turned difference": frozenset(("sign", "swapped_targets")),
    "lost minus": frozenset(("sign",)),
    "lost term": frozenset(("dropped_term", "missing_condition", "activation_for_derivative", "quotient_rule")),
    "lost factor": frozenset(
        (
            "missing_factor",
            "missing_condition",
            "factor_two",
            "missing_mean",
            "activation_for_derivative",
            "missing_function",
            "outer_only",
            "upstream_missing",
            "wrong_variable",
            "dropped_term",
            "inner_only",
        )
    ),
    "lost denominator": frozenset(("missing_mean", "missing_factor", "factor_two", "quotient_rule")),
    "lost square": frozenset(("power_degree",)),
    "doubled": frozenset(("factor_two",)),
    "halved": frozenset(("factor_two",)),
    "another activation": frozenset(("wrong_activation", "tanh_for_sigmoid", "wrong_argument")),
    "lost function": frozenset(("missing_function", "wrong_argument", "activation_for_derivative")),
    "lost condition": frozenset(("missing_condition",)),
    "branches swapped": frozenset(("swapped_branches", "sign")),
    "another quantity": frozenset(
        ("wrong_quantity", "wrong_variable", "swapped_targets", "wrong_argument", "activation_for_derivative", "sign")
    ),
    "stray quantity": frozenset(),
    "two mistakes": frozenset(),
    "times ten": frozenset(("power_of_ten",)),
    "lost transpose": frozenset(("missing_transpose", "factor_order", "transposed")),
    "lost sum": frozenset(("missing_sum",)),
    "factors turned": frozenset(("factor_order", "missing_transpose")),
    "entrywise for matrix": frozenset(("elementwise_for_matrix",)),
    "matrix for entrywise": frozenset(("elementwise_for_matrix",)),
    "another axis": frozenset(),
    "sum for product": frozenset(),
    "number off": frozenset(),
    "argument doubled": frozenset(),
    "term added": frozenset(),
}


def mistakes(formula: Expression, alike: dict[str, list[str]]) -> list[tuple[str, Expression]]:
    """Every formula with one mistake, and its kind; `alike` lists for a name those of the same shape, with a blank
    behind those that stand beside it in the model."""
    whole = [
        ("whole sign", Call("neg", (formula,))),
        ("doubled", Product((TWO, formula), ("*",))),
        ("halved", Call("div", (formula, TWO))),
        ("times ten", Product((Number(Fraction(10)), formula), ("*",))),
        ("term added", Call("add", (formula, Number(Fraction(1, 3))))),
    ]
    return whole + list(_somewhere(formula, alike))


def _somewhere(node: Expression, alike: dict[str, list[str]]) -> Iterator[tuple[str, Expression]]:
    yield from _here(node, alike)
    if isinstance(node, Symbol | Number | Indexed | Partial):
        return
    for place, child in enumerate(children(node)):
        if not (isinstance(child, Call) and child.function in TESTS):
            for kind, new in _somewhere(child, alike):
                yield kind, put(node, place, new)


def put(node: Expression, place: int, new: Expression) -> Expression:
    """The node with one child replaced."""
    at = iter(range(10_000))
    return rebuild(node, lambda child: new if next(at) == place else child)


def mixed(found: list[tuple[str, Expression]]) -> list[tuple[str, Expression]]:
    """The mistakes in an order in which every kind comes soon."""
    by_kind: dict[str, list[Expression]] = {}
    for kind, wrong in found:
        by_kind.setdefault(kind, []).append(wrong)
    rounds = zip_longest(*([(kind, wrong) for wrong in several] for kind, several in by_kind.items()))
    return [pair for several in rounds for pair in several if pair is not None]


def _here(node: Expression, alike: dict[str, list[str]]) -> Iterator[tuple[str, Expression]]:
    match node:
        case Call("add", (a, b)):
            yield "plus for minus", Call("sub", (a, b))
            yield "lost term", a
            yield "lost term", b
        case Call("sub", (a, b)):
            yield "plus for minus", Call("add", (a, b))
            yield "turned difference", Call("sub", (b, a))
            yield "lost term", a
            yield "lost term", Call("neg", (b,))
        case Call("neg", (a,)):
            yield "lost minus", a
        case Call("div", (a, b)):
            yield "lost denominator", a
            if a != ONE:
                yield "lost factor", Call("div", (ONE, b))
        case Call("pow", (a, Number(value=n))) if n > 1:
            yield "lost square", a
        case Call("square", (a,)):
            yield "lost square", a
        case Call("sigmoid" | "tanh" as name, (a,)):
            yield "another activation", Call("tanh" if name == "sigmoid" else "sigmoid", (a,))
            yield "lost function", a
            yield "argument doubled", Call(name, (Product((TWO, a), ("*",)),))
        case Call("exp" | "log" | "sqrt" | "sign" | "abs", (a,)):
            yield "lost function", a
        case Call("iverson", (Call("gt", (a, b)),)):
            yield "lost condition", ONE
            yield "branches swapped", Call("iverson", (Call("le", (a, b)),))
        case Cases(((first, test),), last) if last is not None:
            yield "branches swapped", Cases(((last, test),), first)
            yield "lost condition", first
            yield "lost condition", last
        case Call("transpose", (a,)):
            yield "lost transpose", a
        case Call("total", (a, *axis)):
            yield "lost sum", a
            if axis in ([Number(Fraction(0))], [ONE]):
                yield "another axis", Call("total", (a, ONE if axis[0] != ONE else Number(Fraction(0))))
        case Number(value=n):
            yield "number off", Number(n + Fraction(1, 7))
        case Symbol(name=name) | Indexed(base=Symbol(name=name)):
            for other in alike.get(name, ()):
                kind = "another quantity" if other.endswith(" ") else "stray quantity"
                symbol = Symbol(other.strip())
                yield kind, symbol if isinstance(node, Symbol) else Indexed(symbol, node.indices)
        case Product():
            for k in range(len(node.factors)):
                rest = node.factors[:k] + node.factors[k + 1 :]
                kind = "lost condition" if _is_switch(node.factors[k]) else "lost factor"
                joints = node.joints[1:] if not k else node.joints[: k - 1] + node.joints[k:]
                yield kind, rest[0] if len(rest) == 1 else Product(rest, joints)
            first, second, *more = node.factors
            added = Call("add", (first, second))
            yield "sum for product", Product((added, *more), node.joints[1:]) if more else added
            for k, joint in enumerate(node.joints):
                if joint in _OTHER_JOINT:
                    kind, other = _OTHER_JOINT[joint]
                    yield kind, Product(node.factors, (*node.joints[:k], other, *node.joints[k + 1 :]))
            if set(node.joints) & {"@", "otimes"}:
                yield "factors turned", Product(tuple(reversed(node.factors)), tuple(reversed(node.joints)))


def _is_switch(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("iverson", "kronecker")


def forms(formula: Expression) -> list[Expression]:
    """The formula with one identity applied at one place, for every place and identity."""
    nought = Number(Fraction(0))
    whole = [
        Product((ONE, formula), ("*",)),
        Call("add", (nought, formula)),
        Call("neg", (Call("neg", (formula,)),)),
        Call("div", (Product((TWO, formula), ("*",)), TWO)),
        Call("div", (formula, ONE)),
        Call("sub", (Product((TWO, formula), ("*",)), formula)),
    ]
    return whole + list(_forms(formula))


def _forms(node: Expression) -> Iterator[Expression]:
    yield from _same(node)
    if isinstance(node, Symbol | Number | Indexed | Partial):
        return
    if isinstance(node, Call) and node.function == "kronecker":
        return
    for place, child in enumerate(children(node)):
        if not (isinstance(child, Call) and child.function in TESTS):
            for new in _forms(child):
                yield put(node, place, new)


def _same(node: Expression) -> Iterator[Expression]:
    match node:
        case Call("add", (a, b)):
            yield Call("add", (b, a))
            yield Call("sub", (a, Call("neg", (b,))))
            yield Call("neg", (Call("sub", (Call("neg", (a,)), b)),))
        case Call("sub", (a, b)):
            yield Call("add", (Call("neg", (b,)), a))
            yield Call("neg", (Call("sub", (b, a)),))
        case Call("neg", (a,)):
            yield Call("sub", (Number(Fraction(0)), a))
            yield Product((Number(Fraction(-1)), a), ("*",))
        case Call("div", (a, b)):
            yield Product((Call("div", (ONE, b)), a), ("*",))
            yield Call("div", (Product((TWO, a), ("*",)), Product((TWO, b), ("*",))))
            if isinstance(a, Call) and a.function == "sub":
                yield Call("sub", (Call("div", (a.args[0], b)), Call("div", (a.args[1], b))))
        case Call("sigmoid", (a,)):
            yield Call("div", (ONE, Call("add", (ONE, Call("exp", (Call("neg", (a,)),))))))
            yield Call("div", (Call("exp", (a,)), Call("add", (Call("exp", (a,)), ONE))))
            yield Call("sub", (ONE, Call("sigmoid", (Call("neg", (a,)),))))
        case Call("tanh", (a,)):
            double = Call("exp", (Product((TWO, a), ("*",)),))
            yield Call("div", (Call("sub", (double, ONE)), Call("add", (double, ONE))))
            yield Call("neg", (Call("tanh", (Call("neg", (a,)),)),))
        case Call("pow", (a, Number(value=n))) if n == 2:
            yield Product((a, a), ("*",))
        case Call("sqrt", (a,)):
            yield Call("pow", (a, Number(Fraction(1, 2))))
        case Call("abs", (a,)):
            yield Call("max", (a, Call("neg", (a,))))
        case Cases(((first, Call("gt", (a, b))),), last) if last is not None:
            yield Cases(((last, Call("le", (a, b))),), first)
        case Cases(((first, Call("le", (a, b))),), last) if last is not None:
            yield Cases(((last, Call("gt", (a, b))),), first)
        case Reduce(kind="sum"):
            yield Call("neg", (Reduce("sum", node.letter, Call("neg", (node.body,))),))
        case Symbol() | Indexed() | Partial():
            yield Call("div", (Product((TWO, node), ("*",)), TWO))
            yield Call("sub", (Product((TWO, node), ("*",)), node))
        case Call("transpose", (Product(factors, ("@",)),)):
            yield Product(tuple(Call("transpose", (factor,)) for factor in reversed(factors)), ("@",))
        case Call("transpose", (Call("add" | "sub" as name, (a, b)),)):
            yield Call(name, (Call("transpose", (a,)), Call("transpose", (b,))))
        case Call("total", (a, *axis)):
            yield Call("neg", (Call("total", (Call("neg", (a,)), *axis)),))
        case Product():
            ordered = bool(set(node.joints) & {"@", "otimes"})
            if not ordered:
                yield Product(tuple(reversed(node.factors)), tuple(reversed(node.joints)))
            for k, factor in enumerate(node.factors):
                if isinstance(factor, Call) and factor.function in ("add", "sub"):
                    sides = [(*node.factors[:k], side, *node.factors[k + 1 :]) for side in factor.args]
                    yield Call(factor.function, tuple(Product(side, node.joints) for side in sides))
                elif ordered:
                    turned = Call("neg", (factor,))
                    yield Call("neg", (Product((*node.factors[:k], turned, *node.factors[k + 1 :]), node.joints),))
