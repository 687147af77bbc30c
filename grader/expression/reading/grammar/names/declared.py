r"""A declared quantity with what stands on it and behind it: ``y[i]`` an entry, ``z'`` a transpose, ``g(x)`` a call."""

from __future__ import annotations

from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Slice, Symbol, integer
from grader.expression.reading.grammar.names.arguments import (
    differentiated_by,
    entries_by_arguments,
    holds_commas,
    holds_list_of_names,
    skip_arguments,
)
from grader.expression.reading.grammar.names.subscripts import entries_in_code, entries_of, second_letter
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import check_primes
from grader.expression.reading.spelling.scripts import Shape
from grader.expression.reading.spelling.spellings import Found
from grader.problems import Span


def quantity(p: Parser, found: Found, shape: Shape, span: Span) -> Expression:
    """The quantity `found` for the name just read, with entries, arguments, primes and a transpose."""
    declared = found.declared
    if declared.role == "function":
        call = p.rules.applied(p, declared.function, p.pos - 1, found.primes, None, declared.name)
        return transposed(p, call, shape)
    check_primes(found.primes, declared.name, span)
    entries = _entries_behind(p, declared, entries_of(p, found.above, found.below, declared.rank) or ())
    opener = p.pos
    if 0 < len(entries) < declared.rank and p.kinds[p.pos] == "," and not p.inner:
        entries += second_letter(p)
    entries = _behind_brackets(p, found, entries)
    symbol = Symbol(declared.name, span)
    node: Expression = Indexed(symbol, entries, span) if entries else symbol
    if found.primes and declared.role == "opaque":
        variable = differentiated_by(p, declared, opener if p.pos > opener else None, span)
        for _ in range(found.primes):
            node = Partial(node, variable, span)
        return transposed(p, node, shape)
    if shape.transposed and len(entries) == declared.rank > 1 and not any(isinstance(e, Slice) for e in entries):
        return Indexed(Call("transpose", (symbol,), 0, span), entries, span)
    for _ in range(found.primes):
        node = Call("transpose", (node,), 0, span)
    return transposed(p, node, shape)


def _entries_behind(p: Parser, declared: Declared, entries: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """`entries` and those in the square brackets that touch the name."""
    while declared.rank > len(entries) and p.kinds[p.pos] == "(" and p.token.text == "[" and p.touches():
        more = entries_in_code(p, declared.rank - len(entries))
        if not more:
            break
        entries += more
        p.pos = p.match[p.pos] + 1
    return entries


def _behind_brackets(p: Parser, found: Found, entries: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """Step over the brackets ahead where they hold the arguments of the quantity; its entries with theirs."""
    if not entries and found.declared.rank == 1 and _holds_index(p):
        p.pos += 3
        return (Symbol(p.tokens[p.pos - 2].text),)
    declared = found.declared
    if p.kinds[p.pos] == "(" and p.token.text in ("(", "[", "{"):
        if p.in_partial or declared.arguments or declared.role == "opaque":
            return entries_by_arguments(p, found, entries, lenient=declared.role != "opaque")
        if not declared.rank and holds_list_of_names(p) and holds_commas(p, p.pos):
            p.note("arguments")
            skip_arguments(p)
    return entries


def transposed(p: Parser, node: Expression, shape: Shape) -> Expression:
    """`node`, or its transpose where one stands among the superscripts of its name."""
    return Call("transpose", (node,), 0, getattr(node, "span", p.span(p.pos))) if shape.transposed else node


def _holds_index(p: Parser) -> bool:
    """Whether round brackets ahead, which touch, hold an index letter alone: ``pi(b)`` of a vector is its entry b."""
    if p.table is None or p.in_partial or p.token.text != "(" or p.kinds[p.pos] != "(" or p.match[p.pos] != p.pos + 2:
        return False
    letter = p.tokens[p.pos + 1]
    free = letter.text in p.bound or not p.declared(letter.text)
    return letter.kind == "name" and len(letter.text) == 1 and letter.text.islower() and free and p.touches()


def axes_of(p: Parser, node: Expression) -> tuple[str, ...]:
    """The sizes of the axes of a quantity that stands whole; none of any other formula."""
    declared = p.table.exact.get(node.name) if p.table is not None and isinstance(node, Symbol) else None
    return () if declared is None else declared.axes


def size_of(axis: str) -> Expression:
    """A size as a formula: its symbol, or a number."""
    return integer(int(axis)) if axis.isdigit() else Symbol(axis)
