r"""Functions that words name put in where they are called: ``H(z), H the Heaviside step`` is ``step(z)``.

So is ``n \psi_1(\alpha) (\psi_1 \text{ trigamma})``. A name that a model or the language has keeps its meaning:
words that say the same of it are left out, and others stay, so that a person reads them.
"""

from __future__ import annotations

import re

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Names
from grader.expression.language.words import FUNCTION_LETTERS, GREEK_LETTERS
from grader.expression.reading.lexing.tokens import LONGEST

_FIRST_WORDS = {
    "sigmoid": "sigmoid",
    "logistic": "sigmoid",
    "softmax": "softmax",
    "hyperbolic": "tanh",
    "tanh": "tanh",
    "softplus": "softplus",
    "relu": "ReLU",
    "rectified": "ReLU",
    "rectifier": "ReLU",
    "heaviside": "step",
    "unit": "step",
    "step": "step",
    "trigamma": "trigamma",
    "digamma": "digamma",
    "signum": "sign",
    "indicator": "indicator",
}
_FUNCTION = (
    r"(?:sigmoid|logistic)(?:\s+sigmoid)?|softmax|hyperbolic\s+tangent|tanh|softplus|relu|rectified\s+linear(?:\s+unit)?"
    r"|rectifier|heaviside(?:'s)?(?:\s+(?:unit\s+)?step)?|unit\s+step|unit(?=\s+function)|step(?=\s+function)"
    r"|trigamma|digamma|signum|indicator"
)
# pieces of which each of these holds one
_NAMED_BY = (
    *("sigmoid", "logistic", "softmax", "tan", "softplus", "relu", "rectif", "heaviside", "unit", "step", "gamma"),
    *("signum", "indicator"),
)
_SPACES = r"(?:\s|\\q?quad\b|\\[,;:! ]|~){0,9}"
_TEXT = r"(?:\\(?:text|mathrm)\s*\{\s*)?"
_ONE = r"\\math(?:bb|bf|ds|bbm)\s?\{\s?[1I]\s?\}|[1𝟙]"
_NAME = rf"(?P<name>{_ONE}|\\?[A-Za-z]{{1,8}}(?:_\d|_\{{\d\}})?|[α-ωΑ-Ω](?:_\d|[₀-₉])?)"
_EXPLAINED = re.compile(
    rf"(?:(?:^|[,;.])?{_SPACES}{_TEXT}\(?\s{{0,3}}\b(?:where|with|here|and|for|let)\b{_SPACES}\}}?"
    rf"|[,;]{_SPACES}{_TEXT}|{_SPACES}{_TEXT}\()"
    rf"{_SPACES}\$?{_NAME}(?:\s?[(\[]\s*(?:\\?[a-z]{{1,6}}|\\?cdot|[.·])\s*[)\]])?\$?{_SPACES}{_TEXT}"
    r"(?:=\s*(?:\\psi|ψ|psi)\s*(?:'|\^?\{?\\prime\}?)\s*)?"
    rf"(?:(?:is|be|denotes?|being|=|:|as|stands\s+for)\s*)?{_TEXT}(?:(?:the|an?)\s+)?"
    rf"(?:element-?wise\s+)?\\?(?P<function>{_FUNCTION})(?:\s+(?:function|activation|nonlinearity|theta)){{0,2}}"
    r"\s*[)}\s]{0,4}(?=$|[,;:.\n])",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b(?:{_FUNCTION}|sign\s+function)\b", re.IGNORECASE)
_TEST = re.compile(r"[<>=≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)(?![A-Za-z])")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_CALLED = r"(?='{0,2}\s*(?:\\(?:left|[bB]igg?l?|!|,)\s*){0,2}[(\[{])"


def with_named_functions(text: str, names: Names | None) -> str:
    """The text with the functions that its words name; the same text where they name none."""
    if " " not in text or len(text) > LONGEST or not any(map(text.lower().__contains__, _NAMED_BY)):
        return text
    for found in [*_EXPLAINED.finditer(text)][:4]:
        begin = text.find(found[0])
        if begin >= 0 and _balanced(found[0]):
            text = _put_in(text, begin, found, names)
    return text


def names_function(words: str) -> bool:
    """Whether words name a function, which may be another one than the formula before them has."""
    return _NAMED.search(words) is not None


def _put_in(text: str, begin: int, found: re.Match[str], names: Names | None) -> str:
    """The text without one explanation and with the function in it; the same text where that may be another one."""
    plain = re.sub(r"[\\{}]", "", found["name"])
    plain = GREEK_LETTERS.get(plain[:1], plain[:1]) + re.sub(r"^([₀-₉])", r"_\1", plain[1:]).translate(_DIGITS)
    meant = _FIRST_WORDS[re.split(r"[\s']", found["function"])[0].lower()]
    rest = text[:begin] + " " * len(found[0]) + text[begin + len(found[0]) :]
    if meant == "indicator":
        return _with_indicators(text, rest, found["name"], plain)
    known = next((one for one in names or () if plain in (one.name, *one.aliases)), None)
    if known is not None and known.role != "size":
        return rest if known.function == meant else text
    if plain in SPELLINGS and (SPELLINGS[plain] == meant or plain not in FUNCTION_LETTERS):
        return rest if SPELLINGS[plain] == meant else text
    spelled = rf"\operatorname{{{meant}}}" if "\\" in text else meant
    begins = "" if found["name"].startswith("\\") else r"(?<![A-Za-z\\])"
    called = re.compile(rf"{begins}{_either_braces(found['name'])}{_CALLED}")
    return called.sub(lambda _: spelled, rest) if called.search(rest) else text


def _with_indicators(text: str, rest: str, name: str, plain: str) -> str:
    """The rest of a text with an indicator under its usual sign, where each of its brackets holds a test; else all."""
    if re.fullmatch(_ONE, name):
        return rest
    begins = "" if name.startswith("\\") else r"(?<![A-Za-z\\])"
    called = re.compile(rf"{begins}{re.escape(name)}(?=\s?(?:\\left\s?)?[(\[{{_](?P<test>[^()\[\]]*))")
    if not (calls := [*called.finditer(rest)]) or not all(_TEST.search(call["test"]) for call in calls):
        return text
    return rest if plain == "I" else called.sub(r"\\mathbb{1}" if "\\" in text else "1", rest)


def _either_braces(name: str) -> str:
    r"""A pattern for a name with braces round its number or without: ``\psi_1``, ``\psi_{1}``."""
    head, _, below = re.sub(r"[{}]", "", name).partition("_")
    return re.escape(head) + (rf"_(?:{below}|\{{{below}\}})" if below else "")


def _balanced(text: str) -> bool:
    """Whether each bracket and brace of an explanation closes within it, so that none of a formula is taken."""
    return text.count("(") == text.count(")") and text.count("{") == text.count("}")
