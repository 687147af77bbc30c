"""A class report -> `index.html`: the numbers, what needs a person, every student, every part.

`class_page` lays the report out as plain texts and numbers; `templates/class.html` places them.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from grader.feedback.addresses import anchor, page_names
from grader.feedback.charts import Histogram, histogram
from grader.feedback.common_answers import CommonAnswer
from grader.feedback.item_statistics import PartStatistics, part_statistics, scores_of_class
from grader.feedback.mistakes import MistakeCount, mistakes
from grader.feedback.question_sums import part_rule
from grader.feedback.templating import Remark, remarks, script, template, typed
from grader.feedback.wording import (
    by_student,
    clean,
    in_order,
    outcome_of,
    percent,
    points,
    shorten,
    tidy,
    worth,
)
from grader.grading.overrides import why_open
from grader.grading.totals import parts_left_out
from grader.results import ClassReport, GradeReport, Outcome, PartResult, RubricShown
from grader.rubric.shown import Asked

_MOST_REVIEWS = 500
_FEW_REVIEWS = 12
_MOST_REVIEWED = 5
_SEVERAL, _MOST_GIVEN = 3, 3  # students who gave an answer that is shown, and how many of them for a part


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student's row; `cells` are drawn, one a part."""

    student: str
    name: str
    href: str
    score: str
    sort_score: str
    percent: str
    sort_percent: str
    open_count: int
    cells: Markup


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How a part went: mean share of its points, and shares of students (`full`: all points), in percent.

    Whom means, `full` and `discrimination` are of, `PartStatistics` says; `mean` is empty where nothing is left.
    `answered` is of all students. `rule` says that the points are a bonus, or how many parts count.
    """

    part: str
    rule: str
    prompt: str
    max_score: str
    mean: str
    mean_points: str
    full: str
    answered: str
    open_count: str
    discrimination: str


@dataclass(frozen=True, slots=True)
class Review:
    """An answer that a person must look at."""

    student: str
    part: str
    href: str
    word: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that several gave, and what it earned most of them."""

    part: str
    text: str
    students: str
    points: str


@dataclass(frozen=True, slots=True)
class ClassView:
    """The whole class page."""

    title: str
    source: str
    worth: str
    policy: str
    script: str
    numbers: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]
    rows: tuple[StudentRow, ...]
    some_left_out: bool
    histogram: Histogram
    difficulty: tuple[Difficulty, ...]
    reviews: tuple[Review, ...]
    review_title: str
    more_reviews: int
    reviews_open: bool
    reviewed_parts: str
    mistakes: tuple[MistakeCount, ...]
    given: tuple[GivenAnswer, ...]
    remarks: tuple[Remark, ...]


def class_page(report: ClassReport, given: Iterable[CommonAnswer] = (), secret: str = "") -> str:
    """The page of the class. It holds every student's row, and works as it stands where scripts are off.

    `given` are the answers that many gave, of which each part shows the first few; `secret` as `page_names` has it.
    """
    rubric, reports = report.rubric, by_student(report)
    ordered = [in_order(one, rubric) for one in reports]
    decided = sum(result.override is not None for one in reports for result in one.parts)
    shares = [percent(one.score, one.max_score) for one in reports]
    reviews = [(one, result) for one, results in zip(reports, ordered, strict=True) for result in _open(one, results)]
    names = page_names((one.student for one in reports), secret)
    hrefs = {student: f"feedback/{name}" for student, name in names.items()}
    source, fingerprint = script("class.js")
    view = ClassView(
        title=rubric.title,
        source=rubric.path,
        worth=worth(rubric.max_score),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '{fingerprint}'",
        script=source,
        numbers=(
            ("Students", str(len(reports))),
            ("Mean", f"{statistics.fmean(shares):.0f} %" if shares else "–"),
            ("Median", f"{statistics.median(shares):.0f} %" if shares else "–"),
            ("Answers to review", str(sum(result is not None for _, result in reviews))),
            *([("Decided by a person", str(decided))] if decided else []),
        ),
        parts=tuple(asked.part for asked in rubric.parts),
        rows=tuple(_row(one, rubric, hrefs[one.student]) for one in reports),
        some_left_out=any(parts_left_out(one.parts) for one in reports),
        histogram=histogram(shares),
        difficulty=_difficulty(report, ordered),
        reviews=tuple(_review(one, result, hrefs[one.student]) for one, result in reviews[:_MOST_REVIEWS]),
        review_title=_review_title([result for _, result in reviews]),
        more_reviews=max(0, len(reviews) - _MOST_REVIEWS),
        reviews_open=len(reviews) <= _FEW_REVIEWS,
        reviewed_parts=_most_reviewed([result.asked.part for _, result in reviews if result is not None]),
        mistakes=mistakes(reports),
        given=tuple(_given(given)),
        remarks=remarks(report.problems),
    )
    return clean(template("class.html").render(page=view))


