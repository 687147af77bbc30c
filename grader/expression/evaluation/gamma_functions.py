"""The logarithm of Gamma and its derivatives at positive numbers, by recurrence up to where Stirling's series serves.

Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 6.1.41, 6.3.18 and 6.4.11. At 0 and below,
where Gamma has poles and turns its sign, none of them has a value here.
"""

from __future__ import annotations

import math

import numpy as np

from grader.expression.evaluation.values import Array

_SHIFT = 14  # from where on the series below is exact to a double
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)  # B_2, B_4, ...
MOST_DERIVATIVES = 20


def lgamma(x: Array) -> Array:
    """log Gamma(x) of x > 0."""
    z = _positive(x)
    below = sum((np.log(z + k) for k in range(_SHIFT)), np.zeros_like(z))
    z = z + _SHIFT
    series = sum(b / (2 * k * (2 * k - 1) * z ** (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1))
    return np.asarray((z - 0.5) * np.log(z) - z + 0.5 * math.log(2 * math.pi) + series - below)


def digamma(x: Array) -> Array:
    """The derivative of log Gamma(x) at x > 0."""
    z = _positive(x)
    below = sum((1 / (z + k) for k in range(_SHIFT)), np.zeros_like(z))
    z = z + _SHIFT
    series = sum(b / (2 * k * z ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1))
    return np.asarray(np.log(z) - 0.5 / z - series - below)


def trigamma(x: Array) -> Array:
    """The second derivative of log Gamma(x) at x > 0."""
    return polygamma(np.ones(1), x)


def polygamma(order: Array, x: Array) -> Array:
    """The derivative of so high an order of digamma at x > 0; one order, a whole number, for all entries."""
    orders = np.unique(order)
    n = float(orders[0])
    if len(orders) > 1 or n not in range(MOST_DERIVATIVES):
        return np.full(np.broadcast_shapes(order.shape, x.shape), np.nan)
    n = int(n)
    if n == 0:
        return digamma(x)
    z = _positive(x)
    below = sum(((z + k) ** -(n + 1.0) for k in range(_SHIFT)), np.zeros_like(z)) * math.factorial(n)
    z = z + _SHIFT
    series = math.factorial(n - 1) * z**-n + math.factorial(n) / 2 * z ** -(n + 1.0)
    for k, b in enumerate(_BERNOULLI, 1):
        series = series + b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) * z ** -(2.0 * k + n)
    return np.asarray((below + series) * (1 if n % 2 else -1))


def gamma(x: Array) -> Array:
    """Gamma(x) of x > 0."""
    return np.asarray(np.exp(lgamma(x)))


def _positive(x: Array) -> Array:
    x = x.astype(np.result_type(x, float))
    return np.asarray(np.where(x > 0, x, np.nan))
