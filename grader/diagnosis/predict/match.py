"""A wrong answer's values beside what every mistake predicts -> the mistakes that would have given just these.

``-0.1029`` at one point and the same at 39 others is what `sign` predicts; nothing else does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.arrays import PLAIN, Pair
from grader.comparison.interpretations import with_implied_sums
from grader.comparison.tolerances import EXACT, number_note, typed_place, unit_of
from grader.diagnosis.predict.pairs import combined
from grader.diagnosis.predict.predictions import Predictions, predictions
from grader.diagnosis.rules.mistake import Mistake
from grader.expression.evaluation.product_readings import TooManyReadings, readings
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Expression
from grader.rubric.malrule import Frequency, Kind
from grader.rubric.malrules import MALRULES
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import kink_points, margins
from grader.solver.runs import Run, environment, quantities

Predict = Callable[[SolvedQuestion, SolvedPart, int], Predictions]
PROBES = 4
COARSE = 1e-6
FLOOR = 1e-9  # of the largest entry at a point: what is left of a sum that cancels is held against that
NOISE = 1e-12  # of the size at most points: where all entries of a point cancel, what is left says nothing
# A number typed with few digits is near some prediction by chance: the coarser it is, the fewer are considered.
# By how often it is made, the widest slack at which a single mistake is named.
WIDEST, PAIRED = 0.03, 0.001
SLACK = MappingProxyType({Frequency.COMMON: WIDEST, Frequency.USUAL: 0.01, Frequency.RARE: 0.003})


def matching(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Mistake]:
    """The mistakes that predict this answer, the commonest first; single ones before pairs of two."""
    if question.numeric:
        for predict in (predictions, combined):
            yield from _numbers(question, part, answer, predict)
        return
    try:
        sampled = tuple(_sampled(question, part, answer))
        yield from _formulas(question, part, sampled, predictions) or _formulas(question, part, sampled, combined)
    except (ShapeError, TooManyReadings):
        return


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """The answer beside the truth at the points of a run; those marked in `skip` lie on a kink."""

    pair: Pair
    skip: Array


def _sampled(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Sampled]:
    """Run by run, the answer in the reading that has the shape asked for."""
    target, own = part.part.target, margins(answer)
    way: Expression | None = None
    for run in question.runs:
        pair = None
        for reading in _readings(question, run, part, answer) if way is None else (way,):
            try:
                pair = pairs_in(question, run, target, reading)[0]
            except ShapeError:
                continue
            way = reading
            break
        if pair is None:
            raise ShapeError("no reading of this answer has the shape asked for")
        yield Sampled(pair, kink_points(run, (*question.conditions, *own)))


def _readings(question: SolvedQuestion, run: Run, part: SolvedPart, answer: Expression) -> Iterator[Expression]:
    if not any(question.graph.axes.values()):
        yield answer
        return
    quantities(run, (answer,), question.adjoints)
    yield from readings(answer, environment(run))
    yield with_implied_sums(answer, part.part.target)


def _formulas(
    question: SolvedQuestion, part: SolvedPart, sampled: tuple[Sampled, ...], predict: Predict
) -> list[Mistake]:
    left: list[Mistake] | None = None
    for number, one in enumerate(sampled):
        found = _matched(predict(question, part, number), one.pair, one.skip)
        left = found if left is None else [item for item in left if item.rule in {other.rule for other in found}]
        if not left:
            return []
    return left or []


def _matched(known: Predictions, pair: Pair, skip: Array) -> list[Mistake]:
    """The mistakes whose prediction agrees at all points where both have a value."""
    points = pair.answer.shape[0]
    answer = np.asarray(pair.answer, dtype=float).reshape(points, -1)
    usable = np.isfinite(answer).all(axis=1) & np.isfinite(known.truth).all(axis=1) & ~skip
    probes = np.flatnonzero(usable)
    if len(probes) < points / 4 or not len(known.mistakes):
        return []
    probes = probes[:: max(1, len(probes) // PROBES)][:PROBES]
    wanted = answer[probes]
    noise = _noise(answer[usable])
    with np.errstate(all="ignore"):
        gap = np.abs(known.values[:, probes] - wanted)
        size = np.maximum(np.abs(known.values[:, probes]), np.abs(wanted))
        slack = COARSE * np.abs(wanted).max(axis=1, initial=0.0)[:, None] + noise
        near = ~(gap > COARSE * size + slack).any(axis=(1, 2))
    found: list[Mistake] = []
    for index in np.flatnonzero(near):
        if _agrees(known.values[index], answer, known.truth, usable):
            found += [known.mistakes[index], *known.same[index]]
    return found


def _agrees(predicted: Array, answer: Array, truth: Array, usable: Array) -> bool:
    """Whether two arrays (K, entries) agree at the points that count; noise at a few of them is no difference."""
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(truth), np.abs(answer)).max(axis=1, initial=0.0)[:, None]
        slack = FLOOR * scale + _noise(answer[usable])
        size = np.maximum(np.abs(predicted), np.abs(answer))
        gap = np.abs(predicted - answer)
        both = usable & np.isfinite(predicted).all(axis=1)
        differ = (gap > COARSE * size + slack).any(axis=1) & both
        plainly = (gap > PLAIN * size + slack).any(axis=1) & both
    return not plainly.any() and differ.sum() * 10 <= both.sum() and both.sum() * 2 >= usable.sum()


def _noise(answer: Array) -> float:
    return NOISE * float(np.median(np.abs(answer).max(axis=1, initial=0.0)))


def _numbers(question: SolvedQuestion, part: SolvedPart, answer: Expression, predict: Predict) -> list[Mistake]:
    try:
        pair = pairs_in(question, question.runs[0], part.part.target, answer)[0]
    except ShapeError:
        return []
    given = np.asarray(pair.answer[0], dtype=float).reshape(-1)
    known = predict(question, part, 0)
    place = typed_place(answer)
    if not np.isfinite(given).all() or not given.any():
        return []
    near = _near(known, given)
    for carried in (0.0, _carried(part)):  # worked out exactly, or with the rounding of every line
        found: list[Mistake] = []
        for index in near:
            predicted = known.values[index, 0]
            slack = max(_own(float(p), place) for p in predicted) + carried
            mistakes = [item for item in (known.mistakes[index], *known.same[index]) if slack <= _widest(item)]
            if mistakes and _agree(given, predicted, place, carried, part):
                found += mistakes
        if found:
            return found
    return []


def _near(known: Predictions, given: Array) -> list[int]:
    with np.errstate(all="ignore"):
        gap = np.abs(known.values[:, 0] - given)
        near = (gap <= 2 * WIDEST * np.maximum(np.abs(known.values[:, 0]), np.abs(given))).all(axis=1)
    return [int(index) for index in np.flatnonzero(near)]


def _widest(mistake: Mistake) -> float:
    """The slack up to which a match says something; there are many more pairs than single mistakes."""
    alone = SLACK[MALRULES[mistake.kind].frequency]
    if mistake.second is None:
        return alone
    return min(alone, SLACK[Frequency.USUAL]) if mistake.second.kind == Kind.SIGN else PAIRED


def _agree(given: Array, predicted: Array, place: int | None, carried: float, part: SolvedPart) -> bool:
    pairs = [(float(a), float(p)) for a, p in zip(given, predicted, strict=True)]
    if part.interval is None:
        return all(number_note(a, p, place, part.part.tolerance, None) for a, p in pairs)
    return all(abs(a - p) <= (_own(p, place) + carried + EXACT) * abs(p) for a, p in pairs)


def _own(predicted: float, place: int | None) -> float:
    """Half a unit of the last digit typed, as a share of the prediction."""
    if not predicted:
        return math.inf
    return 0.5 * unit_of(place) / abs(predicted) if place is not None else 0.0


def _carried(part: SolvedPart) -> float:
    """What the rounding of every line may change, as a share."""
    if part.interval is None:
        return 0.0
    middle = (part.interval[0] + part.interval[1]) / 2
    return (part.interval[1] - part.interval[0]) / 2 / abs(middle) if middle else math.inf
