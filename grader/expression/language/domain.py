"""Where a symbol's values lie: an interval, a set, a named domain; and how values are drawn from it.

>>> parse_domain("(0, 1)")
Domain(kind='interval', low=0.0, high=1.0, low_open=True, high_open=True, members=(), size='')
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.problems import Problem, did_you_mean

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Domain:
    """A set of real values, or of rows of reals.

    `kind`: "interval" (with `low`, `high` and whether each end is open), "set" (`members`), "integer" (from `low` on),
    "onehot" or "simplex" (the last axis of the array is a one-hot row, or a probability vector), "index"
    (a place 1, 2, ... on an axis of the size that `size` names), "symmetric" or "positive definite" (a square matrix).
    """

    kind: str = "interval"
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = True
    high_open: bool = True
    members: tuple[float, ...] = ()
    size: str = ""


REAL = Domain()
POSITIVE = Domain(low=0.0)
INTEGER = Domain(kind="integer")
NAMED = {
    "real": REAL,
    "positive": POSITIVE,
    "nonnegative": Domain(low=0.0, low_open=False),
    "integer": INTEGER,
    "count": Domain(kind="integer", low=0.0, low_open=False),
    "probability": Domain(low=0.0, high=1.0),
    "onehot": Domain(kind="onehot"),
    "simplex": Domain(kind="simplex"),
    "symmetric": Domain(kind="symmetric"),
    "positive definite": Domain(kind="positive definite"),
}
SPELLINGS = {"natural": "count", "nonnegative integer": "count", "spd": "positive definite"}

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?|[+-]?(?:inf|oo|∞)"
_INTERVAL = re.compile(rf"([(\[])\s*({_NUMBER})\s*,\s*({_NUMBER})\s*([)\]])")
_SET = re.compile(rf"\{{\s*({_NUMBER})(\s*,\s*{_NUMBER})*\s*\}}")


def _number(text: str) -> float:
    return float(text.replace("oo", "inf").replace("∞", "inf"))


def parse_domain(text: str) -> Domain | Problem:
    """Read ``(a,b)``, ``[a,b]``, ``{0,1}`` or a name (`NAMED`); a Problem where it is none of them."""
    text = " ".join(text.split())
    plain = text.replace("non-negative", "nonnegative").replace("-definite", " definite")
    name = SPELLINGS.get(plain, plain)
    if name in NAMED:
        return NAMED[name]
    interval = _INTERVAL.fullmatch(text)
    if interval:
        low, high = _number(interval[2]), _number(interval[3])
        closed = interval[1] == "[" and interval[4] == "]"
        if low < high or (low == high and closed):
            return Domain("interval", low, high, interval[1] == "(", interval[4] == ")")
        return Problem(f"the interval '{text}' is empty", "write the smaller end first")
    if _SET.fullmatch(text):
        return Domain("set", members=tuple(_number(item) for item in text[1:-1].split(",")))
    expected = "expected an interval (a,b) or [a,b], a set {0,1}, or one of " + ", ".join(NAMED)
    hint = did_you_mean(text, NAMED)
    return Problem(f"'{text}' is no domain: {expected}", hint)


def draw(domain: Domain, shape: tuple[int, ...], rng: np.random.Generator, places: int = 0) -> Floats:
    """Values of `shape` from the domain; of an "index" one of the numbers 1 to `places`.

    Reals come on a grid of multiples of 2**-10 (finer in a narrow interval), so that a kink such as ``y - yhat = 0`` or
    ``|y - yhat| = delta`` can be hit exactly in binary arithmetic.
    """
    match domain.kind:
        case "set":
            return rng.choice(np.array(domain.members), size=shape).astype(np.float64)
        case "integer":
            first = -4 if math.isinf(domain.low) else int(domain.low)
            return rng.integers(first, first + 9, size=shape).astype(np.float64)
        case "index":
            return rng.integers(1, places + 1, size=shape).astype(np.float64)
        case "onehot":
            classes = rng.integers(0, shape[-1], size=shape[:-1])
            hot: Floats = np.eye(shape[-1])[classes]
            return hot
        case "simplex":
            raw = rng.gamma(1.5, size=shape) + 1e-3
            return np.asarray(raw / raw.sum(axis=-1, keepdims=True), dtype=np.float64)
        case "symmetric" | "positive definite" as kind:
            half = np.round(rng.uniform(-1.5, 1.5, size=shape) * 1024) / 1024
            turned = np.swapaxes(half, -1, -2)
            if kind == "symmetric":
                return np.asarray(half + turned, dtype=np.float64)
            return np.asarray(half @ turned / 2 + np.eye(shape[-1]) / 2, dtype=np.float64)
    low, high = domain.low, domain.high
    if math.isinf(low) and math.isinf(high):
        raw = rng.uniform(-2.5, 2.5, size=shape)
    elif math.isinf(high):
        raw = low + rng.gamma(2.0, 0.75, size=shape) + 2**-9
    elif math.isinf(low):
        raw = high - rng.gamma(2.0, 0.75, size=shape) - 2**-9
    else:
        margin = (high - low) * 2**-7
        raw = rng.uniform(low + margin, high - margin, size=shape)
    width = high - low
    finest = 1024.0 if width >= 1 else 2.0 ** min(10 - math.floor(math.log2(width)), 60)
    grid = np.round(raw * finest) / finest
    inside = (grid > low) & (grid < high)
    return np.asarray(np.where(inside, grid, raw), dtype=np.float64)
