"""Affine forms: a guaranteed enclosure of what a line can come to where every intermediate is rounded.

A number is ``middle + sum_k noise_k e_k + rest e`` with every e in [-1, 1]; each rounding has an e of its own, so that
what it does to y and to 1 - y is told apart. Source: Stolfi and de Figueiredo, Self-Validated Numerical Methods and
Applications (1997). Functions are enclosed by the mean value theorem, their slopes by balls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from flint import arb, ctx

from grader.autodiff.local_rules import local_partials
from grader.expression.evaluation.balls import Balls, NoBall, ball
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.evaluation.values import Array
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import Call, Expression, Symbol
from grader.rubric.model import Tolerance
from grader.solver.rounding.scalar_lines import (
    MINUS,
    Addition,
    Applied,
    ArrayEntry,
    Choice,
    Constant,
    Ratio,
    Scalar,
    ScalarLine,
    exponents,
    is_turned,
    softmax_in,
)
from grader.solver.rounding.units import Interval, half_unit
from grader.work import spend

NOISES = 400  # roundings that are told apart; what comes after them is enclosed like plain intervals
MAX_FACTORS = 12  # of a product with those of earlier lines put in
FORM = 2_000  # units of work
EVEN = 1e-9  # of half a unit: a number that is off by less has no more digits than are kept
SPARE = 1e-12  # of floating point, beside which every rounding is large
_PRECISION = 64


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """``middle + sum_k noise[k] e_k + rest e``, every e in [-1, 1]."""

    middle: float
    noise: Array
    rest: float = 0.0

    @property
    def radius(self) -> float:
        """How far the number may lie from its middle."""
        return float(np.abs(self.noise).sum()) + self.rest

    @property
    def size(self) -> float:
        """The largest magnitude."""
        return abs(self.middle) + self.radius


@dataclass(slots=True, eq=False)
class _Forms:
    """The rounded quantities so far, lines that are products, and how many roundings were told apart."""

    tolerance: Tolerance
    known: dict[ArrayEntry, Affine]
    products: dict[ArrayEntry, Ratio] = field(default_factory=dict)
    rounded: dict[int, tuple[Scalar, Affine]] = field(default_factory=dict)
    noises: int = 0


def exactly(value: float) -> Affine:
    """A number that nothing was rounded in."""
    return Affine(value, np.zeros(NOISES))


def enclosures(
    lines: Iterable[ScalarLine],
    given: Mapping[ArrayEntry, float],
    tolerance: Tolerance,
    held: Mapping[ArrayEntry, Interval],
) -> dict[ArrayEntry, Interval]:
    """For every line, an interval that holds whatever honest rounding of the lines and steps before it can give.

    Factors are multiplied in any order and grouping, those of earlier products too. The last result is not rounded
    itself: whoever compares a typed number adds that number's own half unit. What is `held` lies in the interval given
    there, whatever its formula. A line without an enclosure gets the whole line of numbers.
    """
    forms = _Forms(tolerance, {entry: exactly(value) for entry, value in given.items()})
    with np.errstate(all="ignore"):  # what floating point does not hold has no end
        return _enclosed(lines, forms, held)


def _enclosed(
    lines: Iterable[ScalarLine], forms: _Forms, held: Mapping[ArrayEntry, Interval]
) -> dict[ArrayEntry, Interval]:
    found = {}
    for line in lines:
        spend(FORM)
        if line.entry in held:
            low, high = held[line.entry]
            found[line.entry] = held[line.entry]
            forms.known[line.entry] = _with_noise(forms, exactly((low + high) / 2), (high - low) / 2)
            continue
        value = _form(line.formula, forms)
        reach = value.radius + SPARE * value.size
        found[line.entry] = (value.middle - reach, value.middle + reach)
        forms.known[line.entry] = _rounded(forms, value)
        if isinstance(line.formula, Ratio):
            forms.products[line.entry] = line.formula
    return found


def _with_noise(forms: _Forms, value: Affine, radius: float) -> Affine:
    if not radius > 0 or not math.isfinite(radius):
        return value if radius == 0 else replace(value, rest=math.inf)
    if forms.noises == NOISES:
        return replace(value, rest=value.rest + radius)
    noise = value.noise.copy()
    noise[forms.noises] = radius
    forms.noises += 1
    return replace(value, noise=noise)


def _rounded(forms: _Forms, value: Affine) -> Affine:
    half = half_unit(forms.tolerance, value.size)
    if not value.radius and forms.tolerance.rounding is not None and math.isfinite(value.middle):
        off = abs(round(value.middle, forms.tolerance.rounding) - value.middle)  # known exactly, as the number is
        half = off + SPARE * half if off > EVEN * half else 0.0
    return _with_noise(forms, value, half)


def _form(formula: Scalar, forms: _Forms) -> Affine:
    match formula:
        case ArrayEntry():
            return forms.known[formula]
        case Constant(value):
            return exactly(value)
        case Addition(terms):
            parts = [_step(term, forms) for term in terms]
            total = Affine(sum(p.middle for p in parts), np.sum([p.noise for p in parts], axis=0))
            return replace(total, rest=sum(p.rest for p in parts) + _of_partial_sums(parts, forms.tolerance))
        case Ratio():
            return _product(formula, forms)
        case Applied("sigmoid" | "tanh" as name, (inner,)):
            wide = _by_exponentials(name, inner, forms)
            return wide if math.isfinite(wide.radius) else _applied(name, [_step(inner, forms)])
        case Choice():
            return _chosen(formula, forms)
        case Applied("log", (Addition() as inner,)) if exponents(inner):
            found = _applied("log", [_step(inner, forms)])
            return replace(found, rest=found.rest + _of_shifted(exponents(inner), forms)[1])
        case Applied(function, _) if FUNCTIONS[function].kind == "condition":
            held = _holds(formula, forms)
            return exactly(float(held)) if held is not None else replace(exactly(0.5), rest=0.5)
        case Applied(function, args):
            return _applied(function, [_step(arg, forms) for arg in args])


def _chosen(formula: Choice, forms: _Forms) -> Affine:
    """The value of the branch that holds; all that may, where rounding can turn a test."""
    possible = []
    for value, test in formula.branches:
        held = _holds(test, forms)
        if held is not False:
            possible.append(_form(value, forms))
        if held:
            break
    else:
        possible.append(_form(formula.otherwise, forms))
    if len(possible) == 1:
        return possible[0]
    low = min(one.middle - one.radius for one in possible)
    high = max(one.middle + one.radius for one in possible)
    return replace(exactly((low + high) / 2), rest=(high - low) / 2)


def _holds(test: Scalar, forms: _Forms) -> bool | None:
    """Whether a condition holds however numbers are rounded; None where that depends."""
    match test:
        case Constant(value):
            return value != 0
        case Applied("not", (inner,)):
            held = _holds(inner, forms)
            return None if held is None else not held
        case Applied("and" | "or" as name, args):
            found = [_holds(arg, forms) for arg in args]
            decisive = name == "or"
            return decisive if decisive in found else None if None in found else not decisive
        case Applied("lt" | "le" | "gt" | "ge" | "eq" | "ne" as name, (left, right)):
            gap = _added(_step(left, forms), _step(right, forms), -1.0)
            if not gap.radius:
                return bool(ELEMENTWISE[name](np.float64(gap.middle), np.float64(0.0)))
            if not abs(gap.middle) > gap.radius:
                return None
            return name in ("gt", "ge", "ne") if gap.middle > 0 else name in ("lt", "le", "ne")
    return None


def _of_shifted(powers: Sequence[Scalar], forms: _Forms) -> tuple[float, float]:
    """By how much rounding may change one of some exponentials, the largest of them made 1 first, and all but that
    one: as shares of their sum."""
    found = [_step(power, forms) for power in powers]
    top = max(one.middle + one.radius for one in found)
    half = half_unit(forms.tolerance, 1.0)
    with np.errstate(all="ignore"):
        total = float(sum(np.exp(one.middle - one.radius - top) for one in found)) - len(found) * half
    return (half / total, (len(found) - 1) * half / total) if total > 0 else (math.inf, math.inf)


def _step(formula: Scalar, forms: _Forms) -> Affine:
    """A part of a formula as the next step reads it: rounded, unless it is given."""
    value = _form(formula, forms)
    if isinstance(formula, ArrayEntry | Constant) or is_turned(formula):
        return value
    if id(formula) not in forms.rounded:
        forms.rounded[id(formula)] = formula, _rounded(forms, value)
    return forms.rounded[id(formula)][1]


def _added(a: Affine, b: Affine, sign: float) -> Affine:
    return Affine(a.middle + sign * b.middle, a.noise + sign * b.noise, a.rest + b.rest)


def _by_exponentials(name: str, inner: Scalar, forms: _Forms) -> Affine:
    """``1/(1 + exp(-z))`` or ``(exp(z) - exp(-z))/(exp(z) + exp(-z))``, with exponentials that are rounded."""
    falling = _step(Applied("exp", (Ratio((MINUS, inner)),)), forms)
    if name == "sigmoid":
        return _applied("div", [exactly(1.0), _added(exactly(1.0), falling, 1.0)])
    rising = _step(Applied("exp", (inner,)), forms)
    return _applied("div", [_added(rising, falling, -1.0), _added(rising, falling, 1.0)])


def _of_partial_sums(parts: Sequence[Affine], tolerance: Tolerance) -> float:
    """What rounding the partial sums may add: with decimals, terms that are rounded have sums that are."""
    if tolerance.rounding is not None:
        return 0.0
    size = sum(part.size for part in parts)
    return max(len(parts) - 2, 0) * half_unit(tolerance, size)


def _product(formula: Ratio, forms: _Forms) -> Affine:
    """The factors multiplied in any order and grouping, each partial product rounded."""
    above, below = _factors(formula, forms.products)
    parts = [_step(factor, forms) for factor in above]
    parts += [_inverse(_step(factor, forms), forms) for factor in below]
    total = exactly(1.0)
    for part in parts:
        total = _times(total, part)
    anew = len(parts) > len(formula.above) + len(formula.below)  # an earlier line times 1 was rounded all the same
    places = softmax_in(Ratio(tuple(above), tuple(below)))
    if places is not None:
        total = replace(total, rest=total.rest + _of_shifted_ratio(above, below, places, parts, forms))
    sizes = [part.size for part in parts if anew or part.radius or abs(part.middle) != 1]
    return replace(total, rest=total.rest + _of_partial_products(sizes, forms.tolerance))


def _of_shifted_ratio(
    above: list[Scalar], below: list[Scalar], places: tuple[int, int], parts: list[Affine], forms: _Forms
) -> float:
    """What it adds to work out an entry of a softmax from exponentials that are shifted first, and rounded then."""
    under = below[places[1]]
    assert isinstance(under, Addition)
    one, rest = _of_shifted(exponents(under), forms)
    here = (places[0], len(above) + places[1])
    others = math.prod(part.size for k, part in enumerate(parts) if k not in here)
    return others * (one + parts[here[0]].size * parts[here[1]].size * rest)


def _factors(formula: Ratio, products: Mapping[ArrayEntry, Ratio]) -> tuple[list[Scalar], list[Scalar]]:
    """The factors of a product, those of earlier lines put in as long as there are not too many."""
    sides: tuple[list[Scalar], list[Scalar]] = (list(formula.above), list(formula.below))
    while True:
        place = next(
            (
                (k, factor)
                for k in (0, 1)
                for factor in sides[k]
                if isinstance(factor, ArrayEntry) and factor in products
            ),
            None,
        )
        if place is None:
            return sides
        k, factor = place
        inner = products[factor]
        if len(sides[0]) + len(sides[1]) + len(inner.above) + len(inner.below) > MAX_FACTORS:
            return sides
        sides[k].remove(factor)
        sides[k].extend(inner.above)
        sides[1 - k].extend(inner.below)


def _of_partial_products(sizes: list[float], tolerance: Tolerance) -> float:
    """What rounding all partial products may add: each half a unit, times the product of the factors that are left.

    Of the m - 2 partial products of m factors at most j leave j factors or fewer, however the factors are grouped.
    """
    if len(sizes) < 3 or 0.0 in sizes:
        return 0.0
    if tolerance.rounding_significant is not None:  # each is off by half a unit of its last digit at 1.00 at most
        return (len(sizes) - 2) * 0.5 * 10.0 ** (1 - tolerance.rounding_significant) * math.prod(sizes)
    small = sorted((min(size, 1.0) for size in sizes), reverse=True)[: len(sizes) - 2]
    left = math.prod(max(size, 1.0) for size in sizes) * float(np.cumprod(small).sum())
    return half_unit(tolerance, 1.0) * left


def _inverse(value: Affine, forms: _Forms) -> Affine:
    found = _applied("div", [exactly(1.0), value])
    return _rounded(forms, found) if value.radius or not _is_round(found.middle) else found


def _is_round(value: float) -> bool:
    return math.isfinite(value) and round(value, 2) == value


def _times(a: Affine, b: Affine) -> Affine:
    rest = abs(a.middle) * b.rest + abs(b.middle) * a.rest + a.radius * b.radius
    return Affine(a.middle * b.middle, a.middle * b.noise + b.middle * a.noise, rest)


def _applied(function: str, args: list[Affine]) -> Affine:
    """The function's value in the middle, and its slopes over the whole box (mean value theorem)."""
    whole = Affine(0.0, np.zeros(NOISES), math.inf)
    if not all(math.isfinite(arg.middle) and math.isfinite(arg.radius) for arg in args):
        return whole
    before, ctx.prec = ctx.prec, _PRECISION
    try:
        call, slopes = _with_slopes(function, len(args))
        middle = float(ball(call, Balls({f"x{k}": arb(arg.middle) for k, arg in enumerate(args)}, ball)).mid())
        box = Balls({f"x{k}": arb(arg.middle, arg.radius) for k, arg in enumerate(args)}, ball)
        found = [ball(slope, box) for slope in slopes]
        if not all(item.is_finite() for item in found) or not math.isfinite(middle):
            return whole
        total = exactly(middle)
        for slope, arg in zip(found, args, strict=True):
            steep, spread = float(slope.mid()), float(slope.rad())
            rest = abs(steep) * arg.rest + spread * arg.radius
            total = Affine(total.middle, total.noise + steep * arg.noise, total.rest + rest)
        return total
    except NoBall:
        return _between(function, args) or whole
    finally:
        ctx.prec = before


