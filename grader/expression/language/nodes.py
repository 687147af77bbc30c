"""The one language: what a rubric declares, a gradient is, and a student writes.

A tree of frozen values. Every node knows its `span` in the text it was read from; spans take no part in
equality, so ``parse(print(e)) == e``. One example: ``-y_i * x`` is
``Call("neg", (Product((Indexed(Symbol("y"), (Symbol("i"),)), Symbol("x")), ("*",)),))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from grader.problems import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Number:
    """An exact rational as it was typed.

    `place` is the decimal exponent of the last digit typed (``0.0212`` has -4, ``5.6e-5`` has -6); None for
    an integer typed without point or exponent, which is exact.
    """

    value: Fraction
    place: int | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: of a declared quantity (its canonical spelling), of an index letter, of a size, or unknown."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """A whole axis in an index list, the colon of ``U[:, o]``."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Indexed:
    """`base` entered at `indices`, one an axis, counted from 1: ``y_{ij}``, ``W_{21}``, ``[a - b]_z``."""

    base: Expression
    indices: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A row of `functions.FUNCTIONS` (operators included) applied to arguments.

    `primes` counts derivatives of the function itself: ``sigma'(z)`` is ``Call("sigmoid", (z,), 1)``.
    """

    function: str
    args: tuple[Expression, ...]
    primes: int = 0
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Product:
    """A flat product with its joints as written: one joint between each two factors.

    Joints: ``""`` juxtaposition, ``"*"``, ``"cdot"``, ``"times"``, ``"circ"`` (elementwise, also odot),
    ``"@"`` (matrix product), ``"otimes"`` (outer). On scalars they all multiply; on arrays the first four
    are ambiguous, and `product_readings` tells them apart against shapes.
    """

    factors: tuple[Expression, ...]
    joints: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reduce:
    """`kind` ("sum", "prod", "max", "min") of `body` over `letter`.

    Without bounds the letter runs over the axis it names in the body; `condition` restricts it
    (``k \\ne i``). A bare ``\\sum`` has the letter ``""``.
    """

    kind: str
    letter: str
    body: Expression
    lower: Expression | None = None
    upper: Expression | None = None
    condition: Expression | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cases:
    """Branches ``(value, condition)`` tried in order; `otherwise` where none holds (None: undefined there)."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Partial:
    """The derivative of `numerator` by `denominator`, whether or not anyone wrote it out: ``dL/dz_ij``."""

    numerator: Expression
    denominator: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A literal matrix (or vector) by rows."""

    rows: tuple[tuple[Expression, ...], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Expression: TypeAlias = Number | Symbol | Slice | Indexed | Call | Product | Reduce | Cases | Partial | Matrix

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


def integer(value: int) -> Number:
    """The exact integer `value`."""
    return Number(Fraction(value))


def children(node: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions of a node, in reading order."""
    match node:
        case Number() | Symbol() | Slice():
            return ()
        case Indexed():
            return (node.base, *node.indices)
        case Call():
            return node.args
        case Product():
            return node.factors
        case Reduce():
            extra = (node.lower, node.upper, node.condition)
            return (node.body, *(part for part in extra if part is not None))
        case Cases():
            flat = tuple(part for branch in node.branches for part in branch)
            return flat if node.otherwise is None else (*flat, node.otherwise)
        case Partial():
            return (node.numerator, node.denominator)
        case Matrix():
            return tuple(entry for row in node.rows for entry in row)
        case _:
            assert_never(node)


def rebuild(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same node over changed children."""
    match node:
        case Number() | Symbol() | Slice():
            return node
        case Indexed():
            return replace(node, base=change(node.base), indices=tuple(map(change, node.indices)))
        case Call():
            return replace(node, args=tuple(map(change, node.args)))
        case Product():
            return replace(node, factors=tuple(map(change, node.factors)))
        case Reduce():
            return replace(
                node,
                body=change(node.body),
                lower=None if node.lower is None else change(node.lower),
                upper=None if node.upper is None else change(node.upper),
                condition=None if node.condition is None else change(node.condition),
            )
        case Cases():
            return replace(
                node,
                branches=tuple((change(value), change(test)) for value, test in node.branches),
                otherwise=None if node.otherwise is None else change(node.otherwise),
            )
        case Partial():
            return replace(node, numerator=change(node.numerator), denominator=change(node.denominator))
        case Matrix():
            return replace(node, rows=tuple(tuple(map(change, row)) for row in node.rows))
        case _:
            assert_never(node)


def walk(node: Expression) -> Iterator[Expression]:
    """Every node of the tree, parents first."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if type(current) is not Symbol and type(current) is not Number:  # most nodes, and they have no children
            pending.extend(reversed(children(current)))


def symbols(node: Expression) -> frozenset[str]:
    """The names of all symbols in the tree, index letters included."""
    return frozenset(item.name for item in walk(node) if isinstance(item, Symbol))


def partial_name(numerator: str, denominator: str) -> str:
    """The name under which the values of a derivative of one quantity by another are kept in a run."""
    return f"∂{numerator}/∂{denominator}"


def head(node: Expression) -> str | None:
    """The name of a symbol, indexed or not; None for any other node."""
    match node:
        case Symbol(name=name) | Indexed(base=Symbol(name=name)):
            return name
        case Partial():
            above, below = head(node.numerator), head(node.denominator)
            return None if above is None or below is None else partial_name(above, below)
    return None


def sides(node: Expression) -> tuple[Expression, ...]:
    """The quantities of a derivative, numerator first; of a second derivative three; any other node is its own."""
    return (*sides(node.numerator), *sides(node.denominator)) if isinstance(node, Partial) else (node,)


def indices(node: Expression) -> tuple[Expression, ...]:
    """The indices of an entry; of a derivative, those of its numerator and then of its denominator; else none."""
    match node:
        case Indexed():
            return node.indices
        case Partial():
            return indices(node.numerator) + indices(node.denominator)
    return ()
