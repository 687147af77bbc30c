"""Two equations -> the sides to compare: ``y = x`` and ``x = y`` say the same, ``y = x`` and ``-y = x`` do not.

An equation that says what a derivative or a function is worth is a formula with its name, and no equation here.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.expression.algebra.construct import add, free_symbols, mul, number, sub, substitute
from grader.expression.language.nodes import ZERO, Call, Expression, Indexed, Partial, Product, Symbol, walk
from grader.expression.reading.read import Reading

Sides = tuple[Expression, Expression]
_FUNCTIONS = frozenset("fgh")  # letters that are functions before a bracket


def equation_of(reading: Reading) -> Sides | None:
    """The two sides of an equation; None for a formula, and for one behind the name of a derivative or function."""
    if len(reading.chain) != 2 or reading.definitions:
        return None
    left, right = reading.chain
    return None if _is_name(left) else (left, right)


def _is_name(left: Expression) -> bool:
    """Whether a left side names what the right one gives: ``dJ/dw``, ``f'(x)``, ``J``; a small letter is a variable."""
    if any(isinstance(item, Partial) or (isinstance(item, Call) and item.primes) for item in walk(left)):
        return True
    match left:
        case Symbol(name=name):
            return len(name) != 1 or not name.islower() or name in _FUNCTIONS
        case Product((Symbol(name=name), *_), ("", *_)):
            return name in _FUNCTIONS or "'" in name or not name[:1].islower()
    return isinstance(left, Indexed)


@dataclass(frozen=True, slots=True)
class Compared:
    """What must be equal where two equations say the same, and what beside it, so that none says less.

    ``y^2 = x^2`` holds where y = x does, and elsewhere too: a symbol that is put in must be alone in the first degree.
    `nought` must not be 0 throughout.
    """

    sides: Sides
    degree: Sides | None = None
    nought: Expression | None = None


def sides_to_compare(reference: Sides, answer: Sides | None) -> Compared | None:
    """How two equations are compared; None where the answer is none, or that can't be told.

    One of the two that gives a symbol, ``y = m x + b``, is put into the other, which must then hold.
    """
    if answer is None:
        return None
    if reference[0] == answer[0] == ZERO:
        return None
    if reference[0] == answer[0]:
        return Compared((reference[1], answer[1]))
    for one, other in ((reference, answer), (answer, reference)):
        for symbol, formula in (one, one[::-1]):
            if isinstance(symbol, Symbol) and symbol.name not in free_symbols(formula):
                return _put_in(symbol.name, formula, other)
    return None


def _put_in(name: str, formula: Expression, other: Sides) -> Compared | None:
    if name not in free_symbols(other[0]) | free_symbols(other[1]):
        return None
    at, further, twice = ([substitute(side, {name: add(formula, number(k))}) for side in other] for k in (0, 1, 2))
    step = sub(*further)
    return Compared((at[0], at[1]), (mul(number(2), step), sub(*twice)), step)


def differences(reference: Sides, answer: Sides | None) -> tuple[Sides, ...]:
    """The differences of both sides of two equations, with either sign: where they are equal, so are the equations."""
    if answer is None:
        return ()
    return (sub(*reference), sub(*answer)), (sub(*reference), sub(*answer[::-1]))
