"""A tree into one code: the walk that decides what stands in brackets and which construct each node is.

How a construct is written is for a `Notation` to say, one for plain text, one for LaTeX, one for MathML:
``printed(Call("neg", (Call("add", (a, b)),)), table, notation).code`` is ``-(a + b)`` in that of plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeAlias, assert_never

from grader.expression.language.nodes import (
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
    head,
    rebuild,
)
from grader.expression.language.precedence import ATOM, LOGIC, NOT, OPEN, POWER, PRODUCT, RELATION, SIGN, SUM
from grader.expression.printing.pieces import (
    Code,
    Piece,
    PrintedNames,
    at_least,
    condition_says_letter,
    decimal,
    entered_apart,
    has_indices,
    has_own_form,
    is_sample,
    order_of,
    stand_together,
)
from grader.work import NODE, spend

MAX_PRINTED = 8000  # nodes of a formula
# None: this one is written as a call after all
Form: TypeAlias = Callable[[PrintedNames, Call, tuple[Piece[Code], ...]], Piece[Code] | None]


@dataclass(frozen=True, slots=True)
class Derivative(Generic[Code]):
    """``d^count over / d below^count``; `nodes` are numerator and denominator, `below` has its brackets."""

    nodes: tuple[Expression, Expression]
    count: int
    over: Piece[Code]
    below: Code


@dataclass(frozen=True, slots=True)
class Notation(Generic[Code]):
    """How one notation writes each construct, and what the walk asks of it before it does.

    Codes come in their brackets already; a `Piece` comes without, where only the notation knows whether it needs them.
    """

    number: Callable[[str, int | None, int | None], Piece[Code]]  # digits, power of ten, denominator
    symbol: Callable[[PrintedNames, str], Code]
    letter: Callable[[str], Code]  # over which a sum runs, or the colon of a whole axis
    listed: Callable[[str, Sequence[Code]], Code]  # the separator, and what it stands between
    prefix: Callable[[str, Code], Code]
    infix: Callable[[Code, str, Code], Code]
    brackets: Callable[[Code], Code]
    product: Callable[[Sequence[Code], tuple[str, ...]], Code]
    entry: Callable[[Code, Code, bool], Code]  # the base, its indices, whether the base is a symbol without brackets
    sample: Callable[[Code, Code], Code]
    reduction: Callable[[str, Code | None, Code | None, Code], Code]  # the kind, below and above its sign, the body
    cases: Callable[[Sequence[tuple[Code, Code]], Code | None], Code]
    derivative: Callable[[PrintedNames, Derivative[Code]], Piece[Code]]
    matrix: Callable[[Matrix, tuple[Piece[Code], ...]], Code]
    quotient: Callable[[Call, tuple[Piece[Code], ...]], Piece[Code]]
    power: Callable[[Call, Code, Piece[Code]], Code]
    transpose: Callable[[Code], Code]
    call: Callable[[PrintedNames, Call, Code], Code]
    forms: Mapping[str, Form[Code]]  # of functions that are not written as calls
    body: int  # the level below which a sum's body gets brackets
    first: Callable[[Code], str]  # the character that a code begins with; "" where it begins with a construct
    raised: Callable[[Code], bool]  # whether a name has something above it
    meet: Callable[[PrintedNames, Expression, Code, Code, bool], bool]  # whether a factor can't follow another bare


def abridged(node: Expression, room: int) -> Expression:
    """The formula with ``…`` for what goes beyond so many nodes: the parts of a node share its room alike."""
    if sum(1 for _ in islice(_places(node), room + 1)) <= room:
        return node
    parts = children(node)
    if not parts or room <= len(parts):
        return Symbol("…", node.span)
    return rebuild(node, lambda part: abridged(part, (room - 1) // len(parts)))


def _places(node: Expression) -> Iterator[Expression]:
    """Every node at every place."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def printed(e: Expression, table: PrintedNames, notation: Notation[Code]) -> Piece[Code]:
    """Fold the tree from its leaves; a loop, because a long sum is a deep tree. What is too long has ``…`` inside."""
    order: list[tuple[Expression, int]] = []
    pending = [e]
    while pending:
        if len(order) > MAX_PRINTED:
            return printed(abridged(e, MAX_PRINTED), table, notation)
        node = pending.pop()
        match node:  # the four most frequent first
            case Symbol() | Number():
                below: tuple[Expression, ...] = ()
            case Call():
                below = node.args
            case Product():
                below = node.factors
            case _:
                below = children(node)
        order.append((node, len(below)))
        pending.extend(below)
    spend(5 * NODE * len(order))
    done: list[Piece[Code]] = []
    for node, count in reversed(order):  # children come before their parents, in reading order
        if count:
            parts = tuple(done[-count:])
            del done[-count:]
            done.append(_write(table, notation, node, parts))
        else:
            done.append(_write(table, notation, node, ()))
    return done[0]


