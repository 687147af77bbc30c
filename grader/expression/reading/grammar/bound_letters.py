r"""The letters that sums run over, found before anything is read: ``\sum_{i=1}^n`` binds i, ``\max_{j, k}`` both."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import Token

PAIRS = "pairs"  # the note on a sum over pairs (i, j)
_BINDING = frozenset(("sum", "prod", "max", "min"))
_EXTREMA = frozenset(("max", "min"))  # a run of LaTeX letters may end in one
_TEXT = itemgetter(1)  # of a token
_ORDERED = frozenset(("lt", "le", "gt", "ge"))


def paired_letters(p: Cursor, free: frozenset[str]) -> frozenset[int]:
    r"""Where the first letter of a ``\sum_{i<j}`` stands that runs over both.

    It does where both letters are indices in what is summed and the second one is not used outside of it, nor among
    the indices `free` of what is asked for: then nothing else says which j is meant. With ``\ne`` it is always the
    first letter alone, as in a softmax.
    """
    tokens, match, kinds = p.tokens, p.match, p.kinds
    if "rel" not in p.present or "sum" not in p.present:
        return frozenset()
    found: set[int] = set()
    for at, kind in enumerate(kinds):
        if kind != "sum" or kinds[at + 1 : at + 3] != ["_", "("] or match[at + 2] != at + 6:
            continue
        first, relation, second = tokens[at + 3 : at + 6]
        if relation.text not in _ORDERED or relation.kind != "rel" or len(first.text) != 1 != len(second.text):
            continue
        end = at + 7
        while kinds[end] not in _TERM_ENDS or (end == at + 7 and kinds[end] in ("+", "-")):
            end = match.get(end, end) + 1
        inside = script_letters(p, at + 7, end)
        outside = script_letters(p, 0, at) | script_letters(p, end, len(tokens))
        if {first.text, second.text} <= inside and second.text not in outside | free:
            found.add(at + 3)
    return frozenset(found)


_TERM_ENDS = frozenset(
    (")", "+", "-", "=", "rel", ",", ";", "key", "logic", "nl", "row", "&", "start", ".", ":", "end")
)


def script_letters(p: Cursor, begin: int, end: int) -> set[str]:
    """The letters in sub- and superscripts between two tokens."""
    letters: set[str] = set()
    for at in range(begin, end):
        if p.kinds[at] in ("_", "^"):
            close = p.match.get(at + 1, at + 1)
            for token in p.tokens[at + 1 : close + 1]:
                if token.kind in ("name", "word") and len(token.text) < 4:
                    letters |= set(token.text)
    return letters


def is_pair(first: Token, second: Token) -> bool:
    r"""Whether two letters without braces are both under the sign: ``\sum_ij``."""
    letters = second.kind in ("name", "word") and len(first.text) == 1 == len(second.text)
    return letters and second.start == first.end and second.text in "jkluv" and first.text in "ijku"


def free_letters(p: Cursor, asked: frozenset[str]) -> frozenset[str]:
    r"""The indices that no sum of the text binds: those `asked` for, and those that enter an array.

    A capital is a size to most: the N of ``\sum_{n=1}^N x_n``.
    """
    if "sum" not in p.present:
        return asked
    entering: set[str] = set()
    for at in (at for at, kind in enumerate(p.kinds) if kind == "_" and p.kinds[at - 1] in ("name", "accent", ")")):
        entering |= script_letters(p, at, at + 1)
    undeclared = {letter for letter in entering - p.bound if letter.islower() and not p.declared(letter)}
    return asked | undeclared


def bound_letters(p: Cursor, pairs: frozenset[int] = frozenset()) -> frozenset[str]:
    """The letters that any sum, product, maximum or minimum of the text binds; `pairs` bind two."""
    tokens = p.tokens
    present = p.present
    if "_" not in present:
        return frozenset()
    if "sum" not in present and "word" not in present and _EXTREMA.isdisjoint(map(_TEXT, tokens)):
        return frozenset()
    letters = {tokens[at + 2].text for at in pairs}
    for at in [at for at, token in enumerate(tokens) if token[1] in _BINDING or token[1][-3:] in _EXTREMA]:
        kind = tokens[at].kind
        if kind in ("sum", "word") or (kind in ("fn", "name") and tokens[at].text in _EXTREMA):
            inner = _below(p, at)
            letters.update(_letters_entering(p, inner) or _letters_under(inner))
    return frozenset(letters)


def _below(p: Cursor, at: int) -> list[Token]:
    """What stands under the big operator at token `at`."""
    tokens, match = p.tokens, p.match
    below = at + 1
    while tokens[below].kind == "^":
        inside = below + 1
        below = match.get(inside, inside) + 1
    if tokens[below].kind != "_":
        return []
    if tokens[below + 1].kind == "(":
        return tokens[below + 2 : match[below + 1]]
    return tokens[below + 1 : below + (3 if is_pair(tokens[below + 1], tokens[below + 2]) else 2)]


def _letters_entering(p: Cursor, inner: list[Token]) -> set[str]:
    r"""The letters of the entry that a range begins with, where that is a condition: the i of ``r_i \\ge 0``."""
    if len(inner) < 4 or p.table is None or inner[0].kind not in ("name", "word") or inner[1].kind != "_":
        return set()
    compared = any(piece.kind in ("rel", "=") for piece in inner)
    script = inner[3] if inner[2].kind == "(" else inner[2]
    if not compared or not p.declared(inner[0].text) or script.kind not in ("name", "word") or len(script.text) > 3:
        return set()
    return {letter for letter in script.text if not p.declared(letter)}


def _letters_under(inner: list[Token]) -> Iterable[str]:
    """The letters that begin the range, or come behind a comma in it."""
    fresh, before, depth, within = True, "", 0, False  # within a set, which binds nothing
    for piece in inner:
        depth += (piece.kind == "(") - (piece.kind == ")")
        if piece.kind == "rel" and piece.text == "in":
            within, depth = True, 0
        within = within and not (depth == 0 and piece.kind in (",", ";", "row"))
        if within:
            continue
        named = piece.kind in ("name", "word")
        if fresh and named:
            yield from piece.text if piece.text not in GREEK and len(piece.text) < 4 else [piece.text]
        fresh = piece.kind in (",", ";", "row") or (piece.kind == "(" and before not in ("_", "^")) or (fresh and named)
        before = piece.kind


def running(p: Cursor, letters: list[str]) -> list[str]:
    r"""The letters of a pair that run: of ``\sum_{(k, j) \in E}`` the j alone, where what is asked for has a k."""
    p.note(PAIRS)
    end = 0
    while end < p.pos and p.kinds[end] != "=":
        end = p.match.get(end, end) + 1
    fixed = p.free | (script_letters(p, 0, end) if end < p.pos else set())
    return [letter for letter in letters if letter not in fixed] or letters
