r"""``\mathbb 1[c]`` and ``\mathbf 1_{c}``: 1 where c holds; without a condition the ones or the identity."""

from __future__ import annotations

from grader.expression.language.nodes import Call, Expression, Symbol, integer
from grader.expression.reading.grammar.numbers import number
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import check_condition
from grader.expression.reading.lexing.tokens import fail


def indicator(p: Parser) -> Expression:
    """The indicator whose sign is the token ahead."""
    start, token = p.pos, p.token
    p.pos += 1
    at = p.pos + (p.kinds[p.pos] == "_")
    if p.kinds[at] == "(" and p.holds_condition(at):
        p.pos = at
        return Call("iverson", (p.condition_in_bracket(),), 0, p.span(start))
    if p.token.text == "[" and p.touches():
        check_condition(p)
    sizes: tuple[Expression, ...] = ()
    if p.kinds[p.pos] == "_":
        raw, after = p.script(p.pos + 1)
        if "," in raw:
            return _at_pair(p, start)
        if raw.isdigit() and len(raw) < 9:
            sizes = (integer(int(raw)),)
        elif p.table is None or p.declared(raw):
            sizes = (Symbol(raw),)
        else:
            p.note(f"range:{raw}")
        p.pos = after
    return Call("ones" if token.text == "1" else "identity", sizes, 0, p.span(start))


def number_or_ones(p: Parser) -> Expression:
    """A number; a plain 1 with a subscript is the sign of the ones, ``1_n``, or of an indicator."""
    return indicator(p) if p.token.text == "1" and p.kinds[p.pos + 1] == "_" else number(p)


def _at_pair(p: Parser, start: int) -> Expression:
    r"""``\mathbf 1_{i, y}`` is 1 where the two agree, as Kronecker's delta is."""
    opener = p.pos + 1
    close = p.match[opener]
    commas = [at for at in range(opener + 1, close) if p.kinds[at] == ","]
    if len(commas) != 1:
        fail(
            "an indicator of two places is read only",
            r"write \mathbf{1}[i = j]",
            p.tokens[start].start,
            p.tokens[close].end,
        )
    p.replace(commas[0], p.tokens[commas[0]]._replace(kind="=", text="="))
    p.pos = opener
    return Call("iverson", (p.condition_in_bracket(),), 0, p.span(start))
