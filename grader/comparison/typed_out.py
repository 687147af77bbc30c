"""Decimals that stand for a number they are not: ``1/3 = 0.333``, and ``1.41421356`` for the root of two.

A decimal of so many digits can only be copied from a machine, which rounds or cuts what it shows.
"""

from __future__ import annotations

from grader.comparison.common_vocabulary import free_names
from grader.expression.algebra.construct import free_symbols
from grader.expression.evaluation.balls import certainly_outside
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.scope import Environment
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Call, Expression, Number
from grader.expression.reading.read import Reading

SHOWN_DIGITS = 9  # of a pocket calculator's ten, one may be the nought before the point
_ON_GRID = 1e-3  # of a unit of the last place: a number so near to its decimal would have been typed in full


def only_rounds(reading: Reading) -> bool:
    """Whether the last side of a chain is the number that the one before it rounds to."""
    if len(reading.chain) < 2 or "approx" not in reading.notes or free_symbols(reading.chain[-2]):
        return False
    last = reading.chain[-1]
    if not isinstance(last, Number) or last.place is None:
        return False
    half = 0.5 * 10.0**last.place * 1.001
    return not certainly_outside(reading.chain[-2], (float(last.value) - half, float(last.value) + half), {})


def stands_for(one: Expression, other: Expression) -> bool:
    """Whether one of two formulas is the decimal of many digits that the other comes to, but for its last digit."""
    return _is_decimal_of(one, other) or _is_decimal_of(other, one)


def _is_decimal_of(typed: Expression, formula: Expression) -> bool:
    sign, number = _number(typed)
    if not isinstance(number, Number) or number.place is None or free_names(formula):
        return False
    if isinstance(_number(formula)[1], Number):  # two numbers are what they are
        return False
    unit = 10.0**number.place
    shown = number.value / 10**number.place if number.place >= 0 else number.value * 10**-number.place
    if len(str(int(shown))) < SHOWN_DIGITS:
        return False
    try:
        value = float(evaluate(formula, Environment({}, {}, {})).data.flat[0])
    except ShapeError:
        return False
    near = abs(value - sign * float(number.value)) <= unit * (1 + _ON_GRID)
    return near and abs(value / unit - round(value / unit)) > _ON_GRID


def _number(node: Expression) -> tuple[int, Expression]:
    """The sign before a formula, and the formula without it."""
    return (-1, node.args[0]) if isinstance(node, Call) and node.function == "neg" else (1, node)
