"""A wrong answer's values beside what every mistake predicts -> the mistakes that would have given just these.

``-0.1029`` at one point and the same at 39 others is what `sign` predicts; nothing else does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.arrays import Pair
from grader.comparison.interpretations import with_implied_sums
from grader.comparison.tolerances import EXACT, accepted, typed_place, unit_of
from grader.diagnosis.predict.agreement import COARSE, Sampled, agrees, noise_of
from grader.diagnosis.predict.chance import told_apart
from grader.diagnosis.predict.mends import mends
from grader.diagnosis.predict.pairs import combined
from grader.diagnosis.predict.predictions import Predictions, plainer_first, predictions
from grader.diagnosis.rules.mistake import Mistake
from grader.expression.evaluation.product_readings import TooManyReadings, readings
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import Call, Expression, Number, Symbol
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import kink_points, margins
from grader.solver.runs import Run, environment, quantities

Predict = Callable[[SolvedQuestion, SolvedPart, int], Predictions]
PROBES = 4


def matching(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Mistake]:
    """The mistakes that predict this answer, the commonest first; single ones before pairs of two."""
    if question.numeric:
        yield from _numbers(question, part, answer)
        return
    try:
        sampled = tuple(_sampled(question, part, answer))
        yield from _likeliest(question, part, sampled)
    except (ShapeError, TooManyReadings):
        return


def _likeliest(question: SolvedQuestion, part: SolvedPart, sampled: tuple[Sampled, ...]) -> list[Mistake]:
    """What explains the answer, the likelier before the other: single mistakes before two at once; of those, a usual
    slip of the derivation, a change of what stands there, another slip, something put in, and what seldom happens."""
    predicted = plainer_first(_formulas(question, part, sampled, predictions))
    if predicted and _turn(predicted[0]) == FIRST:
        return predicted
    alone, scaled = mends(question, part, sampled)
    predicted = [_with_place(mistake, alone, sampled[0].reading) for mistake in predicted]
    if alone or predicted:
        return sorted([*(_placed(mistake, predicted) for mistake in alone), *predicted], key=_turn)
    pairs = _formulas(question, part, sampled, combined)
    return sorted([*pairs, *(replace(mistake, predicted=bool(pairs)) for mistake in scaled)], key=_turn)


def _placed(mistake: Mistake, predicted: list[Mistake]) -> Mistake:
    """A mistake found in the answer by the name that its place has in the model, where one of its kind is predicted."""
    mistake = replace(mistake, predicted=bool(predicted))
    same = next((other for other in predicted if other.kind is mistake.kind), None)
    return mistake if same is None else replace(mistake, detail=same.detail, link=same.link)


def _with_place(mistake: Mistake, written: list[Mistake], answer: Expression) -> Mistake:
    """A factor that is predicted to lack with the place in the answer that lacks it, where a change there mends it; all
    of the answer, and a number, are no place."""
    if mistake.kind not in (Kind.MISSING_FACTOR, Kind.FACTOR_TWO) or mistake.times is not None:
        return mistake
    places = [one.belongs for one in written if (one.kind, one.about) == (mistake.kind, mistake.about)]
    whole = answer.args[0] if isinstance(answer, Call) and answer.function == "neg" else answer
    told = places and not isinstance(places[0], Number) and places[0] != whole
    return replace(mistake, belongs=places[0]) if told else mistake


_FIRST = frozenset(
    (
        Kind.FACTOR_TWO,
        Kind.MISSING_MEAN,
        Kind.MEAN_FOR_SUM,
        Kind.MISSING_CONDITION,
        Kind.TANH_FOR_SIGMOID,
        Kind.SOFTMAX_DIAGONAL,
        Kind.BIAS_AS_WEIGHT,
    )
)
_PUT_IN = frozenset((Kind.MISSING_FACTOR, Kind.MISSING_CONDITION, Kind.WRONG_QUANTITY))
_SELDOM = frozenset(
    (
        Kind.PRODUCT_RULE,
        Kind.QUOTIENT_RULE,
        Kind.INNER_ONLY,
        Kind.WRONG_VARIABLE,
        Kind.WRONG_QUANTITY,
        Kind.TRANSPOSED,
        Kind.INVERTED,
        Kind.EXTRA_FACTOR,
        Kind.EXTRA_TERM,
    )
)
FIRST, CHANGED, USUAL, PUT_IN, SELDOM = range(5)


def _turn(mistake: Mistake) -> int:
    """When a mistake has its turn; within a turn the catalogue's ranks decide."""
    if mistake.written:
        return PUT_IN if mistake.kind in _PUT_IN else CHANGED
    plain = (mistake.kind is Kind.SIGN and mistake.about is None) or (
        mistake.kind is Kind.ACTIVATION_FOR_DERIVATIVE and not mistake.depth
    )
    of_a_factor = mistake.kind is Kind.FACTOR_TWO and mistake.about is not None and mistake.times is None
    if (mistake.kind in _FIRST and not of_a_factor) or plain:
        return FIRST
    if mistake.kind is Kind.DROPPED_TERM and isinstance(mistake.about, Number):
        return PUT_IN  # the 1 of an exponent, say
    return SELDOM if mistake.kind in _SELDOM else USUAL


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
        if pair is None or way is None:
            raise ShapeError("no reading of this answer has the shape asked for")
        yield Sampled(way, pair, kink_points(run, (*question.conditions, *own)))


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
    noise = noise_of(answer[usable])
    with np.errstate(all="ignore"):
        gap = np.abs(known.values[:, probes] - wanted)
        size = np.maximum(np.abs(known.values[:, probes]), np.abs(wanted))
        slack = COARSE * np.abs(wanted).max(axis=1, initial=0.0)[:, None] + noise
        near = ~(gap > COARSE * size + slack).any(axis=(1, 2))
    found: list[Mistake] = []
    for index in np.flatnonzero(near):
        if agrees(known.values[index], answer, known.truth, usable):
            found += [known.mistakes[index], *known.same[index]]
    return found


