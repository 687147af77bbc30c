"""Honest chains and wrong numbers against ``rounding: N decimals``: who is marked wrong, who is left to a person.

``python -m benchmarks.rounding [CHAINS [WRONG]]`` (100,000 and 2,000 unless given) prints for each of four programs
how many honest chains have a number marked wrong or left to a person, what becomes of wrong numbers, and how wide hull
and enclosure are. The programs are question 3 of ``rubrics/losses_and_backprop.yaml``, a net of two tanh units, a batch
of vectors, and a softmax.

A chain is what one student works out by hand in plain Python, without any of the code that makes the hull: factors in
an order of their own, derivatives line by line or from the start, each line rounded, given with a digit more, or not
rounded at all. Its numbers are typed to the decimals asked for, small ones with more, and go through `number_note` and
`in_doubt`; some chains go through all of `grader.grade`.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import grader
from grader.comparison.aligned_values import truth_value
from grader.comparison.tolerances import in_doubt, number_note, possible
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import Answer, Submission

LOSSES = Path(__file__).parents[1] / "rubrics/losses_and_backprop.yaml"
TWO_TANH = """\
title: Two tanh units
questions:
  - id: tanh
    model:
      given: {x1: {value: 0.5}, x2: {value: -1}, w11: {value: 0.3}, w12: {value: -0.6}, w21: {value: 0.8},
        w22: {value: 0.25}, b1: {value: 0.1}, b2: {value: -0.2}, v1: {value: 0.7}, v2: {value: -0.9},
        c: {value: 0.05}, y: {value: 0.4}}
      define: {z1: w11*x1 + w12*x2 + b1, z2: w21*x1 + w22*x2 + b2, h1: tanh(z1), h2: tanh(z2),
        yhat: v1*h1 + v2*h2 + c, L: 1/2 (yhat - y)^2}
    defaults: {rounding: 3 decimals}
    parts:
      - {id: h1, target: h1}
      - {id: h2, target: h2}
      - {id: yhat, target: yhat}
      - {id: L, target: L}
      - {id: dyhat, target: dL/dyhat}
      - {id: dv1, target: dL/dv1}
      - {id: dv2, target: dL/dv2}
      - {id: dh1, target: dL/dh1}
      - {id: dh2, target: dL/dh2}
      - {id: dz1, target: dL/dz1}
      - {id: dz2, target: dL/dz2}
      - {id: dw11, target: dL/dw11}
      - {id: dw12, target: dL/dw12}
      - {id: dw21, target: dL/dw21}
      - {id: dw22, target: dL/dw22}
"""
BATCH = """\
title: A batch of vectors
questions:
  - id: batch
    model:
      given: {X: {value: %(X)s}, W: {value: %(W)s}, v: {value: %(v)s}, y: {value: %(y)s}}
      define: {H: tanh(X @ W), s: H @ v, L: 1/3 * sum_i((s_i - y_i)^2)}
    defaults: {rounding: 4 decimals}
    parts:
      - {id: H, target: H}
      - {id: s, target: s}
      - {id: L, target: L}
      - {id: ds, target: dL/ds}
      - {id: dv, target: dL/dv}
      - {id: dW, target: dL/dW}
"""
BATCH_NUMBERS: Mapping[str, Any] = {
    "X": [[0.37, 0.71], [-1.23, 0.44], [0.52, -0.29]],
    "W": [[0.11, -0.37], [0.42, 0.93]],
    "v": [0.73, -0.61],
    "y": [0.64, 0.17, 0.35],
}
SOFTMAX = """\
title: Three classes
questions:
  - id: softmax
    model:
      given: {W: {value: %(W)s}, x: {value: %(x)s}, b: {value: %(b)s}, y: {value: [0, 1, 0]}}
      define: {z: W @ x + b, p: softmax(z), L: -sum_i(y_i*log(p_i))}
    defaults: {rounding: 4 decimals}
    parts:
      - {id: z, target: z}
      - {id: p, target: p}
      - {id: L, target: L}
      - {id: dz, target: dL/dz}
      - {id: dW, target: dL/dW}
      - {id: dx, target: dL/dx}
