"""How an answer was read -> its normal form: ``x*y + 2`` and ``2 + y x`` have the same.

Only groups rest on it: where a form can't be worked out in its bounds, answers are alike that read the same.
"""

from __future__ import annotations

from functools import lru_cache

from grader.expression.algebra.simplify import simplify
from grader.expression.language.names import Names
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, read
from grader.work import TooMuchWork, at_most

_BOUND = 4_000_000  # units of work: a hundredth of a second or two
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
            if isinstance(found, Reading) and len(found.chain) == 1:
                return to_text(simplify(found.chain[-1]))
    except (TooMuchWork, ArithmeticError, ValueError, RecursionError):
        return plain
    return plain
