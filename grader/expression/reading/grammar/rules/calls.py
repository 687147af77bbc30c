r"""Calls from the allow-list: ``\tanh^2 x`` is a power of a call, ``\log \hat y_{ij}`` needs no brackets."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NoReturn

from grader.expression.algebra.construct import as_value
from grader.expression.language.derived import DERIVED, Derived
from grader.expression.language.functions import FUNCTIONS, Function
from grader.expression.language.nodes import ONE, ZERO, Call, Cases, Expression, Matrix, Number, Product, Reduce, Symbol
from grader.expression.language.precedence import ATOM, POWER
from grader.expression.reading.grammar.differentials import quotient_ahead
from grader.expression.reading.grammar.names.class_labels import label, one_hot
from grader.expression.reading.grammar.names.function_names import function_row
from grader.expression.reading.grammar.names.meaning import meaning
from grader.expression.reading.grammar.names.subscripts import index
from grader.expression.reading.grammar.numbers import number
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.refusals import check_primes, close
from grader.expression.reading.lexing.tokens import Token, fail
from grader.expression.reading.spelling.scripts import Shape
from grader.problems import Span

_INVERSES = {f"{name}{h}": f"arc{name}{h}" for name in ("sin", "cos", "tan", "cot", "sec", "csc") for h in ("", "h")}
_LOGARITHMS = {"2": "log2", "10": "log10", "e": "log"}
LOGARITHMS = frozenset(("log", *_LOGARITHMS.values()))
_KEYWORD_ARGUMENTS = frozenset(("axis", "dim", "keepdims", "keepdim", "ord", "dtype"))
_ARGUMENT = frozenset(
    ("num", "name", "word", "fn", "(", "frac", "sqrt", "accent", "|", "‖", "sum", "ind", "partial", "det")
)


def function_sign(p: Parser) -> Expression:
    """A call whose name is a sign of its own: ``\\exp``, ``\\max``."""
    return function(p, p.token.text)


def function(p: Parser, row: str) -> Expression:
    """A call of `row` whose name is the token ahead, with primes, powers and its argument."""
    start = p.pos
    name = p.token
    p.pos += 1
    if row in ("argmax", "argmin") and p.kinds[p.pos] == "_":
        return _place_of_extremum(p, row, start)
    if row in DERIVED:
        return _derived(p, DERIVED[row], name.text, start)
    primes = 0
    power: Expression | None = None
    base: Expression | None = None
    while (kind := p.kinds[p.pos]) in ("'", "^", "_"):
        if kind == "'":
            p.pos += 1
            primes += 1
            continue
        raw, after = p.script(p.pos + 1)
        if kind == "_":
            if row in ("max", "min"):
                return p.rules.extremum(p, row)
            if row == "digamma" and raw.isdigit() and len(raw) == 1:  # psi_1 is psi'
                primes, p.pos = primes + int(raw), after
                continue
            if row != "log" or base is not None:
                fail(f"a subscript on '{name.text}' can't be read", "", p.token.start, p.tokens[p.pos + 1].end)
            if raw in _LOGARITHMS:
                row = _LOGARITHMS[raw]
                p.pos = after
            else:
                p.pos += 1
                base = _function_power(p)
        elif raw and not raw.strip("'"):
            primes += len(raw)
            p.pos = after
        elif row in _INVERSES and (raw in ("-1", "(-1)") or _minus_one(p)):
            row = _INVERSES[row]
            p.pos = after if raw in ("-1", "(-1)") else p.pos + 3
        elif row == "digamma" and re.fullmatch(r"\(\d\)", raw):
            primes, p.pos = primes + int(raw[1]), after
        elif raw.strip("([)]").isdigit() and raw[0] in "([":
            row = _of_layer(p, row, name.text, raw, after)
        else:
            p.pos += 1
            power = _function_power(p)
    if row in DERIVED:  # \sec^{-1} x
        node = _derived(p, DERIVED[row], name.text, start)
        return node if power is None else Call("pow", (node, power), 0, p.span(start))
    if primes and FUNCTIONS[row].high == 0:
        _without_primes(p, name.text, start)
    if FUNCTIONS[row].high == 0:
        return Call(row, (), 0, p.span(start))
    node = applied(p, row, start, primes, None, name.text)
    if base is not None:
        node = Call("div", (node, Call("log", (base,))), 0, p.span(start))
    return node if power is None else Call("pow", (node, power), 0, p.span(start))


def _place_of_extremum(p: Parser, row: str, start: int) -> Expression:
    r"""``\arg\max_k z_k``: of the places where z is the largest, the first."""
    found = p.rules.extremum(p, row.removeprefix("arg"))
    if not isinstance(found, Reduce) or isinstance(found.body, Reduce) or not found.letter:
        fail("the place of an extremum is found by one letter", r"write \arg\max_k z_k", *p.tokens[start][2:])
    test: Expression = Call("eq", (found.body, found))
    test = test if found.condition is None else Call("and", (found.condition, test))
    return Reduce("min", found.letter, Symbol(found.letter), found.lower, found.upper, test, p.span(start))


def _of_layer(p: Parser, row: str, name: str, raw: str, after: int) -> str:
    """The function that a number in brackets above a name leaves: the rubric's own, or in ``g^{[1]}`` the same one."""
    own = p.table.find(name, raw.strip("([)]"), "", 0) if p.table else None
    if own is not None and own.declared.role == "function":
        row = own.declared.function
    elif raw[0] != "[":
        hint = f"write {name}' for a derivative, and a layer's name without it"
        fail(f"is '{raw}' on '{name}' a layer or a derivative?", hint, p.token.start, p.tokens[after - 1].end)
    p.pos = after
    return row


