r"""Macros of a text and of a handout: ``\pd{L}{w}`` -> what ``\newcommand{\pd}[2]{...}`` says that it stands for.

Names of a model may hold macros too: they have the role "macro", ``\pd`` for a name, the count of arguments for a
rank, and what they stand for as `latex`.

What an answer defines for itself is put in too: ``-y H(1 - y f), where H(t) = 1 for t > 0 else 0``. A left side that is
no name of the model, ``\nabla_a C = a^L - y``, becomes a letter that nothing else has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Names, kept_by_names
from grader.expression.reading.lexing.tokens import MAX_CHARACTERS, fail
from grader.expression.reading.prose_words import plain_spelling

Macros = Mapping[str, tuple[int, str]]  # by name without its backslash: the count of arguments, what it stands for

MOST = 200  # macros of a handout
_ROUNDS = 8  # of macros within macros
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*\{"
    r"|\\def\s*\\([A-Za-z]+)\s*((?:#\d)*)\s*\{"
    r"|\\DeclareMathOperator\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*\{"
)
_GIVEN = re.compile(r"\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|(\\[A-Za-z]+|\S))")


LONGEST = 3_000  # characters of a text that may define functions
_CALLS = 8  # of one function of an answer
_FUNCTION = r"(?P<name>(?:\\?[A-Za-z]{1,12}|[α-ωΑ-Ω])(?:_(?:\w|\{\w{1,8}\}))?'{0,2})"
_HEAD = rf"{_FUNCTION}\s*\(\s*(?P<letter>\\?[A-Za-z]+)\s*\)\s*=\s*"
_GAP = r"\s{0,9}"  # bounded: what begins with one is tried from every place
_SPACES = rf"(?:\\q?quad{_GAP}|\\[,;: ]{_GAP}){{0,4}}"
_BEHIND = re.compile(
    rf"(?:[,;.]?{_GAP}(?:\\q?quad{_GAP})?(?:\\text{_GAP}\{{{_GAP})?\b(?:where|with|here|for|let)\b{_GAP}\}}?{_GAP}{_SPACES}"
    rf"|[,;\n]{_GAP}{_SPACES})\$?" + _HEAD + r"(?P<body>[^=\s].*?)\s*\$?\s*\.?\s*$",
    re.DOTALL,
)
_BEFORE = re.compile(
    r"\s*(?:(?:let|with|where|define|set)\s+)?"
    + _HEAD
    + r"(?P<body>[^=\s][^;\n]*?)\s*(?:[;\n]|\.\s|,\s*\\q?quad|,\s+(?:then|so)\b)",
    re.IGNORECASE,
)
# "\sigma' = \sigma(1-\sigma)" behind a formula
_BARE_DERIVATIVE = re.compile(
    rf"(?P<lead>(?:[,;.]?{_GAP}{_SPACES}(?:\\text{_GAP}\{{{_GAP})?"
    rf"\b(?:where|with|as|since|using)\b{_GAP}\}}?{_GAP}|[,;\n]){_GAP}{_SPACES}\$?)"
    rf"(?P<of>\\?[A-Za-z]{{1,12}}|[α-ωΑ-Ω])'{_GAP}={_GAP}(?P<body>[^=\n]*)$"
)
_CASES = re.compile(r"\band\s+(?=-?[\w.]+\s+(?:otherwise|else|if|for|when)\b)")
_OWN_LEFT = re.compile(
    rf"(?P<lead>\b(?:where|with|let|and)\b\s*\}}?{_GAP}{_SPACES}\$?|[,;\n]{_GAP}{_SPACES})"
    r"(?P<left>(?:\\nabla|∇)\s*_\s*(?:\{\s*(?P<by>\\?[A-Za-z]+)\s*\}|(?P<bare>\\?[A-Za-z]))\s*(?P<of>\\?[A-Za-z]\w{0,6})"
    r"|\\[dD]elta\s*(?P<change>\\?[A-Za-z])|\\overline\s*\{(?!\s*\\[A-Za-z]+\s*(?:\{[^{}]*\})?\s*\})(?P<bar>[^{}=]{1,20}\s(?:[^{}=]|\{[^{}=]{1,9}\}){1,30}"
    r"|[^{}=\\]{0,9}\\(?:[^{}=]|\{[^{}=]{1,9}\}){1,30})\}"
    r"|(?P<head>\\?[A-Za-z]{1,12})'{0,2}\s?\((?P<at>[^()=]{2,24})\)"
    r"|(?P<mean>(?:\\(?:mathbb|operatorname|mathrm)\s*\{\s*)?(?<![A-Za-z])E\s*\}?)(?:_\s*(?:\\?[A-Za-z]+|\{[^{}=]{1,20}\}))?\s*\[[^\[\]=]{1,40}\]"
    r"|(?:⟨|\\langle\b)(?P<average>[^⟩=]{1,40}?)(?:⟩|\\rangle\b)\s*(?:_(?:\w+|\{[^{}=]{1,20}\}))?"
    r"|(?P<squared>(?:\\(?:hat|bar|tilde)\s*\{?\s*)?\\?[A-Za-z]{1,8}\}?)\s*\^\s*(?:2|\{2\}))"
    r"\s*=(?!=)"
)
_LETTERS = "GQRHUVKMABD"
# \nabla_\theta L_h(y (\theta^T x)) = ..., of one example, where the answer has it of every example
_OF_ONE = re.compile(
    rf"[,;\n]{_GAP}{_SPACES}(?:(?:\\text{_GAP}\{{{_GAP})?\b(?:where|with)\b{_GAP}\}}?{_GAP})?{_SPACES}"
    r"(?P<left>(?:\\nabla|∇)\s*_\s*\{?\s*\\?[A-Za-z]+\s*\}?\s*(?P<of>\\?[A-Za-z](?:_\{?\w{1,8}\}?)?)\s*)\("
)
_WORD_OR_PIECE = re.compile(r"\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]{3,}|[A-Za-z]")
_PIECE = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\S")


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
    return {one.name.removeprefix("\\"): (one.rank, one.latex) for one in names if one.role == "macro"}


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


def _known(name: str, names: Names | None) -> bool:
    plain = name.strip("\\'")
    return plain in SPELLINGS or any(plain in (one.name, *one.aliases) for one in names or ())


def with_own_left_sides(text: str, names: Names | None) -> str:
    """The text with letters for what it defines on left sides that are no names: ``\\nabla_a C``, ``\\Sigma'(z^L)``."""
    if "=" not in text or len(text) > LONGEST:
        return text
    for found in [*_OWN_LEFT.finditer(text)][:4]:
        name = found["by"] or found["bare"] or found["head"] or plain_spelling(found["squared"] or "")
        name = name or ("delta" if found["change"] else "overline" if found["bar"] else "E")
        free = [sign for sign in _LETTERS if sign not in text and not _known(sign, names)]
        if not free or _known(name, names) or (found["at"] and re.fullmatch(r"\s*\\?[A-Za-z]+\s*", found["at"])):
            continue
        pieces = re.findall(r"\\[A-Za-z]+|[^\s{}]", found["left"])
        closed = re.sub(r"\s", "", found["left"])
        braces = len(closed) - len(closed.rstrip("}")) if found["bar"] else 0
        last = rf"(?:\s*\}}){{{braces}}}" if braces else r"\}?"
        written = r"[\s{}]*".join(map(re.escape, pieces)) + last + r"(?![A-Za-z_^'])"
        if len(re.findall(written, text)) > 1:
            text = re.sub(written, f" {free[0]} ", text)
    return _at_examples(text, names)


