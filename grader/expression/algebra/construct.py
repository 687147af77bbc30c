"""Building and rewriting expressions: constructors that fold the obvious, and substitution that captures no letter.

``mul(ONE, x)`` is ``x``; ``substitute(sum_k a_k b_i, {"i": Symbol("k")})`` renames the bound ``k`` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TypeGuard

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    MANY,
    ONE,
    ZERO,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    rebuild,
    rewriter,
    symbols,
    with_children,
)
from grader.work import STEP, STRIDE, spend

LETTERS = "ijklpqrstuvabcdnm"

MANY_TERMS = 32  # of a sum as it is read, one after the other


def with_child(node: Expression, place: int, child: Expression) -> Expression:
    """The node with one of its children replaced."""
    parts = list(children(node))
    if parts[place] is child:
        return node
    parts[place] = child
    return with_children(node, tuple(parts))


def number(value: Fraction | int) -> Number:
    """An exact number."""
    if type(value) is int and value in (0, 1):  # most numbers
        return ONE if value else ZERO
    return Number(value if type(value) is Fraction else Fraction(value))


def is_number(node: Expression, value: int | None = None) -> bool:
    """Whether the node is a literal number (of that value)."""
    return isinstance(node, Number) and (value is None or node.value == value)


def is_plain_sum(node: Expression) -> TypeGuard[Reduce]:
    """Whether the node is a sum over all of an axis."""
    if not isinstance(node, Reduce) or node.kind != "sum":
        return False
    return node.lower is None and node.upper is None and node.condition is None


def add(left: Expression, right: Expression) -> Expression:
    """left + right."""
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value + right.value)
    if isinstance(right, Call) and right.function == "neg":
        return sub(left, right.args[0])
    return Call("add", (left, right))


def added(terms: Sequence[Expression]) -> Expression:
    """The sum of some terms; of many halves are added, so that no formula is as deep as it is long."""
    if len(terms) > MANY_TERMS:
        half = len(terms) // 2
        return add(added(terms[:half]), added(terms[half:]))
    result: Expression = ZERO
    for term in terms:
        result = add(result, term)
    return result


def sub(left: Expression, right: Expression) -> Expression:
    """left - right."""
    if is_number(right, 0):
        return left
    if is_number(left, 0):
        return neg(right)
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value - right.value)
    return Call("sub", (left, right))


def neg(node: Expression) -> Expression:
    """-node."""
    if isinstance(node, Number):
        return number(-node.value)
    if isinstance(node, Call) and node.function == "neg":
        return node.args[0]
    return Call("neg", (node,))


def mul(*factors: Expression) -> Expression:
    """The product of scalars, flat, with numbers folded to the front."""
    coefficient: Fraction | int = 1
    rest: list[Expression] = []
    pending = list(reversed(factors))
    while pending:
        factor = pending.pop()
        match factor:
            case Number():
                coefficient = coefficient if factor is ONE else coefficient * factor.value
            case Call("neg", (inner,)):
                coefficient = -coefficient
                pending.append(inner)
            case Product() if all(joint == "*" for joint in factor.joints):
                pending.extend(reversed(factor.factors))
            case _:
                rest.append(factor)
    if coefficient == 0:
        return ZERO
    if not rest:
        return number(coefficient)
    if abs(coefficient) != 1:
        rest.insert(0, number(-coefficient if coefficient < 0 else coefficient))
    product = rest[0] if len(rest) == 1 else Product(tuple(rest), ("*",) * (len(rest) - 1))
    return neg(product) if coefficient < 0 else product


def div(left: Expression, right: Expression) -> Expression:
    """left / right."""
    if is_number(right, 1) or is_number(left, 0):
        return left
    if isinstance(left, Call) and left.function == "neg":
        return neg(div(left.args[0], right))
    if isinstance(left, Number) and isinstance(right, Number) and right.value:
        return number(left.value / right.value)
    return Call("div", (left, right))


def power(base: Expression, exponent: Expression) -> Expression:
    """base ^ exponent."""
    if is_number(exponent, 1):
        return base
    if is_number(exponent, 0):
        return ONE
    return Call("pow", (base, exponent))


def call(function: str, *args: Expression) -> Expression:
    """A function of the allow-list."""
    return Call(function, args)


def iverson(test: Expression) -> Expression:
    """1 where the condition holds, else 0."""
    return Call("iverson", (test,))


def total(letters: Iterable[str], body: Expression) -> Expression:
    """The sum of body over each letter, the first outermost."""
    for letter in reversed(tuple(letters)):
        body = ZERO if is_number(body, 0) else Reduce("sum", letter, body)
    return body


def indexed(name: str, letters: Iterable[str]) -> Expression:
    """``name`` at letters, or the bare symbol where there are none."""
    indices = tuple(Symbol(letter) for letter in letters)
    return Indexed(Symbol(name), indices) if indices else Symbol(name)


def fresh(taken: Iterable[str], near: str = "") -> str:
    """A letter that is not taken: `near` if it is free, else the next in the usual order."""
    used = set(taken)
    if near and near not in used:
        return near
    for letter in LETTERS:
        if letter not in used:
            return letter
    k = 1
    while f"i{k}" in used:
        k += 1
    return f"i{k}"


def substitute(node: Expression, changes: Mapping[str, Expression]) -> Expression:
    """The tree with free symbols replaced; bound letters are renamed where they would capture."""
    if not changes:
        return node
    return changes.get(node.name, node) if type(node) is Symbol else _under(changes, {})(node)


def _under(changes: Mapping[str, Expression], known: dict[frozenset[tuple[str, Expression]], Again]) -> Again:
    """What replaces names; `known` has the same for the changes inside of sums, where they are others."""
    return rewriter(partial(_changed, changes, known))


def _changed(
    changes: Mapping[str, Expression],
    known: dict[frozenset[tuple[str, Expression]], Again],
    node: Expression,
    again: Again,
) -> Expression:
    if type(node) is Symbol:
        return changes.get(node.name, node)
    if not isinstance(node, Reduce):
        return rebuild(node, again)
    inner = {name: value for name, value in changes.items() if name != node.letter}
    brought = {name for value in inner.values() for name in symbols(value)}
    if node.letter and node.letter in brought:
        new = fresh(brought | symbols(node) | set(inner))
        inner[node.letter] = Symbol(new)
        node = replace(node, letter=new)
    if inner == changes:
        return rebuild(node, again)
    key = frozenset(inner.items())
    if key not in known:
        known[key] = _under(inner, known)
    return rebuild(node, known[key])


def apart(node: Expression, names: Iterable[str]) -> Expression:
    """The tree with other letters for sums that bind one of `names`: the k of a sum is not the model's k."""
    taken = set(names)
    if isinstance(node, Reduce) and node.letter in taken:
        letter = fresh(taken | symbols(node))
        inner = {node.letter: Symbol(letter)}
        test = None if node.condition is None else substitute(node.condition, inner)
        node = replace(node, letter=letter, body=substitute(node.body, inner), condition=test)
    return rebuild(node, lambda child: apart(child, taken))


