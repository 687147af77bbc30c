"""Diagnosis on other models: arrays with indices, a product and a quotient, a rate, prices, hidden solutions."""

from __future__ import annotations

from functools import lru_cache

import pytest

import grader
from grader.diagnosis.lint.linter import notes, warnings
from grader.diagnosis.lint.mistake_checks import collisions
from grader.diagnosis.predict.predictions import predictions
from grader.grading.check import check
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

LAYERS = """
      sizes: [m, d, h]
      given:
        X: {shape: [m, d]}
        y: {shape: [m]}
        W: {shape: [d, h]}
        b: {shape: [h]}
        v: {shape: [h]}
      define:
        Z_ij: sum_k(X_ik * W_kj) + b_j
        A_ij: relu(Z_ij)
        yhat_i: sum_j(A_ij * v_j)
        L: 1/(2*m) * sum_i((yhat_i - y_i)^2)
"""
RULES = """
      given: {x: real, a: positive, y: positive}
      define:
        p: x^3 * exp(2*x)
        q: x / (x^2 + 1)
        s: log(a)
        r: sqrt(a)
        L: 1/2*(y - a)^2 + 1/2*a^2
"""
STEP = """
      given: {x: {value: 2.0}, w1: {value: 0.5}, w2: {value: -1.5}, y: {value: 1.0}, eta: {value: 0.5}}
      define:
        h: w1 * x
        yhat: w2 * h
        L: 1/2*(yhat - y)^2
"""
MATRIX = """
      sizes: [n]
      given: {u: {shape: [n, n]}, x: {shape: [n]}}
      define:
        L: sum_ij(u_ij * x_i * x_j^2)
"""


@lru_cache
def key_of(model: str, target: str, extra: str = ""):
    text = f"title: T\nquestions:\n  - id: q\n    model:{model}    parts:\n      - {{id: p, target: {target}{extra}}}\n"
    text += "      - {id: other, target: dL/dw2}\n" if model == STEP else ""
    read = parse_rubric(text)
    assert isinstance(read, Rubric), read
    return grader.solve(read)


NAMED_LIKE_LETTERS = """
      sizes: [C]
      given: {p: {shape: [C], domain: simplex}, z: {shape: [C]}}
      define:
        q_i: exp(z_i) / sum_j(exp(z_j))
        D: sum_i(p_i * log(p_i / q_i))
"""

MISTAKES = [
    (LAYERS, "dL/dW_kj", "sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", "missing_mean:m", "1/m forgotten"),
    (LAYERS, "dL/dW_kj", "-1/m*sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", "sign", "turned"),
    (LAYERS, "dL/dW_kj", "1/m*sum_i((yhat_i-y_i)*v_j*X_ik)", "missing_condition", "the ReLU not differentiated"),
    (LAYERS, "dL/dW_kj", "1/m*sum_i((yhat_i-y_i)*[Z_ij > 0]*X_ik)", "missing_factor:dyhat_dA", "a weight forgotten"),
    (LAYERS, "dL/dW_kj", "2/m*sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", "factor_two", "the 1/2 forgotten"),
    (LAYERS, "dL/dW_kj", "1/m*sum_i((yhat_i-y_i)*v_j*A_ij*X_ik)", "activation_for_derivative", "relu for relu'"),
    (LAYERS, "dL/dv_j", "1/m*sum_i((yhat_i-y_i)*Z_ij)", "missing_function:relu", "before the activation"),
    (LAYERS, "dL/db_j", "1/m*sum_i((yhat_i-y_i)*v_j)", "missing_condition", "the ReLU not differentiated"),
    (LAYERS, "dL/db_j", "sum_i((yhat_i-y_i)*v_j*[Z_ij>0])", "missing_mean:m", "1/m forgotten"),
    (RULES, "dp/dx", "3*x^2*2*exp(2*x)", "product_rule", "u' v'"),
    (RULES, "dp/dx", "3*x^2*exp(2*x)", "dropped_term|product_rule", "the second term forgotten"),
    (RULES, "dp/dx", "3*x^2*exp(2*x) + x^3*exp(2*x)", "factor_two", "the inner 2 forgotten"),
    (RULES, "dp/dx", "3*x^3*exp(2*x) + 2*x^3*exp(2*x)", "power_degree|exponent", "n x^n"),
    (RULES, "dp/dx", "x^2*exp(2*x) + 2*x^3*exp(2*x)", "power_degree|missing_factor", "the exponent not brought down"),
    (RULES, "dq/dx", "(1-x^2)/(x^2+1)", "quotient_rule|missing_factor|exponent", "no square below"),
    (RULES, "dq/dx", "(3*x^2+1)/(x^2+1)^2", "quotient_rule|sign:x_2_1", "plus between the terms"),
    (RULES, "dq/dx", "1/(2*x)", "quotient_rule", "u'/v'"),
    (RULES, "dq/dx", "1/(x^2+1)", "quotient_rule|dropped_term", "the denominator taken for a constant"),
    (RULES, "ds/da", "log(a)", "activation_for_derivative", "the function itself"),
    (RULES, "ds/da", "a", "missing_reciprocal|inverted", "x for 1/x"),
    (RULES, "dr/da", "1/sqrt(a)", "factor_two|power_degree", "the 1/2 forgotten"),
    (RULES, "dL/da", "a - y", "dropped_term|factor_two", "the penalty forgotten"),
    (RULES, "dL/da", "y - a + a", "sign", "the inner minus lost in one term"),
    (NAMED_LIKE_LETTERS, "dD/dz_i", "p_i - q_i", "sign", "a quantity p among letters i, j, k"),
    (NAMED_LIKE_LETTERS, "dD/dz_i", "-p_i/q_i", "missing_factor:dq_dz", "the softmax not differentiated"),
    (STEP, "dL/dw1", "1.25", "updated_weight:w2", "w2 after its update"),
    (MATRIX, "dL/du_ij", "x_i^2 * x_j", "transposed", "rows and columns"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "target", "answer", "rules", "why"), MISTAKES, ids=[row[-1] for row in MISTAKES])
