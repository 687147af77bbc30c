r"""Where one name ends and the next begins: ``wx`` is w and x, ``y_ij`` y at both letters, ``W2`` one name."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.expression.language.derived import DERIVED_SPELLINGS
from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import KEYWORDS, Token, fail
from grader.expression.reading.spelling.scripts import Shape, scan
from grader.expression.reading.spelling.spelled import Spellings

MAX_RUN = 40
# functions that letters are run together with; no name ends in one of them
_CALLED = frozenset(("sin", "cos", "tan", "exp", "log", "ln", "sqrt", "sinh", "cosh", "tanh", "arctan", "sigmoid"))
_INDEX_PAIR = frozenset("ijkluvst")
_TAILS = frozenset(spelling for spelling in (*SPELLINGS, *GREEK) if len(spelling) > 2)


def join_number(p: Cursor, at: int) -> bool:
    """Join ``W`` and a ``2`` that touches it, as plain spelling in a LaTeX text has it."""
    token, number = p.tokens[at], p.tokens[at + 1]
    joined = token.text + number.text
    if number.start != token.end or not number.text.isdigit() or token.text in CONSTANTS:
        return False
    if not (p.declared(joined) if p.table is not None else len(token.text) == 1 or joined in p.defined):
        return False
    p.pos = at + 1
    p.replace(at + 1, Token("name", joined, token.start, number.end))
    return True


def shape_at(p: Cursor, at: int) -> Shape | None:
    """The name that begins at token `at`; of a LaTeX ``y_ij`` without braces with both letters where that is meant."""
    shape = p.scan(at)
    if shape is not None and (p.tokens[shape.end].kind not in ("name", "word") or p.is_spelled(shape)):
        return shape  # no letter stands behind a subscript, or it is no more of it
    return scan(p.tokens, p.match, at, lambda base, below: _takes_both(p, base, below), p.is_layer)


def _takes_both(p: Cursor, base: str, below: str) -> bool:
    """Whether a LaTeX ``y_ij`` without braces means both letters."""
    if below in ("hat", "bar", "tilde"):
        return True
    if p.table is None:
        return set(below) <= _INDEX_PAIR
    if p.table.find(base, "", below, 0) is None:
        return False
    found = p.table.find(base, "", "", 0)
    rank = found.declared.rank if found else 0
    return rank == 0 or (rank >= len(below) and not all(p.declared(letter) for letter in below[1:]))


def names_in_run(p: Cursor, token: Token, shape: Shape) -> tuple[str, ...]:
    """The names that a run of letters holds: `token` begins the name written as `shape`."""
    text, table = token.text, p.table
    if _calls_behind_letter(p, token):
        return (text[0], text[1:])
    if p.defined and (text in p.defined or Shape(text).display in p.defined or shape.display in p.defined):
        return (text,)
    if table is None and len(text) == 2 and text[1] == "e" and p.kinds[p.pos + 1] == "^":
        return (text[0], "e")  # xe^{-x}
    if len(text) > MAX_RUN:
        fail("this run of letters is too long", f"at most {MAX_RUN} letters stand together", token.start, token.end)
    if table is None:
        return latex_pieces(text) if token.kind == "word" and not (p.in_partial and text.isupper()) else (text,)
    if table.find(shape.base, shape.above, shape.below, shape.primes) is not None or text in CONSTANTS:
        return (text,)
    if token.kind == "name" and token.end - token.start != len(text):
        return (text,)  # a letter by its command or sign, \ell or α, is no run of letters
    pieces = table.pieces(text) if shape.end == p.pos + 1 else _with_scripts(table, text, shape)
    if pieces:
        return pieces
    if token.kind == "word":
        singles = latex_pieces(text)
        if all(p.declared(letter) or letter in p.bound for letter in singles):
            return singles
    return (text,)


def _calls_behind_letter(p: Cursor, token: Token) -> bool:
    """Whether a letter touches a function before its bracket, as in ``xcos(t)`` and ``-ylog(p)``."""
    text, known = token.text, p.table is None or p.declared(token.text[0])
    called = text[1:] in _CALLED and known and not p.declared(text) and text[0] != "d" and p.kinds[p.pos + 1] == "("
    return called and text not in SPELLINGS and text not in DERIVED_SPELLINGS


def _with_scripts(table: Spellings, text: str, shape: Shape) -> tuple[str, ...] | None:
    """The names in `text` where scripts stand behind it: they belong to the last piece, ``xw_1``."""
    for size in range(1, min(len(text), 40)):
        head = table.pieces(text[:-size])
        tail = text[-size:]
        if head and table.find(tail, shape.above, shape.below, shape.primes):
            return (*head, tail)
    return table.pieces(text)


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
