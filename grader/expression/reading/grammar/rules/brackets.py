r"""Brackets to what stands in them: ``(x + 1)`` a value, ``[1, 2; 3, 4]`` a matrix, ``⟨a, b⟩`` an inner product.

Bars are brackets that look the same at both ends: ``|x|`` is an absolute value, ``\|x\|_1`` a norm.
"""

from __future__ import annotations

from functools import reduce

from grader.expression.algebra.construct import CONDITIONS
from grader.expression.language.derived import determinant
from grader.expression.language.nodes import Call, Expression, Matrix, Number, integer
from grader.expression.reading.grammar.numbers import number
from grader.expression.reading.grammar.parser import Parser, matrix
from grader.expression.reading.grammar.refusals import expected, stuck
from grader.expression.reading.lexing.tokens import Token, Unreadable, fail
from grader.problems import Span

LISTED = "listed"  # the note on conditions in brackets that may be a row of indicators
_SINGLE = frozenset(("num", "name"))
_PLAIN = frozenset("({[")
_ENVIRONMENTS = frozenset(("cases", "matrix"))
_ONE_SIDED = frozenset((r"\{", "."))  # what cases are written in by hand: a brace, and nothing at the right
_DECIMAL = frozenset("({")  # where a comma may be a decimal comma
_IN_BRACKETS = frozenset((",", ";"))  # what parts entries
_IN_LIST = frozenset((",", ";", "quad", "num"))
MAX_RETRIES = 8
MAX_DETERMINANT = 5


def group(p: Parser) -> Expression:
    """A name in braces, ``{x}_1``, or what stands in brackets."""
    if p.tokens[p.pos][1] == "{" and p.kinds[p.match[p.pos] + 1] in ("_", "'") and p.scan(p.pos) is not None:
        return p.quantity()
    return bracket(p)


def bracket(p: Parser) -> Expression:
    """What stands in brackets: a value, a condition, branches, a vector or a matrix."""
    start = p.pos
    opener, end = p.tokens[start], p.match[start]
    sign = opener[1]
    if end == start + 2 and p.kinds[start + 1] in _SINGLE and sign in _PLAIN:
        return _single(p, opener, end)
    if sign in _ENVIRONMENTS:
        return p.prefix_rules[sign](p)
    p.pos += 1
    if sign in _ONE_SIDED and p.token[:2] == ("(", "matrix") and p.match[p.pos] == end - 1:
        node = p.prefix_rules["cases"](p)
    else:
        pair = end == start + 4 and p.kinds[start + 1 : end] == ["num", ",", "num"]
        with p.nested(commas=not pair and sign in _DECIMAL):
            node = _content(p, opener, end)
    if sign == "." and p.tokens[end].text == "|":
        fail("a value at a point can't be read", "put the value into the formula", *p.tokens[end][2:])
    if p.pos != end:
        stuck(p)
    p.pos += 1
    return _norm(p, node, start) if sign == "‖" else node


def _single(p: Parser, opener: Token, end: int) -> Expression:
    """The one token between the brackets ahead."""
    p.pos += 1
    node = number(p) if p.kinds[p.pos] == "num" else p.quantity()
    if p.pos != end:
        node = p.cut_off(node, opener[3], p.tokens[end][2])  # (wx): more names than one
        if p.pos != end:
            stuck(p)
    p.pos += 1
    return node


def _content(p: Parser, opener: Token, end: int) -> Expression:
    """The content of a pair of brackets, up to and without the closing one."""
    begin = p.pos
    if begin == end:
        expected(p)
    first = p.side()
    kind = p.kinds[p.pos]
    if kind == "over":
        p.pos += 1
        below = p.value()
        return Call("div", (first, below), 0, Span(first.span.start, p.tokens[p.pos - 1].end))
    if p.pos != end and kind in (_IN_LIST if opener[1] == "[" else _IN_BRACKETS):
        return _entries(p, opener, end, first, begin)
    if opener[1] == "|":
        return _within_bars(p, first, p.pos - 1)
    if opener[1] == "⟨":
        fail("an inner product needs two sides", "write ⟨a, b⟩", opener.start, opener.end)
    return first


