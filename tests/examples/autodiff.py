"""A model written by hand to its derivatives, by HIPS autograd: the second opinion on every gradient of the solver.

A model is a function ``model(q, at)``: `q` holds the given quantities as attributes, and ``at("z", value)`` names a
quantity that it computes. Each named quantity gets a probe of zeros added, so one can differentiate by any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import autograd.numpy as np
import mpmath
from autograd import jacobian
from autograd.extend import defvjp, primitive

Model = Callable[[SimpleNamespace, Callable[[str, Any], Any]], None]


def derivative(model: Model, given: Mapping[str, Any], above: str, *below: str) -> np.ndarray:
    """The derivative of the quantity `above` by those `below`, one after the other, at one point.

    An array (*axes of above, *axes of the first below, ...).
    """

    def run(*probes: Any) -> dict[str, Any]:
        named: dict[str, Any] = {}

        def at(name: str, value: Any) -> Any:
            named[name] = value + sum(probe for probe, own in zip(probes, below, strict=False) if own == name)
            return named[name]

        leaves = {name: at(name, value) for name, value in given.items()}
        model(SimpleNamespace(**leaves), at)
        return named

    def value(*probes: Any) -> Any:
        return run(*probes)[above] * 1.0

    values, function = run(), value
    for place in range(len(below)):
        function = jacobian(function, place)
    return np.asarray(function(*(np.zeros(np.shape(values[name])) for name in below)))


def affine(value: np.ndarray, slope: np.ndarray, at: Any, here: Any) -> Any:
    """A concrete opaque function of one argument: `value` at the argument `here`, its partials `slope` everywhere."""
    shift = at - here
    rank = np.ndim(here)
    return value + (np.tensordot(slope, shift, rank) if rank else slope * shift)


def logsumexp(x: Any, axis: int | None = None) -> Any:
    """log sum exp(x) of all entries, or along an axis that is kept."""
    top = np.max(x, axis=axis, keepdims=axis is not None)
    return top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=axis is not None))


@primitive
def normal_cdf(x: Any) -> Any:
    """The distribution function of the standard normal at a number."""
    return (1 + math.erf(x / math.sqrt(2))) / 2


defvjp(normal_cdf, lambda _, x: lambda g: g * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


@primitive
def polygamma(order: int, x: Any) -> Any:
    """The derivative number `order` of digamma, at a number or entry by entry."""
    return np.vectorize(lambda number: float(mpmath.polygamma(order, number)), otypes=[float])(x)


defvjp(polygamma, lambda _, order, x: lambda g: g * polygamma(order + 1, x), argnums=[1])


@primitive
def log_gamma(x: Any) -> Any:
    """log Gamma(x), at a number or entry by entry."""
    return np.vectorize(math.lgamma, otypes=[float])(x)


defvjp(log_gamma, lambda _, x: lambda g: g * polygamma(0, x))
