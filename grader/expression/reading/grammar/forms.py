r"""What stands between brackets and behind the commands of LaTeX: fractions, roots, norms, indicators, lists.

``\sqrt[3]{x}`` is ``pow(x, div(1, 3))``, ``\mathbb 1[x > 0]`` an indicator, ``⟨a, b⟩`` an inner product, and ``[1, 2]``
a `Matrix` of one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Matrix,
    Product,
    Reduce,
    Symbol,
    children,
    integer,
)
from grader.expression.reading.grammar import atoms, branches, derivatives, quantities
from grader.expression.reading.lexing.tokens import Token, fail
from grader.expression.reading.spelling.scripts import raw_script
from grader.problems import Span

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


def quotient(p: Parser, top: Expression, below: Expression) -> Expression:
    """Two sides of a fraction that were read already."""
    return Call("div", (top, below), 0, Span(top.span.start, p.tokens[p.pos - 1].end))


def bracketed(p: Parser, opener: Token, close: int) -> Expression:
    """The content of a pair of brackets, up to and without the closing one."""
    if (
        opener.text in (r"\{", ".")
        and p.kinds[p.pos] == "("
        and p.token.text == "matrix"
        and p.match[p.pos] == close - 1
    ):
        return branches.environment(p, as_cases=True)
    if p.pos == close:
        atoms.expected(p)
    begin = p.pos
    first = branches.side(p)
    if p.kinds[p.pos] == "over":
        p.pos += 1
        return quotient(p, first, p.value())
    separators = (",", ";", "quad", "num") if opener.text == "[" else (",", ";")
    if p.pos == close or p.kinds[p.pos] not in separators:
        match opener.text:
            case "|":
                return Call("abs", (first,), 0, p.span(p.pos - 1))
            case "⟨":
                fail("an inner product needs two sides", "write ⟨a, b⟩", opener.start, opener.end)
        return first
    rows: list[list[Expression]] = [[first]]
    nested = [_as_row(p, first, begin)]
    while p.pos < close:
        kind = p.kinds[p.pos]
        if kind == ";":
            rows.append([])
        elif kind not in separators:
            atoms.stuck(p)
        if kind != "num":
            p.pos += 1
        if p.pos < close:
            begin = p.pos
            rows[-1].append(p.value())
            nested.append(_as_row(p, rows[-1][-1], begin))
    span = p.span(p.pos - 1)
    if opener.text == "⟨":
        if len(rows) == 1 and len(rows[0]) == 2:
            return Call("inner", tuple(rows[0]), 0, span)
        fail("an inner product has two sides", "write ⟨a, b⟩", opener.start, p.tokens[close].end)
    if len(rows) == 1 and opener.text == "[" and all(nested):
        rows = nested
    return branches.matrix(p, [row for row in rows if row], opener)


def _as_row(p: Parser, entry: Expression, begin: int) -> list[Expression]:
    """The entries of a list in a list, as code writes matrices; nothing where `entry` is no list."""
    if p.tokens[begin].text != "[" or p.match.get(begin) != p.pos - 1:
        return []
    return [entry] if not isinstance(entry, Matrix) else list(entry.rows[0]) if len(entry.rows) == 1 else []


def holds_condition(p: Parser, at: int) -> bool:
    """Whether the brackets at token `at` hold a relation."""
    close = p.match.get(at)
    return close is not None and any(kind in ("rel", "=", "logic") for kind in p.kinds[at + 1 : close])


def condition_in_bracket(p: Parser) -> Expression:
    """The condition between the brackets ahead."""
    close = p.match[p.pos]
    inner, bars = p.inner, p.bars
    p.inner, p.bars = inner + 1, 0
    p.deeper()
    p.pos += 1
    test = branches.conditions(p)
    if p.pos != close:
        atoms.stuck(p)
    p.pos += 1
    p.depth -= 1
    p.inner, p.bars = inner, bars
    return test


def indicator(p: Parser) -> Expression:
    r"""``\mathbb 1[c]``, ``\mathbf 1_{c}``: 1 where c holds; without a condition the ones or the identity."""
    start, token = p.pos, p.token
    p.pos += 1
    at = p.pos + (p.kinds[p.pos] == "_")
    if p.kinds[at] == "(" and holds_condition(p, at):
        p.pos = at
        return Call("iverson", (condition_in_bracket(p),), 0, p.span(start))
    sizes: tuple[Expression, ...] = ()
    if p.kinds[p.pos] == "_":
        raw, after = raw_script(p.tokens, p.match, p.pos + 1)
        if raw.isdigit() and len(raw) < 9:
            sizes = (integer(int(raw)),)
        elif p.table is None or p.declared(raw):
            sizes = (Symbol(raw),)
        else:
            p.note(f"range:{raw}")
        p.pos = after
    return Call("ones" if token.text == "1" else "identity", sizes, 0, p.span(start))


def transposable(p: Parser, node: Expression) -> bool:
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
    return any(transposable(p, part) for part in children(node))


def norm(p: Parser, node: Expression, start: int) -> Expression:
    """A norm around `node`, with the order that its subscript names."""
    args: tuple[Expression, ...] = (node,)
    if p.kinds[p.pos] == "_":
        raw, after = raw_script(p.tokens, p.match, p.pos + 1)
        if raw == "1":
            args = (node, integer(1))
        elif raw not in ("2", "F"):
            fail(f"the norm with subscript '{raw}' can't be computed", "use 1, 2 or F", *p.token[2:])
        p.pos = after
        if p.kinds[p.pos] == "_":
            fail("a norm has one subscript", "put the norm in brackets to take an entry of it", *p.token[2:])
    return Call("norm", args, 0, p.span(start))


def argument(p: Parser) -> Expression:
    r"""One argument of a LaTeX command: a group, a digit, a letter, or a command with its own."""
    token = p.token
    if token.kind == "(" and token.text == "{":
        return atoms.bracket(p)
    if token.kind in ("num", "word") and len(token.text) > 1 and (token.kind == "word" or token.text.isdigit()):
        head, rest = token.text[0], token.text[1:]
        kind = "name" if token.kind == "word" and len(rest) == 1 else token.kind
        node: Expression
        if token.kind == "num":
            node = integer(int(head))
        else:
            p.replace(p.pos, Token("name", head, token.start, token.start + 1))
            at = p.pos
            node = quantities.alone(p)
            p.pos = at
        p.replace(p.pos, Token(kind, rest, token.start + 1, token.end))
        return node
    if token.kind in ("name", "num", "frac", "sqrt", "word", "accent", "fn"):
        return atoms.atom(p) if token.kind != "name" else quantities.alone(p)
    return atoms.expected(p)


def root(p: Parser) -> Expression:
    r"""``\sqrt{x}``, ``\sqrt[3]{x}``, ``√x``."""
    start, token = p.pos, p.token
    p.pos += 1
    degree: Expression | None = None
    if token.text == "sqrt" and p.kinds[p.pos] == "(" and p.token.text == "[":
        degree = atoms.bracket(p)
    p.deeper()
    body = argument(p) if token.text == "sqrt" and p.token.text != "(" else p.postfix()
    p.depth -= 1
    if degree is None:
        return Call("sqrt", (body,), 0, p.span(start))
    return Call("pow", (body, Call("div", (integer(1), degree), 0, p.span(start))), 0, p.span(start))


def fraction(p: Parser) -> Expression:
    r"""``\frac{a}{b}``, or a derivative where both sides begin with d, ∂ or δ."""
    start = p.pos
    if derivatives.is_derivative(p):
        p.pos += 1
        return derivatives.derivative(p, start)
    p.pos += 1
    p.deeper()
    top = argument(p)
    if p.kinds[p.pos] in ("end", ")", "=", "+", "-", "joint"):
        fail("this fraction has no denominator", r"write \frac{a}{b}", p.tokens[start].start, p.tokens[p.pos - 1].end)
    below = argument(p)
    p.depth -= 1
    return Call("div", (top, below), 0, p.span(start))
