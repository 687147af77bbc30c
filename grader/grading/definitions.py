"""What an answer defines for itself -> whether that says what its names are: ``q = q + 1`` does not.

A name of the model's may be defined anew by its own value (``h = 2 h``): at the right it is the model's, or what an
earlier line made of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.expression.language.nodes import Expression, Partial, Symbol, head, symbols, walk
from grader.expression.reading.read import Reading
from grader.problems import Problem
from grader.solver.key import SolvedQuestion


def circular(question: SolvedQuestion, reading: Reading) -> Problem | None:
    """The first definition that leads back to itself: by way of other names, or by its own where the model has none."""
    needed: dict[str, frozenset[str]] = {}
    places: dict[str, Expression] = {}
    for left, right in reading.definitions:
        name = head(left)
        if name is None or isinstance(left, Partial):
            continue
        used = symbols(right)
        needed[name] = frozenset().union(*(needed.get(other, {other}) for other in used))  # as they are so far
        places[name] = left
    known = question.graph.axes
    for name, left in places.items():
        others = needed[name] - {name}
        if (name in needed[name] and name not in known) or name in _reached(others, needed, without=name):
            return Problem(f"'{name}' is defined by itself", "write what it is", span=left.span, text=reading.text)
    return None


def _reached(names: frozenset[str], needed: Mapping[str, frozenset[str]], without: str) -> set[str]:
    """All that some names lead to."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        for other in needed.get(pending.pop(), frozenset()):
            if other not in found:
                found.add(other)
                if other != without:
                    pending.append(other)
    return found


def left_open(question: SolvedQuestion, reading: Reading, answer: Expression) -> Problem | None:
    """A name that only the answer itself defines, still in it: at other indices than it is used at, say."""
    known = {*question.graph.axes, *question.graph.sizes, *(short for short, _ in question.graph.notation)}
    own = {name for left, _ in reading.definitions if (name := head(left)) is not None} - known
    for item in walk(answer) if own else ():
        if isinstance(item, Symbol) and item.name in own:
            message = f"'{item.name}' is used otherwise than it is defined"
            return Problem(message, "use it as it stands where it is defined", span=item.span, text=reading.text)
    return None
