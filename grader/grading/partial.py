"""The sum of an answer that is not right: steps and prices, within the floor and the cap of the rubric.

Steps worth 3 of 4 points under ``cap: 0.5`` give the lines ``+3`` and ``at most 2 points ...: -1``.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.results import ScoreLine
from grader.solver.key import SolvedPart

_CAP, _FLOOR = "at most", "at least"


def bounded(part: SolvedPart, lines: Iterable[ScoreLine], decided: bool = True) -> tuple[tuple[ScoreLine, ...], float]:
    """The lines, with one more where the floor or the cap changes their sum, and the score.

    A floor is for an answer that is decided; what waits for a person has what its steps give.
    """
    kept = tuple(line for line in lines if not line.reason.startswith((_CAP, _FLOOR)))
    full, credit = part.part.points, part.part.partial_credit
    total = sum(line.points for line in kept)
    most, least = round(full * credit.cap, 6), round(full * credit.floor, 6)
    if total > most:
        kept += (ScoreLine(f"{_CAP} {most:g} points where the answer is not right", round(most - total, 6)),)
    elif decided and total < least:
        kept += (ScoreLine(f"{_FLOOR} {least:g} points for an answer", round(least - total, 6)),)
    return kept, round(sum(line.points for line in kept), 6)
