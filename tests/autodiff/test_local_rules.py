"""The tables agree with each other, and every local rule with central differences, backward and forward."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import grader
from grader.autodiff.backprop import derivative, expand_primes
from grader.autodiff.local_rules import LOCAL_PARTIALS, REDUCTIONS, local_partials
from grader.diagnosis.rules.tangents import NOTHING, gradient_with, in_letters, make_tangents, operations, tangent_of
from grader.expression.evaluation.array_functions import ARRAY
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.evaluation.evaluator import REDUCERS, evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import spread
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import ZERO, Call, Expression, Indexed, Symbol, integer, partial_name
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.runs import compute, leaf_values
from tests.cases import each

FORMULAS = Path(__file__).parent / "formulas.txt"
CONDITIONS = {row.name for row in FUNCTIONS.values() if row.kind == "condition"}
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
    **dict.fromkeys(("factorial", "gamma", "lgamma", "digamma", "trigamma"), (0.3, 4.0)),
    "sec": (-1.2, 1.2),
}

MODEL = r"""
title: A formula
questions:
  - id: q
    model:
      sizes: [n, m]
      given:
        {u: real, v: real, w: real, p: positive, a: {shape: [n]}, c: {shape: [n], domain: positive}, M: {shape: [n, m]}}
      define: {h_i: 'tanh(a_i) + w', z: 'FORMULA'}
    parts:
      - {id: p, target: dz/dBY}
"""


def values(node: Expression, point: dict[str, np.ndarray]) -> np.ndarray:
    return evaluate(node, Environment(point, {}, {})).data


def test_every_function_has_a_value():
    named = set(FUNCTIONS) - {"undefined"}
    assert named == set(ELEMENTWISE) | set(ARRAY)


def test_every_smooth_elementwise_function_has_a_derivative():
    named = {row.name for row in FUNCTIONS.values() if row.kind == "elementwise"}
    named |= {"add", "sub", "neg", "div", "pow", "factorial"}
    assert named == set(LOCAL_PARTIALS)


@pytest.mark.parametrize("name", sorted(set(LOCAL_PARTIALS) - {"iverson", "kronecker", "polygamma"}))
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


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_a_polygamma_is_the_derivative_of_the_one_before(order: int):
    x = Symbol("x")
    call = Call("polygamma", (integer(order), x))
    point = np.linspace(0.3, 4.0, 25)
    slope = (values(call, {"x": point + 1e-6}) - values(call, {"x": point - 1e-6})) / 2e-6
    np.testing.assert_allclose(values(derivative(call, "x"), {"x": point}), slope, rtol=2e-5)


def test_every_reduction_has_a_rule():
    assert set(REDUCTIONS) == set(REDUCERS)


def question_of(formula: str, by: str):
    read = parse_rubric(MODEL.replace("FORMULA", formula).replace("BY", by))
    assert isinstance(read, Rubric), read
    return grader.solve(read).questions[0]


def slopes(question, run, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Central differences of z by each entry of a quantity, (K, *axes), and the points that are on no kink, (K,)."""
    step = 1e-6
    leaves = leaf_values(run)
    found, smooth = np.zeros(leaves[by].shape), np.ones(run.points, dtype=bool)
    for entry in np.ndindex(found.shape[1:]):
        ends = []
        for sign in (1, -1):
            moved = leaves[by].copy()
            moved[(slice(None), *entry)] += sign * step
            ends.append(compute(question.graph, run.sizes, {**leaves, by: moved}, run.points)["z"])
        found[(slice(None), *entry)] = (ends[0] - ends[1]) / (2 * step)
        bend = np.abs(ends[0] - 2 * run.values["z"] + ends[1])
        smooth &= bend < 1e-8 * np.maximum(1, np.abs(run.values["z"]))
    return found, smooth


@each(FORMULAS)
def test_a_derivative_agrees_with_central_differences_both_ways(formula: str, by: str, why: str):
    question = question_of(formula, by)
    for run in question.runs:
        wanted, smooth = slopes(question, run, by)
        assert smooth.mean() > 0.5
        backward = run.values[partial_name("z", by)]
        np.testing.assert_allclose(backward[smooth], wanted[smooth], rtol=2e-5, atol=1e-6, err_msg=why)
        tangents = make_tangents(question, run, "z", by)
        tangent = tangent_of(tangents, tangents.nodes[-1].expression)
        assert tangent is not None
        forward = spread(tangent, in_letters(tangents))
        np.testing.assert_allclose(forward[smooth], wanted[smooth], rtol=2e-5, atol=1e-6, err_msg=why)


@each(FORMULAS)
def test_the_occurrences_of_a_node_make_up_its_derivative(formula: str, by: str, why: str):
    question = question_of(formula, by)
    run = question.runs[0]
    truth = run.values[partial_name("z", by)]
    tangents = make_tangents(question, run, "z", by)
    shares = [
        truth - gradient_with(tangents, operation, NOTHING, truth)
        for operation in operations(tangents)
        if operation.node.name == "z" and isinstance(operation.expression, Symbol | Indexed)
    ]
    np.testing.assert_allclose(np.sum(shares, axis=0), truth, rtol=1e-9, atol=1e-12, err_msg=why)


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


@pytest.mark.parametrize("name", ["iverson", "kronecker", "sign", "step"])
def test_nothing_passes_through_what_changes_by_jumps(name: str):
    call = Call(name, (Symbol("x"),) * FUNCTIONS[name].low)
    places = np.random.default_rng(7).uniform(-2.0, 2.0, 25)
    assert derivative(call, "x") == ZERO
    np.testing.assert_array_equal(values(call, {"x": places + 1e-6}), values(call, {"x": places - 1e-6}))
