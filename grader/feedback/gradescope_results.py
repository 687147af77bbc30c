"""One student's report -> the `results.json` that a Gradescope autograder leaves, with a test for each part.

What waits for a person has no points there: none are given, and none taken off, and the page says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from math import fsum

from grader.feedback.wording import clean, explained, in_order, outcome_of, points, remark, shorten, tidy, worth
from grader.grading.totals import parts_left_out, summed
from grader.results import GradeReport, Outcome, PartResult, RubricShown

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
_NAME = 120  # characters of what is asked
_WAITS = "A person will look at this part: it has no points yet, and none are taken off."
_PROGRAM = (
    "A program graded this; where a person decides, it says so. If you think that your work was read or graded wrongly,"
    " ask for a regrade, and a person will look at it."
)


def gradescope_results(report: GradeReport, rubric: RubricShown, visibility: str = "") -> str:
    """The file's text. Without a `visibility`, a part that hides its solution is shown at once, and one whose feedback
    may name the right value after the due date: students hand in again and again until then."""
    results = in_order(report, rubric)
    left_out = parts_left_out(results)
    settled = summed(report, [replace(one, score=0.0) if one.review else one for one in results], report.problems)
    shown = [_test(one, visibility or _default(one), left_out=one.asked.part in left_out) for one in results]
    whole = {
        "score": tidy(settled.score),
        "output": "\n".join(_output(report, results, settled.score)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": shown,
    }
    return clean(json.dumps(whole, ensure_ascii=False, indent=1)) + "\n"


def not_graded(why: str) -> str:
    """The file of a submission that could not be graded; `why` is for the student, who is not to blame."""
    whole = {"score": 0, "output": why, "output_format": "text", "stdout_visibility": "hidden", "tests": []}
    return clean(json.dumps(whole, ensure_ascii=False, indent=1)) + "\n"


def _default(result: PartResult) -> str:
    return "visible" if result.asked.hides_solution else "after_due_date"


def _test(result: PartResult, visibility: str, *, left_out: bool) -> dict[str, object]:
    asked = result.asked
    name = shorten(" ".join(asked.prompt.split()) or asked.target_text or asked.part, _NAME)
    shown: dict[str, object] = {"number": asked.part, "name": name}
    if result.review:
        said = f"{_WAITS} It is worth {worth(asked.max_score)}.\n{explained(result)}"
        return {**shown, "name": f"{name} (a person decides)", "output": said.rstrip(), "visibility": visibility}
    full = result.outcome is Outcome.CORRECT
    read_as = result.answer.read_as if result.answer else ""
    lines = [
        f"{outcome_of(result).word}.",
        "Not counted, since other parts of this question are better." if left_out else "",
        f"We read your answer as: {read_as}" if read_as else "",
        explained(result),
    ]
    return {
        **shown,
        "score": tidy(result.score),
        "max_score": 0 if asked.bonus else tidy(asked.max_score),  # so that a bonus is beyond what is asked
        "status": "passed" if full else "failed",
        "output": "\n".join(filter(None, lines)),
        "visibility": visibility,
    }


def _output(report: GradeReport, results: tuple[PartResult, ...], score: float) -> Iterator[str]:
    waiting = [one for one in results if one.review]
    if waiting:
        parts = ", ".join(one.asked.part for one in waiting)
        stake = worth(round(fsum(one.asked.max_score for one in waiting), 6))
        yield f"{worth(score)} so far, of {points(report.max_score)}."
        yield f"Waiting for a person, and not counted yet: {parts} ({stake})."
    else:
        yield f"{points(score)} of {worth(report.max_score)}."
        if report.review:
            yield "A person will look at what was handed in before these points stand."
    of_parts = {problem for one in results for problem in one.problems}
    yield from (remark(one) for one in report.problems if one not in of_parts)
    yield _PROGRAM
