"""A tree with one thing in it changed, at random: letters, sums, transposes, factors, powers, primes, functions, shapes.

``mutate(parse("y_i - yhat_i"), rng, words)`` may be ``y_i - yhat_j``, ``(y_i - yhat_i)^T`` or ``sum_i(y_i) - yhat_i``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from benchmarks.mutated.vocabulary import Vocabulary, letters_of
from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    ONE,
    ZERO,
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
    children,
    integer,
    rebuild,
    symbols,
)

Mutation = Callable[[Expression, random.Random, Vocabulary], Expression]

JOINTS = ("", "*", "cdot", "times", "circ", "@", "otimes")
KINDS = ("sum", "prod", "max", "min")
TESTS = ("lt", "le", "gt", "ge", "eq", "ne")
CALLED = tuple(name for name, row in FUNCTIONS.items() if row.kind in ("elementwise", "array"))
UNARY = tuple(name for name in CALLED if FUNCTIONS[name].low <= 1 and name not in ("iverson", "ones", "identity"))
STRANGE = ("q", "theta", "delta", "foo", "Wx", "e", "pi", "T", "d", "lambda", "yhat", "y", "z", "w", "x", "L", "J")
NUMBERS = (0, 1, -1, 2, 3, Fraction(1, 2), Fraction(-7, 3), 10**9, Fraction(1, 10**12), 10**30, 64, 1000)
MOST = 400  # nodes


def size(tree: Expression) -> int:
    """How many nodes a tree has."""
    count, pending = 0, [tree]
    while pending:
        count += 1
        pending += children(pending.pop())
    return count


def mutate(tree: Expression, rng: random.Random, words: Vocabulary) -> tuple[Expression, str]:
    """The tree with one mutation of a random kind, and the kind; the tree as it is where none fits or it would be
    very large."""
    for _ in range(6):
        mutation = rng.choice(MUTATIONS)
        changed = mutation(tree, rng, words)
        if changed != tree and size(changed) <= MOST:
            return changed, mutation.__name__.strip("_")
    return tree, "none"


def somewhere(
    tree: Expression, rng: random.Random, fits: Callable[[Expression], bool], change: Callable[[Expression], Expression]
) -> Expression:
    """The tree with one of the nodes that fit changed; the tree where none fits."""
    places: list[tuple[int, ...]] = []
    pending: list[tuple[Expression, tuple[int, ...]]] = [(tree, ())]
    while pending:
        node, path = pending.pop()
        if fits(node):
            places.append(path)
        pending += [(child, (*path, at)) for at, child in enumerate(children(node))]
    return _put(tree, rng.choice(places), change) if places else tree


def _put(tree: Expression, path: tuple[int, ...], change: Callable[[Expression], Expression]) -> Expression:
    if not path:
        return change(tree)
    at = iter(range(100_000))
    return rebuild(tree, lambda child: _put(child, path[1:], change) if next(at) == path[0] else child)


def _is_value(node: Expression) -> bool:
    """Whether a node is no condition and no part of an index list."""
    return not isinstance(node, Slice) and not (isinstance(node, Call) and FUNCTIONS[node.function].kind == "condition")


def _letter(rng: random.Random, words: Vocabulary) -> Symbol:
    return Symbol(rng.choice(words.letters))


def a_quantity(rng: random.Random, words: Vocabulary) -> Expression:
    """A quantity of the question, whole or at letters, or a size."""
    name = rng.choice((*words.names, *words.sizes))
    axes = words.axes.get(name, ())
    if not axes or rng.random() < 0.4:
        return Symbol(name)
    wide = [axis for axis in axes if axis != "1"] if rng.random() < 0.5 else axes
    return Indexed(Symbol(name), tuple(_letter(rng, words) for _ in wide)) if wide else Symbol(name)


def some_value(rng: random.Random, words: Vocabulary) -> Expression:
    """A small formula: a quantity, a number, a sub-formula of the question's, a partial."""
    match rng.randrange(6):
        case 0 | 1:
            return a_quantity(rng, words)
        case 2:
            return Number(Fraction(rng.choice(NUMBERS)))
        case 3:
            return a_partial(rng, words)
        case _:
            tree = rng.choice(words.formulas)
            while children(tree) and rng.random() < 0.7:
                tree = rng.choice(children(tree))
            return tree if _is_value(tree) else ONE


