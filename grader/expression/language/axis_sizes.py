"""The size of an axis as a text: a size symbol, digits, or a sum of products of them, always written the same way.

``m + n`` and ``n+m`` are both ``m+n``, ``2 m`` is ``2*m``; so two axes fit where their texts are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import pairwise
from math import prod

from grader.expression.language.nodes import ZERO, Call, Expression, Product, Symbol, integer

_TOKEN = re.compile(r"\s*(?:(\d{1,4})|([^\W\d_][\w']*)|([-+*]))\s*")
_TERM = re.compile(r"([-+]?)([^-+]+)")


def written_size(text: str, symbols: Collection[str]) -> str:
    """A size as every axis of that size has it; empty for a text that is no size of these symbols."""
    tokens: list[str] = []
    at = 0
    while found := _TOKEN.match(text, at):
        tokens.append(found[0].strip())
        at = found.end()
    if at < len(text) or not tokens or any(sign not in "-+*" and not _known(sign, symbols) for sign in tokens):
        return ""
    signs = [*tokens, "+"]
    if any(one in "-+*" and other in "-+*" for one, other in pairwise(signs)) or tokens[0] in "-+*":
        return ""
    terms: Counter[tuple[str, ...]] = Counter()
    sign, number, names = 1, 1, list[str]()
    for token in signs:
        if token in "-+":
            terms[tuple(sorted(names))] += sign * number
            sign, number, names = (-1 if token == "-" else 1), 1, []
        elif token.isdigit():
            number *= int(token)
        elif token != "*":
            names.append(token)
    kept = sorted((pair for pair in terms.items() if pair[1]), key=lambda pair: (not pair[0], pair[1] < 0, pair[0]))
    return "".join(map(_term, kept)).removeprefix("+")


def is_made(axis: str) -> bool:
    """Whether a size is made of others, as ``m+n`` is."""
    return not {"+", "-", "*"}.isdisjoint(axis)


def _known(token: str, symbols: Collection[str]) -> bool:
    return token.isdigit() or token in symbols


def _term(pair: tuple[tuple[str, ...], int]) -> str:
    names, number = pair
    factors = (*((str(abs(number)),) if abs(number) != 1 or not names else ()), *names)
    return ("-" if number < 0 else "+") + "*".join(factors)


def size_number(axis: str, sizes: Mapping[str, int]) -> int:
    """How long an axis is where the size symbols have these values."""
    terms = ((sign, term.split("*")) for sign, term in _TERM.findall(axis))
    return sum(
        (-1 if sign == "-" else 1) * prod(int(one) if one.isdigit() else sizes[one] for one in factors)
        for sign, factors in terms
    )


def size_formula(axis: str) -> Expression:
    """The size of an axis as a formula."""
    found: Expression = ZERO
    for sign, term in _TERM.findall(axis):
        factors = tuple(integer(int(one)) if one.isdigit() else Symbol(one) for one in term.split("*"))
        one: Expression = Product(factors, ("*",) * (len(factors) - 1)) if len(factors) > 1 else factors[0]
        if found == ZERO:
            found = Call("neg", (one,)) if sign == "-" else one
        else:
            found = Call("sub" if sign == "-" else "add", (found, one))
    return found
