r"""A row of tokens cut into statements: ``a = b, where c = d`` is an answer and a definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.grammar.differentials import begins_differential, quotient_ahead
from grader.expression.reading.lexing.linking import ENDS
from grader.expression.reading.lexing.tokens import fail


class Statement(NamedTuple):
    """Tokens `start` to `end` (exclusive); `equals` is the first ``=`` among them, 0 where there is none.

    `definition`: introduced by where, with or let. `step`: followed by an arrow, so a line of a derivation.
    """

    start: int
    end: int
    equals: int = 0
    definition: bool = False
    step: bool = False


@dataclass(slots=True)
class _Cut:
    """How far the cutting is, and what the statement that is being cut holds so far."""

    p: Cursor
    last: int  # the first token behind the text
    remarks: bool  # whether the text may end in a remark such as "x in R"
    at: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)  # where a statement ends, and why
    defining: bool = False
    equals: bool = False
    branching: bool = False
    related: bool = False

    def end(self, why: str) -> None:
        """End the statement here."""
        self.places.append((self.at, why))
        self.equals = False


def statements(p: Cursor) -> list[Statement]:
    """Cut the tokens; leading and trailing signs that say nothing are left out."""
    last = len(p.tokens) - ENDS
    opened = "row" in p.present and _open_equations(p, last)
    tokens, kinds, present = p.tokens, p.kinds, p.present
    remarks = "dots" in present or ("rel" in present and any(token[:2] == ("rel", "in") for token in tokens))
    if _CUTTING.isdisjoint(present) and not remarks and not opened:
        return _pieces(p, [(last, "end")])
    cut = _Cut(p, last, remarks)
    while cut.at < last:
        rule = _RULES.get(kinds[cut.at])
        if rule is not None:
            rule(cut)
        cut.at += 1
    return _pieces(p, [*cut.places, (last, "end")])


def _open_equations(p: Cursor, last: int) -> bool:
    """Turn cases that are equations of derivatives, each on a row of its own, into lines; whether they were."""
    if p.tokens[0][:2] != ("(", "cases") or p.match[0] != last - 1:
        return False
    rows, at = [0], 1
    while at < last - 1:
        if p.kinds[at] in ("&", "key"):  # a condition stands behind it
            return False
        if p.kinds[at] == "row":
            rows.append(at)
        at = p.match.get(at, at) + 1
    rows = [*(row for row in rows if row + 1 < last - 1), last - 1]
    if not all(_derivative_ahead(p, row + 1) and _has_equals(p, row + 1) for row in rows[:-1]):
        return False
    for row in rows:
        p.replace(row, p.tokens[row]._replace(kind="nl"))
    return True


def _bracket(cut: _Cut) -> None:
    cut.at = cut.p.match[cut.at]


def _equals(cut: _Cut) -> None:
    cut.equals = True


def _relation(cut: _Cut) -> None:
    cut.branching = cut.related = True


def _keyword(cut: _Cut) -> None:
    text = cut.p.tokens[cut.at].text
    if text in ("if", "for", "else"):
        cut.branching, cut.related = True, False
    elif text == "where":
        cut.end("where")
        cut.defining = True
    elif text == "because":
        _line(cut, "because")
    elif text == "then" and cut.defining:
        cut.end("then")
        cut.defining = False


def _line(cut: _Cut, why: str = "") -> None:
    cut.end(why or cut.p.kinds[cut.at])
    cut.defining = cut.branching = False


def _line_or_branch(cut: _Cut) -> None:
    if cut.branching and _branch_ahead(cut.p, cut.at + 1):  # branches on lines of their own
        cut.p.replace(cut.at, cut.p.tokens[cut.at]._replace(kind=";"))
    else:
        _line(cut)


def _arrow(cut: _Cut) -> None:
    if cut.related and not cut.equals and not _has_equals(cut.p, cut.at + 1):  # x > 0 => 1
        cut.p.replace(cut.at, cut.p.tokens[cut.at]._replace(kind=":"))
        cut.related = False
    else:
        _line(cut)


def _comma(cut: _Cut) -> None:
    if cut.remarks and _range_ahead(cut.p, cut.at + 1):
        cut.end("because")
        cut.p.replace(cut.at, cut.p.tokens[cut.at]._replace(kind=";"))
        cut.at = cut.last - 1  # "x in R" ends a text
    elif _another_derivative(cut):
        pass
    elif not cut.branching and not cut.defining and _equation_ahead(cut.p, cut.at + 1):
        cut.end(";")  # \delta = \hat y - y, \quad \nabla_W J = x^T \delta, or the other way round
    else:
        _next_definition(cut)


def _next_definition(cut: _Cut) -> None:
    if cut.defining and cut.equals and _has_equals(cut.p, cut.at + 1):
        cut.end("where")


def _and(cut: _Cut) -> None:
    if cut.p.tokens[cut.at].text == "and" and not _another_derivative(cut):
        _next_definition(cut)


def _semicolon(cut: _Cut) -> None:
    if _another_derivative(cut):
        return
    if cut.equals and (not cut.branching or _equation_ahead(cut.p, cut.at + 1)):
        cut.branching = False
        cut.defining = cut.defining and _has_equals(cut.p, cut.at + 1)
        cut.end("where" if cut.defining else ";")


def _colon(cut: _Cut) -> None:
    """``With e = yhat - y: dL/dw = x e``: what is defined is used behind it."""
    if cut.defining and cut.equals and _equation_ahead(cut.p, cut.at + 1):
        cut.end(":")
        cut.defining = False


def _another_derivative(cut: _Cut) -> bool:
    r"""End the statement where an equation of a derivative follows: ``dJ/dz_i = p_i for i != k, and dJ/dz_k = ...``."""
    p, at = cut.p, cut.at + 1
    while p.kinds[at] in ("quad", "logic"):
        at += 1
    joined = cut.equals or p.tokens[cut.at].text == "and"  # A + dH/df and dH/df = ...
    if cut.defining or not joined or not (_derivative_ahead(p, at) and _has_equals(p, at)):
        return False
    cut.end(";")
    cut.branching, cut.at = False, at - 1
    return True


def _let(cut: _Cut) -> None:
    word = cut.p.tokens[cut.at].text.lower()
    begins = not cut.equals or (word == "with" and not cut.branching)
    if word in _LETS and begins and _equation_ahead(cut.p, cut.at + 1):
        cut.end("where")  # Let e = \hat y - y
        cut.defining = True


# what a token outside of brackets does to the statement it stands in, by its kind
_RULES: Mapping[str, Callable[[_Cut], None]] = {
    "(": _bracket,
    "=": _equals,
    "rel": _relation,
    "key": _keyword,
    "nl": _line_or_branch,
    "start": _arrow,
    ".": _line,
    ",": _comma,
    ";": _semicolon,
    ":": _colon,
    "logic": _and,
    "word": _let,
}
_CUTTING = frozenset(("nl", "start", ".", "key", ";", ",", ":", "word", "logic"))
_LEADING = frozenset(("then", "and", "so", "thus", "hence", "therefore", "finally", "consequently"))
_LETS = frozenset(("let", "with", "set", "define", "denote", "put"))


def _pieces(p: Cursor, ends: list[tuple[int, str]]) -> list[Statement]:
    tokens = p.tokens
    found: list[Statement] = []
    start, definition, remark = 0, False, False
    equations = "=" in p.present
    for place, why in ends:
        begin, end = start, place
        while begin < end and (
            tokens[begin].kind in ("=", "nl", ",", ".", ";", ":", "start", "quad")
            or (begin + 1 < end and _leads(p, begin))
        ):
            if tokens[begin].kind == "=" and tokens[begin].text == "approx" and "approx" not in p.notes:
                p.notes.append("approx")
            begin += 1
        while end > begin and tokens[end - 1].kind in ("=", "nl", ",", ".", ";", "quad", "start"):
            end -= 1
        if remark:
            p.notes.append("prose")
        elif begin < end:
            found.append(
                Statement(begin, end, _first_equals(p, begin, end) if equations else 0, definition, why == "start")
            )
        start, definition, remark = place + 1, why == "where", why == "because"
    if not found:
        fail("there is no formula here", "write the answer", tokens[0].start, tokens[-1].end)
    return found


def _leads(p: Cursor, at: int) -> bool:
    """Whether a word that only leads to a formula begins a statement: ``Then``, ``and``."""
    token = p.tokens[at]
    return token.kind in ("key", "logic", "word") and token.text.lower() in _LEADING


def _first_equals(p: Cursor, begin: int, end: int) -> int:
    at = begin
    while at < end:
        if p.kinds[at] == "=":
            return at
        at = p.match.get(at, at) + 1
    return 0


def _range_ahead(p: Cursor, at: int) -> bool:
    r"""Whether a remark such as ``x \in \mathbb{R}`` or ``i = 1, \dots, n`` stands from `at` to the end."""
    shape = p.scan(at)
    if shape is None:
        return False
    end = shape.end
    rest = p.kinds[end + 1 : -ENDS]
    if p.kinds[end] == "=":  # i = 1, ..., n
        return "dots" in rest and all(kind in ("num", "name", "word", ",", "dots") for kind in rest)
    if p.tokens[end][:2] != ("rel", "in"):
        return False
    return all(kind not in ("=", "key", "nl", "start", ";") for kind in rest)


def _equation_ahead(p: Cursor, at: int) -> bool:
    """Whether a name or a derivative, an ``=`` and a formula come before the next separator; ``w = o`` is a case."""
    kinds = p.kinds
    if not _has_equals(p, at):
        return False
    shape = p.scan(at)
    if shape is None or kinds[shape.end] != "=":
        slashed = shape is not None and shape.base[0] == "d" and kinds[shape.end] == "/"
        return slashed or kinds[at] in ("frac", "partial", "nabla")
    short = len(shape.base) == 1 and not (shape.above or shape.below) and kinds[shape.end + 1] in ("name", "num")
    return not (short and kinds[shape.end + 2] in (",", ";", "nl", "end", "."))


def _derivative_ahead(p: Cursor, at: int) -> bool:
    """Whether a derivative begins at `at`."""
    if p.kinds[at] == "frac":
        return begins_differential(p, at + 2)
    return p.kinds[at] in ("partial", "nabla") or quotient_ahead(p, at)


def _branch_ahead(p: Cursor, at: int) -> bool:
    """Whether the line from `at` is a value with its condition, or the value otherwise."""
    found = False
    while p.tokens[at].kind not in ("nl", "end"):
        token = p.tokens[at]
        if token.kind == "=" or (token.kind == "key" and token.text == "where"):
            return False
        found = found or (token.kind == "key" and token.text in ("if", "for", "else"))
        at = p.match.get(at, at) + 1
    return found


def _has_equals(p: Cursor, at: int) -> bool:
    """Whether an ``=`` comes before the next separator."""
    while at < len(p.kinds):
        kind = p.kinds[at]
        if kind == "=":
            return True
        if kind in (",", ";", "nl", "end", "."):
            return False
        at = p.match.get(at, at) + 1
    return False