"""
SOFTMAX_NUMBERS: Mapping[str, Any] = {
    "W": [[0.21, -0.73], [0.54, 0.63], [-1.14, -0.38]],
    "x": [0.77, 1.91],
    "b": [0.12, -0.45, 0.3],
}
CARE = (1.0, 1.0, 0.8, 0.5, 0.2)


@dataclass(frozen=True, slots=True)
class Hand:
    """One student: how many decimals are asked for, and which share of the lines is rounded."""

    rng: random.Random
    decimals: int
    care: float

    def line(self, value: float) -> float:
        """A number as it is written down."""
        if self.rng.random() < self.care:
            return round(value, self.decimals)
        return round(value, self.decimals + 1) if self.rng.random() < 0.3 else value

    def chain(self, *factors: float) -> float:
        """A product in any order, its last result as the calculator shows it."""
        order = self.rng.sample(factors, len(factors))
        if len(order) > 3 and self.rng.random() < 0.3:  # two halves
            return self.line(order[0] * order[1]) * self.chain(*order[2:])
        total = order[0]
        for k, factor in enumerate(order[1:], start=2):
            total *= factor
            total = self.line(total) if k < len(order) else total
        return total

    def total(self, *terms: float) -> float:
        """A sum, each term and each partial sum written down."""
        found = self.line(terms[0])
        for k, term in enumerate(terms[1:], start=2):
            found += self.line(term)
            found = self.line(found) if k < len(terms) else found
        return found

    def sometimes(self) -> bool:
        """A choice between two ways that are as good."""
        return self.rng.random() < 0.5


Numbers = dict[str, list[float]]


def question_3(hand: Hand) -> Numbers:
    """The 24 numbers of question 3."""
    x, y = (0.02, 0.03, -2.06), 0.61
    first = {"1": (0.34, 0.74, -0.62), "2": (0.29, -0.27, -0.84)}
    bias, second = {"1": 0.0, "2": 0.17}, {"1": 0.4, "2": 1.16}
    out: dict[str, float] = {}
    h: dict[str, float] = {}
    for k in "12":
        out[f"Z{k}1"] = hand.total(*(a * b for a, b in zip(x, first[k], strict=True)), bias[k])
        out[f"y{k}1"] = _sigmoid(hand, hand.line(out[f"Z{k}1"]))
        h[k] = hand.line(out[f"y{k}1"])
    out["Z12"] = hand.total(h["1"] * second["1"], h["2"] * second["2"], -0.41)
    out["yhat"] = _sigmoid(hand, hand.line(out["Z12"]))
    yhat = hand.line(out["yhat"])
    gap = hand.line(y - yhat)
    out["L"] = hand.chain(0.5, gap, gap)
    out["dyhat"] = yhat - y if hand.sometimes() else -gap
    above = [hand.line(out["dyhat"]), yhat, hand.line(1 - yhat)]
    out["dZ12"] = hand.chain(*above)
    out["dB1_2"] = hand.line(out["dZ12"])
    above = [hand.line(out["dZ12"])] if hand.sometimes() else above
    for k in "12":
        out[f"dW{k}1_2"] = hand.chain(*above, h[k])
        out[f"dy{k}1"] = hand.chain(*above, second[k])
        before = [hand.line(out[f"dy{k}1"])] if hand.sometimes() else [*above, second[k]]
        before += [h[k], hand.line(1 - h[k])]
        out[f"dZ{k}1"] = hand.chain(*before)
        out[f"dB{k}_1"] = hand.line(out[f"dZ{k}1"])
        before = [hand.line(out[f"dZ{k}1"])] if hand.sometimes() else before
        for j in range(3):
            out[f"dW{j + 1}{k}_1"] = hand.chain(*before, x[j])
    return {name: [value] for name, value in out.items()}


def two_tanh(hand: Hand) -> Numbers:
    """Two tanh units of two inputs, and their sum."""
    x, y, c = (0.5, -1.0), 0.4, 0.05
    w, b, v = ((0.3, -0.6), (0.8, 0.25)), (0.1, -0.2), (0.7, -0.9)
    h, out = [], {}
    for k in range(2):
        out[f"h{k + 1}"] = math.tanh(hand.line(hand.total(w[k][0] * x[0], w[k][1] * x[1], b[k])))
        h.append(hand.line(out[f"h{k + 1}"]))
    out["yhat"] = hand.total(v[0] * h[0], v[1] * h[1], c)
    out["dyhat"] = hand.line(out["yhat"]) - y
    gap = hand.line(out["dyhat"])
    out["L"] = hand.chain(0.5, gap, gap)
    for k in range(2):
        out[f"dv{k + 1}"] = gap * h[k]
        out[f"dh{k + 1}"] = gap * v[k]
        slope = hand.line(1 - hand.line(h[k] * h[k]))
        above = [hand.line(out[f"dh{k + 1}"]), slope] if hand.sometimes() else [gap, v[k], slope]
        out[f"dz{k + 1}"] = hand.chain(*above)
        above = [hand.line(out[f"dz{k + 1}"])] if hand.sometimes() else above
        for j in range(2):
            out[f"dw{k + 1}{j + 1}"] = hand.chain(*above, x[j])
    return {name: [value] for name, value in out.items()}


def batch(hand: Hand, numbers: Mapping[str, Any] = BATCH_NUMBERS) -> Numbers:
    """Three vectors through two tanh units, the mean of squared errors."""
    given, w, v, y = numbers["X"], numbers["W"], numbers["v"], numbers["y"]
    typed, h = [], []
    for row in given:
        z = [hand.line(hand.total(row[0] * w[0][j], row[1] * w[1][j])) for j in range(2)]
        typed += [math.tanh(value) for value in z]
        h.append([hand.line(value) for value in typed[-2:]])
    out: Numbers = {"H": typed, "s": [hand.total(row[0] * v[0], row[1] * v[1]) for row in h]}
    gaps = [hand.line(hand.line(s) - t) for s, t in zip(out["s"], y, strict=True)]
    out["L"] = [hand.total(*(gap * gap for gap in gaps)) / 3]
    out["ds"] = [hand.line(2 * gap) / 3 if hand.sometimes() else hand.line(2 / 3) * gap for gap in gaps]
    ds = [hand.line(value) for value in out["ds"]]
    out["dv"] = [hand.total(*(ds[i] * h[i][j] for i in range(3))) for j in range(2)]
    slopes = [[hand.line(1 - hand.line(value * value)) for value in row] for row in h]
    line_by_line = hand.sometimes()
    dz = [[hand.line(hand.chain(ds[i], v[j], slopes[i][j])) for j in range(2)] for i in range(3)]
    out["dW"] = []
    for k in range(2):
        for j in range(2):
            paths = [
                dz[i][j] * given[i][k] if line_by_line else hand.chain(ds[i], v[j], slopes[i][j], given[i][k])
                for i in range(3)
            ]
            out["dW"].append(hand.total(*paths))
    return out


def softmax(hand: Hand, numbers: Mapping[str, Any] = SOFTMAX_NUMBERS) -> Numbers:
    """Three classes, their cross entropy with the second one."""
    w, x, b = numbers["W"], numbers["x"], numbers["b"]
    out: Numbers = {"z": [hand.total(w[i][0] * x[0], w[i][1] * x[1], b[i]) for i in range(3)]}
    z = [hand.line(value) for value in out["z"]]
    top = max(z) if hand.sometimes() else 0.0
    exponentials = [hand.line(math.exp(value - top)) for value in z]
    out["p"] = [value / hand.line(sum(exponentials)) for value in exponentials]
    p = [hand.line(value) for value in out["p"]]
    out["L"] = [-math.log(p[1])]
    out["dz"] = [p[0], p[1] - 1, p[2]]
    dz = [hand.line(value) for value in out["dz"]]
    out["dW"] = [dz[i] * x[j] for i in range(3) for j in range(2)]
    out["dx"] = [hand.total(*(dz[i] * w[i][j] for i in range(3))) for j in range(2)]
    return out


def _sigmoid(hand: Hand, z: float) -> float:
    return 1 / (1 + (hand.line(math.exp(-z)) if hand.rng.random() < 0.3 else math.exp(-z)))


@dataclass(frozen=True, slots=True)
class Subject:
    """A program to measure: its question, and who works it out; `part_ids` leads from a chain's names to the parts."""

    name: str
    key: AnswerKey
    question: SolvedQuestion
    chain: Callable[[Hand], Numbers]
    decimals: int
    part_ids: Mapping[str, str]

    def part(self, name: str) -> SolvedPart:
        """The part that a number of a chain answers."""
        return next(part for part in self.question.parts if part.part.id == self.part_ids.get(name, name))

    def truth(self, part: SolvedPart) -> list[float]:
        """The true numbers of a part."""
        truth = truth_value(self.question.runs[0], part.part.target)
        return [float(value) for value in np.ravel(truth.data[0])]