def _minus_one(p: Parser) -> bool:
    """Whether ``^-1`` without braces is ahead."""
    return p.kinds[p.pos + 1 : p.pos + 3] == ["-", "num"] and p.tokens[p.pos + 2].text == "1"


def _derived(p: Parser, row: Derived, name: str, start: int) -> Expression:
    """A call of a function that is a formula in others, or of its derivative."""
    primed = p.kinds[p.pos] == "'"
    p.pos += primed
    given = _arguments(p, name, empty=False) if p.kinds[p.pos] == "(" else [implicit(p, name)]
    known = label(p, given[0]) if len(given) == 1 and "onehot" in row.spellings else None
    if known is not None:
        return one_hot(known.places_of, given[0])
    if not row.low <= len(given) <= row.high:
        message = f"'{name}' takes {row.low} argument{'s' if row.low != 1 else ''}, here are {len(given)}"
        fail(message, "", p.tokens[start].start, p.tokens[p.pos - 1].end)
    if len(given) == 1 and p.table is not None and (slope := p.table.slopes.get(row.spellings[0])):
        given.append(Symbol(slope) if p.table.knows(slope) else Number(Fraction(slope)))
    if not primed:
        return row.formula(*given)
    if row.primed is None:
        _without_primes(p, name, start)
    if len(given) < row.least:
        fail(f"the derivative of '{name}' does not say its slope", f"write {name}'(x, 0.01)", *p.tokens[start][2:])
    return row.primed(*given)


def _function_power(p: Parser) -> Expression:
    """The exponent between a function and its argument: a group or a single token, never the bracket behind it."""
    token = p.token
    if token.kind == "(" and token.text == "{":
        return p.bracket()
    if token.kind == "num":
        return number(p)
    p.pos += 1
    if token.kind != "name":
        fail("this exponent can't be read", "put it in braces", token.start, token.end)
    return meaning(p, Shape(token.text), Span(token.start, token.end), p.pos)


def applied(p: Parser, row: str, start: int, primes: int, first: Expression | None, name: str) -> Expression:
    """`row` called on the bracket ahead, or on the juxtaposed atoms ahead; `first` is an argument already read."""
    spec = FUNCTIONS[row]
    if primes and (spec.kind != "elementwise" or spec.high != 1):
        _without_primes(p, name, start)
    check_primes(primes, name, p.span(start))
    given = [] if first is None else [first]
    if first is None and row in LOGARITHMS and _is_group_with_power(p):
        given.append(implicit(p, name or row))
    elif p.kinds[p.pos] == "(" and p.token.text not in ("|", "‖", "matrix", "cases"):
        given += _arguments(p, row, first is not None or spec.low == 0, first is not None)
    elif first is None:
        given.append(implicit(p, name or row))
    if len(given) == 1 and (spec.low > 1 or spec.high is None):
        only = given[0]
        if isinstance(only, Matrix) and len(only.rows) == 1:
            given = list(only.rows[0])
    if (row == "log" or name == "lg") and len(given) == 2:
        return Call("div", (Call("log", (given[0],)), Call("log", (given[1],))), 0, p.span(start))
    if row == "step" and len(given) == 2:
        return _heaviside(given[0], given[1], p.span(start))
    if len(given) < spec.low or (spec.high is not None and len(given) > spec.high):
        _wrong_count(p, spec, given, name or row, start)
    if row == "where":
        test = p.condition(given[0], start)
        return Cases(((as_value(given[1]), test),), as_value(given[2]), p.span(start))
    if row == "iverson":
        given = [p.condition(given[0], start)]
    return Call(row, tuple(given), primes, p.span(start))


