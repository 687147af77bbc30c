"""Plain text, Unicode mathematics and Python spellings to tokens: ``ŷ_ij − y`` is ``name _ name - name``."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from typing import NoReturn

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import GREEK_LETTERS
from grader.expression.reading.lexing.tokens import (
    FORMS,
    KEYWORDS,
    MARKS,
    MAX_TOKENS,
    RESHAPES,
    SIGNS,
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
METHODS = ("T", "dot", "sum", "mean", "transpose", "matmul", "astype")
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
    |(?P<name>(?:{_JOINED})(?![A-Za-z0-9])|[A-Za-z][A-Za-z0-9]*{_MARK}?)
    |(?P<method>\.(?:{"|".join(METHODS)})\b)
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
_WORDS = frozenset(("sum", "prod", *FORMS, *WORD_SIGNS))


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
    raw, position, add = found[0], found.end(), tokens.append
    match found.lastgroup:
        case "space" | "package":
            pass
        case "num":
            add(Token("num", raw.removesuffix("."), start, position))
        case "name":
            word = FORMS.get(raw, raw)
            below = len(raw) < 3 and text[:start].endswith(("_", "_{", "_("))  # the o, w of delta_{ow}
            if word in KEYWORDS and not below and not (raw == "where" and text[position : position + 1] == "("):
                add(Token(*KEYWORDS[word], start, position))
            elif raw in ("sum", "prod") and text[position : position + 1] != "(":
                add(Token("sum", raw, start, position))
            elif raw[0] == "T" and len(raw) > 1 and tokens and tokens[-1].kind == "^":
                add(Token("name", "T", start, start + 1))
                add(Token("name" if len(raw) == 2 else "word", raw[1:], start + 1, position))
            elif raw in WORD_SIGNS:
                add(Token(*WORD_SIGNS[raw], start, position))
            else:
                add(Token("name", raw if raw.isascii() else spelled(raw), start, position))
        case "two":  # only || has no row of its own
            add(Token("|", "|", start, start + 1))
            add(Token("|", "|", start + 1, position))
        case "letter":
            add(Token("name", spelled(raw), start, position))
        case "nl":
            add(Token("nl", "\n", start, position))
        case "method":
            add(Token("method", raw[1:], start, position))
        case "sup":
            tokens.extend(scripts("^", raw, start, SUPERSCRIPTS))
        case "sub":
            tokens.extend(scripts("_", raw, start, SUBSCRIPTS))
        case "frac":
            add(Token("num", FRACTIONS[raw], start, position))
        case "percent":
            if not tokens or tokens[-1].kind != "num":
                fail("'%' is a percent sign only behind a number", "", start, position)
            add(Token("%", "%", start, position))
        case "stop":
            add(Token(".", ".", start, position))
        case "dots":
            add(Token("dots", raw, start, position))


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
