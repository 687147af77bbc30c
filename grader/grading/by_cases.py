"""Several chains of one answer -> the one that was asked for, or their cases put together.

``dJ/du_o = (yhat_o - 1) v, dJ/du_w = yhat_w v`` says dJ/du_w of w = o first, and then of any other w.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.comparison.target import follow_left_side
from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import Call, Cases, Expression, Partial, Symbol, head, indices
from grader.expression.reading.read import Reading
from grader.grading.answers import left_side
from grader.grading.definitions import with_definitions
from grader.solver.key import SolvedQuestion

_Said = tuple[Expression, Expression]


@dataclass(frozen=True, slots=True)
class _Case:
    """The last side of a chain in the target's letters, and what they equal there; None where that is anything."""

    expression: Expression
    condition: Expression | None


def of_target(question: SolvedQuestion, reading: Reading, target: Expression) -> Reading:
    """The reading with the chain whose left side is the target as the answer: one, or several that are its cases.

    ``dL/dh = 2(h - y), dh/dz = 1 - h^2`` answers dL/dh; ``dJ/dz_k = p_k - 1, dJ/dz_i = p_i`` answers dJ/dz_i at any i.
    """
    left = left_side(reading)
    if head(target) is None or left is None or (not isinstance(left, Partial) and head(left) in (None, head(target))):
        return reading
    chains: list[_Said] = [*reading.definitions, (left, reading.chain[-1])]
    own = [pair for pair in chains if isinstance(pair[0], Partial) and head(pair[0]) == head(target)]
    if not own or own == chains[-1:]:
        return reading
    joined = _joined(question, own, target)
    if joined is not None:
        rest = tuple(pair for pair in reading.definitions if pair not in own)
        return replace(reading, chain=(target, joined), definitions=rest)
    if own[-1] is chains[-1]:
        return reading
    others = tuple(pair for pair in reading.definitions if pair is not own[-1])
    return replace(reading, chain=own[-1], definitions=(*others, chains[-1]))


def other_answers(reading: Reading, target: Expression) -> tuple[Expression, ...]:
    """The last sides of chains whose left side is the target, beside the one that is the answer."""
    if left_side(reading) is None or head(target) is None or head(reading.chain[0]) != head(target):
        return ()
    return tuple(
        follow_left_side(
            target, left, with_definitions(right, tuple(pair for pair in reading.definitions if pair[0] != left))
        )
        for left, right in reading.definitions
        if isinstance(left, Partial) and head(left) == head(target)
    )


def _joined(question: SolvedQuestion, chains: list[_Said], target: Expression) -> Expression | None:
    """The cases of the target as one formula; None where the chains are none, or say one case twice."""
    names = {item.name for item in question.graph.quantities} | question.runs[0].sizes.keys()
    wanted = indices(target)
    found = [_case(left, right, wanted, names) for left, right in chains]
    if len(found) < 2 or any(case is None for case in found):
        return None
    exact = [right for left, right in chains if indices(left) == wanted]
    if len(exact) == 1 and any(not isinstance(item, Symbol) or item.name in names for item in wanted):
        return exact[0]  # dJ/dz_k of the class k is asked for, and dJ/dz_i said as well
    cases = [part for case in found if case is not None for part in _parts(case)]
    special = [case for case in cases if case.condition is not None]
    general = [case for case in cases if case.condition is None]
    if not special or len(general) > 1 or len({case.condition for case in special}) < len(special):
        return None
    branches = tuple((case.expression, case.condition) for case in special if case.condition is not None)
    return Cases(branches, general[0].expression if general else None)


def _parts(case: _Case) -> tuple[_Case, ...]:
    """The case, or those into which its own conditions cut it: ``p_i - 1 if i = k``."""
    match case:
        case _Case(Cases(branches, None), None):
            return tuple(_Case(value, condition) for value, condition in branches)
    return (case,)


def _case(left: Expression, right: Expression, wanted: tuple[Expression, ...], names: set[str]) -> _Case | None:
    """The case of the target that a chain is: at ``z_i`` any, at ``z_k`` of a class k one, at ``yhat_i, z_i`` j = i."""
    entered = indices(left)
    if len(entered) != len(wanted):
        return None
    letters: dict[str, Expression] = {}
    equal = list[Expression]()
    for place, asked in zip(entered, wanted, strict=True):
        if isinstance(place, Symbol) and place.name not in names:
            if place.name not in letters:
                letters[place.name] = asked
                continue
            place = letters[place.name]
        if place != asked:
            equal.append(Call("eq", (asked, place)))
    condition = None if not equal else equal[0] if len(equal) == 1 else Call("and", tuple(equal))
    return _Case(substitute(right, letters), condition)
