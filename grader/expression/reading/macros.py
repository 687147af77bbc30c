r"""Macros of a text and of a handout: ``\pd{L}{w}`` -> what ``\newcommand{\pd}[2]{...}`` says that it stands for.

So are functions that an answer defines for itself: ``-y H(1 - y f), where H(t) = 1 for t > 0 and 0 otherwise``.

Names of a model may hold macros too: they have the role "macro", ``\pd`` for a name, the count of arguments for a
rank, and what they stand for as `latex`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Names, is_macro, kept_by_names
from grader.expression.reading.lexing.tokens import MAX_CHARACTERS, fail

Macros = Mapping[str, tuple[int, str]]  # by name without its backslash: the count of arguments, what it stands for

MOST = 200  # macros of a handout
_ROUNDS = 8  # of macros within macros
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*\{"
    r"|\\def\s*\\([A-Za-z]+)\s*((?:#\d)*)\s*\{"
    r"|\\DeclareMathOperator\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*\{"
)
_GIVEN = re.compile(r"\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|(\\[A-Za-z]+|\S))")

_CALLS = 8  # of one function of an answer
_FUNCTION = re.compile(
    r"[,;.]?\s*(?:\\q?quad\s*)?(?:\\text\s*\{\s*)?\b(?:where|with|here|for|let)\b\s*\}?\s*(?:\\[,;: ]\s*)*\$?"
    r"(?P<name>\\?[A-Za-z]{1,12}'?)\s*\(\s*(?P<letter>\\?[A-Za-z]+)\s*\)\s*=\s*(?P<body>[^=].*?)\s*\$?\s*\.?\s*$",
    re.DOTALL,
)


def defined_macros(text: str) -> tuple[dict[str, tuple[int, str]], str]:
    r"""The macros that a text defines, and the text without their definitions."""
    macros: dict[str, tuple[int, str]] = {}
    while len(macros) < MOST and (found := _DEFINITION.search(text)):
        end, depth = found.end(), 1
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        name = found[1] or found[3] or found[5]
        body = text[found.end() : end - 1]
        count = int(found[2] or 0) if found[1] else len(found[4] or "") // 2
        macros[name] = (count, rf"\operatorname{{{body}}}" if found[5] else body)
        text = text[: found.start()] + " " + text[end:]
    return macros, text


def with_macros(text: str, names: Names | None) -> str:
    """The text with its own macros and those of the names put in; raises Unreadable where they come to too much."""
    if "\\" not in text:
        return text
    macros: Macros = _declared(names) if names else {}
    if "newcommand" in text or "providecommand" in text or r"\def" in text or "DeclareMath" in text:
        own, text = defined_macros(text)
        macros = {**macros, **own}
    return put_in(text, macros) if macros else text


def put_in(text: str, macros: Macros) -> str:
    """The text with macros put in, those of macros too; raises Unreadable where they come to too much."""
    pattern = re.compile(r"\\(" + "|".join(map(re.escape, macros)) + r")(?![A-Za-z])")
    for _ in range(_ROUNDS):
        if pattern.search(text) is None:
            return text
        text = _substituted(text, pattern, macros)
        if len(text) > MAX_CHARACTERS:
            break
    return fail("these macros expand to too much", "write the formula without \\newcommand", 0, 40)


@kept_by_names
def _declared(names: Names) -> Macros:
    return {one.name.removeprefix("\\"): (one.rank, one.latex) for one in names if is_macro(one)}


def _substituted(text: str, pattern: re.Pattern[str], macros: Macros) -> str:
    out: list[str] = []
    at = size = 0
    while (found := pattern.search(text, at)) and size <= MAX_CHARACTERS:
        out.append(text[at : found.start()])
        at = found.end()
        count, body = macros[found[1]]
        for number in range(1, count + 1):
            given = _GIVEN.match(text, at)
            if given is None:
                break
            body = body.replace(f"#{number}", given[1] if given[1] is not None else given[2])
            at = given.end()
        out.append(f"{{{body}}}" if len(body) > 1 and not body.startswith("\\") else body + " ")
        size += len(out[-1]) + len(out[-2])
    return "".join(out) + text[at:]


def with_own_functions(text: str, names: Names | None) -> str:
    """The text with the function of a definition at its end put in where it is called; else the same text."""
    found = _FUNCTION.search(text) if "=" in text and "(" in text else None
    if found is None:
        return text
    name, letter, body = found["name"], found["letter"], found["body"]
    plain = name.strip("\\'")
    if plain in SPELLINGS or any(plain in (one.name, *one.aliases) for one in names or ()):
        return text
    body = re.sub(rf"(?<![A-Za-z\\]){re.escape(name)}\s*\(\s*{re.escape(letter)}\s*\)\s*=\s*", "", body)
    called = re.compile(rf"(?<![A-Za-z\\]){re.escape(name)}\s*(?:\\left\s*)?\(")
    if "=" in re.sub(r"[<>!:]=", "", body) or called.search(body):
        return text
    before, at, count = text[: found.start()], 0, 0
    while (call := called.search(before, at)) is not None:
        end = _closing(before, call.end() - 1)
        count += 1
        if end < 0 or count > _CALLS:
            return text
        inside = re.sub(r"\\right\s*$", "", before[call.end() : end])
        entered = _at(body, letter, inside)
        before = f"{before[: call.start()]}({entered}){before[end + 1 :]}"
        at = call.start() + len(entered) + 2
    return before if count else text


def _at(body: str, letter: str, argument: str) -> str:
    """A function's formula at an argument."""
    return re.sub(rf"(?<![A-Za-z\\_]){re.escape(letter)}(?![A-Za-z])", lambda _: f"({argument})", body)


def _closing(text: str, opener: int) -> int:
    """Where the bracket that opens at a place closes; -1 where none does."""
    depth = 0
    for at in range(opener, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at
    return -1
