"""Random pieces of a question's words, and a change of a tree at a random place.

``Draw(rng, words).quantity()`` may be ``yhat_ij``, ``z`` or ``m``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from benchmarks.mutated.vocabulary import Vocabulary
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    ONE,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Slice,
    Symbol,
    children,
    rebuild,
)

JOINTS = ("", "*", "cdot", "times", "circ", "@", "otimes")
TESTS = ("lt", "le", "gt", "ge", "eq", "ne")
NUMBERS = (0, 1, -1, 2, 3, Fraction(1, 2), Fraction(-7, 3), 10**9, Fraction(1, 10**12), 10**30, 64, 1000)


@dataclass(frozen=True, slots=True)
class Draw:
    """What random pieces come from: the randomness of one answer, and the words of its question."""

    rng: random.Random
    words: Vocabulary

    def letter(self) -> Symbol:
        """An index letter."""
        return Symbol(self.rng.choice(self.words.letters))

    def joint(self) -> str:
        """A sign between factors."""
        return self.rng.choice(JOINTS)

    def quantity(self) -> Expression:
        """A quantity of the question, whole or at letters, or a size."""
        name = self.rng.choice((*self.words.names, *self.words.sizes))
        axes = self.words.axes.get(name, ())
        if not axes or self.rng.random() < 0.4:
            return Symbol(name)
        wide = [axis for axis in axes if axis != "1"] if self.rng.random() < 0.5 else axes
        return Indexed(Symbol(name), tuple(self.letter() for _ in wide)) if wide else Symbol(name)

    def partial(self) -> Expression:
        """A derivative of some quantity by another one, now and then a second derivative, or of a formula."""
        above = self.quantity()
        match self.rng.randrange(8):
            case 0:
                return Partial(Partial(above, self.quantity()), self.quantity())
            case 1:
                return Partial(Call("sub", (above, self.quantity())), self.quantity())
        return Partial(above, self.quantity())

    def value(self) -> Expression:
        """A small formula: a quantity, a number, a derivative, or a piece of one of the question's."""
        match self.rng.randrange(6):
            case 0 | 1:
                return self.quantity()
            case 2:
                return Number(Fraction(self.rng.choice(NUMBERS)))
            case 3:
                return self.partial()
        tree = self.rng.choice(self.words.formulas)
        while children(tree) and self.rng.random() < 0.7:
            tree = self.rng.choice(children(tree))
        return tree if is_value(tree) else ONE


def is_value(node: Expression) -> bool:
    """Whether a node is no condition and no part of an index list."""
    return not isinstance(node, Slice) and not (isinstance(node, Call) and FUNCTIONS[node.function].kind == "condition")


def somewhere(
    tree: Expression, draw: Draw, fits: Callable[[Expression], bool], change: Callable[[Expression], Expression]
) -> Expression:
    """The tree with one of the nodes that fit changed; the tree where none fits."""
    places: list[tuple[int, ...]] = []
    pending: list[tuple[Expression, tuple[int, ...]]] = [(tree, ())]
    while pending:
        node, path = pending.pop()
        if fits(node):
            places.append(path)
        pending += [(child, (*path, at)) for at, child in enumerate(children(node))]
    return _put(tree, draw.rng.choice(places), change) if places else tree


def _put(tree: Expression, path: tuple[int, ...], change: Callable[[Expression], Expression]) -> Expression:
    if not path:
        return change(tree)
    at = iter(range(100_000))
    return rebuild(tree, lambda child: _put(child, path[1:], change) if next(at) == path[0] else child)
