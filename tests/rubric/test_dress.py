r"""What a course dresses its formulas in: macros, functions marked with their layer, spellings of sizes, labels."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.batch.reading import read_class
from grader.grading import rubric_shown
from grader.problems import Problem
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

MACROS = r"""
  \newcommand{\bx}{\mathbf{x}}
  \newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
  \def\err#1{(\sig(a_#1) - y_#1)}
  \DeclareMathOperator{\sig}{sigmoid}
"""
RUBRIC = r"""title: Dressed
macros: |{macros}
questions:
  - id: "1"
    model:
      sizes: {sizes}
      given:
        x: {{shape: [n]}}
        y: {{shape: [n]}}
        w: real
      functions:
        g_1: {{function: tanh, aliases: ['g^{{[1]}}']}}
        g_2: {{function: {function}, aliases: ['\sigma^{{(2)}}']}}
      define:
        z_i: w * x_i
        a_i: tanh(z_i)
        L: 1/n*sum_i((sigmoid(a_i) - y_i)^2)
    parts:
      - {{id: 1a, label: "1 (e)", prompt: 'Find $\pd{{L}}{{w}}$.', target: '\pd{{L}}{{w}}'}}
      - {{id: 1b, label: "{label}", target: L}}
"""


def rubric(
    macros: str = MACROS, sizes: str = "{n: [N, batch], k: }", function: str = "sigmoid", label: str = "1 (f)"
) -> Rubric | tuple[Problem, ...]:
    return parse_rubric(RUBRIC.format(macros=macros, sizes=sizes, function=function, label=label))


ANSWERS = [
    (r"\frac{2}{n} \sum_i \err{i} \sigma(a_i)(1-\sigma(a_i))(1-a_i^2)x_i", "correct", "a macro with macros in it"),
    (r"\frac{2}{n} \sum_i \err i \sigma(a_i)(1-\sigma(a_i))(1-a_i^2)\bx_i", "correct", "arguments without braces"),
    (r"\frac2N \sum_{i=1}^N \err{i} \sigma'(a_i)(1-a_i^2)x_i", "correct", "another letter for the size"),
    ("2/batch * sum((sigmoid(a) - y) * sigmoid(a)*(1 - sigmoid(a)) * (1 - a**2) * x)", "correct", "in code, too"),
    (
        r"\frac2n \sum_i \err{i} \sigma^{(2)}(a_i)(1-\sigma^{(2)}(a_i)) g^{[1]\prime}(z_i) x_i",
        "correct",
        "functions marked with their layer",
    ),
    (r"\frac2n \sum_i \err{i} g_2'(a_i) {g^{[1]}}'(z_i) x_i", "correct", "their derivatives"),
    (r"\frac2n \sum_i \err{i} \sigma^{[2]}(a_i)(1-a_i^2)x_i", "incorrect", "no derivative of the layer's function"),
    (r"\frac2n \sum_i \err{i} \sigma^{(3)}(a_i)(1-a_i^2)x_i", "unreadable", "a layer that is not declared"),
    (r"\frac{1}{n} \sum_i \err{i} \sigma'(a_i)(1-a_i^2)\bx_i", "incorrect", "a factor 2 lost"),
    (r"\frac2k \sum_i \err{i} \sigma'(a_i)(1-a_i^2)\bx_i", "incorrect", "the other size"),
    (r"\def\sig{\cos} \frac2n \sum_i \err{i} \sigma'(a_i)(1-a_i^2)\bx_i", "incorrect", "the answer's own goes first"),
]


@pytest.mark.parametrize(("answer", "verdict", "why"), ANSWERS)
def test_an_answer_in_the_course_s_dress(answer: str, verdict: str, why: str) -> None:
    found = grader.grade_answer(grader.solve(rubric()), "1a", answer)
    assert found.verdict == verdict, (why, found.note, found.problems)


def test_a_prompt_whose_macros_never_end_is_a_problem() -> None:
    text = RUBRIC.format(macros=MACROS, sizes="[n, k, N]", function="tanh", label="1f")
    read = parse_rubric(text.replace("Find", r"\def\again{\again} \again"))
    assert isinstance(read, tuple)
    assert [problem.path.rpartition(", ")[2] for problem in read] == ["key 'prompt'"]


def test_macros_are_put_into_prompts() -> None:
    read = rubric()
    assert isinstance(read, Rubric)
    assert r"\frac{\partial L}{\partial w}" in read.questions[0].parts[0].prompt


@pytest.mark.parametrize("text", ["1 (e): 7", "1e) 7", "1a: 7", "## 1 (e)\n\n$7$", "# Question 1\n\n## (e)\n\n$7$"])
def test_a_label_finds_its_part(text: str, tmp_path: Path) -> None:
    (tmp_path / "ana.md").write_text(text)
    asked = rubric_shown(grader.solve(rubric())).parts
    assert [answer.part for answer in read_class(asked, tmp_path).submissions[0].answers] == ["1a"]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (rubric(macros="\n  \\newcommand{\\a}{\\a}\n"), "the macro '\\a' never ends: it stands within itself"),
        (rubric(macros="\n  \\vec{x}\n"), "expected lines of \\newcommand, found '\\vec{x}'"),
        (rubric(sizes="{n: N}"), "expected a list, found 'N'"),
        (rubric(sizes="{n: [x]}"), "the name 'x' is an alias of 'n' on line 11"),
        (rubric(function="arctangens"), "expected the name of a function, found 'arctangens'"),
        (rubric(label="1e"), "the label '1e' is taken on line 24"),
        (rubric(label="(1) a"), "this label is read as that of part 1a"),
        (rubric(label="-"), "'-' is no label"),
    ],
)
def test_slips_are_told(read: Rubric | tuple[Problem, ...], message: str) -> None:
    assert not isinstance(read, Rubric)
    assert message in [problem.message for problem in read]


BY_INDICES = r"""title: Two arrays under one letter
questions:
  - id: "1"
    model:
      sizes: [D, M, K]
      given:
        x: {shape: [D]}
        t: {shape: [K]}
        W1: {shape: [M, D], aliases: ['w_{ji}']}
        W2: {shape: [K, M], aliases: ['w_{kj}']}
      define:
        a_j: sum_i(W1_ji * x_i)
        z_j: tanh(a_j)
        y_k: sum_j(W2_kj * z_j)
        E: 1/2*sum_k((y_k - t_k)^2)
      notation:
        delta_k: dE/dy_k
        delta_j: dE/da_j
    parts:
      - {id: kj, target: dE/dW2_kj}
      - {id: ji, target: dE/dW1_ji}
      - {id: j, target: dE/da_j}
