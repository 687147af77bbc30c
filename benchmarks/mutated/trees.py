"""A tree with one thing in it changed, at random: indices, transposes, factors, powers, primes, functions, shapes.

``mutate(parse("y_i - yhat_i"), draw)`` may be ``y_i - yhat_j``, ``(y_i - yhat_i)^T`` or ``sum_i(y_i) - yhat_i``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from benchmarks.mutated import indices
from benchmarks.mutated.draws import NUMBERS, TESTS, Draw, is_value, somewhere
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
    Symbol,
    children,
    integer,
)

Mutation = Callable[[Expression, Draw], Expression]

CALLED = tuple(name for name, row in FUNCTIONS.items() if row.kind in ("elementwise", "array"))
UNARY = tuple(name for name in CALLED if FUNCTIONS[name].low <= 1 and name not in ("iverson", "ones", "identity"))
STRANGE = ("q", "theta", "delta", "foo", "Wx", "e", "pi", "T", "d", "lambda", "yhat", "y", "z", "w", "x", "L", "J")
MOST = 400  # nodes


def mutate(tree: Expression, draw: Draw) -> tuple[Expression, str]:
    """The tree with one mutation of a random kind, and the kind; the tree as it is where none fits or it would be
    very large."""
    for _ in range(6):
        mutation = draw.rng.choice(MUTATIONS)
        changed = mutation(tree, draw)
        if changed != tree and size(changed) <= MOST:
            return changed, mutation.__name__.strip("_")
    return tree, "none"


def size(tree: Expression) -> int:
    """How many nodes a tree has."""
    count, pending = 0, [tree]
    while pending:
        count += 1
        pending += children(pending.pop())
    return count


def _transpose_added(tree: Expression, draw: Draw) -> Expression:
    times = draw.rng.choice((1, 1, 1, 2, 3))

    def change(node: Expression) -> Expression:
        for _ in range(times):
            node = Call("transpose", (node,))
        return node

    return somewhere(tree, draw, is_value, change)


def _transpose_lost(tree: Expression, draw: Draw) -> Expression:
    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and node.function == "transpose"

    return somewhere(tree, draw, fits, lambda node: children(node)[0])


def _shape(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        other = draw.value()
        match draw.rng.randrange(6):
            case 0:
                return Matrix(((node, other),))
            case 1:
                return Matrix(((node,), (other,)))
            case 2:
                return Matrix(((node, ZERO), (other, node)))
            case 3:
                sized = (
                    (Symbol(draw.rng.choice(draw.words.sizes)),) if draw.words.sizes and draw.rng.random() < 0.5 else ()
                )
                return Product((Call(draw.rng.choice(("ones", "identity")), sized), node), (draw.joint(),))
            case 4:
                return Call(
                    draw.rng.choice(("diag", "trace", "total", "norm", "mean", "softmax", "log_softmax")), (node,)
                )
            case _:
                return Call(draw.rng.choice(("outer", "inner", "dot", "multiply")), (node, other))

    return somewhere(tree, draw, is_value, change)


def _factor_lost(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        at = draw.rng.randrange(len(node.factors))
        rest = node.factors[:at] + node.factors[at + 1 :]
        joints = node.joints[1:] if not at else node.joints[: at - 1] + node.joints[at:]
        return rest[0] if len(rest) == 1 else Product(rest, joints)

    return somewhere(tree, draw, lambda node: isinstance(node, Product), change)


def _factor_doubled(tree: Expression, draw: Draw) -> Expression:
    return somewhere(tree, draw, is_value, lambda node: Product((node, node), (draw.joint(),)))


def _factors_exchanged(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        return replace(node, factors=tuple(draw.rng.sample(node.factors, len(node.factors))))

    return somewhere(tree, draw, lambda node: isinstance(node, Product), change)


def _joint(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Product)
        return replace(node, joints=tuple(draw.joint() for _ in node.joints))

    return somewhere(tree, draw, lambda node: isinstance(node, Product), change)


def _term_added(tree: Expression, draw: Draw) -> Expression:
    other = draw.value()
    function = draw.rng.choice(("add", "sub", "div", "add"))
    return somewhere(tree, draw, is_value, lambda node: Call(function, (node, other)))


def _operator(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        return replace(node, function=draw.rng.choice(("add", "sub", "div", "pow")))

    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and node.function in ("add", "sub", "div", "pow")

    return somewhere(tree, draw, fits, change)


def _sign(tree: Expression, draw: Draw) -> Expression:
    return somewhere(tree, draw, is_value, lambda node: Call("neg", (node,)))


def _power(tree: Expression, draw: Draw) -> Expression:
    exponents = (*map(integer, (-2, -1, 0, 2, 3, 17, 400)), Number(Fraction(1, 2)), draw.value(), Symbol("T"))
    exponent = draw.rng.choice(exponents)
    return somewhere(tree, draw, is_value, lambda node: Call("pow", (node, exponent)))


def _number(tree: Expression, draw: Draw) -> Expression:
    digits = Number(Fraction(draw.rng.randrange(1, 9999), 10**4), -4)
    new = draw.rng.choice((Number(Fraction(draw.rng.choice(NUMBERS))), digits))
    return somewhere(tree, draw, lambda node: isinstance(node, Number), lambda _: new)


def _quantity(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        if isinstance(node, Indexed):
            return replace(
                node, base=Symbol(draw.rng.choice((*draw.words.names, *draw.words.names, *draw.words.letters)))
            )
        return Symbol(draw.rng.choice(STRANGE)) if draw.rng.random() < 0.1 else draw.quantity()

    return somewhere(tree, draw, lambda node: isinstance(node, Symbol | Indexed), change)


def _graft(tree: Expression, draw: Draw) -> Expression:
    new = draw.value()
    return somewhere(tree, draw, is_value, lambda _: new)


def _partial(tree: Expression, draw: Draw) -> Expression:
    if draw.rng.random() < 0.2:
        return somewhere(tree, draw, is_value, lambda node: Partial(node, draw.quantity()))
    chain = tuple(draw.partial() for _ in range(draw.rng.choice((1, 2, 3))))
    if len(chain) == 1:
        return somewhere(tree, draw, is_value, lambda _: chain[0])
    joints = tuple(draw.joint() for _ in chain[1:])
    return somewhere(tree, draw, is_value, lambda _: Product(chain, joints))


def _function(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        alike = [name for name in CALLED if FUNCTIONS[name].low <= len(node.args) <= (FUNCTIONS[name].high or 99)]
        return replace(node, function=draw.rng.choice(alike), primes=0)

    return somewhere(tree, draw, lambda node: isinstance(node, Call) and node.function in CALLED, change)


def _wrapped(tree: Expression, draw: Draw) -> Expression:
    function, times = draw.rng.choice(UNARY), draw.rng.choice((1, 1, 1, 1, 2, 5, 20))

    def change(node: Expression) -> Expression:
        for _ in range(times):
            node = Call(function, (node,))
        return node

    return somewhere(tree, draw, is_value, change)


def _argument(tree: Expression, draw: Draw) -> Expression:
    other = draw.rng.choice((ZERO, ONE, integer(-1), Number(Fraction(1, 2)), draw.value()))
    name = draw.rng.choice(("norm", "total", "mean", "ones", "identity", "max", "min", "where", "log", "inner"))
    before = (Call("gt", (draw.value(), ZERO)),) if name == "where" else ()
    return somewhere(tree, draw, is_value, lambda node: Call(name, (*before, node, other)))


def _unwrapped(tree: Expression, draw: Draw) -> Expression:
    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and len(node.args) == 1 and node.function not in ("iverson", "not")

    return somewhere(tree, draw, fits, lambda node: children(node)[0])


def _primes(tree: Expression, draw: Draw) -> Expression:
    count = draw.rng.choice((1, 1, 1, 2, 3, 5, 12))

    def fits(node: Expression) -> bool:
        return isinstance(node, Call) and FUNCTIONS[node.function].kind == "elementwise" and len(node.args) == 1

    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        return replace(node, primes=count)

    changed = somewhere(tree, draw, fits, change)
    if changed != tree:
        return changed
    name = draw.rng.choice(("sigmoid", "tanh", "relu", "softplus", "exp", "log", "softmax"))
    return somewhere(tree, draw, is_value, lambda node: Call(name, (node,), count))


def _cases(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        left = draw.rng.choice((draw.letter(), draw.value()))
        test = Call(draw.rng.choice(TESTS), (left, draw.rng.choice((draw.letter(), ZERO, draw.value()))))
        match draw.rng.randrange(4):
            case 0:
                return Product((Call("iverson", (test,)), node), (draw.joint(),))
            case 1:
                delta = Call("kronecker", (draw.letter(), draw.letter()))
                return Product((delta, node), (draw.joint(),))
            case 2:
                return Cases(((node, test),), draw.rng.choice((ZERO, None, draw.value())))
            case _:
                return Cases(((draw.value(), test), (node, Call("not", (test,)))), None)

    return somewhere(tree, draw, is_value, change)


def _condition(tree: Expression, draw: Draw) -> Expression:
    def change(node: Expression) -> Expression:
        assert isinstance(node, Call)
        return replace(node, function=draw.rng.choice(TESTS))

    return somewhere(tree, draw, lambda node: isinstance(node, Call) and node.function in TESTS, change)


MUTATIONS: tuple[Mutation, ...] = (
    indices.renamed_bound,
    indices.letters_throughout,
    indices.letters_throughout,
    indices.letter_once,
    indices.letter_once,
    indices.indices_exchanged,
    indices.index_lost,
    indices.index_added,
    indices.indices_stripped,
    indices.sum_added,
    indices.sum_lost,
    indices.sum_changed,
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
    _argument,
    _unwrapped,
    _primes,
    _cases,
    _condition,
)