def subjects() -> Iterator[Subject]:
    """The programs."""
    key = grader.solve(grader.load_rubric(LOSSES))
    question = next(item for item in key.questions if item.question.id == "3")
    ids = {part.name.replace("∂L/∂", "d"): part.part.id for part in question.parts}
    yield Subject("question 3", key, question, question_3, 4, ids)
    for name, text, chain, decimals in (
        ("two tanh units", TWO_TANH, two_tanh, 3),
        ("a batch", BATCH % BATCH_NUMBERS, batch, 4),
        ("a softmax", SOFTMAX % SOFTMAX_NUMBERS, softmax, 4),
    ):
        rubric = parse_rubric(text)
        assert isinstance(rubric, Rubric), rubric
        key = grader.solve(rubric)
        yield Subject(name, key, key.questions[0], chain, decimals, {})


def typed(value: float, decimals: int, rng: random.Random) -> tuple[str, int]:
    """A number as it is handed in, and the place of its last digit."""
    if abs(value) < 10.0 ** (1 - decimals) and value and rng.random() < 0.3:
        text = f"{value:.1e}"
        return text, int(text.partition("e")[2]) - 1
    more = rng.choice((0, 0, 0, 0, 0, 1, 2))
    return f"{value:.{decimals + more}f}", -(decimals + more)


