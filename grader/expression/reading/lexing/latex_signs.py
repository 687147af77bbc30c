r"""Single signs in a LaTeX text: ``==`` is one ``=``, ``.T`` a method, braces round a ``\boxed`` formula are dress.

A rule gets the sign and where it stands, in the longer text; ``s.position`` is behind it, and what the rule takes more
it steps over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from grader.expression.reading.lexing import lexer_plain
from grader.expression.reading.lexing.latex_letters import unicode_sign
from grader.expression.reading.lexing.latex_source import LatexSource
from grader.expression.reading.lexing.tokens import SIGNS, Token, fail

_DOTTED = {"*": ("joint", "circ"), "/": ("/", "/")}  # MATLAB's
_OBJECTS = frozenset(("name", "word", ")", "method"))  # what a method may stand behind
_MEMBER = re.compile(r"T(?![a-z])|[A-Za-z_]{2,}").match
_DOTS = re.compile(r"\.+").match
_NEGATED = {"lt": "le", "gt": "ge"}


def sign(s: LatexSource, raw: str, start: int) -> None:
    """Any single sign that is no letter, digit, or command."""
    rule = _RULES.get(raw)
    if rule is not None:
        rule(s, raw, start)
    elif not raw.isascii():
        unicode_sign(s, raw, start)
    elif raw in SIGNS:
        s.add(*SIGNS[raw], start)
    else:
        _refuse(raw, start)


def space(s: LatexSource, raw: str, start: int) -> None:
    """A line break leaves a token; it says little."""
    last = s.last()
    if "\n" in raw and last is not None and last.kind != "nl":
        s.add("nl", "soft", start)


def comment(s: LatexSource, raw: str, start: int) -> None:
    """What stands behind a ``%``; behind a number it is a percent sign, and the rest is read."""
    begin = s.position - len(raw)
    last = s.last()
    if last is not None and last.kind == "num" and s.text[begin - 1].isdigit():
        s.position = begin + 1
        s.add("%", "%", start)


def nothing(_: LatexSource, __: str, ___: int) -> None:
    """A sign that says nothing: a dollar, ``\\(`` and its fellows."""


def number(s: LatexSource, raw: str, start: int) -> None:
    """A number, with its decimal comma in braces."""
    s.add("num", raw.replace("{,}", ".").removesuffix("."), start)


def column(s: LatexSource, _: str, start: int) -> None:
    """A ``&``."""
    s.add("&", "&", start)


def _opening_brace(s: LatexSource, raw: str, start: int) -> None:
    s.braces.append(s.unwrap > 0)
    if s.unwrap:
        s.unwrap -= 1
    else:
        s.add(*SIGNS[raw], start)


def _closing_brace(s: LatexSource, raw: str, start: int) -> None:
    if not (s.braces and s.braces.pop()):
        s.add(*SIGNS[raw], start)


def _closing_bracket(s: LatexSource, raw: str, start: int) -> None:
    last = s.last()
    if last is not None and last.text == "(" and "prose" in s.notes:
        s.tokens.pop()  # the brackets held a remark only
    else:
        s.add(*SIGNS[raw], start)


def _equals(s: LatexSource, raw: str, start: int) -> None:
    """An ``=`` that may be the second half of ``:=``, ``==`` or ``<=``."""
    last = s.last()
    if last is not None and last.end == start and last.kind in (":", "="):
        s.tokens[-1] = Token("=", ":=" if last.kind == ":" else "=", start - 1, start + 1)
    elif last is not None and last.end == start and last.kind == "rel":
        s.tokens[-1] = Token("rel", _NEGATED.get(last.text, "ne"), start - 1, start + 1)
    else:
        s.add(*SIGNS[raw], start)


def _stop(s: LatexSource, _: str, start: int) -> None:
    """A full stop: of a method, of MATLAB's ``.*``, of an ellipsis, or of a sentence."""
    last = s.last()
    if last is not None and last.kind in _OBJECTS and last.end == start:
        member = _MEMBER(s.text, s.position)
        if member:
            _member(s, last, member, start)
            return
    following = s.text[s.position : s.position + 1]
    dots = _DOTS(s.text, s.position)
    if following in _DOTTED:
        s.position += 1
        s.add(*_DOTTED[following], start)
    elif dots:
        s.position = dots.end()
        s.add("dots", "...", start)
    else:
        s.add(".", ".", start)


def _member(s: LatexSource, last: Token, member: re.Match[str], start: int) -> None:
    """A method behind `last`, or a function of a package."""
    if last.text in lexer_plain.LETTER_PACKAGES and lexer_plain.FUNCTION_AHEAD(s.text, member.start()):
        s.tokens.pop()
        s.position = member.start()
        return
    s.position = member.end()
    if member[0] not in lexer_plain.METHODS:
        lexer_plain.refuse_member(member[0], start, s.end)
    s.add("method", member[0], start)


def _not_equal(s: LatexSource, raw: str, start: int) -> None:
    if s.text[s.position : s.position + 1] != "=":
        s.add("!", raw, start)
        return
    s.position += 1
    s.add("rel", "ne", start)


def _refuse(raw: str, start: int) -> NoReturn:
    fail(f"'{raw}' can't be read in a formula", "write only the formula", start, start + 1)


# the signs that what stands beside them may change
_RULES: Mapping[str, Callable[[LatexSource, str, int], None]] = {
    "{": _opening_brace,
    "}": _closing_brace,
    ")": _closing_bracket,
    "=": _equals,
    ".": _stop,
    "!": _not_equal,
}
