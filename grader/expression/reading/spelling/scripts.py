r"""A name as it is written, with its scripts: ``\hat y_{ij}'`` is the base ``yhat`` over ``ij`` with one prime.

`scan` reads one at a token; `shape_of` reads a text that is a name and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from grader.expression.reading.lexing import lexer_latex, lexer_plain
from grader.expression.reading.lexing.linking import link
from grader.expression.reading.lexing.tokens import Token, Unreadable

TRANSPOSED = frozenset({"T", "⊤", "t⊤"})
_LAYER = re.compile(r"([(\[])([\w,:*-]+|[lLktijs]\+1)([)\]])('*)(?:\^?(T|⊤))?")
_OF_EXAMPLE = re.compile(r"(\[\w+\]|\d{1,2})\((\w+)\)(?:\^?(T|⊤))?")  # of layer 2 and example i: a^{[2](i)}, a^{2(i)}
EXAMPLE = "|"  # between the two above such a name
_RAISED = re.compile(r"(\d{1,3}|[A-SU-Za-z])(T|⊤)?")
LOOKALIKES = {"omega": "w", "nu": "v", "chi": "x", "upsilon": "u", "rho": "p", "kappa": "k", "ell": "l"}
# what code calls a Greek letter, and the other way round
_SHORT = {
    **dict.fromkeys(("lam", "lmbda", "lambd", "lamda"), "lambda"),
    "lambda": "lam",
    "eps": "epsilon",
    "epsilon": "eps",
    "th": "theta",
    "theta": "th",
}


class Shape(NamedTuple):
    """A name as written: `base` in plain spelling with accents, `above` and `below` as raw text, and its `primes`.

    `transposed` says that a transpose stood among the superscripts; `end` is the index of the token behind it.
    """

    base: str
    above: str = ""
    below: str = ""
    primes: int = 0
    transposed: bool = False
    end: int = 0

    @property
    def display(self) -> str:
        """The plain spelling: ``w^(1)_12``."""
        return display_of(self.base, self.above, self.below, self.primes)


@lru_cache(maxsize=4096)
def display_of(base: str, above: str = "", below: str = "", primes: int = 0) -> str:
    """The plain spelling of a name with such scripts."""
    if not below and not above:
        base = _numbered(base)
    if "," in below and all(len(piece) == 1 for piece in below.split(",")):
        below = below.replace(",", "")
    return base + (f"^({above})" if above else "") + (f"_{below}" if below else "") + "'" * primes


def _numbered(base: str) -> str:
    letters = base.rstrip("0123456789")
    return f"{letters}_{base[len(letters) :]}" if letters and letters != base else base


def scan(
    tokens: list[Token],
    match: dict[int, int],
    at: int,
    lengthen: Callable[[str, str], bool] | None = None,
    raised: Callable[[str, str], bool] | None = None,
) -> Shape | None:
    """The name that begins at token `at`, with all its scripts that are no power; None where no name begins.

    `lengthen(base, below)` says whether a LaTeX subscript without braces takes the letters behind its first one too,
    `raised(base, above)` whether a superscript without braces is a layer's, as in ``a^3``, or counts, as in ``z^(i)``,
    and is no power.
    """
    name = _without_scripts(tokens, match, at, lengthen)
    if name is None:
        return None
    base, above, below, primes, transposed, end = name
    while True:
        kind = tokens[end][0]
        if kind == "'":
            primes += 1
            end += 1
        elif kind == "_":
            raw, end = _subscript(tokens, match, end, base, lengthen)
            if not raw:
                return None
            if raw in ("hat", "bar", "tilde") and not below:
                base += raw
            else:
                below = f"{below},{raw}" if below else raw
        elif kind == "^":
            raw, after = raw_script(tokens, match, end + 1)
            layer = _LAYER.fullmatch(raw) if tokens[end + 1].text == "{" else None
            example = _OF_EXAMPLE.fullmatch(raw) if layer is None and tokens[end + 1].text == "{" else None
            if example and example[1].isdigit() and not (raised is not None and raised(base, example[1])):
                example = None
            bare = _RAISED.fullmatch(raw) if raised is not None and not above else None
            if (
                layer is None and not above and raised is not None and tokens[end + 1].text == "("
            ):  # h^(1) of a named layer
                plain = _LAYER.fullmatch(raw)
                layer = plain if plain is not None and raised(base, raw) else None
            if raw and not raw.strip("'"):
                primes += len(raw)
            elif raw in TRANSPOSED:
                transposed = True
            elif layer and (base != "e" or below or tokens[after].kind == "_"):  # e^{(h)} may be a power
                above, primes, transposed = layer[2], primes + len(layer[4]), transposed or bool(layer[5])
            elif example:
                above, transposed = example[1].strip("[]") + EXAMPLE + example[2], transposed or bool(example[3])
            elif bare and raised is not None and raised(base, bare[1]):
                above, transposed = bare[1], transposed or bool(bare[2])
            elif raw == "*" and tokens[after].kind in ("_", "end", "+", "-", "=", ")", "joint", "^"):
                above = "*"
            else:
                break
            end = after
        else:
            break
    return Shape(base, above, below, primes, transposed, end)


def _without_scripts(
    tokens: list[Token], match: dict[int, int], at: int, lengthen: Callable[[str, str], bool] | None
) -> Shape | None:
    """What the scripts of a name stand on: a token, one with accents, or a name in braces."""
    token = tokens[at]
    kind = token[0]
    if kind == "name" or kind == "word" or kind == "fn":
        return Shape(token[1], end=at + 1)
    if kind == "accent":
        marks = ""
        while token.kind == "accent":
            marks = token.text + marks
            at += 1
            token = tokens[at]
        inner = scan(tokens, match, at, lengthen) if token.kind == "(" else None
        if inner is None:
            if token.kind not in ("name", "word"):
                return None
            inner = Shape(token.text, end=at + 1)
        return inner._replace(base=inner.base + marks)
    if kind == "(" and token.text == "{":
        inside = scan(tokens, match, at + 1, lengthen)
        return inside._replace(end=inside.end + 1) if inside is not None and inside.end == match[at] else None
    return None


def _subscript(
    tokens: list[Token], match: dict[int, int], at: int, base: str, lengthen: Callable[[str, str], bool] | None
) -> tuple[str, int]:
    """The subscript behind the ``_`` at token `at`, empty where none stands there, and the token behind it."""
    raw, after = raw_script(tokens, match, at + 1)
    following = tokens[after]
    if (
        lengthen is not None
        and tokens[after - 1].kind == "name"
        and following.kind in ("name", "word")
        and following.start == tokens[after - 1].end
        and len(raw) == 1
        and lengthen(base, raw + following.text)
    ):
        raw, after = raw + following.text, after + 1
    return (raw[1:-1] if tokens[at + 1].text == "(" else raw), after


_RAW = {"ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "cdot": "·", "times": "×", "circ": "∘"}


def _raw(token: Token) -> str:
    return _RAW.get(token[1], token[1]) if token[0] == "rel" or token[0] == "joint" else token[1]


def raw_script(tokens: list[Token], match: dict[int, int], at: int) -> tuple[str, int]:
    """The argument of ``_`` or ``^`` at token `at` as text without spaces, and the token behind it."""
    token = tokens[at]
    if token[0] == "(":
        if token.text not in ("{", "("):
            return "", at
        close = match[at]
        if close == at + 2 and token[1] == "{":
            return _raw(tokens[at + 1]), close + 1
        raw = "".join([_raw(piece) for piece in tokens[at + 1 : close] if piece.text not in ("{", "}")])
        if any(piece.kind == "_" for piece in tokens[at + 1 : close]):
            raw = _with_shifts_apart(tokens, match, at + 1, close)
        return (raw if token.text == "{" else f"({raw})"), close + 1
    if token.kind in ("name", "num", "word", "'", "fn") or token[:2] == ("joint", "*"):
        return token.text, at + 1
    return "", at


def _with_shifts_apart(tokens: list[Token], match: dict[int, int], start: int, end: int) -> str:
    """A script with scripts of its own as text, sums in these in brackets: y at i - 1 is not y_i less 1."""
    signs: list[str] = []
    shifted: list[int] = []  # where brackets round a sum end
    for at in range(start, end):
        piece = tokens[at]
        if piece.text == "{":
            inside = [token.kind for token in tokens[at + 1 : match[at]]]
            if tokens[at - 1].kind == "_" and not {"+", "-"}.isdisjoint(inside):
                signs.append("(")
                shifted.append(match[at])
        elif piece.text == "}":
            signs += [")"] if at in shifted else []
        else:
            signs.append(_raw(piece))
    return "".join(signs)


def alias_shape(text: str) -> Shape | None:
    r"""An alias as a shape, ``\sigma_k^2`` with its 2 above: for who knows that it is a name."""
    return shape_of(text) or shape_of(text, raised=True)


@lru_cache(maxsize=8192)
def shape_of(text: str, raised: bool = False) -> Shape | None:
    """A declared name or alias, in plain text or LaTeX, as a shape; ``a^3`` is one only where names are `raised`."""
    try:
        tokens = lexer_latex.lex(text)[0] if "\\" in text or "{" in text else lexer_plain.lex(text)
        linked = link(tokens)
    except Unreadable:
        return None
    shape = scan(linked.tokens, linked.match, 0, None, (lambda *_: True) if raised else None)
    return shape if shape is not None and linked.tokens[shape.end].kind == "end" else None


def lookalikes(base: str) -> list[tuple[str, str]]:
    """Other bases a hand may have meant by this one, each with the note that accepting it leaves."""
    found = [
        (latin + base[len(greek) :], f"renamed:{greek}->{latin}")
        for greek, latin in LOOKALIKES.items()
        if base.startswith(greek)
    ]
    if base in _SHORT:
        found.append((_SHORT[base], f"renamed:{base}->{_SHORT[base]}"))
    if base[:1].isascii() and base[:1].isalpha():
        swapped = base[0].swapcase()
        found.append((swapped + base[1:], f"case:{base[0]}->{swapped}"))
    return found
