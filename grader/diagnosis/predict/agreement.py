"""An answer's values beside the truth, and when two arrays agree at all the points that count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.comparison.arrays import PLAIN, Pair
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Expression

COARSE = 1e-6
FLOOR = 1e-9  # of the largest entry at a point: what is left of a sum that cancels is held against that
NOISE = 1e-12  # of the size at most points: where all entries of a point cancel, what is left says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """The reading of an answer, beside the truth at the points of a run; those marked in `skip` lie on a kink."""

    reading: Expression
    pair: Pair
    skip: Array


def agrees(predicted: Array, answer: Array, truth: Array, usable: Array) -> bool:
    """Whether two arrays (K, entries) agree at the points that count; noise at a few of them is no difference.

    Those at which the answer differs from the truth must be among them, or a prediction without a value there would
    agree wherever the answer is right.
    """
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(truth), np.abs(answer)).max(axis=1, initial=0.0)[:, None]
        slack = FLOOR * scale + noise_of(answer[usable])
        size = np.maximum(np.abs(predicted), np.abs(answer))
        gap = np.abs(predicted - answer)
        both = usable & np.isfinite(predicted).all(axis=1)
        differ = (gap > COARSE * size + slack).any(axis=1) & both
        plainly = (gap > PLAIN * size + slack).any(axis=1) & both
        wrong = np.abs(answer - truth) > COARSE * np.maximum(np.abs(answer), np.abs(truth)) + slack
        telling = wrong.any(axis=1) & usable
    enough = both.sum() * 2 >= usable.sum() and (both & telling).sum() * 2 >= telling.sum()
    return not plainly.any() and differ.sum() * 10 <= both.sum() and bool(enough)


def noise_of(answer: Array) -> float:
    return NOISE * float(np.median(np.abs(answer).max(axis=1, initial=0.0)))
