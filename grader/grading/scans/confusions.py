r"""The table of confusions: what OCR of handwriting writes for what stood on the paper, and what believing it costs.

One row a confusion, the cheapest first: ``\chi`` for x. The costs order hypotheses and nothing else; they follow how
often each confusion was met in scanned homework on gradients. Names that the model has not make a row useless, so the
rows need not be careful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_COST = 12.0  # of all changes of one line together


@dataclass(frozen=True, slots=True)
class Confusion:
    r"""What is `scanned` (a pattern over LaTeX) for what was `written` (its replacement), at a `cost`.

    `weak`: a sign, hat, relation, digit or index alone, which also tells many a wrong answer from the right one.
    `joint`: where it happens in a line it tends to happen to every one of its kind. `glyph`: what was taken for what,
    where the pattern holds more than that.
    """

    kind: str
    scanned: str
    written: str
    cost: float
    weak: bool = False
    joint: bool = False
    glyph: tuple[str, str] | None = None


def _glyph(scanned: str, *written: str, cost: float = 1.0, before: str = "", after: str = "") -> list[Confusion]:
    letter = scanned if scanned.startswith("\\") else re.escape(scanned)
    end = r"(?![A-Za-z])" if scanned.startswith("\\") else ""
    start = r"(?<![\d.])" if scanned.isdigit() else ""
    return [
        Confusion("glyph", f"{before}{start}{letter}{end}{after}", _spaced(one), cost + n / 2, joint=True)
        for n, one in enumerate(written)
    ]


def _spaced(command: str) -> str:
    return command.replace("\\", r"\\") + (" " if re.fullmatch(r"\\[A-Za-z]+", command) else "")


_ONLY_DIGIT = r"(?![\d.])"
_GLYPHS = (
    *_glyph(r"\\chi", "x"),
    *_glyph("X", "x"),
    *_glyph("N", "x", cost=2),
    *_glyph(r"\\times", "x", cost=2.5),
    *_glyph(r"\\omega", "w"),
    *_glyph("W", "w"),
    *_glyph("M", "W", "w", cost=2),
    *_glyph("3", r"\partial", after=_ONLY_DIGIT),
    *_glyph("9", r"\partial", "y", after=_ONLY_DIGIT, cost=1.5),
    *_glyph("2", r"\partial", after=_ONLY_DIGIT, cost=2),
    *_glyph("6", r"\sigma", after=r"(?=\s*(?:\\left)?\()"),
    *_glyph("0", r"\sigma", after=r"(?=\s*(?:\\left)?\()", cost=1.5),
    *_glyph("O", r"\sigma", after=r"(?=\s*(?:\\left)?\()", cost=1.5),
    *_glyph(r"\\delta", r"\sigma", after=r"(?=\s*(?:\\left)?\()", cost=1.5),
    *_glyph("5", r"\delta", "s", after=_ONLY_DIGIT, cost=1.5),
    *_glyph("s", r"\delta", cost=2),
    *_glyph("S", r"\delta", "s", cost=2.5),
    *_glyph("q", "y", cost=1),
    *_glyph("g", "y", cost=1.5),
    *_glyph("u", "y", "v", cost=2.5),
    *_glyph("v", "y", "u", cost=3),
    *_glyph(r"\\beta", "B"),
    *_glyph("U", "B", "y", cost=2.5),
    *_glyph("7", "Z", "z", after=_ONLY_DIGIT, cost=3),
    *_glyph("2", "z", "Z", after=_ONLY_DIGIT, cost=3),
    *_glyph("Y", "y", cost=1.5),
    *_glyph("h", "n", "r", cost=3),
    *_glyph("n", "r", "h", cost=3),
    *_glyph("P", "p", cost=1.5),
    *_glyph("w", "y", "u", cost=3.5),
    *_glyph("t", "f", "+", cost=3.5),
    *_glyph("l", "1", "|", cost=3),
    *_glyph("a", r"\alpha", cost=2.5),
    *_glyph(r"\\alpha", "a", "x", cost=2),
    *_glyph("r", r"\gamma", cost=3),
    *_glyph(r"\\lambda", "x", cost=3),
    *_glyph("k", "x", cost=3.5),
    *_glyph("z", "2", cost=3),
)

# a numerator and a denominator that each begin with what a partial sign was read as
_D = r"(?:[3928d]|\\delta)"
_ALONE = r"(?<![\d.^_=])(?<![\^_]\{)"
_SIGNS = (
    Confusion(
        "glyph",
        rf"\\frac\s*\{{\s*{_D}(?P<of>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}\s*\{{\s*{_D}(?P<by>(?:[^{{}}]|\{{[^{{}}]*\}})+)\}}",
        r"\\frac{\\partial \g<of>}{\\partial \g<by>}",
        1.0,
        joint=True,
        glyph=("3", r"\partial"),
    ),
    Confusion(
        "limit",
        r"_\{\s*(\w)\s*=\s*[1lI]\s*\}\s*\^\s*(?:\{[^{}]*\}|\\infty|\w)",
        r"_{\1}",
        1.0,
        joint=True,
        glyph=("limit", ""),
    ),
    Confusion(
        "bar",
        rf"{_ALONE}1(?![\d.])\s*(?P<in>[^|1]{{3,60}}?)(?:\s1(?![\d.])|1(?![\d.}}]))",
        r"|\g<in>|",
        1.5,
        joint=True,
    ),
    Confusion(
        "bar",
        rf"{_ALONE}1(?![\d.])(?P<in>[^|]{{3,60}}?_)\{{?\s*(?P<i>[a-z])\s*1\s*\}}?",
        r"|\g<in>{\g<i>}|",
        1.5,
        glyph=("1", "|"),
    ),
    Confusion("bar", r"_\{([a-z])1\}", r"_{\1}", 2.5, glyph=("1", "|")),
    Confusion("prime", r"\^\s*(?:\{\s*[12]\s*\}|[12])", r"'", 2.0, joint=True, glyph=("2", "'")),
    Confusion("script", r"\^\s*(\{[\w-]+\}|\d)", r"_\1", 2.0, joint=True, glyph=("^", "_")),
    Confusion("script", r"_\{\s*-\s*\}", "-", 1.0, joint=True),
    Confusion("comma", r",\s*(?=\\?[A-Za-z|(])", " ", 2.0, joint=True, glyph=(",", "")),
    Confusion("comma", r"\(\s*([^\s()+,=-]+)\s+([^\s()+,=-]+)\s*\)", r"(\1, \2)", 2.0, joint=True, glyph=("", ",")),
    Confusion("dot", r"(?<=[\w})])\s*-\s*(?=[\\({\w])", r" \\cdot ", 3.5),
    Confusion("square", r"(?<=[\w})])\s*\^\s*(?:\{\s*2\s*\}|2)", "", 3.5, joint=True),
    Confusion(
        "hat", r"(?<!\\hat\{)(?<![A-Za-z\\{])([a-zA-Z])(?![A-Za-z])", r"\\hat{\1}", 2.0, weak=True, glyph=("", "^")
    ),
    Confusion("hat", r"\\(?:hat|bar|tilde|dot)\s*(?:\{\s*([^{}]*)\s*\}|([A-Za-z]))", r"\1\2", 2.0, weak=True),
    # two equal exponentials are never added nor subtracted
    Confusion("sign", r"(e\^\{([^{}]*)\}\s*[-+]\s*e\^)\{\2\}", r"\1{-\2}", 0.5, weak=True, joint=True, glyph=("", "-")),
    Confusion("sign", r"\^\s*\{\s*(?![-+−])", "^{-", 1.0, weak=True, joint=True, glyph=("", "-")),
    Confusion("sign", r"\^\s*(\w)(?!\w)", r"^{-\1}", 1.5, weak=True, glyph=("", "-")),
    Confusion("sign", r"\A\s*(?![-+−=])", "-", 3.0, weak=True),
    Confusion("sign", r"\A\s*[-−]", "", 3.0, weak=True),
    Confusion("sign", r"(?<=[\w})\]])\s*\+", " -", 3.0, weak=True),
    Confusion("sign", r"(?<=[\w})\]])\s*[-−]", " +", 3.5, weak=True),
    Confusion("one", r"(?<=[(\[])\s*[-−]", "1 - ", 2.0, weak=True),
    Confusion("relation", r"\\(?:geq?|ge)(?![A-Za-z])|≥|>", "<", 2.5, weak=True),
    Confusion("relation", r"\\(?:leq?|le)(?![A-Za-z])|≤|<", ">", 2.5, weak=True),
    Confusion("relation", r"\\neq?(?![A-Za-z])|≠", "=", 2.0, weak=True),
    Confusion("relation", r"(?<![\\:<>])=", r"\\neq ", 2.5, weak=True),
)

_DIGITS = (
    ("3", "8", 2.0),
    ("0", "8", 2.0),
    ("5", "8", 2.0),
    ("8", "6", 2.5),
    ("6", "8", 2.5),
    ("5", "2", 2.5),
    ("2", "5", 3.0),
    ("1", "7", 3.0),
    ("7", "1", 3.0),
    ("4", "9", 3.0),
    ("9", "4", 3.0),
    ("6", "0", 3.0),
    ("0", "6", 3.0),
    ("8", "3", 3.0),
    ("3", "5", 3.5),
    ("5", "3", 3.5),
    ("8", "0", 3.0),
)
_DIGIT_ROWS = tuple(
    Confusion("digit", rf"(?:(?<=[\d.]){one}|{one}(?=[\d.]))(?!\s*\^)", other, cost, weak=True)
    for one, other, cost in _DIGITS
)
_INDICES = tuple(
    Confusion("index", rf"(?<=[_{{A-Za-z]){one}(?=[\sA-Za-z}}]|$)", other, 3.0, weak=True)
    for one, other in (("i", "j"), ("j", "i"), ("u", "v"), ("v", "u"), ("1", "i"), ("l", "i"))
)


@lru_cache(maxsize=1)
def confusions() -> tuple[tuple[Confusion, re.Pattern[str]], ...]:
    """All rows with their patterns, the cheapest first."""
    rows = (*_GLYPHS, *_SIGNS, *_DIGIT_ROWS, *_INDICES)
    return tuple((row, re.compile(row.scanned)) for row in sorted(rows, key=lambda one: one.cost))
