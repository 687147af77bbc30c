"""What the model's own definitions say of sums: a row of a softmax is 1, deviations from their mean are 0.

With ``p_i = exp(z_i)/S`` and ``S = sum_k exp(z_k)``, ``q_j sum_k p_k - p_j`` is ``q_j - p_j``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from grader.autodiff.backprop import inline
from grader.autodiff.entrywise import length
from grader.autodiff.graph import ComputationGraph, Node, entered_axes
from grader.expression.algebra.construct import added, div, free_symbols, is_plain_sum, mul
from grader.expression.algebra.matching import fold
from grader.expression.algebra.simplify import Factors, expanded, join_terms, simplify, split_terms
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Product,
    Reduce,
    Symbol,
    head,
    rebuild,
    rewritten,
    symbols,
    walk,
)

DEEP = 2  # definitions that are put in, one into the other, to see what a sum comes to
LARGE = 60  # nodes of a sum that is tried


def known_sums(formula: Expression, graph: ComputationGraph) -> Expression:
    """The formula with every sum of which the model tells that it is a number."""
    rows = frozenset(leaf.name for leaf in graph.leaves if leaf.domain.kind in ("onehot", "simplex"))
    telling = _telling(graph)
    labels = frozenset(leaf.name for leaf in graph.leaves if leaf.domain.size)

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if is_plain_sum(node) and _meets_label(node, labels):
            return ONE
        if not is_plain_sum(node) or len(entered_axes(node.letter, node.body, graph.axes)) != 1:
            return node
        match node.body:
            case Indexed(Symbol(name), places) if name in rows and places[-1] == Symbol(node.letter):
                return ONE
        if not symbols(node.body) & telling or sum(1 for _ in walk(node)) > LARGE:
            return node
        return _worked_out(node, graph) or _partly(node, graph) or node

    return simplify(rewritten(formula, change))


def _meets_label(node: Reduce, labels: frozenset[str]) -> bool:
    """Whether a sum counts the places that a label is: ``sum_k 1[y_i = k]``."""
    match node.body:
        case Call("iverson", (Call("eq", (one, other)),)) | Call("kronecker", (one, other)):
            ends = {one: other, other: one}
            place = ends.get(Symbol(node.letter))
            return place is not None and head(place) in labels and node.letter not in symbols(place)
    return False


def _telling(graph: ComputationGraph) -> frozenset[str]:
    """Means, and quantities that are quotients by a sum; and what is made of means."""
    found: set[str] = set()
    for node in graph.formulas:
        if _mean_of(node) is not None or _is_share(node):
            found.add(node.name)
    direct = {node.name for node in graph.formulas if symbols(node.expression) & found and node.letters}
    return frozenset(found | direct)


def _is_share(node: Node) -> bool:
    """Whether a definition is a quotient that may be a part of a whole: ``exp(z_i)/S``."""
    terms = split_terms(node.expression)
    return bool(node.letters) and len(terms) == 1 and any(exponent < 0 for _, exponent in terms[0][1])


def _mean_of(node: Node) -> Reduce | None:
    """The sum that a definition is, but for numbers and sizes."""
    terms = split_terms(node.expression)
    if len(terms) != 1:
        return None
    sums = [atom for atom, exponent in terms[0][1] if isinstance(atom, Reduce) and is_plain_sum(atom) and exponent == 1]
    others = [atom for atom, _ in terms[0][1] if not isinstance(atom, Symbol) and atom not in sums]
    return sums[0] if len(sums) == 1 and not others else None


def _worked_out(node: Reduce, graph: ComputationGraph) -> Expression | None:
    """What a sum comes to once definitions are put in, where that is no sum and names nothing new."""
    (axis,) = entered_axes(node.letter, node.body, graph.axes)
    known = {one.name: one for one in graph.formulas}
    body = node.body
    for _ in range(DEEP + 1):
        found = simplify(added([_part(replace(node, body=term), axis, graph) for term in _terms(body)]))
        fresh = symbols(found) - symbols(node.body) - {*graph.sizes}
        if not fresh and not any(isinstance(item, Reduce) for item in walk(found)):
            return found
        used = {name: known[name] for name in symbols(body) & known.keys() if known[name].letters}
        body, before = inline(body, used), body
        if body == before:
            return None
    return None


def _partly(node: Reduce, graph: ComputationGraph) -> Expression | None:
    """The sum with those of its terms taken out that come to something: ``sum_i (1 + l_i) p_i`` is 1 and the rest."""
    terms = tuple(_terms(node.body))
    if len(terms) < 2 or any(len(entered_axes(node.letter, term, graph.axes)) != 1 for term in terms):
        return None
    found = [_worked_out(replace(node, body=term), graph) for term in terms]
    if all(value is None for value in found):
        return None
    rest = [term for term, value in zip(terms, found, strict=True) if value is None]
    known = [value for value in found if value is not None]
    return added([*known, replace(node, body=added(rest))]) if rest else added(known)


def _terms(body: Expression) -> Iterator[Expression]:
    return (join_terms((term,)) for term in split_terms(expanded(simplify(body))))


def _part(node: Reduce, axis: str, graph: ComputationGraph) -> Expression:
    """The sum of one term: as often as the axis is long where it is the same all along, a mean by its name."""
    ((coefficient, factors),) = split_terms(node.body)
    bound = tuple(factor for factor in factors if node.letter in free_symbols(factor[0]))
    free = join_terms(((coefficient, tuple(factor for factor in factors if factor not in bound)),))
    if not bound:
        return mul(length(axis), free)
    total = simplify(replace(node, body=join_terms(((Fraction(1), bound),))))
    for one in graph.formulas:
        mean = _mean_of(one)
        if mean is None:
            continue
        ((times, others),) = split_terms(one.expression)
        scale = join_terms(((times, tuple(factor for factor in others if factor[0] != mean)),))
        named = fold(simplify(mul(scale, total)), (one,))
        if head(named) == one.name:
            return mul(free, div(named, scale))
    return mul(free, total)


def with_softmax(formula: Expression, graph: ComputationGraph) -> Expression:
    """The formula with ``exp(z_ij)/sum_k(exp(z_ik))`` as ``softmax(z)_ij``, where the author calls it so."""
    sources = [node.source for node in graph.nodes if node.source is not None]
    if not any(isinstance(item, Call) and item.function in _SOFTMAX for source in sources for item in walk(source)):
        return formula

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Product | Call) or (isinstance(node, Call) and node.function not in _ARITHMETIC):
            return node
        terms = split_terms(node)
        shares = tuple((coefficient, _shares(factors, graph)) for coefficient, factors in terms)
        return node if shares == terms else join_terms(shares)

    return rewritten(formula, change)


_SOFTMAX = ("softmax", "log_softmax", "logsumexp")
_ARITHMETIC = ("add", "sub", "neg", "div")


def _shares(factors: Factors, graph: ComputationGraph) -> Factors:
    for one, exponent in factors:
        for other, power in factors:
            entry = _share(one, other, graph) if exponent >= 1 and power <= -1 else None
            if entry is not None:
                changed = {one: exponent - 1, other: power + 1}
                rest = tuple((atom, changed.get(atom, times)) for atom, times in factors)
                return _shares((*(factor for factor in rest if factor[1]), (entry, Fraction(1))), graph)
    return factors


def _share(one: Expression, other: Expression, graph: ComputationGraph) -> Expression | None:
    """The entry of a softmax that the quotient of an exponential and a sum of them is."""
    match one, other:
        case Call("exp", (Indexed(Symbol(name), places) as entry,)), Reduce(letter=letter) if is_plain_sum(other):
            axes = graph.axes.get(name, ())
            at = len(axes) - 2 if len(axes) == 2 and axes[1] == "1" else len(axes) - 1
            moved = tuple(Symbol(letter) if k == at else place for k, place in enumerate(places))
            if len(places) == len(axes) and other.body == Call("exp", (replace(entry, indices=moved),)):
                return Indexed(Call("softmax", (Symbol(name),)), places)
    return None
