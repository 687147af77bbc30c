"""A sum whose terms conditions switch on and off -> the same by cases.

``[c]*a + [not c]*b`` is ``{a if c; b otherwise}``, and ``[i != k]*a - delta_ik*b`` is ``{a if i != k; -b otherwise}``.
"""

from __future__ import annotations

from grader.expression.algebra.construct import added
from grader.expression.algebra.simplify import Term, join_terms, simplify, split_terms
from grader.expression.language.nodes import ZERO, Call, Cases, Expression

MOST = 4  # branches
_TURNED = {"lt": "gt", "le": "ge"}


def as_cases(node: Expression) -> Expression:
    """The sum by cases where every term is switched; where not, as it is."""
    terms = split_terms(node)
    if not terms or not any(map(_tests, terms)) or not all(_tests(term, places=True) for term in terms):
        return node
    if len({frozenset(_tests(term)) for term in terms}) == 1:
        tests = list(_tests(terms[0]).values())
        test, *further = tests
        if test.function == "not" or not all(isinstance(one, Call) for one in tests):
            return node
        for one in further:
            test = Call("and", (test, one))
        return Cases(((_value(terms, set(_tests(terms[0]))), test),), ZERO)
    for key, test in _tests(terms[0]).items():
        if test.function == "not":
            continue
        on = [term for term in terms if key in _tests(term)]
        off = [term for term in terms if _opposite(key) in _tests(term, places=True)]
        if len(on) + len(off) == len(terms) and off and not any(term in off for term in on):
            return _two(_value(on, {key}), test, _value(off, {_opposite(key)}), node)
    return node


def _two(value: Expression, test: Call, other: Expression, node: Expression) -> Expression:
    """One value where the test holds and another, which may have cases of its own, where not."""
    if value == other:
        return value
    further = as_cases(other)
    if not isinstance(further, Cases) or further.otherwise is None:
        return Cases(((value, test),), other)
    if len(further.branches) >= MOST:
        return node
    return Cases(((value, test), *further.branches), further.otherwise)


def _value(terms: list[Term] | tuple[Term, ...], without: set[Expression]) -> Expression:
    """The sum of some terms without the tests that hold."""
    kept = [
        (coefficient, tuple(factor for factor in factors if _key(factor[0]) not in without))
        for coefficient, factors in terms
    ]
    return simplify(added([join_terms((term,)) for term in kept]))


def _tests(term: Term, places: bool = False) -> dict[Expression, Call]:
    """The tests that switch a term, by what they say; those of equal `places` only where asked for."""
    found: dict[Expression, Call] = {}
    for atom, _ in term[1]:
        match atom:
            case Call("iverson", (Call() as test,)):
                found[_key(atom)] = test
            case Call("kronecker", pair) if places:
                found[_key(atom)] = Call("eq", pair)
    return found


def _key(atom: Expression) -> Expression:
    """What a switch says, the same for ``a < b`` and ``b > a``; any other factor as it is."""
    match atom:
        case Call("iverson", (test,)):
            return _said(test)
        case Call("kronecker", pair):
            return _said(Call("eq", pair))
    return atom


def _said(test: Expression) -> Expression:
    match test:
        case Call("lt" | "le" as function, (left, right)):
            return Call(_TURNED[function], (right, left))
        case Call("eq" | "ne" as function, pair):
            return Call(function, tuple(sorted(pair, key=repr)))
        case Call("not", (inner,)):
            return _opposite(_said(inner))
    return test


def _opposite(said: Expression) -> Expression:
    match said:
        case Call("gt" | "ge" as function, (left, right)):
            return Call("ge" if function == "gt" else "gt", (right, left))
        case Call("eq" | "ne" as function, pair):
            return Call("ne" if function == "eq" else "eq", pair)
        case Call("not", (inner,)):
            return inner
    return Call("not", (said,))
