r"""Derivatives: ``\frac{\partial L}{\partial z}``, ``dL/dz`` and ``\nabla_z L`` are one `Partial`."""

from __future__ import annotations

from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Product, Symbol, head, indices, integer
from grader.expression.reading.grammar.differentials import (
    ORDERS,
    begins_differential,
    below_slash,
    step_over_sign,
)
from grader.expression.reading.grammar.names.arguments import entries_at_arguments, round_bracket_ahead
from grader.expression.reading.grammar.names.meaning import name_alone
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import stuck
from grader.expression.reading.lexing.tokens import fail

_NAMED = frozenset(("name", "word", "accent"))


def fraction_of_differentials(p: Parser) -> Expression:
    r"""A ``\frac`` whose groups begin with differentials."""
    start = p.pos
    p.pos += 1
    close = p.match[p.pos]
    with p.deeper():
        p.pos += 1
        step_over_sign(p)
        order = _order(p)
        numerator: Expression | None = None
        with p.differentiated(grouped=p.pos < close):
            if p.pos < close:
                numerator = p.value()
                if p.pos != close:
                    stuck(p)
            p.pos = close + 1
            variables = _variables(p)
        return _partial(p, numerator, variables, order, start)


def _variables(p: Parser) -> list[Expression]:
    """The variables in the group ahead, ``\\partial x \\partial y``."""
    close = p.match[p.pos]
    p.pos += 1
    variables: list[Expression] = []
    while p.pos < close:
        if not (below_slash(p, p.pos, True) or p.token.text == "delta"):
            fail("a derivative is taken by one variable", r"write \partial before each variable", *p.token[2:])
        step_over_sign(p)
        variables += _variable(p)
    if not variables:
        fail("this derivative has no variable", "", *p.tokens[close][2:])
    p.pos = close + 1
    if len(variables) > 1:  # \partial\theta \partial\theta^T
        variables = [
            item.args[0] if isinstance(item, Call) and item.function == "transpose" else item for item in variables
        ]
    return variables


def slashed(p: Parser) -> Expression:
    """``∂L/∂w`` and ``dL/dw`` in running text."""
    start, token = p.pos, p.token
    if token.kind == "partial" and p.kinds[start + 1] in ("_", "^"):
        below = start + 1 if p.kinds[start + 1] == "_" else p.script(start + 2)[1]
        if p.kinds[below] == "_":
            return nabla(p)  # \partial_w L
    with p.deeper():
        with p.differentiated(grouped=False):
            known = begins_differential(p, start)
            step_over_sign(p)
            order = _order(p)
            numerator: Expression | None = None
            if p.kinds[p.pos] != "/":
                numerator = p.quantity() if p.kinds[p.pos] in _NAMED else p.postfix()
            if p.kinds[p.pos] != "/" or not below_slash(p, p.pos + 1, known):
                fail("this derivative has no denominator", "write ∂L/∂w", token.start, p.tokens[p.pos - 1].end)
            p.pos += 1
            step_over_sign(p)
            variables = _variable(p)
        return _partial(p, numerator, variables, order, start)


def nabla(p: Parser) -> Expression:
    r"""``\nabla_W L``: the derivative of what follows by what stands below."""
    start, token = p.pos, p.token
    p.pos += 1
    order = _order(p)
    if p.kinds[p.pos] != "_":
        fail("by which variable is this gradient taken?", r"write \nabla_w L", token.start, token.end)
    p.pos += 1
    with p.deeper():
        if not (p.kinds[p.pos] in _NAMED or p.kinds[p.pos] == "("):
            fail("by which variable is this gradient taken?", r"write \nabla_w L", token.start, p.tokens[p.pos - 1].end)
        variable = _below_nabla(p)
        if order == 1:
            order = _order(p)  # \nabla_w^2 L
        match variable:  # any other stands for itself
            case Product(factors=(first, second), joints=("",)) if first == second:  # \nabla_{ww} L
                variable, order = first, 2
        kind = p.kinds[p.pos]
        if not (kind in _NAMED or kind in ("(", "nabla")):
            fail("of what is this gradient taken?", r"write \nabla_w L", token.start, p.tokens[p.pos - 1].end)
        with p.differentiated(grouped=False):
            node = p.quantity() if kind in _NAMED else nabla(p) if kind == "nabla" else p.bracket()
    if order == 1:
        return _of_columns(p, node, variable, start)
    for _ in range(order):
        node = Partial(node, variable, p.span(start))
    return node