def test_a_mistake_is_named(model: str, target: str, answer: str, rules: str, why: str) -> None:
    """`rules` are the names that will do, each the rule or the start of it."""
    result = grader.grade_answer(key_of(model, target), "p", answer)
    assert result.verdict == "incorrect", f"{why}: {result.answer}"
    found = result.note.removeprefix("malrule/")
    assert any(found.startswith(rule) for rule in rules.split("|")), f"{why}: {found}"


def test_a_chain_through_quantities_named_like_letters() -> None:
    result = grader.grade_answer(key_of(NAMED_LIKE_LETTERS, "dD/dz_i"), "p", "sum_k(dD/dq_k * dq_k/dz_i)")
    assert (result.verdict, result.note) == ("partly_correct", "chain_rule_only")


PRICED = ", points: 3, malrules: {sign: {points: 2}, missing_mean: {points: 9}, factor_two: {enabled: false}, " + (
    "'missing_factor:dyhat_dA': {points: 1, message: Draw the graph.}}"
)
PRICES = [
    ("-1/m*sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", 2, "malrule/sign", "priced"),
    ("1/m*sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", 3, "equivalent", "the right answer is not touched"),
    ("sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", 3, "malrule/missing_mean:m", "capped by the part's points"),
    ("2/m*sum_i((yhat_i-y_i)*v_j*[Z_ij > 0]*X_ik)", 0, "not_equivalent", "switched off"),
    ("1/m*sum_i((yhat_i-y_i)*[Z_ij > 0]*X_ik)", 1, "malrule/missing_factor:dyhat_dA", "priced at its place"),
    ("1/m*sum_i((yhat_i-y_i)*v_j*X_ik)", 0, "malrule/missing_condition:relu_Z_ij", "not priced"),
    ("-1/m*sum_i((yhat_i-y_i)*[Z_ij > 0]*X_ik)", 1, "malrule/missing_factor:dyhat_dA+sign", "two: the lesser price"),
]


@pytest.mark.parametrize(("answer", "score", "note", "why"), PRICES, ids=[row[-1] for row in PRICES])
def test_a_price_is_partial_credit(answer: str, score: float, note: str, why: str) -> None:
    result = grader.grade_answer(key_of(LAYERS, "dL/dW_kj", PRICED), "p", answer)
    assert (result.score, result.note) == (score, note), why
    if score and result.diagnosis:
        assert any("partial credit: " in line.reason for line in result.lines)
        assert sum(line.points for line in result.lines) == score
    if note == "malrule/missing_factor:dyhat_dA":
        assert result.diagnosis is not None
        assert result.diagnosis.message == "Draw the graph."


