r"""Words that stand for a sign: ``diff(x^3, x)`` is a derivative, ``sum(k^2, k, 1, n)`` a sum, ``\det A`` a number.

Their forms are those of Maple, Maxima and SymPy, which also write ``Sum(k^2, (k, 1, n))`` and ``sum(k^2, k=1..n)``.
"""

from __future__ import annotations

from grader.expression.algebra.zero_based_sums import from_one
from grader.expression.language.derived import determinant
from grader.expression.language.nodes import Call, Expression, Indexed, Matrix, Number, Partial, Reduce, Symbol
from grader.expression.reading.grammar.names.function_names import letter_of_range
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import close, stuck
from grader.expression.reading.lexing.tokens import fail

MAX_ORDER = 4
MAX_ROWS = 5  # of a determinant that is worked out


def named_derivative(p: Parser) -> Expression:
    """``diff(f, x)``, ``diff(f, x, 2)``, ``diff(f, x, y)``; the name is ahead."""
    start = p.pos
    end = p.match[start + 1]
    with p.nested(commas=False):
        p.pos += 2
        node = p.value()
        variables: list[Expression] = []
        while p.pos < end:
            _comma(p)
            given = p.value()
            order = int(given.value) if isinstance(given, Number) and given.place is None else 0
            if variables and 1 <= order <= MAX_ORDER:
                variables += variables[-1:] * (order - 1)
            elif isinstance(given, Symbol | Indexed):
                variables.append(given)
            else:
                fail("a derivative is taken by a variable", "write diff(f, x)", p.tokens[start].start, p.token.start)
        close(p, end)
    for variable in variables:
        node = Partial(node, variable, p.span(start))
    return node


def named_sum(p: Parser) -> Expression:
    """``sum(body, k, 1, n)`` or ``Sum(body, (k, 1, n))`` or ``sum(body, k=1..n)``; the name is ahead."""
    start = p.pos
    kind = "sum" if p.token.text[0] in "sS" else "prod"
    end = p.match[start + 1]
    letter = letter_of_range(p, start + 1)
    p.bound |= {letter}
    with p.nested(commas=False):
        p.pos += 2
        body = p.value()
        _comma(p)
        grouped = p.kinds[p.pos] == "("
        p.pos += 2 if grouped else 1  # the letter
        p.pos += 1  # its comma, or the sign behind it
        lower = p.value()
        if p.kinds[p.pos] not in (",", "dots"):
            stuck(p)
        p.pos += 1
        upper = p.value()
        if grouped:
            close(p, end - 1)
        close(p, end)
    node, from_nought = from_one(Reduce(kind, letter, body, lower, upper, None, p.span(start)))
    if from_nought:
        p.note("zero_based")
    return node


def named_determinant(p: Parser) -> Expression:
    r"""``\det`` of a matrix, by its entries where it is written out; the name is ahead."""
    start, name = p.pos, p.token
    p.pos += 1
    with p.deeper():
        matrix = p.operand()
    if not isinstance(matrix, Matrix) and p.table is not None:
        return Call("det", (matrix,), 0, p.span(start))
    if not isinstance(matrix, Matrix) or len(matrix.rows) != len(matrix.rows[0]) or len(matrix.rows) > MAX_ROWS:
        hint = f"of a matrix of at most {MAX_ROWS} rows that is written out"
        fail("this determinant can't be read", hint, name.start, p.tokens[p.pos - 1].end)
    return determinant(matrix.rows, p.span(start))


def _comma(p: Parser) -> None:
    if p.kinds[p.pos] != ",":
        stuck(p)
    p.pos += 1