def _is_group_with_power(p: Parser) -> bool:
    r"""Whether braces without brackets in them, and a power of theirs, are ahead: ``{s}^2``, which shows as s^2."""
    group = p.kinds[p.pos] == "(" and p.token.text == "{" and p.kinds[p.pos + 1] != "("
    return group and p.kinds[p.match[p.pos] + 1] == "^"


def _without_primes(p: Parser, name: str, start: int) -> NoReturn:
    hint = "write what it is differentiated by"
    fail(f"'{name}' has no derivative of its own", hint, p.tokens[start].start, p.tokens[start].end)


def _wrong_count(p: Parser, spec: Function, given: list[Expression], name: str, start: int) -> NoReturn:
    expected = spec.low if spec.low == spec.high else f"{spec.low} or more"
    fail(
        f"'{name}' takes {expected} argument{'s' if expected != 1 else ''}, here are {len(given)}",
        "write a decimal point, not a comma" if any(isinstance(item, Number) for item in given) else "",
        p.tokens[start].start,
        p.tokens[p.pos - 1].end,
    )


def _heaviside(x: Expression, at_zero: Expression, span: Span) -> Expression:
    """``heaviside(x, h)`` is h at 0; `step` itself is one half there."""
    if isinstance(at_zero, Number) and at_zero.value == Fraction(1, 2):
        return Call("step", (x,), 0, span)
    below, above = (Call(sign, (x, ZERO), 0, span) for sign in ("lt", "gt"))
    return Cases(((ZERO, below), (ONE, above)), at_zero, span)


def _arguments(p: Parser, row: str, empty: bool, behind: bool = False) -> list[Expression]:
    """The values between the brackets ahead, separated by commas; `empty` says that there may be none."""
    end = p.match[p.pos]
    given: list[Expression] = []
    single = row in FUNCTIONS and FUNCTIONS[row].high == 1
    kept = False
    with p.nested(single and row not in ("step", "log")):
        p.pos += 1
        while p.pos < end or not empty:
            kept = kept or _keeps_axis(p)
            value = _argument(p, row, p.token)
            if value is not None:
                given.append(value)
            if p.kinds[p.pos] not in (",", ";"):
                break
            p.pos += 1
        close(p, end)
    return [*given, ONE] if kept and len(given) == 2 - behind and row in ("total", "mean") else given


def _keeps_axis(p: Parser) -> bool:
    """Whether ``keepdims=True`` stands here."""
    ahead = (p.token.text, p.kinds[p.pos + 1], p.tokens[p.pos + 2].text)
    return ahead in (("keepdims", "=", "True"), ("keepdim", "=", "True"), ("keepdims", "=", "1"), ("keepdim", "=", "1"))


def _argument(p: Parser, row: str, token: Token) -> Expression | None:
    """One argument of a call, which `token` begins; None for a keyword that says nothing, ``keepdims=True``."""
    if token.text in _KEYWORD_ARGUMENTS and p.kinds[p.pos + 1] == "=":
        p.pos += 2
        if p.kinds[p.pos] in ("name", "word"):
            p.pos += 1
            return None
        value = p.signed(ATOM)
        return value if token.text in ("axis", "dim", "ord") else None
    if row in ("where", "iverson"):
        return p.clause()
    if row == "kronecker" and token.text.isalnum() and len(token.text) < 9 and p.kinds[p.pos + 1] in (",", ")"):
        p.pos += 1
        return index(token.text)
    return p.side()


def implicit(p: Parser, name: str) -> Expression:
    r"""The argument of a function without brackets: the atoms that stand side by side, ``\log \hat y_{ij}``."""
    start = p.pos
    if p.kinds[start] not in _ARGUMENT and p.kinds[start] != "-":
        token = p.tokens[start - 1]
        fail(f"the function '{name}' has no argument", f"write {name}(...)", token.start, token.end)
    with p.deeper():
        factors = [p.signed(POWER)]
        complete = p.kinds[start] in ("frac", "(")
        while not complete and p.kinds[p.pos] in ("name", "word", "accent", "num", "sqrt"):
            if p.kinds[p.pos] == "word" or p.kinds[p.pos] == "name":
                if function_row(p, p.token.text, p.pos) is not None:
                    break
                if quotient_ahead(p, p.pos):
                    break
            factors.append(p.power())
    return factors[0] if len(factors) == 1 else Product(tuple(factors), ("",) * (len(factors) - 1), p.span(start))