def test_a_hidden_solution_stays_hidden() -> None:
    shown = grader.grade_answer(key_of(RULES, "dL/da"), "p", "2*a").diagnosis
    hidden = grader.grade_answer(key_of(RULES, "dL/da", ", solution: hidden"), "p", "2*a").diagnosis
    assert shown is not None and hidden is not None
    assert shown.rule == hidden.rule
    assert hidden.message.startswith("It looks as if a term is missing.")


def test_mistakes_that_give_the_right_answer_are_not_predicted() -> None:
    key = key_of(LAYERS, "dL/db_j")
    question, part = key.questions[0], key.questions[0].parts[0]
    known = predictions(question, part)
    truth = known.truth
    assert known.true
    for values in known.values:
        assert abs(values - truth).max() > 1e-9


def test_predictions_do_not_hang_on_what_was_asked_before() -> None:
    """Two solutions of one rubric, the second with other derivatives filled in by earlier answers."""
    key_of.cache_clear()
    fresh = key_of(LAYERS, "dL/dv_j").questions[0]
    first = [mistake.rule for mistake in predictions(fresh, fresh.parts[0]).mistakes]
    key_of.cache_clear()
    key = key_of(LAYERS, "dL/dv_j")
    for text in ("dL/dA_ij", "sum_i(dL/dyhat_i * dyhat_i/dv_j)", "dZ_ij/dW_kj", "dA_ij/db_j * dL/dZ_ij"):
        grader.grade_answer(key, "p", text)
    used = key.questions[0]
    assert [mistake.rule for mistake in predictions(used, used.parts[0]).mistakes] == first


def test_collisions_are_known() -> None:
    key = key_of(STEP, "dL/dyhat")
    question = key.questions[0]
    groups = [{one.rule, *(item.rule for item in same)} for one, same in collisions(question, question.parts[0])]
    assert all(len(group) > 1 for group in groups)


def test_the_linter_warns() -> None:
    """Of a tolerance that takes a mistake for right, and of steps off the way; a sound rubric has no warning."""
    assert warnings(key_of(STEP, "dL/dw1")) == ()
    wide = warnings(key_of(STEP, "dL/dw1", ", tolerance: {absolute: 20}"))
    assert any("the tolerance takes an answer for right" in problem.message for problem in wide)
    off = warnings(key_of(STEP, "dL/dw1", ", steps: [{target: dyhat/dw2, points: 0.1}]"))
    assert [problem.message for problem in off] == ["the step 'dyhat/dw2' is not on the way from L to w1"]
    priced = warnings(key_of(STEP, "dL/dw1", ", malrules: {sign: {points: 0.5}}"))
    assert all("can't be told from" in problem.message for problem in priced)
    fine = warnings(key_of(STEP, "dL/dw1", ", rounding: 4 decimals"))
    assert fine == ()
    blunt = warnings(key_of(STEP.replace("x: {value: 2.0}", "x: {value: 0.6}"), "dL/dw1", ", rounding: 0 decimals"))
    assert any("more than a factor 2" in problem.message for problem in blunt)
    stepped = notes(key_of(STEP, "dL/dw1", ", steps: [{target: yhat, points: 0.5}]"))
    assert any("the answer alone earns the rest" in problem.message for problem in stepped)
    assert check(key_of(STEP, "dL/dw1")) == ()


LINTED = [
    (
        "{x: positive, w: positive}",
        "relu(w*x)",
        "dL/dw",
        "",
        "the same outcome at every",
        "one branch",
    ),
    (
        "{x: {value: 0.3}, w: {value: 0.5}}",
        "w*x - 0.147",
        "L",
        ", rounding: 2 decimals",
        "no digit at 2",
        "rounds to 0",
    ),
    (
        "{x: {value: 30}, w: {value: 0.5}}",
        "1000*(h - 14.9991)",
        "L",
        ", rounding: 2 decimals",
        "into 0 or its",
        "around 0",
    ),
    ("{x: {value: 0.3}, w: {value: 0.5}}", "w*x", "L", ", rounding: 4 decimals", "", "nothing to mend"),
]


@pytest.mark.parametrize(("given", "formula", "target", "extra", "said", "why"), LINTED)
def test_the_linter_warns_of_what_cannot_be_graded(given, formula, target, extra, said, why) -> None:
    inner = "        h: w*x\n" if "h" in formula else ""
    found = warnings(key_of(f"\n      given: {given}\n      define:\n{inner}        L: {formula}\n", target, extra))
    assert any(said in problem.message for problem in found) if said else not found, (why, found)
