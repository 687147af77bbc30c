"""The results of one student's parts -> the score, the maximum, and the parts that do not count.

Of three parts with 3, 1 and 2 points in a question with ``best: 2``, the score is 5 and the second is left out. Bonus
parts stand outside of such a choice: their points count in the score, and not in the maximum. Parts that the course has
dropped are in neither. What is added for all, and what comes off late work, is worked out on the sum, in this order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from grader.problems import Problem
from grader.results import SET_UP, GradeReport, NoteKind, Outcome, PartResult, RubricShown, Terms
from grader.rubric.model import sum_of_best
from grader.rubric.shown import Asked


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
    dropped: set[str] = set()
    for result in results:
        if result.asked.dropped:
            dropped.add(result.asked.part)
        elif result.asked.bonus:
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
    out = dropped.union(result.asked.part for result in left_out)
    return Total(round(fsum(scores), 6), round(fsum(most), 9), frozenset(out))


@dataclass(frozen=True, slots=True)
class SheetSum:
    """How a score comes about: the `points` of the parts that count, less what is `cut` for set-ups, with what the
    `curve` adds, less what comes `off` for being late; `before_late` is all but the last."""

    points: float
    cut: float
    curve: float
    before_late: float
    off: float
    score: float
    max_score: float


def changes_score(terms: Terms) -> bool:
    """Whether the terms of a course may add to a score or take off it."""
    return bool(terms.curve or (terms.late and terms.late.percent))


def sheet_sum(results: Sequence[PartResult], terms: Terms) -> SheetSum:
    """The score of these results under the terms of a course.

    The curve lifts a score up to the maximum and no further; it takes nothing from one that is above it by a bonus.
    """
    sums = total(results)
    cut = cut_for_set_ups(results)
    reached = round(sums.score - cut, 6)
    curve = round(max(min(terms.curve, sums.max_score - reached), 0.0), 6)
    before_late = round(reached + curve, 6)
    off = round(before_late * (terms.late.percent if terms.late else 0.0) / 100, 6)
    return SheetSum(sums.score, cut, curve, before_late, off, round(before_late - off, 6), sums.max_score)


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
    """The ids of the parts that do not count, for others of their questions are better or the course dropped them."""
    special = any(one.asked.best is not None or one.asked.dropped for one in results)
    return total(results).left_out if special else frozenset()


def under(report: GradeReport, terms: Terms) -> GradeReport:
    """The report under the terms of a course; what they leave open is a Problem for a person."""
    return summed(replace(report, terms=terms), report.parts, dict.fromkeys((*report.problems, *terms.problems)))


def without(rubric: RubricShown, dropped: Collection[str]) -> RubricShown:
    """The rubric with parts that the course has `dropped`, by their ids."""
    if not dropped:
        return rubric
    parts = tuple(replace(one, dropped=one.part in dropped) for one in rubric.parts)
    choices: dict[str, list[Asked]] = {}
    for one in parts:
        if not (one.bonus or one.dropped):
            choices.setdefault(one.question, []).append(one)
    most = fsum(sum_of_best((one.max_score for one in some), some[0].best) for some in choices.values())
    return replace(rubric, parts=parts, max_score=round(most, 9))


def _rank(result: PartResult) -> tuple[float, bool, bool, int, str]:
    """The better score first; of equal ones what may yet get more, what was answered, and what is asked earlier."""
    part = result.asked.part
    return (-result.score, not result.review, result.verdict is Outcome.MISSING, len(part), part)


def summed(report: GradeReport, parts: Iterable[PartResult], problems: Iterable[Problem]) -> GradeReport:
    """The report with these parts and problems, and what follows from them: score, maximum, and review.

    A person has to look where one of the parts says so, or at a problem that belongs to none of them; at a part that
    the course has dropped nobody has to.
    """
    parts = tuple(replace(one, review=False) if one.asked.dropped and one.review else one for one in parts)
    problems = tuple(problems)
    sums = sheet_sum(parts, report.terms)
    of_parts = {problem for result in parts for problem in result.problems}
    return replace(
        report,
        score=sums.score,
        max_score=sums.max_score,
        review=any(result.review for result in parts) or not of_parts.issuperset(problems),
        parts=parts,
        problems=problems,
    )
