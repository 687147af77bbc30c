"""Mistakes in a closed formula: what it becomes with a term, a factor, a sign or a condition changed.

From ``(yhat - y)/m * x`` come ``(yhat + y)/m * x``, ``yhat/m * x``, ``(y - yhat)/m * x``, ``(yhat - y) * x``, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.diagnosis.rules.written_mistakes import TESTS, two_swapped
from grader.expression.algebra.construct import mul, neg, number, sub, with_child
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
from grader.rubric.malrule import Kind

_SWAPS = {"sigmoid": ("tanh", "relu"), "tanh": ("sigmoid", "relu"), "relu": ("sigmoid", "tanh")}
TWICE = Fraction(2)
_TAKEN_FOR = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


@dataclass(frozen=True, slots=True)
class ChangedFormula:
    """A wrong formula: the `kind` of mistake, what it is `about`, the formula with it, how deep inside that is, `where`
    it was made, and how many `times` what is right stands there, if that is what is wrong."""

    kind: Kind
    about: Expression
    formula: Expression
    depth: int = 0
    where: Expression | None = None
    times: Fraction | None = None


Changes = Iterator[tuple[Kind, Expression, Expression]]
FormulaRule = Callable[[Expression], Changes]


def changed_formulas(formula: Expression, rules: tuple[FormulaRule, ...]) -> Iterator[ChangedFormula]:
    """Every formula that one mistake by one of the rules, at one place, makes of this one."""
    yield from _anywhere(formula, rules, 0)


def _anywhere(node: Expression, rules: tuple[FormulaRule, ...], depth: int) -> Iterator[ChangedFormula]:
    for rule in rules:
        yield from (ChangedFormula(kind, about, wrong, depth, node) for kind, about, wrong in rule(node))
    # what stands in an index or in a condition is no part of the derivation
    if isinstance(node, Partial | Indexed | Symbol | Number) or (isinstance(node, Call) and node.function in TESTS):
        return
    for k, child in enumerate(children(node)):
        if isinstance(child, Call) and child.function in TESTS:
            continue
        below = k == 1 and isinstance(node, Call) and node.function == "div"
        for change in _anywhere(child, rules, depth + 1):
            about = change.about
            if below and change.kind is Kind.MISSING_FACTOR and isinstance(child, Product) and about in child.factors:
                about = Call("div", (ONE, about))  # a factor below the line that lacks is a division that lacks
            yield replace(change, about=about, formula=with_child(node, k, change.formula))


def sums(node: Expression) -> Changes:
    """One term lost, one sign turned, two quantities interchanged."""
    match node:
        case Call("add", (left, right)):
            yield Kind.SIGN, right, sub(left, right)
            yield Kind.SIGN, left, sub(right, left)
            yield Kind.DROPPED_TERM, right, left
            yield Kind.DROPPED_TERM, left, right
        case Call("sub", (left, right)):
            both = all(isinstance(side, Symbol | Indexed) for side in (left, right))
            yield Kind.SWAPPED_TARGETS if both else Kind.SIGN, node, Call("sub", (right, left))
            yield Kind.SIGN, right, Call("add", (left, right))
            yield Kind.SIGN, left, neg(Call("add", (left, right)))
            yield Kind.DROPPED_TERM, right, left
            yield Kind.DROPPED_TERM, left, neg(right)
        case Call("neg", (inner,)):
            yield Kind.SIGN, inner, inner


def a_two_lost(change: ChangedFormula) -> ChangedFormula:
    """A change with a factor that is a 2 or a half as it is written, as the factor 2 that is lost."""
    lost = change.kind is Kind.MISSING_FACTOR and _is_two(change.about)
    return replace(change, kind=Kind.FACTOR_TWO) if lost else change


def _is_two(node: Expression) -> bool:
    """Whether a factor is a 2 or a half as it is written; no other formula is looked into."""
    match node:
        case Number(value=value):
            return value == 2 or value * 2 == 1
        case Call("div", (one, Number(value=value))):
            return one == ONE and value == 2
    return False


def products(node: Expression) -> Changes:
    """One factor lost."""
    match node:
        case Product():
            for k, factor in enumerate(node.factors):
                rest = node.factors[:k] + node.factors[k + 1 :]
                joints = node.joints[:k] + node.joints[k + 1 :] if k < len(node.joints) else node.joints[:-1]
                kind = Kind.MISSING_CONDITION if _switch(factor) else Kind.MISSING_FACTOR
                left = rest[0] if len(rest) == 1 else Product(rest, joints)
                yield kind, factor, left
                if isinstance(factor, Call) and factor.function == "sub" and factor.args[1] == ONE:
                    yield kind, sub(ONE, factor.args[0]), neg(left)  # whoever has 1 - p there loses no sign with it
                if isinstance(factor, Call) and factor.function == "sign":
                    yield Kind.MISSING_FUNCTION, factor, neg(left)
        case Call("div", (top, bottom)):
            yield Kind.MISSING_FACTOR, Call("div", (ONE, bottom)), top
            yield Kind.INVERTED, node, Call("div", (bottom, top))
            if isinstance(bottom, Reduce):
                yield Kind.POWER_DEGREE, bottom, Call("div", (top, Call("sqrt", (bottom,))))
            if top != ONE:
                yield Kind.MISSING_FACTOR, top, Call("div", (ONE, bottom))
        case Partial(numerator=top, denominator=bottom):
            yield Kind.MISSING_FACTOR, node, ONE
            yield Kind.ACTIVATION_FOR_DERIVATIVE, top, top
            yield Kind.WRONG_QUANTITY, node, bottom
        case Call("pow", (base, Number(value=exponent))) if exponent not in (1, -1):
            yield Kind.POWER_DEGREE, node, base if exponent > 0 else Call("div", (ONE, base))
            yield Kind.POWER_DEGREE, node, Call("pow", (base, Number(exponent + (1 if exponent > 0 else -1))))
        case Call("square", (base,)):
            yield Kind.POWER_DEGREE, node, base


def _switched(node: Expression) -> bool:
    """Whether a term holds under a condition: one factor of it is that."""
    return _switch(node) or (isinstance(node, Product) and any(map(_switch, node.factors)))


def _everywhere(term: Expression) -> Expression:
    """A term of that kind without its condition."""
    if not isinstance(term, Product):
        return ONE
    return mul(*(factor for factor in term.factors if not _switch(factor)))


def _switch(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("iverson", "kronecker")


# a rule has nothing to say of the kinds of formulas that it does not name
def conditions(node: Expression) -> Changes:
    """Branches interchanged, one branch everywhere, a condition turned or left out."""
    match node:
        case Cases(((first, test),), other) if other is not None:
            yield Kind.SWAPPED_BRANCHES, node, Cases(((other, test),), first)
            yield Kind.MISSING_CONDITION, node, first
            yield Kind.MISSING_CONDITION, node, other
            if first != ZERO and other != ZERO:
                yield Kind.DROPPED_TERM, other, Cases(((first, test),), ZERO)
                yield Kind.DROPPED_TERM, first, Cases(((ZERO, test),), other)
        case Cases():
            if swapped := two_swapped(node):
                yield Kind.SWAPPED_BRANCHES, node, swapped
            for value, _ in node.branches:
                yield Kind.MISSING_CONDITION, node, value
        case Reduce(condition=Call()):
            yield Kind.MISSING_CONDITION, node, replace(node, condition=None)
        case Call("add", (left, right)) if _switched(left) and _switched(right):
            yield Kind.MISSING_CONDITION, node, _everywhere(left)
            yield Kind.MISSING_CONDITION, node, _everywhere(right)
        case Call("iverson", (Call(name, args),)) if name in _TAKEN_FOR:
            if not all(isinstance(side, Symbol) for side in args):  # indices that differ are no branches
                yield Kind.SWAPPED_BRANCHES, node, Call("iverson", (Call(_TAKEN_FOR[name], args),))
            yield Kind.MISSING_CONDITION, node, ONE
        case Call("iverson" | "kronecker", _):
            yield Kind.MISSING_CONDITION, node, ONE


def functions(node: Expression) -> Changes:
    """A function left out, or another one in its place."""
    match node:
        case Call("transpose", (inner,)):
            yield Kind.MISSING_TRANSPOSE, inner, inner
        case Call(name, (inner,), 0) if name not in ("neg", "iverson", "square") and name not in TESTS:
            yield Kind.MISSING_FUNCTION, node, inner
            for other in _SWAPS.get(name, ()):
                yield Kind.WRONG_ACTIVATION, node, Call(other, (inner,))
        case Call("max" | "min" as name, (left, right)):
            yield Kind.SWAPPED_BRANCHES, node, Call("min" if name == "max" else "max", (left, right))
            yield Kind.MISSING_CONDITION, node, left
            yield Kind.MISSING_CONDITION, node, right


def interchanged(node: Expression, one: str, other: str) -> Expression:
    """The formula with two quantities interchanged wherever they stand."""
    match node:
        case Symbol(name=name) if name in (one, other):
            return replace(node, name=other if name == one else one)
        case _:
            return rebuild(node, lambda child: interchanged(child, one, other))


def changed_terms(formula: Expression) -> Iterator[ChangedFormula]:
    """The formula with one of the terms of its sum left out, doubled or halved, or with one of several alone."""
    for term in _terms(formula):
        yield ChangedFormula(Kind.DROPPED_TERM, term, Call("sub", (formula, term)))
        yield ChangedFormula(Kind.FACTOR_TWO, term, Call("add", (formula, term)), times=TWICE)
        half = Call("sub", (formula, Call("div", (term, number(2)))))
        yield ChangedFormula(Kind.FACTOR_TWO, term, half, times=1 / TWICE)
    yield from _one_alone(formula)
    yield from _doubled_cases(formula, 0)


def _doubled_cases(node: Expression, depth: int) -> Iterator[ChangedFormula]:
    """One of two cases doubled or halved."""
    match node:
        case Cases(((first, test),), other) if other is not None:
            for times in (TWICE, 1 / TWICE):
                one, two = (
                    Cases(((mul(number(times), first), test),), other),
                    Cases(((first, test),), mul(number(times), other)),
                )
                yield ChangedFormula(Kind.FACTOR_TWO, first, one, depth, times=times)
                yield ChangedFormula(Kind.FACTOR_TWO, other, two, depth, times=times)
        case Product() | Reduce() | Call() if not (isinstance(node, Call) and node.function in TESTS):
            for k, child in enumerate(children(node)):
                for change in _doubled_cases(child, depth + 1):
                    yield replace(change, formula=with_child(node, k, change.formula))


def _one_alone(formula: Expression) -> Iterator[ChangedFormula]:
    """One of three terms or more, as of the steps of a sequence, without the others; the sum may stand in a bracket."""
    if isinstance(formula, Product):
        for place, factor in enumerate(formula.factors):
            for change in _one_alone(factor):
                yield replace(change, formula=with_child(formula, place, change.formula))
    terms = _terms(formula)
    if len(terms) > 2:
        yield from (ChangedFormula(Kind.DROPPED_TERM, sub(formula, term), term) for term in terms)


def _terms(node: Expression) -> tuple[Expression, ...]:
    """The terms of a sum, with their signs; none where it is no sum."""
    match node:
        case Call("add", (left, right)):
            return (*(_terms(left) or (left,)), *(_terms(right) or (right,)))
        case Call("sub", (left, right)):
            return (*(_terms(left) or (left,)), *(neg(term) for term in _terms(right) or (right,)))
    return ()


def quantities_in(node: Expression, *, tested: bool = True) -> tuple[str, ...]:
    """The names that stand in a formula, each once, from its end on; without `tested`, those in conditions are left
    out."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    pending = [node]
    while pending:
        item = pending.pop()
        if not tested and isinstance(item, Call) and item.function in TESTS:
            continue
        name = head(item)
        if name is not None and not isinstance(item, Partial):
            found[name] = None
        if id(item) not in seen:
            seen.add(id(item))
            pending.extend(children(item))
    return tuple(found)
