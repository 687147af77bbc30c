"""The tokens both lexers write and the one parser reads: ``2*(x`` in either notation is ``num joint ( name``."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from grader.problems import Problem, Span

MAX_CHARACTERS = 20_000
LONGEST = 1_500  # characters of a text whose words are looked at: patterns of words take the square of its length
MAX_TOKENS = 4_000
MAX_DEPTH = 60
MAX_DIGITS = 400
MAX_EXPONENT = 400  # of ten, in a number
MAX_POWER = 10_000
APART = "apart"  # the text of a line break where words stand between two formulas


class Token(NamedTuple):
    """One word of the language.

    `kind` is the sign itself (``+ - / ^ _ , ; : ' | ‖ =``) or one of: ``num``, ``name`` (one identifier), ``word``
    (a run of LaTeX letters, each a symbol unless known together), ``fn`` (a row of the allow-list), ``joint``,
    ``rel``, ``logic``, ``key`` (if, else, where, then), ``(`` and ``)`` for every bracket (``text`` tells which),
    ``mod det frac sqrt over accent sum partial nabla ind inf method start dots`` and for layout ``& row quad nl``.
    """

    kind: str
    text: str
    start: int
    end: int


# places repeat from answer to answer, and a look into a table is cheaper than a new Span
span_of = lru_cache(maxsize=1 << 16)(Span)


class Unreadable(Exception):
    """Stops a parse at a mistake in the text; `reading.read` turns it back into the Problem it carries."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, hint, span=Span(start, max(end, start + 1)))


def fail(message: str, hint: str, start: int, end: int) -> NoReturn:
    """Stop reading here."""
    raise Unreadable(message, hint, start, end)


# what code does to the shape of an array, which is no part of a formula
RESHAPES = frozenset(("reshape", "flatten", "ravel", "squeeze", "unsqueeze", "view", "expand_dims", "newaxis"))
VARIANTS = MappingProxyType({f"var{name}": name for name in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")})

ACCENTS = MappingProxyType(
    {
        "hat": "hat",
        "widehat": "hat",
        "tilde": "tilde",
        "widetilde": "tilde",
        "bar": "bar",
        "overline": "bar",
        "dot": "dot",
        "ddot": "ddot",
        "check": "check",
        "vec": "",
        "overrightarrow": "",
        "underline": "",
    }
)
MARKS = MappingProxyType(
    {"\u0302": "hat", "ˆ": "hat", "\u0303": "tilde", "˜": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"}
)

SIGNS = MappingProxyType(
    {
        "+": ("+", "+"),
        "-": ("-", "-"),
        "−": ("-", "-"),
        "–": ("-", "-"),
        "—": ("-", "-"),
        "/": ("/", "/"),
        "°": ("°", "°"),
        "!": ("!", "!"),
        "÷": ("/", "/"),
        "∕": ("/", "/"),
        "^": ("^", "^"),
        "_": ("_", "_"),
        ",": (",", ","),
        ";": (";", ";"),
        ":": (":", ":"),
        "'": ("'", "'"),
        "′": ("'", "'"),
        "’": ("'", "'"),
        "|": ("|", "|"),
        "∣": ("|", "|"),
        "‖": ("‖", "‖"),
        "∥": ("‖", "‖"),
        "*": ("joint", "*"),
        "∗": ("joint", "*"),
        "·": ("joint", "cdot"),
        "⋅": ("joint", "cdot"),
        "∙": ("joint", "cdot"),
        "•": ("joint", "cdot"),
        "×": ("joint", "times"),
        "∘": ("joint", "circ"),
        "◦": ("joint", "circ"),
        "○": ("joint", "circ"),
        "⊙": ("joint", "circ"),
        "⊘": ("/", "/"),
        "⊗": ("joint", "otimes"),
        "@": ("joint", "@"),
        "=": ("=", "="),
        "≈": ("=", "approx"),
        "≃": ("=", "approx"),
        "≅": ("=", "approx"),
        "←": ("=", ":="),
        "<": ("rel", "lt"),
        ">": ("rel", "gt"),
        "≤": ("rel", "le"),
        "≦": ("rel", "le"),
        "⩽": ("rel", "le"),
        "≥": ("rel", "ge"),
        "≧": ("rel", "ge"),
        "⩾": ("rel", "ge"),
        "≠": ("rel", "ne"),
        "∈": ("rel", "in"),
        "∖": ("setminus", "setminus"),
        "∧": ("logic", "and"),
        "∨": ("logic", "or"),
        "¬": ("logic", "not"),
        "(": ("(", "("),
        ")": (")", ")"),
        "[": ("(", "["),
        "]": (")", "]"),
        "{": ("(", "{"),
        "}": (")", "}"),
        "⟦": ("(", "["),
        "⟧": (")", "]"),
        "⟨": ("(", "⟨"),
        "⟩": (")", "⟩"),
        "∑": ("sum", "sum"),
        "Σ": ("sum", "sum"),
        "∏": ("sum", "prod"),
        "Π": ("sum", "prod"),
        "∂": ("partial", "∂"),
        "∇": ("nabla", "∇"),
        "√": ("sqrt", "√"),
        "∞": ("inf", "∞"),
        "𝟙": ("ind", "1"),
        "⊤": ("name", "⊤"),
        "∴": ("start", "∴"),
        "⇒": ("start", "⇒"),
        "⟹": ("start", "⟹"),
        "→": ("start", "→"),
        "…": ("dots", "…"),
        "⋯": ("dots", "⋯"),
    }
)

WORD_SIGNS = MappingProxyType(
    {
        "partial": ("partial", "∂"),
        "nabla": ("nabla", "∇"),
        "grad": ("nabla", "∇"),
        "times": ("joint", "*"),
        "plus": ("+", "+"),
        "minus": ("-", "-"),
    }
)

KEYWORDS = MappingProxyType(
    {
        "if": ("key", "if"),
        "when": ("key", "if"),
        "for": ("key", "for"),
        "whenever": ("key", "if"),
        "elif": ("key", "elif"),
        "else": ("key", "else"),
        "otherwise": ("key", "else"),
        "elsewhere": ("key", "else"),
        "ow": ("key", "else"),
        "then": ("key", "then"),
        "since": ("key", "because"),
        "because": ("key", "because"),
        "where": ("key", "where"),
        "with": ("key", "where"),
        "let": ("key", "where"),
        "and": ("logic", "and"),
        "or": ("logic", "or"),
        "not": ("logic", "not"),
    }
)


def _in_any_capitals(word: str) -> list[str]:
    if len(word) == 2:  # oR may be a name
        return [word] if word == "ow" else [word, word.capitalize(), word.upper()]
    return ["".join(signs) for signs in product(*zip(word, word.upper(), strict=True))]


KEYWORD_FORMS = MappingProxyType(
    {form: word for word in KEYWORDS for form in _in_any_capitals(word)}
)  # in any mix of capitals


_RELATIONS = {"lt": "<", "gt": ">", "le": "≤", "ge": "≥", "ne": "≠", "in": "∈", "cdot": "·", "times": "×", "circ": "∘"}


def shown(token: Token) -> str:
    """A token as its author sees it."""
    if token.kind in ("rel", "joint"):
        return _RELATIONS.get(token.text, token.text)
    match token.text:
        case "cases" | "matrix":
            return r"\begin" if token.kind == "(" else r"\end"
        case "." if token.kind in ("(", ")"):
            return r"\left." if token.kind == "(" else r"\right."
    return token.text
