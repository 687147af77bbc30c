"""The results of one student's parts -> the score, the maximum, and the parts that do not count.

Of three parts with 3, 1 and 2 points in a question with ``best: 2``, the score is 5 and the second is left out. Bonus
parts stand outside of such a choice: their points count in the score, and not in the maximum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from grader.problems import Problem
from grader.results import SET_UP, GradeReport, NoteKind, Outcome, PartResult
from grader.rubric.model import sum_of_best


@dataclass(frozen=True, slots=True)
class Total:
    """What parts come to together; `left_out` are the ids of those that do not count, for others are better."""

    score: float
    max_score: float
    left_out: frozenset[str]


def total(results: Iterable[PartResult]) -> Total:
    """The total of the results of any number of questions, whole ones; the same for any order of them."""
    chosen: dict[str, list[PartResult]] = {}
    scores: list[float] = []
    for result in results:
        if result.asked.bonus:
            scores.append(result.score)
        else:
            chosen.setdefault(result.asked.question, []).append(result)
    left_out: list[PartResult] = []
    most: list[float] = []
    for choice in chosen.values():
        best = choice[0].asked.best
        ranked = choice if best is None else sorted(choice, key=_rank)
        scores += [result.score for result in ranked[:best]]
        left_out += [] if best is None else ranked[best:]
        most.append(sum_of_best((result.asked.max_score for result in choice), best))
    return Total(round(fsum(scores), 6), round(fsum(most), 9), frozenset(result.asked.part for result in left_out))


def cut_for_set_ups(results: Sequence[PartResult]) -> float:
    """The points that chain rules which are only set up have beyond the share of the sheet up to which they count.

    Anybody can write the chain rule of any model by its names, so a sheet of nothing else earns no more than this.
    """
    if not any(map(is_set_up, results)):  # as on most sheets, of which a class has many
        return 0.0
    earned, most = set_ups(results)
    return round(max(earned - most, 0.0), 6)


def set_ups(results: Sequence[PartResult]) -> tuple[float, float]:
    """What chain rules that are only set up earned where they count, and the most that they may earn together."""
    sums = total(results)
    found = [one for one in results if is_set_up(one) and one.asked.part not in sums.left_out]
    share = min((one.asked.set_ups for one in found), default=1.0)
    return round(fsum(points_of_set_up(one) for one in found), 6), round(share * sums.max_score, 6)


def points_of_set_up(result: PartResult) -> float:
    """The points of a part that are for its set-up; steps that were worked out beside it have earned theirs."""
    if not is_set_up(result):
        return 0.0
    set_up = fsum(line.points for line in result.lines if line.reason == SET_UP)
    steps = fsum(line.points for line in result.lines if line.reason.startswith("step: "))
    return round(max(min(set_up, result.score - steps), 0.0), 6)


def is_set_up(result: PartResult) -> bool:
    """Whether the points of a part are for a chain rule that is only set up, as nobody decided otherwise."""
    return result.note.kind is NoteKind.CHAIN_RULE_ONLY and result.override is None


def parts_left_out(results: Sequence[PartResult]) -> frozenset[str]:
    """The ids of the parts that do not count, for others of their questions are better."""
    return total(results).left_out if any(one.asked.best is not None for one in results) else frozenset()


def _rank(result: PartResult) -> tuple[float, bool, bool, int, str]:
    """The better score first; of equal ones what may yet get more, what was answered, and what is asked earlier."""
    part = result.asked.part
    return (-result.score, not result.review, result.verdict is Outcome.MISSING, len(part), part)


def summed(report: GradeReport, parts: Iterable[PartResult], problems: Iterable[Problem]) -> GradeReport:
    """The report with these parts and problems, and what follows from them: score, maximum, and review.

    A person has to look where one of the parts says so, or at a problem that belongs to none of them.
    """
    parts, problems = tuple(parts), tuple(problems)
    sums = total(parts)
    of_parts = {problem for result in parts for problem in result.problems}
    return replace(
        report,
        score=round(sums.score - cut_for_set_ups(parts), 6),
        max_score=sums.max_score,
        review=any(result.review for result in parts) or not of_parts.issuperset(problems),
        parts=parts,
        problems=problems,
    )
