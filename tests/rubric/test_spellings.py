"""Spellings that an answer would read as another quantity are mistakes of the rubric."""

from __future__ import annotations

import pytest

from grader.expression.language.nodes import head
from grader.expression.reading.read import read
from grader.rubric.load import parse_rubric

HEAD = "title: T\nquestions:\n  - id: '1'\n    model:\n"
PARTS = "    parts:\n      - {id: a, target: dL/dx}\n"

# (given and define of a model, the mistake or an empty string, why)
MODELS = [
    (
        "given: {x: real, w2: {aliases: [v]}, u: {aliases: [v_1]}}\n      define: {L: x*w2*u}",
        "",
        "a name and the same name with a subscript",
    ),
    (
        "given: {x: real, l: {aliases: ['log q']}}\n      define: {q: x*l, L: q^2}",
        "the spelling 'log q' of 'l' reads as 'log(q)'",
        "an alias that is a formula of other names",
    ),
    (
        "given: {x: real, r: {aliases: ['w^{2}']}, w: real}\n      define: {L: x*r*w}",
        "the spelling 'w^{2}' of 'r' reads as 'w^2'",
        "an alias that is a power",
    ),
    (
        "given: {x: real, l: {aliases: ['\\log q(x)']}}\n      define: {L: x*l}",
        "",
        "an alias that is the logarithm of what has no name",
    ),
    (
        "given: {x: real, m: {aliases: ['\\mu^-']}}\n      define: {L: x*m}",
        "the spelling '\\mu^-' of 'm' can't be read as a name",
        "an alias that no answer can write",
    ),
    (
        "given: {x: real, m: {aliases: ['\\mu^2']}}\n      define: {L: x*m}",
        "",
        "a layer above a letter that has no powers",
    ),
    (
        "given: {x: real}\n      define: {s: {formula: 1/(1 + exp(-x)), latex: '\\sigma'}, L: s^2}",
        "'sigma(...)' in an answer would be a product with 's', not a call",
        "the letter of a function for its value",
    ),
    (
        "given: {x: real}\n      define: {s: {formula: 1/(1 + exp(-x)), aliases: ['\\sigma']}, L: s^2}",
        "",
        "an alias leaves the function its call",
    ),
    (
        "given: {x: real, v: positive}\n      define: {s: {formula: sqrt(v), latex: '\\sigma'}, L: s*x}",
        "",
        "a deviation is no function",
    ),
    (
        "given: {x: real, rho: real}\n      define: {s: {formula: exp(rho), latex: '\\sigma'}, L: s*x}",
        "",
        "a deviation as a power of e is none either",
    ),
]


@pytest.mark.parametrize(("model", "mistake", "why"), MODELS)
def test_spelling(model, mistake, why):
    found = parse_rubric(f"{HEAD}      {model}\n{PARTS}", "r.yaml")
    messages = " ".join(problem.message for problem in found) if isinstance(found, tuple) else ""
    assert mistake in messages if mistake else not messages, f"{why}: {messages}"


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("W_{21}^{(1)}", "W21_1", "as declared, though W12_1 has the same letters in a row"),
        ("W^{(1)}_{2,1}", "W21_1", "the layer first, and a comma"),
        ("W_{12-1}", "W12_1", "a dash"),
        ("W12_1", "W12_1", "plain"),
    ],
)
def test_as_declared_before_normal_form(text, name, why):
    given = (
        "given:\n        x: real\n        W21_1: {latex: 'W_{21}^{(1)}', aliases: ['W_{21-1}']}\n"
        "        W12_1: {latex: 'W_{12}^{(1)}', aliases: ['W_{12-1}']}\n      define: {L: x*W21_1*W12_1}"
    )
    rubric = parse_rubric(f"{HEAD}      {given}\n{PARTS}", "r.yaml")
    assert head(read(text, rubric.questions[0].model.names).chain[0]) == name, why