def honest(subject: Subject, chains: int) -> None:
    """Print what becomes of honest chains: numbers and chains, by the outcome."""
    numbers, per_chain = Counter[str](), Counter[str]()
    where = Counter[str]()
    rng = random.Random("honest chains")
    parts = {name: subject.part(name) for name in subject.chain(Hand(rng, subject.decimals, 1.0))}
    truths = {name: subject.truth(part) for name, part in parts.items()}
    for _ in range(chains):
        found = set()
        for name, values in subject.chain(Hand(rng, subject.decimals, rng.choice(CARE))).items():
            part = parts[name]
            for k, (value, truth) in enumerate(zip(values, truths[name], strict=True)):
                text, place = typed(value, subject.decimals, rng)
                reach, tolerance = part.reach and part.reach[k], part.part.tolerance
                assert reach, name
                outcome = "right"
                if not number_note(float(text), truth, place, tolerance, reach.hull):
                    doubt = in_doubt(float(text), truth, place, tolerance, reach)
                    outcome = "to a person" if doubt else "wrong"
                    where[f"{outcome}: {name}"] += 1
                numbers[outcome] += 1
                found.add(outcome)
        per_chain[next(one for one in ("wrong", "to a person", "right") if one in found)] += 1
    print(f"  numbers of {chains:,} honest chains: {_listed(numbers)}")
    print(f"  chains by their worst number: {_listed(per_chain)}")
    print(f"  most often: {_listed(Counter(dict(where.most_common(5))))}")


def through_grading(subject: Subject, chains: int) -> None:
    """Print what all of the grading makes of some chains."""
    rng = random.Random("through grading")
    found = Counter[str]()
    for _ in range(chains):
        answers = []
        for name, values in subject.chain(Hand(rng, subject.decimals, rng.choice(CARE))).items():
            part = subject.part(name)
            shape = subject.question.runs[0].values[part.name][0].shape
            texts = [typed(value, subject.decimals, rng)[0] for value in values]
            answers.append(Answer(part.part.id, _written(texts, shape)))
        report = grader.grade(subject.key, Submission("s", answers=tuple(answers)))
        found += Counter(f"{part.verdict} ({part.note.kind})" for part in report.parts if part.answer)
    print(f"  {chains} chains through all of the grading: {_listed(found)}")


def _written(texts: Sequence[str], shape: tuple[int, ...]) -> str:
    """Numbers as an array of the shape."""
    if not shape:
        return texts[0]
    width = len(texts) // shape[0]
    return "[" + ", ".join(_written(texts[k : k + width], shape[1:]) for k in range(0, len(texts), width)) + "]"


def wrong_numbers(subject: Subject, count: int) -> None:
    """Print what all of the grading makes of numbers that no honest chain reaches, in arrays of one among right ones.

    Their signs are random, their sizes between a hundredth and a hundred times that of the truth.
    """
    rng = random.Random("wrong numbers")
    found, inside = Counter[str](), 0
    while found.total() < count:
        part = rng.choice(subject.question.parts)
        truths, reached = subject.truth(part), part.reach or ()
        entry = rng.randrange(len(truths))
        value = rng.choice((-1, 1)) * truths[entry] * 100 ** rng.uniform(-1, 1)
        texts = [f"{value if k == entry else truth:.{subject.decimals}f}" for k, truth in enumerate(truths)]
        typed_value = float(texts[entry])
        low, high = possible(typed_value, truths[entry], -subject.decimals, part.part.tolerance, reached[entry])
        if low <= typed_value <= high:
            inside += 1
            continue
        answer = _written(texts, subject.question.runs[0].values[part.name][0].shape)
        found[str(grader.grade_answer(subject.key, part.part.id, answer).verdict)] += 1
    print(f"  {count:,} wrong numbers: {_listed(found)} ({inside} more were inside the enclosure)")


def widths(subject: Subject) -> None:
    """Print how wide hull and enclosure are, in units of the last decimal."""
    unit = 10.0**-subject.decimals
    reached = [reach for part in subject.question.parts for reach in part.reach or ()]
    for name, ends in (("hull", [r.hull for r in reached]), ("enclosure", [r.sure for r in reached])):
        spans = sorted((high - low) / unit for low, high in ends)
        middle, most = spans[len(spans) // 2], spans[-1]
        print(f"  width of the {name}: median {middle:.2f} units, at most {most:.2f}, sum {sum(spans):.1f}")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common()) or "none"


def main(chains: int = 100_000, wrong: int = 2_000) -> None:
    """Print all figures of every program."""
    for subject in subjects():
        print(subject.name)
        widths(subject)
        honest(subject, chains)
        through_grading(subject, min(200, chains))
        wrong_numbers(subject, wrong)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
