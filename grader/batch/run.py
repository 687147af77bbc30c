"""A class is graded: files are read, new answers judged, reports put together, pages and tables written.

``grade_class(key, Path("submissions"), Path("report"))`` is the ClassReport; the files under `report` are the same
bytes for any number of processes, any order of the input, and whatever an earlier run had judged or a
kill had cut short.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

from grader.batch.course_file import class_terms
from grader.batch.documents import DocumentReader
from grader.batch.given_files import HANDED_IN, clear_kept_beside, rename_beside
from grader.batch.judging import Solved
from grader.batch.left_out import course_to_keep, documents_to_keep, without_forgotten, without_unknown
from grader.batch.outputs import class_report, write_tables
from grader.batch.reading import Class, read_class, with_earlier
from grader.batch.stages import Progress, judge_new, now, planned, report_stale
from grader.batch.taken_up import requests_now, take_up
from grader.course.settings import NO_COURSE, Course
from grader.exchange.questions import with_parts
from grader.gradebook import rows
from grader.gradebook.decisions import all_decisions, standing
from grader.gradebook.fingerprints import program_hash
from grader.gradebook.folder_settings import BLIND, PRIVATE, keep_setting, page_secret
from grader.gradebook.judgements import forget_unused
from grader.gradebook.kept_documents import keep_documents
from grader.gradebook.opening import NAME, Gradebook, alone, held, worker, written
from grader.gradebook.reports import end_reports, students_held
from grader.gradebook.run_log import (
    Change,
    RubricText,
    RunKept,
    begin,
    changes_of,
    finish,
    finished_runs,
    released,
    students_now,
)
from grader.grading import rubric_shown
from grader.grading.totals import without
from grader.problems import Problem
from grader.results import ClassReport, RubricShown
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from grader.submission.lines import SOURCES
from grader.submission.submissions import Submission
from grader.version import VERSION


class Released(Exception):
    """This version of the program would change grades that were given out: `changes` of the `run`."""

    def __init__(self, run: RunKept, changes: tuple[Change, ...]) -> None:
        super().__init__(f"run {run.id} was released at {run.released}")
        self.run, self.changes = run, changes


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a class is to be graded.

    `prune` takes out students who are gone; `anyway` goes on where a run would lose many; `decisions` is a CSV file of
    what people decided; `leave_out` are files below the class folder that nobody handed in; `whole` asks for a report
    with every answer, and not in outline, `brief` for one with only the parts that wait for a person; `source` says
    what all texts are, ``ocr`` or ``typed``, where they don't themselves ("": as the rubric says); `waiting` hears who
    holds the folder where another run does; `told` hears which export the submissions are; `columns` says which
    columns of a form are which parts; `course` are the settings beside the rubric; `private_names` whether names of
    pages are to tell nothing, `blind` whether who reviews is to see no names (None: as before).
    """

    roster: Path | None = None
    jobs: int = 1
    prune: bool = False
    anyway: bool = False
    decisions: Path | None = None
    leave_out: tuple[Path, ...] = ()
    whole: bool = False
    brief: bool = False
    source: str = ""
    progress: Progress | None = None
    waiting: Callable[[str], None] | None = None
    told: Callable[[str], None] | None = None
    columns: tuple[tuple[str, str], ...] = ()
    course: Course = NO_COURSE
    private_names: bool | None = None
    blind: bool | None = None


PLAIN = RunOptions()


def grade_class(key: AnswerKey, source: Path, out: Path, options: RunOptions = PLAIN) -> ClassReport:
    """Grade every submission below `source` and write all results below `out`.

    Raises OSError, Refused where students would be lost, Released where grades that were given out would change, InUse,
    TooNew, and sqlite3.Error where the disk is full.
    """
    source.stat()
    try:
        return _grade_class(key, source, out, options)
    except sqlite3.OperationalError:  # a full disk: what is there is sound
        raise
    except sqlite3.DatabaseError as error:
        return _grade_class(key, source, out, options, str(error))


def _grade_class(key: AnswerKey, source: Path, out: Path, options: RunOptions, broken: str = "") -> ClassReport:
    with held(out, options.waiting, broken=broken) as book:
        _ask_if_released(key, source, out, book, options)
        clear_leftovers(out)
        shown, problems = _graded(key, source, out, book, options, pages=out / "feedback")
        made = write_tables(book.connection, shown, problems, out, brief=options.brief)
        return class_report(book.connection, shown, problems, whole=True) if options.whole else made


@dataclass(frozen=True, slots=True)
class Tried:
    """What a run would change: points with the reasons, and the maximum that held before (None: nothing was graded)."""

    changes: tuple[Change, ...]
    report: ClassReport
    max_score: float | None


def would_change(key: AnswerKey, source: Path, out: Path, options: RunOptions = PLAIN) -> Tried:
    """What grading would change of the results in `out`; nothing is written there. Raises as `grade_class`."""
    source.stat()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "report"
        copy.mkdir()
        if (out / NAME).exists():
            with alone(out, options.waiting):
                _copied(out, copy)
        return _tried(key, source, out, copy, options)


def _copied(out: Path, copy: Path) -> None:
    for path in (out / NAME, out / f"{NAME}-wal"):
        with suppress(FileNotFoundError):
            copyfile(path, copy / path.name)


def _tried(key: AnswerKey, source: Path, out: Path, copy: Path, options: RunOptions) -> Tried:
    """What grading into a copy of the gradebook changes there."""
    with held(copy) as book:
        before = students_now(book.connection)
        shown, problems = _graded(key, source, out, book, options, pages=None)
        report = class_report(book.connection, shown, problems, whole=options.whole)
        most = next((one.max_score for one in before.values()), None)
        return Tried(changes_of(book.connection, finished_runs(book.connection)[-1].id), report, most)


