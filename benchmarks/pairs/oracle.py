"""Two terms and the domains of their names -> "equivalent" or "not_equivalent", by mpmath at 50 digits.

Besides random points, both sides of every boundary are tried: between ``x > 0`` and ``x > 0.01`` lies some point.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import chain
from typing import Any

from mpmath import mpf

from benchmarks.pairs.terms import Term, draw, names, value, walk

POINTS = 48
WAYS = 4  # across each boundary
POOL = 400  # more points, to find both sides of a boundary
SAME = mpf("1e-30")
OTHER = mpf("1e-12")
NOTHING = mpf("1e-40")


class NoLabel(Exception):
    """A pair that has no clear label: one side undefined where the other is not, or a difference too small."""


def label(reference: Term, answer: Term, domains: Mapping[str, str], rng: random.Random) -> str:
    """Equivalent if equal at every point, not if clearly different at one; raises NoLabel."""
    every = names(reference, answer)
    points = [{name: draw(domains.get(name, "real"), rng) for name in every} for _ in range(POINTS)]
    points += [at for margin in _margins(reference, answer) for at in _around(margin, points, domains, rng)]
    different = compared = 0
    for at in points:
        a, b = _value(reference, at), _value(answer, at)
        if a is None or b is None:
            if (a is None) != (b is None):
                raise NoLabel("defined on one side only")
            continue
        gap, size = abs(a - b), max(abs(a), abs(b))
        compared += 1
        if gap <= SAME * size or gap <= NOTHING:
            continue
        if gap < OTHER * size:
            raise NoLabel("a difference too small to tell")
        different += 1
    if compared < 30:
        raise NoLabel("too few points where both have a value")
    return "not_equivalent" if different else "equivalent"


def _value(node: Term, at: Mapping[str, Any]) -> Any:
    try:
        return value(node, at)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _margins(*nodes: Term) -> list[Term]:
    found = []
    for node in nodes:
        for part in walk(node):
            if part.op in ("gt", "lt", "ge", "le", "max"):
                found.append(part.args[0] - part.args[1])
            elif part.op == "fn" and part.name in ("abs", "sign", "relu"):
                found.append(part.args[0])
    return list(dict.fromkeys(found))


def _around(
    margin: Term, points: list[dict[str, Any]], domains: Mapping[str, str], rng: random.Random
) -> list[dict[str, Any]]:
    """Points on both sides of a boundary, close to it and less close, on straight ways across."""
    above: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    pool = ({name: draw(domains.get(name, "real"), rng) for name in points[0]} for _ in range(POOL))
    for at in chain(points[:POINTS], pool):
        found = _value(margin, at)
        if found is not None:
            (above if found > 0 else below).append(at)
        if min(len(above), len(below)) >= WAYS:
            break
    kept = []
    for start, stop in list(zip(above, below, strict=False))[:WAYS]:
        fixed = {name for name in start if domains.get(name, "").startswith("{")}
        if any(start[name] != stop[name] for name in fixed):
            stop = {**stop, **{name: start[name] for name in fixed}}
            if not (_value(margin, stop) or 0) < 0:
                continue
        low, high = mpf(0), mpf(1)
        for _ in range(40):
            middle = (low + high) / 2
            found = _value(margin, _between(start, stop, middle))
            if found is None:
                break
            low, high = (middle, high) if found > 0 else (low, middle)
        edge = high
        for step in ("1e-8", "1e-4", "1e-3", "3e-3", "1e-2", "3e-2"):
            shares = (edge - mpf(step), edge + mpf(step))
            kept += [_between(start, stop, share) for share in shares if 0 <= share <= 1]
    return kept


def _between(start: dict[str, Any], stop: dict[str, Any], share: Any) -> dict[str, Any]:
    return {name: start[name] + (stop[name] - start[name]) * share for name in start}
