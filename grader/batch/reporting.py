"""Judged answers -> each student's report and page, by several processes.

What follows from a student's other answers is worked out here, if it is not kept. Where that fails, the answers stand
as judged; only where that fails too is a whole submission undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from pathlib import Path

from grader.batch.judging import Solved
from grader.batch.pool import Ended, piece, spread
from grader.feedback.addresses import anchor
from grader.feedback.student import page_of, sections_in
from grader.feedback.tables import entries_in, student_line
from grader.files import write_bytes
from grader.gradebook.assembly import outlined, report_kept
from grader.gradebook.encoding import decode_carried, decode_result, encode_carried
from grader.gradebook.fingerprints import decided_on
from grader.gradebook.reports import Page, PartKept, encode_report, parts_kept
from grader.grading.by_hand import missing
from grader.grading.grade import placed, question_results, report_with
from grader.grading.isolated import Failed, Isolation, not_judged
from grader.grading.overrides import overridden
from grader.grading.totals import summed, under
from grader.problems import Problem
from grader.results import NO_TERMS, GradeReport, Judgement, Override, PartResult, RubricShown, Terms
from grader.rubric.shown import Asked
from grader.submission.submissions import Answer, Submission


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run left of a student, some `parts` of which hold still; report and line are JSON."""

    parts: frozenset[str]
    report: str
    line: str


@dataclass(frozen=True, slots=True)
class Held:
    """The parts that hold from an earlier run, by id: as the report keeps them, in results.json, on the page."""

    parts: Mapping[str, PartKept] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a student's report is made of.

    `judgements` are by part (fingerprint, JSON, section), `carried` by question what is kept of what follows from other
    answers, `overrides` by part what people decided, `terms` what the course's settings come to; `fingerprint` names
    the report, `page` the file of its page. Where one of its judgements is not to last, `lasts` is false. Parts that
    hold from an `earlier` run have no judgements.
    """

    submission: Submission
    fingerprint: str
    page: str
    judgements: Mapping[str, tuple[str, str, str]]
    carried: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    lasts: bool = True
    earlier: Earlier | None = None
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as the gradebook keeps it, its line of results.json, what was worked out anew by question, and the page
    that was written."""

    student: str
    fingerprint: str
    report: str
    line: str
    carried: Mapping[str, str]
    page: Page | None


@dataclass(frozen=True, slots=True)
class Pages:
    """Where pages go; None for a run that writes nothing. Results have their names where these are `private`."""

    solved: Solved
    folder: Path | None
    private: bool = False


NOTHING_HELD = Held()


def report_all(given: Pages, sheets: Sequence[Sheet], jobs: int) -> Iterator[Reported]:
    """The report of each sheet, as they are done; pages are written. Raises OSError.

    What fails is tried with less: without what follows from other answers, as undecided, with a bare page.
    """
    todo: Sequence[Sheet] = sheets
    why: list[Failed] = []
    for work in (_report, _report_as_judged, _report_not_graded):
        tasks = todo if work is _report else list(zip(todo, why, strict=True))
        failed: list[tuple[Sheet, Failed]] = []
        for index, found in spread(partial(work, given), tasks, jobs):
            if isinstance(found, Failed):
                failed.append((todo[index], found))
            else:
                yield found
        todo, why = [sheet for sheet, _ in failed], [one for _, one in failed]
    for sheet, last in zip(todo, why, strict=True):
        yield _not_graded(given, sheet, last, bare=last)


def _report(given: Pages, sheet: Sheet) -> Reported:
    return _graded(given, sheet, piece)


def _report_as_judged(given: Pages, task: tuple[Sheet, Failed]) -> Reported:
    """The report without what follows from other answers: something there failed."""
    sheet, why = task
    lasts = sheet.lasts and sheet.earlier is None  # what failed may be what an earlier run had left
    return _graded(given, replace(sheet, carried={}, lasts=lasts), partial(_instead, why))


def _report_not_graded(given: Pages, task: tuple[Sheet, Failed]) -> Reported:
    return _not_graded(given, *task)


def _not_graded(given: Pages, sheet: Sheet, why: Failed, bare: Failed | None = None) -> Reported:
    sheet = replace(sheet, lasts=sheet.lasts and not isinstance(why, Ended))
    report = not_graded(sheet.submission, given.solved.shown, why)
    return _reported(given, sheet, report, {}, {}, failed=bare)


def _instead(failed: Failed, _work: Callable[[], object]) -> Failed:
    return failed


