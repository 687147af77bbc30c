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
from autograd import jacobian
from autograd.extend import defvjp, primitive

Model = Callable[[SimpleNamespace, Callable[[str, Any], Any]], None]


def derivative(model: Model, given: Mapping[str, Any], above: str, below: str) -> np.ndarray:
    """The derivative of the quantity `above` by `below` at one point: an array (*axes of above, *axes of below)."""

    def run(probe: Any) -> dict[str, Any]:
        named: dict[str, Any] = {}

        def at(name: str, value: Any) -> Any:
            named[name] = value + probe if name == below else value
            return named[name]

        leaves = {name: value + probe if name == below else value for name, value in given.items()}
        model(SimpleNamespace(**leaves), at)
        return named

    shape = np.shape(given[below]) if below in given else np.shape(run(0.0)[below])
    return np.asarray(jacobian(lambda probe: run(probe)[above] * 1.0)(np.zeros(shape)))


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
