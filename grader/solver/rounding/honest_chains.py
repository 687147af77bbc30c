"""Students who round, simulated: what a line comes to where some steps are rounded and others are not.

A plan says which products are multiplied anew factor by factor, how they are grouped, how a function is worked out. In
each plan many students multiply in orders of their own, and round each step, or not, or keep more digits. The seed is
fixed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.evaluation.values import Array
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
from grader.solver.rounding.units import Interval
from grader.work import spend

PLANS = 24
STUDENTS = 200  # in each plan
SEED = 20_231
MORE_DIGITS = 2  # that a student may keep beside those asked for
ANEW = (0.0, 0.5, 1.0)  # how many of the products of earlier lines a plan multiplies anew, factor by factor
AS_FORMULA = 0.5  # of sigmoids are worked out by their exponential
SHIFTED = 0.3  # of softmaxes are worked out from exponentials of which the largest is 1
RECIPROCAL = 0.25  # of divisors are inverted first
GROUPED = 0.3  # of products are made of two products
CHAIN = 3_000  # units of work for a step of all students in a plan


@dataclass(slots=True, eq=False)
class _Plan:
    """An order of evaluation, and the numbers of its students so far.

    `share` is how much of the steps each student rounds, `anew` how many products are not taken from earlier lines.
    """

    rng: np.random.Generator
    tolerance: Tolerance
    share: Array
    anew: float
    known: dict[ArrayEntry, Array]
    products: dict[ArrayEntry, Ratio] = field(default_factory=dict)
    steps: dict[int, tuple[Scalar, Array]] = field(default_factory=dict)


def hulls(
    lines: Iterable[ScalarLine],
    given: Mapping[ArrayEntry, float],
    tolerance: Tolerance,
    held: Mapping[ArrayEntry, Interval],
) -> dict[ArrayEntry, Interval]:
    """For every line, the least and the largest number that a simulated student gets before rounding it."""
    rng = np.random.default_rng(SEED)
    found: dict[ArrayEntry, Interval] = {}
    lines = tuple(lines)
    with np.errstate(all="ignore"):
        for number in range(PLANS):
            known = {entry: np.asarray(value) for entry, value in given.items()}
            plan = _Plan(rng, tolerance, _shares(rng), ANEW[number % len(ANEW)], known)
            for line in lines:
                values = _typed(held[line.entry], rng) if line.entry in held else _value(line.formula, plan)
                low, high = found.get(line.entry, (line.exact, line.exact))
                if line.entry in held:
                    low, high = held[line.entry]
                found[line.entry] = (min(low, float(np.min(values))), max(high, float(np.max(values))))
                plan.known[line.entry] = values if line.entry in held else _kept(values, plan)
                if isinstance(line.formula, Ratio) and line.entry not in held:
                    plan.products[line.entry] = line.formula
    return found


def _shares(rng: np.random.Generator) -> Array:
    """How much of the steps each student rounds: half of them all, some none, the rest anything between."""
    kind = rng.random(STUDENTS)
    return np.asarray(np.where(kind < 0.5, 1.0, np.where(kind < 0.6, 0.0, rng.random(STUDENTS))))


def _typed(interval: Interval, rng: np.random.Generator) -> Array:
    """What students go on with who wrote down the middle of an interval: that, or a number with more digits."""
    low, high = interval
    return np.where(rng.random(STUDENTS) < 0.5, (low + high) / 2, rng.uniform(low, high, STUDENTS))


def _kept(values: Array, plan: _Plan) -> Array:
    """The numbers as they are written down: rounded as asked, with more digits, or in full."""
    spend(CHAIN)
    values = np.broadcast_to(values, (STUDENTS,))
    chance = plan.rng.random(STUDENTS)
    more = plan.rng.integers(1, MORE_DIGITS + 1, STUDENTS)
    rounded = chance < plan.share
    digits = np.where(rounded, 0, np.where(chance < plan.share + (1 - plan.share) / 2, more, 99))
    if plan.tolerance.rounding is not None:
        places = digits + plan.tolerance.rounding
    elif plan.tolerance.rounding_significant is not None:
        sizes = np.where(values == 0, 1.0, np.abs(values))
        places = digits + plan.tolerance.rounding_significant - 1 - np.floor(np.log10(sizes))
    else:
        return values
    scale = 10.0 ** np.minimum(places, 15)
    halfway = plan.rng.uniform(-1e-9, 1e-9, STUDENTS)  # an exact half goes either way
    return np.asarray(np.where(digits == 99, values, np.round(values * scale + halfway) / scale))


def _value(formula: Scalar, plan: _Plan) -> Array:
    match formula:
        case ArrayEntry():
            return plan.known[formula]
        case Constant(value):
            return np.asarray(value)
        case Addition(terms):
            return _sum([_step(term, plan) for term in terms], plan)
        case Ratio():
            return _product(formula, plan)
        case Applied("sigmoid", (inner,)) if plan.rng.random() < AS_FORMULA:
            power = _step(Applied("exp", (Ratio((MINUS, inner)),)), plan)
            return np.asarray(1.0 / (1.0 + power))
        case Choice(branches, otherwise):
            values = np.broadcast_to(_value(otherwise, plan), (STUDENTS,))
            for branch, test in reversed(branches):
                values = np.where(_value(test, plan) != 0, _value(branch, plan), values)
            return values
        case Applied("log", (Addition() as inner,)) if exponents(inner) and plan.rng.random() < SHIFTED:
            powers, top = _shifted(exponents(inner), plan)
            return np.asarray(top + _kept(np.log(_sum(powers, plan)), plan))
        case Applied(function, args):
            return np.asarray(ELEMENTWISE[function](*(_step(arg, plan) for arg in args)), dtype=float)


def _shifted(powers: Sequence[Scalar], plan: _Plan) -> tuple[list[Array], Array]:
    """Exponentials of which the largest is made 1 first, each kept, and the exponent that was taken off."""
    found = [np.broadcast_to(_step(power, plan), (STUDENTS,)) for power in powers]
    top = np.max(found, axis=0)
    return [_kept(np.exp(one - top), plan) for one in found], top


def _step(formula: Scalar, plan: _Plan) -> Array:
    """A part of a formula as the next step reads it."""
    if isinstance(formula, ArrayEntry | Constant) or is_turned(formula):
        return _value(formula, plan)
    if id(formula) not in plan.steps:
        plan.steps[id(formula)] = formula, _kept(_value(formula, plan), plan)
    return plan.steps[id(formula)][1]


def _sum(terms: list[Array], plan: _Plan) -> Array:
    """The terms added one by one, in any order."""
    order = plan.rng.permutation(len(terms))
    total = np.asarray(terms[order[0]])
    for place, k in enumerate(order[1:], start=2):
        total = np.asarray(total + terms[k])
        if place < len(terms):
            total = _kept(total, plan)
    return total


def _product(formula: Ratio, plan: _Plan) -> Array:
    """The factors multiplied, and divided by those below, by each student in an order of their own."""
    above, below = _factors(formula, plan)
    signs = [factor for factor in above if factor == MINUS]
    places = softmax_in(Ratio(tuple(above), tuple(below)))
    parts: list[Array] = []
    if places is not None and plan.rng.random() < SHIFTED:
        parts.append(_of_softmax(above.pop(places[0]), below.pop(places[1]), plan))
    parts += [_step(factor, plan) for factor in above if factor not in (MINUS, Constant(1.0))]
    for factor in below:
        inverse = 1.0 / _step(factor, plan)
        parts.append(_kept(inverse, plan) if plan.rng.random() < RECIPROCAL else inverse)
    if len(parts) < 3:
        return np.asarray(math.prod(parts, start=np.asarray((-1.0) ** len(signs))))
    rows = np.stack([np.broadcast_to(part, (STUDENTS,)) for part in parts])
    rows = plan.rng.permuted(rows, axis=0)
    cut = int(plan.rng.integers(2, len(rows))) if plan.rng.random() < GROUPED else len(rows)
    total = _one_by_one(rows[:cut], plan)
    if cut < len(rows):
        total = _kept(total, plan) * _kept(_one_by_one(rows[cut:], plan), plan)
    return np.asarray((-1.0) ** len(signs) * total)


def _of_softmax(above: Scalar, below: Scalar, plan: _Plan) -> Array:
    """An entry of a softmax from exponentials that are shifted first."""
    assert isinstance(above, Applied) and isinstance(below, Addition)
    powers, top = _shifted(exponents(below), plan)
    one = _kept(np.exp(_step(above.args[0], plan) - top), plan)
    return np.asarray(one / _kept(_sum(powers, plan), plan))


def _one_by_one(rows: Array, plan: _Plan) -> Array:
    """The product of the rows in their order, each product before the last kept."""
    total = np.asarray(rows[0])
    for place, row in enumerate(rows[1:], start=2):
        total = total * row
        if place < len(rows):
            total = _kept(total, plan)
    return total


def _factors(formula: Ratio, plan: _Plan) -> tuple[list[Scalar], list[Scalar]]:
    """The factors of a product; some of those that are products of earlier lines are put in."""
    above, below = list[Scalar](), list(formula.below)
    for factor in formula.above:
        inner = plan.products.get(factor) if isinstance(factor, ArrayEntry) else None
        if inner is not None and plan.rng.random() < plan.anew:
            more, less = _factors(inner, plan)
            above, below = [*above, *more], [*below, *less]
        else:
            above.append(factor)
    return above, below
