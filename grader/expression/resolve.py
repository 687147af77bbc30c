r"""Which declared quantity a written name is: ``\hat{y}``, ``ŷ``, ``y_hat`` all find ``yhat``, ``wx`` splits into w x.

A written name is a `Shape`: its letters with accents, what stands above and below it, and its primes. A `Table` is
made once for the names of a model and answers which `Declared` a shape is, and what of it is left as indices.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from grader.expression import lexer_latex, lexer_plain
from grader.expression.functions import CONSTANTS, SPELLINGS
from grader.expression.names import Declared, Names, kept_by_names
from grader.expression.tokens import GREEK, KEYWORDS, Token, Unreadable, link

LOOKALIKES = {"omega": "w", "nu": "v", "chi": "x", "upsilon": "u", "rho": "p", "kappa": "k", "ell": "l"}
TRANSPOSED = frozenset({"T", "⊤", "t⊤"})
FUNCTION_LETTERS = frozenset({"sigma", "phi", "Phi"})  # functions before a bracket, symbols elsewhere
_LAYER = re.compile(r"([(\[])([\w,:*-]+|[lLktijs]\+1)([)\]])('*)(?:\^?(T|⊤))?")


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
        return _display(self.base, self.above, self.below, self.primes)


@lru_cache(maxsize=4096)
def _display(base: str, above: str, below: str, primes: int) -> str:
    if not below and not above:
        base = _numbered(base)
    if "," in below and all(len(piece) == 1 for piece in below.split(",")):
        below = below.replace(",", "")
    return base + (f"^({above})" if above else "") + (f"_{below}" if below else "") + "'" * primes


def _numbered(base: str) -> str:
    letters = base.rstrip("0123456789")
    return f"{letters}_{base[len(letters) :]}" if letters and letters != base else base


def scan(tokens: list[Token], match: dict[int, int], at: int, lengthen: Callable[[str, str], bool]) -> Shape | None:
    """The name that begins at token `at`, with all its scripts that are no power; None where no name begins.

    `lengthen(base, below)` says whether a LaTeX subscript without braces takes the letters behind its first one too.
    """
    token = tokens[at]
    match token[0]:
        case "name" | "word" | "fn":
            base, above, below, primes, transposed, end = token[1], "", "", 0, False, at + 1
        case "accent":
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
            base, above, below = inner.base + marks, inner.above, inner.below
            primes, transposed, end = inner.primes, inner.transposed, inner.end
        case "(" if token.text == "{":
            inside = scan(tokens, match, at + 1, lengthen)
            if inside is None or inside.end != match[at]:
                return None
            base, above, below = inside.base, inside.above, inside.below
            primes, transposed, end = inside.primes, inside.transposed, inside.end + 1
        case _:
            return None
    while True:
        kind = tokens[end][0]
        if kind == "'":
            primes += 1
            end += 1
        elif kind == "_":
            raw, after = raw_script(tokens, match, end + 1)
            following = tokens[after]
            if (
                tokens[after - 1].kind == "name"
                and following.kind in ("name", "word")
                and following.start == tokens[after - 1].end
                and len(raw) == 1
                and lengthen(base, raw + following.text)
            ):
                raw, after = raw + following.text, after + 1
            if not raw:
                return None
            if tokens[end + 1].text == "(":
                raw = raw[1:-1]
            if raw in ("hat", "bar", "tilde") and not below:
                base += raw
            else:
                below = f"{below},{raw}" if below else raw
            end = after
        elif kind == "^":
            raw, after = raw_script(tokens, match, end + 1)
            layer = _LAYER.fullmatch(raw) if tokens[end + 1].text == "{" else None
            if raw and not raw.strip("'"):
                primes += len(raw)
            elif raw in TRANSPOSED:
                transposed = True
            elif layer and base != "e":
                above, primes, transposed = layer[2], primes + len(layer[4]), transposed or bool(layer[5])
            elif raw == "*" and tokens[after].kind in ("_", "end", "+", "-", "=", ")", "joint", "^"):
                above = "*"
            else:
                break
            end = after
        else:
            break
    return Shape(base, above, below, primes, transposed, end)


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
        return (raw if token.text == "{" else f"({raw})"), close + 1
    if token.kind in ("name", "num", "word", "'", "fn") or token[:2] == ("joint", "*"):
        return token.text, at + 1
    return "", at


@dataclass(frozen=True, slots=True)
class Found:
    """A declared quantity and what its spelling left over for indices."""

    declared: Declared
    above: str = ""
    below: str = ""
    primes: int = 0


@dataclass(slots=True, eq=False)
class Table:
    """The names of one model under every spelling; build it with `table_of`.

    `letters` are those of `FUNCTION_LETTERS` that no quantity has for its own: an alias leaves the function its call.
    """

    names: Names
    exact: dict[str, Declared] = field(default_factory=dict)
    keys: dict[str, Declared] = field(default_factory=dict)
    shapes: dict[tuple[str, str, str, int], Declared] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, frozenset[str]] = field(default_factory=dict)
    letters: frozenset[str] = FUNCTION_LETTERS
    dashed: bool = False
    find: Callable[[str, str, str, int], Found | None] = lambda *_: None
    pieces: Callable[[str], tuple[str, ...] | None] = lambda _: None

    def candidates(self) -> list[str]:
        """What "did you mean" chooses from."""
        return [*self.exact, *self.functions]

    def knows(self, text: str) -> bool:
        """Whether a bare identifier is declared."""
        return text in self.exact or text in self.keys

    def is_adjoint(self, text: str) -> bool:
        """Whether a bare identifier names a derivative: ``dz`` in ``dJ/dz`` is a differential all the same."""
        found = self.exact.get(text) or self.keys.get(text)
        return found is not None and found.role == "adjoint"


def key_of(base: str, above: str = "", below: str = "", primes: int = 0) -> str:
    """The normal form under which spellings of one name meet."""
    return base + above + below.replace(",", "").replace("_", "") + "'" * primes


def _whole(base: str, above: str, below: str, primes: int) -> tuple[str, str, str, int]:
    """The parts of a spelling, kept apart."""
    return base, above, below.replace(",", ""), primes


def shape_of(text: str) -> Shape | None:
    """A declared name or alias, in plain text or LaTeX, as a shape."""
    try:
        tokens = lexer_latex.lex(text)[0] if "\\" in text or "{" in text else lexer_plain.lex(text)
        linked = link(tokens)
    except Unreadable:
        return None
    shape = scan(linked.tokens, linked.match, 0, lambda *_: False)
    return shape if shape is not None and linked.tokens[shape.end].kind == "end" else None


@kept_by_names
def table_of(names: Names) -> Table:
    """The table of a model's names, made once."""
    table = Table(names)
    for declared in names:
        table.exact[declared.name] = declared
    for choose in (_own, _latex, _aliases):
        if choose is _aliases:
            table.letters = FUNCTION_LETTERS - table.keys.keys()
        for declared in names:
            for text in choose(declared):
                shape = shape_of(text)
                if shape is None:
                    table.exact.setdefault(text, declared)
                else:
                    table.shapes.setdefault(_whole(shape.base, shape.above, shape.below, shape.primes), declared)
                    table.keys.setdefault(key_of(shape.base, shape.above, shape.below, shape.primes), declared)
    for declared in names:
        if declared.role == "function":
            table.functions[declared.name] = declared.function
        table.arguments[declared.name] = _allowed(declared)
    table.dashed = any("-" in key for key in table.keys)
    table.find = lru_cache(maxsize=4096)(lambda *shape: _find(table, *shape))
    table.pieces = lru_cache(maxsize=4096)(lambda word: _pieces(table, word))
    return table