def _entries(p: Parser, opener: Token, end: int, first: Expression, begin: int) -> Expression:
    """A vector, a matrix or an inner product whose `first` entry, from token `begin`, was read already."""
    separators = _IN_LIST if opener.text == "[" else _IN_BRACKETS
    rows: list[list[Expression]] = [[first]]
    nested = [_as_row(p, first, begin)]
    while p.pos < end:
        kind = p.kinds[p.pos]
        if kind == ";":
            rows.append([])
        elif kind not in separators:
            stuck(p)
        if kind != "num":
            p.pos += 1
        if p.pos < end:
            begin = p.pos
            rows[-1].append(p.value())
            nested.append(_as_row(p, rows[-1][-1], begin))
    span = p.span(p.pos - 1)
    if opener.text == "⟨":
        numbers = all(isinstance(entry, Number) for entry in rows[0])
        if len(rows) == 1 and len(rows[0]) == 2 and not numbers:
            return Call("inner", tuple(rows[0]), 0, span)
    if len(rows) == 1 and opener.text == "[" and all(map(_is_test, rows[0])) and _holds_all(p, opener, rows[0]):
        tests = [one.args[0] if one.function == "iverson" else one for one in rows[0] if isinstance(one, Call)]
        return Call("iverson", (reduce(lambda one, other: Call("and", (one, other), 0, span), tests),), 0, span)
    if len(rows) == 1 and opener.text in "[(" and all(nested):
        rows = nested
    return matrix(p, rows, opener)


def _is_test(entry: Expression) -> bool:
    """Whether an entry is a condition, be it as the value that it has."""
    return isinstance(entry, Call) and (entry.function in CONDITIONS or entry.function == "iverson")


def _holds_all(p: Parser, opener: Token, entries: list[Expression]) -> bool:
    """Whether conditions in square brackets hold together, ``1[y = j, u = k]``: of equations, or behind a 1.

    The other meaning, a row of indicators, is noted, so that no answer is wrong by the one alone.
    """
    at = next((at for at in range(p.pos, -1, -1) if p.tokens[at] is opener), 0)
    before = p.tokens[at - 1] if at else opener
    if at and before.text == "1" and before.end == opener.start:
        return True
    p.note(LISTED)
    tests = (one.args[0] if one.function == "iverson" else one for one in entries if isinstance(one, Call))
    return all(isinstance(test, Call) and test.function == "eq" for test in tests)


def _as_row(p: Parser, entry: Expression, begin: int) -> list[Expression]:
    """The entries of a list in a list, as code writes matrices; nothing where `entry` is no list."""
    if p.tokens[begin].text != "[" or p.match.get(begin) != p.pos - 1:
        return []
    return [entry] if not isinstance(entry, Matrix) else list(entry.rows[0]) if len(entry.rows) == 1 else []


def bar(p: Parser) -> Expression:
    """``|x|`` and ``‖x‖``; two bars side by side are tried as a norm first."""
    start, sign = p.pos, p.token
    node = _norm_of_two_bars(p, start)
    if node is None:
        node = _between_bars(p, start + 1, (sign.kind,))
        if node is None:
            fail(f"the bar '{sign.text}' is never closed", f"add '{sign.text}' where it ends", sign.start, sign.end)
        if sign.kind == "|":
            return _within_bars(p, node, start)
    return _norm(p, node, start)


def _within_bars(p: Parser, node: Expression, start: int) -> Expression:
    """An absolute value; of a matrix that is written out, the determinant."""
    if isinstance(node, Matrix) and 1 < len(node.rows) == len(node.rows[0]) <= MAX_DETERMINANT:
        return determinant(node.rows, p.span(start))
    return Call("abs", (node,), 0, p.span(start))


def _norm_of_two_bars(p: Parser, start: int) -> Expression | None:
    """The value between ``||`` and ``||``; None, and nothing changed, where none can be read."""
    sign = p.tokens[start]
    double = sign.kind == "|" and p.kinds[start + 1] == "|" and p.tokens[start + 1].start == sign.end
    if not double or p.retries >= MAX_RETRIES:
        return None
    p.retries += 1
    problems = len(p.problems)
    try:
        node = _between_bars(p, start + 2, ("|", "|"))
    except Unreadable:
        node = None
    if node is None:
        del p.problems[problems:]
    return node


def _between_bars(p: Parser, begin: int, ending: tuple[str, ...]) -> Expression | None:
    """The value from token `begin` to the signs `ending`, or None where they don't follow."""
    with p.barred():
        p.pos = begin
        node = p.value()
    end = p.pos + len(ending)
    if tuple(p.kinds[p.pos : end]) != ending:
        return None
    p.pos = end
    return node


def _norm(p: Parser, node: Expression, start: int) -> Expression:
    """A norm around `node`, with the order that its subscript names."""
    args: tuple[Expression, ...] = (node,)
    if p.kinds[p.pos] == "_":
        raw, after = p.script(p.pos + 1)
        if raw == "1":
            args = (node, integer(1))
        elif raw not in ("2", "F"):
            fail(f"the norm with subscript '{raw}' can't be computed", "use 1, 2 or F", *p.token[2:])
        p.pos = after
        if p.kinds[p.pos] == "_":
            fail("a norm has one subscript", "put the norm in brackets to take an entry of it", *p.token[2:])
    return Call("norm", args, 0, p.span(start))
