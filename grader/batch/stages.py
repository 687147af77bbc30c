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
from types import MappingProxyType
from typing import TypeVar, overload

from grader.batch.judging import Solved, distinct_answers, judge_all
from grader.batch.reporting import Earlier, Pages, Reported, Sheet, report_all
from grader.feedback.pages import page_names
from grader.gradebook.decisions import Decided
from grader.gradebook.fingerprints import (
    answer_fingerprint,
    carried_fingerprint,
    class_fingerprint,
    hashed,
    part_fingerprints,
    part_keys,
    program_hash,
    question_fingerprints,
    report_fingerprint,
    section_looks,
    sheet_fingerprint,
    told_again,
)
from grader.gradebook.folder_settings import page_secret
from grader.gradebook.judgements import CARRIED, Kept, keep_judgements, kept_fingerprints, kept_judgements
from grader.gradebook.opening import written
from grader.gradebook.reports import (
    Page,
    held_report,
    keep_pages,
    keep_part_keys,
    kept_part_keys,
    pages,
    replace_reports,
    standing_reports,
)
from grader.gradebook.rows import CONTEXT
from grader.results import NO_TERMS, RubricShown, Terms
from grader.submission.submissions import Submission

Progress = Callable[[str, int, int], None]
Some = TypeVar("Some")
NOTHING_SET: Mapping[str, Terms] = MappingProxyType({})
_AT_ONCE = 64  # judgements, or reports, written to the gradebook together


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: the students whose reports are `stale`, and by student the fingerprint and page of each.

    `parts` and `questions` are fingerprints, `asked` the judged parts of each question, `looks` what sections are drawn
    with. `held` are by student the parts that hold still from an earlier run, in report and page; `terms` what the
    course's settings come to. Where pages have `private` names, results.json tells them.
    """

    solved: Solved
    stale: tuple[Submission, ...]
    fingerprints: Mapping[str, str]
    files: Mapping[str, str]
    parts: Mapping[str, str]
    questions: Mapping[str, str]
    asked: Mapping[str, tuple[str, ...]]
    decided: Mapping[str, Mapping[str, Decided]]
    looks: Mapping[str, str]
    held: Mapping[str, frozenset[str]]
    terms: Mapping[str, Terms]
    private: bool = False


def planned(
    book: sqlite3.Connection,
    solved: Solved,
    submissions: Sequence[Submission],
    decided: Mapping[str, Mapping[str, Decided]],
    folder: Path | None,
    terms: Mapping[str, Terms] = NOTHING_SET,
) -> Plan:
    """Which reports are to be made; given a `folder` for pages, also those whose page is not as it was left."""
    rubric = solved.key.rubric
    parts, questions = part_fingerprints(rubric), question_fingerprints(rubric)
    keys = part_keys(solved.shown, parts, questions)
    name = hashed(*(piece for pair in keys.items() for piece in pair))
    with written(book):
        keep_part_keys(book, name, keys)
    of_class = class_fingerprint(solved.shown, parts)
    secret = page_secret(book)
    files = page_names((one.student for one in submissions), secret)
    sheets = {
        one.student: sheet_fingerprint(
            one, (*_decisions(decided.get(one.student, {})), terms.get(one.student, NO_TERMS))
        )
        for one in submissions
    }
    fingerprints = {student: report_fingerprint(of_class, name, sheet) for student, sheet in sheets.items()}
    holds, shown = standing_reports(book), pages(book)
    still: dict[str, frozenset[str]] = {}
    stale, held = [], {}
    for one in submissions:
        before, doubtful = holds.get(one.student, ("", True))
        as_left = folder is None or _is_there(folder, shown.get(one.student), files[one.student], before)
        if not (as_left and before == fingerprints[one.student]):
            stale.append(one)
            keys_then, sheet_then = told_again(before)
            if as_left and sheet_then == sheets[one.student] and not doubtful:
                if keys_then not in still:
                    still[keys_then] = _holding(solved.shown, keys, kept_part_keys(book, keys_then))
                held[one.student] = still[keys_then]
    asked = {question.id: tuple(part.id for part in question.judged) for question in rubric.questions}
    looks = section_looks(solved.shown)
    plan = Plan(solved, tuple(stale), fingerprints, files, parts, questions, asked, decided, looks, held, terms)
    return replace(plan, private=bool(secret))


def _holding(shown: RubricShown, now: Mapping[str, str], then: Mapping[str, str]) -> frozenset[str]:
    """The parts whose results hold still for a student who handed in the same."""
    same = {part for part, key in now.items() if then.get(part) == key}
    # where not all parts are counted, or some are a bonus, a section says so, by what the others have
    joint = {one.question for one in shown.parts if one.best is not None or one.bonus}
    changed = {one.question for one in shown.parts if one.part not in same} & joint
    return frozenset(one.part for one in shown.parts if one.part in same and one.question not in changed)


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
    new = [pair for pair in distinct_answers(plan.stale, plan.parts, plan.held) if pair.fingerprint not in known]
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
    for some in _chunks(report_all(Pages(plan.solved, folder, plan.private), sheets, jobs), _AT_ONCE):
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
        held = plan.held.get(submission.student, frozenset())
        there = held_report(self.book, submission.student) if held else None
        asked = {one.question for one in plan.solved.shown.parts if one.part not in held} & plan.asked.keys()
        carried = {question: _carried_name(plan, submission, question) for question in asked}
        follows = kept_judgements(self.book, carried.values())
        texts = {one.part: one.text for one in submission.answers if one.text.strip()}
        names = {
            part: answer_fingerprint(plan.parts[part], texts[part], CONTEXT)
            for question in asked
            for part in plan.asked[question]
            if part in texts and not (part in held and carried[question] in follows)
        }
        found = kept_judgements(self.book, names.values())
        kept = {**found, **{name: self.fleeting[name] for name in names.values() if name in self.fleeting}}
        return Sheet(
            submission,
            plan.fingerprints[submission.student],
            plan.files[submission.student],
            {part: _as_sheet_has_it(kept[name], plan.looks[part]) for part, name in names.items() if name in kept},
            {question: follows[name].judgement for question, name in carried.items() if name in follows},
            {part: one.override for part, one in plan.decided.get(submission.student, {}).items()},
            lasts=self.fleeting.keys().isdisjoint(names.values()),
            earlier=Earlier(held, *there) if there else None,
            terms=plan.terms.get(submission.student, NO_TERMS),
        )


def _as_sheet_has_it(kept: Kept, look: str) -> tuple[str, str, str]:
    return kept.fingerprint, kept.judgement, kept.section if kept.look == look else ""


def _chunks(items: Iterable[Some], size: int) -> Iterator[list[Some]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def now() -> str:
    """This moment in UTC, to the second, in ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