def a_partial(rng: random.Random, words: Vocabulary) -> Expression:
    """A derivative of some quantity by another one, now and then a second derivative, or of a formula."""
    above: Expression = a_quantity(rng, words)
    match rng.randrange(8):
        case 0:
            return Partial(Partial(above, a_quantity(rng, words)), a_quantity(rng, words))
        case 1:
            return Partial(Call("sub", (above, a_quantity(rng, words))), a_quantity(rng, words))
        case _:
            return Partial(above, a_quantity(rng, words))


# Letters


def renamed_bound(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    """One sum over another letter, which is free: the same value."""
    taken = symbols(tree) | set(words.names) | set(words.sizes) | {"e", "d"}
    free = [letter for letter in "ijklpqrstuvabcnm" if letter not in taken]

    def change(node: Expression) -> Expression:
        assert isinstance(node, Reduce)
        letter = rng.choice(free)
        inner = {node.letter: Symbol(letter)}
        test = None if node.condition is None else substitute(node.condition, inner)
        return replace(node, letter=letter, body=substitute(node.body, inner), condition=test)

    return somewhere(tree, rng, lambda node: isinstance(node, Reduce) and bool(node.letter), change) if free else tree


def _letters_throughout(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    old = sorted(letters_of(tree))
    pool = [*old, *words.letters, *(words.names if rng.random() < 0.1 else ())]
    new = rng.sample(old, len(old)) if rng.random() < 0.6 else [rng.choice(pool) for _ in old]
    change = dict(zip(old, new, strict=True))

    def visit(node: Expression) -> Expression:
        if isinstance(node, Symbol):
            return Symbol(change.get(node.name, node.name))
        if isinstance(node, Reduce):
            node = replace(node, letter=change.get(node.letter, node.letter))
        return rebuild(node, visit)

    return visit(tree)


def _letter_once(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        at = rng.randrange(len(node.indices))
        index = rng.choice((_letter(rng, words), integer(rng.choice((0, 1, 2, 7, 99))), Slice(), _letter(rng, words)))
        if rng.random() < 0.15:
            index = Call(rng.choice(("add", "sub")), (_letter(rng, words), ONE))
        elif rng.random() < 0.05:
            index = a_quantity(rng, words)
        return replace(node, indices=(*node.indices[:at], index, *node.indices[at + 1 :]))

    return somewhere(tree, rng, lambda node: isinstance(node, Indexed), change)


def _indices_exchanged(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        return replace(node, indices=tuple(reversed(node.indices)))

    return somewhere(tree, rng, lambda node: isinstance(node, Indexed) and len(node.indices) > 1, change)


def _index_lost(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Indexed)
        left = node.indices[:-1] if rng.random() < 0.5 else node.indices[1:]
        return replace(node, indices=left) if left and rng.random() < 0.7 else node.base

    return somewhere(tree, rng, lambda node: isinstance(node, Indexed), change)


def _index_added(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        more = tuple(_letter(rng, words) for _ in range(rng.choice((1, 1, 1, 2, 3))))
        return replace(node, indices=(*node.indices, *more)) if isinstance(node, Indexed) else Indexed(node, more)

    return somewhere(tree, rng, lambda node: isinstance(node, Symbol | Indexed), change)


def _indices_stripped(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def visit(node: Expression) -> Expression:
        return node.base if isinstance(node, Indexed) else rebuild(node, visit)

    return visit(tree)


# Sums


def _sum_added(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            inside = sorted(letters_of(node)) or words.letters
            letter = rng.choice(("", *inside, *inside, rng.choice(words.letters)))
            lower, upper = rng.choice(
                (
                    (None, None),
                    (None, None),
                    (ONE, Symbol(rng.choice(words.sizes)) if words.sizes else integer(3)),
                    (ZERO, Call("sub", (Symbol(rng.choice(words.sizes)), ONE)) if words.sizes else integer(2)),
                    (ONE, integer(rng.choice((1, 3, 40, 10**6)))),
                    (_letter(rng, words), _letter(rng, words)),
                )
            )
            test = Call(rng.choice(TESTS), (Symbol(letter), _letter(rng, words))) if letter and rng.random() < 0.2 else None
            node = Reduce(rng.choice(KINDS) if rng.random() < 0.3 else "sum", letter, node, lower, upper, test)
        return node

    return somewhere(tree, rng, _is_value, change)


def _sum_lost(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    return somewhere(tree, rng, lambda node: isinstance(node, Reduce), lambda node: children(node)[0])


def _sum_changed(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Reduce)
        match rng.randrange(4):
            case 0:
                return replace(node, kind=rng.choice(KINDS))
            case 1:
                return replace(node, letter=rng.choice(("", *words.letters)))
            case 2:
                return replace(node, lower=ONE, upper=rng.choice((integer(2), _letter(rng, words), a_quantity(rng, words))))
            case _:
                return replace(node, condition=Call(rng.choice(TESTS), (_letter(rng, words), _letter(rng, words))))

    return somewhere(tree, rng, lambda node: isinstance(node, Reduce), change)


# Arrays


def _transpose_added(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    times = rng.choice((1, 1, 1, 2, 3))

    def change(node: Expression) -> Expression:
        for _ in range(times):
            node = Call("transpose", (node,))
        return node

    return somewhere(tree, rng, _is_value, change)


def _transpose_lost(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and node.function == "transpose"

    return somewhere(tree, rng, fits, lambda node: children(node)[0])


def _shape(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        other = some_value(rng, words)
        match rng.randrange(6):
            case 0:
                return Matrix(((node, other),))
            case 1:
                return Matrix(((node,), (other,)))
            case 2:
                return Matrix(((node, ZERO), (other, node)))
            case 3:
                sized = (Symbol(rng.choice(words.sizes)),) if words.sizes and rng.random() < 0.5 else ()
                return Product((Call(rng.choice(("ones", "identity")), sized), node), (rng.choice(JOINTS),))
            case 4:
                return Call(rng.choice(("diag", "trace", "total", "norm", "mean", "softmax", "log_softmax")), (node,))
            case _:
                return Call(rng.choice(("outer", "inner", "dot", "multiply")), (node, other))

    return somewhere(tree, rng, _is_value, change)


# Factors and terms


def _factor_lost(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        at = rng.randrange(len(node.factors))
        rest = node.factors[:at] + node.factors[at + 1 :]
        joints = node.joints[1:] if not at else node.joints[: at - 1] + node.joints[at:]
        return rest[0] if len(rest) == 1 else Product(rest, joints)

    return somewhere(tree, rng, lambda node: isinstance(node, Product), change)


def _factor_doubled(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    return somewhere(tree, rng, _is_value, lambda node: Product((node, node), (rng.choice(JOINTS),)))


def _factors_exchanged(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        return replace(node, factors=tuple(rng.sample(node.factors, len(node.factors))))

    return somewhere(tree, rng, lambda node: isinstance(node, Product), change)


def _joint(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        return replace(node, joints=tuple(rng.choice(JOINTS) for _ in node.joints))

    return somewhere(tree, rng, lambda node: isinstance(node, Product), change)


def _term_added(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    other = some_value(rng, words)
    function = rng.choice(("add", "sub", "div", "add"))
    return somewhere(tree, rng, _is_value, lambda node: Call(function, (node, other)))


def _operator(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        return replace(node, function=rng.choice(("add", "sub", "div", "pow")))

    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and node.function in ("add", "sub", "div", "pow")

    return somewhere(tree, rng, fits, change)


def _sign(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    return somewhere(tree, rng, _is_value, lambda node: Call("neg", (node,)))


def _power(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    exponents = (*map(integer, (-2, -1, 0, 2, 3, 17, 400)), Number(Fraction(1, 2)), some_value(rng, words), Symbol("T"))
    exponent = rng.choice(exponents)
    return somewhere(tree, rng, _is_value, lambda node: Call("pow", (node, exponent)))


def _number(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    digits = Number(Fraction(rng.randrange(1, 9999), 10**4), -4)
    new = rng.choice((Number(Fraction(rng.choice(NUMBERS))), digits))
    return somewhere(tree, rng, lambda node: isinstance(node, Number), lambda _: new)


def _quantity(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        if isinstance(node, Indexed):
            return replace(node, base=Symbol(rng.choice((*words.names, *words.names, *words.letters))))
        return Symbol(rng.choice(STRANGE)) if rng.random() < 0.1 else a_quantity(rng, words)

    return somewhere(tree, rng, lambda node: isinstance(node, Symbol | Indexed), change)


def _graft(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    new = some_value(rng, words)
    return somewhere(tree, rng, _is_value, lambda _: new)


def _partial(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    if rng.random() < 0.2:
        return somewhere(tree, rng, _is_value, lambda node: Partial(node, a_quantity(rng, words)))
    chain = tuple(a_partial(rng, words) for _ in range(rng.choice((1, 2, 3))))
    if len(chain) == 1:
        return somewhere(tree, rng, _is_value, lambda _: chain[0])
    joints = tuple(rng.choice(JOINTS) for _ in chain[1:])
    return somewhere(tree, rng, _is_value, lambda _: Product(chain, joints))


# Functions


def _function(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        alike = [name for name in CALLED if FUNCTIONS[name].low <= len(node.args) <= (FUNCTIONS[name].high or 99)]
        return replace(node, function=rng.choice(alike), primes=0)

    return somewhere(tree, rng, lambda node: isinstance(node, Call) and node.function in CALLED, change)


def _wrapped(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    function, times = rng.choice(UNARY), rng.choice((1, 1, 1, 1, 2, 5, 20))

    def change(node: Expression) -> Expression:
        for _ in range(times):
            node = Call(function, (node,))
        return node

    return somewhere(tree, rng, _is_value, change)


def _unwrapped(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and len(node.args) == 1 and node.function not in ("iverson", "not")

    return somewhere(tree, rng, fits, lambda node: children(node)[0])


def _primes(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    count = rng.choice((1, 1, 1, 2, 3, 5, 12))

    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and FUNCTIONS[node.function].kind == "elementwise" and len(node.args) == 1

    changed = somewhere(tree, rng, fits, lambda node: replace(node, primes=count))
    if changed != tree:
        return changed
    name = rng.choice(("sigmoid", "tanh", "relu", "softplus", "exp", "log", "softmax"))
    return somewhere(tree, rng, _is_value, lambda node: Call(name, (node,), count))


# Cases


def _cases(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        left = rng.choice((_letter(rng, words), some_value(rng, words)))
        test = Call(rng.choice(TESTS), (left, rng.choice((_letter(rng, words), ZERO, some_value(rng, words)))))
        match rng.randrange(4):
            case 0:
                return Product((Call("iverson", (test,)), node), (rng.choice(JOINTS),))
            case 1:
                delta = Call("kronecker", (_letter(rng, words), _letter(rng, words)))
                return Product((delta, node), (rng.choice(JOINTS),))
            case 2:
                return Cases(((node, test),), rng.choice((ZERO, None, some_value(rng, words))))
            case _:
                return Cases(((some_value(rng, words), test), (node, Call("not", (test,)))), None)

    return somewhere(tree, rng, _is_value, change)


def _condition(tree: Expression, rng: random.Random, words: Vocabulary) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        return replace(node, function=rng.choice(TESTS))

    return somewhere(tree, rng, lambda node: isinstance(node, Call) and node.function in TESTS, change)


def free_letters(tree: Expression, words: Vocabulary) -> frozenset[str]:
    """The index letters that a tree leaves free."""
    return free_symbols(tree) & letters_of(tree) - set(words.names) - set(words.sizes)


MUTATIONS: tuple[Mutation, ...] = (
    renamed_bound,
    _letters_throughout,
    _letters_throughout,
    _letter_once,
    _letter_once,
    _indices_exchanged,
    _index_lost,
    _index_added,
    _indices_stripped,
    _sum_added,
    _sum_lost,
    _sum_changed,
    _transpose_added,
    _transpose_lost,
    _shape,
    _factor_lost,
    _factor_doubled,
    _factors_exchanged,
    _joint,
    _term_added,
    _operator,
    _sign,
    _power,
    _number,
    _quantity,
    _quantity,
    _graft,
    _partial,
    _function,
    _wrapped,
    _unwrapped,
    _primes,
    _cases,
    _condition,
)
