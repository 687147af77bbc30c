"""Kept reports and judgements -> the GradeReports that tables and pages are made from, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, replace
from types import MappingProxyType
from typing import Any

from grader.gradebook.encoding import decode_result, encode_result, note_of, problem_of
from grader.gradebook.judgements import Kept
from grader.gradebook.kept_terms import decode_terms
from grader.gradebook.reports import ADJUSTED, PartKept, ReportKept
from grader.grading.by_hand import missing
from grader.grading.grade import placed
from grader.grading.overrides import why_open
from grader.grading.totals import changes_score, points_of_set_up, sheet_sum
from grader.results import (
    NO_TERMS,
    SET_UP,
    Diagnosis,
    GradeReport,
    Outcome,
    Override,
    PartResult,
    RubricShown,
    ScoreLine,
)
from grader.rubric.shown import Asked
from grader.submission.submissions import NOT_SAID, Answer

_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
NOTHING_HELD: Mapping[str, PartKept] = MappingProxyType({})
_BESIDE_THE_PLACE = ("verdict", "score", "note", "review", "message", "evidence", "diagnosis", "lines", "override")


def report_kept(
    report: GradeReport, judgements: Mapping[str, tuple[str, PartResult]], held: Mapping[str, PartKept] = NOTHING_HELD
) -> ReportKept:
    """A report for the gradebook; `judgements` are by part the fingerprint and the result of the answer by itself.

    Parts that are `held` are kept as they were.
    """
    return ReportKept(
        report.student,
        report.name,
        report.source,
        report.score,
        report.max_score,
        report.review,
        tuple(
            held.get(result.asked.part) or _part_kept(result, judgements.get(result.asked.part))
            for result in report.parts
        ),
        report.problems,
        report.handed or NOT_SAID,
        report.terms,
        _adjusted(report),
    )


def _adjusted(report: GradeReport) -> tuple[tuple[str, float], ...]:
    """What the course's settings add or take off, where they do either."""
    if not changes_score(report.terms):
        return ()
    sums = sheet_sum(report.parts, report.terms)
    given = zip(ADJUSTED, (sums.curve, -sums.off), strict=True)
    return tuple((name, points) for name, points in given if points)


def _part_kept(result: PartResult, judged: tuple[str, PartResult] | None) -> PartKept:
    asked, place = result.asked, result.answer
    outcome = (asked.part, result.verdict, result.score, asked.max_score, result.note, result.review)
    file, line = (place.file, place.line) if place else ("", 0)
    name, alone = judged or ("", missing(asked))
    return PartKept(
        *outcome,
        judgement=name,
        file=file,
        line=line,
        result="" if _is_as_kept(result, alone) else encode_result(result),
        rule=result.diagnosis.rule if result.diagnosis else "",
        message=why_open(result) if result.review else "",
        override=astuple(result.override) if result.override else (),
        set_up=points_of_set_up(result),
        dropped=asked.dropped,
    )


def _is_as_kept(result: PartResult, alone: PartResult) -> bool:
    """Whether nothing but the place was added to a result by itself."""
    place, answer = result.answer, alone.answer
    if place is None or answer is None:
        return result == alone
    if result.problems or alone.problems:
        return placed(alone, Answer(result.asked.part, place.text, place.file, place.line)) == result
    same = all(getattr(result, name) == getattr(alone, name) for name in _BESIDE_THE_PLACE)
    return same and (place.text, place.read_as, place.drawn) == (answer.text, answer.read_as, answer.drawn)


def grade_report(kept: ReportKept, rubric: RubricShown, results: Mapping[str, PartResult]) -> GradeReport:
    """The report as it was; `results` are by fingerprint those of the judgements that it names."""
    asked = {one.part: one for one in rubric.parts}
    return GradeReport(
        kept.student,
        kept.name,
        kept.source,
        kept.score,
        kept.max_score,
        kept.review,
        tuple(part_result(part, asked[part.part], results) for part in kept.parts),
        kept.problems,
        handed=kept.handed,
        terms=kept.terms,
    )


def outline(student: str, kept: str, asked: Mapping[str, Asked]) -> GradeReport:
    """What tables of a class need of a report kept as JSON: outcomes, points, which mistakes, and what is open.

    `asked` is by part; raises ValueError, TypeError or LookupError where the text is none of ours.
    """
    found: Mapping[str, Any] = json.loads(kept)
    parts = tuple(_outlined(asked, *one) for one in found["parts"])
    problems = tuple(map(problem_of, found["problems"]))
    sums = (found["score"], found["max_score"], found["review"])
    terms = decode_terms(found["terms"]) if "terms" in found else NO_TERMS
    return GradeReport(student, found["name"], found["source"], *sums, parts, problems, terms=terms)


def _outlined(
    asked: Mapping[str, Asked],
    part: str,
    verdict: str,
    score: float,
    _max_score: float,
    note: str,
    review: bool,
    *rest: Any,
) -> PartResult:
    """A part from the fields of a PartKept, of which 42,000 are told for a large class; of its lines the set-up's."""
    rule, message, override, *more = rest[4:]
    set_up = more[0] if more else 0.0
    return PartResult(
        asked[part],
        _OUTCOMES[verdict],
        score,
        note_of(note),
        review,
        message,
        diagnosis=Diagnosis(note_of(rule), "") if rule else None,
        lines=(ScoreLine(SET_UP, set_up),) if set_up else (),
        override=Override(*override) if override else None,
    )


def outlined(kept: PartKept, asked: Mapping[str, Asked]) -> PartResult:
    """A part with its outcome, points and mistake alone, and the line of what is only set up."""
    outcome = (kept.part, kept.verdict, kept.score, kept.max_score, kept.note, kept.review)
    beside = (kept.judgement, kept.file, kept.line, kept.result, kept.rule, kept.message, kept.override, kept.set_up)
    return _outlined(asked, *outcome, *beside)


def part_result(kept: PartKept, asked: Asked, results: Mapping[str, PartResult]) -> PartResult:
    """One part of a report as it was; `results` are by fingerprint those of judgements."""
    if kept.result:
        result = decode_result(kept.result, asked)
        place = result.answer and replace(result.answer, file=kept.file, line=kept.line)
        return replace(result, answer=place, override=Override(*kept.override) if kept.override else None)
    if not kept.judgement:
        return missing(asked)
    alone = results[kept.judgement]
    text = alone.answer.text if alone.answer else ""
    return placed(alone, Answer(kept.part, text, kept.file, kept.line))


def results_of(judgements: Mapping[str, Kept], rubric: RubricShown) -> dict[str, PartResult]:
    """By fingerprint the results of judgements, each without a place; raises ValueError, TypeError or LookupError."""
    asked = {one.part: one for one in rubric.parts}
    return {name: decode_result(one.judgement, asked[one.part]) for name, one in judgements.items()}