def free_symbols(node: Expression) -> frozenset[str]:
    """The names of symbols that no sum or product in the tree binds."""
    found = set()
    pending: list[tuple[Expression, frozenset[str]]] = [(node, frozenset())]
    seen: set[tuple[int, frozenset[str]]] = set()
    left, strides = STRIDE, MANY // STRIDE
    while pending:
        node, bound = pending.pop()
        if type(node) is Symbol:
            if node.name not in bound:
                found.add(node.name)
        elif type(node) is not Number:
            left -= 1
            if not left:
                spend(STRIDE * STEP)
                left, strides = STRIDE, strides - 1
            if strides <= 0:  # in a large tree, what is shared once
                if (id(node), bound) in seen:
                    continue
                seen.add((id(node), bound))
            if type(node) is Reduce:
                bound = bound | {node.letter}
            pending += [(part, bound) for part in children(node)]
    return frozenset(found)


CONDITIONS = frozenset(row.name for row in FUNCTIONS.values() if row.kind == "condition")


def as_value(node: Expression) -> Expression:
    """A condition in a place for values is 1 where it holds and 0 elsewhere."""
    if isinstance(node, Call) and node.function in CONDITIONS:
        return Call("iverson", (node,), 0, node.span)
    return node


def as_branch(node: Expression) -> Expression:
    """The value of a branch: that of an equation of a derivative, ``dJ/dz = p if i = k``, is p."""
    match node:
        case Call(function="eq", args=(Partial(), value)):
            return as_value(value)
    return as_value(node)
