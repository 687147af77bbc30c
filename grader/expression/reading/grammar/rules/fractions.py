r"""Commands with arguments of their own: ``\frac{a}{b}`` is a quotient, ``\sqrt[3]{x}`` a power, ``\frac12`` a half."""

from __future__ import annotations

from dataclasses import replace

from grader.expression.language.derived import DERIVED
from grader.expression.language.nodes import Call, Expression, integer
from grader.expression.reading.grammar.differentials import fraction_ahead
from grader.expression.reading.grammar.names.meaning import name_alone
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import expected
from grader.expression.reading.lexing.tokens import Token, fail

_ARGUMENTS = frozenset(("name", "num", "frac", "sqrt", "word", "accent", "fn"))


def fraction(p: Parser) -> Expression:
    r"""``\frac{a}{b}``, or a derivative where both sides begin with d, ∂ or δ."""
    start = p.pos
    if fraction_ahead(p):
        return p.prefix_rules["derivative"](p)
    p.pos += 1
    with p.deeper():
        top = _argument(p)
        if p.kinds[p.pos] in ("end", ")", "=", "+", "-", "joint"):
            token, before = p.tokens[start], p.tokens[p.pos - 1]
            fail("this fraction has no denominator", r"write \frac{a}{b}", token.start, before.end)
        below = _argument(p)
    return Call("div", (top, below), 0, p.span(start))


def binomial(p: Parser) -> Expression:
    r"""``\binom{n}{k}``, by factorials."""
    start = p.pos
    p.pos += 1
    with p.deeper():
        above, below = _argument(p), _argument(p)
    return replace(DERIVED["binom"].formula(above, below), span=p.span(start))


def root(p: Parser) -> Expression:
    r"""``\sqrt{x}``, ``\sqrt[3]{x}``, ``√x``."""
    start, token = p.pos, p.token
    p.pos += 1
    degree: Expression | None = None
    if token.text == "sqrt" and p.kinds[p.pos] == "(" and p.token.text == "[":
        degree = p.bracket()
    with p.deeper():
        body = _argument(p) if token.text == "sqrt" and p.token.text != "(" else p.postfix()
    if degree is None:
        return Call("sqrt", (body,), 0, p.span(start))
    return Call("pow", (body, Call("div", (integer(1), degree), 0, p.span(start))), 0, p.span(start))


def _argument(p: Parser) -> Expression:
    r"""One argument of a LaTeX command: a group, a digit, a letter, or a command with its own."""
    token = p.tokens[p.pos]
    kind = token[0]
    if kind == "(" and token[1] == "{":
        return p.bracket()
    if len(token.text) > 1 and (kind == "word" or (kind == "num" and token.text.isdigit())):
        return _first_sign(p, token)
    if kind == "name":
        return name_alone(p)
    return p.operand() if kind in _ARGUMENTS else expected(p)


def _first_sign(p: Parser, token: Token) -> Expression:
    """The first letter or digit of a run; the token ahead is left with the rest."""
    head, rest = token.text[0], token.text[1:]
    node: Expression
    if token.kind == "num":
        node = integer(int(head))
    else:
        p.replace(p.pos, Token("name", head, token.start, token.start + 1))
        at = p.pos
        node = name_alone(p)
        p.pos = at
    kind = "name" if token.kind == "word" and len(rest) == 1 else token.kind
    p.replace(p.pos, Token(kind, rest, token.start + 1, token.end))
    return node
