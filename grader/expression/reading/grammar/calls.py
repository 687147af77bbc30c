r"""Calls from the allow-list: ``\tanh^2 x`` is a power of a call, ``\log \hat y_{ij}`` needs no brackets."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.expression.language.conditions import as_value
from grader.expression.language.functions import BRACKET_ONLY, FUNCTIONS, SPELLINGS
from grader.expression.language.nodes import ONE, ZERO, Call, Cases, Expression, Matrix, Number, Product
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.reading.grammar import atoms, branches, derivatives, quantities, reductions
from grader.expression.reading.grammar.entries import index
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape, raw_script
from grader.problems import Span

if TYPE_CHECKING:
    from grader.expression.reading.grammar.parser import Parser


_INVERSES = {"sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arcsinh", "cosh": "arccosh", "tanh": "arctanh"}


_KEYWORD_ARGUMENTS = frozenset(("axis", "dim", "keepdims", "keepdim", "ord", "dtype"))


_ARGUMENT = frozenset(("num", "name", "word", "fn", "(", "frac", "sqrt", "accent", "|", "‖", "sum", "ind", "partial"))


def function_row(p: Parser, text: str, at: int) -> str | None:
    """The row of the allow-list that a name at token `at` calls, or None where it is a symbol here."""
    if p.table is not None and text in p.table.functions:
        return p.table.functions[text]
    name = SPELLINGS.get(text)
    if name is None and len(text) > 2:
        name = SPELLINGS.get(text.lower())
    if name is None or (p.tokens[at].kind == "word" and len(text) < 2):
        return None
    if text in BRACKET_ONLY or text.lower() in BRACKET_ONLY:
        after = at + 1
        while p.kinds[after] in ("'", "^") or (p.kinds[after] == "_" and text in ("max", "min")):
            after = after + 1 if p.kinds[after] == "'" else max(after + 1, raw_script(p.tokens, p.match, after + 1)[1])
            if text in ("max", "min"):
                return name
        called = p.kinds[after] == "(" and p.tokens[after].text not in ("|", "‖")
        if not called and text not in ("undefined", "nan", "dne"):
            return None
        if text in FUNCTION_LETTERS and _bare_within(p, text, after):
            return None
    return name


def _bare_within(p: Parser, letter: str, opener: int) -> bool:
    r"""Whether brackets hold the same letter without an argument: ``\sigma(1 - \sigma)`` is a product."""
    for at in range(opener + 1, p.match[opener]):
        if p.tokens[at].text == letter:
            after = at + 1
            while p.kinds[after] in ("'", "^"):
                after = (
                    after + 1 if p.kinds[after] == "'" else max(after + 1, raw_script(p.tokens, p.match, after + 1)[1])
                )
            if p.kinds[after] != "(":
                return True
    return False


def function(p: Parser, row: str) -> Expression:
    """A call of `row` whose name is the token ahead, with primes, powers and its argument."""
    start = p.pos
    name = p.token
    p.pos += 1
    primes = 0
    power: Expression | None = None
    spec = FUNCTIONS[row]
    while (kind := p.kinds[p.pos]) in ("'", "^", "_"):
        if kind == "'":
            p.pos += 1
            primes += 1
            continue
        raw, after = raw_script(p.tokens, p.match, p.pos + 1)
        if kind == "_":
            if row == "log" and raw in ("2", "10", "e"):
                row = {"2": "log2", "10": "log10", "e": "log"}[raw]
            elif row in ("max", "min"):
                return reductions.big_operator(p, row)
            else:
                fail(f"a subscript on '{name.text}' can't be read", "", p.token.start, p.tokens[p.pos + 1].end)
            p.pos = after
        elif raw and not raw.strip("'"):
            primes += len(raw)
            p.pos = after
        elif raw == "-1" and row in _INVERSES:
            row = _INVERSES[row]
            p.pos = after
        elif raw.strip("([)]").isdigit() and raw[0] in "([":
            hint = f"write {name.text}' for a derivative, and a layer's name without it"
            fail(f"is '{raw}' on '{name.text}' a layer or a derivative?", hint, p.token.start, p.tokens[after - 1].end)
        else:
            p.pos += 1
            power = _function_power(p)
    if primes and row in ("total", "mean", "ones", "identity"):
        fail(f"'{name.text}' has no derivative of its own", "write what it is differentiated by", *name[2:])
    if spec.high == 0:
        return Call(row, (), 0, p.span(start))
    node = applied(p, row, start, primes=primes, name=name.text)
    return node if power is None else Call("pow", (node, power), 0, p.span(start))


def _function_power(p: Parser) -> Expression:
    """The exponent between a function and its argument: a group or a single token, never the bracket behind it."""
    token = p.token
    if token.kind == "(" and token.text == "{":
        return atoms.bracket(p)
    if token.kind == "num":
        return atoms.number(p)
    p.pos += 1
    if token.kind != "name":
        fail("this exponent can't be read", "put it in braces", token.start, token.end)
    return quantities.settled(p, Shape(token.text), Span(token.start, token.end), p.pos)


def applied(
    p: Parser, row: str, start: int, primes: int = 0, first: Expression | None = None, name: str = ""
) -> Expression:
    """`row` called on the bracket ahead, or on the juxtaposed atoms ahead; `first` is an argument already read."""
    spec = FUNCTIONS[row]
    given = [] if first is None else [first]
    if p.kinds[p.pos] == "(" and p.token.text not in ("|", "‖", "matrix", "cases"):
        given += arguments(p, row, first is not None or spec.low == 0)
    elif first is None:
        given.append(implicit(p, name or row))
    if len(given) == 1 and (spec.low > 1 or spec.high is None):
        only = given[0]
        if isinstance(only, Matrix) and len(only.rows) == 1:
            given = list(only.rows[0])
    if row == "step" and len(given) == 2:
        return _heaviside(given[0], given[1], p.span(start))
    if len(given) < spec.low or (spec.high is not None and len(given) > spec.high):
        expected = spec.low if spec.low == spec.high else f"{spec.low} or more"
        fail(
            f"'{name or row}' takes {expected} argument{'s' if expected != 1 else ''}, here are {len(given)}",
            "write a decimal point, not a comma" if any(isinstance(item, Number) for item in given) else "",
            p.tokens[start].start,
            p.tokens[p.pos - 1].end,
        )
    if row == "where":
        test = p.condition(given[0], start)
        return Cases(((as_value(given[1]), test),), as_value(given[2]), p.span(start))
    if row == "iverson":
        given = [p.condition(given[0], start)]
    return Call(row, tuple(given), primes, p.span(start))


def _heaviside(x: Expression, at_zero: Expression, span: Span) -> Expression:
    """``heaviside(x, h)`` is h at 0; `step` itself is one half there."""
    if isinstance(at_zero, Number) and at_zero.value == Fraction(1, 2):
        return Call("step", (x,), 0, span)
    below, above = (Call(sign, (x, ZERO), 0, span) for sign in ("lt", "gt"))
    return Cases(((ZERO, below), (ONE, above)), at_zero, span)


def arguments(p: Parser, row: str, empty: bool) -> list[Expression]:
    """The values between the brackets ahead, separated by commas; `empty` says that there may be none."""
    opener, close = p.pos, p.match[p.pos]
    p.deeper()
    bars, inner, commas = p.bars, p.inner, p.commas
    p.bars, p.inner, p.commas = 0, inner + 1, FUNCTIONS[row].high == 1 and row != "step"
    p.pos += 1
    given: list[Expression] = []
    while p.pos < close or not empty:
        token = p.token
        if token.text in _KEYWORD_ARGUMENTS and p.kinds[p.pos + 1] == "=":
            p.pos += 2
            value = p.signed(p.postfix) if p.kinds[p.pos] not in ("name", "word") else None
            p.pos += value is None
            if value is not None and token.text in ("axis", "dim", "ord"):
                given.append(value)
        elif row in ("where", "iverson"):
            given.append(p.clause())
        elif row == "kronecker" and token.text.isalnum() and len(token.text) < 9 and p.kinds[p.pos + 1] in (",", ")"):
            given.append(index(token.text))
            p.pos += 1
        else:
            given.append(branches.side(p))
        if p.kinds[p.pos] not in (",", ";"):
            break
        p.pos += 1
    if p.pos != close:
        atoms.stuck(p)
    p.pos += 1
    p.bars, p.inner, p.commas = bars, inner, commas
    p.depth -= 1
    del opener
    return given


def implicit(p: Parser, name: str) -> Expression:
    r"""The argument of a function without brackets: the atoms that stand side by side, ``\log \hat y_{ij}``."""
    start = p.pos
    if p.kinds[start] not in _ARGUMENT and p.kinds[start] != "-":
        token = p.tokens[start - 1]
        fail(f"the function '{name}' has no argument", f"write {name}(...)", token.start, token.end)
    p.deeper()
    factors = [p.signed(p.power)]
    whole = p.kinds[start] in ("frac", "(")  # such an argument is complete by itself
    while not whole and p.kinds[p.pos] in ("name", "word", "accent", "num", "sqrt"):
        if p.kinds[p.pos] == "word" or p.kinds[p.pos] == "name":
            if function_row(p, p.token.text, p.pos) is not None:
                break
            if derivatives.differential_ahead(p, p.pos):
                break
        factors.append(p.power())
    p.depth -= 1
    return factors[0] if len(factors) == 1 else Product(tuple(factors), ("",) * (len(factors) - 1), p.span(start))
