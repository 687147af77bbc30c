"""The two stages of a run on the gradebook: distinct answers are judged, then reports of students put together.

Both write as they go, so that a run that was killed is gone on with where it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar, overload

from grader.batch.judging import Solved, distinct_answers, judge_all
from grader.batch.reporting import Earlier, Pages, Reported, Sheet, report_all
from grader.feedback.pages import page_names
from grader.gradebook.decisions import Decided
from grader.gradebook.fingerprints import (
    answer_fingerprint,
    carried_fingerprint,
    class_fingerprint,
    of_parts,
    part_fingerprints,
    program_hash,
    question_fingerprints,
    report_fingerprint,
    rests_on,
    section_looks,
)
from grader.gradebook.judgements import CARRIED, Kept, keep_judgements, kept_fingerprints, kept_judgements
from grader.gradebook.opening import written
from grader.gradebook.reports import Page, current, held_report, keep_pages, pages, replace_reports, rests_kept
from grader.gradebook.rows import CONTEXT
from grader.submission.submissions import Submission

Progress = Callable[[str, int, int], None]
Some = TypeVar("Some")
_AT_ONCE = 64  # judgements, or reports, written to the gradebook together


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: the students whose reports are `stale`, and by student the fingerprint and page of each.

    `parts` and `questions` are fingerprints, `of_parts` of what results of a class have in common, `asked` the judged
    parts of each question, `looks` what sections are drawn with. `as_left` are students whose page, where pages are
    written, is that of the report that holds.
    """

    solved: Solved
    stale: tuple[Submission, ...]
    fingerprints: Mapping[str, str]
    files: Mapping[str, str]
    parts: Mapping[str, str]
    of_parts: Mapping[str, str]
    questions: Mapping[str, str]
    asked: Mapping[str, tuple[str, ...]]
    decided: Mapping[str, Mapping[str, Decided]]
    looks: Mapping[str, str]
    as_left: frozenset[str]


def planned(
    book: sqlite3.Connection,
    solved: Solved,
    submissions: Sequence[Submission],
    decided: Mapping[str, Mapping[str, Decided]],
    folder: Path | None,
) -> Plan:
    """Which reports are to be made; given a `folder` for pages, also those whose page is not as it was left."""
    rubric = solved.key.rubric
    parts = part_fingerprints(rubric)
    of_class = class_fingerprint(solved.shown, parts)
    files = page_names(one.student for one in submissions)
    fingerprints = {
        one.student: report_fingerprint(one, of_class, _decisions(decided.get(one.student, {}))) for one in submissions
    }
    holds = current(book)
    shown = pages(book)
    stale, as_left = [], set()
    for one in submissions:
        name, (fingerprint, _) = one.student, holds.get(one.student, ("", ""))
        if folder is None or _is_there(folder, shown.get(name), files[name], fingerprint):
            as_left.add(name)
        if name not in as_left or name not in holds or fingerprint != fingerprints[name]:
            stale.append(one)
    return Plan(
        solved,
        tuple(stale),
        fingerprints,
        files,
        parts,
        of_parts(solved.shown, parts),
        question_fingerprints(rubric),
        {question.id: tuple(part.id for part in question.judged) for question in rubric.questions},
        decided,
        section_looks(solved.shown),
        frozenset(as_left),
    )


def _decisions(decided: Mapping[str, Decided]) -> list[Decided]:
    return [decided[part] for part in sorted(decided)]


def _is_there(folder: Path, page: Page | None, file: str, fingerprint: str) -> bool:
    """Whether the page on disk is the one that was written for the report of that fingerprint."""
    if page is None or (page.file, page.fingerprint) != (file, fingerprint):
        return False
    try:
        found = (folder / file).stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (page.bytes, page.modified)


def judge_new(book: sqlite3.Connection, plan: Plan, jobs: int, progress: Progress | None) -> dict[str, Kept]:
    """Judge what is not kept; what the clock ended is given back by fingerprint, and not kept. Raises OSError."""
    known = kept_fingerprints(book)
    new = [pair for pair in distinct_answers(plan.stale, plan.parts) if pair.fingerprint not in known]
    fleeting: dict[str, Kept] = {}
    done = 0
    for some in _chunks(judge_all(plan.solved, new, jobs), _AT_ONCE):
        fleeting.update({kept.fingerprint: kept for kept, lasts in some if not lasts})
        with written(book):
            lasting = [replace(kept, look=plan.looks[kept.part]) for kept, lasts in some if lasts]
            keep_judgements(book, lasting, program_hash())
        done += len(some)
        if progress:
            progress("answers judged", done, len(new))
    return fleeting


