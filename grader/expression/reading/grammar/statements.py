r"""A row of tokens cut into statements: ``a = b, where c = d`` is an answer and a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.expression.language.words import GREEK
from grader.expression.reading.lexing.tokens import ENDS, Linked, Token, fail
from grader.expression.reading.spelling.scripts import scan

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


class Statement(NamedTuple):
    """Tokens `start` to `end` (exclusive); `equals` is the first ``=`` among them, 0 where there is none.

    `definition`: introduced by where, with or let. `step`: followed by an arrow, so a line of a derivation.
    """

    start: int
    end: int
    equals: int = 0
    definition: bool = False
    step: bool = False


def statements(linked: Linked) -> list[Statement]:
    """Cut the tokens; leading and trailing signs that say nothing are left out."""
    tokens, match = linked.tokens, linked.match
    cuts: list[tuple[int, str]] = []
    at, last = 0, len(tokens) - ENDS
    remarks = "dots" in linked.kinds or ("rel" in linked.kinds and any(token[:2] == ("rel", "in") for token in tokens))
    if _CUTTING.isdisjoint(linked.kinds) and not remarks:
        return _pieces(linked, [(last, "end")])
    defining = False
    equals = branching = related = False
    while at < last:
        token = tokens[at]
        kind = token.kind
        if kind == "(":
            at = match[at]
        elif kind == "=":
            equals = True
        elif kind == "rel" or (kind == "key" and token.text in ("if", "for", "else")):
            branching = True
            related = kind == "rel"
        elif kind == "nl" and branching and _branch_ahead(linked, at + 1):
            tokens[at] = token._replace(kind=";")  # branches on lines of their own
            linked.kinds[at] = ";"
        elif kind == "start" and related and not equals and not _has_equals(tokens, match, at + 1):
            tokens[at] = token._replace(kind=":")  # x > 0 => 1
            linked.kinds[at] = ":"
            related = False
        elif remarks and kind == "," and _range_ahead(linked, at + 1):
            cuts.append((at, "because"))
            tokens[at] = token._replace(kind=";")
            at = last - 1  # "x in R" ends a text
        elif kind in ("nl", "start", "."):
            cuts.append((at, kind))
            defining = equals = branching = False
        elif kind == "key" and token.text == "where":
            cuts.append((at, "where"))
            defining, equals = True, False
        elif kind == "key" and token.text == "because":
            cuts.append((at, "because"))
            defining = equals = branching = False
        elif kind == "key" and token.text == "then" and defining:
            cuts.append((at, "then"))
            defining = equals = False
        elif kind == "word" and token.text.lower() in _LETS and not equals and _equation_ahead(linked, at + 1):
            cuts.append((at, "where"))  # Let e = \hat y - y
            defining = True
        elif kind == "," and not branching and not defining and _equation_ahead(linked, at + 1):
            cuts.append((at, ";"))  # \delta = \hat y - y, \quad \nabla_W J = x^T \delta, or the other way round
            equals = False
        elif kind == ";" and equals and not branching:
            defining = defining and _has_equals(tokens, match, at + 1)
            cuts.append((at, "where" if defining else ";"))
            equals = False
        elif (
            defining
            and equals
            and (kind == "," or (kind == "logic" and token.text == "and"))
            and _has_equals(tokens, match, at + 1)
        ):
            cuts.append((at, "where"))
            equals = False
        at += 1
    cuts.append((last, "end"))
    return _pieces(linked, cuts)


_CUTTING = frozenset(("nl", "start", ".", "key", ";", ",", "word"))
_LETS = frozenset(("let", "with", "set", "define", "denote", "put"))


def _pieces(linked: Linked, cuts: list[tuple[int, str]]) -> list[Statement]:
    tokens = linked.tokens
    found: list[Statement] = []
    start, definition, remark = 0, False, False
    equations = "=" in linked.kinds
    for cut, why in cuts:
        begin, end = start, cut
        while begin < end and tokens[begin].kind in ("=", "nl", ",", ".", ";", ":", "start", "quad"):
            if tokens[begin].kind == "=" and tokens[begin].text == "approx" and "approx" not in linked.notes:
                linked.notes.append("approx")
            begin += 1
        while end > begin and tokens[end - 1].kind in ("=", "nl", ",", ".", ";", "quad", "start"):
            end -= 1
        if remark:
            linked.notes.append("prose")
        elif begin < end:
            found.append(
                Statement(begin, end, _first_equals(linked, begin, end) if equations else 0, definition, why == "start")
            )
        start, definition, remark = cut + 1, why == "where", why == "because"
    if not found:
        fail("there is no formula here", "write the answer", tokens[0].start, tokens[-1].end)
    return found


def _first_equals(linked: Linked, begin: int, end: int) -> int:
    at = begin
    while at < end:
        if linked.kinds[at] == "=":
            return at
        at = linked.match.get(at, at) + 1
    return 0


def _range_ahead(linked: Linked, at: int) -> bool:
    r"""Whether a remark such as ``x \in \mathbb{R}`` or ``i = 1, \dots, n`` stands from `at` to the end."""
    shape = scan(linked.tokens, linked.match, at, lambda *_: False)
    if shape is None:
        return False
    end = shape.end
    rest = linked.kinds[end + 1 : -ENDS]
    if linked.kinds[end] == "=":  # i = 1, ..., n
        return "dots" in rest and all(kind in ("num", "name", "word", ",", "dots") for kind in rest)
    if linked.tokens[end][:2] != ("rel", "in"):
        return False
    return all(kind not in ("=", "key", "nl", "start", ";") for kind in rest)


def _equation_ahead(linked: Linked, at: int) -> bool:
    """Whether a name or a derivative, an ``=`` and a formula come before the next separator; ``w = o`` is a case."""
    kinds = linked.kinds
    if not _has_equals(linked.tokens, linked.match, at):
        return False
    shape = scan(linked.tokens, linked.match, at, lambda *_: False)
    if shape is None or kinds[shape.end] != "=":
        slashed = shape is not None and shape.base[0] == "d" and kinds[shape.end] == "/"
        return slashed or kinds[at] in ("frac", "partial", "nabla")
    short = len(shape.base) == 1 and not (shape.above or shape.below) and kinds[shape.end + 1] in ("name", "num")
    return not (short and kinds[shape.end + 2] in (",", ";", "nl", "end", "."))


def _branch_ahead(linked: Linked, at: int) -> bool:
    """Whether the line from `at` is a value with its condition, or the value otherwise."""
    found = False
    while linked.tokens[at].kind not in ("nl", "end"):
        token = linked.tokens[at]
        if token.kind == "=" or (token.kind == "key" and token.text == "where"):
            return False
        found = found or (token.kind == "key" and token.text in ("if", "for", "else"))
        at = linked.match.get(at, at) + 1
    return found


def _has_equals(tokens: list[Token], match: dict[int, int], at: int) -> bool:
    """Whether an ``=`` comes before the next separator."""
    while at < len(tokens):
        kind = tokens[at].kind
        if kind == "=":
            return True
        if kind in (",", ";", "nl", "end", "."):
            return False
        at = match.get(at, at) + 1
    return False


_BINDING = frozenset(("sum", "prod", "max", "min"))
_EXTREMA = frozenset(("max", "min"))  # a run of LaTeX letters may end in one


_ORDERED = frozenset(("lt", "le", "gt", "ge"))


def paired_letters(linked: Linked) -> frozenset[int]:
    r"""Where the first letter of a ``\sum_{i<j}`` stands that runs over both.

    It does where both letters are indices in what is summed and the second one is not used outside of it: then
    nothing else says which j is meant. With ``\ne`` it is always the first letter alone, as in a softmax.
    """
    tokens, match, kinds = linked.tokens, linked.match, linked.kinds
    if "rel" not in kinds or "sum" not in kinds:
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
        inside = script_letters(linked, at + 7, end)
        outside = script_letters(linked, 0, at) | script_letters(linked, end, len(tokens))
        if {first.text, second.text} <= inside and second.text not in outside:
            found.add(at + 3)
    return frozenset(found)


_TERM_ENDS = frozenset(
    (")", "+", "-", "=", "rel", ",", ";", "key", "logic", "nl", "row", "&", "start", ".", ":", "end")
)


def script_letters(linked: Linked | Parser, begin: int, end: int) -> set[str]:
    """The letters in sub- and superscripts between two tokens."""
    letters: set[str] = set()
    for at in range(begin, end):
        if linked.kinds[at] in ("_", "^"):
            close = linked.match.get(at + 1, at + 1)
            for token in linked.tokens[at + 1 : close + 1]:
                if token.kind in ("name", "word") and len(token.text) < 4:
                    letters |= set(token.text)
    return letters


def is_pair(first: Token, second: Token) -> bool:
    r"""Whether two letters without braces are both under the sign: ``\sum_ij``."""
    letters = second.kind in ("name", "word") and len(first.text) == 1 == len(second.text)
    return letters and second.start == first.end and second.text in "jkluv" and first.text in "ijku"


def bound_letters(linked: Linked, pairs: frozenset[int] = frozenset()) -> frozenset[str]:
    """The letters that any sum, product, maximum or minimum of the text binds; `pairs` bind two."""
    tokens, match = linked.tokens, linked.match
    letters = {tokens[at + 2].text for at in pairs}
    if "_" not in linked.kinds:
        return frozenset()
    for at in [at for at, token in enumerate(tokens) if token[1] in _BINDING or token[1][-3:] in _EXTREMA]:
        kind = tokens[at].kind
        if kind not in ("sum", "word") and not (kind in ("fn", "name") and tokens[at].text in _EXTREMA):
            continue
        below = at + 1
        while tokens[below].kind == "^":
            inside = below + 1
            below = match.get(inside, inside) + 1
        if tokens[below].kind != "_":
            continue
        if tokens[below + 1].kind == "(":
            inner = tokens[below + 2 : match[below + 1]]
        else:
            inner = tokens[below + 1 : below + (3 if is_pair(tokens[below + 1], tokens[below + 2]) else 2)]
        fresh, before = True, ""
        for piece in inner:
            if fresh and piece.kind in ("name", "word"):
                letters.update(
                    [piece.text] if piece.text in GREEK else piece.text if len(piece.text) < 4 else [piece.text]
                )
            fresh = (
                piece.kind in (",", ";", "row")
                or (piece.kind == "(" and before not in ("_", "^"))
                or (fresh and piece.kind in ("name", "word"))
            )
            before = piece.kind
    return frozenset(letters)
