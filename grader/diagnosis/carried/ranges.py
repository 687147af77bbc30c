"""A formula of the model -> the numbers that it can be, whatever its letters are.

``sigmoid(z)`` is between 0 and 1 and ``1/2 (y - yhat)^2`` not below 0, so that a unit of 5 or a loss of -1 was not
worked out. Found from the outside in; what is not known has no ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import MappingProxyType
from typing import TypeAlias

from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.language.nodes import Call, Cases, Expression, Indexed, Number, Product, Reduce, Symbol

Range: TypeAlias = tuple[float, float]
ALL: Range = (-math.inf, math.inf)
NOT_BELOW_0: Range = (0.0, math.inf)
_OF_FUNCTIONS = MappingProxyType(
    {
        **dict.fromkeys(("sigmoid", "softmax", "normal_cdf", "step", "iverson", "kronecker", "sech"), (0.0, 1.0)),
        **dict.fromkeys(("tanh", "erf", "sin", "cos", "sign"), (-1.0, 1.0)),
        **dict.fromkeys(("exp", "softplus", "relu", "abs", "sqrt", "square", "norm", "normal_pdf"), NOT_BELOW_0),
        "log_softmax": (-math.inf, 0.0),
        "cosh": (1.0, math.inf),
    }
)


def range_of(formula: Expression) -> Range:
    """The least and the greatest number that a formula can be, as far as its outermost functions tell."""
    match formula:
        case Number(value):
            return (float(value), float(value))
        case Indexed(base):
            return range_of(base)
        case Call(function, _, 0) if function in _OF_FUNCTIONS:
            return _OF_FUNCTIONS[function]
        case Call("neg", (inner,)):
            low, high = range_of(inner)
            return (-high, -low)
        case Call("add", args):
            ranges = [range_of(item) for item in args]
            return (sum(low for low, _ in ranges), sum(high for _, high in ranges))
        case Call("div", (above, Reduce("sum", letter, body))) if _is_term(above, letter, body):
            return (0.0, 1.0) if range_of(body)[0] >= 0 else ALL
        case Call("div", (above, below)):
            sign = range_of(below)
            return _product((range_of(above), NOT_BELOW_0)) if sign[0] >= 0 else ALL
        case Call("pow", (_, Number(exponent))) if exponent.denominator == 1 and exponent.numerator % 2 == 0:
            return NOT_BELOW_0
        case Product(factors):
            return _product(range_of(item) for item in factors)
        case Reduce("sum", _, body) | Call("total" | "mean" | "trace", (body, *_)):
            low, high = range_of(body)
            return (0.0 if low >= 0 else -math.inf, 0.0 if high <= 0 else math.inf)
        case Cases(branches, otherwise):
            found = [range_of(value) for value, _ in branches] + ([range_of(otherwise)] if otherwise else [])
            return (min(low for low, _ in found), max(high for _, high in found))
        case _:
            return ALL


def _is_term(above: Expression, letter: str, body: Expression) -> bool:
    """Whether a formula is one of the terms of a sum: what is divided by the sum is a share of it."""
    return any(substitute(body, {letter: Symbol(own)}) == above for own in sorted(free_symbols(above)))


def _product(factors: Iterable[Range]) -> Range:
    """The sign of a product, whichever product it is: sums of products keep it."""
    sign = 1
    for low, high in factors:
        if low < 0 < high:
            return ALL
        sign = -sign if high <= 0 else sign
    return NOT_BELOW_0 if sign > 0 else (-math.inf, 0.0)
