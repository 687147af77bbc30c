"""A report and what people decided -> the report with their points, the program's findings beside them.

A decision is about one answer, known by its fingerprint: it is not applied to another answer that the student gave
since, nor where its points do not fit the part; then the part stays as judged, and a person looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite

from grader.grading.totals import summed
from grader.problems import Problem, did_you_mean
from grader.results import GradeReport, Override, PartResult

NOT_APPLIED = "a person decided on "  # how the Problem of a decision begins that leaves a part as judged


def overridden(report: GradeReport, overrides: Mapping[str, Override], fingerprints: Mapping[str, str]) -> GradeReport:
    """The report with the `overrides` by part applied, and its totals worked out anew; twice is the same as once.

    `fingerprints` are those of the answers as they are now, by part; a part without one has the empty text, and so has
    a decision on a part without an answer. A decision on a part that the report does not have is a Problem.
    """
    parts = []
    said = list(report.problems)
    for result in report.parts:
        override = overrides.get(result.asked.part)
        if override is None:
            parts.append(result)
            continue
        problem = _in_the_way(result, override, fingerprints.get(result.asked.part, ""))
        if problem is None:
            parts.append(replace(result, score=float(override.points), review=False, override=override))
            continue
        known = problem in result.problems
        parts.append(result if known else replace(result, review=True, problems=(*result.problems, problem)))
        said.append(problem)
    asked = [result.asked.part for result in report.parts]
    for part in sorted(overrides.keys() - set(asked)):
        message = f"{NOT_APPLIED}part '{part}' ({_told(overrides[part])}), which the rubric does not have"
        said.append(Problem(message, did_you_mean(part, asked), report.source))
    return summed(report, parts, dict.fromkeys(said))


def why_open(result: PartResult) -> str:
    """Why a person must look at a part: of a decision that could not be applied, that it could not."""
    return next((one.message for one in result.problems if one.message.startswith(NOT_APPLIED)), result.message)


def misfit(points: float, max_score: float) -> Problem | None:
    """What is wrong with a person's points for a part of `max_score`, bonus or not; None where they fit."""
    if isfinite(points) and 0 <= points <= max_score + 1e-9:
        return None
    hint = "points beyond it belong in a bonus part" if points > max_score else ""
    return Problem(f"expected points from 0 to {max_score:g}, found {points:g}", hint)


def points_of(text: str, most: float) -> float | str:
    """The points that a person gives for a part that is worth `most`, with a decimal comma or point; or why not."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return f"'{text.strip()}' is no number of points"
    wrong = misfit(found, most)
    return round(found, 6) if wrong is None else wrong.message


def _in_the_way(result: PartResult, override: Override, now: str) -> Problem | None:
    """Why a decision can't be applied to the answer as it is now, for a person; None where it can."""
    place = result.answer
    file, line = (place.file, place.line) if place else ("", 0)
    if override.answer != now:
        message = f"{NOT_APPLIED}another answer to part {result.asked.part} ({_told(override)}): look again"
        return Problem(message, "", file, line)
    if wrong := misfit(override.points, result.asked.max_score):
        message = (
            f"{NOT_APPLIED}points for part {result.asked.part} that do not fit it ({_told(override)}): {wrong.message}"
        )
        return Problem(message, wrong.hint, file, line)
    return None


def _told(override: Override) -> str:
    """``2 points, by A. Teacher, 2026-03-01``."""
    points = f"{override.points:g} point" + ("" if override.points == 1 else "s")
    return ", ".join(filter(None, (points, override.by and f"by {override.by}", override.day)))
