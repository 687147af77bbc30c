"""A tree with an index or a sum in it changed: letters swapped throughout or once, lost, added; sums lost, added.

``index_lost`` makes ``sum_j y_i * W_ij`` of ``sum_j y_ij * W_ij``.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.mutated.draws import TESTS, Draw, is_value, somewhere
from benchmarks.mutated.vocabulary import letters_of
from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Reduce,
    Slice,
    Symbol,
    children,
    integer,
    rebuild,
    symbols,
)

KINDS = ("sum", "prod", "max", "min")


def renamed_bound(tree: Expression, draw: Draw) -> Expression:
    """One sum over another letter, which is free: the same value."""
    taken = symbols(tree) | set(draw.words.names) | set(draw.words.sizes) | {"e", "d"}
    free = [letter for letter in "ijklpqrstuvabcnm" if letter not in taken]

    def change(node: Expression) -> Expression:
        assert isinstance(node, Reduce)
        letter = draw.rng.choice(free)
        inner = {node.letter: Symbol(letter)}
        test = None if node.condition is None else substitute(node.condition, inner)
        return replace(node, letter=letter, body=substitute(node.body, inner), condition=test)

    return somewhere(tree, draw, lambda node: isinstance(node, Reduce) and bool(node.letter), change) if free else tree


def letters_throughout(tree: Expression, draw: Draw) -> Expression:
    """Index letters exchanged in the whole tree, or others put for them, bound ones too."""
    old = sorted(letters_of(tree))
    pool = [*old, *draw.words.letters, *(draw.words.names if draw.rng.random() < 0.1 else ())]
    new = draw.rng.sample(old, len(old)) if draw.rng.random() < 0.6 else [draw.rng.choice(pool) for _ in old]
    change = dict(zip(old, new, strict=True))

    def visit(node: Expression) -> Expression:
        if isinstance(node, Symbol):
            return Symbol(change.get(node.name, node.name))
        if isinstance(node, Reduce):
            node = replace(node, letter=change.get(node.letter, node.letter))
        return rebuild(node, visit)

    return visit(tree)


def letter_once(tree: Expression, draw: Draw) -> Expression:
    """One index another letter, a number, a colon, a sum with 1, a quantity."""

    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        at = draw.rng.randrange(len(node.indices))
        number = integer(draw.rng.choice((0, 1, 2, 7, 99)))
        index: Expression = draw.rng.choice((draw.letter(), draw.letter(), number, Slice()))
        if draw.rng.random() < 0.15:
            index = Call(draw.rng.choice(("add", "sub")), (draw.letter(), ONE))
        elif draw.rng.random() < 0.05:
            index = draw.quantity()
        return replace(node, indices=(*node.indices[:at], index, *node.indices[at + 1 :]))

    return somewhere(tree, draw, lambda node: isinstance(node, Indexed), change)


def indices_exchanged(tree: Expression, draw: Draw) -> Expression:
    """The indices of one entry from right to left."""

    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        return replace(node, indices=tuple(reversed(node.indices)))

    return somewhere(tree, draw, lambda node: isinstance(node, Indexed) and len(node.indices) > 1, change)


def index_lost(tree: Expression, draw: Draw) -> Expression:
    """One index lost, or all of an entry."""

    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        left = node.indices[:-1] if draw.rng.random() < 0.5 else node.indices[1:]
        return replace(node, indices=left) if left and draw.rng.random() < 0.7 else node.base

    return somewhere(tree, draw, lambda node: isinstance(node, Indexed), change)


def index_added(tree: Expression, draw: Draw) -> Expression:
    """An index more, at an entry or at what has none."""

    def change(node: Expression) -> Expression:
        more = tuple(draw.letter() for _ in range(draw.rng.choice((1, 1, 1, 2, 3))))
        return replace(node, indices=(*node.indices, *more)) if isinstance(node, Indexed) else Indexed(node, more)

    return somewhere(tree, draw, lambda node: isinstance(node, Symbol | Indexed), change)


def indices_stripped(tree: Expression, _: Draw) -> Expression:
    """All entries as whole arrays."""

    def visit(node: Expression) -> Expression:
        return node.base if isinstance(node, Indexed) else rebuild(node, visit)

    return visit(tree)


def sum_added(tree: Expression, draw: Draw) -> Expression:
    """One or more sums, products or extrema around a piece, with bounds that may mean nothing."""

    def change(node: Expression) -> Expression:
        for _ in range(draw.rng.choice((1, 1, 1, 2, 3))):
            inside = sorted(letters_of(node)) or draw.words.letters
            letter = draw.rng.choice(("", *inside, *inside, draw.rng.choice(draw.words.letters)))
            lower, upper = draw.rng.choice(_bounds(draw))
            restricted = bool(letter) and draw.rng.random() < 0.2
            test = Call(draw.rng.choice(TESTS), (Symbol(letter), draw.letter())) if restricted else None
            kind = draw.rng.choice(KINDS) if draw.rng.random() < 0.3 else "sum"
            node = Reduce(kind, letter, node, lower, upper, test)
        return node

    return somewhere(tree, draw, is_value, change)


def _bounds(draw: Draw) -> tuple[tuple[Expression | None, Expression | None], ...]:
    size = Symbol(draw.rng.choice(draw.words.sizes)) if draw.words.sizes else integer(3)
    return (
        (None, None),
        (None, None),
        (ONE, size),
        (ZERO, Call("sub", (size, ONE))),
        (ONE, integer(draw.rng.choice((1, 3, 40, 10**6)))),
        (draw.letter(), draw.letter()),
    )


def sum_lost(tree: Expression, draw: Draw) -> Expression:
    """A sum lost."""
    return somewhere(tree, draw, lambda node: isinstance(node, Reduce), lambda node: children(node)[0])


def sum_changed(tree: Expression, draw: Draw) -> Expression:
    """Another kind, letter, bound or condition of a sum."""

    def change(node: Expression) -> Expression:
        assert isinstance(node, Reduce)
        match draw.rng.randrange(4):
            case 0:
                return replace(node, kind=draw.rng.choice(KINDS))
            case 1:
                return replace(node, letter=draw.rng.choice(("", *draw.words.letters)))
            case 2:
                return replace(node, lower=ONE, upper=draw.rng.choice((integer(2), draw.letter(), draw.quantity())))
            case _:
                return replace(node, condition=Call(draw.rng.choice(TESTS), (draw.letter(), draw.letter())))

    return somewhere(tree, draw, lambda node: isinstance(node, Reduce), change)
