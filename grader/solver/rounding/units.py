"""What a rubric's rounding means for one number: ``4 decimals`` changes it by 0.00005 at most, later ones by more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from grader.rubric.model import Tolerance

Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers that honest rounding can give for one entry, before the last one is rounded itself.

    `hull` spans those of simulated students, `sure` all that there can be.
    """

    hull: Interval
    sure: Interval


def rounds(tolerance: Tolerance) -> bool:
    """Whether every line is rounded, so that what is right is more than one number."""
    return tolerance.rounding is not None or tolerance.rounding_significant is not None


def half_unit(tolerance: Tolerance, size: float) -> float:
    """By how much rounding as asked may change a number of the given size; 0 where no rounding is asked for."""
    if tolerance.rounding is not None:
        return 0.5 * 10.0**-tolerance.rounding
    if tolerance.rounding_significant is not None and 0 < size < math.inf:
        return 0.5 * 10.0 ** (math.floor(math.log10(size)) + 1 - tolerance.rounding_significant)
    return 0.0
