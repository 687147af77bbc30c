"""The reports of a class -> `index.html`: the numbers, what needs a person, every student, every part.

Students are added one after the other, however many there are; what was counted is laid out as plain texts and numbers,
which `templates/class.html` places.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from grader.feedback.addresses import anchor, page_names
from grader.feedback.charts import Histogram, histogram
from grader.feedback.class_rows import AT_ONCE, KeepFile, Rows, StudentRow, add_row, as_data, finish
from grader.feedback.class_tally import ClassTally, PartTally, count
from grader.feedback.common_answers import CommonAnswer, GivenMade, given_by_several
from grader.feedback.item_statistics import PartStatistics, part_statistics
from grader.feedback.mistakes import MistakeCount, mistake_counts
from grader.feedback.question_sums import part_rule
from grader.feedback.templating import Remark, remarks, script, template, typed
from grader.feedback.wording import by_student, clean, in_order, outcome_of, percent, points, shorten, worth
from grader.grading.overrides import why_open
from grader.problems import Problem
from grader.results import ClassReport, GradeReport, PartResult, RubricShown
from grader.rubric.shown import Asked

_FEW_REVIEWS = 12
_MOST_REVIEWED = 5
_SEVERAL, _MOST_GIVEN = 3, 3  # students who gave an answer that is shown, and how many of them for a part


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
    data: Markup
    numbers: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]
    rows: tuple[StudentRow, ...]
    more_rows: int
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


@dataclass(slots=True, eq=False)
class ClassMade:
    """The page of a class as far as it is: what was counted, and the rows; `files` are by student those of pages.

    `given` are the answers that were counted, of which each part shows the first few.
    """

    tally: ClassTally
    rows: Rows
    files: Mapping[str, str]
    given: GivenMade = field(default_factory=GivenMade)


def class_page(report: ClassReport) -> str:
    """The page of the class; of a class of more than 500, the rows of the others belong in files beside it."""
    return class_files(report, lambda _name, _text: None)


def class_files(report: ClassReport, keep: KeepFile) -> str:
    """The page of the class; the rows beyond the first 500 go to `keep`, file by file."""
    made = begin_class(report.rubric, page_names(one.student for one in report.reports), keep)
    for one in by_student(report):
        add_student(made, one)
    return finished_page(made, report.problems)


def begin_class(rubric: RubricShown, files: Mapping[str, str], keep: KeepFile) -> ClassMade:
    """A page without students; `add_student` adds them, sorted, and holds little of each."""
    return ClassMade(ClassTally(rubric), Rows(keep), files)


def add_student(made: ClassMade, report: GradeReport) -> None:
    """Count a student and make the row."""
    rubric = made.tally.rubric
    count(made.tally, report, in_order(report, rubric))
    add_row(made.rows, report, rubric, made.files[report.student])


def finished_page(made: ClassMade, problems: tuple[Problem, ...]) -> str:
    """The page, once all students are added.

    The first 500 stand in it as a plain table for whoever has no scripts, and as data.
    """
    finish(made.rows)
    return _page(made, problems)


def _page(made: ClassMade, problems: tuple[Problem, ...]) -> str:
    tally, rows, files = made.tally, made.rows, made.files
    rubric, shares = tally.rubric, tally.shares
    source, fingerprint = script("class.js")
    beside = " 'self' file:" if rows.total > AT_ONCE else ""
    open_answers = tally.open_parts.total()
    view = ClassView(
        title=rubric.title,
        source=rubric.path,
        worth=worth(rubric.max_score),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '{fingerprint}'{beside}",
        script=source,
        data=as_data(rows),
        numbers=(
            ("Students", str(rows.total)),
            ("Mean", f"{statistics.fmean(shares):.0f} %" if shares else "–"),
            ("Median", f"{statistics.median(shares):.0f} %" if shares else "–"),
            ("Answers to review", str(open_answers)),
            *([("Decided by a person", str(tally.decided))] if tally.decided else []),
        ),
        parts=tuple(asked.part for asked in rubric.parts),
        rows=tuple(rows.plain),
        more_rows=rows.total - len(rows.plain),
        some_left_out=tally.left_out,
        histogram=histogram(shares),
        difficulty=tuple(_difficulty(tally)),
        reviews=tuple(_review(one, result, f"feedback/{files[one.student]}") for one, result in tally.reviews),
        review_title=_review_title(open_answers, tally.open_whole),
        more_reviews=open_answers + tally.open_whole - len(tally.reviews),
        reviews_open=open_answers + tally.open_whole <= _FEW_REVIEWS,
        reviewed_parts=_most_reviewed(tally.open_parts),
        mistakes=mistake_counts(tally.mistakes),
        given=tuple(_given(given_by_several(made.given, _SEVERAL))),
        remarks=remarks(problems),
    )
    return clean(template("class.html").render(page=view))


def _difficulty(tally: ClassTally) -> Iterator[Difficulty]:
    found = {one.part: one for one in part_statistics(tally.scores)}
    for asked in tally.rubric.parts:
        yield _went(asked, found.get(asked.part), tally.parts[asked.part], tally.rubric)


def _went(asked: Asked, found: PartStatistics | None, counted: PartTally, rubric: RubricShown) -> Difficulty:
    mean = (found.mean if found else None) or 0.0
    return Difficulty(
        part=asked.part,
        rule=part_rule(asked, rubric.parts),
        prompt=asked.prompt,
        max_score=points(asked.max_score),
        mean=f"{min(max(percent(mean, asked.max_score), 0), 100):.0f}" if found and found.counted else "",
        mean_points=points(mean),
        full=f"{100 * ((found.full if found else None) or 0):.0f}",
        answered=f"{100 * counted.answered / (counted.found or 1):.0f}",
        open_count=str(counted.open or ""),
        discrimination=f"{found.discrimination:.2f}" if found and found.discrimination is not None else "–",
    )


def _given(found: Iterable[CommonAnswer]) -> Iterator[GivenAnswer]:
    shown: Counter[str] = Counter()
    for one in found:
        if shown[one.part] < _MOST_GIVEN:
            shown[one.part] += 1
            text, earned = typed(shorten(one.text, 160)), f"{points(one.score)} / {points(one.max_score)}"
            yield GivenAnswer(one.part, text, str(one.students), earned)


def _review_title(answers: int, whole: int) -> str:
    """How much there is to review: ``3 answers, 1 whole submission``."""
    counts = ((answers, "answer"), (whole, "whole submission"))
    return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count) or "0 answers"


def _most_reviewed(parts: Counter[str]) -> str:
    """The parts that most of the open answers belong to; empty where no part stands out."""
    counted = [(part, count) for part, count in parts.most_common(_MOST_REVIEWED) if count > 1]
    return ", ".join(f"{part} ({count})" for part, count in counted)


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
