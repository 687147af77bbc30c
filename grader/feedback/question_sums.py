"""The results of a question -> its sum as pages show it: which parts count, which are a bonus.

Of three parts of which two count, the third gets the remark "not counted: the best 2 of 3 count".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.feedback.addresses import anchor
from grader.feedback.wording import earned, points, worth
from grader.grading.totals import changes_score, sheet_sum, total
from grader.results import GradeReport, PartResult
from grader.rubric.shown import Asked

DROPPED = "dropped, does not count"


@dataclass(frozen=True, slots=True)
class SumLine:
    """A part in the sum of its question; `tag` and the longer `remark` are empty where its points are simply added."""

    anchor: str
    part: str
    tag: str
    remark: str
    points: str
    counts: bool


@dataclass(frozen=True, slots=True)
class QuestionSum:
    """The sum of a question; `rule` says how many of its parts count. There are `lines`, one a part, where they are
    not simply added."""

    score: str
    max_score: str
    worth: str
    rule: str
    lines: tuple[SumLine, ...]

    def tag_of(self, result: PartResult) -> str:
        """What is special about the points of a part of the question, in a word or two; empty for most."""
        return next((line.tag for line in self.lines if line.part == result.asked.part), "")


def question_sum(results: Sequence[PartResult]) -> QuestionSum:
    """The sum of all parts of one question."""
    sums = total(results)
    asked = [result.asked for result in results]
    figures = (points(sums.score), points(sums.max_score), worth(sums.max_score), rule(asked))
    if asked[0].best is None and not any(one.bonus or one.dropped for one in asked):
        return QuestionSum(*figures, lines=())
    choice = [result for result in results if not (result.asked.bonus or result.asked.dropped)]
    so_far = "not counted so far" if any(result.review for result in choice) else "not counted"
    left = f"{so_far}: the best {asked[0].best} of {len(choice)} count"
    return QuestionSum(
        *figures,
        lines=tuple(
            _left_out(one, so_far, left) if one.asked.part in sums.left_out else _counted(one) for one in results
        ),
    )


def _left_out(result: PartResult, tag: str, remark: str) -> SumLine:
    part = result.asked.part
    if result.asked.dropped:
        tag = remark = DROPPED
    return SumLine(anchor(part), part, tag, remark, f"({earned(result)})", counts=False)


def _counted(result: PartResult) -> SumLine:
    part, bonus = result.asked.part, "bonus" if result.asked.bonus else ""
    return SumLine(anchor(part), part, bonus, bonus, earned(result), counts=True)


def terms_sum(report: GradeReport) -> tuple[tuple[str, str], ...]:
    """The lines by which the parts come to the score, where a course's settings add or take off; else none."""
    late = report.terms.late
    if not changes_score(report.terms):
        return ()
    sums = sheet_sum(report.parts, report.terms)
    lines = [("All parts that count", points(sums.points))]
    lines += [("Chain rules that are only set up, beyond what counts", f"−{points(sums.cut)}")] if sums.cut else []
    lines += [("Added for everybody", f"+{points(sums.curve)}")] if sums.curve else []
    if late and late.percent:
        days = f"{late.days} day{'' if late.days == 1 else 's'}"
        share = f"{late.percent:g} % of {worth(sums.before_late)}"
        lines.append((f"Late by {days}, each that has begun counted: {share}", f"−{points(sums.off)}"))
    return tuple(lines)


def rule(asked: Sequence[Asked]) -> str:
    """How many parts of a question count, in a sentence; empty where all do."""
    best = asked[0].best
    return "" if best is None else f"The best {best} of {_choice(asked)} parts count{_bonus(asked)}."


def part_rule(asked: Asked, parts: Sequence[Asked]) -> str:
    """What is special about the points of a part, for a list of all `parts` of a rubric; empty for most."""
    if asked.dropped:
        return DROPPED
    if asked.bonus:
        return "bonus"
    choice = _choice([one for one in parts if one.question == asked.question])
    return "" if asked.best is None else f"best {asked.best} of {choice}"


def _choice(asked: Sequence[Asked]) -> int:
    return sum(not (one.bonus or one.dropped) for one in asked)


def _bonus(asked: Sequence[Asked]) -> str:
    return "; the bonus comes on top" if any(one.bonus for one in asked) else ""
