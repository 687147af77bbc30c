"""Honest chains of rounded numbers, and random wrong ones, against what the comparator takes for right.

    python -m benchmarks.rounding [--chains 100000] [--wrong 2000] [--seed 1]

Each program is worked out by hand here, line by line, as students do: every line, and every product within one, is
rounded as asked, or kept with more digits, or in full; factors come in any order; a derivative is made from the line
before it or multiplied out from the start. Nothing of the package's own rounding is used. Printed for each program: how
many chains have a number that is marked wrong (wanted: none), how many one that is left to a person (at most 1 %), how
many numbers of either kind; how many random wrong numbers outside of the enclosure are right (none) or a person's; and
the widths of hull and enclosure, in units of the last place.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import grader
from grader.comparison.tolerances import accepted, in_doubt, number_note
from grader.rubric.load import parse_rubric
from grader.rubric.model import Tolerance
from grader.solver.key import AnswerKey
from grader.solver.rounding.units import Reach

RUBRICS = Path(__file__).parent.parent / "rubrics"
TANH = """\
title: Two tanh units
questions:
  - id: q
    defaults: {rounding: 3 decimals}
    model:
      given: {x1: {value: 0.5}, x2: {value: -1}, w11: {value: 0.3}, w12: {value: -0.5}, w21: {value: 0.8},
              w22: {value: 0.1}, v1: {value: 0.7}, v2: {value: -0.4}, y: {value: 0.3}}
      define:
        z1: w11*x1 + w12*x2
        z2: w21*x1 + w22*x2
        h1: tanh(z1)
        h2: tanh(z2)
        yhat: v1*h1 + v2*h2
        L: 1/2*(yhat - y)^2
    parts: [{id: z1, target: z1}, {id: z2, target: z2}, {id: h1, target: h1}, {id: h2, target: h2},
            {id: yhat, target: yhat}, {id: L, target: L}, {id: dyhat, target: dL/dyhat}, {id: dv1, target: dL/dv1},
            {id: dv2, target: dL/dv2}, {id: dh1, target: dL/dh1}, {id: dh2, target: dL/dh2}, {id: dz1, target: dL/dz1},
            {id: dz2, target: dL/dz2}, {id: dw11, target: dL/dw11}, {id: dw12, target: dL/dw12},
            {id: dw21, target: dL/dw21}, {id: dw22, target: dL/dw22}]
"""
ARRAYS = """\
title: A batch
questions:
  - id: q
    defaults: {rounding: 3 decimals}
    model:
      given: {X: {value: [[0.5, -1], [0.2, 0.9], [-0.7, 0.4]], shape: [3, 2]}, w: {value: [0.6, -0.3], shape: [2]},
              y: {value: [1, 0, 1], shape: [3]}}
      define: {z: X @ w, p: sigmoid(z), L: 1/3*sum_i((p_i - y_i)^2)}
    parts: [{id: z, target: z}, {id: p, target: p}, {id: L, target: L}, {id: dp, target: dL/dp},
            {id: dz, target: dL/dz}, {id: dw, target: dL/dw}]
"""
Typed = Mapping[str, tuple[float, int | None]]


@dataclass(frozen=True, slots=True)
class Student:
    """How one student works: to so many decimals, rounding this share of the steps; products are `regrouped` or not."""

    rng: random.Random
    decimals: int
    share: float
    anew: float

    def keep(self, value: float) -> float:
        """A number as it goes into the next step."""
        chance = self.rng.random()
        if chance < self.share:
            return half_up(value, self.decimals)
        return half_up(value, self.decimals + self.rng.randint(1, 3)) if chance < (1 + self.share) / 2 else value

    def times(self, *factors: float) -> float:
        """A product in any order, each partial product kept; the last is left as it is."""
        order = list(factors)
        self.rng.shuffle(order)
        total = order[0]
        for place, factor in enumerate(order[1:], start=2):
            total *= factor
            total = self.keep(total) if place < len(order) else total
        return total

    def added(self, *terms: float) -> float:
        """A sum of terms, each kept."""
        return sum(self.keep(term) for term in terms)

    def sigmoid(self, z: float) -> float:
        """By the calculator's function, or by its exponential."""
        return 1 / (1 + math.exp(-z)) if self.rng.random() < 0.5 else 1 / (1 + self.keep(math.exp(-z)))

    def goes_back(self) -> bool:
        """Whether a product is multiplied out from the start."""
        return self.rng.random() < self.anew

    def typed(self, value: float) -> tuple[float, int]:
        """The number on paper: as asked, or with more digits."""
        places = self.decimals if self.rng.random() < 0.9 else self.decimals + self.rng.randint(1, 2)
        return half_up(value, places), -places


