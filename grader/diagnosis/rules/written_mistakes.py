"""One change of the answer as it is written: what it would be without the factor, term, sign, exponent or index.

``(yhat - y)*x^2`` becomes ``(yhat - y)*x`` (`exponent` about ``x^2``), ``(yhat - y)`` (`extra_factor`),
``(yhat + y)*x^2`` (`sign`), ... The one that is right names the mistake at the place where it was made: debugging by
repair (Brown & VanLehn, "Repair theory", 1980), on the student's own formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.diagnosis.rules.written_quantities import (
    Alternatives,
    TreeChange,
    free_letters,
    in_its_place,
    squared,
    throughout,
)
from grader.expression.algebra.construct import div, free_symbols, mul, number, substitute, with_child
from grader.expression.algebra.simplify import simplify
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
    head,
    indices,
    walk,
)
from grader.rubric.malrule import Kind

TESTS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"))
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "ne", "ne": "eq"}
SQUARED = frozenset(("sigmoid", "tanh", "sin", "cos", "cosh", "exp", "log", "sqrt"))
_OTHER = {"sigmoid": ("tanh",), "tanh": ("sigmoid",), "normal_pdf": ("normal_cdf",), "sin": ("cos",), "cos": ("sin",)}


@dataclass(frozen=True, slots=True)
class Written:
    """A change of the answer that mends one mistake: its kind, what of the answer it is about, what belongs there (None
    where nothing does; of a factor that lacks and of a sign the place), and the answer as it is with the change."""

    kind: Kind
    about: Expression
    belongs: Expression | None
    formula: Expression


def changes(answer: Expression, known: Alternatives) -> Iterator[Written]:
    """Every answer that one change makes of this one, of one kind after the other; what is in an index or a condition
    is changed as a whole."""
    scope = _scope(answer, known)
    yield from (Written(*change) for change in _anywhere(answer, known, scope))
    yield from (Written(*change) for change in throughout(answer, known))
    yield from (Written(*change) for change in _lost(answer, known, scope))


def _scope(answer: Expression, known: Alternatives) -> tuple[str, ...]:
    """The letters that stand in the answer's indices, and the target's."""
    found = {one.name for item in walk(answer) for one in indices(item) if isinstance(one, Symbol)}
    return tuple(dict.fromkeys((*known.letters, *sorted(found - known.axes.keys()))))


def _anywhere(node: Expression, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    yield from _here(node, known, scope)
    if isinstance(node, Partial | Indexed | Symbol | Number) or (isinstance(node, Call) and node.function in TESTS):
        return
    for place, child in enumerate(children(node)):
        if isinstance(child, Call) and child.function in TESTS:
            continue
        below = place == 1 and isinstance(node, Call) and node.function == "div"
        inside = (
            _inside(child, known, scope) if below and isinstance(child, Product) else _anywhere(child, known, scope)
        )
        for kind, about, belongs, wrong in inside:
            yield kind, about, belongs, with_child(node, place, wrong)


def _inside(node: Product, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    """The changes inside the factors below a line: the factors themselves are those of the quotient."""
    for place, child in enumerate(node.factors):
        for kind, about, belongs, wrong in _anywhere(child, known, scope):
            yield kind, about, belongs, with_child(node, place, wrong)


def _here(node: Expression, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    match node:
        case Product():
            yield from _factors(node, known)
        case Call("div", (top, bottom)):
            yield from _quotient(top, bottom, known)
        case Call("add" | "sub", (_, _)) | Call("neg", (_,)):
            yield from _terms(node, known)
        case Call("pow" | "square"):
            yield from _exponents(node)
        case Call("iverson", (Call(name, sides),)) if name in _TURNED:
            yield Kind.SWAPPED_BRANCHES, node, None, Call("iverson", (Call(_TURNED[name], sides),))
        case Call("transpose", (inner,)):
            yield Kind.TRANSPOSED, inner, inner, inner
        case Call(name, (inner,), 0) if name in SQUARED or name in _OTHER:
            if name in SQUARED:
                yield Kind.EXPONENT, node, squared(node), squared(node)
            for new in (Call(other, (inner,)) for other in _OTHER.get(name, ())):
                if name == "normal_pdf":
                    yield Kind.DERIVATIVE_FOR_VALUE, new, new, new
                else:
                    yield Kind.WRONG_ACTIVATION, node, new, new
            if name == "sigmoid" and not (isinstance(inner, Call) and inner.function in ("neg", "sub")):
                yield Kind.SIGN, inner, node, Call(name, (Call("neg", (inner,)),))
        case Cases(((first, test),), other) if other is not None:
            yield Kind.SWAPPED_BRANCHES, node, None, Cases(((other, test),), first)
        case Cases() if swapped := two_swapped(node):
            yield Kind.SWAPPED_BRANCHES, node, None, swapped
        case Reduce("sum"):
            yield from _sums(node, known)
        case Number(value=one) if one == 1:
            for test in known.tests:
                yield Kind.MISSING_CONDITION, test, test, test
        case Symbol() | Indexed() | Partial():
            yield from in_its_place(node, known, scope)


def two_swapped(node: Cases) -> Cases | None:
    """Two cases, each with its condition, with their values interchanged."""
    if len(node.branches) != 2 or node.otherwise is not None:
        return None
    (first, test), (second, other) = node.branches
    return Cases(((second, test), (first, other)), None)


def _factors(node: Product, known: Alternatives) -> Iterator[TreeChange]:
    """A factor less, or upside down; a value where another factor makes it a derivative."""
    for place, factor in enumerate(node.factors):
        rest = node.factors[:place] + node.factors[place + 1 :]
        joints = node.joints[:place] + node.joints[place + 1 :] if place < len(node.joints) else node.joints[:-1]
        left = rest[0] if len(rest) == 1 else replace(node, factors=rest, joints=joints)
        kind = _too_much(factor, known)
        if kind is Kind.EXTRA_FACTOR and any(_slope_beside(factor, other) for other in rest):
            value = next(other for other in rest if _slope_beside(factor, other))
            yield Kind.DERIVATIVE_FOR_VALUE, value, value, left
        else:
            yield kind, factor, None, left
        if any(_slope_beside(factor, other) for other in rest) and len(rest) > 1:
            value = next(other for other in rest if _slope_beside(factor, other))
            others = tuple(other for other in rest if other is not value)
            slope = mul(value, factor)
            yield Kind.EXTRA_FACTOR, slope, None, others[0] if len(others) == 1 else mul(*others)
        if not isinstance(factor, Number) and "@" not in node.joints:
            yield Kind.INVERTED, factor, div(ONE, factor), with_child(node, place, div(ONE, factor))


def _too_much(factor: Expression, known: Alternatives) -> Kind:
    match factor:
        case Number(value=value) if value in (2, Fraction(1, 2)):
            return Kind.FACTOR_TWO
        case Call("div", (Number(value=one), Symbol(name))) if one == 1 and name in known.sizes:
            return Kind.MEAN_FOR_SUM
        case Symbol(name) if name in known.sizes:
            return Kind.MISSING_MEAN
    return Kind.EXTRA_FACTOR


def _slope_beside(factor: Expression, value: Expression) -> bool:
    """Whether a factor is what makes the derivative of a function of its value: ``1 - s`` beside ``s``."""
    return factor == Call("sub", (ONE, value))


def _quotient(top: Expression, bottom: Expression, known: Alternatives) -> Iterator[TreeChange]:
    if isinstance(top, Symbol | Indexed):
        yield Kind.EXTRA_FACTOR, top, None, div(ONE, bottom)
    below = bottom.factors if isinstance(bottom, Product) else (bottom,)
    for place, factor in enumerate(below):
        rest = below[:place] + below[place + 1 :]
        under = top if not rest else div(top, mul(*rest))
        size = isinstance(factor, Symbol) and factor.name in known.sizes
        two = isinstance(factor, Number) and factor.value == 2
        kind = Kind.MEAN_FOR_SUM if size else Kind.FACTOR_TWO if two else Kind.EXTRA_FACTOR
        yield kind, factor if size else div(ONE, factor), None, under
        if not isinstance(factor, Number):
            yield Kind.INVERTED, div(ONE, factor), factor, mul(under, factor)
            yield Kind.EXPONENT, factor, squared(factor), div(top, mul(*rest, squared(factor)))


def _terms(node: Call, known: Alternatives) -> Iterator[TreeChange]:
    """A term less, a sign turned."""
    match node:
        case Call("add", (left, right)):
            yield Kind.SIGN, right, node, Call("sub", (left, right))
            yield Kind.SIGN, left, node, Call("sub", (right, left))
            yield _one_more(node, right, known), _about(node, right, known), left, left
            yield Kind.EXTRA_TERM, left, None, right
        case Call("sub", (left, right)):
            yield Kind.SIGN, right, node, Call("add", (left, right))
            yield Kind.SIGN, node, None, Call("sub", (right, left))
            yield Kind.SIGN, left, node, Call("neg", (Call("add", (left, right)),))
            if left == ONE and head(right) in known.complements:
                yield Kind.WRONG_QUANTITY, node, right, right
            yield _one_more(node, right, known), _about(node, right, known), left, left
            yield Kind.EXTRA_TERM, left, None, Call("neg", (right,))
        case Call("neg", (inner,)):
            yield Kind.SIGN, inner, None, inner


def _one_more(node: Call, right: Expression, known: Alternatives) -> Kind:
    """``n - 1`` for a size n is one off, and no term too much; ``q - 1`` for a probability is."""
    return Kind.OFF_BY_ONE if right == ONE and head(node.args[0]) in known.sizes else Kind.EXTRA_TERM


def _about(node: Call, right: Expression, known: Alternatives) -> Expression:
    return node if _one_more(node, right, known) is Kind.OFF_BY_ONE else right


def _exponents(node: Call) -> Iterator[TreeChange]:
    base = node.args[0]
    exponent: Expression = number(2) if node.function == "square" else node.args[1]
    if isinstance(exponent, Number):
        for value in dict.fromkeys((exponent.value - 1, exponent.value + 1, -exponent.value, Fraction(1))):
            new = base if value == 1 else Call("pow", (base, Number(value)))
            if value not in (exponent.value, 0):
                yield Kind.EXPONENT, node, new, new
    else:
        for new in (Call("sub", (exponent, ONE)), Call("add", (exponent, ONE))):
            yield Kind.EXPONENT, node, Call("pow", (base, new)), Call("pow", (base, new))


def _sums(node: Reduce, known: Alternatives) -> Iterator[TreeChange]:
    """One term of a sum; a bound that is one off."""
    if node.condition is None:
        for own in known.letters:
            if own not in free_symbols(node.body) or own == node.letter:
                alone = substitute(node.body, {node.letter: Symbol(own)})
                yield Kind.EXTRA_SUM, Symbol(node.letter), None, alone
    for sign in ("add", "sub"):
        if node.lower is not None:
            moved = simplify(Call(sign, (node.lower, ONE)))
            yield Kind.OFF_BY_ONE, node.lower, moved, replace(node, lower=moved)
        if node.upper is not None:
            moved = simplify(Call(sign, (node.upper, ONE)))
            yield Kind.OFF_BY_ONE, node.upper, moved, replace(node, upper=moved)


def _lost(node: Expression, known: Alternatives, scope: tuple[str, ...]) -> Iterator[TreeChange]:
    """A factor of the solution that one term, or one case, of the answer lacks."""
    free = {*scope, *known.letters}
    for factor in known.factors:
        if free_letters(factor, known) <= free:
            for lacks, wrong in _with_factor(node, factor):
                yield _lost_kind(factor), factor, None if lacks is node else lacks, wrong


def _lost_kind(factor: Expression) -> Kind:
    match factor:
        case Call("iverson" | "kronecker"):
            return Kind.MISSING_CONDITION
        case Number() | Call("div", (Number(), Number())):
            return Kind.FACTOR_TWO
    return Kind.MISSING_FACTOR


def _with_factor(node: Expression, factor: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The formula with a factor at one of its terms, at one of its cases, or inside its sum; first what lacks it."""
    match node:
        case Call("add" | "sub" | "neg"):
            for place, child in enumerate(node.args):
                yield from ((at, with_child(node, place, wrong)) for at, wrong in _with_factor(child, factor))
        case Cases():
            for place, child in enumerate(children(node)):
                if not (isinstance(child, Call) and child.function in TESTS):
                    yield from ((at, with_child(node, place, wrong)) for at, wrong in _with_factor(child, factor))
        case Reduce("sum"):
            yield node.body, replace(node, body=mul(node.body, factor))
            if _is_sum(node.body):
                yield from ((at, replace(node, body=wrong)) for at, wrong in _with_factor(node.body, factor))
        case Product() if any(isinstance(one, Reduce) or _is_sum(one) for one in node.factors):
            yield node, mul(node, factor)
            for place, child in enumerate(node.factors):
                if isinstance(child, Reduce) or _is_sum(child):
                    yield from ((at, with_child(node, place, wrong)) for at, wrong in _with_factor(child, factor))
        case Call("div", (top, _)):
            yield from ((at, with_child(node, 0, wrong)) for at, wrong in _with_factor(top, factor))
        case _:
            yield node, mul(node, factor)


def _is_sum(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("add", "sub")
