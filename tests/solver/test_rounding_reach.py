"""How far rounding leads: students stay within the enclosure, the exact number is within both, each time the same."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

import grader
from benchmarks.rounding import BATCH, CARE, SOFTMAX, Hand, batch, softmax
from grader.comparison.tolerances import in_doubt, number_note
from grader.rubric.load import parse_rubric
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.rounding.affine import enclosures
from grader.solver.rounding.honest_chains import hulls
from grader.solver.rounding.reach import lines_of, program_of, reach
from grader.solver.rounding.scalar_lines import ArrayEntry, given_entries
from grader.solver.rounding.units import Reach
from tests.cases import each

MODEL = """\
title: Rounded
questions:
  - id: q
    model:
      given: {{{given}}}
      define: {{{define}}}
    defaults: {{rounding: {rounding}}}
    parts: [{{id: a, target: {target}}}]
"""
X = "x: {value: 0.7}, w: {value: -0.312}"
ROWS = "x: {value: [0.5, -1, 0.25]}, w: {value: [0.123, 0.456, -0.789]}"
PROGRAMS = [
    (X, "z: w*x, L: sigmoid(z)", "L", "a sigmoid"),
    (X, "z: w*x, L: tanh(z)*(1 - tanh(z)^2)", "L", "tanh and its slope"),
    (X, "z: w*x, h: sigmoid(z), L: h*(1 - h)", "L", "one quantity twice"),
    (X, "z: w + x, L: x/(1 + z^2)", "L", "a divisor"),
    (X, "z: w*x, L: log(1 + exp(z))", "dL/dw", "a derivative"),
    (X, "z: w*x, L: 'max(0, z + 0.3)^2'", "L", "a kink that rounding does not reach"),
    (X, "z: w*x, L: abs(z + 0.2184)", "L", "a kink that it reaches"),
    (X, "z: w*x, L: sin(9*z)", "L", "a function that turns"),
    (X, "z: w*x, L: (x + 1)^1.5 * z", "L", "a power that is no whole number"),
    (ROWS, "z_i: w_i*x_i, L: sum_i(exp(z_i))", "L", "a sum"),
    (ROWS, "z_i: w_i*x_i, p: softmax(z), L: -log(p_2)", "dL/dw", "a softmax, entry by entry"),
    (ROWS, "z_i: '3*w_i if i = 2 else x_i', L: prod_i(z_i)", "L", "cases by the index, and a product"),
    (ROWS, "z: w*x, m: mean(z), L: norm(z)", "L", "whole arrays"),
]


def solved(given: str, define: str, target: str, rounding: str) -> SolvedQuestion:
    return grader.solve(
        parse_rubric(MODEL.format(given=given, define=define, target=target, rounding=rounding))
    ).questions[0]


@pytest.mark.parametrize("rounding", ["2 decimals", "4 decimals", "3 significant"])
@pytest.mark.parametrize(("given", "define", "target", "why"), PROGRAMS, ids=[row[3] for row in PROGRAMS])
def test_students_stay_within_the_enclosure(given: str, define: str, target: str, why: str, rounding: str) -> None:
    question = solved(given, define, target, rounding)
    run, tolerance = question.runs[0], question.parts[0].part.tolerance
    lines = lines_of(run, program_of(question.graph, question.adjoints))
    assert lines is not None, why
    sure, hull = (find(lines, given_entries(run), tolerance, {}) for find in (enclosures, hulls))
    for line in lines:
        slack = 1e-9 * (1 + abs(line.exact))
        assert sure[line.entry][0] - slack <= line.exact <= sure[line.entry][1] + slack, (why, line.entry)
        assert hull[line.entry][0] - slack <= line.exact <= hull[line.entry][1] + slack, (why, line.entry)
        assert sure[line.entry][0] - slack <= hull[line.entry][0], (why, line.entry)
        assert hull[line.entry][1] <= sure[line.entry][1] + slack, (why, line.entry)


def test_the_exact_numbers_are_those_of_the_run() -> None:
    for given, define, target, why in PROGRAMS:
        question = solved(given, define, target, "4 decimals")
        lines = lines_of(question.runs[0], program_of(question.graph, question.adjoints)) or ()
        for line in lines:
            values = question.runs[0].values.get(line.entry.name)
            if values is not None:
                assert math.isclose(values[0][line.entry.place], line.exact, rel_tol=1e-12, abs_tol=1e-15), why


def test_the_same_each_time() -> None:
    one, other = (solved(X, "z: w*x, L: sigmoid(z)", "L", "3 decimals").parts[0].reach for _ in (1, 2))
    assert one == other


def test_what_y_and_1_minus_y_share_is_told_apart() -> None:
    """Plain intervals give y (1 - y) at 0.5 a width of 1.5 units; what is left is the rounding of 1 - y."""
    question = solved("x: {value: 0.001}", "h: sigmoid(x), L: h*(1 - h)", "L", "3 decimals")
    reached = question.parts[0].reach
    assert reached is not None and reached[0].sure[1] - reached[0].sure[0] < 6e-4


def test_held_numbers_are_gone_on_from() -> None:
    question = solved(X, "z: w*x, L: 3*z", "L", "4 decimals")
    lines = lines_of(question.runs[0], question.graph.nodes)
    assert lines is not None
    held = {ArrayEntry("z"): (0.4, 0.5)}
    found = reach(lines, question.runs[0], Tolerance(rounding=4), ("L",), held)[ArrayEntry("L")]
    assert (
        found.sure == pytest.approx((1.2, 1.5))
        and 1.2 - 1e-9 < found.hull[0] < 1.25 < 1.45 < found.hull[1] < 1.5 + 1e-9
    )


@pytest.mark.parametrize(
    ("given", "define", "why"),
    [
        ("x: {value: 0.7}, w: {value: 0.7001}", "L: 1/(x - w)", "a divisor that rounds to 0"),
        (f"X: {{value: {[[0.5] * 60] * 60}}}", "L: sum(X @ X)", "too many numbers"),
    ],
)
def test_where_there_is_no_end_nothing_is_said(given: str, define: str, why: str) -> None:
    found: tuple[Reach, ...] | None = solved(given, define, "L", "3 decimals").parts[0].reach
    assert found is None, why


NETS = {
    "batch": (BATCH, batch, {"X": (3, 2), "W": (2, 2), "v": (2,), "y": (3,)}),
    "softmax": (SOFTMAX, softmax, {"W": (3, 2), "x": (2,), "b": (3,)}),
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("net", NETS)
def test_no_honest_chain_is_wrong_and_few_are_in_doubt(net: str, seed: int) -> None:
    """Nets of random numbers, worked out by hand: never outside of the enclosure, seldom outside of the hull."""
    text, work_out, shapes = NETS[net]
    rng, random_numbers = random.Random(seed), np.random.default_rng(seed)
    numbers = {name: random_numbers.uniform(-1.5, 1.5, shape).round(2).tolist() for name, shape in shapes.items()}
    question = grader.solve(parse_rubric(text % numbers)).questions[0]
    parts = {part.part.id: part for part in question.parts}
    tolerance = Tolerance(rounding=4)
    doubtful = 0
    for _ in range(300):
        open_ones = 0
        for name, values in work_out(Hand(rng, 4, rng.choice(CARE)), numbers).items():
            truth = np.ravel(question.runs[0].values[parts[name].name][0]).tolist()
            for value, true, reached in zip(values, truth, parts[name].reach or (), strict=True):
                typed = float(f"{value:.4f}")
                assert in_doubt(typed, true, -4, tolerance, reached), (name, value, true, reached)
                open_ones += not number_note(typed, true, -4, tolerance, reached.hull)
        doubtful += open_ones > 0
    assert doubtful <= 0.02 * 300


@each(Path(__file__).parent / "rounding.txt")
def test_a_number(rounding: str, given: str, define: str, target: str, verdict: str, answers: str, why: str) -> None:
    key = grader.solve(parse_rubric(MODEL.format(given=given, define=define, target=f"'{target}'", rounding=rounding)))
    results = {answer: grader.grade_answer(key, "a", answer) for answer in answers.split(" | ")}
    others = {answer: (result.verdict, result.note) for answer, result in results.items() if result.verdict != verdict}
    assert not others, (why, key.questions[0].parts[0].reach)