def _numbers(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> list[Mistake]:
    """The mistakes that lead to this number, of those that are looked for in so few digits."""
    try:
        pair = pairs_in(question, question.runs[0], part.part.target, answer)[0]
    except ShapeError:
        return []
    given = np.asarray(pair.answer[0], dtype=float).reshape(-1)
    place = typed_place(answer)
    if not np.isfinite(given).all() or not given.any():
        return []
    spent = 0.0
    for predict in (predictions, combined):
        known = predict(question, part, 0)
        predicted = known.values[:, 0]
        slack = _slack(predicted, place, part)
        within, spent = told_apart(predicted, slack, given, spent)
        with np.errstate(invalid="ignore"):
            near = (np.abs(given - predicted) <= slack * np.abs(predicted)).all(axis=1)
        found: list[Mistake] = []
        for index in np.flatnonzero(within & near):
            found += [known.mistakes[index], *known.same[index]]
        if found:
            return sorted(found, key=lambda mistake: _chance_two(mistake, found))
    return []


def _chance_two(mistake: Mistake, found: list[Mistake]) -> bool:
    """Whether the lost 2 of a term may be a quantity of that value, which is likelier to be left out: eta = 0.5."""
    lost = any(other.kind is Kind.MISSING_FACTOR and isinstance(other.about, Symbol) for other in found)
    return lost and mistake.kind is Kind.FACTOR_TWO and mistake.about is not None


def _slack(predicted: Array, place: int | None, part: SolvedPart) -> Array:
    """How far from each prediction a number typed to a place may lie, as a share of it; without end where that is 0."""
    tolerance = part.part.tolerance
    if part.interval is None:
        bounds = [accepted(value, value, place, tolerance, None) for value in predicted.ravel().tolist()]
        half = np.array([(high - low) / 2 for low, high in bounds]).reshape(predicted.shape)
    else:
        half = np.full(predicted.shape, 0.5 * unit_of(place) if place is not None else 0.0)
    with np.errstate(all="ignore"):
        own: Array = np.where(predicted == 0, math.inf, half / np.abs(predicted))
    return own + _carried(part, place) + EXACT


def _carried(part: SolvedPart, place: int | None) -> float:
    """What the rounding of every line may change, as a share; nothing for whoever types more digits than it leaves."""
    decimals = part.part.tolerance.rounding
    if part.interval is None or (decimals is not None and place is not None and place < -decimals):
        return 0.0
    middle = (part.interval[0] + part.interval[1]) / 2
    return (part.interval[1] - part.interval[0]) / 2 / abs(middle) if middle else math.inf
