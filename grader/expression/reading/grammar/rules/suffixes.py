r"""What stands directly behind an operand: ``x.T``, ``(x W)'``, ``5\%``, ``(a + b)_i``, ``(a + b)[i]``; or None."""

from __future__ import annotations

from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Matrix,
    Number,
    Product,
    Reduce,
    Symbol,
    children,
    integer,
)
from grader.expression.reading.grammar.names.arguments import skip_arguments_of
from grader.expression.reading.grammar.names.declared import axes_of, size_of
from grader.expression.reading.grammar.names.meaning import meaning
from grader.expression.reading.grammar.names.subscripts import entries_in_code, indices, places_in_code
from grader.expression.reading.grammar.parser import STARTS, Parser
from grader.expression.reading.grammar.refusals import check_condition
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape

MAX_AXES = 8
_CLOSING = (")", "]")
_METHODS = {"dot": "dot", "matmul": "dot", "sum": "total", "mean": "mean"}


def method(p: Parser, node: Expression, start: int) -> Expression:
    """The methods of the list, as code has them: ``.T``, ``.dot(...)``, ``.sum()``."""
    name = p.token.text
    p.pos += 1
    if name in ("T", "transpose"):
        if name != "T" and p.kinds[p.pos] == "(":
            p.pos = p.match[p.pos] + 1
        return Call("transpose", (node,), 0, p.span(start))
    if name in ("shape", "size"):
        return _length(p, node, name, start)
    if name == "astype":
        p.pos = p.match.get(p.pos, p.pos - 1) + 1
        return node
    return p.rules.applied(p, _METHODS[name], start, 0, node, "")


def _length(p: Parser, node: Expression, name: str, start: int) -> Expression:
    """``X.shape[0]`` and ``x.size``: the length of an axis of a quantity of the model."""
    axes = axes_of(p, node)
    place = 0
    if name == "shape":
        opener = p.pos
        if p.token.text != "[" or p.match[opener] != opener + 2 or not p.tokens[opener + 1].text.isdigit():
            fail("'.shape' needs an axis", "write X.shape[0]", p.tokens[start].start, p.token.start)
        place, p.pos = int(p.tokens[opener + 1].text), opener + 3
    if place >= len(axes) or (name == "size" and len(axes) != 1):
        fail(f"this has no such '.{name}'", "of an array of the model", p.tokens[start].start, p.token.start)
    return size_of(axes[place])


def percent(p: Parser, node: Expression, start: int) -> Expression:
    """A number of hundredths."""
    p.pos += 1
    if not isinstance(node, Number):
        if p.kinds[p.pos] in STARTS:
            fail("'%' is a percent sign only behind a number", "", *p.tokens[p.pos - 1][2:])
        return Call("div", (node, integer(100)), 0, p.span(start))
    return Number(node.value / 100, (node.place or 0) - 2, p.span(start))


def factorial(p: Parser, node: Expression, start: int) -> Expression:
    """``n!``; an answer to a question about gradients ends with such a mark for joy."""
    token = p.token
    if p.table is not None and not p.inner and p.kinds[p.pos + 1] in ("end", "nl", "!"):
        fail("'!' can't end a formula", "write factorial(n), or only the formula", token.start, token.end)
    p.pos += 1
    return Call("factorial", (node,), 0, p.span(start))


def prime(p: Parser, node: Expression, start: int) -> Expression:
    """A prime transposes an array; behind anything else it may mean a derivative as well."""
    p.pos += 1
    if not _transposable(p, node):
        hint = r"write \frac{d}{dx}(...) for a derivative, ^T for a transpose"
        fail("is this prime a derivative or a transpose?", hint, p.tokens[start].start, p.token.start)
    return Call("transpose", (node,), 0, p.span(start))


def transpose_sign(p: Parser, node: Expression, start: int) -> Expression | None:
    """A ``⊤`` without its ``^``, or letters of sums that touch a bracket, ``(XW)ij``; any other name is no suffix."""
    text = p.tokens[p.pos][1]
    if text != "⊤":
        bracketed = p.tokens[p.pos - 1].text in (")", "]") and p.touches() and len(text) <= MAX_AXES
        if not bracketed or not all(letter in p.bound and not p.declared(letter) for letter in text):
            return None
        p.pos += 1
        return Indexed(node, tuple(Symbol(letter, p.span(p.pos - 1)) for letter in text), p.span(start))
    p.pos += 1
    return Call("transpose", (node,), 0, p.span(start))


def subscript(p: Parser, node: Expression, start: int) -> Expression | None:
    """The indices of what is no bare name, or the condition of an indicator ``1_{x > 0}``."""
    if node == ONE and p.holds_condition(p.pos + 1):
        p.pos += 1
        return Call("iverson", (p.condition_in_bracket(),), 0, p.span(start))
    if isinstance(node, Number | Symbol) and not _in_own_brackets(p, node):
        return None
    if p.kinds[p.pos + 1] == "+":  # [1 - y f]_+
        p.pos += 2
        return Call("max", (ZERO, node), 0, p.span(start))
    raw, after = p.script(p.pos + 1)
    if p.table is None and isinstance(node, Symbol) and node.name.isalnum() and raw.isalnum():
        p.pos = after
        return meaning(p, Shape(node.name, "", raw), p.span(start), start)  # (z)_i
    entered = indices(p, raw, MAX_AXES)
    if not entered:
        fail("this subscript can't be read", "", p.token.start, p.tokens[max(after - 1, p.pos)].end)
    p.pos = after
    found = Indexed(node, entered, p.span(start))
    skip_arguments_of(p, found)
    return found


def entered(p: Parser, node: Expression, start: int) -> Expression | None:
    """The entries in square brackets that touch a bracket or a call, ``(W.T @ d)[k]``; else a factor stands there."""
    if p.token.text != "[" or not p.touches():
        return None
    if p.tokens[p.pos - 1].text == "1" and node == ONE:
        check_condition(p)
    if p.tokens[p.pos - 1].text not in _CLOSING or not places_in_code(p):
        return None
    entries = entries_in_code(p, MAX_AXES)
    if not entries:
        return None
    p.pos = p.match[p.pos] + 1
    return Indexed(node, entries, p.span(start))


def _in_own_brackets(p: Parser, node: Expression) -> bool:
    """Whether a name stands in brackets of its own: a subscript behind them enters it, ``(a_1)_{ni}``."""
    return isinstance(node, Symbol) and p.tokens[p.pos - 1].text in (")", "]")


def _transposable(p: Parser, node: Expression) -> bool:
    r"""Whether a prime behind `node` transposes it: ``(x W)'`` of arrays, but not ``(x^2)'`` or ``\|x\|'``.

    Where nothing is declared, what is written as a matrix counts as one: a literal, a transpose, ``@``, a capital.
    """
    match node:
        case Matrix():
            return True
        case Symbol(name=name):
            if p.table is None:
                return name[0].isupper()
            declared = p.table.exact.get(name)
            return declared.rank > 0 if declared else name in p.defined
        case Indexed(base=base, indices=entered):
            declared = p.table.exact.get(base.name) if p.table and isinstance(base, Symbol) else None
            return declared is not None and declared.rank > len(entered)
        case Call(function="norm" | "inner" | "trace" | "abs") | Reduce(letter=""):
            return False
        case Call(function="total" | "mean", args=(_,)):
            return False
        case Call(function="transpose" | "ones" | "identity" | "outer" | "diag" | "softmax"):
            return True
        case Product(joints=joints) if "@" in joints or "otimes" in joints:
            return True
    return any(_transposable(p, part) for part in children(node))