def _own(declared: Declared) -> tuple[str, ...]:
    return (declared.name,)


def _latex(declared: Declared) -> tuple[str, ...]:
    return (declared.latex,) if declared.latex else ()


def _aliases(declared: Declared) -> tuple[str, ...]:
    return declared.aliases


def _allowed(declared: Declared) -> frozenset[str]:
    allowed = set()
    for text in declared.arguments:
        for piece in re.split(r"[,;]", text.strip(" ()")):
            shape = shape_of(piece.strip())
            if shape is not None:
                allowed |= {shape.base, key_of(shape.base, shape.above, shape.below)}
    return frozenset(allowed)


def _find(table: Table, base: str, above: str, below: str, primes: int) -> Found | None:
    exact, keys = table.exact, table.keys
    for name in (f"{base}_{below}" if below else base, base + below):
        if name in exact and not above and not primes:
            return Found(exact[name])
    # W_{21}^{(1)} and W_{12-1} share a normal form: as declared comes first
    whole = table.shapes.get(_whole(base, above, below, primes)) or keys.get(key_of(base, above, below, primes))
    if whole is not None:
        return Found(whole)
    if above and below:
        layered = keys.get(key_of(base, above, "", primes))
        if layered is not None and layered.rank:
            return Found(layered, "", below)
        plain = keys.get(key_of(base, "", below, primes))
        if plain is not None and plain.rank:
            return Found(plain, above, "")
    bare = exact.get(base + "'" * primes) or keys.get(key_of(base, "", "", primes))
    if "," in below:  # W_{1,ij}: the first is part of the name
        first, _, rest = below.partition(",")
        named = keys.get(key_of(base, above, first, primes))
        alone = bare is None or bare is named or bare.rank <= below.count(",")
        # {u_o}_i where u_o is declared and o is nothing else: the vector's entry, no entry of the matrix u
        alone = alone or (first.isalpha() and first not in exact and named is not None and named.rank == 1)
        if named is not None and named.rank and alone:
            return Found(named, "", rest)
    if bare is not None and (bare.rank or not (above or below)):
        return Found(bare, above, below)
    return _find_unprimed(table, base, above, below, primes)


