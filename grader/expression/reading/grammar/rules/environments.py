r"""Environments of LaTeX: ``\begin{cases} 1 & x > 0 \\ 0 \end{cases}`` is a `Cases`, ``\begin{bmatrix}`` a `Matrix`."""

from __future__ import annotations

from grader.expression.algebra.construct import as_branch
from grader.expression.language.nodes import Cases, Expression
from grader.expression.reading.grammar.parser import Parser, matrix
from grader.expression.reading.grammar.refusals import close, stuck
from grader.expression.reading.lexing.tokens import fail


def cases(p: Parser) -> Expression:
    """Rows of a value and its condition, between the ``begin`` ahead and its ``end``."""
    opener, end = p.token, p.match[p.pos]
    with p.nested(commas=False):
        p.pos += 1
        start = p.pos
        found: list[tuple[Expression, Expression]] = []
        otherwise: Expression | None = None
        while True:
            _skip(p, ("row", "&", ";"))
            if p.pos >= end:
                break
            if otherwise is not None:
                token = p.token
                fail("a branch stands behind the last one", "put 'otherwise' at the end", token.start, token.end)
            value, test = _branch(p, end)
            if test is None:
                otherwise = value
            else:
                found.append((value, test))
            _skip(p, (",", ";", ".", "&"))
            if p.pos < end and p.kinds[p.pos] != "row":
                stuck(p)
        if not found:
            fail("these cases have no condition", "write x > 0 behind a branch", opener.start, opener.end)
        node = Cases(tuple(found), otherwise, p.span(start))
        close(p, end)
    return node


def _branch(p: Parser, end: int) -> tuple[Expression, Expression | None]:
    """One row: its value, and its condition, None where it says "otherwise" or nothing."""
    with p.chained():  # "= 1" inside a branch continues a chain: its last side counts
        value = p.clause()
        while p.kinds[p.pos] == "=":
            p.pos += 1
            value = p.clause()
    _skip(p, (",", "&", ":", ";"))
    kind = p.kinds[p.pos]
    if kind == "key" and p.token.text == "else":
        p.pos += 1
        while p.kinds[p.pos] == "key" and p.token.text == "where":
            p.pos += 1
        return as_branch(value), None
    if p.pos >= end or kind == "row":
        return as_branch(value), None
    _skip(p, ("key", "&"))
    return as_branch(value), p.conditions()


def _skip(p: Parser, kinds: tuple[str, ...]) -> None:
    while p.kinds[p.pos] in kinds:
        p.pos += 1


def matrix_environment(p: Parser) -> Expression:
    """Rows of entries, between the ``begin`` ahead and its ``end``."""
    opener, end = p.token, p.match[p.pos]
    rows: list[list[Expression]] = [[]]
    with p.nested(commas=False):
        p.pos += 1
        while p.pos < end:
            kind = p.kinds[p.pos]
            if kind == "row":
                rows.append([])
                p.pos += 1
            elif kind in ("&", ","):
                p.pos += 1
            else:
                rows[-1].append(p.value())
                if p.kinds[p.pos] not in ("row", "&", ",") and p.pos != end:
                    stuck(p)
        node = matrix(p, rows, opener)
        close(p, end)
    return node
