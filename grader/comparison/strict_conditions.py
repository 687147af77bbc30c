"""Indicators of strict inequalities, of which nobody says what they are at the boundary itself.

``1[x > 0] + a 1[x < 0]`` is meant for x off 0. Branches of cases, and conditions with equality, say what holds there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader.expression.language.nodes import Again, Call, Cases, Expression, rebuild, rewritten

_WITH_EQUALITY = {"gt": "ge", "lt": "le"}


def non_strict(answer: Expression) -> Iterator[Expression]:
    """The answer with the equality let into one of its strict indicators each time."""
    found: list[Call] = []

    def collect(node: Expression, again: Again) -> Expression:
        if isinstance(node, Call) and node.function in _WITH_EQUALITY:
            found.append(node)
        return _outside_tests(node, again)

    rewritten(answer, collect)
    for strict in dict.fromkeys(found):
        yield _let_in(answer, strict)


def _let_in(answer: Expression, strict: Call) -> Expression:
    """The answer with the equality let into one indicator."""

    def let_in(node: Expression, again: Again) -> Expression:
        return (
            replace(strict, function=_WITH_EQUALITY[strict.function]) if node == strict else _outside_tests(node, again)
        )

    return rewritten(answer, let_in)


def _outside_tests(node: Expression, again: Again) -> Expression:
    """A node with what is below it changed, but the tests of its cases."""
    if not isinstance(node, Cases):
        return rebuild(node, again)
    branches = tuple((again(value), test) for value, test in node.branches)
    return replace(node, branches=branches, otherwise=node.otherwise and again(node.otherwise))
