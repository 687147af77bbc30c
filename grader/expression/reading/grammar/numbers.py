r"""Number tokens to exact values with the place of their last digit: ``5,60`` is 5.6 to two decimals.

A comma is a decimal comma or a thousands mark where it can be nothing else; ``5.6 \times 10^{-5}`` is one number.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from grader.expression.language.nodes import Call, Expression, Number, integer
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import MAX_DIGITS, MAX_EXPONENT, MAX_POWER, Token, fail, span_of

_TEN = Number(Fraction(10))


def number(p: Cursor) -> Expression:
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
    start = p.pos
    joined = _with_groups(p, token)
    head, *groups = joined.text.split(",")
    if not groups:
        return read_number(token)
    single = len(groups) == 1 and "." not in joined.text
    thousands = len(head) <= 3 and all(len(group.split(".")[0]) == 3 for group in groups)
    if single and (_comma_touches(p, p.pos) or _comma_touches(p, start - 2)):  # 1,2,3 is a list
        p.pos = start
        return read_number(token)
    if single and (not thousands or head == "0"):
        return read_number(joined._replace(text=joined.text.replace(",", ".")))
    if thousands:
        if single:
            p.note("ambiguous_comma")
        return read_number(joined._replace(text=joined.text.replace(",", "")))
    p.pos = start
    return read_number(token)


def _comma_touches(p: Cursor, at: int) -> bool:
    """Whether token `at` is a comma between two numbers, without a blank."""
    return (
        p.kinds[at - 1 : at + 2] == ["num", ",", "num"]
        and p.tokens[at - 1].end == p.tokens[at].start
        and p.tokens[at].end == p.tokens[at + 1].start
    )


def _with_groups(p: Cursor, token: Token) -> Token:
    """`token` with the groups of digits that commas join to it, ``1,234,567``; stepped over."""
    digits, end, groups = token.text, token.end, 0
    while (
        p.kinds[p.pos] == ","
        and p.kinds[p.pos + 1] == "num"
        and p.token.start == end
        and p.tokens[p.pos + 1].start == end + 1
    ):
        following = p.tokens[p.pos + 1]
        if "/" in following.text or (groups and len(following.text.split(".")[0]) != 3):
            break
        groups += 1
        digits, end = digits + "," + following.text, following.end
        p.pos += 2
        if "." in following.text:
            break
    return token._replace(text=digits, end=end)


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


def check_exponent(node: Expression) -> None:
    """Refuse a number that no power can have."""
    if isinstance(node, Number) and abs(node.value) > MAX_POWER:
        fail(f"the exponent {node.value} is too large to compute with", "", node.span.start, node.span.end)


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
