"""Solving: certificates that can fail, points on every side of every kink, intervals that honest rounding stays in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import grader
from grader.expression.language.nodes import Partial, head
from grader.rubric.load import parse_rubric
from grader.solver.certify import certify_partial
from grader.solver.hashes import content_hash
from grader.solver.kept_question import encode_question
from grader.solver.kinks import margin_values, model_margins
from grader.solver.runs import Run, draw_runs
from grader.solver.session import Session
from grader.solver.show import key_json
from grader.solver.solving import solve
from grader.solver.symbolic import certify_symbolic

ROOT = Path(__file__).parents[2]
RUBRICS = sorted((ROOT / "rubrics").glob("*.yaml"))


@pytest.fixture(scope="module", params=RUBRICS, ids=lambda path: path.stem)
def key(request):
    return grader.solve(grader.load_rubric(request.param))


def derivatives(key):
    for question in key.questions:
        for part in question.parts:
            if isinstance(part.part.target, Partial):
                yield question, part


def test_every_gradient_agrees_with_central_differences(key):
    for question, part in derivatives(key):
        for run in question.runs:
            assert certify_partial(run, part.part.target) is None, part.part.id


def test_a_wrong_gradient_is_refused_with_the_numbers(key):
    for question, part in derivatives(key):
        run = question.runs[0]
        wrong = Run(run.graph, run.sizes, {**run.values, part.name: run.values[part.name] * 1.001 + 1e-3}, run.points)
        problem = certify_partial(wrong, part.part.target)
        assert problem is not None, part.part.id
        assert "central differences give" in problem.message


def test_sympy_refuses_a_wrong_scalar_gradient():
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/two_layer_network.yaml"))
    for question, part in derivatives(key):
        run = question.runs[0]
        assert certify_symbolic(question.graph, run, part.part.target) is None
        wrong = Run(run.graph, run.sizes, {**run.values, part.name: run.values[part.name] + 1e-3}, run.points)
        problem = certify_symbolic(question.graph, wrong, part.part.target)
        assert problem is not None
        assert "SymPy gives" in problem.message


def test_the_closed_form_has_the_value_of_the_gradient(key):
    from grader.comparison.judge import judge
    from grader.comparison.target import Target

    for question in key.questions:
        for part in question.parts:
            # the truth is kept apart from the formula, so that the two are really compared
            target = Target(part.part.target, part.part.target)
            found = judge(question, target, part.closed)
            assert found.decision == "equivalent", (part.part.id, found)


def test_both_sides_of_every_condition_are_sampled(key):
    for question in key.questions:
        if question.numeric:
            continue
        for run in question.runs:
            for margin in model_margins(question.graph):
                data = margin_values(run, margin)
                assert data is not None
                assert (data > 0).any(), margin
                assert (data < 0).any(), margin


def test_kinks_are_hit_exactly():
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    kinked = {question.question.id: question for question in key.questions if question.conditions}
    assert set(kinked) >= {"1c", "2b", "2c", "2d"}
    for question in kinked.values():
        assert question.kink is not None, question.question.id
        values = [margin_values(question.kink.at, margin) for margin in question.conditions]
        exact = sum((data == 0).any(axis=1) for data in values if data is not None)
        assert exact.all()


def test_solving_twice_gives_the_same_key(key):
    again = solve(key.rubric)
    assert not isinstance(again, tuple)
    assert key_json(again) == key_json(key)


def test_a_kept_question_is_not_certified_again(key, monkeypatch):
    calls = []
    monkeypatch.setattr("grader.solver.solving.certify_question", lambda *args: calls.append(args) or [])
    kept = {name: encode_question(done) for name, done in key.certified.items()}
    assert solve(key.rubric, kept).certified == {}
    assert solve(key.rubric, kept, anew=True).certified == {}
    assert calls == []
    solve(key.rubric, {})
    assert len(calls) == len(key.questions)


def test_a_model_whose_shapes_do_not_fit_is_a_problem_with_both_shapes():
    text = """
title: t
questions:
  - id: "1"
    model:
      sizes: [m, d, k]
      given: {X: {shape: [m, d]}, W: {shape: [k, d]}}
      define: {Z: X @ W, L: sum(Z)}
    parts: [{id: a, target: dL/dW, prompt: p, points: 1}]
