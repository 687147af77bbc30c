r"""Derivatives: ``\frac{\partial L}{\partial z}``, ``dL/dz`` and ``\nabla_z L`` are one `Partial`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.nodes import Call, Expression, Partial, Product
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar import atoms, calls, quantities
from grader.expression.reading.lexing.tokens import Token, fail
from grader.expression.reading.spelling.scripts import raw_script, scan
from grader.expression.reading.spelling.spellings import lookalikes

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


_ORDERS = frozenset("1234")


def leads(p: Parser, at: int) -> bool:
    """Whether the token at `at` begins a differential: ``∂``, a lone ``d``, or ``d`` joined to a name."""
    token = p.tokens[at]
    if token.kind == "partial":
        return True
    if token.kind not in ("name", "word") or token.text[0] != "d" or p.declared_quantity(token.text):
        return False
    if token.text == "d":
        return p.kinds[at + 1] in ("name", "word", "accent", "(", ")", "/", "^", "fn")
    rest = token.text[1:]
    if not rest[0].isalpha() or token.text in GREEK or token.text in SPELLINGS:
        return False
    if p.table is None:
        return True
    shape = scan(p.tokens, p.match, at, lambda *_: False)
    if shape is None:
        return False
    base = shape.base[1:]
    if p.table.find(base, shape.above, shape.below, shape.primes) or base in p.defined:
        return True
    return any(p.table.find(other, shape.above, shape.below, 0) for other, _ in lookalikes(base))


def differential_ahead(p: Parser, at: int) -> bool:
    """Whether ``dL/dz`` stands at `at`: a differential, a single slash, and another differential."""
    token = p.tokens[at]
    if token.text[:1] != "d" or token.text in GREEK or p.declared_quantity(token.text) or token.text in SPELLINGS:
        return False
    end = at + 1
    if token.text == "d":
        if p.kinds[end] == "^":
            raw, end = raw_script(p.tokens, p.match, end + 1)
            if raw not in _ORDERS:
                return False
        if p.kinds[end] == "/":
            return _denominator(p, end + 1, True)
        shape = scan(p.tokens, p.match, end, lambda *_: False)
        if shape is None:
            return False
        end = shape.end
    else:
        if not token.text[1].isalpha():
            return False
        shape = scan(p.tokens, p.match, at, lambda *_: False)
        if shape is None:
            return False
        end = shape.end
    if p.kinds[end] == "(" and p.tokens[end].text == "(":
        end = p.match[end] + 1
    return p.kinds[end] == "/" and _denominator(p, end + 1, leads(p, at))


_VARIABLES = frozenset(("name", "word", "accent", "(", "fn"))


def _denominator(p: Parser, at: int, known: bool) -> bool:
    """Whether a differential stands at `at`; below a known one, `d` before an unknown name is one as well."""
    token = p.tokens[at]
    text = token.text
    if text == "d":
        return leads(p, at) and p.kinds[at + 1] in _VARIABLES
    if leads(p, at):
        return True
    return (
        known
        and token.kind in ("name", "word")
        and text[0] == "d" != text
        and text[1].isalpha()
        and not (text in GREEK or text in SPELLINGS or p.declared_quantity(text))
    )


def misspelt(p: Parser, at: int) -> bool:
    """Whether ``δJ/δW`` stands at `at`; both signs are then put right."""
    shape = scan(p.tokens, p.match, at + 1, lambda *_: False) if p.kinds[at + 1] != "(" else None
    if shape is None or p.kinds[shape.end] != "/" or p.tokens[shape.end + 1].text != "delta":
        return False
    if p.kinds[shape.end + 2] not in ("name", "word", "accent"):
        return False
    for sign in (at, shape.end + 1):
        p.replace(sign, p.tokens[sign]._replace(kind="partial", text="∂"))
    return True


def is_derivative(p: Parser) -> bool:
    r"""Whether the ``\frac`` ahead is a derivative."""
    top = p.pos + 1
    if p.kinds[top] != "(" or p.tokens[top].text != "{":
        return False
    below = p.match[top] + 1
    if p.kinds[below] != "(" or p.tokens[below].text != "{":
        return False
    if p.tokens[below + 1].kind != "partial" and p.tokens[below + 1].text[:1] != "d":
        return False
    if p.tokens[top + 1].text == "delta" == p.tokens[below + 1].text and not p.declared("delta"):
        named = ("name", "word", "accent", "fn")
        return p.kinds[top + 2] in named and p.kinds[below + 2] in named
    if not _denominator(p, below + 1, leads(p, top + 1)) or (
        p.tokens[below + 1].text == "d" and p.kinds[below + 2] == ")"
    ):
        return False
    first = p.tokens[top + 1]
    if first.kind == "partial" or (first.text == "d" and leads(p, top + 1)):
        return True
    return (
        first.kind in ("name", "word")
        and first.text[0] == "d"
        and len(first.text) > 1
        and not (first.text in GREEK or first.text in SPELLINGS)
    )


def _prefix(p: Parser) -> None:
    """Step over the ∂ or d ahead; ``dL`` leaves ``L``."""
    token = p.token
    if token.kind == "partial" or token.text in ("d", "delta"):
        p.pos += 1
        return
    rest = token.text[1:]
    p.replace(p.pos, Token("name" if len(rest) == 1 else token.kind, rest, token.start + 1, token.end))


def _order(p: Parser) -> int:
    """The order in ``∂^2`` ahead, 1 where none is written."""
    if p.kinds[p.pos] != "^":
        return 1
    raw, after = raw_script(p.tokens, p.match, p.pos + 1)
    if raw not in _ORDERS:
        fail("the order of a derivative is a small number", "", *p.token[2:])
    p.pos = after
    return int(raw)


def derivative(p: Parser, start: int) -> Expression:
    r"""Both groups of a ``\frac`` that is a derivative; the first group is the token ahead."""
    close = p.match[p.pos]
    p.deeper()
    kept = (p.in_partial, p.inner, p.bars)
    p.pos += 1
    _prefix(p)
    order = _order(p)
    numerator: Expression | None = None
    if p.pos < close:
        p.in_partial, p.inner, p.bars = True, p.inner + 1, 0
        numerator = p.value()
        if p.pos != close:
            atoms.stuck(p)
    p.pos = close + 1
    close = p.match[p.pos]
    p.pos += 1
    p.in_partial = True
    variables: list[Expression] = []
    while p.pos < close:
        if not (_denominator(p, p.pos, True) or p.token.text == "delta"):
            fail("a derivative is taken by one variable", r"write \partial before each variable", *p.token[2:])
        _prefix(p)
        variables += _variable(p)
    if not variables:
        fail("this derivative has no variable", "", *p.tokens[close][2:])
    p.pos = close + 1
    p.in_partial, p.inner, p.bars = kept
    if len(variables) > 1:  # \partial\theta \partial\theta^T
        variables = [
            item.args[0] if isinstance(item, Call) and item.function == "transpose" else item for item in variables
        ]
    return _partial(p, numerator, variables, order, start)


def _variable(p: Parser) -> list[Expression]:
    """One variable of a denominator, as often as its exponent says."""
    p.in_partial = False  # a bracket behind the variable is what is differentiated
    variable = atoms.bracket(p) if p.kinds[p.pos] == "(" else quantities.quantity(p) if _named(p) else p.postfix()
    return [variable] * _order(p)


def _named(p: Parser) -> bool:
    return p.kinds[p.pos] in ("name", "word", "accent")


def _partial(
    p: Parser, numerator: Expression | None, variables: list[Expression], order: int, start: int
) -> Expression:
    if order > len(variables) > 1 or (order > 1 and order != len(variables)):
        token = p.tokens[start]
        fail("the orders above and below differ", r"write \frac{\partial^2 L}{\partial w^2}", token.start, token.end)
    if numerator is None:
        following = p.kinds[p.pos] == "(" and p.token.text not in ("matrix", "cases")
        numerator = p.power() if following else calls.implicit(p, "d/dx")
    p.depth -= 1
    node = numerator
    for variable in reversed(variables):
        node = Partial(node, variable, p.span(start))
    return node


def slashed(p: Parser) -> Expression:
    """``∂L/∂w`` and ``dL/dw`` in running text."""
    start, token = p.pos, p.token
    if token.kind == "partial" and p.kinds[start + 1] in ("_", "^"):
        below = start + 1 if p.kinds[start + 1] == "_" else raw_script(p.tokens, p.match, start + 2)[1]
        if p.kinds[below] == "_":
            return nabla(p)  # \partial_w L
    p.deeper()
    kept = p.in_partial
    p.in_partial, known = True, leads(p, start)
    _prefix(p)
    order = _order(p)
    numerator: Expression | None = None
    if p.kinds[p.pos] != "/":
        numerator = quantities.quantity(p) if _named(p) else p.postfix()
    if p.kinds[p.pos] != "/" or not _denominator(p, p.pos + 1, known):
        fail("this derivative has no denominator", "write ∂L/∂w", token.start, p.tokens[p.pos - 1].end)
    p.pos += 1
    _prefix(p)
    variables = _variable(p)
    p.in_partial = kept
    return _partial(p, numerator, variables, order, start)


def nabla(p: Parser) -> Expression:
    r"""``\nabla_W L``: the derivative of what follows by what stands below."""
    start, token = p.pos, p.token
    p.pos += 1
    order = _order(p)
    if p.kinds[p.pos] != "_":
        fail("by which variable is this gradient taken?", r"write \nabla_w L", token.start, token.end)
    p.pos += 1
    p.deeper()
    if not (_named(p) or p.kinds[p.pos] == "("):
        fail("by which variable is this gradient taken?", r"write \nabla_w L", token.start, p.tokens[p.pos - 1].end)
    if p.kinds[p.pos] == "accent":
        variable = quantities.quantity(p)
    else:
        variable = atoms.bracket(p) if p.kinds[p.pos] == "(" else quantities.alone(p)
    if order == 1:
        order = _order(p)  # \nabla_w^2 L
    match variable:  # any other stands for itself
        case Product(factors=(first, second), joints=("",)) if first == second:  # \nabla_{ww} L
            variable, order = first, 2
    if not (_named(p) or p.kinds[p.pos] in ("(", "nabla")):
        fail("of what is this gradient taken?", r"write \nabla_w L", token.start, p.tokens[p.pos - 1].end)
    kept = p.in_partial
    p.in_partial = True
    node = quantities.quantity(p) if _named(p) else nabla(p) if p.kinds[p.pos] == "nabla" else atoms.bracket(p)
    p.in_partial = kept
    p.depth -= 1
    for _ in range(order):
        node = Partial(node, variable, p.span(start))
    return node