def _row(report: GradeReport, rubric: RubricShown, href: str) -> StudentRow:
    share = percent(report.score, report.max_score)
    by_part = {result.asked.part: result for result in report.parts}
    left_out = parts_left_out(report.parts)
    return StudentRow(
        student=report.student,
        name=report.name,
        href=href,
        score=points(report.score),
        sort_score=str(tidy(report.score)),
        percent=f"{share:.0f}",
        sort_percent=str(tidy(share)),
        open_count=sum(result.review for result in report.parts) or int(report.review),
        cells=Markup("".join(_cell(by_part.get(asked.part), asked.part in left_out) for asked in rubric.parts)),
    )


def _cell(result: PartResult | None, left_out: bool) -> Markup:
    if result is None:
        return _drawn_cell("missing", "", "not graded")
    if result.outcome in (Outcome.UNDECIDED, Outcome.UNREADABLE, Outcome.MISSING):
        said = outcome_of(result)
        return _drawn_cell(result.outcome, said.sign, said.word)
    text = points(result.score)
    return _drawn_cell(result.outcome, *((f"({text})", f"{text}, not counted") if left_out else (text, "")))


@lru_cache(maxsize=4096)
def _drawn_cell(verdict: str, text: str, word: str) -> Markup:
    """A cell of the table of students; a class has few different ones. The `word` is said in place of the text."""
    return Markup(template("cell.html").render(verdict=verdict, text=text, word=word))


def _difficulty(report: ClassReport, ordered: list[tuple[PartResult, ...]]) -> tuple[Difficulty, ...]:
    asked = {one.part: one for one in report.rubric.parts}
    statistics_of = {one.part: one for one in part_statistics(scores_of_class(report))}
    by_part: dict[str, list[PartResult]] = {part: [] for part in asked}
    for results in ordered:
        for result in results:
            by_part.setdefault(result.asked.part, []).append(result)
    return tuple(_went(one, statistics_of.get(part), by_part[part], report) for part, one in asked.items())


def _went(asked: Asked, found: PartStatistics | None, results: list[PartResult], report: ClassReport) -> Difficulty:
    answered = sum(result.verdict is not Outcome.MISSING for result in results)
    mean = (found.mean if found else None) or 0.0
    return Difficulty(
        part=asked.part,
        rule=part_rule(asked, report.rubric.parts),
        prompt=asked.prompt,
        max_score=points(asked.max_score),
        mean=f"{min(max(percent(mean, asked.max_score), 0), 100):.0f}" if found and found.counted else "",
        mean_points=points(mean),
        full=f"{100 * ((found.full if found else None) or 0):.0f}",
        answered=f"{100 * answered / (len(results) or 1):.0f}",
        open_count=str(sum(result.review for result in results) or ""),
        discrimination=f"{found.discrimination:.2f}" if found and found.discrimination is not None else "–",
    )


def _given(found: Iterable[CommonAnswer]) -> Iterator[GivenAnswer]:
    shown: Counter[str] = Counter()
    for one in found:
        if one.students >= _SEVERAL and shown[one.part] < _MOST_GIVEN:
            shown[one.part] += 1
            text, earned = typed(shorten(one.text, 160)), f"{points(one.score)} / {points(one.max_score)}"
            yield GivenAnswer(one.part, text, str(one.students), earned)


def _review_title(found: list[PartResult | None]) -> str:
    """How much there is to review: ``3 answers, 1 whole submission``."""
    whole = found.count(None)
    counts = ((len(found) - whole, "answer"), (whole, "whole submission"))
    return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count) or "0 answers"


def _most_reviewed(parts: list[str]) -> str:
    """The parts that most of the open answers belong to; empty where no part stands out."""
    counted = [(part, count) for part, count in Counter(parts).most_common(_MOST_REVIEWED) if count > 1]
    return ", ".join(f"{part} ({count})" for part, count in counted)


def _open(report: GradeReport, results: tuple[PartResult, ...]) -> tuple[PartResult | None, ...]:
    """The parts that a person must look at; None where it is no one part, but the whole."""
    found = tuple(result for result in results if result.review)
    return found or ((None,) if report.review else ())


def _review(report: GradeReport, result: PartResult | None, href: str) -> Review:
    if result is None:
        why = report.problems[0].message if report.problems else ""
        return Review(report.student, "everything", href, "Not final", "open", shorten(why, 160))
    return Review(
        student=report.student,
        part=result.asked.part,
        href=f"{href}#{anchor(result.asked.part)}",
        word=outcome_of(result).word,
        verdict=result.outcome,
        why=shorten(why_open(result), 160),
    )