def _ask_if_released(key: AnswerKey, source: Path, out: Path, book: Gradebook, options: RunOptions) -> None:
    """Raise Released where another version of the program would change grades that were given out."""
    given_out = released(book.connection)
    if given_out is None or given_out.program == program_hash() or options.anyway:
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copied(out, copy)
        found = _tried(key, source, out, copy, replace(options, told=None))
    touched = tuple(change for change in found.changes if change.before is not None)
    if touched:
        raise Released(given_out, touched)


def _graded(
    key: AnswerKey, source: Path, out: Path, book: Gradebook, options: RunOptions, pages: Path | None
) -> tuple[RubricShown, tuple[Problem, ...]]:
    """The class folder graded into the gradebook, and its pages into `pages`; the rubric shown, and every Problem."""
    course = options.course
    solved = Solved(key, without(rubric_shown(key), course.drop))
    connection = book.connection
    documents = DocumentReader(key, connection, options.jobs, options.progress)
    ocr = SOURCES.get(options.source or key.rubric.source)
    keep = out / HANDED_IN if pages is not None else None
    tell = options.told or (lambda _: None)
    skipped = (out, *options.leave_out)
    columns = partial(with_parts, asked=solved.shown.parts, pairs=dict(options.columns))
    if options.blind is not None:
        with written(connection):
            keep_setting(connection, BLIND, "yes" if options.blind else "")
    if options.private_names is not None:
        _name_pages(connection, keep, private=options.private_names)
    read = read_class(
        *(solved.shown.parts, source, options.roster, skipped, documents, ocr),
        *(columns, keep, tell),
        attempts=course.attempts,
        leave=partial(without_forgotten, connection),
        secret=page_secret(connection),
        anyway=options.anyway,
    )
    earlier = rows.kept(connection)
    found = with_earlier(read, earlier, prune=options.prune, anyway=options.anyway)
    with written(connection):
        keep_documents(connection, documents_to_keep(connection, documents.whole.values(), read))
    if found.pruned and keep is not None:
        clear_kept_beside(keep, found.submissions, page_secret(connection))
    said = take_up(connection, solved.shown, found.submissions, out, options.decisions, options.roster)
    terms = class_terms(course, found.submissions, requests_now(connection))
    doubts = without_unknown(connection, terms.problems, found.submissions)
    problems = (*((book.problem,) if book.problem else ()), *said, *doubts, *found.problems)
    found = replace(found, problems=problems, terms=terms.terms)
    grade_into(connection, solved, found, earlier, _text_of(key.rubric), options, pages)
    return solved.shown, problems


def _name_pages(connection: sqlite3.Connection, kept: Path | None, *, private: bool) -> None:
    """From now on give pages, and the copies that are `kept`, names that tell whose they are, or none that do."""
    before = page_secret(connection)
    with written(connection):
        keep_setting(connection, PRIVATE, "yes" if private else "")
        after = page_secret(connection)
    if kept is not None and before != after:
        rename_beside(rows.kept(connection), kept, before, after)


def grade_into(
    connection: sqlite3.Connection,
    solved: Solved,
    found: Class,
    earlier: Mapping[str, tuple[Submission, int | None]],
    rubric: RubricText,
    options: RunOptions,
    pages: Path | None,
) -> int:
    """The class graded into the gradebook, and its pages into `pages`; the number of the run. Raises as grade_class.

    `earlier` is what the gradebook has of the students.
    """
    changed = tuple(_changed(found, earlier))
    with written(connection):
        settings = course_to_keep(connection, options.course, found.submissions)
        run = begin(connection, now(), worker(), VERSION, program_hash(), rubric, settings)
        rows.keep(connection, changed)
        rows.gone(connection, found.gone, run)
        gone = (*found.pruned, *sorted(set(students_held(connection)) - {one.student for one in found.submissions}))
        end_reports(connection, run, gone)
        rows.taken_out(connection, gone)
    decided = standing(all_decisions(connection))
    plan = planned(connection, solved, found.submissions, decided, pages, found.terms)
    fleeting = judge_new(connection, plan, options.jobs, options.progress)
    report_stale(connection, plan, fleeting, run, pages, options.jobs, options.progress)
    with written(connection):
        finish(connection, run, now(), found.problems, frozenset(one.student for one in changed))
        if plan.stale or gone:  # else all that is kept is still rested on
            forget_unused(connection, program_hash())
    return run


def _changed(found: Class, earlier: Mapping[str, tuple[Submission, int | None]]) -> Iterator[Submission]:
    """Whoever handed in anything else than before, is new, or is back."""
    for one in found.submissions:
        before, gone = earlier.get(one.student, (None, None))
        if before != one or (gone is not None and one.student not in found.gone):
            yield one


def _text_of(rubric: Rubric) -> RubricText:
    """The rubric's own text, where its file still holds it."""
    with suppress(OSError, ValueError):
        data = Path(rubric.path).read_bytes()
        text = data.decode("utf-8-sig")
        if rubric.sha256 in (sha256(data).hexdigest(), sha256(text.encode()).hexdigest()):
            return RubricText(rubric.sha256, rubric.path, text)
    return RubricText(rubric.sha256, rubric.path, "")


def clear_leftovers(out: Path) -> None:
    """Remove what a killed run had half written."""
    for folder in (out, out / "feedback"):
        for path in folder.glob(".*.part-*"):
            with suppress(OSError):
                path.unlink()
