"""Shorter equal formulas for a key: common denominators cancelled, Kronecker deltas used on their neighbours.

``h (1 - h) ((1 - y)/(1 - h) - y/h)`` is ``h - y``; ``a_i * delta(o, i)`` is ``a_o * delta(o, i)``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from math import prod
from typing import Any

from grader.expression.algebra.construct import add, div, mul, number, power, substitute
from grader.expression.algebra.simplify import expanded, join_terms, simplify, split_terms
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Product, Symbol, children, rebuild, walk

MAX_NODES = 120  # SymPy's time grows fast with the size of what is cancelled
MAX_TERMS = 64  # and with the terms that it comes to, multiplied out
_ARITHMETIC = frozenset(("add", "sub", "neg", "div", "pow", "square"))


class NotRational(Exception):
    """A form of SymPy's that is no fraction of what went in; carries its kind."""


def shorter(node: Expression) -> tuple[Expression, ...]:
    """Formulas equal to `node`, each with its fractions cancelled in another way."""
    if sum(1 for _ in islice(walk(node), MAX_NODES + 1)) > MAX_NODES or _multiplied_out(node) > MAX_TERMS:
        return ()
    if not any(isinstance(item, Indexed) or (isinstance(item, Call) and item.function == "div") for item in walk(node)):
        return ()  # there is nothing to cancel
    found = cancelled(node)
    sifted = cancelled(sift(expanded(node)))
    return tuple(dict.fromkeys(item for pair in (found, sifted) for item in pair))


def _multiplied_out(node: Expression) -> int:
    """How many terms the arithmetic of a formula comes to, multiplied out, or MAX_TERMS + 1 if these are more."""
    match node:
        case Call("add" | "sub", (left, right)):
            found = _multiplied_out(left) + _multiplied_out(right)
        case Call("neg" | "square", (inner,)):
            found = _multiplied_out(inner) ** (2 if node.function == "square" else 1)
        case Call("div", (above, below)):
            found = _multiplied_out(above) * _multiplied_out(below)
        case Call("pow", (base, Number(exponent))) if _is_arithmetic(node):
            found = _multiplied_out(base) ** int(abs(exponent))
        case Product(factors, _) if _is_arithmetic(node):
            found = prod(map(_multiplied_out, factors))
        case _:
            found = max(map(_multiplied_out, children(node)), default=1)
    return min(found, MAX_TERMS + 1)


def cancelled(node: Expression) -> tuple[Expression, ...]:
    """The formula as one fraction in lowest terms, as it comes and factored; SymPy works on the bare arithmetic."""
    import sympy

    inside = rebuild(node, _best) if not _is_arithmetic(node) else _inside(node)
    table: dict[Expression, Any] = {}
    try:
        value = sympy.cancel(sympy.together(_convert(inside, table)))
        forms = (value, sympy.factor(value), sympy.apart(value) if len(table) == 1 else value)
        names = {symbol: atom for atom, symbol in table.items()}
        return tuple(dict.fromkeys(simplify(_back(form, names)) for form in forms))
    # SymPy says so where its polynomials end, and `_back` where a form is no fraction (a pole, an infinity)
    except (sympy.PolynomialError, NotImplementedError, NotRational, OverflowError, ZeroDivisionError):
        return (inside,)


def _best(node: Expression) -> Expression:
    if isinstance(node, Number | Symbol):
        return node
    return min((node, *cancelled(node)), key=lambda item: sum(1 for _ in walk(item)))


def _inside(node: Expression) -> Expression:
    """The arithmetic as it stands, with everything below it (sums, functions) cancelled for itself."""
    if _is_arithmetic(node):
        return rebuild(node, _inside)
    return rebuild(node, _best)


def _is_arithmetic(node: Expression) -> bool:
    """Whether fractions can be cancelled through this node; any other is one letter to SymPy, whatever it holds."""
    match node:
        case Call("pow", (_, exponent)):
            return isinstance(exponent, Number) and exponent.value.denominator == 1 and abs(exponent.value) <= 8
        case Call(function=function):
            return function in _ARITHMETIC
        case Product():
            return set(node.joints) <= {"*", ""}
    return False


def _convert(node: Expression, table: dict[Expression, Any]) -> Any:
    import sympy

    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if not _is_arithmetic(node):
        return table.setdefault(node, sympy.Symbol(f"s{len(table):03d}"))
    parts = node.factors if isinstance(node, Product) else node.args if isinstance(node, Call) else ()
    values = [_convert(part, table) for part in parts]
    match node:
        case Product():
            return sympy.Mul(*values)
        case Call("add"):
            return values[0] + values[1]
        case Call("sub"):
            return values[0] - values[1]
        case Call("neg"):
            return -values[0]
        case Call("div"):
            return values[0] / values[1]
        case Call("square"):
            return values[0] ** 2
        case _:
            return values[0] ** values[1]


def _back(value: Any, names: dict[Any, Expression]) -> Expression:
    if value in names:
        return names[value]
    if value.is_Rational:
        return number(Fraction(int(value.p), int(value.q)))
    parts = [_back(arg, names) for arg in value.args]
    if value.is_Add:
        ordered = sorted(parts, key=lambda part: isinstance(part, Call) and part.function == "neg")
        result = ordered[0]
        for part in ordered[1:]:
            result = add(result, part)
        return result
    if value.is_Mul:
        above = [p for p, a in zip(parts, value.args, strict=True) if not _is_reciprocal(a)]
        below = [_back(1 / a, names) for a in value.args if _is_reciprocal(a)]
        top = mul(*above) if above else number(1)
        return div(top, mul(*below)) if below else top
    if value.is_Pow and _is_reciprocal(value):
        return div(number(1), _back(1 / value, names))
    if value.is_Pow:
        return power(parts[0], parts[1])
    raise NotRational(str(value.func))


def _is_reciprocal(value: Any) -> bool:
    return bool(value.is_Pow and value.exp.is_Integer and value.exp < 0)


def sift(node: Expression) -> Expression:
    """Beside a Kronecker delta of a letter, the letter's other places are what the delta makes of it."""
    changed = []
    for coefficient, factors in split_terms(node):
        places: dict[str, Expression] = {}
        for atom, exponent in factors:
            match atom:
                case Call("kronecker", (first, Symbol(name=letter))) if exponent > 0 and first != Symbol(letter):
                    places.setdefault(letter, first)
        kept = tuple(
            (atom if isinstance(atom, Call) and atom.function == "kronecker" else substitute(atom, places), exponent)
            for atom, exponent in factors
        )
        changed.append((coefficient, kept))
    return join_terms(tuple(changed))