def _find_unprimed(table: Table, base: str, above: str, below: str, primes: int) -> Found | None:
    if not primes:
        return None
    found = _find(table, base, above, below, 0)
    return None if found is None else Found(found.declared, found.above, found.below, primes)


def lookalikes(base: str) -> list[tuple[str, str]]:
    """Other bases a hand may have meant by this one, each with the note that accepting it leaves."""
    found = [
        (latin + base[len(greek) :], f"renamed:{greek}->{latin}")
        for greek, latin in LOOKALIKES.items()
        if base.startswith(greek)
    ]
    if base[:1].isascii() and base[:1].isalpha():
        swapped = base[0].swapcase()
        found.append((swapped + base[1:], f"case:{base[0]}->{swapped}"))
    return found


def _pieces(table: Table, word: str) -> tuple[str, ...] | None:
    """`word` cut into the fewest known names, or None; a function may only come last."""
    if len(word) > 40:
        return None
    best: list[tuple[str, ...] | None] = [None] * (len(word) + 1)
    best[0] = ()
    for end in range(1, len(word) + 1):
        for start in range(end):
            head = best[start]
            piece = word[start:end]
            if head is None or not (
                table.knows(piece) or piece in CONSTANTS or (end == len(word) and len(piece) > 2 and piece in SPELLINGS)
            ):
                continue
            current = best[end]
            if current is None or len(head) + 1 < len(current):
                best[end] = (*head, piece)
    return best[len(word)]


_TAILS = frozenset(spelling for spelling in (*SPELLINGS, *GREEK) if len(spelling) > 2)


def is_word(text: str) -> bool:
    """Whether a name is rather a word of a sentence; two of them side by side are no product."""
    ordinary = len(text) > 2 and text.isalpha() and text.islower()
    return ordinary and text not in GREEK and text not in SPELLINGS and not text.endswith(("hat", "bar"))


@lru_cache(maxsize=4096)
def latex_pieces(word: str) -> tuple[str, ...]:
    """A run of LaTeX letters where nothing is declared: whole where the run is a name of the field, else letters."""
    if len(word) == 2 and word[0] == "d" and (word[1].isupper() or word[1] in "abhwyz"):
        return (word,)  # dZ, as the field calls a gradient
    if (
        word in GREEK
        or (word in KEYWORDS and word != "ow")
        or word.endswith("hat")
        or (word in SPELLINGS and len(word) > 2)
    ):
        return (word,)
    if len(word) > 4 and re.search("[a-z]{3}", word) and not any(tail in word for tail in _TAILS):
        return (word,)  # gradz and actFun are words, xWU are factors
    for size in range(len(word) - 2, 0, -1):
        tail = word[-size:]
        if size > 2 and (tail in SPELLINGS or tail in GREEK):
            return (*word[:-size], tail)
    return tuple(word)