def report_stale(
    book: sqlite3.Connection,
    plan: Plan,
    fleeting: Mapping[str, Kept],
    run: int,
    folder: Path | None,
    jobs: int,
    progress: Progress | None,
) -> None:
    """Put together the reports that are stale, and write their pages. Raises OSError."""
    sheets = _Sheets(book, plan, fleeting)
    done = 0
    for some in _chunks(report_all(Pages(plan.solved, folder), sheets, jobs), _AT_ONCE):
        with written(book):
            _keep(book, plan, run, some)
        done += len(some)
        if progress:
            progress("students graded", done, len(sheets))


def _keep(book: sqlite3.Connection, plan: Plan, run: int, made: Sequence[Reported]) -> None:
    replace_reports(book, run, [(one.student, one.fingerprint, one.report, one.line) for one in made])
    keep_pages(book, {one.student: one.page for one in made if one.page is not None})
    by_student = {one.student: one for one in plan.stale}
    carried = [
        Kept(_carried_name(plan, by_student[one.student], question), CARRIED, question, None, found)
        for one in made
        for question, found in one.carried.items()
    ]
    keep_judgements(book, carried, program_hash())


def _carried_name(plan: Plan, submission: Submission, question: str) -> str:
    """The fingerprint of what follows from the student's answers to a question."""
    asked = plan.asked[question]
    answers = [(one.part, one.text, CONTEXT) for one in submission.answers if one.part in asked and one.text.strip()]
    return carried_fingerprint(plan.questions[question], sorted(answers))


@dataclass(frozen=True, slots=True, eq=False)
class _Sheets(Sequence[Sheet]):
    """The sheets of the stale students, each read from the gradebook when it goes out."""

    book: sqlite3.Connection
    plan: Plan
    fleeting: Mapping[str, Kept]

    def __len__(self) -> int:
        return len(self.plan.stale)

    @overload
    def __getitem__(self, index: int) -> Sheet: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sheet]: ...
    def __getitem__(self, index: int | slice) -> Sheet | Sequence[Sheet]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        plan, submission = self.plan, self.plan.stale[index]
        answers = {one.part: one for one in submission.answers if one.part in plan.of_parts}
        carried = {question: _carried_name(plan, submission, question) for question in plan.asked}
        decided = plan.decided.get(submission.student, {})
        rests_on = {} if submission.problems else _rests_on(plan, submission, carried)
        earlier = _earlier(self.book, plan, submission.student, rests_on)
        held = earlier.parts if earlier else frozenset()
        asked = {one.question for one in plan.solved.shown.parts if one.part not in held} & plan.asked.keys()
        follows = kept_judgements(self.book, (carried[question] for question in asked))
        names = {
            part: answer_fingerprint(plan.parts[part], answers[part].text, CONTEXT)
            for question in asked
            for part in plan.asked[question]
            if part in answers and answers[part].text.strip() and not (part in held and carried[question] in follows)
        }
        found = kept_judgements(self.book, names.values())
        kept = {**found, **{name: self.fleeting[name] for name in names.values() if name in self.fleeting}}
        return Sheet(
            submission,
            plan.fingerprints[submission.student],
            plan.files[submission.student],
            {part: _as_sheet_has_it(kept[name], plan.looks[part]) for part, name in names.items()},
            {question: follows[name].judgement for question, name in carried.items() if name in follows},
            {part: one.override for part, one in decided.items()},
            lasts=self.fleeting.keys().isdisjoint(names.values()),
            rests_on=rests_on,
            earlier=earlier,
        )


def _rests_on(plan: Plan, submission: Submission, carried: Mapping[str, str]) -> dict[str, str]:
    """By part, the fingerprint of what its result and section depend on."""
    answers = {one.part: one for one in submission.answers}
    decided = plan.decided.get(submission.student, {})
    return {
        one.part: rests_on(
            plan.of_parts[one.part],
            carried[one.question],
            answers.get(one.part),
            submission.ocr,
            decided.get(one.part),
        )
        for one in plan.solved.shown.parts
    }


def _earlier(book: sqlite3.Connection, plan: Plan, student: str, now: Mapping[str, str]) -> Earlier | None:
    """What holds of a student's report from an earlier run, whose page was not touched since."""
    there = held_report(book, student) if now and student in plan.as_left else None
    if there is None:
        return None
    before = rests_kept(there[0])
    same = {part for part, name in now.items() if before.get(part) == name}
    # where not all parts are counted, or some are a bonus, a section says so, by what the others have
    joint = {one.question for one in plan.solved.shown.parts if one.best is not None or one.bonus}
    open_ = {one.question for one in plan.solved.shown.parts if one.part not in same} & joint
    held = frozenset(one.part for one in plan.solved.shown.parts if one.part in same and one.question not in open_)
    return Earlier(held, *there) if held else None


def _as_sheet_has_it(kept: Kept, look: str) -> tuple[str, str, str]:
    return kept.fingerprint, kept.judgement, kept.section if kept.look == look else ""


def _chunks(items: Iterable[Some], size: int) -> Iterator[list[Some]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def now() -> str:
    """This moment in UTC, to the second, in ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
