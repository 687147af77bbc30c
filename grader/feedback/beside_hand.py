"""Grades of the program beside those of a person -> how far they agree, by part and in all.

Of ten grades of which nine are the same, the agreement is 0.9. Cohen's kappa is the agreement beyond what the two would
reach by chance (Cohen, Educational and Psychological Measurement 20, 1960; Fleiss, Levin and Paik, Statistical Methods
for Rates and Proportions, 3rd edition, 2003, chapter 18).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean, pvariance

SAME = 0.005  # points: what is written down to two decimals is the same


@dataclass(frozen=True, slots=True)
class GradePair:
    """The points of one student's part, the program's (`ours`) and a person's (`theirs`)."""

    student: str
    part: str
    ours: float
    theirs: float
    max_score: float

    @property
    def agrees(self) -> bool:
        """Whether both give the same points."""
        return abs(self.ours - self.theirs) <= SAME


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two agree: `same` of `compared` grades; `mean_difference` in points, above 0 if the program gives more.

    `kappa` is over no points, some, all; `weighted_kappa` over the share of the points with squared differences as
    weights. Both are None where chance alone would agree always.
    """

    compared: int
    same: int
    mean_difference: float
    kappa: float | None
    weighted_kappa: float | None


def agreement(pairs: Sequence[GradePair]) -> Agreement:
    """The agreement of at least one pair."""
    outcomes = [(_outcome(one.ours, one.max_score), _outcome(one.theirs, one.max_score)) for one in pairs]
    shares = [(one.ours / one.max_score, one.theirs / one.max_score) for one in pairs if one.max_score > 0]
    return Agreement(
        len(pairs),
        sum(one.agrees for one in pairs),
        fmean(one.ours - one.theirs for one in pairs),
        cohens_kappa(outcomes),
        weighted_kappa(shares),
    )


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """(observed - expected) / (1 - expected) agreement of two who sort the same things into classes."""
    number = len(pairs)
    ours, theirs = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreed = sum(one == other for one, other in pairs) * number
    expected = sum(ours[one] * theirs[one] for one in ours)  # both times number^2, so that nothing is rounded
    return None if expected == number**2 else (agreed - expected) / (number**2 - expected)


def weighted_kappa(pairs: Sequence[tuple[float, float]]) -> float | None:
    """1 - observed / expected squared difference (Cohen, Psychological Bulletin 70, 1968).

    What is expected of two who grade without regard to the answer, each as often as they do, is the sum of their
    variances and of the squared difference of their means.
    """
    if not pairs:
        return None
    ours, theirs = zip(*pairs, strict=True)
    observed = fsum((one - other) ** 2 for one, other in pairs) / len(pairs)
    expected = pvariance(ours) + pvariance(theirs) + (fmean(ours) - fmean(theirs)) ** 2
    return None if expected <= 1e-15 else 1 - observed / expected


def _outcome(points: float, most: float) -> str:
    return "none" if points <= SAME else "all" if points >= most - SAME else "some"
