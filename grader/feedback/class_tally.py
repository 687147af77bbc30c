"""Reports of a class, one after the other -> what its page says of all of them; no report is held.

``count(tally, report, results)`` is called once for each student, in the order of the table.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

from grader.feedback.item_statistics import ItemScore, scores_of_report
from grader.feedback.mistakes import MistakesMade, count_mistakes
from grader.feedback.wording import percent
from grader.grading.totals import parts_left_out
from grader.results import GradeReport, Outcome, PartResult, RubricShown

MOST_REVIEWS = 500


@dataclass(slots=True, eq=False)
class PartTally:
    """How many there are of a part so far, were answered, and wait for a person."""

    found: int = 0
    answered: int = 0
    open: int = 0


@dataclass(slots=True, eq=False)
class ClassTally:
    """How a class did so far: the share of each student in percent, in order, each part, and what waits for a person.

    `scores` are those of all parts. `reviews` are the first that wait, each with its report; None where that is the
    whole of it.
    """

    rubric: RubricShown
    shares: array[float] = field(default_factory=lambda: array("d"))
    parts: dict[str, PartTally] = field(default_factory=dict)
    scores: list[ItemScore] = field(default_factory=list)
    mistakes: MistakesMade = field(default_factory=MistakesMade)
    decided: int = 0
    open_parts: Counter[str] = field(default_factory=Counter)
    open_whole: int = 0
    reviews: list[tuple[GradeReport, PartResult | None]] = field(default_factory=list)
    left_out: bool = False

    def __post_init__(self) -> None:
        self.parts.update((asked.part, PartTally()) for asked in self.rubric.parts)


def count(tally: ClassTally, report: GradeReport, results: tuple[PartResult, ...]) -> None:
    """Add a student; `results` are the parts in the order of the rubric."""
    tally.shares.append(percent(report.score, report.max_score))
    tally.left_out = tally.left_out or bool(parts_left_out(report.parts))
    tally.scores += scores_of_report(report, results)
    for result in results:
        tally.decided += result.override is not None
        _count_part(tally.parts.setdefault(result.asked.part, PartTally()), result)
    waiting = tuple(result for result in results if result.review)
    tally.open_parts.update(result.asked.part for result in waiting)
    whole = report.review and not waiting
    tally.open_whole += whole
    if len(tally.reviews) < MOST_REVIEWS:
        tally.reviews += [(report, one) for one in ((None,) if whole else waiting)]
    count_mistakes(tally.mistakes, report)


def _count_part(tally: PartTally, result: PartResult) -> None:
    tally.found += 1
    tally.answered += result.verdict is not Outcome.MISSING
    tally.open += result.review
