"""Branches and matrices: ``1 if x > 0 else 0`` is a `Cases`, ``[1, 2; 3, 4]`` a `Matrix`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expression.language.conditions import CONDITIONS, as_value
from grader.expression.language.nodes import Call, Cases, Expression, Matrix
from grader.expression.reading.grammar import atoms
from grader.expression.reading.lexing.tokens import Token, fail
from grader.problems import Span

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


def side(p: Parser) -> Expression:
    """A value, or branches in running text."""
    if p.kinds[p.pos] == "key":
        return branches(p, None)
    value = p.clause()
    return branches(p, value) if p.kinds[p.pos] in ("key", ":", ",", ";") else as_value(value)


def branches(p: Parser, value: Expression | None) -> Expression:
    """Branches in running text, ``1 if x > 0 else 0`` or ``1, x > 0; 0, x <= 0``; `value` is what was read already."""
    kind = p.kinds[p.pos]
    if value is not None:
        behind = p.pos + (kind == ",")
        if p.kinds[behind] == "key" and p.tokens[behind].text == "for" and _quantifier(p, behind):
            return as_value(value)
    if value is not None and kind not in ("key", ":") and not (kind in (",", ";") and _condition_follows(p, p.pos + 1)):
        return as_value(value)
    start = p.pos
    found: list[tuple[Expression, Expression]] = []
    otherwise: Expression | None = None
    p.inner += 1
    while True:
        kind, text = p.kinds[p.pos], p.token.text
        if value is None:
            if kind == "key" and text in ("if", "elif", "for"):
                p.pos += 1
                test = p.condition(p.clause(), start)
                while p.kinds[p.pos] in (":", ",", "=") or (p.kinds[p.pos] == "key" and p.token.text == "then"):
                    p.pos += 1
                found.append((p.value(), test))
            elif kind == "key" and text == "else":
                p.pos += 1
                if p.kinds[p.pos] == "key" and p.token.text == "if":
                    continue
                while p.kinds[p.pos] in (":", ",", "="):
                    p.pos += 1
                otherwise = p.value()
                if p.kinds[p.pos] == "key" and p.token.text == "if":  # a if c else b if d else e
                    value, otherwise = otherwise, None
                    continue
            else:
                value = p.clause()
                continue
        elif isinstance(value, Call) and value.function in CONDITIONS and kind == ":":
            p.pos += 1
            found.append((p.value(), value))
            value = None
        else:
            if kind in (",", ":", "&"):
                p.pos += 1
                kind, text = p.kinds[p.pos], p.token.text
            if kind == "key" and text == "else":
                p.pos += 1
                otherwise = as_value(value)
            else:
                if kind == "key" and text in ("if", "for"):
                    p.pos += 1
                found.append((as_value(value), p.condition(p.clause(), p.pos)))
            value = None
        if p.kinds[p.pos] in (",", ";", ".", "logic") and p.kinds[p.pos + 1] not in ("end", ")"):
            if otherwise is not None:
                break
            p.pos += 1
        elif p.kinds[p.pos] != "key" or otherwise is not None or p.token.text not in ("else", "elif", "if", "for"):
            break
    p.inner -= 1
    if not found:
        token = p.tokens[start]
        fail("branches need a condition", "write 1 if x > 0 else 0", token.start, token.end)
    return Cases(tuple(found), otherwise, p.span(start))


def _quantifier(p: Parser, at: int) -> bool:
    """Step over a remark such as "for all i" at the end; False where the "for" at `at` begins a condition."""
    end = at + 1
    while p.kinds[end] not in ("end", "nl", "key", ";"):
        end = p.match.get(end, end) + 1
    rest = p.tokens[at + 1 : end]
    every = rest and rest[0].text in ("all", "any", "each", "every", "word")
    every = every or any(token.kind == "rel" and token.text == "in" for token in rest)
    every = every or any(token.kind == "dots" for token in rest)
    if p.inner or not rest or (any(token.kind in ("rel", "=") for token in rest) and not every):
        return False
    if not every and any(token.kind not in ("name", "word", ",") for token in rest):
        return False
    p.pos = end
    p.note("prose")
    return True


def _condition_follows(p: Parser, at: int) -> bool:
    """Whether a relation or a branch word stands before the next separator."""
    level = 0
    for kind, token in zip(p.kinds[at : at + 200], p.tokens[at : at + 200], strict=True):
        if kind == "(":
            level += 1
        elif kind == ")":
            level -= 1
            if level < 0:
                return False
        elif level:
            continue
        elif kind == "rel" or (kind == "key" and token.text in ("else", "if")):
            return True
        elif kind in (",", ";", "end", "nl", "="):
            return False
    return False


def environment(p: Parser, as_cases: bool = False) -> Expression:
    """A ``cases`` or matrix environment whose ``begin`` is the token ahead."""
    start, opener = p.pos, p.token
    close = p.match[start]
    bars, inner, commas = p.bars, p.inner, p.commas
    p.bars, p.inner, p.commas = 0, inner + 1, False
    p.pos += 1
    node = _cases(p, close, opener) if as_cases or opener.text == "cases" else _table(p, close, opener)
    p.bars, p.inner, p.commas = bars, inner, commas
    if p.pos != close:
        atoms.stuck(p)
    p.pos += 1
    return node


def _cases(p: Parser, close: int, opener: Token) -> Expression:
    start = p.pos
    found: list[tuple[Expression, Expression]] = []
    otherwise: Expression | None = None
    while True:
        while p.kinds[p.pos] in ("row", "&", ";"):
            p.pos += 1
        if p.pos >= close:
            break
        if otherwise is not None:
            token = p.token
            fail("a branch stands behind the last one", "put 'otherwise' at the end", token.start, token.end)
        p.inner -= 1  # "= 1" inside a branch continues a chain: its last side counts
        level, p.inner = p.inner, 0
        value = p.clause()
        while p.kinds[p.pos] == "=":
            p.pos += 1
            value = p.clause()
        p.inner = level + 1
        while p.kinds[p.pos] in (",", "&", ":", ";"):
            p.pos += 1
        kind, text = p.kinds[p.pos], p.token.text
        if kind == "key" and text == "else":
            p.pos += 1
            while p.kinds[p.pos] == "key" and p.token.text == "where":
                p.pos += 1
            otherwise = as_value(value)
        elif p.pos >= close or kind == "row":
            otherwise = as_value(value)
        else:
            while p.kinds[p.pos] in ("key", "&"):
                p.pos += 1
            test = conditions(p)
            found.append((as_value(value), test))
        while p.kinds[p.pos] in (",", ";", ".", "&"):
            p.pos += 1
        if p.pos < close and p.kinds[p.pos] != "row":
            atoms.stuck(p)
    if not found:
        fail("these cases have no condition", "write x > 0 behind a branch", opener.start, opener.end)
    return Cases(tuple(found), otherwise, p.span(start))


def conditions(p: Parser) -> Expression:
    start = p.pos
    test = p.condition(p.clause(), start)
    while p.kinds[p.pos] == "," and p.kinds[p.pos + 1] not in (")", "row", "end"):
        p.pos += 1
        at = p.pos
        test = Call("and", (test, p.condition(p.clause(), at)), 0, p.span(start))
    return test


def _table(p: Parser, close: int, opener: Token) -> Expression:
    rows: list[list[Expression]] = [[]]
    while p.pos < close:
        kind = p.kinds[p.pos]
        if kind == "row":
            rows.append([])
            p.pos += 1
        elif kind in ("&", ","):
            p.pos += 1
        else:
            rows[-1].append(p.value())
            if p.kinds[p.pos] not in ("row", "&", ",") and p.pos != close:
                atoms.stuck(p)
    return matrix(p, [row for row in rows if row], opener)


def matrix(p: Parser, rows: list[list[Expression]], opener: Token) -> Expression:
    end = p.tokens[p.pos].end
    if not rows:
        fail("this matrix is empty", "", opener.start, end)
    if len({len(row) for row in rows}) != 1:
        fail("the rows of this matrix differ in length", "", opener.start, end)
    return Matrix(tuple(map(tuple, rows)), Span(opener.start, end))
