"""Operands: numbers with their digits, brackets, bars, and what is said where an operand is missing.

``5,6`` is 5.6 where a comma can separate nothing, ``|x|`` an absolute value, ``2 +`` a Problem behind the sign.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from grader.expression.language.nodes import Call, Expression, Number, integer
from grader.expression.reading.grammar import branches, calls, derivatives, forms, quantities, reductions
from grader.expression.reading.lexing.tokens import MAX_DIGITS, MAX_EXPONENT, Token, Unreadable, fail, shown, span_of

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


def atom(p: Parser) -> Expression:
    """One operand."""
    return ATOMS[p.kinds[p.pos]](p)


def group(p: Parser) -> Expression:
    """A name in braces, ``{x}_1``, or what stands in brackets."""
    if p.tokens[p.pos][1] == "{" and p.kinds[p.match[p.pos] + 1] in ("_", "'") and quantities.named(p):
        return quantities.quantity(p)
    return bracket(p)


def expected(p: Parser) -> NoReturn:
    """Stop where an operand should stand."""
    token = p.token
    before = p.tokens[p.pos - 1] if p.pos else token
    hint = ""
    match token.kind:
        case "end" | ")" | "nl" | "row" | "&" | "=" | "," | "key" | ";":
            what = "something is missing here"
            if p.pos and before.kind == "(":
                what, hint = "these brackets are empty", "write what belongs between them"
            elif p.pos:
                hint = f"behind '{shown(before)}' stands nothing"
        case "dots":
            what, hint = "an ellipsis can't be evaluated", "write the sum or all its entries"
        case "inf":
            what = "infinity is not a number to compute with"
        case "joint" | "/" | "rel":
            what = f"an operand is missing before '{shown(token)}'"
        case "^" | "_":
            what, hint = f"there is nothing for '{token.text}' to act on", "put the base before it"
        case _:
            what = f"'{shown(token)}' can't stand here"
    fail(what, hint, token.start, token.end)


def number(p: Parser) -> Expression:
    """A number as typed, with a decimal comma or thousands marks where they can be nothing else."""
    token = p.tokens[p.pos]
    p.pos += 1
    if token[1].isdecimal() and p.kinds[p.pos] != ",":
        return read_number(token)
    if "/" in token.text:  # one of Unicode's fractions
        top, below = (integer(int(digit)) for digit in token.text.split("/"))
        return Call("div", (top, below), 0, span_of(token.start, token.end))
    if not p.commas or p.kinds[p.pos] != "," or not token.text.isdigit():
        return read_number(token)
    digits, end, start = token.text, token.end, p.pos
    groups = 0
    while (
        p.kinds[p.pos] == ","
        and p.kinds[p.pos + 1] == "num"
        and p.token.start == end
        and p.tokens[p.pos + 1].start == end + 1
    ):
        following = p.tokens[p.pos + 1]
        if "/" in following.text:
            break
        whole = following.text.split(".")[0]
        if groups and len(whole) != 3:
            break
        groups += 1
        digits, end = digits + "," + following.text, following.end
        p.pos += 2
        if "." in following.text:
            break
    if not groups:
        return read_number(token)
    pieces = digits.split(",")
    joined = token._replace(text=digits, end=end)
    thousands = len(token.text) <= 3 and all(len(piece.split(".")[0]) == 3 for piece in pieces[1:])
    if groups == 1 and "." not in digits and (not thousands or token.text == "0"):
        return read_number(joined._replace(text=digits.replace(",", ".")))
    if thousands:
        if groups == 1 and "." not in digits:
            p.note("ambiguous_comma")
        return read_number(joined._replace(text=digits.replace(",", "")))
    p.pos = start
    return read_number(token)


def bracket(p: Parser) -> Expression:
    """What stands in brackets: a value, a condition, branches, a vector or a matrix."""
    start = p.pos
    opener, close = p.tokens[start], p.match[start]
    if close == start + 2 and p.kinds[start + 1] in _SINGLE and opener[1] in _PLAIN:
        p.pos += 1
        node = number(p) if p.kinds[p.pos] == "num" else quantities.quantity(p)
        if p.pos != close:
            node = p.cut_off(node, opener[3], p.tokens[close][2])  # (wx): more names than one
        if p.pos != close:
            stuck(p)
        p.pos += 1
        return node
    p.deeper()
    if opener.text in ("cases", "matrix"):
        node = branches.environment(p)
    else:
        bars, inner, commas = p.bars, p.inner, p.commas
        p.bars, p.inner = 0, inner + 1
        pair = close == start + 4 and p.kinds[start + 1 : close] == ["num", ",", "num"]
        p.commas = not pair and opener[1] in ("(", "{")
        p.pos += 1
        node = forms.bracketed(p, opener, close)
        if p.tokens[close].text == "|" and opener.text == ".":
            fail("a value at a point can't be read", "put the value into the formula", *p.tokens[close][2:])
        p.bars, p.inner, p.commas = bars, inner, commas
        if p.pos != close:
            stuck(p)
        p.pos += 1
    p.depth -= 1
    return forms.norm(p, node, start) if opener.text == "‖" else node


_SINGLE = frozenset(("num", "name"))
_PLAIN = frozenset("({[")


def bar(p: Parser) -> Expression:
    """``|x|`` and ``‖x‖``; two bars side by side are tried as a norm first."""
    start, sign = p.pos, p.token
    double = sign.kind == "|" and p.kinds[start + 1] == "|" and p.tokens[start + 1].start == sign.end
    if double and p.retries < 8:
        p.retries += 1
        problems = len(p.problems)
        kept = (p.bars, p.depth, p.inner)
        try:
            node = closed(p, start + 2, ("|", "|"))
        except Unreadable:
            node = None
        if node is not None:
            return forms.norm(p, node, start)
        del p.problems[problems:]
        p.bars, p.depth, p.inner = kept
    node = closed(p, start + 1, (sign.kind,))
    if node is None:
        fail(f"the bar '{sign.text}' is never closed", f"add '{sign.text}' where it ends", sign.start, sign.end)
    if sign.kind == "‖":
        return forms.norm(p, node, start)
    return Call("abs", (node,), 0, p.span(start))


def closed(p: Parser, begin: int, ending: tuple[str, ...]) -> Expression | None:
    """The value from token `begin` to the signs `ending`, or None where they don't follow."""
    p.deeper()
    p.pos = begin
    p.bars += 1
    node = p.value()
    p.bars -= 1
    p.depth -= 1
    end = p.pos + len(ending)
    if tuple(p.kinds[p.pos : end]) != ending:
        return None
    p.pos = end
    return node