def _write(
    table: PrintedNames, notation: Notation[Code], node: Expression, parts: tuple[Piece[Code], ...]
) -> Piece[Code]:
    match node:
        case Symbol(name=name):
            return Piece(notation.symbol(table, name))
        case Call():
            return _write_call(table, notation, node, parts)
        case Product():
            return _write_product(table, notation, node, parts)
        case Number():
            return _write_number(notation, node)
        case Slice():
            return Piece(notation.letter(":"))
        case Indexed():
            return Piece(_write_indexed(table, notation, node, parts))
        case Reduce():
            return Piece(_write_reduction(notation, node, parts), OPEN)
        case Cases():
            codes = [part.code for part in parts]
            otherwise = codes.pop() if node.otherwise is not None else None
            return Piece(notation.cases(tuple(zip(codes[::2], codes[1::2], strict=True)), otherwise))
        case Partial():
            count, inner = order_of(node)
            over = printed(inner, table, notation) if count > 1 else parts[0]
            below = at_least(ATOM, parts[1], notation.brackets)
            return notation.derivative(table, Derivative((inner, node.denominator), count, over, below))
        case Matrix():
            return Piece(notation.matrix(node, parts))
        case _ as never:
            assert_never(never)


def _write_number(notation: Notation[Code], node: Number) -> Piece[Code]:
    digits, exponent = decimal(node)
    fraction = node.place is None and node.value.denominator != 1
    piece = notation.number(digits, exponent, node.value.denominator if fraction else None)
    return Piece(notation.prefix("neg", piece.code), SIGN) if node.value.numerator < 0 else piece


def _write_indexed(
    table: PrintedNames, notation: Notation[Code], node: Indexed, parts: tuple[Piece[Code], ...]
) -> Code:
    """An entry; letters stand together (``ij``), anything longer is kept apart by commas, and so are p and i."""
    base, *indices = parts
    inside = notation.listed("" if stand_together(node.indices) else ",", [part.code for part in indices])
    if is_sample(table, node):
        return notation.sample(base.code, inside)
    if isinstance(node.base, Symbol) and (letter := table.entered_as(node.base.name)):
        return notation.entry(notation.symbol(table, letter), inside, True)
    if entered_apart(table, node.base) or base.level < ATOM:
        return notation.entry(notation.brackets(base.code), inside, False)
    return notation.entry(base.code, inside, isinstance(node.base, Symbol))


def _write_product(
    table: PrintedNames, notation: Notation[Code], node: Product, parts: tuple[Piece[Code], ...]
) -> Piece[Code]:
    """A product; a quotient may lead it, a sum may end it, and juxtaposition must not look like a call."""
    codes = [part.code for part in parts]
    for place in reversed(range(len(parts))):  # what stands behind may have got a bracket
        factor, part = node.factors[place], parts[place]
        before = node.joints[place - 1] if place else "start"
        behind = node.joints[place] if place < len(node.joints) else "end"
        fits = part.level >= POWER
        match factor:
            case Call(function="iverson") | Matrix():
                fits = True
            case Reduce():
                fits = behind == "end"
            case Call(function="div") | Number() if place == 0 and part.level == PRODUCT:
                fits = behind != "" or parts[1].level < POWER
            case Call(function="transpose" | "pow", args=(Symbol() as base, *_)) if behind == "":
                following = notation.first(codes[place + 1])
                fits &= not _takes_brackets(table, base, False, following, parts[place + 1].level)
            case Symbol() | Indexed() | Partial():
                if behind == "":
                    slashed = isinstance(factor, Partial) and notation.first(part.code) != ""
                    following = notation.first(codes[place + 1])
                    fits &= not _takes_brackets(table, factor, slashed, following, parts[place + 1].level)
        if before == "" and fits:
            fits = not notation.meet(table, factor, codes[place - 1], part.code, place > 1)
        if not fits:
            codes[place] = notation.brackets(part.code)
    level = OPEN if isinstance(node.factors[-1], Reduce) else PRODUCT
    return Piece(notation.product(codes, node.joints), level)