def _at_examples(text: str, names: Names | None) -> str:
    """The text with a gradient that it defines for one example put in where it has it for each, ``x^{(i)}`` for x."""
    found = _OF_ONE.search(text)
    end = closing(text, found.end() - 1) if found is not None else -1
    behind = re.compile(r"\s*=(?!=)\s*").match(text, end + 1) if end > 0 else None
    if found is None or behind is None or _known(found["of"], names):
        return text
    pieces = _PIECE.findall(text[found.start("left") : end + 1])
    mark = r"(?:\s*\^\s*\{?\s*\(\s*([a-z])\s*\)\s*\}?)?"
    named = [at for at, piece in enumerate(pieces) if piece.lstrip("\\").isalpha()]
    used = re.compile(r"\s*".join(re.escape(piece) + mark * (at in named) for at, piece in enumerate(pieces)))
    body = text[behind.end() :].strip()

    def put_in(use: re.Match[str]) -> str:
        marked = {pieces[at]: letter for at, letter in zip(named, use.groups(), strict=True) if letter}
        return f"({_WORD_OR_PIECE.sub(lambda one: _marked(one[0], marked), body)})"

    before = text[: found.start()]
    changed = used.sub(put_in, before)
    return text if changed == before else changed


def _marked(piece: str, marked: Mapping[str, str]) -> str:
    return f"{piece}^{{({marked[piece]})}}" if piece in marked else piece


