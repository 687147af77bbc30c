"""Scalar formulas (with indices) in a canonical, readable form: terms collected, sums over Kronecker deltas done.

``sum_v a_v * delta(v, j)`` becomes ``a_j``; ``x * x^2 / 2 + x^3 / 2`` becomes ``x^3``. Brackets that hold a sum
are kept as they are: ``(yhat - y) * yhat * (1 - yhat)`` is not expanded.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from grader.expression.algebra.construct import (
    MANY_TERMS,
    add,
    added,
    div,
    free_symbols,
    mul,
    neg,
    number,
    power,
    sub,
    substitute,
)
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Number,
    Product,
    Reduce,
    Symbol,
    rebuild,
)
from grader.work import NODE, recalled, spend

# a term is a coefficient and powers of atoms; atoms keep the order in which they came
Factors: TypeAlias = tuple[tuple[Expression, Fraction], ...]
Term: TypeAlias = tuple[Fraction, Factors]
_COMPARED = {name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")}
_MAX_EXPONENT = 64
_MAX_TERMS = 24
_MAX_BITS = 1 << 16  # of a coefficient


def simplify(node: Expression) -> Expression:
    """An equal expression in canonical form, wherever `node` is defined."""
    return _build(_terms(node))


def split_terms(node: Expression) -> tuple[Term, ...]:
    """The canonical terms of an expression, for rules that look at factors."""
    return tuple(_terms(node))


def join_terms(terms: tuple[Term, ...]) -> Expression:
    """The expression of canonical terms."""
    return _build(list(terms))


def factored(node: Expression) -> Expression:
    """The formula with the powers that all its terms share taken out of a bracket: ``a/m - b/m`` -> ``(a - b)/m``."""
    terms = _terms(node)
    if len(terms) < 2:
        return _build(terms)
    return _build([_single(terms)])


def expanded(node: Expression) -> Expression:
    """The formula multiplied out, brackets with denominators first so that they cancel; itself where that explodes."""
    terms: list[Term] = []
    for term in _terms(node):
        terms += _multiplied_out(term, _MAX_TERMS)
    return _build(_collect(terms)) if len(terms) <= _MAX_TERMS else node


def _multiplied_out(term: Term, fuel: int) -> list[Term]:
    brackets: list[tuple[bool, int, Expression, list[Term]]] = []
    for atom, exponent in term[1]:
        if exponent == 1 and isinstance(atom, Call) and atom.function in ("add", "sub"):
            inner = _terms(atom)
            divides = any(e < 0 for _, factors in inner for _, e in factors)
            brackets.append((not divides, len(brackets), atom, inner))
    if not brackets or fuel <= 0:
        return [term]
    _, _, chosen, inner = min(brackets, key=lambda item: item[:2])
    rest = (term[0], tuple(item for item in term[1] if item[0] != chosen))
    result: list[Term] = []
    for piece in inner:
        result += _multiplied_out(_merge(rest, piece), fuel - len(result) - 1)
    return result


def _shared(terms: list[Term]) -> Factors:
    """The powers that divide every term."""
    first = dict(terms[0][1])
    others = [dict(factors) for _, factors in terms[1:]]
    common: list[tuple[Expression, Fraction]] = []
    for atom, exponent in first.items():
        found = [powers.get(atom, Fraction(0)) for powers in others]
        if exponent.denominator != 1 and any(e != exponent for e in found):
            continue
        if all(e > 0 for e in (exponent, *found)):
            common.append((atom, min(exponent, *found)))
        elif all(e < 0 for e in (exponent, *found)):
            common.append((atom, max(exponent, *found)))
    return tuple(common)


def _terms(node: Expression) -> list[Term]:
    found = _find_terms(node)
    spend(NODE * len(found))
    return list(found)


# adjoints share most of their sub-trees, and a key asks for the same ones over and over
@recalled(maxsize=16_384)
def _find_terms(node: Expression) -> list[Term]:
    spend(15 * NODE)
    match node:
        case Number():
            return [] if node.value == 0 else [(node.value, ())]
        case Call("add", (left, right)):
            return _collect(_terms(left) + _terms(right))
        case Call("sub", (left, right)):
            return _collect(_terms(left) + [(-c, f) for c, f in _terms(right)])
        case Call("neg", (inner,)):
            return [(-c, f) for c, f in _terms(inner)]
        case Product():
            if any(joint in ("@", "otimes") for joint in node.joints):
                return [_atom(rebuild(node, simplify))]
            result: list[Term] = [(Fraction(1), ())]
            for factor in node.factors:
                result = _times(result, _terms(factor))
            return result
        case Call("div", (left, right)):
            return _times(_terms(left), _power(_terms(right), Fraction(-1)))
        case Call("pow", (base, Number() as exponent)) if exponent.value.denominator == 1:
            if abs(exponent.value) <= _MAX_EXPONENT:
                return _power(_terms(base), exponent.value)
            return [_atom(rebuild(node, simplify))]
        case Call("square", (base,)):
            return _power(_terms(base), Fraction(2))
        case Call("sqrt", (base,)):
            inner = simplify(base)
            if isinstance(inner, Symbol | Reduce):
                return [(Fraction(1), ((inner, Fraction(1, 2)),))]
            return [_atom(Call("sqrt", (inner,)))]
        case Reduce("sum"):
            return _sum(node)
        case Cases():
            return [_atom(_cases(node))]
        case _:
            simple = rebuild(node, simplify)
            found = _call(simple)
            return [_atom(simple)] if found is simple else _terms(found)


def _atom(node: Expression) -> Term:
    return (Fraction(1), ((node, Fraction(1)),))


def _call(node: Expression) -> Expression:
    """The value of a function at a constant where it is exact; any other node as it is."""
    match node:
        case Call("exp", (Number(value=value),)) if value == 0:
            return ONE
        case Call("log", (Call("exp", (inner,)),)):
            return inner
        case Call("exp", (Call("log", (inner,)),)):
            return inner
        case Call("kronecker", (Number(value=one), Number(value=other))):
            return ONE if one == other else ZERO
        case Call("kronecker", (left, right)) if left == right:
            return ONE
        case Call("iverson", (Call(function, (Number(value=one), Number(value=other))),)) if function in _COMPARED:
            return ONE if _COMPARED[function](one, other) else ZERO
        case Call("sign" | "abs", (Call("neg", (inner,)),)):
            return neg(Call("sign", (inner,))) if node.function == "sign" else Call("abs", (inner,))
    return node


def _cases(node: Cases) -> Expression:
    branches = tuple((simplify(value), rebuild(test, simplify)) for value, test in node.branches)
    otherwise = None if node.otherwise is None else simplify(node.otherwise)
    values = {value for value, _ in branches} | ({otherwise} if otherwise is not None else set())
    return (
        values.pop()
        if len(values) == 1 and otherwise is not None
        else replace(node, branches=branches, otherwise=otherwise)
    )


def _collect(terms: list[Term]) -> list[Term]:
    found: dict[frozenset[tuple[Expression, Fraction]], Term] = {}
    for coefficient, factors in terms:
        key = frozenset(factors)
        old = found.get(key)
        found[key] = (coefficient if old is None else old[0] + coefficient, factors)
    return [term for term in found.values() if term[0] != 0]


def _merge(left: Term, right: Term) -> Term:
    powers = dict(left[1])
    for atom, exponent in right[1]:
        powers[atom] = powers.get(atom, Fraction(0)) + exponent
    coefficient = left[0] * right[0]
    kept: list[tuple[Expression, Fraction]] = []
    for atom, exponent in powers.items():
        if isinstance(atom, Call) and atom.function in ("kronecker", "iverson") and exponent > 0:
            exponent = Fraction(1)  # 0 and 1 are their own powers
        if exponent != 0:
            kept.append((atom, exponent))
    return coefficient, tuple(kept)


def _times(left: list[Term], right: list[Term]) -> list[Term]:
    """A sum stays a bracket, unless the other side is a bare number."""
    if not left or not right:
        return []
    for one, other in ((left, right), (right, left)):
        if len(one) == 1 and not one[0][1]:
            return [(one[0][0] * c, f) for c, f in other]
    return [_merge(_single(left), _single(right))]


def _single(terms: list[Term]) -> Term:
    """A bracketed sum as one factor, with its leading sign and common coefficient taken out."""
    if len(terms) == 1:
        return terms[0]
    shared = _shared(terms)
    sizes = {abs(c) for c, _ in terms}
    common = sizes.pop() if len(sizes) == 1 else Fraction(1)
    if all(c < 0 for c, _ in terms):
        common = -common
    divisor: Term = (1 / common, tuple((atom, -exponent) for atom, exponent in shared))
    bracket = _build([_merge(term, divisor) for term in terms])
    return _merge((common, shared), (Fraction(1), ((bracket, Fraction(1)),)))


def _power(terms: list[Term], exponent: Fraction) -> list[Term]:
    if not terms:
        return [_atom(Call("pow", (ZERO, number(exponent))))] if exponent < 0 else []
    coefficient, factors = _single(terms)
    bits = max(coefficient.numerator.bit_length(), coefficient.denominator.bit_length())
    if bits > 1 and bits * abs(exponent) > _MAX_BITS:
        return [_atom(Call("pow", (_build(terms), number(exponent))))]
    return [(coefficient ** int(exponent), tuple((atom, e * exponent) for atom, e in factors))]


def _sum(node: Reduce) -> list[Term]:
    """Linear in its terms; factors free of the letter come out; a delta does the sum."""
    terms = _terms(node.body)
    if node.condition is not None or node.lower is not None or node.upper is not None:
        outside: list[Term] = []
        for coefficient, factors in terms:
            free, bound = _parted(factors, node.letter)
            inner = replace(node, body=_build([(Fraction(1), bound)]))
            outside.append(_merge((coefficient, free), _atom(inner)))
        return _collect(outside)
    result: list[Term] = []
    kept: dict[Factors, list[Term]] = {}
    for term in terms:
        eliminated = _eliminate(term, node.letter)
        if eliminated is not None:
            result.extend(_terms(eliminated))
            continue
        coefficient, factors = term
        free, bound = _parted(factors, node.letter)
        opened = _open(bound, node.letter)
        if opened is not None:
            result += [_merge((coefficient, free), extra) for extra in _sum(replace(node, body=opened))]
            continue
        kept.setdefault(free, []).append((coefficient, bound))
    alone = [(coefficient, free) for free, group in kept.items() for coefficient, bound in group if not bound]
    ranged = [(coefficient, (*free, *bound)) for free, group in kept.items() for coefficient, bound in group if bound]
    if alone and ranged:  # only the terms with the letter tell what it runs over
        coefficient, factors = _single(_collect([*ranged, *alone]))
        free, bound = _parted(factors, node.letter)
        kept = {free: [(coefficient, bound)]}
    for free, group in kept.items():
        coefficient, body = _single(group) if len(group) > 1 else group[0]
        result.append(_merge((coefficient, free), _atom(_rename(replace(node, body=_build([(Fraction(1), body)]))))))
    return _collect(result)


def _parted(factors: Factors, letter: str) -> tuple[Factors, Factors]:
    """The factors without a letter, and those with it."""
    held = [letter in free_symbols(atom) for atom, _ in factors]
    free = tuple(factor for factor, has in zip(factors, held, strict=True) if not has)
    return free, tuple(factor for factor, has in zip(factors, held, strict=True) if has)


def _rename(node: Reduce) -> Reduce:
    """The bound letter in canonical choice, so that equal sums are equal trees."""
    free = free_symbols(node.body) - {node.letter}
    for letter in "kljipqrstuvabcdnm":
        if letter == node.letter:
            return node
        if letter not in free:
            return replace(node, letter=letter, body=substitute(node.body, {node.letter: Symbol(letter)}))
    return node


def _eliminate(term: Term, letter: str) -> Expression | None:
    """The term summed over `letter` where one of its factors is delta(letter, other)."""
    coefficient, factors = term
    for k, (atom, exponent) in enumerate(factors):
        if not (isinstance(atom, Call) and atom.function == "kronecker" and exponent > 0):
            continue
        left, right = atom.args
        if right == Symbol(letter):
            left, right = right, left
        if left == Symbol(letter) and letter not in free_symbols(right):
            rest = _build([(coefficient, factors[:k] + factors[k + 1 :])])
            return substitute(rest, {letter: right})
    return None


def _open(factors: Factors, letter: str) -> Expression | None:
    """A product whose bracket holds a delta in the letter, multiplied out; None where there is none."""
    for k, (atom, exponent) in enumerate(factors):
        if exponent != 1 or not (isinstance(atom, Call) and atom.function in ("add", "sub")):
            continue
        inner = _terms(atom)
        if not any(
            isinstance(a, Call) and a.function == "kronecker" and Symbol(letter) in a.args
            for _, f in inner
            for a, _ in f
        ):
            continue
        rest = (Fraction(1), factors[:k] + factors[k + 1 :])
        return _sum_of([_merge(rest, term) for term in inner])
    return None


def _sum_of(terms: list[Term]) -> Expression:
    return added([_build_term(term) for term in terms])


def _build_term(term: Term) -> Expression:
    coefficient, factors = term
    above = [power(atom, number(e)) if e != Fraction(1, 2) else Call("sqrt", (atom,)) for atom, e in factors if e > 0]
    below = [power(atom, number(-e)) if e != Fraction(-1, 2) else Call("sqrt", (atom,)) for atom, e in factors if e < 0]
    top = mul(number(abs(coefficient.numerator)), *above)
    bottom = mul(number(coefficient.denominator), *below)
    built = div(top, bottom)
    return neg(built) if coefficient < 0 else built


def _build(terms: list[Term]) -> Expression:
    if not terms:
        return ZERO
    if len(terms) == 1:
        return _flip(terms[0])
    if len(terms) > MANY_TERMS:
        above = added([_build_term(term) for term in terms if term[0] > 0])
        return sub(above, added([_build_term((-c, factors)) for c, factors in terms if c < 0]))
    ordered = sorted(terms, key=lambda term: term[0] < 0)  # a positive term leads, else the order they came in
    result = _build_term(ordered[0])
    for coefficient, factors in ordered[1:]:
        piece = _build_term((abs(coefficient), factors))
        result = sub(result, piece) if coefficient < 0 else add(result, piece)
    return result


def _flip(term: Term) -> Expression:
    """``-(a - b)`` as ``b - a``."""
    coefficient, factors = term
    if coefficient < 0:
        for k, (atom, exponent) in enumerate(factors):
            if exponent == 1 and isinstance(atom, Call) and atom.function == "sub":
                turned = Call("sub", (atom.args[1], atom.args[0]))
                if isinstance(atom.args[0], Call) and atom.args[0].function in ("add", "sub"):
                    continue
                return _build_term((-coefficient, (*factors[:k], (turned, exponent), *factors[k + 1 :])))
    return _build_term(term)
