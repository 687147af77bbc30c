r"""Big operators: ``\sum_{k \ne i} a_k`` is a `Reduce` over k with a condition, ``\max_j z_j`` one of kind "max"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from grader.expression.algebra.zero_based_sums import from_one
from grader.expression.language.functions import SPELLINGS
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Matrix,
    Product,
    Reduce,
    Symbol,
    indices,
    integer,
    symbols,
    walk,
)
from grader.expression.language.precedence import PRODUCT
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.bound_letters import is_pair, running, script_letters
from grader.expression.reading.grammar.names.numbered import holds_series
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.lexing.tokens import Token, fail
from grader.problems import Problem, Span

_FLIPPED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_EMPTY = frozenset(("end", ")", "=", ",", "joint", "/"))  # before these, nothing is left to be summed
_BEHIND_RANGE = frozenset((",", ";", ":", "|", "row", "quad", "name", "word"))
_WHOLE_SETS = frozenset("DBXVNI")  # usual names of all examples, classes, words
_WHOLE_WORDS = frozenset(
    (
        "vocab",
        "vocabulary",
        "words",
        "corpus",
        "data",
        "dataset",
        "batch",
        "minibatch",
        "classes",
        "labels",
        "categories",
        "examples",
        "samples",
        "observations",
        "items",
        "users",
        "nodes",
        "vertices",
        "pixels",
        "positions",
        "tokens",
        "features",
        "units",
    )
)
_BEHIND_INDEXED = frozenset(("_", "^", "+", "-", "joint", "("))


@dataclass(slots=True)
class _Range:
    """What stands under a big operator: its letters, where they begin, and the condition on them."""

    letters: list[str] = field(default_factory=list)
    lower: Expression | None = None
    condition: Expression | None = None
    upper: Expression | None = None
    conditional: bool = False  # behind ":" or "|" all is condition
    pair: bool = False  # (i, j): of a set, one of which may be fixed

    def restrict(self, test: Expression) -> None:
        """Add a condition."""
        self.condition = test if self.condition is None else Call("and", (self.condition, test))


def big_operator(p: Parser) -> Expression:
    r"""``\sum_{i=1}^n body``: the sign is the token ahead."""
    start = p.pos
    p.pos += 1
    return _reduce(p, p.tokens[start].text, start, only_bracket=False)


def extremum(p: Parser, kind: str) -> Expression:
    r"""``\max_i body``, "max" or "min", whose name has been read: only the bracket behind it belongs to it."""
    return _reduce(p, kind, p.pos, only_bracket=True)


def _reduce(p: Parser, kind: str, start: int, only_bracket: bool) -> Expression:
    under = _Range()
    upper: Expression | None = None
    seen: list[str] = []
    while (script := p.kinds[p.pos]) in ("_", "^"):
        if script in seen:
            fail("this sum has two ranges", r"write \sum_{i=1}^n", p.tokens[start].start, p.token.end)
        seen.append(script)
        p.pos += 1
        if script == "_":
            under = _range(p)
        else:
            upper = _with_letters(p, _upper)
    lower, upper, size = _bounds(p, under.lower, upper or under.upper, bool(under.letters))
    if not seen and p.token.text == "{" and p.kinds[p.pos + 1 : p.pos + 3] == ["name", "="]:
        fail("this range does not stand under its sum", "write sum_{i=1}^m", p.token.start, p.tokens[p.pos + 2].end)
    if p.kinds[p.pos] in _EMPTY:
        token = p.tokens[start]
        fail(f"nothing stands behind '{token.text}' to be summed", "", token.start, p.tokens[p.pos - 1].end)
    with p.deeper():
        opener = p.token
        body = p.power() if only_bracket and p.kinds[p.pos] == "(" else p.signed(PRODUCT)
    if under.letters and isinstance(body, Matrix) and opener.text == "(":  # sum_i(y_ik, -1)
        fail("this sum over a letter has more than one body", "leave out the axis", opener.start, opener.end)
    span = p.span(start)
    behind: tuple[tuple[str, Expression], ...] = ()
    if kind == "prod" and opener.text == "(":
        body, behind = _without_tail(body, under.letters)
    condition = under.condition
    counts_names = bool(p.table and p.table.series) and holds_series(body)
    if counts_names and size:
        lower = under.lower or lower
    for letter in reversed(under.letters or [""]):
        node, from_nought = Reduce(kind, letter, body, lower, upper, condition, span), False
        if not counts_names:
            node, from_nought = from_one(node)
        condition = None  # the innermost sum has it
        if from_nought:
            p.note("zero_based")
        if size:
            p.ranges.setdefault(size, []).append(node)
        body = node
    if behind:
        return Product((body, *(factor for _, factor in behind)), tuple(joint for joint, _ in behind), span)
    return body


def _with_letters(p: Parser, read: Callable[[Parser], Expression]) -> Expression:
    r"""A bound, in which the letters of indices may stand: ``\sum_{n=k}^{k+4} g_{n-k+1}``."""
    before = p.bound
    p.bound = before | p.free | script_letters(p, 0, len(p.tokens))
    found = read(p)
    p.bound = before
    return found


def _without_tail(body: Expression, letters: list[str]) -> tuple[Expression, tuple[tuple[str, Expression], ...]]:
    r"""Factors behind the bracket of a product without its letter are outside of it: ``\prod_j (1 - h_j) x``."""
    if not isinstance(body, Product):
        return body, ()
    held = [k for k, factor in enumerate(body.factors) if not symbols(factor).isdisjoint(letters)]
    last = held[-1] if held else len(body.factors) - 1
    inner = body.factors[0] if last == 0 else Product(body.factors[: last + 1], body.joints[:last], body.span)
    return inner, tuple(zip(body.joints[last:], body.factors[last + 1 :], strict=True))


def _range(p: Parser) -> _Range:
    """The letters, lower bound and condition under a big operator, whose ``_`` has been read."""
    token = p.token
    if token.kind != "(":
        if not _can_run(token):
            fail("an index letter is expected here", r"such as \sum_i", token.start, token.end)
        p.pos += 1
        text = token.text
        if is_pair(token, p.token):
            text += p.token.text
            p.pos += 1
        return _Range(_letters(text))
    close = p.match[p.pos]
    under = _Range()
    with p.compared(commas=False):
        p.pos += 1
        while p.pos < close:
            _read_item(p, under, close)
    if not under.letters:
        _no_letter(p.token)
    if under.pair:
        under.letters = running(p, under.letters)
    p.pos = close + 1
    return under


def _read_item(p: Parser, under: _Range, close: int) -> None:
    """One sign, letter or condition of a range that ends at token `close`."""
    at, token = p.pos, p.token
    if token.kind in (",", ";", "row", "quad"):
        p.pos += 1
    elif token.kind == "(":  # \sum_{(i,j)} or a nested group
        under.pair = under.pair or (not under.letters and p.kinds[p.match[at] + 1] == ":")
        p.replace(at, token._replace(kind=","))
        p.replace(p.match[at], p.tokens[p.match[at]]._replace(kind=","))
    elif (
        token.kind in (":", "|") and under.letters and not under.conditional
    ):  # \sum_{i: y_i > 0}: what follows says which of them
        under.conditional = True
        p.pos += 1
    elif not under.letters and not under.conditional and _condition_ahead(p, close):
        _read_condition(p, under)
    elif not (_can_run(token) or under.conditional):
        _no_letter(token)
    elif under.conditional or (under.letters and p.kinds[at + 1] in _BEHIND_INDEXED):
        under.restrict(p.condition(p.clause(), at))
    else:
        _read_letter(p, under, close)
        if p.pos < close and p.kinds[p.pos] not in _BEHIND_RANGE:
            fail("this range of a sum can't be read", r"write \sum_{i=1}^n", p.token.start, p.token.end)


def _condition_ahead(p: Parser, close: int) -> bool:
    r"""Whether a range that ends at token `close` is a comparison of an entry: ``r_i \ge 0``."""
    shape = p.scan(p.pos) if p.table is not None else None
    entered = shape is not None and bool(shape.below) and p.declared(shape.base)
    return entered and any(kind in ("rel", "=") for kind in p.kinds[p.pos + 2 : close])


def _read_condition(p: Parser, under: _Range) -> None:
    """A condition on entries, whose one letter that nothing else binds is what the sum runs over."""
    at = p.pos
    test = p.condition(p.clause(), at)
    entered = {place.name for item in walk(test) for place in indices(item) if isinstance(place, Symbol)}
    letters = sorted(letter for letter in entered - p.free if not p.declared(letter))
    if len(letters) == 1:
        under.letters += letters
        under.restrict(test)


def _read_letter(p: Parser, under: _Range, close: int) -> None:
    """A letter with what is said of it: ``i``, ``i = 1``, ``i \\in S``, ``i < j``."""
    at, token = p.pos, p.token
    names = _letters(token.text)
    after = p.tokens[at + 1]
    if after.kind == "rel" and after.text == "in":
        p.pos += 2
        _read_set(p, under, names, close)
    elif after.kind == "=" and names[0] not in under.letters:
        p.pos += 2
        first = _with_letters(p, Parser.sum)
        if under.lower not in (None, first):
            fail("two letters of this sum begin differently", "write a sum for each", token.start, p.token.start)
        under.lower = first
        _read_last(p, under, close)
    elif after.kind in ("rel", "="):
        if token.kind == "word" and len(names) == 1:
            p.replace(at, token._replace(kind="name"))
        test = p.condition(p.clause(), at)
        if at in p.pairs:  # both letters run: for each i, every j behind it
            names = [token.text, p.tokens[at + 2].text]
            test = Call(_FLIPPED[after.text], (Symbol(names[1]), Symbol(names[0])), 0, test.span)
        under.restrict(test)
    else:
        p.pos += 1
    under.letters += [name for name in names if name not in under.letters]


def _read_last(p: Parser, under: _Range, close: int) -> None:
    """The last value of a range behind its first: ``i=1..n``, ``i=1,...,n``, ``i=1:n``."""
    at = p.pos + (p.kinds[p.pos] == "," and p.kinds[p.pos + 1] == "dots")
    while p.kinds[at] in ("num", ",") and "dots" in p.kinds[at:close]:  # 1, 2, ..., n
        at += 1
    if p.kinds[at] not in ("dots", ":") or at + 1 >= close or under.upper is not None:
        return
    last = at + 1 + (p.kinds[at + 1] == ",")
    if p.kinds[at] == ":" and (last + 1 != close or p.kinds[last] not in ("name", "num")):
        return  # i = 1: y_i > 0
    p.pos = last
    under.upper = _with_letters(p, _upper)


def _read_set(p: Parser, under: _Range, names: list[str], close: int) -> None:
    r"""What a letter is in: a range, ``[n]`` or ``\{1, \dots, n\}``, or all; ``\setminus`` leaves some out."""
    start, opener = p.pos, p.token.text
    end = start
    while end < close and p.kinds[end] not in (",", "row"):
        end = p.match.get(end, end) + 1
    if p.kinds[start] == "(" and opener in ("[", r"\{", "{"):
        last = p.match[start]
        p.pos += 1
        _read_limits(p, under, last)
        p.pos = last + 1
    elif p.kinds[start] == "num":
        end = close
        _read_limits(p, under, close)
    elif p.kinds[start : start + 3 : 2] == ["|", "|"] and (p.table is None or _is_whole(p, p.tokens[start + 1])):
        p.pos += 3  # |V|, for all that are counted so
    elif start < end and (p.table is None or _is_whole(p, p.token)):
        p.pos += 1
    while p.kinds[p.pos] == "setminus":
        p.pos += 1
        last = p.match[p.pos] if p.kinds[p.pos] == "(" else p.pos
        p.pos += last > p.pos
        while p.pos <= last and p.kinds[p.pos] != ")":
            left_out = _with_letters(p, Parser.sum)
            for name in names:
                under.restrict(Call("ne", (Symbol(name), left_out), 0, left_out.span))
            p.pos += p.kinds[p.pos] == ","
        p.pos = max(p.pos, last + 1)
    if p.pos != end or start == end:
        found = p.token if start == end else p.tokens[start]
        said = "what is in this set is not known here"
        if found.kind in ("name", "word"):
            said = f"what is in the set '{found.text}' is not known here"
        fail(said, "write a condition", found.start, max(found.end, p.tokens[end - 1].end))


def _read_limits(p: Parser, under: _Range, end: int) -> None:
    """A first and a last value up to token `end`: ``1, \\dots, n``, ``1..n``, ``1, n``; one alone is the last."""
    at = p.pos
    if p.kinds[at] == "num" and at + 1 < end:
        first = p.sum()
        if p.kinds[p.pos : p.pos + 1] == [","] and p.pos + 2 == end:  # [1, n]
            p.replace(p.pos, p.token._replace(kind="dots"))
        _read_last(p, under, end)
    else:
        first = ONE
        if at + 1 == end:
            under.upper = _with_letters(p, _upper)
    if under.upper is None or p.pos != end or under.lower not in (None, first):
        fail("what is in this set is not known here", "write a condition", p.tokens[at].start, p.tokens[end - 1].end)
    under.lower = first


def _is_whole(p: Parser, name: Token) -> bool:
    """Whether a name stands for all examples, classes, words; one of its own may hold less, as SV does."""
    if name.kind not in ("name", "word") or p.table is None or name.text in p.defined:
        return False
    known = name.text in _WHOLE_SETS or p.table.knows(name.text)
    return known or (len(name.text) > 3 and name.text.lower() in _WHOLE_WORDS)


def _no_letter(token: Token) -> NoReturn:
    fail("an index letter is expected here", r"such as \sum_{i=1}^n", token.start, token.end)


def _can_run(token: Token) -> bool:
    """Whether a token may be what a sum runs over: letters, and no function."""
    text = token.text
    named = token.kind in ("name", "word") and text.isalpha()
    return named and (text not in SPELLINGS or text in GREEK or len(text) < 3)


def _letters(text: str) -> list[str]:
    return [text] if text in GREEK or len(text) > 3 else list(dict.fromkeys(text))


def _bounds(
    p: Parser, lower: Expression | None, upper: Expression | None, lettered: bool
) -> tuple[Expression | None, Expression | None, str]:
    """Bounds that mean the whole axis are left out: those of a bare sum, and 1 to a letter the model does not know.

    That letter is the third of the values, else it is empty.
    """
    if upper is None:
        return lower, None, ""
    if not lettered and not isinstance(upper, Symbol):
        fail("this sum does not say what it runs over", r"write \sum_{i=1}^n", *p.tokens[p.pos - 1][2:])
    size, first = upper, ONE
    if isinstance(upper, Call) and upper.function == "sub" and upper.args[1] == ONE:
        size, first = upper.args[0], ZERO  # 0 to n - 1
    named = isinstance(size, Symbol) and p.table is not None and size.name not in p.bound | p.free
    unknown = named and isinstance(size, Symbol) and not p.declared(size.name)
    if isinstance(size, Symbol) and ((not lettered and size is upper) or (unknown and lower in (None, first))):
        p.note(f"range:{size.name}")
        return (ZERO if first == ZERO else None), None, size.name if unknown else ""
    if isinstance(size, Symbol) and unknown:
        p.problems.append(Problem(f"the name '{size.name}' is not known here", "", span=size.span))
    return lower or integer(1), upper, ""


def _upper(p: Parser) -> Expression:
    """The upper bound: a number, a letter, or a group."""
    token = p.token
    group = token.kind == "(" and token.text == "{"
    close = p.match[p.pos] if group else p.pos
    inner = p.tokens[p.pos + 1 : close] if group else [token]
    if p.table is not None and len(inner) == 3 and [t.kind for t in inner[1:]] == ["-", "num"] and inner[2].text == "1":
        p.pos += 1
        last = _upper(p) if p.kinds[p.pos] in ("name", "word") else p.power()
        p.pos = close + 1
        return Call("sub", (last, ONE), 0, Span(inner[0].start, inner[2].end))
    if len(inner) != 1:
        return p.bracket() if group else p.power()
    only = inner[0]
    p.pos += 3 if group else 1
    span = Span(only.start, only.end)
    if only.text in p.free:
        return Symbol(only.text, span)
    if only.kind == "num" and only.text.isdigit() and len(only.text) < 9:
        return integer(int(only.text))
    if only.kind not in ("name", "word"):
        fail("this bound can't be read", "name the last index", only.start, only.end)
    found = None if p.table is None else p.table.find(only.text, "", "", 0)
    return Symbol(found.declared.name if found else only.text, span)