def with_own_functions(text: str, names: Names | None) -> str:
    """The text with the function that it defines behind or before its formula put in where it is called."""
    if "=" not in text or "(" not in text or len(text) > LONGEST:
        return text
    text = _BARE_DERIVATIVE.sub(_with_argument, text)
    for found in (_BEHIND.search(text), _BEFORE.match(text)):
        if found is None or _is_declared(found["name"], names):
            continue
        behind = found.end() == len(text)
        changed = _put_in(text[: found.start()] if behind else text[found.end() :], found)
        if changed is not None:
            return changed
    return text


def _is_declared(name: str, names: Names | None) -> bool:
    """Whether a function is the model's or the language's; the derivative of one is what an answer says that it is."""
    return any(name in (one.name, *one.aliases) for one in names or ()) if name.endswith("'") else _known(name, names)


def _with_argument(found: re.Match[str]) -> str:
    r"""``\sigma' = \sigma(1-\sigma)`` as ``\sigma'(u) = \sigma(u)(1-\sigma(u))``; as it is without a free letter."""
    name, body = found["of"], found["body"]
    letter = next((sign for sign in "utqv" if sign not in re.sub(r"\\[A-Za-z]+", "", body)), "")
    if not re.search(rf"{_begins(name)}{re.escape(name)}'\s*(?:\\left\s*)?\(", found.string[: found.start()]):
        return found[0]  # no function, but a derivative that is called by its prime
    whole, count = re.subn(rf"{_begins(name)}{re.escape(name)}(?![A-Za-z'])", lambda _: f"{name}({letter})", body)
    return f"{found['lead']}{name}'({letter}) = {whole}" if letter and count else found[0]


def _put_in(text: str, found: re.Match[str]) -> str | None:
    """The text with a function's formula where it is called; None where that says nothing."""
    name, letter, body = found["name"], found["letter"], _CASES.sub("; ", found["body"])
    body = re.sub(rf"{_begins(name)}{re.escape(name)}\s*\(\s*{re.escape(letter)}\s*\)\s*=\s*", "", body)
    called = re.compile(rf"{_begins(name)}{re.escape(name)}\s*(?:\\left\s*)?\(")
    if "=" in re.sub(r"[<>!:]=", "", body) or called.search(body):
        return None
    at, count = 0, 0
    while (call := called.search(text, at)) is not None:
        end = closing(text, call.end() - 1)
        count += 1
        if end < 0 or count > _CALLS:
            return None
        inside = re.sub(r"\\right\s*$", "", text[call.end() : end])
        entered = _at(body, letter, inside)
        text = f"{text[: call.start()]}({entered}){text[end + 1 :]}"
        at = call.start() + len(entered) + 2
    return text if count else None


def _begins(name: str) -> str:
    """What must not stand before a name for it to begin there: a command ends where another begins."""
    return "" if name.startswith("\\") else r"(?<![A-Za-z\\])"


def _at(body: str, letter: str, argument: str) -> str:
    """A function's formula at an argument."""
    return re.sub(rf"(?<![A-Za-z\\_]){re.escape(letter)}(?![A-Za-z])", lambda _: f"({argument})", body)


def closing(text: str, opener: int) -> int:
    """Where the bracket that opens at a place closes; -1 where none does."""
    depth = 0
    for at in range(opener, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at
    return -1
