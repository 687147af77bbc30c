"""Formulas as a page shows them: switched terms as cases, sums with their bounds, common factors before a bracket.

``1[z > 0]*a + 1[not z > 0]*b`` is ``{a if z > 0; b otherwise}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from grader.autodiff.entrywise import length as axis_size
from grader.autodiff.graph import Node, entered_axes
from grader.autodiff.shifts import place_parts
from grader.expression.algebra.construct import fresh, is_plain_sum, iverson, number, sub, substitute
from grader.expression.algebra.simplify import expanded, factored, join_terms, simplify, split_terms
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Again,
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.solver.cases import as_cases
from grader.solver.rational import shorter

SHORT = 12  # nodes of a formula that nothing shortens


@lru_cache(maxsize=1024)
def readable(formula: Expression) -> Expression:
    """Switched terms as cases, else common factors in front of a bracket."""
    cases = as_cases(formula)
    if isinstance(cases, Cases):
        return _labels_compared(cases)
    return _labels_compared(min((_inner_cases(item) for item in forms(formula)), key=length))


def _labels_compared(formula: Expression) -> Expression:
    """Kronecker's delta of a label that has an index as an indicator: ``1[k = y_i]``."""

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("kronecker", (Indexed() as label, letter)) | Call("kronecker", (letter, Indexed() as label)):
                return iverson(Call("eq", (letter, label)))
        return node

    return rewritten(formula, change)


@lru_cache(maxsize=1024)
def forms(formula: Expression) -> tuple[Expression, ...]:
    """Equal formulas, common factors in front of a bracket."""
    plain = tuple(factored(item) for item in (formula, expanded(formula)))
    return (*plain, *shorter(formula)) if length(min(plain, key=length)) > SHORT else plain


def length(formula: Expression) -> int:
    return sum(1 for _ in walk(formula))


def _inner_cases(node: Expression) -> Expression:
    """Switched terms inside sums and brackets as cases."""
    node = rebuild(node, _inner_cases)
    return as_cases(node) if isinstance(node, Call) and node.function in ("add", "sub") else node


def juxtaposed(node: Expression) -> Expression:
    """The formula with its products written without a sign, as a textbook prints them."""
    node = rebuild(node, juxtaposed)
    if not isinstance(node, Product):
        return node
    joints = tuple(
        "cdot" if isinstance(right, Number) and joint == "*" else "" if joint == "*" else joint
        for joint, right in zip(node.joints, node.factors[1:], strict=True)
    )
    return replace(node, joints=joints)


def with_bounds(formula: Expression, axes: Mapping[str, tuple[str, ...]]) -> Expression:
    """A sum that conditions on its letter switch on and off as one with bounds: ``sum_{t=2}^{T}``."""

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not is_plain_sum(node):
            return node
        entered = entered_axes(node.letter, node.body, axes)
        terms = split_terms(node.body)
        if len(entered) != 1 or len(terms) != 1:
            return node
        bounds = dict[str, Expression]()
        rest = []
        for factor in terms[0][1]:
            found = _bound(factor[0], node.letter)
            if found is None or found[0] in bounds:
                rest.append(factor)
            else:
                bounds[found[0]] = found[1]
        if not bounds:
            return node
        body = join_terms(((terms[0][0], tuple(rest)),))
        return replace(node, body=body, lower=bounds.get("lower", ONE), upper=bounds.get("upper", axis_size(*entered)))

    return rewritten(formula, change)


def _bound(test: Expression, letter: str) -> tuple[str, Expression] | None:
    """Which bound of a sum over the letter a condition is, and where that lies."""
    match test:
        case Call("iverson", (Call("ge", (Symbol(name), least)),)) if name == letter:
            return "lower", least
        case Call("iverson", (Call("gt", (Symbol(name), Number(value))),)) if name == letter:
            return "lower", number(value + 1)
        case Call("iverson", (Call("le", (Symbol(name), most)),)) if name == letter:
            return "upper", most
        case Call("iverson", (Call("lt", (Symbol(name), Symbol() as most)),)) if name == letter:
            return "upper", sub(most, ONE)
    return None


def own_letters(node: Expression, taken: frozenset[str]) -> Expression:
    """The formula with a letter for each sum that no name, no free letter and no sum around it has."""
    if not isinstance(node, Reduce) or not node.letter:
        return rebuild(node, lambda child: own_letters(child, taken))
    if node.letter in taken:
        letter = fresh(taken | symbols(node))
        inner = {node.letter: Symbol(letter)}
        test = None if node.condition is None else substitute(node.condition, inner)
        node = replace(node, letter=letter, body=substitute(node.body, inner), condition=test)
    return rebuild(node, lambda child: own_letters(child, taken | {node.letter}))


def without_idle_guards(formula: Expression, definitions: Iterable[Node]) -> Expression:
    """The formula without conditions that a factor beside them holds: ``max(0, u)*1[u > 0]`` is ``max(0, u)``."""
    if not any(isinstance(item, Call) and item.function == "iverson" for item in walk(formula)):
        return formula
    known = {one.name: one for one in definitions}

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Product | Call) or (isinstance(node, Call) and node.function not in _SUMS):
            return node
        terms = split_terms(node)
        kept = tuple((coefficient, _guarded_once(factors, known)) for coefficient, factors in terms)
        return node if kept == terms else join_terms(kept)

    return rewritten(formula, change)


_SUMS = ("add", "sub", "neg", "div")


def _guarded_once(
    factors: tuple[tuple[Expression, Fraction], ...], known: Mapping[str, Node]
) -> tuple[tuple[Expression, Fraction], ...]:
    parts = [_positive_part(atom, known) for atom, exponent in factors if exponent > 0]
    idle = [iverson(Call(sign, (part, ZERO))) for part in parts if part is not None for sign in ("gt", "ge")]
    idle += [weaker for weaker, _ in factors if any(_implies(stronger, weaker) for stronger, _ in factors)]
    return tuple(factor for factor in factors if factor[0] not in idle)


def _implies(one: Expression, other: Expression) -> bool:
    """Whether a bound of a letter is narrower than another of the same kind: ``t >= 3`` than ``t >= 2``."""
    match one, other:
        case Call("iverson", (Call(function, (left, near)),)), Call("iverson", (Call(again, (right, far)),)):
            if one == other or function != again or left != right:
                return False
            (name, nearer), (end, farther) = place_parts(near), place_parts(far)
            above = nearer > farther if function in ("ge", "gt") else nearer < farther
            return above and name is not None and name == end and function in ("ge", "gt", "le", "lt")
    return False


def _positive_part(atom: Expression, known: Mapping[str, Node]) -> Expression | None:
    """The u of ``max(0, u)``, also where that has a name."""
    one = known.get(head(atom) or "")
    if one is not None and len(one.letters) == len(indices(atom)):
        atom = substitute(one.expression, dict(zip(one.letters, indices(atom), strict=True)))
    match atom:
        case Call("relu", (inner,)) | Call("max", (Number(value=0), inner)) | Call("max", (inner, Number(value=0))):
            return simplify(inner)
    return None


_PLACE = (Symbol, Indexed)


def with_indicators(formula: Expression, names: Iterable[str]) -> Expression:
    """Kronecker's delta of a number, or beside names that begin with a delta, as an indicator: ``1[i = 2]``."""
    beside = any(name.startswith("delta") for name in names)

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("kronecker", (one, other)) if beside or not (
                isinstance(one, _PLACE) and isinstance(other, _PLACE)
            ):
                return iverson(Call("eq", (other, one) if isinstance(one, Number) else (one, other)))
        return node

    return rewritten(formula, change)