def _takes_brackets(table: PrintedNames, factor: Expression, slashed: bool, following: str, level: int) -> bool:
    """Whether brackets behind `factor` would be read as the arguments of a function."""
    takes = slashed or (head(factor) or "") in table.callable
    return takes and (level < POWER or following in ("(", "["))


def _write_reduction(notation: Notation[Code], node: Reduce, parts: tuple[Piece[Code], ...]) -> Code:
    extremum_of_product = node.kind in ("max", "min") and isinstance(node.body, Product)
    body = parts[0].code  # an extremum ends behind its first bracket
    if parts[0].level < notation.body or extremum_of_product:
        body = notation.brackets(body)
    limits = _limits_of(notation, node, parts[1:])
    return notation.reduction(node.kind, *limits, body)


def _limits_of(
    notation: Notation[Code], node: Reduce, parts: tuple[Piece[Code], ...]
) -> tuple[Code | None, Code | None]:
    """The code under and above the sign of a Reduce: ``i=1, i != j`` and ``n``."""
    rest = [part.code for part in parts]
    letter = notation.letter(node.letter)
    lower = notation.listed("=", (letter, rest.pop(0))) if node.lower is not None else None
    upper = rest.pop(0) if node.upper is not None else None
    if node.condition is None:
        return lower if lower is not None or not node.letter else letter, upper
    test = rest.pop(0)
    if not condition_says_letter(node):
        return notation.listed(": ", (letter if lower is None else lower, test)), upper
    return test if lower is None else notation.listed(", ", (lower, test)), upper


def _write_call(
    table: PrintedNames, notation: Notation[Code], node: Call, parts: tuple[Piece[Code], ...]
) -> Piece[Code]:
    name, brackets = node.function, notation.brackets
    match name:
        case "vec" if isinstance(node.args[0], Partial):
            return _write_columns(table, notation, node, node.args[0])
        case "add" | "sub":
            left, right = at_least(SUM, parts[0], brackets), at_least(OPEN, parts[1], brackets)
            return Piece(notation.infix(left, name, right), SUM)
        case "neg":
            return Piece(notation.prefix(name, at_least(OPEN, parts[0], brackets)), SIGN)
        case "div":
            return notation.quotient(node, parts)
        case "pow":
            return Piece(notation.power(node, _bracketed_base(notation, node.args[0], parts[0]), parts[1]), POWER)
        case "transpose" if has_own_form(table, node):
            entered = has_indices(node.args[0])
            base = brackets(parts[0].code) if entered else _bracketed_base(notation, node.args[0], parts[0])
            return Piece(notation.transpose(base), POWER)
        case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
            left, right = (at_least(SUM, part, brackets) for part in parts)
            return Piece(notation.infix(left, name, right), RELATION)
        case "and" | "or":
            return Piece(_write_logic(notation, node, parts), LOGIC)
        case "not":
            return Piece(notation.prefix(name, brackets(parts[0].code)), NOT)
    form = notation.forms.get(name) if has_own_form(table, node) else None
    written = form(table, node, parts) if form else None
    return written or Piece(notation.call(table, node, notation.listed(", ", [part.code for part in parts])))


def _write_columns(table: PrintedNames, notation: Notation[Code], node: Call, derivative: Partial) -> Piece[Code]:
    """A derivative of all entries by all entries; with two axes or more above, of those of a matrix as well."""
    above, below = derivative.numerator, derivative.denominator
    rank = node.args[1] if len(node.args) > 1 else None
    over: Expression = Call("vec", (above,)) if isinstance(rank, Number) and rank.value > 1 else above
    codes = [printed(side, table, notation) for side in (over, Call("vec", (below,)))]
    return notation.derivative(table, Derivative((above, below), 1, codes[0], codes[1].code))


def _bracketed_base(notation: Notation[Code], node: Expression, part: Piece[Code]) -> Code:
    """What a power or a transpose stands at: in brackets where its name has something above it already."""
    if part.level < ATOM or (isinstance(node, Symbol | Indexed) and notation.raised(part.code)):
        return notation.brackets(part.code)
    return part.code


def _write_logic(notation: Notation[Code], node: Call, parts: tuple[Piece[Code], ...]) -> Code:
    """``a and b``; the reader gives "and" and "or" one level, so the other of the two stands in brackets."""
    first = node.args[0]
    chained = isinstance(first, Call) and first.function == node.function
    left = at_least(LOGIC if chained else NOT, parts[0], notation.brackets)
    return notation.infix(left, node.function, at_least(NOT, parts[1], notation.brackets))
