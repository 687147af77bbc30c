"""Finding a formula inside another: a node's definition is recognised and its name put in its place.

With ``yhat_ij = exp(z_ij) / sum_k exp(z_ik)``, the product ``a_i * exp(z_ip) / sum_k exp(z_ik)`` folds to
``a_i * yhat_ip``.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from typing import Protocol

from grader.expression.algebra.construct import free_symbols, fresh, indexed, substitute
from grader.expression.algebra.simplify import Term, join_terms, simplify, split_terms
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    rebuild,
    rewritten,
    symbols,
    walk,
)

Binding = dict[str, Expression]


class NamedFormula(Protocol):
    """A named formula in letters."""

    @property
    def name(self) -> str: ...
    @property
    def letters(self) -> tuple[str, ...]: ...
    @property
    def axes(self) -> tuple[str, ...]: ...
    @property
    def expression(self) -> Expression: ...


def replace_tree(node: Expression, old: Expression, new: Expression) -> Expression:
    """The tree with every sub-tree equal to `old` replaced."""
    return new if node == old else rebuild(node, lambda child: replace_tree(child, old, new))


def match(pattern: Expression, node: Expression, letters: frozenset[str], binding: Binding) -> Binding | None:
    """What the pattern's `letters` must stand for so that it equals `node`; None where nothing does."""
    if isinstance(pattern, Symbol) and pattern.name in letters:
        bound = binding.get(pattern.name)
        if bound is None:
            return {**binding, pattern.name: node} if isinstance(node, Symbol | Number) else None
        return binding if bound == node else None
    if type(pattern) is not type(node):
        return None
    match pattern, node:
        case (Reduce(), Reduce()):
            return _match_sums(pattern, node, letters, binding)
        case (Call(), Call()):
            if (pattern.function, pattern.primes, len(pattern.args)) != (node.function, node.primes, len(node.args)):
                return None
            return _match_all(pattern.args, node.args, letters, binding)
        case (Product(), Product()):
            return (
                _match_all(pattern.factors, node.factors, letters, binding) if pattern.joints == node.joints else None
            )
        case (Indexed(), Indexed()):
            return _match_all((pattern.base, *pattern.indices), (node.base, *node.indices), letters, binding)
        case (Partial(), Partial()):
            left, right = (pattern.numerator, pattern.denominator), (node.numerator, node.denominator)
            return _match_all(left, right, letters, binding)
        case (Number() | Symbol() | Slice() | Cases() | Matrix(), _):
            return binding if pattern == node else None
    return None  # the types are the same, and every one has its case above


def _match_sums(pattern: Reduce, node: Reduce, letters: frozenset[str], binding: Binding) -> Binding | None:
    """Two sums as sums over one new letter, for which nothing outside of them can stand."""
    if pattern.kind != node.kind or (pattern.lower, pattern.upper) != (node.lower, node.upper):
        return None
    if pattern.condition is not None or node.condition is not None:
        return None
    around = {name for value in binding.values() for name in symbols(value)}
    own = Symbol(fresh(symbols(pattern) | symbols(node) | around | letters))
    wanted, body = (substitute(one.body, {one.letter: own}) for one in (pattern, node))
    found = match(wanted, body, letters - {pattern.letter}, binding)
    return None if found is None or own in found.values() else found


def _match_all(
    patterns: tuple[Expression, ...], nodes: tuple[Expression, ...], letters: frozenset[str], binding: Binding
) -> Binding | None:
    if len(patterns) != len(nodes):
        return None
    found: Binding | None = binding
    for pattern, node in zip(patterns, nodes, strict=True):
        found = match(pattern, node, letters, found) if found is not None else None
    return found


_ARITHMETIC = frozenset(f"{name}()" for name in ("add", "sub", "neg", "div", "pow", "square", "sqrt"))


def fold(node: Expression, definitions: Iterable[NamedFormula]) -> Expression:
    """The formula with definitions recognised in it and replaced by their names."""
    held = _words(node)
    for definition in definitions:
        if not _words(definition.expression) - set(definition.letters) <= held:
            continue
        terms = split_terms(definition.expression)
        if len(terms) == 1 and terms[0][0] == 1 and terms[0][1] and not _trivial(terms[0]):
            folded = rewritten(node, partial(_fold_one, definition, terms[0]))
            if folded is not node and folded != node:
                node, held = folded, held | {definition.name}
    return node


def _words(node: Expression) -> frozenset[str]:
    """The quantities and functions of a formula, but for those of arithmetic and for what sums bind."""
    called = {f"{item.function}()" for item in walk(node) if isinstance(item, Call)}
    return free_symbols(node) | (called - _ARITHMETIC)


def _trivial(term: Term) -> bool:
    """A definition that is a bare quantity (``yhat = f(x)``) says nothing to recognise."""
    return len(term[1]) == 1 and isinstance(term[1][0][0], Symbol | Indexed | Number)


def _fold_one(definition: NamedFormula, pattern: Term, node: Expression, again: Again) -> Expression:
    node = rebuild(node, again)
    if not isinstance(node, Call | Product | Reduce):  # no other kind has terms and factors
        return node
    if isinstance(node, Call) and node.function in ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"):
        return node
    # an axis of length 1 has one place
    single = {letter: ONE for letter, axis in zip(definition.letters, definition.axes, strict=False) if axis == "1"}
    letters = frozenset(definition.letters) - set(single)
    changed, result = False, []
    for coefficient, factors in split_terms(node):
        found = _find(pattern[1], factors, letters, {})
        if found is not None and set(found[0]) >= letters:
            binding, rest = {**found[0], **single}, found[1]
            places = tuple(binding[letter] for letter in definition.letters)
            name: Expression = Indexed(Symbol(definition.name), places) if places else indexed(definition.name, ())
            factors, changed = ((name, Fraction(1)), *rest), True
        result.append((coefficient, factors))
    return simplify(join_terms(tuple(result))) if changed else node


def _find(
    pattern: tuple[tuple[Expression, Fraction], ...],
    factors: tuple[tuple[Expression, Fraction], ...],
    letters: frozenset[str],
    binding: Binding,
) -> tuple[Binding, tuple[tuple[Expression, Fraction], ...]] | None:
    """A way to take the pattern's factors out of a term's, and what is left of the term."""
    if not pattern:
        return binding, factors
    (wanted, exponent), later = pattern[0], pattern[1:]
    for k, (atom, have) in enumerate(factors):
        if have * exponent <= 0 or abs(have) < abs(exponent):
            continue
        found = match(wanted, atom, letters, binding)
        if found is None:
            continue
        left = have - exponent
        rest = factors[:k] + (((atom, left),) if left else ()) + factors[k + 1 :]
        done = _find(later, rest, letters, found)
        if done is not None:
            return done
    return None
