"""What an answer earned -> the sum of its points, within the floor and the cap of the rubric.

Steps worth 3 of 4 points under ``cap: 0.5`` give the lines ``+3`` and ``at most 2 points ...: -1``.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.results import Decision, Earned, Outcome, ScoreLine

_CAP, _FLOOR = "at most", "at least"


def worth(earned: Earned, full: float) -> tuple[tuple[ScoreLine, ...], float, Outcome]:
    """The lines of the sum, the score, and the outcome, in a part of `full` points."""
    if earned.finished:
        return (ScoreLine("the answer", full),), full, Outcome.CORRECT
    found = tuple(ScoreLine(one.reason, one.points + round(full * one.share, 6)) for one in earned.lines)
    decided = earned.decision is not Decision.UNDECIDED
    lines, score = bounded(full, earned.floor, earned.cap, found, decided)
    if not decided:
        return lines, score, Outcome.UNDECIDED
    right = earned.decision is Decision.EQUIVALENT and score == full
    partly = score > 0 or earned.nearly
    return lines, score, Outcome.CORRECT if right else Outcome.PARTLY_CORRECT if partly else Outcome.INCORRECT


def bounded(
    full: float, floor: float, cap: float, lines: Iterable[ScoreLine], decided: bool = True
) -> tuple[tuple[ScoreLine, ...], float]:
    """The lines, with one more where the floor or the cap, shares of `full`, change their sum, and the score.

    A floor is for an answer that is decided; what waits for a person has what its steps give.
    """
    kept = tuple(line for line in lines if not line.reason.startswith((_CAP, _FLOOR)))
    total = sum(line.points for line in kept)
    most, least = round(full * cap, 6), round(full * floor, 6)
    if total > most:
        kept += (ScoreLine(f"{_CAP} {most:g} points where the answer is not right", round(most - total, 6)),)
    elif decided and total < least:
        kept += (ScoreLine(f"{_FLOOR} {least:g} points for an answer", round(least - total, 6)),)
    return kept, round(sum(line.points for line in kept), 6)
