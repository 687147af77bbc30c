"""How many mistakes may be looked for in a number that was typed with few digits, before chance finds one.

A number of two digits lies near some prediction of two hundred almost surely, and near one of the three commonest
hardly ever: only so many of the commonest are looked for that a random number meets any of them once in a hundred
times (a family-wise error rate, as of Bonferroni).
"""

from __future__ import annotations

import math

import numpy as np

from grader.expression.evaluation.values import Array

REACH = 2 * math.log(10)  # wrong numbers lie, evenly by their logarithm, within a factor of ten of the right one
MOST = 0.009  # of the random numbers may be given a cause
ALONE = MOST / 2  # of them may meet one prediction


def told_apart(predicted: Array, slack: Array, given: Array, spent: float = 0.0) -> tuple[Array, float]:
    """Which predictions (N, entries), the commonest first, may be held against a number, and the chance spent on them.

    `slack` (N, entries) is how far from each a number may lie, as a share of it; `given` (entries) is the number, or an
    array of them: all of its entries must lie near, and have the sign of the prediction. `spent` was used before. A
    prediction of which too few digits are left takes no part.
    """
    with np.errstate(all="ignore"):
        alone = np.prod(np.minimum(2 * slack / REACH, 1.0), axis=1)
    alone = np.where((np.sign(predicted) == np.sign(given)).all(axis=1), alone, 0.0)
    clear = np.isfinite(alone) & (alone <= ALONE)
    total = spent + np.cumsum(np.where(clear, alone, 0.0))
    within: Array = clear & (total <= MOST)
    return within, float(total[within][-1]) if within.any() else spent
