"""Formulas simplified with what the model knows: its definitions by name, and how far a sum runs.

With ``h_i`` over n, ``sum_i(h_i/(r*h_i))`` is ``n/r``: once ``h_i`` is cancelled, nothing else tells how
many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from grader.autodiff.entrywise import length
from grader.autodiff.graph import Node, entered_axes
from grader.expression.algebra.construct import add, free_symbols, is_plain_sum, mul
from grader.expression.algebra.matching import fold
from grader.expression.algebra.simplify import expanded, join_terms, simplify, split_terms
from grader.expression.language.nodes import ZERO, Again, Expression, Reduce, rebuild, rewritten, walk


def tidied(node: Expression, definitions: Iterable[Node], axes: Mapping[str, tuple[str, ...]]) -> Expression:
    """An equal formula in canonical form, the definitions put in by their names."""
    return settled(fold(settled(node, axes), definitions), axes)


def settled(node: Expression, axes: Mapping[str, tuple[str, ...]]) -> Expression:
    """An equal formula in canonical form, in which every sum says what it runs over."""
    found = simplify(node)
    return simplify(rewritten(node, _counting(axes))) if any(map(_lost, walk(found))) else found


def _lost(node: Expression) -> bool:
    """Whether nothing in a sum has its letter."""
    return is_plain_sum(node) and node.letter != "" and node.letter not in free_symbols(node.body)


def _counting(axes: Mapping[str, tuple[str, ...]]) -> Callable[[Expression, Again], Expression]:
    """What puts the size of an axis for a sum of that many equal terms."""

    def change(node: Expression, again: Again) -> Expression:
        entered = sorted(entered_axes(node.letter, node.body, axes)) if isinstance(node, Reduce) else []
        node = rebuild(node, again)
        if not entered or not is_plain_sum(node):
            return node
        terms = split_terms(expanded(simplify(node.body)))
        equal = tuple(term for term in terms if node.letter not in free_symbols(join_terms((term,))))
        if not equal:
            return node
        others = join_terms(tuple(term for term in terms if term not in equal))
        counted = mul(length(entered[0]), join_terms(equal))
        return counted if others == ZERO else add(counted, replace(node, body=others))

    return change