"""
    found = parse_rubric(text, "r.yaml")
    assert isinstance(found, tuple)
    message = "a matrix product needs equal inner sizes: m x d times k x d (X is m x d, W is k x d)"
    assert message in "\n".join(str(problem) for problem in found)


def forward_and_backward(rng, decimals):
    """Question 3 by hand, every operation rounded, products taken in a random order: an honest student."""

    def r(value):
        return round(value, decimals) if rng.random() < 0.9 else value  # some lines are kept with all digits

    def product(*factors):
        order = rng.permutation(len(factors))
        total = factors[order[0]]
        for k in order[1:-1]:
            total = r(total * factors[k])
        return total * factors[order[-1]] if len(factors) > 1 else total

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    x = (0.02, 0.03, -2.06)
    w1 = {"11": 0.34, "21": 0.74, "31": -0.62, "12": 0.29, "22": -0.27, "32": -0.84}
    out = {}
    out["3-Z11"] = r(x[0] * w1["11"]) + r(x[1] * w1["21"]) + r(x[2] * w1["31"])
    out["3-Z21"] = r(x[0] * w1["12"]) + r(x[1] * w1["22"]) + r(x[2] * w1["32"]) + 0.17
    z = {k: r(out[f"3-Z{k}1"]) for k in "12"}
    for k in "12":
        out[f"3-y{k}1"] = sigmoid(z[k])
    y = {k: r(out[f"3-y{k}1"]) for k in "12"}
    out["3-Z12"] = r(y["1"] * 0.4) + r(y["2"] * 1.16) - 0.41
    out["3-yhat"] = sigmoid(r(out["3-Z12"]))
    yhat = r(out["3-yhat"])
    out["3-dyhat"] = yhat - 0.61
    dyhat = r(out["3-dyhat"])
    out["3-dZ12"] = product(dyhat, yhat, r(1 - yhat))
    dz = r(out["3-dZ12"])
    out["3-dW11-2"], out["3-dW21-2"] = dz * y["1"], dz * y["2"]
    out["3-dy11"], out["3-dy21"] = dz * 0.4, dz * 1.16
    for k in "12":
        dy = r(out[f"3-dy{k}1"])
        out[f"3-dZ{k}1"] = product(dy, y[k], r(1 - y[k]))
        dzk = r(out[f"3-dZ{k}1"])
        for j in range(3):
            out[f"3-dW{j + 1}{k}-1"] = dzk * x[j]
    return out


def test_honest_rounding_on_every_line_is_never_marked_wrong():
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    rng = np.random.default_rng(3)
    for _ in range(60):
        for part, value in forward_and_backward(rng, 4).items():
            digits = f"{value:.4f}" if abs(value) >= 1e-3 else f"{value:.1e}"
            result = grader.grade_answer(key, part, digits)
            assert result.verdict == "correct", (part, digits, result.message)


def test_a_slip_of_one_percent_is_not_hidden_by_the_rounding_of_large_values():
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    values = {part.part.id: question.runs[0].values[part.name] for question in key.questions for part in question.parts}
    for part in ("3-Z11", "3-Z21", "3-y11", "3-y21", "3-Z12", "3-yhat", "3-dyhat", "3-dW11-2"):
        text = f"{float(values[part].ravel()[0]) * 1.01:.5f}"
        assert grader.grade_answer(key, part, text).verdict == "incorrect", (part, text)


def test_the_numerator_and_denominator_of_a_target_are_found(key):
    for _, part in derivatives(key):
        assert head(part.part.target) == part.name


def test_points_follow_the_rubric(key):
    asked = [part for question in key.questions for part in question.parts]
    assert sum(part.asked.max_score for part in asked) == pytest.approx(key.rubric.max_score)


@pytest.mark.parametrize("path", sorted((ROOT / "rubrics").rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_size_is_another_in_the_second_draw(path):
    """Else a number in its place would pass at all sample points."""
    for question in grader.load_rubric(path).questions:
        runs = draw_runs(question.model.graph, content_hash(question), Session())
        assert len(runs) == 2 or not question.model.graph.sizes
        assert all(runs[0].sizes[name] != runs[-1].sizes[name] for name in question.model.graph.sizes)


MODEL = """title: t
questions:
  - id: "1"
    model:
      given: {{w: {given}, x: real}}
      define:
        z: w*x
        s: {formula}
    parts:
      - {{id: 1a, target: ds/dx}}
"""


@pytest.mark.parametrize(
    "given, formula, told",
    [
        ("real", "log(-1 - z^2)", "r.yaml:8:12: question 1, model, define 's': 's' has no finite value"),
        ("real", "sqrt(-1 - z^2)", "r.yaml:8:12: question 1, model, define 's': 's' has no finite value"),
        ("{shape: [99, 999]}", "sum(z)", "r.yaml:5:15: question 1, model, given 'w': 'w' has too many entries"),
    ],
)
def test_what_only_the_solver_finds_stands_at_the_formula_that_is_at_fault(given, formula, told):
    rubric = parse_rubric(MODEL.format(given=given, formula=formula), "r.yaml")
    assert [str(problem)[: len(told)] for problem in solve(rubric)] == [told]
