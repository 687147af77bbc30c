r"""A declared quantity with what stands on it and behind it: ``y[i]`` an entry, ``z'`` a transpose, ``g(x)`` a call."""

from __future__ import annotations

from grader.expression.language.axis_sizes import size_formula
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
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape
from grader.expression.reading.spelling.spelled import Found
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
    if found.primes and _derived(p, found, len(entries), p.pos == opener):
        hint = r"write \frac{d}{dx}(...) for a derivative, ^T for a transpose"
        fail(f"is this prime on '{declared.name}' a derivative or a transpose?", hint, span.start, span.end)
    if shape.transposed and len(entries) == declared.rank > 1 and not any(isinstance(e, Slice) for e in entries):
        return Indexed(Call("transpose", (symbol,), 0, span), entries, span)
    for _ in range(found.primes):
        node = Call("transpose", (node,), 0, span)
    return transposed(p, node, shape)


def _derived(p: Parser, found: Found, entered: int, before_bracket: bool) -> bool:
    """Whether primes on a quantity can't be a transpose: two, on a number, or before what it depends on."""
    declared = found.declared
    called = before_bracket and p.kinds[p.pos] == "(" and p.token.text == "(" and p.touches()
    by_phrase = any(phrase.startswith((f"{declared.name}(", f"{declared.latex}(")) for phrase, _ in declared.phrases)
    return found.primes > 1 or entered == declared.rank or (called and (by_phrase or bool(declared.arguments)))


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
    held = _held_indices(p, found.declared.rank - len(entries), bool(entries)) or _held_of_column(p, found, entries)
    if held:
        p.pos = p.match[p.pos] + 1
        return (*entries, *held)
    declared = found.declared
    if p.kinds[p.pos] == "(" and p.token.text in ("(", "[", "{"):
        if p.in_partial or declared.arguments or declared.role == "opaque":
            return entries_by_arguments(p, found, entries, lenient=declared.role != "opaque")
        if not declared.rank and holds_list_of_names(p) and holds_commas(p, p.pos):
            p.note("arguments")
            skip_arguments(p)
    return entries


def _held_of_column(p: Parser, found: Found, entries: tuple[Expression, ...]) -> tuple[Expression, ...]:
    r"""The one letter in round brackets ahead that counts a row or a column: ``\alpha_2(i)`` of K x 1."""
    axes = found.declared.axes
    return _held_indices(p, 1, entered=False) if not entries and len(axes) == 2 and axes.count("1") == 1 else ()


def transposed(p: Parser, node: Expression, shape: Shape) -> Expression:
    """`node`, or its transpose where one stands among the superscripts of its name."""
    return Call("transpose", (node,), 0, getattr(node, "span", p.span(p.pos))) if shape.transposed else node


def _held_indices(p: Parser, left: int, entered: bool) -> tuple[Expression, ...]:
    """The indices in round brackets ahead, which touch: ``pi(b)`` of a vector, ``A(i, j)``, ``P_t(k)``; else none.

    They are letters alone, one for each axis that is left; where some axes are entered before, numbers too.
    """
    if p.table is None or p.in_partial or not left or p.kinds[p.pos] != "(" or p.token.text != "(" or not p.touches():
        return ()
    inside = p.tokens[p.pos + 1 : p.match[p.pos]]
    places, commas = inside[::2], inside[1::2]
    if len(places) != left or len(commas) != left - 1 or any(token.kind != "," for token in commas):
        return ()
    found: list[Expression] = []
    for token in places:
        single = token.kind == "name" and len(token.text) == 1 and token.text.islower()
        if single and (token.text in p.bound or not p.declared(token.text)):
            found.append(Symbol(token.text))
        elif entered and token.kind == "num" and token.text.isdigit() and 0 < int(token.text[:9]) < 10_000:
            found.append(integer(int(token.text)))
        else:
            return ()
    return tuple(found)


def axes_of(p: Parser, node: Expression) -> tuple[str, ...]:
    """The sizes of the axes of a quantity that stands whole; none of any other formula."""
    declared = p.table.exact.get(node.name) if p.table is not None and isinstance(node, Symbol) else None
    return () if declared is None else declared.axes


def size_of(axis: str) -> Expression:
    """A size as a formula: its symbol, or a number."""
    return size_formula(axis)
