"""Rows of entries to a matrix: ``[[a, b], [c, d]]`` has two rows of two, rows of different lengths are refused."""

from __future__ import annotations

from grader.expression.language.nodes import Expression, Matrix
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import Token, fail
from grader.problems import Span


def matrix(p: Cursor, rows: list[list[Expression]], opener: Token) -> Expression:
    """The matrix of `rows` between `opener` and the token ahead."""
    end = p.tokens[p.pos].end
    rows = [row for row in rows if row]
    if not rows:
        fail("this matrix is empty", "", opener.start, end)
    if len({len(row) for row in rows}) != 1:
        fail("the rows of this matrix differ in length", "", opener.start, end)
    return Matrix(tuple(map(tuple, rows)), Span(opener.start, end))
