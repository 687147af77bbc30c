"""The tokens both lexers write and the one parser reads, and how their brackets match.

``2*(x`` in either notation is ``num *joint ( name``; linking it finds the bracket that is never closed.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from grader.problems import Problem, Span

MAX_CHARACTERS = 20_000
MAX_TOKENS = 4_000
MAX_DEPTH = 60
MAX_DIGITS = 400
MAX_EXPONENT = 400
ENDS = 3  # so that looking a token or two ahead needs no bounds check


class Token(NamedTuple):
    """One word of the language.

    `kind` is the sign itself (``+ - / ^ _ , ; : ' | ‖ =``) or one of: ``num``, ``name`` (one identifier), ``word``
    (a run of LaTeX letters, each a symbol unless known together), ``fn`` (a row of the allow-list), ``joint``,
    ``rel``, ``logic``, ``key`` (if, else, where, then), ``(`` and ``)`` for every bracket (``text`` tells which),
    ``frac sqrt over accent sum partial nabla ind inf method start dots`` and the layout signs ``& row quad nl``.
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
        "∧": ("logic", "and"),
        "∨": ("logic", "or"),
        "¬": ("logic", "not"),
        "(": ("(", "("),
        ")": (")", ")"),
        "[": ("(", "["),
        "]": (")", "]"),
        "{": ("(", "{"),
        "}": (")", "}"),
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

WORD_SIGNS = MappingProxyType({"partial": ("partial", "∂"), "nabla": ("nabla", "∇"), "grad": ("nabla", "∇")})

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


def _forms(word: str) -> list[str]:
    if len(word) == 2:  # oR may be a name
        return [word] if word == "ow" else [word, word.capitalize(), word.upper()]
    return ["".join(signs) for signs in product(*zip(word, word.upper(), strict=True))]


FORMS = MappingProxyType({form: word for word in KEYWORDS for form in _forms(word)})  # in any mix of capitals
PAIRS = MappingProxyType(
    {"(": ")", "[": "]", "{": "}", r"\{": r"\}", "⟨": "⟩", "|": "|", "‖": "‖", "cases": "cases", "matrix": "matrix"}
)


class Linked(NamedTuple):
    """Tokens ready for the parser: ``end`` tokens close them, `match` leads from opening to closing bracket."""

    tokens: list[Token]
    match: dict[int, int]
    notes: list[str]
    kinds: list[str]  # of the tokens


def link(tokens: list[Token]) -> Linked:
    """Match the brackets and drop layout signs that mean nothing where they stand."""
    if len(tokens) > MAX_TOKENS:
        last = tokens[MAX_TOKENS]
        fail("this is too long to read as one formula", f"at most {MAX_TOKENS} signs", last.start, last.end)
    kinds = [token[0] for token in tokens]
    pairs = _brackets(tokens, kinds) if _LAID_OUT.isdisjoint(kinds) else None
    if pairs is not None:
        end = tokens[-1].end if tokens else 0
        return Linked([*tokens, *[Token("end", "", end, end)] * ENDS], pairs, [], [*kinds, *["end"] * ENDS])
    kept: list[Token] = []
    match: dict[int, int] = {}
    notes: list[str] = []
    stack: list[int] = []
    last_equals = broken = -1
    skip = 0
    past = [0] * (len(tokens) + 1)  # how many signs of layout stand from each
    for at in range(len(tokens) - 1, -1, -1):
        past[at] = past[at + 1] + 1 if kinds[at] in _LAYOUT else 0
    for at, token in enumerate(tokens):
        kind = token.kind
        if at < skip:
            continue
        if kind == "(":
            stack.append(len(kept))
            if len(stack) > MAX_DEPTH:
                fail("brackets are nested too deep", f"at most {MAX_DEPTH} levels", token.start, token.end)
        elif kind == ")":
            if not stack:
                fail(
                    f"'{shown(token)}' closes a bracket that was never opened",
                    "remove it, or add the opening bracket",
                    token.start,
                    token.end,
                )
            opener = kept[stack[-1]]
            if token.text != "." and opener.text != "." and PAIRS[opener.text] != token.text:
                fail(
                    f"'{shown(token)}' does not close the '{shown(opener)}' that was opened before it",
                    "check which bracket is missing",
                    opener.start,
                    token.end,
                )
            match[stack.pop()] = len(kept)
        elif kind == "=":
            if not stack:
                last_equals = len(kept)
        elif kind == "&" or kind == "row":
            if kind == "row" and stack and kept[stack[-1]].text == "{" and kept[stack[-1] - 1].kind in ("_", "("):
                token = token._replace(kind=",")  # lines under a sum
            elif not stack or kept[stack[-1]].text not in ("cases", "matrix"):
                if kind == "row" and not stack and _breaks(kept, tokens, at, past[at], last_equals > broken):
                    broken = len(kept)
                    kept.append(token._replace(kind="nl"))
                continue
        elif kind == "nl":
            if stack or not _breaks(kept, tokens, at, past[at], last_equals > broken):
                continue
            broken = len(kept)
        elif kind == ".":
            following = tokens[at + 1].kind if at + 1 < len(tokens) else "end"
            if following in (")", "row", "&", "=", "end", "nl", "quad"):
                continue
            if stack:
                fail("'.' can't stand here", "a decimal point needs a digit behind it", token.start, token.end)
        elif kind == "quad" and (not stack or kept[stack[-1]].text != "["):
            if not stack and [t.kind for t in tokens[at + 1 : at + 5]] in (
                _NUMBERED,
                [*_NUMBERED, "nl"],
                [*_NUMBERED, "row"],
            ):
                skip = at + 4  # the number of an equation at the end of its line
                notes.append("prose")
            continue
        kept.append(token)
    end = tokens[-1].end if tokens else 0
    if stack:
        opener = kept[stack[-1]]
        ending = rf"\end{{{opener.text}}}" if opener.text in ("cases", "matrix") else PAIRS.get(opener.text, ")")
        closes_side = not any(token.kind == "=" for token in kept[stack[-1] :])
        if len(stack) > 1 or stack[-1] < last_equals or not closes_side or opener.text in ("cases", "matrix"):
            fail(
                f"the bracket '{shown(opener)}' is never closed",
                f"add '{ending}' where it ends",
                opener.start,
                opener.end,
            )
        match[stack[-1]] = len(kept)
        kept.append(Token(")", PAIRS.get(opener.text, ")"), end, end))
        notes.append("bracket_supplied")
    kept += [Token("end", "", end, end)] * ENDS
    return Linked(kept, match, notes, [token[0] for token in kept])


def _brackets(tokens: list[Token], kinds: list[str]) -> dict[int, int] | None:
    """Closing by opening bracket, where every bracket has its own; None where one needs a second look."""
    match: dict[int, int] = {}
    stack: list[int] = []
    awaited: list[str | None] = []
    for at in [at for at, kind in enumerate(kinds) if kind in _BRACKETS]:
        text = tokens[at][1]
        if kinds[at] == "(":
            stack.append(at)
            awaited.append(PAIRS.get(text))
        elif stack and awaited.pop() == text and len(stack) <= MAX_DEPTH:
            match[stack.pop()] = at
        else:
            return None
    return None if stack else match


_NUMBERED = ["(", "num", ")"]
_CONTINUES = frozenset(("=", "+", "-", "joint", "/", "rel", ",", "^", "_", "logic", "over", "'", "method", ")", "end"))
_OPEN = frozenset(("=", "+", "-", "joint", "/", "rel", ",", "key", "logic", "partial", "nabla", "sum", "frac", "sqrt"))
_LAYOUT = frozenset(("nl", "row", "&", "quad"))
_LAID_OUT = _LAYOUT | {"."}
_BRACKETS = frozenset("()")


def _breaks(kept: list[Token], tokens: list[Token], at: int, layout: int, equals: bool) -> bool:
    """Whether the line break at `at` ends a statement; `layout` counts the signs of layout from there.

    `equals` says that the statement holds an ``=``.
    """
    following = at + layout
    if following >= len(tokens) or not kept or kept[-1].kind in _OPEN or kept[-1].kind == "nl":
        return False
    after = tokens[following]
    if after.kind in _CONTINUES or (after.kind == "key" and after.text != "where"):
        return False
    # a line break in LaTeX source says little: only between two equations does it end the first
    return tokens[at].text != "soft" or (equals and _equals_ahead(tokens, following))


def _equals_ahead(tokens: list[Token], at: int) -> bool:
    level = 0
    while at < len(tokens):
        kind = tokens[at].kind
        if kind == "(" or kind == ")":
            level += 1 if kind == "(" else -1
        elif not level and kind == "=":
            return True
        elif not level and kind in ("nl", "row", ";"):
            return False
        at += 1
    return False


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