def half_up(value: float, places: int) -> float:
    """Rounded half away from nought, as at school."""
    scale = 10.0**places
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)


def question_3(s: Student) -> dict[str, float]:
    """The 3-2-1 network of rubrics/losses_and_backprop.yaml."""
    x, first = (0.02, 0.03, -2.06), ((0.34, 0.74, -0.62), (0.29, -0.27, -0.84))
    bias, second, y = (0.0, 0.17), (0.4, 1.16), 0.61
    out: dict[str, float] = {}
    act = []
    for j in (0, 1):
        out[f"3-Z{j + 1}1"] = s.added(*(a * w for a, w in zip(x, first[j], strict=True)), bias[j])
        out[f"3-y{j + 1}1"] = s.sigmoid(s.keep(out[f"3-Z{j + 1}1"]))
        act.append(s.keep(out[f"3-y{j + 1}1"]))
    out["3-Z12"] = s.added(act[0] * second[0], act[1] * second[1], -0.41)
    out["3-yhat"] = s.sigmoid(s.keep(out["3-Z12"]))
    yhat = s.keep(out["3-yhat"])
    gap = s.keep(y - yhat)
    out["3-L"] = 0.5 * s.keep(gap * gap)
    out["3-dyhat"] = -gap
    top = [-gap, yhat, 1 - yhat]
    out["3-dZ12"] = s.times(*top) if s.goes_back() else s.times(s.keep(-gap), s.keep(yhat * (1 - yhat)))
    dz = s.keep(out["3-dZ12"])
    out["3-dB12"] = dz
    for j in (0, 1):
        n = j + 1
        upper = top if s.goes_back() else [dz]
        out[f"3-dW{n}1-2"] = s.times(*upper, act[j])
        out[f"3-dy{n}1"] = s.times(*upper, second[j])
        dy = s.keep(out[f"3-dy{n}1"])
        here = [*upper, second[j]] if s.goes_back() else [dy]
        out[f"3-dZ{n}1"] = (
            s.times(*here, act[j], 1 - act[j]) if s.goes_back() else s.times(*here, s.keep(act[j] * (1 - act[j])))
        )
        dzj = s.keep(out[f"3-dZ{n}1"])
        out[f"3-dB{n}1"] = dzj
        for i in (0, 1, 2):
            factors = [*here, act[j], 1 - act[j]] if s.goes_back() else [dzj]
            out[f"3-dW{i + 1}{n}-1"] = s.times(*factors, x[i])
    return out


def two_tanh(s: Student) -> dict[str, float]:
    """The program of TANH."""
    x, w, v, y = (0.5, -1.0), ((0.3, -0.5), (0.8, 0.1)), (0.7, -0.4), 0.3
    out: dict[str, float] = {}
    h = []
    for j in (0, 1):
        out[f"z{j + 1}"] = s.added(w[j][0] * x[0], w[j][1] * x[1])
        out[f"h{j + 1}"] = math.tanh(s.keep(out[f"z{j + 1}"]))
        h.append(s.keep(out[f"h{j + 1}"]))
    out["yhat"] = s.added(v[0] * h[0], v[1] * h[1])
    gap = s.keep(s.keep(out["yhat"]) - y)
    out["L"], out["dyhat"] = 0.5 * s.keep(gap * gap), gap
    for j in (0, 1):
        n = j + 1
        out[f"dv{n}"], out[f"dh{n}"] = gap * h[j], gap * v[j]
        here = [gap, v[j]] if s.goes_back() else [s.keep(out[f"dh{n}"])]
        slope = 1 - s.keep(h[j] * h[j])
        out[f"dz{n}"] = s.times(*here, slope)
        for i in (0, 1):
            out[f"dw{n}{i + 1}"] = s.times(*([*here, slope] if s.goes_back() else [s.keep(out[f"dz{n}"])]), x[i])
    return out


def batch(s: Student) -> dict[str, float]:
    """The program of ARRAYS; entries are counted from 0."""
    rows, w, y = ((0.5, -1.0), (0.2, 0.9), (-0.7, 0.4)), (0.6, -0.3), (1, 0, 1)
    out: dict[str, float] = {}
    slopes = []
    for i, row in enumerate(rows):
        out[f"z/{i}"] = s.added(row[0] * w[0], row[1] * w[1])
        out[f"p/{i}"] = s.sigmoid(s.keep(out[f"z/{i}"]))
        p = s.keep(out[f"p/{i}"])
        out[f"dp/{i}"] = s.keep(2 * (p - y[i])) / 3
        dp = s.keep(out[f"dp/{i}"])
        out[f"dz/{i}"] = s.times(dp, p, 1 - p) if s.goes_back() else s.times(dp, s.keep(p * (1 - p)))
        slopes.append(s.keep(out[f"dz/{i}"]))
    gaps = [s.keep(out[f"p/{i}"]) - y[i] for i in (0, 1, 2)]
    out["L/0"] = s.added(*(gap * gap for gap in gaps)) / 3
    for j in (0, 1):
        out[f"dw/{j}"] = s.added(*(slope * row[j] for slope, row in zip(slopes, rows, strict=True)))
    return out