def stuck(p: Parser) -> NoReturn:
    """Stop at a token that continues nothing."""
    token, before = p.token, p.tokens[p.pos - 1]
    what, hint = f"'{shown(token)}' can't stand here", ""
    match token.kind:
        case ",":
            digits = before.kind == "num" and p.kinds[p.pos + 1] == "num"
            what = "a comma can't stand here"
            hint = "write a decimal point, not a comma" if digits else "an answer is one formula"
        case ";" | "nl" | "row":
            what, hint = "a second formula begins here", "give one answer, or join the lines with ="
        case "num" if before.kind == "num":
            what, hint = "two numbers stand side by side", "is an operator missing?"
        case "dots" | "inf":
            expected(p)
        case ":":
            hint = "a branch is written as 1 if x > 0 else 0"
        case "=":
            hint = "a bracket before it may not be closed"
    fail(what, hint, token.start, token.end)


def read_number(token: Token) -> Number:
    """The exact value of a number token and the place of its last digit."""
    text = token.text
    if len(text) > MAX_DIGITS:
        fail(f"this number has more than {MAX_DIGITS} digits", "", token.start, token.end)
    value, place = _exact(text)
    if place is not None and abs(place) > MAX_EXPONENT + MAX_DIGITS:
        fail("the exponent of this number is too large", "", token.start, token.end)
    return Number(value, place, span_of(token[2], token[3]))


def scientific(mantissa: Expression, factor: Expression, joint: str) -> Expression | None:
    r"""``5.6 \times 10^{-5}`` is one number with the digits of its mantissa."""
    if (
        isinstance(mantissa, Number)
        and isinstance(factor, Call)
        and factor.function == "pow"
        and joint in ("times", "*", "cdot")
    ):
        base, exponent = factor.args
        sign = 1
        if isinstance(exponent, Call) and exponent.function == "neg":
            sign, exponent = -1, exponent.args[0]
        if base == _TEN and isinstance(exponent, Number) and exponent.place is None and exponent.value.denominator == 1:
            power = sign * int(exponent.value)
            if abs(power) <= MAX_EXPONENT:
                span = span_of(mantissa.span.start, factor.span.end)
                return Number(mantissa.value * Fraction(10) ** power, (mantissa.place or 0) + power, span)
    return None


_TEN = Number(Fraction(10))
ATOMS: defaultdict[str, Callable[[Parser], Expression]] = defaultdict(lambda: expected)
ATOMS |= {
    "num": number,
    **dict.fromkeys(("name", "word", "accent"), quantities.quantity),
    "fn": lambda p: calls.function(p, p.token.text),
    "(": group,
    "frac": lambda p: forms.fraction(p),
    "sqrt": lambda p: forms.root(p),
    "sum": lambda p: reductions.big_operator(p),
    "partial": lambda p: derivatives.slashed(p),
    "nabla": lambda p: derivatives.nabla(p),
    "ind": lambda p: forms.indicator(p),
    **dict.fromkeys(("|", "‖"), bar),
}


@lru_cache(maxsize=4096)
def _exact(text: str) -> tuple[Fraction, int | None]:
    mantissa, _, exponent = text.lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    if len(exponent) > 5:
        return Fraction(0), MAX_EXPONENT * 9
    power = int(exponent) if exponent else 0
    if abs(power) > MAX_EXPONENT:
        return Fraction(0), MAX_EXPONENT * 9
    place = power - len(decimals) if point or exponent else None
    digits = Fraction(int((whole + decimals) or "0"))
    return (digits if place is None else digits * Fraction(10) ** place), place