def _graded(given: Pages, sheet: Sheet, isolation: Isolation) -> Reported:
    asked = {one.part: one for one in given.solved.shown.parts}
    alone = {part: (name, decode_result(kept, asked[part])) for part, (name, kept, _) in sheet.judgements.items()}
    texts = {answer.part: answer.text for answer in sheet.submission.answers}
    judged = {(part, texts[part]): Judgement(texts[part], result) for part, (_, result) in alone.items()}
    held = _held(given, sheet)
    results = {part: outlined(kept, asked) for part, kept in held.parts.items()}
    made = {}
    for question in given.solved.key.questions:
        name = question.question.id
        if all(one.part in held.parts for one in question.asked):
            continue
        known = decode_carried(sheet.carried[name]) if name in sheet.carried else None
        own, found = question_results(given.solved.key, question, sheet.submission, judged, isolation, known, results)
        results |= {one.asked.part: one for one in own}
        faults = [fault for one in found if one for fault in (one.failed, one.lost)]
        sheet = replace(sheet, lasts=sheet.lasts and not any(isinstance(fault, Ended) for fault in faults))
        if known is None:
            with suppress(ValueError):  # of what failed for a part nothing is kept
                made[name] = encode_carried(found)
    # the key knows nothing of what the course has dropped
    report = report_with(sheet.submission, [replace(results[part], asked=one) for part, one in asked.items()])
    return _reported(given, sheet, report, alone, made, held)


def _held(given: Pages, sheet: Sheet) -> Held:
    """What holds from an earlier run, whose page is as that run left it."""
    if sheet.earlier is None:
        return Held()
    parts = parts_kept(sheet.earlier.report)
    entries = entries_in(sheet.earlier.line)
    same, sections = sheet.earlier.parts, dict[str, bytes]()
    if given.folder is not None:
        there = sections_in((given.folder / sheet.page).read_bytes())
        sections = {part: there[anchor(part)] for part in same}
    return Held({part: parts[part] for part in same}, {part: entries[part] for part in same}, sections)


def _reported(
    given: Pages,
    sheet: Sheet,
    report: GradeReport,
    alone: Mapping[str, tuple[str, PartResult]],
    carried: Mapping[str, str],
    held: Held = NOTHING_HELD,
    failed: Failed | None = None,
) -> Reported:
    """The report as it is kept; where the page `failed` before, a bare one is written."""
    if sheet.terms != NO_TERMS:
        report = under(report, sheet.terms)
    if sheet.overrides:
        answers = {answer.part: decided_on(answer) for answer in sheet.submission.answers}
        report = overridden(report, sheet.overrides, answers)
    page, kept = None, report_kept(report, alone, held.parts)
    if given.folder is not None:
        as_kept = {one.part for one in kept.parts if one.judgement and not one.result}
        drawn = {part: section for part, (_, _, section) in sheet.judgements.items() if part in as_kept and section}
        drawing = partial(page_of, report, given.solved.shown, drawn, held.sections)
        told, page = _written(piece(drawing) if failed is None else failed, given.folder / sheet.page, sheet, report)
        if told is not report:
            report, kept = told, report_kept(told, alone, held.parts)
    line = student_line(report, given.solved.shown, held.entries, sheet.page if given.private else "")
    return Reported(sheet.submission.student, _name(sheet), encode_report(kept), line, carried, page)


def _written(page: bytes | Failed, path: Path, sheet: Sheet, report: GradeReport) -> tuple[GradeReport, Page]:
    """The report once its page is written; where the page is what fails, a bare one says so, and so does the report."""
    if isinstance(page, Failed):
        problem = Problem("grader failed on this submission's page", page.why, file=report.source)
        report = replace(report, review=True, problems=(*report.problems, problem))
        page = f"<!doctype html><title>{escape(report.student)}</title><p>{escape(str(problem))}".encode()
    return report, write_page(path, page, _name(sheet))


def write_page(path: Path, page: bytes, fingerprint: str) -> Page:
    """Write the page of the report that `fingerprint` names; what to know it by. Raises OSError."""
    write_bytes(path, page)
    there = path.stat()
    return Page(path.name, fingerprint, there.st_size, there.st_mtime_ns)


def _name(sheet: Sheet) -> str:
    """The fingerprint of a sheet's report; one that is not to last has none, so that the next run makes it anew."""
    return sheet.fingerprint if sheet.lasts else ""


def not_graded(submission: Submission, shown: RubricShown, failed: Failed) -> GradeReport:
    """The report of a submission that could not be judged: each answer undecided and for a person."""
    answers = {answer.part: answer for answer in submission.answers}
    parts = tuple(_not_judged(asked, answers.get(asked.part), failed) for asked in shown.parts)
    bare = GradeReport(submission.student, submission.name, submission.source, 0.0, 0.0, review=True, parts=())
    bare = replace(bare, handed=submission.handed)
    problem = Problem("grader failed on this submission", failed.why, file=submission.source)
    return summed(bare, parts, (*submission.problems, problem))


def _not_judged(asked: Asked, answer: Answer | None, failed: Failed) -> PartResult:
    if answer is None:
        return missing(asked)
    return replace(placed(not_judged(asked, answer.text, failed), answer), problems=())
