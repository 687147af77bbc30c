"""The one language: what a rubric declares, a gradient is, and a student writes.

A tree of frozen values. Every node knows its `span` in the text it was read from; spans take no part in
equality, so ``parse(print(e)) == e``. One example: ``-y_i * x`` is
``Call("neg", (Product((Indexed(Symbol("y"), (Symbol("i"),)), Symbol("x")), ("*",)),))``.

A formula may hold the same node at several places: what an answer defines once and uses twice. So a walk over all
places can be exponentially longer than the formula; `rewritten` and `walk` come by each node once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar, assert_never

from grader.problems import NOWHERE, Span
from grader.work import NODE, STEP, STRIDE, spend

FEW = 8  # nodes, that are found again as fast as they are kept
MANY = 4096  # nodes that a walk goes through before it leaves out those it has come by
NodeClass = TypeVar("NodeClass")


class Shared:
    """A node that may stand at many places: its hash is worked out once, and so is that it equals another node."""

    __slots__ = ("_few", "_hash", "_twin")


def _compared_once(kind: type[NodeClass]) -> type[NodeClass]:
    """A class of nodes of which comparing two takes no longer for parts that are shared: each pair is compared once."""
    plain_hash: Callable[[Any], int] = kind.__hash__
    plain_equal: Callable[[Any, Any], bool] = kind.__eq__

    def kept_hash(node: Any) -> int:
        try:
            found: int = node._hash
        except AttributeError:
            found = plain_hash(node)
            object.__setattr__(node, "_hash", found)
        return found

    def kept_equal(node: Any, other: Any) -> bool:
        if node is other:
            return True
        if type(node) is not type(other):
            return False
        if getattr(node, "_twin", None) is other:
            return True
        if hash(node) != hash(other) or not plain_equal(node, other):
            return False
        object.__setattr__(node, "_twin", other)
        return True

    kind.__hash__ = kept_hash  # type: ignore[method-assign, assignment]
    kind.__eq__ = kept_equal  # type: ignore[method-assign]
    return kind


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


@_compared_once
@dataclass(frozen=True, slots=True)
class Indexed(Shared):
    """`base` entered at `indices`, one an axis, counted from 1: ``y_{ij}``, ``W_{21}``, ``[a - b]_z``."""

    base: Expression
    indices: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@_compared_once
@dataclass(frozen=True, slots=True)
class Call(Shared):
    """A row of `functions.FUNCTIONS` (operators included) applied to arguments.

    `primes` counts derivatives of the function itself: ``sigma'(z)`` is ``Call("sigmoid", (z,), 1)``.
    """

    function: str
    args: tuple[Expression, ...]
    primes: int = 0
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@_compared_once
@dataclass(frozen=True, slots=True)
class Product(Shared):
    """A flat product with its joints as written: one joint between each two factors.

    Joints: ``""`` juxtaposition, ``"*"``, ``"cdot"``, ``"times"``, ``"circ"`` (elementwise, also odot),
    ``"@"`` (matrix product), ``"otimes"`` (outer). On scalars they all multiply; on arrays the first four
    are ambiguous, and `product_readings` tells them apart against shapes.
    """

    factors: tuple[Expression, ...]
    joints: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@_compared_once
@dataclass(frozen=True, slots=True)
class Reduce(Shared):
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


@_compared_once
@dataclass(frozen=True, slots=True)
class Cases(Shared):
    """Branches ``(value, condition)`` tried in order; `otherwise` where none holds (None: undefined there)."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@_compared_once
@dataclass(frozen=True, slots=True)
class Partial(Shared):
    """The derivative of `numerator` by `denominator`, whether or not anyone wrote it out: ``dL/dz_ij``."""

    numerator: Expression
    denominator: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@_compared_once
@dataclass(frozen=True, slots=True)
class Matrix(Shared):
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
    match node:  # the most frequent first
        case Call():
            return node.args
        case Product():
            return node.factors
        case Number() | Symbol() | Slice():
            return ()
        case Indexed():
            return (node.base, *node.indices)
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
    """The same node over changed children; the node itself where none changes."""
    if type(node) is Symbol or type(node) is Number:
        return node
    old = children(node)
    new = tuple(map(change, old))
    for one, other in zip(old, new, strict=True):
        if one is not other:
            return with_children(node, new)
    return node


