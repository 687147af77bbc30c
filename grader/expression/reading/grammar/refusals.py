"""What is said where nothing can be read: ``2 +`` has nothing behind its sign, in ``x y)`` the bracket can't stand."""

from __future__ import annotations

from typing import NoReturn

from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import fail, shown
from grader.problems import Span

MAX_PRIMES = 6
_CLOSING = frozenset(("end", ")", "nl", "row", "&", "=", ",", "key", ";"))


def expected(p: Cursor) -> NoReturn:
    """Stop where an operand should stand."""
    token = p.token
    before = p.tokens[p.pos - 1] if p.pos else token
    hint = ""
    match token.kind:
        case kind if kind in _CLOSING:
            what = "something is missing here"
            if p.pos and before.kind == "(":
                what, hint = "these brackets are empty", "write what belongs between them"
            elif p.pos:
                hint = f"behind '{shown(before)}' stands nothing"
        case "dots":
            what, hint = "an ellipsis can't be evaluated", "write the sum or all its entries"
        case "inf":
            what, hint = "infinity is not a number to compute with", "write what holds there as a case of its own"
        case "joint" | "/" | "rel":
            what = f"an operand is missing before '{shown(token)}'"
        case "^" | "_":
            what, hint = f"there is nothing for '{token.text}' to act on", "put the base before it"
        case _:
            what = f"'{shown(token)}' can't stand here"
    fail(what, hint, token.start, token.end)


def stuck(p: Cursor) -> NoReturn:
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


def close(p: Cursor, at: int) -> None:
    """Step over the closing bracket, which stands at token `at`; stop where something else is ahead."""
    if p.pos != at:
        stuck(p)
    p.pos += 1


def check_primes(primes: int, name: str, span: Span) -> None:
    """Refuse more primes than anyone means, on a function or a quantity."""
    if primes > MAX_PRIMES:
        fail(f"{primes} primes on '{name}'", f"at most {MAX_PRIMES}", span.start, span.end)


def check_condition(p: Cursor) -> None:
    """Refuse the square brackets ahead, which touch the 1 of an indicator, where they hold no condition."""
    inner = p.kinds[p.pos + 1 : p.match[p.pos]]
    if not any(kind in ("rel", "=", "logic", "key") for kind in inner):
        fail("an indicator holds a condition", "write 1[x > 0], or a sign before the brackets", *p.token[2:])
