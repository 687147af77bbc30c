"""Scores of a class -> the geometry of its charts, so that templates only place what is computed here.

>>> [bar.count for bar in histogram([0, 55, 55, 100]).bars]
[1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_BINS = 10
_STEP = 44
_SIDE = 16
_WIDTH = _STEP * _BINS + 2 * _SIDE
_TOP = 24
_FLOOR = 164
_HEIGHT = 206


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of the histogram in the units of its view box; `middle` and `above` place its number."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    above: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis below the columns."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Columns over ten ranges of the percentage; `summary` says in words what the picture shows."""

    width: float
    height: float
    left: float
    right: float
    middle: float
    floor: float
    label_y: float
    title_y: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    summary: str


def histogram(percents: Iterable[float]) -> Histogram:
    """How many students reached 0 to 10 percent, 10 to 20, ... (each range holds its lower end)."""
    values = tuple(percents)
    counts = [0] * _BINS
    for value in values:
        counts[min(max(int(value * _BINS / 100 + 1e-9), 0), _BINS - 1)] += 1
    most = max(counts)
    labels = [_label(place) for place in range(_BINS)]
    if max(values, default=0) > 100:  # bonus points
        labels[-1] = f"{10 * _BINS - 10} % and more"
    summary = "No scores yet."
    if most:
        summary = f"Most students, {most} of {sum(counts)}, reached {labels[counts.index(most)]}."
    return Histogram(
        width=_WIDTH,
        height=_HEIGHT,
        left=_SIDE,
        right=_WIDTH - _SIDE,
        middle=_WIDTH / 2,
        floor=_FLOOR,
        label_y=_FLOOR + 18,
        title_y=_FLOOR + 36,
        bars=tuple(_bar(place, labels[place], count, most) for place, count in enumerate(counts)),
        ticks=tuple(Tick(_SIDE + _STEP * place, str(10 * place)) for place in range(0, _BINS + 1, 2)),
        summary=summary,
    )


def _bar(place: int, label: str, count: int, most: int) -> Bar:
    # A single student in a large class must still be seen.
    height = max(2.0, (_FLOOR - _TOP) * count / most) if count else 0.0
    x = _SIDE + _STEP * place + 3
    y = round(_FLOOR - height, 1)
    return Bar(label, count, x, y, _STEP - 6, round(height, 1), x + (_STEP - 6) / 2, round(y - 6, 1))


def _label(place: int) -> str:
    return f"{10 * place} to {10 * place + 10} %"
