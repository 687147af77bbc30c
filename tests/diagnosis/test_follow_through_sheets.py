"""Whole sheets for a network with numbers: values that saturate earn nothing, a slip carried on loses one line."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.results import PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

RUBRIC = Path(__file__).parents[2] / "rubrics" / "losses_and_backprop.yaml"
X, Y = {"1": 0.02, "2": 0.03, "3": -2.06}, 0.61
LAYER = {"1": (0.34, 0.74, -0.62), "2": (0.29, -0.27, -0.84)}
BIAS = {"1": 0.0, "2": 0.17}
ABOVE = {"1": 0.4, "2": 1.16}
FORWARD = ("Z11", "Z21", "y11", "y21", "Z12", "yhat", "L")
ERRORS = ("dyhat", "dZ12", "dB12", "dW11-2", "dW21-2", "dy11", "dy21", "dZ11", "dZ21", "dB11", "dB21")
PARTS = (*FORWARD, *ERRORS, *(f"dW{i}{j}-1" for j in "12" for i in "123"))
NOUGHT = ("0", "0.0000", "-0.0000", "0/7", "1-1", "0.00001", "1e-12")
JUNK = {
    "huge": ("500", "-500", "1e4", "-123456", "99.5", "1e300"),
    "tiny": ("0.0001", "-0.00005", "1e-9", "1e-300"),
    "flat": ("0.9999", "0.99999", "1.0001", "0.0001", "1", "0"),
    "far": ("12", "-15", "20", "-40"),
    "label": ("0.61", "0.61001"),
}
SLIPS = ("sign", "ten times", "a tenth", "a digit", "the other unit")


def line(name: str, values: Mapping[str, float], unit: str = "") -> float:
    """One line of the network from the lines before it, or, for `unit`, with the weight or activation of that one."""
    j = unit or next((char for char in name if char.isdigit()), "")
    match name:
        case "Z12":
            return sum(values[f"y{k}1"] * ABOVE[unit if unit and unit != k else k] for k in "12") - 0.41
        case "Z11" | "Z21":
            return sum(x * w for x, w in zip(X.values(), LAYER[j], strict=True)) + BIAS[name[1]]
        case "y11" | "y21" | "yhat":
            z = values["Z12" if name == "yhat" else f"Z{j}1"]
            return 1 / (1 + math.exp(-z)) if z > -700 else 0.0
        case "L":
            return 0.5 * (Y - values["yhat"]) * (Y - values["yhat"])
        case "dyhat":
            return values["yhat"] - Y
        case "dZ12":
            return values["dyhat"] * values["yhat"] * (1 - values["yhat"])
        case "dB12" | "dB11" | "dB21":
            return values[f"dZ{name[2:]}"]
        case "dW11-2" | "dW21-2":
            return values["dZ12"] * values[f"y{unit or name[2]}1"]
        case "dy11" | "dy21":
            return values["dZ12"] * ABOVE[j]
        case "dZ11" | "dZ21":
            active = values[f"y{j}1"]
            return values[f"dy{name[2]}1"] * active * (1 - active)
    return values[f"dZ{unit or name[3]}1"] * X[name[2]]


def truth() -> dict[str, float]:
    values: dict[str, float] = {}
    for name in PARTS:
        values[name] = line(name, values)
    return values


TRUTH = truth()


def cheat(rng: random.Random) -> dict[str, str]:
    """A few values out of the air, nought for every derivative after them, and no work."""
    pool = rng.choice((FORWARD[:6], FORWARD[:6], ("dyhat", "dZ12", "dy11", "dy21", "dZ11", "dZ21")))
    held = {name: rng.choice(JUNK[rng.choice(tuple(JUNK))]) for name in rng.sample(pool, rng.randint(1, 4))}
    first = min(PARTS.index(name) for name in held)
    values = {**TRUTH, **{name: float(text) for name, text in held.items()}}
    knowing = rng.random() < 0.5  # sees which unit is saturated, and puts 0 or 1 there
    sheet = {}
    for k, name in enumerate(PARTS):
        if name in held:
            sheet[name] = held[name]
        elif k < first or (name in FORWARD and not knowing):
            sheet[name] = f"{TRUTH[name]:.4f}"
        elif name in FORWARD and abs(values[name]) < 1e150:
            values[name] = line(name, values)
            flat = round(values[name], 4) in (0, 1)
            sheet[name] = f"{round(values[name]) if flat else TRUTH[name]:.4f}"
        else:
            sheet[name] = rng.choice(NOUGHT)
    return sheet


def slipped(at: str, slip: str, rng: random.Random) -> dict[str, str] | None:
    """One slip in a line, and every line after it worked out from it with 4 decimals; None where it changes nothing."""
    values: dict[str, float] = {}
    for name in PARTS:
        value = line(name, values)
        if name == at:
            value = _slip(name, value, slip, values, rng)
        values[name] = round(value, 4)
    sheet = {name: f"{value:.4f}" for name, value in values.items()}
    return None if float(sheet[at]) == round(TRUTH[at], 4) else sheet


def _slip(name: str, value: float, slip: str, values: Mapping[str, float], rng: random.Random) -> float:
    if slip == "a digit":
        text = f"{value:.4f}"
        place = rng.choice([k for k, char in enumerate(text) if char.isdigit() and (k > 1 or char != "0")])
        return float(text[:place] + rng.choice("123456789") + text[place + 1 :])
    if slip == "the other unit" and name[-1] != "t" and name not in ("L", "dZ12", "dB12", "dB11", "dB21"):
        own = name[3] if name.endswith("-1") else name[1 if name[0] in "Zy" else 2]
        return line(name, values, "2" if own == "1" else "1")
    return value * {"sign": -1, "ten times": 10, "a tenth": 0.1}.get(slip, 1)


@lru_cache
def key() -> AnswerKey:
    return grader.solve(grader.load_rubric(RUBRIC))


def graded(sheet: Mapping[str, str]) -> dict[str, PartResult]:
    answers = tuple(Answer(f"3-{name}", text) for name, text in sheet.items())
    report = grader.grade(key(), Submission("s", answers=answers))
    return {part.asked.part[2:]: part for part in report.parts if part.answer}


@pytest.mark.parametrize("seed", range(24))
def test_values_out_of_the_air_earn_nothing_further(seed: int) -> None:
    sheet = cheat(random.Random(seed))
    found = {name: result.message for name, result in graded(sheet).items() if result.note == "follow_through"}
    assert not found, sheet


@pytest.mark.parametrize("seed", range(24))
def test_a_slip_carried_on_faithfully_loses_one_line(seed: int) -> None:
    rng = random.Random(seed)
    at, sheet = "", None
    while sheet is None:
        at = rng.choice(PARTS)
        sheet = slipped(at, rng.choice(SLIPS), rng)
    for name, result in graded(sheet).items():
        # less than two units of the last decimal, or a unit that is 1 within the rounding, shows too little
        shows = abs(float(sheet[name])) > 0.00015 and sheet[name] != "1.0000"
        allowed = ("correct",) if shows else ("correct", "undecided")
        assert name == at or result.verdict in allowed, f"{at} = {sheet[at]}: {name} = {sheet[name]}, {result.message}"


def test_a_nought_beside_a_truth_that_is_nearly_one_keeps_its_credit() -> None:
    values: dict[str, float] = {}
    for name in PARTS:
        value = line(name, values) * (0.5 if name == "dZ12" else 1)
        values[name] = round(value, 4)
    sheet = {name: f"{value:.4f}" for name, value in values.items()}
    assert sheet["dW22-1"] == "0.0000"
    assert [name for name, result in graded(sheet).items() if result.verdict != "correct"] == ["dZ12"]
