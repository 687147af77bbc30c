"""The value of every elementwise function: one row each, NumPy in and out.

``ELEMENTWISE["sigmoid"](np.array([0.0]))`` is ``[0.5]``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from grader.expression.evaluation import gamma_functions
from grader.expression.evaluation.values import Array
from grader.expression.language.functions import FUNCTIONS

_PLAIN = frozenset(
    ("add", "sub", "neg", "div", "abs", "sign", "relu", "max", "min", "square", "sqrt", "iverson", "kronecker")
)
_PLAIN_POWERS = frozenset((-2.0, -1.0, 1.0, 2.0, 3.0))  # of which nothing is known but by NumPy
LARGEST_ROOT = 99  # its degree
_SLOW = frozenset(("factorial", "pow", "sin", "cos", "cot", "sec", "csc", "arctanh", "log10", "erf", "normal_cdf"))
_VERY_SLOW = frozenset(("gamma", "lgamma", "digamma", "trigamma", "polygamma"))
_near_erf = np.vectorize(math.erf, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])  # keeps its digits where 1 - erf has none
_LEAST = float(np.finfo(float).tiny)  # of a number with all its digits


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


def _normal_cdf(x: Array) -> Array:
    """Of the standard normal distribution; nought where the number would be too small to have all its digits."""
    half = 0.5 * _erfc(np.abs(x) / math.sqrt(2.0)).astype(np.result_type(x, float))
    return np.where(x > 0, 1.0 - half, np.where(half < _LEAST, 0.0, half))


def _erf(x: Array) -> Array:
    """The error function; where it is near 1, by what is left, in as many digits as the argument has."""
    far: Array = np.sign(x) * (1.0 - _erfc(np.abs(x)).astype(np.result_type(x, float)))
    return np.where(np.abs(x) > 1, far, _near_erf(x))


def _power(base: Array, exponent: Array) -> Array:
    """Real powers: 0**0 is 1 by convention; a negative base has a value where the exponent is a fraction of odd parts.

    The cube root of -8 is -2; to the power of 0.3, which is 3/10, it has no real value.
    """
    base, exponent = (item.astype(np.result_type(item, float)) for item in (base, exponent))
    if exponent.size == 1 and exponent.item() in _PLAIN_POWERS:
        return np.asarray(np.power(base, exponent))
    unknown = np.isnan(base) | ~np.isfinite(exponent) & (base == 1)  # NumPy takes 1^nan and 1^inf for 1
    raised = np.asarray(np.where(unknown, np.nan, np.power(base, exponent)))
    if exponent.size != 1 or not (base < 0).any():
        return raised
    power = float(exponent.item())
    fraction = Fraction(power).limit_denominator(LARGEST_ROOT) if math.isfinite(power) else Fraction(0)
    if float(fraction) != power or fraction.denominator % 2 == 0 or fraction.denominator == 1:
        return raised
    sign = np.where(base < 0, -1.0 if fraction.numerator % 2 else 1.0, 1.0)
    return np.asarray(sign * np.power(np.abs(base), exponent))


def _factorial(x: Array) -> Array:
    """Gamma of x + 1; without value at negative whole numbers, and beyond what floating point holds."""
    return np.asarray(_gamma_of_next(x.astype(float)))


def _gamma(x: float) -> float:
    try:
        return math.gamma(x + 1.0)
    except (ValueError, OverflowError):
        return math.nan


_gamma_of_next = np.vectorize(_gamma, otypes=[float])


def _maximum(*args: Array) -> Array:
    result = args[0]
    for other in args[1:]:
        result = np.maximum(result, other)
    return result


def _minimum(*args: Array) -> Array:
    result = args[0]
    for other in args[1:]:
        result = np.minimum(result, other)
    return result


def _where(test: Array, yes: Array, no: Array) -> Array:
    return np.where(test != 0, yes, no)


ELEMENTWISE: MappingProxyType[str, Callable[..., Array]] = MappingProxyType(
    {
        "add": np.add,
        "sub": np.subtract,
        "neg": np.negative,
        "div": np.divide,
        "pow": _power,
        "lt": np.less,
        "le": np.less_equal,
        "gt": np.greater,
        "ge": np.greater_equal,
        "eq": np.equal,
        "ne": np.not_equal,
        "and": np.logical_and,
        "or": np.logical_or,
        "not": np.logical_not,
        "iverson": lambda x: (x != 0).astype(float),
        "kronecker": lambda i, j: (i == j).astype(float),
        "exp": np.exp,
        "log": lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), np.nan),
        "log2": lambda x: np.log2(np.where(x > 0, x, np.nan)),
        "log10": lambda x: np.log10(np.where(x > 0, x, np.nan)),
        "log1p": lambda x: np.log1p(np.where(x > -1, x, np.nan)),
        "expm1": np.expm1,
        "sqrt": np.sqrt,
        "square": np.square,
        "abs": np.abs,
        "sign": np.sign,
        "floor": np.floor,
        "ceil": np.ceil,
        "step": lambda x: np.where(x > 0, 1.0, np.where(x < 0, 0.0, 0.5)),
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "cot": lambda x: np.cos(x) / np.sin(x),
        "sec": lambda x: 1.0 / np.cos(x),
        "csc": lambda x: 1.0 / np.sin(x),
        "arcsin": np.arcsin,
        "arccos": np.arccos,
        "arctan": np.arctan,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "coth": lambda x: 1.0 / np.tanh(x),
        "sech": lambda x: 1.0 / np.cosh(x),
        "csch": lambda x: 1.0 / np.sinh(x),
        "arcsinh": np.arcsinh,
        "arccosh": np.arccosh,
        "arctanh": np.arctanh,
        "sigmoid": sigmoid,
        "relu": lambda x: np.maximum(x, 0.0),
        "softplus": lambda x: np.logaddexp(0.0, x),
        "erf": _erf,
        "normal_cdf": _normal_cdf,
        "normal_pdf": lambda x: np.exp(-0.5 * np.square(x)) / math.sqrt(2.0 * math.pi),
        "gamma": gamma_functions.gamma,
        "lgamma": gamma_functions.lgamma,
        "digamma": gamma_functions.digamma,
        "trigamma": gamma_functions.trigamma,
        "polygamma": gamma_functions.polygamma,
        "max": _maximum,
        "min": _minimum,
        "factorial": _factorial,
        "where": _where,
    }
)
# units of work for an entry, beside the one for any entry; at arguments where it takes longest
UNITS: MappingProxyType[str, int] = MappingProxyType(
    {
        name: 40 if name in _SLOW else 300 if name in _VERY_SLOW else 8
        for name in ELEMENTWISE
        if name not in _PLAIN and FUNCTIONS[name].kind != "condition"
    }
)