"""

ENTRIES = [
    ("kj", r"(\sum_j w_{kj} z_j - t_k) z_j", "correct", "an entry under a sum, not the whole"),
    ("kj", r"\frac{\partial E}{\partial w_{kj}} = \delta_k z_j", "correct", "derivatives by their letters"),
    ("ji", r"(1 - z_j^2) \sum_k w_{kj} (y_k - t_k) x_i", "correct", "the second layer"),
    ("ji", r"(1 - z_j^2) \sum_k w_{ji} (y_k - t_k) x_i", "incorrect", "the first layer in its place"),
    ("ji", r"\delta_j x_i", "correct", "one delta"),
    ("ji", r"\delta_k x_i", "incorrect", "the other"),
    ("j", r"(1-z_j^2)\sum_{k=1}^K w_{kj} \delta_k", "correct", "both in one formula"),
    ("j", r"(1-\tanh(\sum_i w_{ji} x_i)^2)\sum_k w_{kj} (y_k - t_k)", "correct", "both layers in one formula"),
    ("j", r"(1-z_j^2)\sum_l w_{lj} (y_l - t_l)", "correct", "another letter at one place"),
    ("j", r"(1-z_j^2)\sum_k w_{jk} (y_k - t_k)", "unreadable", "which of them can't be told"),
]


@pytest.mark.parametrize(("part", "answer", "verdict", "why"), ENTRIES)
def test_arrays_are_told_apart_by_their_indices(part: str, answer: str, verdict: str, why: str) -> None:
    found = grader.grade_answer(grader.solve(parse_rubric(BY_INDICES)), part, answer)
    assert found.verdict == verdict, (why, found.note, found.problems)
