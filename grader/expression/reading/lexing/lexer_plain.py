"""Plain text, Unicode mathematics and Python spellings to tokens: ``ŷ_ij − y`` is ``name _ name - name``."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NoReturn

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import GREEK_LETTERS
from grader.expression.reading.lexing.tokens import (
    KEYWORD_FORMS,
    KEYWORDS,
    MARKS,
    MAX_TOKENS,
    RESHAPES,
    SIGNS,
    VARIANTS,
    WORD_SIGNS,
    Token,
    fail,
)

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸᶻᵀᵗʲᵏ", "0123456789+-=()nixyzTtjk", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₗₘₙₚₛₜₓᵤᵥₐₑₕₒ", "0123456789+-=()ijklmnpstxuvaeho", strict=True))
FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}

NUMBER = r"(?:[0-9]+(?:\.[0-9]+|\.(?![A-Za-z.]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
PACKAGES = ("np", "numpy", "math", "torch", "tf", "jnp", "scipy", "special", "linalg", "nn", "functional")
ARRAYS = "(?:array|asarray|tensor|matrix)"
METHODS = ("T", "dot", "sum", "mean", "transpose", "matmul", "astype", "shape", "size")
LETTER_PACKAGES = "FT"  # torch.nn.functional, theano.tensor; a matrix too, so only functions may follow
_JOINED = "|".join(spelling for spelling in SPELLINGS if "_" in spelling)  # log_softmax is one name
_FUNCTIONS = rf"(?:{'|'.join(set(SPELLINGS) - set(METHODS))})\s*\("
FUNCTION_AHEAD = re.compile(_FUNCTIONS).match
_MARK = "[" + "".join(MARKS) + "]"
_MASTER = re.compile(
    rf"""(?P<space>[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u205f\u3000]+)
    |(?P<nl>\n[\s]*)
    |(?P<num>{NUMBER})
    |(?P<package>(?:{"|".join(PACKAGES)})\.(?:{ARRAYS}(?=\s*\()|(?=[A-Za-z]))|[{LETTER_PACKAGES}]\.(?={_FUNCTIONS}))
    |(?P<array>(?:Matrix|matrix|array|tensor)(?=\s*\(\s*\[))
    |(?P<name>(?:{_JOINED})(?![A-Za-z0-9])|[A-Za-z][A-Za-z0-9]*{_MARK}?)
    |(?P<method>\.(?:{"|".join(METHODS)})\b)
    |(?P<dot>(?<=[\w)\]}}])(?<!\.[A-Za-z])\.(?=[A-Za-z](?:_\w|(?![\w.(])))|(?<=[\w)\]}}][ ])\.(?=[ ][A-Za-z(]))
    |(?P<two>~(?!=)|\.\*|\./|\.\^|\*\*|:=|<=|>=|!=|==|<>|=<|=>|->|~=|&&|\|\||\^\^)
    |(?P<sup>[{"".join(SUPERSCRIPTS)}]+)
    |(?P<sub>[{"".join(SUBSCRIPTS)}]+)
    |(?P<frac>[{"".join(FRACTIONS)}])
    |(?P<percent>%)
    |(?P<sign>[{re.escape("".join(SIGNS))}])
    |(?P<letter>[^\W\d_]{_MARK}?\d*)
    |(?P<dots>\.\.+)
    |(?P<stop>\.(?=\s|$))
    """,
    re.VERBOSE,
)
_TWO = {
    ".*": ("joint", "circ"),
    "./": ("/", "/"),
    ".^": ("^", "^"),
    "**": ("^", "^"),
    ":=": ("=", ":="),
    "<=": ("rel", "le"),
    "=<": ("rel", "le"),
    ">=": ("rel", "ge"),
    "!=": ("rel", "ne"),
    "<>": ("rel", "ne"),
    "==": ("=", "=="),
    "=>": ("start", "=>"),
    "->": ("start", "->"),
    "~=": ("=", "approx"),
    "~": ("=", "approx"),
    "&&": ("logic", "and"),
    "^^": ("^", "^"),
}
_BETWEEN = {f" {sign} ": SIGNS[sign] for sign in "+-−*/·=<>"}  # one piece, as they stand in most texts
_PIECES = re.compile(
    f"[ ][{re.escape(''.join(sign[1] for sign in _BETWEEN))}][ ]|"
    + re.sub(r"\(\?P<\w+>", "(?:", _MASTER.pattern)
    + "|(?s:.)",
    re.VERBOSE,
).findall
# what a piece of text is whatever stands around it; an empty row says nothing
_KNOWN: dict[str, tuple[str, ...]] = {
    " ": (),
    **SIGNS,
    **_TWO,
    **{letter: ("name", letter) for letter in string.ascii_letters},
}
_LITERALS = ("Matrix", "matrix", "array", "tensor")
_WORDS = frozenset(("sum", "prod", "mod", *_LITERALS, *VARIANTS, *KEYWORD_FORMS, *WORD_SIGNS))


@lru_cache(maxsize=1024)
def spelled(raw: str) -> str:
    """A letter with its marks in plain spelling: ``ŷ`` is ``yhat``, ``δ`` is ``delta``, ``xˆ`` is ``xhat``."""
    if raw.isascii():
        return raw
    out = ""
    for sign in unicodedata.normalize("NFD", raw):
        if sign in MARKS:
            digits = len(out) - len(out.rstrip("0123456789"))
            out = out[: len(out) - digits] + MARKS[sign] + out[len(out) - digits :]
        else:
            out += GREEK_LETTERS.get(sign) or unicodedata.normalize("NFKC", sign)
    return out


def scripts(kind: str, raw: str, start: int, letters: dict[str, str]) -> list[Token]:
    """A run of Unicode super- or subscripts as ``^{...}`` or ``_{...}``."""
    tokens = [Token(kind, kind, start, start), Token("(", "{", start, start)]
    for piece in re.finditer(r"\d+|[A-Za-z]+|.", "".join(letters[sign] for sign in raw)):
        text, at = piece[0], (start + piece.start(), start + piece.end())
        if text.isdigit():
            tokens.append(Token("num", text, *at))
        elif text.isalpha():
            tokens.append(Token("name", text, *at))
        else:
            tokens.append(Token(*SIGNS[text], *at))
    end = start + len(raw)
    tokens.append(Token(")", "}", end, end))
    return tokens


def lex(text: str) -> list[Token]:
    """The tokens of a plain text; stops at a sign that belongs to no formula."""
    tokens: list[Token] = []
    add, new = tokens.append, tuple.__new__  # a Token's own constructor takes twice as long
    known, between = _KNOWN.get, _BETWEEN.get
    position = 0
    for raw in _PIECES(text):
        start = position
        position += len(raw)
        sign = known(raw)
        if sign:
            add(new(Token, (sign[0], sign[1], start, position)))
        elif sign is None:
            sign = between(raw)
            if sign is not None:
                add(new(Token, (sign[0], sign[1], start + 1, position - 1)))
            elif raw.isdecimal():
                add(new(Token, ("num", raw, start, position)))
            elif raw.isalnum() and raw.isascii() and raw[0] >= "A" and raw not in _WORDS and raw[0] != "T":
                add(new(Token, ("name", raw, start, position)))
            elif len(tokens) > MAX_TOKENS:  # `link` refuses what is longer
                break
            else:
                _other(tokens, text, start)
    return tokens


@lru_cache(maxsize=1024)
def signs(text: str) -> tuple[Token, ...]:
    """The tokens of a sign or two, which a long text repeats."""
    return tuple(lex(text))


def _other(tokens: list[Token], text: str, start: int) -> None:
    """Emit the piece at `start`, which needs a look at its kind or at what stands beside it."""
    found = _MASTER.match(text, start)
    if found is None:
        _stranger(text, start)
    rule = _RULES.get(found.lastgroup)
    if rule is not None:
        rule(tokens, text, found)


def _number(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("num", found[0].removesuffix("."), *found.span()))


def _name(tokens: list[Token], text: str, found: re.Match[str]) -> None:
    """A word of the language, a sum, a transpose run together with what it stands before, or a name."""
    raw, (start, end) = found[0], found.span()
    word = KEYWORD_FORMS.get(raw, raw)
    below = len(raw) < 3 and text[:start].endswith(("_", "_{", "_("))  # the o, w of delta_{ow}
    following = text[end : end + 1]
    if word in KEYWORDS and not below and not (raw == "where" and following == "("):
        tokens.append(Token(*KEYWORDS[word], start, end))
    elif raw in ("sum", "prod") and following != "(":
        tokens.append(Token("sum", raw, start, end))
    elif raw[0] == "T" and len(raw) > 1 and tokens and tokens[-1].kind == "^":
        tokens.append(Token("name", "T", start, start + 1))
        tokens.append(Token("name" if len(raw) == 2 else "word", raw[1:], start + 1, end))
    elif raw == "dot" and following == " " and tokens:
        tokens.append(Token("joint", "cdot", start, end))
    elif raw == "mod" and following != "(" and tokens:
        tokens.append(Token("mod", "mod", start, end))
    elif raw in VARIANTS:
        tokens.append(Token("name", VARIANTS[raw], start, end))
    elif raw in WORD_SIGNS:
        tokens.append(Token(*WORD_SIGNS[raw], start, end))
    else:
        tokens.append(Token("name", raw if raw.isascii() else spelled(raw), start, end))


def _letter(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("name", spelled(found[0]), *found.span()))


def _two_bars(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    """Of two signs that are one only ``||`` has no row of its own."""
    start, end = found.span()
    tokens.append(Token("|", "|", start, start + 1))
    tokens.append(Token("|", "|", start + 1, end))


def _line(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("nl", "\n", *found.span()))


def _method(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("method", found[0][1:], *found.span()))


def _dot(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    """A dot between two names, ``a.b`` or ``u_k . v_c``: no attribute has a name of one letter but T."""
    tokens.append(Token("joint", "cdot", *found.span()))


def _superscripts(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.extend(scripts("^", found[0], found.start(), SUPERSCRIPTS))


def _subscripts(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.extend(scripts("_", found[0], found.start(), SUBSCRIPTS))


def _fraction(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("num", FRACTIONS[found[0]], *found.span()))


def _percent(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    if not tokens or tokens[-1].kind not in ("num", "name", ")"):
        fail("'%' is a percent sign only behind a number", "", *found.span())
    tokens.append(Token("%", "%", *found.span()))


def _stop(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token(".", ".", *found.span()))


def _dots(tokens: list[Token], _: str, found: re.Match[str]) -> None:
    tokens.append(Token("dots", found[0], *found.span()))


# by the group of `_MASTER`; spaces and the names of packages leave no token
_RULES: Mapping[str | None, Callable[[list[Token], str, re.Match[str]], None]] = {
    "num": _number,
    "name": _name,
    "letter": _letter,
    "two": _two_bars,
    "nl": _line,
    "method": _method,
    "dot": _dot,
    "sup": _superscripts,
    "sub": _subscripts,
    "frac": _fraction,
    "percent": _percent,
    "stop": _stop,
    "dots": _dots,
}


def refuse_member(name: str, start: int, end: int) -> NoReturn:
    """Stop at ``.name`` between `start` and `end`: only the methods of the list mean something in a formula."""
    hint = f"write {name}(...)" if name in SPELLINGS else ""
    if name in RESHAPES:
        hint = f"leave out .{name}(...): a formula's shapes follow from its operands"
    fail(f"'.{name}' can't be read: attributes are no part of a formula", hint, start, end)


def _stranger(text: str, position: int) -> NoReturn:
    sign = text[position] if text[position].isprintable() else f"U+{ord(text[position]):04X}"
    hint = "write only the formula"
    if sign == ".":
        after = re.match(r"\.([A-Za-z_]\w*)", text[position:])
        if after:
            refuse_member(after[1], position, position + after.end())
        hint = "a decimal point needs a digit behind it"
    elif sign == "\\":
        hint = "a LaTeX command needs its name"
    elif sign in '"`':
        hint = "write the formula without quotes"
    elif sign == "$":
        hint = "dollar signs come in pairs"
    fail(f"'{sign}' can't be read in a formula", hint, position, position + 1)