def with_children(node: Expression, new: tuple[Expression, ...]) -> Expression:
    """The same node over other children, as many as it has."""
    parts = iter(new)
    match node:
        case Number() | Symbol() | Slice():
            return node
        case Indexed():
            return Indexed(new[0], new[1:], node.span)
        case Call():
            return Call(node.function, new, node.primes, node.span)
        case Product():
            return Product(new, node.joints, node.span)
        case Reduce():
            body = next(parts)
            lower, upper, test = (
                None if bound is None else next(parts) for bound in (node.lower, node.upper, node.condition)
            )
            return Reduce(node.kind, node.letter, body, lower, upper, test, node.span)
        case Cases():
            branches = tuple((next(parts), next(parts)) for _ in node.branches)
            return Cases(branches, None if node.otherwise is None else next(parts), node.span)
        case Partial():
            return Partial(new[0], new[1], node.span)
        case Matrix():
            return Matrix(tuple(tuple(next(parts) for _ in row) for row in node.rows), node.span)
        case _:
            assert_never(node)


Again: TypeAlias = Callable[[Expression], Expression]


def rewriter(rule: Callable[[Expression, Again], Expression]) -> Again:
    """What changes formulas by a rule, which is given a node and what changes its parts; each node is changed once."""
    kept: dict[int, tuple[Expression, Expression]] = {}

    def again(part: Expression) -> Expression:
        if type(part) is Symbol or type(part) is Number:
            return rule(part, again)
        found = kept.get(id(part))
        if found is None:
            found = kept[id(part)] = (part, rule(part, again))  # the part is kept too: its number stays its own
            if not len(kept) % STRIDE:
                spend(STRIDE * NODE)
        return found[1]

    return again


def rewritten(node: Expression, rule: Callable[[Expression, Again], Expression]) -> Expression:
    """The formula changed by a rule, as by a `rewriter`."""
    return rewriter(rule)(node)


def walk(node: Expression, hidden: str = "") -> Iterator[Expression]:
    """Every node of the tree, parents first; of a tree of more than MANY nodes, what is shared once.

    Sums that bind a letter of the name `hidden` are not walked into: inside it is another one. A small tree keeps its
    nodes: most formulas are walked through many times.
    """
    if isinstance(node, Symbol | Number | Slice):
        return iter((node,))
    few: tuple[Expression, ...] | None = getattr(node, "_few", None)
    if few is None and not hidden:  # which is looked for until it is found
        few = _few_nodes(node)
        if not few or len(few) >= FEW:
            object.__setattr__(node, "_few", few)
    if few and not (hidden and any(type(item) is Reduce and item.letter == hidden for item in few)):
        return iter(few)
    return _walk(node, hidden)


def _few_nodes(node: Expression) -> tuple[Expression, ...]:
    """The nodes of a tree, parents first; none of one that takes counted work."""
    found, pending, left = list[Expression](), [node], STRIDE
    while pending:
        found.append(current := pending.pop())
        if type(current) is not Symbol and type(current) is not Number:
            pending += reversed(children(current))
            left -= 1
            if not left:
                return ()
    return tuple(found)


def _walk(node: Expression, hidden: str) -> Iterator[Expression]:
    pending, left, strides = [node], STRIDE, MANY // STRIDE
    while pending:
        current = pending.pop()
        yield current
        if type(current) is not Symbol and type(current) is not Number:  # most nodes, and they have no children
            pending.extend(reversed(_outside(current, hidden)))
            left -= 1
            if not left:
                spend(STRIDE * STEP)
                left, strides = STRIDE, strides - 1
                if not strides:
                    yield from _walk_once(pending, hidden)
                    return


def with_parts(node: Expression, hidden: str = "") -> Iterator[Expression]:
    """The nodes of a `walk`, but for names and numbers alone."""
    return (item for item in walk(node, hidden) if type(item) is not Symbol and type(item) is not Number)


def _walk_once(pending: list[Expression], hidden: str) -> Iterator[Expression]:
    """The rest of a walk, without what comes again."""
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Symbol | Number) and id(current) not in seen:
            seen.add(id(current))
            pending.extend(reversed(_outside(current, hidden)))
            if not len(seen) % STRIDE:
                spend(STRIDE * STEP)


def _outside(node: Expression, hidden: str) -> tuple[Expression, ...]:
    """The parts of a node where the letter `hidden` is not bound by it."""
    if isinstance(node, Reduce) and node.letter == hidden != "":
        return tuple(bound for bound in (node.lower, node.upper) if bound is not None)
    return children(node)


def depth(node: Expression) -> int:
    """How many nodes stand in one another."""
    kept: dict[int, int] = {}
    pending = [node]
    while pending:
        current = pending[-1]
        below = [child for child in children(current) if id(child) not in kept]
        if below:
            pending += below
        else:
            kept[id(current)] = 1 + max((kept[id(child)] for child in children(current)), default=0)
            pending.pop()
    return kept[id(node)]


def symbols(node: Expression) -> frozenset[str]:
    """The names of all symbols in the tree, index letters included."""
    if type(node) is Symbol:
        return frozenset((node.name,))
    return frozenset([item.name for item in walk(node) if type(item) is Symbol])


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