def _below_nabla(p: Parser) -> Expression:
    kind = p.kinds[p.pos]
    if kind == "accent":
        return p.quantity()
    return p.bracket() if kind == "(" else name_alone(p)


def _order(p: Parser) -> int:
    """The order in ``∂^2`` ahead, 1 where none is written."""
    if p.kinds[p.pos] != "^":
        return 1
    raw, after = p.script(p.pos + 1)
    if raw not in ORDERS:
        fail("the order of a derivative is a small number", "", *p.token[2:])
    p.pos = after
    return int(raw)


def _variable(p: Parser) -> list[Expression]:
    """One variable of a denominator, as often as its exponent says."""
    p.in_partial = False  # a bracket behind the variable is what is differentiated
    kind = p.kinds[p.pos]
    entered = kind == "(" and p.kinds[p.match[p.pos] + 1] == "_"  # \partial (W_T)_{ij}
    variable = p.bracket() if kind == "(" and not entered else p.quantity() if kind in _NAMED else p.postfix()
    return [variable] * _order(p)


def _partial(
    p: Parser, numerator: Expression | None, variables: list[Expression], order: int, start: int
) -> Expression:
    if order > len(variables) > 1 or (order > 1 and order != len(variables)):
        token = p.tokens[start]
        fail("the orders above and below differ", r"write \frac{\partial^2 L}{\partial w^2}", token.start, token.end)
    if numerator is None:
        following = p.kinds[p.pos] == "(" and p.token.text not in ("matrix", "cases")
        numerator = p.power() if following else p.rules.implicit(p, "d/dx")
    node = _at_arguments(p, numerator)
    if len(variables) == 1:
        return _of_columns(p, node, variables[0], start)
    for variable in reversed(variables):
        node = Partial(node, variable, p.span(start))
    return node


def _of_columns(p: Parser, above: Expression, below: Expression, start: int) -> Expression:
    r"""A derivative; by ``vec(X)`` or of ``vec(Y)`` it is the matrix of all derivatives of entries by entries."""
    bare = [_in_columns(side) for side in (above, below)]
    node = Partial(bare[0], bare[1], p.span(start))
    if bare == [above, below]:
        return node
    declared = p.table.exact.get(head(bare[0]) or "") if p.table else None
    if declared is None or head(bare[1]) is None:
        fail(
            "a derivative by vec(X) is of a quantity by a quantity",
            "define what is differentiated",
            node.span.start,
            node.span.end,
        )
    rank = declared.rank - len(indices(bare[0]))
    return Call("vec", (node, integer(rank)) if rank else (node,), 0, node.span)


def _in_columns(side: Expression) -> Expression:
    """What the entries are of in ``vec(X)``, or in ``vec(X)^T``, by which Magnus and Neudecker write a Jacobian."""
    match side:
        case Call("vec", (inner,)) | Call("transpose", (Call("vec", (inner,)),)):
            return inner
    return side


def _at_arguments(p: Parser, numerator: Expression) -> Expression:
    r"""The numerator once its arguments behind the derivative are read: ``\frac{\partial f}{\partial w}(x_i, w)``."""
    declared = p.table.exact.get(numerator.name) if p.table and isinstance(numerator, Symbol) else None
    if declared is None or p.in_partial or not round_bracket_ahead(p):
        return numerator
    entries = entries_at_arguments(p, declared)
    return Indexed(numerator, entries, numerator.span) if entries else numerator
