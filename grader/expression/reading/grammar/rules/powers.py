r"""What stands behind ``^``: ``x^2`` is a power, ``W^T`` and ``W^{-T}`` transposes, ``2^{3^2}`` goes to the right."""

from __future__ import annotations

from grader.expression.language.nodes import ONE, Call, Expression, Product, Symbol, integer, symbols
from grader.expression.reading.grammar.names.arguments import skip_arguments_of
from grader.expression.reading.grammar.numbers import check_exponent, number
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.spelling.scripts import TRANSPOSED

_BEHIND_NUMBER = frozenset(("method", "%", "'", "name", "_", "^", ","))  # what has a say in a number before it


def superscript(p: Parser, base: Expression, start: int) -> Expression:
    """`base`, which begins at token `start`, with the superscript ahead, and a quantity's arguments behind that."""
    raised = _raised(p, base, start)
    skip_arguments_of(p, base)
    return raised


def _raised(p: Parser, base: Expression, start: int) -> Expression:
    if p.kinds[p.pos + 1] == "num" and p.kinds[p.pos + 2] not in _BEHIND_NUMBER:
        p.pos += 1
        power = number(p)
        check_exponent(power)
        return Call("pow", (base, power), 0, p.span(start))
    raw, after = p.script(p.pos + 1)
    if _is_ring(p):
        p.pos += 2 if p.kinds[p.pos + 1] == "joint" else 4
        return _in_degrees(p, base, start)
    if _transposes(p, raw) or (raw and not raw.strip("'")):
        p.pos = after
        return Call("transpose", (base,), 0, p.span(start))
    if raw[:1] == "-" and _transposes(p, raw[1:]):  # A^{-T}
        p.pos = after
        inverse = Call("pow", (base, Call("neg", (ONE,))), 0, p.span(start))
        return Call("transpose", (inverse,), 0, p.span(start))
    p.pos += 1
    power = _exponent(p)
    if _is_constant_e(p, base, start) and symbols(power):  # of an array r that is called e, too: e^{x} is no r^x
        base = Symbol("e", base.span)
    return Call("pow", (base, power), 0, p.span(start))


def degrees(p: Parser, base: Expression, start: int) -> Expression:
    """An angle behind which the sign of degrees stands."""
    p.pos += 1
    return _in_degrees(p, base, start)


def _in_degrees(p: Parser, base: Expression, start: int) -> Expression:
    turn = Call("div", (Symbol("pi"), integer(180)))
    return Product((base, turn), ("*",), p.span(start))


def _is_ring(p: Parser) -> bool:
    r"""Whether the superscript ahead is a ring alone, as in ``30^\circ``."""
    at = p.pos + 1 + (p.tokens[p.pos + 1].text == "{")
    ring = p.kinds[at] == "joint" and p.tokens[at].text == "circ"
    return ring and (at == p.pos + 1 or p.match[p.pos + 1] == at + 1)


def _is_constant_e(p: Parser, base: Expression, start: int) -> bool:
    """Whether an array stands here whose other name is e."""
    declared = p.table.exact.get(base.name) if p.table is not None and isinstance(base, Symbol) else None
    return p.tokens[start].text == "e" and declared is not None and declared.name != "e" and declared.rank > 0


def _transposes(p: Parser, raw: str) -> bool:
    """Whether a superscript is a transpose: ⊤ always, a T where the model has no number of that name."""
    found = p.table.exact.get("T") if p.table is not None else None
    return raw in TRANSPOSED and ("⊤" in raw or not p.declared("T") or (found is not None and found.rank > 0))


def _exponent(p: Parser) -> Expression:
    """A group, or one power behind any number of signs."""
    with p.deeper():
        start = p.pos
        if p.kinds[start] == "word":
            p.replace(start, p.token._replace(kind="name"))
        if p.kinds[start] == "(" and p.token.text == "{":
            node = p.bracket()
            if p.kinds[p.pos] == "^":
                p.pos += 1
                node = Call("pow", (node, _exponent(p)), 0, p.span(start))
        else:
            node = p.behind_signs(_run)
    check_exponent(node)
    return node


def _run(p: Parser) -> Expression:
    """A power; where a run of letters such as ``wx`` was cut into names, all of them, and a note."""
    begin, end = p.token.start, p.token.end
    first = p.power()
    if p.kinds[p.pos] not in ("name", "word") or p.token.start >= end:
        return first
    p.note("ambiguous_exponent")
    return p.cut_off(first, begin, end)
