"""The tables agree with each other, and every local partial with central differences."""

from __future__ import annotations

import numpy as np
import pytest

from grader.autodiff.backprop import derivative, expand_primes
from grader.autodiff.vjps import CONSTANT, LOCAL_PARTIALS, local_partials
from grader.expression.evaluation.array_functions import ARRAY
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.evaluation.evaluator import Environment, evaluate
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import ZERO, Call, Expression, Symbol

DIFFERENTIABLE = {row.name for row in FUNCTIONS.values() if row.kind == "elementwise"} | {
    *("add", "sub", "neg", "div", "pow")
}
CHOICES = {"max", "min", "where"}  # of any number of arguments, or with a condition: no row, a branch of the code
# where each function is smooth; all others are tried on (-2, 2)
DOMAINS = {
    "log": (0.2, 3.0),
    "log2": (0.2, 3.0),
    "log10": (0.2, 3.0),
    "log1p": (-0.5, 3.0),
    "sqrt": (0.2, 3.0),
    "arcsin": (-0.9, 0.9),
    "arccos": (-0.9, 0.9),
    "arctanh": (-0.9, 0.9),
    "arccosh": (1.2, 3.0),
    "pow": (0.3, 2.0),
    "div": (0.3, 2.0),
    "cot": (0.3, 2.5),
    "csc": (0.3, 2.5),
    "coth": (0.3, 2.5),
    "csch": (0.3, 2.5),
    "tan": (-1.2, 1.2),
    "sec": (-1.2, 1.2),
}


def values(node: Expression, point: dict[str, np.ndarray]) -> np.ndarray:
    return evaluate(node, Environment(point, {}, {})).data


def test_every_function_has_a_value():
    named = set(FUNCTIONS) - {"undefined"}
    assert named == set(ELEMENTWISE) | set(ARRAY)


def test_every_smooth_elementwise_function_has_a_derivative():
    assert set(LOCAL_PARTIALS) == DIFFERENTIABLE - CHOICES - CONSTANT


@pytest.mark.parametrize("name", sorted(CONSTANT))
def test_nothing_passes_through_what_is_constant(name):
    call = Call(name, (Symbol("x"),) * FUNCTIONS[name].low)
    places = np.random.default_rng(7).uniform(-2.0, 2.0, 25)
    assert derivative(call, "x") == ZERO
    np.testing.assert_array_equal(values(call, {"x": places + 1e-6}), values(call, {"x": places - 1e-6}))


@pytest.mark.parametrize("name", sorted(DIFFERENTIABLE - CONSTANT))
def test_local_partials_agree_with_central_differences(name):
    rng = np.random.default_rng(7)
    low, high = DOMAINS.get(name, (-2.0, 2.0))
    count = 2 if name in ("max", "min") else FUNCTIONS[name].low
    symbols = tuple(Symbol(f"x{k}") for k in range(count))
    point = {symbol.name: rng.uniform(low, high, 25) for symbol in symbols}
    call = Call(name, symbols)
    partials = local_partials(call)
    assert partials is not None
    for symbol, partial in zip(symbols, partials, strict=True):
        step = 1e-6
        ahead = values(call, {**point, symbol.name: point[symbol.name] + step})
        behind = values(call, {**point, symbol.name: point[symbol.name] - step})
        slope = (ahead - behind) / (2 * step)
        found = np.broadcast_to(values(partial, point), slope.shape)
        np.testing.assert_allclose(found, slope, rtol=2e-5, atol=2e-7)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "exp", "log", "softplus", "sin", "normal_pdf"])
def test_primes_are_derivatives_of_derivatives(name):
    x = Symbol("x")
    twice = expand_primes(Call(name, (x,), primes=2))
    point = {"x": np.linspace(0.2, 1.7, 9)}
    again = derivative(derivative(Call(name, (x,)), "x"), "x")
    np.testing.assert_allclose(values(twice, point), values(again, point), rtol=1e-12)


def test_the_first_of_equal_arguments_has_the_gradient_of_max():
    x, y = Symbol("x"), Symbol("y")
    partials = local_partials(Call("max", (x, y)))
    assert partials is not None
    point = {"x": np.array([1.0]), "y": np.array([1.0])}
    assert [float(values(p, point)[0]) for p in partials] == [1.0, 0.0]