@dataclass(frozen=True, slots=True)
class Asked:
    """One number: the truth, and how far rounding may lead."""

    truth: float
    tolerance: Tolerance
    reach: Reach


def numbers(key: AnswerKey, question: str) -> dict[str, Asked]:
    """The numbers of a question: ``part``, or ``part/entry`` where it asks for an array."""
    solved = next(one for one in key.questions if one.question.id == question)
    found = {}
    for part in solved.parts:
        truths = np.ravel(solved.runs[0].values[part.name][0])
        assert part.reach is not None, part.part.id
        for place, (truth, reach) in enumerate(zip(truths.tolist(), part.reach, strict=True)):
            name = part.part.id if question == "3" or len(key.questions[0].parts) > 6 else f"{part.part.id}/{place}"
            found[name] = Asked(truth, part.part.tolerance, reach)
    return found


def verdict(asked: Asked, value: float, place: int | None) -> str:
    """ "right", "person" or "wrong"."""
    if number_note(value, asked.truth, place, asked.tolerance, asked.reach.hull):
        return "right"
    return "person" if in_doubt(value, asked.truth, place, asked.tolerance, asked.reach) else "wrong"


def honest(asked: Mapping[str, Asked], work: Callable[[Student], dict[str, float]], chains: int, seed: int) -> None:
    """Print what becomes of honest chains."""
    rng = random.Random(seed)
    decimals = next(iter(asked.values())).tolerance.rounding or 0
    spoiled = {"wrong": 0, "person": 0}
    single: dict[str, dict[str, int]] = {"wrong": {}, "person": {}}
    for _ in range(chains):
        share = rng.choice((1.0, 1.0, 1.0, rng.random(), 0.0))
        student = Student(rng, decimals, share, rng.choice((0.0, 0.0, 0.5, 1.0)))
        seen = set()
        for name, value in work(student).items():
            kind = verdict(asked[name], *student.typed(value))
            if kind != "right":
                seen.add(kind)
                single[kind][name] = single[kind].get(name, 0) + 1
        for kind in seen:
            spoiled[kind] += 1
    for kind in ("wrong", "person"):
        most = sorted(single[kind].items(), key=lambda item: -item[1])[:6]
        print(f"  {kind}: {spoiled[kind]} of {chains} chains ({spoiled[kind] / chains:.3%}); {dict(most)}")


def wrong_numbers(asked: Mapping[str, Asked], count: int, seed: int) -> None:
    """Print how many random numbers outside of the enclosure are right, or left to a person."""
    rng = random.Random(seed)
    found = {"right": 0, "person": 0, "wrong": 0}
    names = list(asked)
    while sum(found.values()) < count:
        one = asked[rng.choice(names)]
        size = abs(one.truth) or 1.0
        value = round(rng.choice((-1, 1)) * size * 10 ** rng.uniform(-2, 2), 4)
        low, high = accepted(value, one.truth, -4, one.tolerance, one.reach.sure)
        if not low <= value <= high:
            found[verdict(one, value, -4)] += 1
    print(f"  random wrong numbers outside of the enclosure: {found}")


def widths(asked: Mapping[str, Asked]) -> None:
    """Print how wide hull and enclosure are, in units of the last place."""
    unit = 10.0 ** -(next(iter(asked.values())).tolerance.rounding or 0)
    hull = [(one.reach.hull[1] - one.reach.hull[0]) / unit for one in asked.values()]
    sure = [(one.reach.sure[1] - one.reach.sure[0]) / unit for one in asked.values()]
    print(f"  widths in units: hull {np.median(hull):.2f} (at most {max(hull):.2f}),", end=" ")
    print(f"enclosure {np.median(sure):.2f} (at most {max(sure):.2f})")


def main() -> None:
    """Run the three programs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=100_000)
    parser.add_argument("--wrong", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    programs = (
        ("question 3", grader.load_rubric(RUBRICS / "losses_and_backprop.yaml"), "3", question_3),
        ("two tanh units", parse_rubric(TANH), "q", two_tanh),
        ("a batch", parse_rubric(ARRAYS), "q", batch),
    )
    for title, rubric, question, work in programs:
        assert not isinstance(rubric, tuple), rubric
        asked = numbers(grader.solve(rubric), question)
        print(title)
        widths(asked)
        honest(asked, work, args.chains, args.seed)
        wrong_numbers(asked, args.wrong, args.seed)


if __name__ == "__main__":
    main()
