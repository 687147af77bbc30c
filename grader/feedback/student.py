"""One student's report -> the feedback page, one HTML file that needs nothing else.

`student_page` lays the report out as plain texts, numbers and sections; `templates/student.html` places them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType

from markupsafe import Markup

from grader.expression.language.names import Names
from grader.feedback.addresses import anchor
from grader.feedback.question_sums import SumLine, question_sum, terms_sum
from grader.feedback.section import completed, section
from grader.feedback.templating import Remark, remarks, template
from grader.feedback.wording import VERDICTS, clean, earned, in_order, line_of, outcome_of, percent, points, worth
from grader.grading.totals import cut_for_set_ups, set_ups
from grader.results import GradeReport, PartResult, Request, RubricShown

NOTHING_DRAWN: Mapping[str, str] = MappingProxyType({})
NOTHING_TAKEN_OVER: Mapping[str, bytes] = MappingProxyType({})
_BEGINS, _ENDS = b'<article class="part" id="', b"</article>\n"  # which no text of a student's can look like
_TAKEN_OVER, _SAME = Markup("<taken-over/>"), Markup("<same/>")


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part that a person will look at, as the page links to it."""

    anchor: str
    part: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question: its heading, its sub-total, the chips of its parts in the list, and their sections.

    `lines` add it up where it is no plain sum.
    """

    label: str
    title: str
    score: str
    max_score: str
    worth: str
    rule: str
    lines: tuple[SumLine, ...]
    chips: Markup
    sections: Markup


@dataclass(frozen=True, slots=True)
class StudentView:
    """A page; `fill` is the width of the score's bar in percent, `counts` are (verdict, number, word).

    `handed` says
    how the work came in; `same` stands for what all pages begin with; `sums` are the lines by which the parts come to
    the score, where they are not simply added; `requests` are (part, anchor, what became of it).
    """

    title: str
    rubric: str
    name: str
    student: str
    source: str
    score: str
    worth: str
    percent: str
    fill: str
    counts: tuple[tuple[str, int, str], ...]
    set_ups: str
    unused: tuple[tuple[str, str], ...]
    review: bool
    open_parts: tuple[OpenPart, ...]
    questions: tuple[QuestionView, ...]
    remarks: tuple[Remark, ...]
    handed: tuple[str, ...] = ()
    same: Markup = _SAME
    sums: tuple[tuple[str, str], ...] = ()
    requests: tuple[tuple[str, str, str], ...] = ()


def student_page(report: GradeReport, rubric: RubricShown) -> str:
    """The feedback page of one student: self-contained, no script, no network."""
    return page_of(report, rubric).decode()


def page_of(
    report: GradeReport,
    rubric: RubricShown,
    drawn: Mapping[str, str] = NOTHING_DRAWN,
    taken_over: Mapping[str, bytes] = NOTHING_TAKEN_OVER,
) -> bytes:
    """The feedback page of one student in UTF-8.

    `drawn` are by part sections that `open_section` made, which need not be drawn again; `taken_over` whole ones of an
    earlier page, whose parts the report may have in outline.
    """
    results = in_order(report, rubric)
    questions = tuple(
        _question(tuple(group), rubric.names.get(name, ()), drawn, taken_over)
        for name, group in groupby(results, key=lambda result: result.asked.question)
    )
    found = Counter((result.outcome, outcome_of(result).word) for result in results)
    order = list(VERDICTS)
    share = percent(report.score, report.max_score)
    of_parts = {problem for result in results for problem in result.problems}  # told there
    of_parts.update(report.terms.problems)  # for whoever decides; the notes have it for the student
    view = StudentView(
        title=f"{report.name or report.student} · {rubric.title}",
        rubric=rubric.title,
        name=report.name,
        student=report.student,
        source=report.source,
        score=points(report.score),
        worth=worth(report.max_score),
        percent=f"{share:.0f}",
        fill=f"{min(max(share, 0.0), 100.0):.1f}",
        counts=tuple(
            (outcome, found[outcome, word], word.lower())
            for outcome, word in sorted(found, key=lambda pair: (order.index(pair[0]), pair[1]))
        ),
        set_ups=_set_ups(report),
        review=report.review,
        open_parts=tuple(OpenPart(anchor(one.asked.part), one.asked.part) for one in results if one.review),
        questions=questions,
        remarks=remarks(tuple(problem for problem in report.problems if problem not in of_parts)),
        unused=tuple((line_of(one.line, one.cell), one.text) for one in report.unused),
        handed=(*(report.handed.notes if report.handed else ()), *report.terms.notes),
        sums=terms_sum(report),
        requests=tuple((one.part, anchor(one.part), _became_of(one)) for one in report.terms.requests),
    )
    page = clean(template("student.html").render(page=view)).encode().replace(_SAME.encode(), _same(), 1)
    return _filled(page, [taken_over[one.asked.part] for one in results if one.asked.part in taken_over])


@lru_cache(maxsize=1)
def _same() -> bytes:
    """The style of every page."""
    return template("same.html").render().encode()


def sections_in(page: bytes) -> dict[str, bytes]:
    """By anchor the sections of a page, in UTF-8."""
    found = {}
    at = page.find(_BEGINS)
    while at >= 0:
        name = at + len(_BEGINS)
        end = page.index(_ENDS, name) + len(_ENDS)
        found[page[name : page.index(b'"', name)].decode()] = page[at:end]
        at = page.find(_BEGINS, end)
    return found


def _filled(page: bytes, sections: Sequence[bytes]) -> bytes:
    """The page with the sections that were taken over in their places."""
    pieces = page.split(_TAKEN_OVER.encode())
    return b"".join(text for pair in zip(pieces, (*sections, b""), strict=True) for text in pair)


def _set_ups(report: GradeReport) -> str:
    """What is taken off because chain rules that are only set up count up to a share of the sheet; mostly empty."""
    cut = cut_for_set_ups(report.parts)
    if not cut:
        return ""
    most = worth(set_ups(report.parts)[1])
    return f"Chain rules that are set up and not carried out count for {most} at most: {worth(cut)} less."


def _became_of(request: Request) -> str:
    """What a student reads of a regrade request: the reply, or where it stands."""
    if request.replies:
        text, by, _ = request.replies[-1]
        return text + (f" ({by})" if by else "")
    return "A person has: see there." if request.decided else "A person will."


def _question(
    results: tuple[PartResult, ...], names: Names, drawn: Mapping[str, str], taken_over: Mapping[str, bytes]
) -> QuestionView:
    asked = results[0].asked
    sums = question_sum(results)
    sections = (
        _TAKEN_OVER if result.asked.part in taken_over else _section(result, sums.tag_of(result), names, drawn)
        for result in results
    )
    return QuestionView(
        label=f"Question {asked.question}" if asked.question else "Questions",
        title=asked.question_title,
        score=sums.score,
        max_score=sums.max_score,
        worth=sums.worth,
        rule=sums.rule,
        lines=sums.lines,
        chips=Markup("".join(map(_chip_of, results))),
        sections=Markup("".join(sections)),
    )


def _chip_of(result: PartResult) -> Markup:
    asked = result.asked
    return _chip(asked.part, result.outcome, outcome_of(result).word, earned(result), points(asked.max_score))


@lru_cache(maxsize=16_384)
def _chip(part: str, verdict: str, word: str, score: str, most: str) -> Markup:
    """A part's line in the list; a class has few different ones."""
    values = {"anchor": anchor(part), "part": part, "verdict": verdict, "word": word, "score": score, "most": most}
    return Markup(template("chip.html").render(values))


def _section(result: PartResult, tag: str, names: Names, drawn: Mapping[str, str]) -> Markup:
    kept = drawn.get(result.asked.part, "")
    return completed(kept, result, tag) if kept else section(result, tag, names)
