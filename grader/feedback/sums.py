"""The results of a question -> its sum as pages show it: which parts count, which are a bonus.

Of three parts of which two count, the third gets the remark "not counted: the best 2 of 3 count".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.feedback.addresses import anchor
from grader.feedback.wording import points, worth
from grader.grading.totals import total
from grader.results import PartResult
from grader.rubric.shown import Asked


@dataclass(frozen=True, slots=True)
class SumLine:
    """A part in the sum of its question; `remark` is empty where its points are simply added."""

    anchor: str
    part: str
    remark: str
    points: str
    counts: bool


@dataclass(frozen=True, slots=True)
class QuestionSum:
    """The sum of a question; `rule` says how many parts count, and `lines` are there if not every part simply adds."""

    score: str
    max_score: str
    worth: str
    rule: str
    lines: tuple[SumLine, ...]


def question_sum(results: Sequence[PartResult]) -> QuestionSum:
    """The sum of all parts of one question."""
    sums = total(results)
    asked = [result.asked for result in results]
    plain = asked[0].best is None and not any(one.bonus for one in asked)
    return QuestionSum(
        score=points(sums.score),
        max_score=points(sums.max_score),
        worth=worth(sums.max_score),
        rule=rule(asked),
        lines=() if plain else tuple(_line(one, sums.left_out, remark(one, results)) for one in results),
    )


def rule(asked: Sequence[Asked]) -> str:
    """How many parts of a question count, in a sentence; empty where all do."""
    best = asked[0].best
    return "" if best is None else f"The best {best} of {_choice(asked)} parts count{_bonus(asked)}."


def part_rule(asked: Asked, parts: Sequence[Asked]) -> str:
    """What is special about the points of a part, for a list of all `parts` of a rubric; empty for most."""
    if asked.bonus:
        return "bonus"
    choice = _choice([one for one in parts if one.question == asked.question])
    return "" if asked.best is None else f"best {asked.best} of {choice}"


def remark(result: PartResult, results: Sequence[PartResult]) -> str:
    """What is special about a part among all of its question; empty for most."""
    if result.asked.bonus:
        return "bonus"
    if result.asked.best is None or result.asked.part not in total(results).left_out:
        return ""
    choice = [one for one in results if not one.asked.bonus]
    so_far = " so far" if any(one.review for one in choice) else ""
    return f"not counted{so_far}: the best {result.asked.best} of {len(choice)} count"


def _line(result: PartResult, left_out: frozenset[str], remark: str) -> SumLine:
    counts = result.asked.part not in left_out
    return SumLine(
        anchor(result.asked.part),
        result.asked.part,
        remark,
        points(result.score) if counts else f"({points(result.score)})",
        counts,
    )


def _choice(asked: Sequence[Asked]) -> int:
    return sum(not one.bonus for one in asked)


def _bonus(asked: Sequence[Asked]) -> str:
    return ", and the bonus" if any(one.bonus for one in asked) else ""
