"""How an answer was read -> its normal form: ``x*y + 2`` and ``2 + y x`` have the same.

Only groups rest on it. Where whole arrays are multiplied, whose order matters, or a form can't be worked out in its
bounds, answers are alike that read the same.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from grader.expression.algebra.simplify import split_terms
from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Indexed, Symbol, children
from grader.expression.printing.text import to_text
from grader.expression.reading.read import read
from grader.work import TooMuchWork, at_most

_BOUND = 4_000_000  # units of work: some hundredths of a second
_LONGEST = 300  # characters of a reading that is worked on


@lru_cache(maxsize=16_384)
def normal_form(read_as: str, names: Names) -> str:
    """The normal form of a reading as text; the reading without its spaces where it has none."""
    plain = "".join(read_as.split())
    if len(read_as) > _LONGEST:
        return plain
    try:
        with at_most(_BOUND):
            found = read(read_as, names)
            if found.problems or found.expression is None:
                return plain
            arrays = frozenset(one.name for one in names if one.rank)
            return plain if _names_whole(found.expression, arrays) else _form(found.expression)
    except (TooMuchWork, ArithmeticError, ValueError, RecursionError):
        return plain


def _form(node: Expression) -> str:
    terms = split_terms(node)
    if len(terms) == 1 and terms[0] == (Fraction(1), ((node, Fraction(1)),)):
        return _atom(node)
    pieces = []
    for coefficient, factors in terms:
        powers = sorted(f"({_form(atom)})^{exponent}" for atom, exponent in factors)
        pieces.append("*".join([str(coefficient), *powers]))
    return " + ".join(sorted(pieces))


def _atom(node: Expression) -> str:
    """What is neither a sum nor a product of anything else."""
    if isinstance(node, Call):
        return f"{node.function}{chr(39) * node.primes}({', '.join(map(_form, node.args))})"
    return to_text(node)


def _names_whole(node: Expression, arrays: frozenset[str]) -> bool:
    """Whether a formula names a whole array, not only entries."""
    if isinstance(node, Symbol):
        return node.name in arrays
    return not isinstance(node, Indexed) and any(_names_whole(one, arrays) for one in children(node))
