"""Scores of a class -> how hard each part was, and how well it tells students apart: classical item analysis.

Of four students with 0, 1, 1 and 1 of a point, the difficulty is 0.75. The discrimination is the corrected item-total
correlation: of a part's points with the sum of the student's other parts, itself left out (Nunnally and Bernstein,
Psychometric Theory, 3rd edition, 1994, chapter 8; Crocker and Algina, Introduction to Classical and Modern Test Theory,
1986, chapter 14).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import StatisticsError, correlation, fmean
from typing import Any

from grader.feedback.wording import tidy
from grader.grading.totals import parts_left_out
from grader.results import GradeReport, Outcome, PartResult

_FEWEST = 3  # students: a correlation of two is 1 or -1 whatever they did


@dataclass(frozen=True, slots=True)
class ItemScore:
    """The points of a student's part. One that `waits` for a person has none that count yet.

    `answered` is false where nothing was handed in for it and nobody gave points; `left_out` where others of a choice
    count in its place.
    """

    student: str
    part: str
    score: float
    max_score: float
    answered: bool
    waits: bool = False
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class PartStatistics:
    """How a part went for the `counted` students: those who handed in any work, less the `waiting` for a person.

    `unanswered` of them left it blank, which counts as 0, but not where others of a choice count in its place.
    `difficulty` is the mean share of the points, from 0 to 1 (a bonus aside, higher is easier), `full` the share of
    students with all points, `points` are (points, students). `discrimination`, from -1 to 1, is over the `compared`
    students of whom nothing waits in any part that is graded; None where fewer than three are, or all have the same.
    """

    part: str
    max_score: float
    counted: int
    waiting: int
    unanswered: int
    mean: float | None
    difficulty: float | None
    full: float | None
    discrimination: float | None
    compared: int
    points: tuple[tuple[float, int], ...]


def part_statistics(scores: Iterable[ItemScore]) -> tuple[PartStatistics, ...]:
    """The statistics of each part, in the order in which they first come; a student without work counts nowhere."""
    sheets: dict[str, list[ItemScore]] = {}
    parts: dict[str, float] = {}
    for one in scores:
        sheets.setdefault(one.student, []).append(one)
        parts.setdefault(one.part, one.max_score)
    at_work = [sheet for sheet in sheets.values() if any(one.answered or one.waits for one in sheet)]
    found: dict[str, list[ItemScore]] = {part: [] for part in parts}
    for sheet in at_work:
        for one in sheet:
            found[one.part].append(one)
    graded = {part for part, some in found.items() if not all(one.waits for one in some)}
    complete = [sheet for sheet in at_work if not any(one.waits for one in sheet if one.part in graded)]
    totals = {sheet[0].student: fsum(one.score for one in sheet if not one.waits) for sheet in complete}
    return tuple(_statistics(part, most, found[part], totals) for part, most in parts.items())


def _statistics(part: str, most: float, found: Sequence[ItemScore], totals: Mapping[str, float]) -> PartStatistics:
    counted = [one for one in found if _counts(one)]
    points = [one.score for one in counted]
    pairs = [(one.score, totals[one.student] - one.score) for one in counted if one.student in totals]
    mean = fmean(points) if points else None
    return PartStatistics(
        part=part,
        max_score=most,
        counted=len(counted),
        waiting=sum(one.waits for one in found),
        unanswered=sum(not one.answered for one in counted),
        mean=mean,
        difficulty=None if mean is None or most <= 0 else mean / most,
        full=sum(one >= most - 1e-9 for one in points) / len(points) if points else None,
        discrimination=_correlation(pairs),
        compared=len(pairs),
        points=tuple(sorted(Counter(map(tidy, points)).items())),
    )


def _counts(one: ItemScore) -> bool:
    return not one.waits and (one.answered or not one.left_out)


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < _FEWEST:
        return None
    try:
        return correlation(*zip(*pairs, strict=True))
    except StatisticsError:  # one of the two is the same for everybody
        return None


def scores_of_report(report: GradeReport, results: Iterable[PartResult]) -> Iterable[ItemScore]:
    """The scores of a student's report, in outline or whole; `results` are its parts in the order of the rubric."""
    left_out = parts_left_out(report.parts)
    for result in results:
        part, settled = result.asked.part, result.override is not None
        answered = settled or result.verdict is not Outcome.MISSING
        waits = result.review and not settled
        yield ItemScore(report.student, part, result.score, result.asked.max_score, answered, waits, part in left_out)


def scores_of_results(students: Iterable[Mapping[str, Any]]) -> Iterable[ItemScore]:
    """The same of the students of `results.json`; raises LookupError where one is none of ours."""
    for one in students:
        for part in one["parts"]:
            settled = part["override"] is not None
            answered = settled or part["verdict"] != Outcome.MISSING
            waits = part["review"] and not settled
            left_out = not part.get("counted", True)
            yield ItemScore(one["student"], part["part"], part["score"], part["max_score"], answered, waits, left_out)