def _between(function: str, args: list[Affine]) -> Affine | None:
    """A form of functions with a kink or a jump within the box."""
    ends = [(arg.middle - arg.radius, arg.middle + arg.radius) for arg in args]
    match function:
        case "max" | "relu":
            ends += [(0.0, 0.0)] if function == "relu" else []
            low, high = max(end[0] for end in ends), max(end[1] for end in ends)
        case "min":
            low, high = min(end[0] for end in ends), min(end[1] for end in ends)
        case "abs":
            low, high = 0.0, max(abs(end) for end in ends[0])
        case "sign":
            low, high = -1.0, 1.0
        case "step":
            low, high = 0.0, 1.0
        case "floor":
            low, high = math.floor(ends[0][0]), math.floor(ends[0][1])
        case "ceil":
            low, high = math.ceil(ends[0][0]), math.ceil(ends[0][1])
        case _:
            return None
    return Affine((low + high) / 2, np.zeros(NOISES), (high - low) / 2)


@lru_cache(maxsize=256)
def _with_slopes(function: str, count: int) -> tuple[Expression, tuple[Expression, ...]]:
    """The call of a function of ``x0``, ``x1``, ..., and its derivative by each."""
    call = Call(function, tuple(Symbol(f"x{k}") for k in range(count)))
    slopes = local_partials(call)
    if slopes is None:
        raise NoBall
    return call, slopes
