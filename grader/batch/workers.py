"""Submissions become GradeReports and pages, by several processes, and no student costs another one theirs.

``grade_many(given, submissions, jobs=4, progress)`` returns the reports in the order of the submissions. An answer
that takes too long, raises or kills its process is undecided, alone, and for a person; so is a whole submission only
where it fails outside of its answers.
"""

from __future__ import annotations

import faulthandler
import gc
import math
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TypeVar

from grader.batch.lifeline import end_with
from grader.batch.limits import TimeUp, time_limit
from grader.feedback.pages import feedback_name, student_page
from grader.files import write_text
from grader.grading.grade import Judged, grade, judge_answer
from grader.grading.isolated import Failed, isolated, not_judged
from grader.problems import Problem
from grader.results import AnswerShown, GradeReport, Judgement, Note, NoteKind, Outcome, PartResult, RubricShown
from grader.rubric.shown import Asked
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission

SECONDS = 10.0  # for one answer, and for all that is not judging answers; an ordinary one takes milliseconds
GRACE = 10.0  # more, until a process stuck inside a C library is ended
CHUNK = 16  # submissions handed over at a time
_DIED = Failed(Note(NoteKind.GRADER_FAILED), "the process that graded it died")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkerInput:
    """What every worker has before it: the key, the rubric as pages show it, the folder for the pages."""

    key: AnswerKey
    shown: RubricShown
    pages: Path
    judged: Judged = field(default_factory=dict)


def default_jobs() -> int:
    """As many processes as the machine lets us use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


def grade_many(
    given: WorkerInput, submissions: tuple[Submission, ...], jobs: int, progress: Callable[[int, int], None] | None
) -> tuple[GradeReport, ...]:
    """The report of each submission, in their order; pages are written on the way. Raises OSError."""
    reports: dict[str, GradeReport] = {}
    if jobs > 1:
        given = replace(given, judged=_judge_once(given, submissions, jobs))
    graded = _in_pool(given, submissions, jobs) if jobs > 1 else (_grade_one(given, s) for s in submissions)
    for report in graded:
        reports[report.student] = report
        if progress:
            progress(len(reports), len(submissions))
    return tuple(reports[submission.student] for submission in submissions)


def _judge_once(given: WorkerInput, submissions: tuple[Submission, ...], jobs: int) -> dict[tuple[str, str], Judgement]:
    """Answers that several students gave, judged once for all of them.

    What kills its process is left out, and meets its end with the student whose answer it is.
    """
    counts = Counter((answer.part, answer.text) for submission in submissions for answer in submission.answers)
    shared = [pair for pair, count in counts.items() if count > 1 and pair[1].strip()]
    known = {asked.part for asked in given.shown.parts}
    shared = [pair for pair in shared if pair[0] in known]
    size = max(1, len(shared) // (8 * jobs))
    found: dict[tuple[str, str], Judgement] = {}
    with _pool(given, jobs) as pool:
        futures = [pool.submit(_judge_chunk, shared[at : at + size]) for at in range(0, len(shared), size)]
        for future in as_completed(futures):
            try:
                found.update(future.result())
            except BrokenProcessPool:
                continue
    return found


def _judge_chunk(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], Judgement]:
    assert _input is not None
    found = {(part, text): judge_answer(_input.key, part, text, _in_time) for part, text in pairs}
    _unwatch()
    return found


def _in_time(work: Callable[[], T]) -> T | Failed:
    """The result of a piece of work, or a Failed where it raises or takes too long (grading's Isolation)."""
    _watch()
    try:
        with time_limit(SECONDS):
            return isolated(work)
    except TimeUp:
        return Failed(Note(NoteKind.TIMEOUT), f"judging took more than {SECONDS:g} s")
    finally:
        _watch()


def _in_pool(given: WorkerInput, submissions: tuple[Submission, ...], jobs: int) -> Iterator[GradeReport]:
    """Reports as they come; a chunk whose process died is graded again, each submission by itself."""
    size = max(1, min(CHUNK, len(submissions) // (4 * jobs)))
    chunks = [submissions[at : at + size] for at in range(0, len(submissions), size)]
    lost: list[Submission] = []
    with _pool(given, min(jobs, len(chunks) or 1)) as pool:
        futures = {pool.submit(_grade_chunk, chunk): chunk for chunk in chunks}
        try:
            for future in as_completed(futures):
                done = _outcome(future)
                if done is None:
                    lost.extend(futures[future])
                else:
                    yield from done
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    judged = dict(given.judged)
    for submission in lost:
        with _pool(replace(given, judged=judged), 1) as pool:
            done = _outcome(pool.submit(_grade_chunk, (submission,)))
        yield from done or (_rescued(given, submission, judged),)


def _rescued(given: WorkerInput, submission: Submission, judged: dict[tuple[str, str], Judgement]) -> GradeReport:
    """The report of a submission that killed its process; its answers, judged in a process each, join `judged`."""
    asked = {one.part: one for one in given.shown.parts}
    for pair in ((answer.part, answer.text) for answer in submission.answers):
        if pair in judged:
            continue
        with _pool(given, 1) as pool:
            try:
                judged.update(pool.submit(_judge_chunk, [pair]).result())
            except BrokenProcessPool:
                judged[pair] = Judgement(pair[1], not_judged(asked[pair[0]], pair[1], _DIED))
    with _pool(replace(given, judged=judged), 1) as pool:
        done = _outcome(pool.submit(_grade_chunk, (submission,)))
    return done[0] if done else _with_page(given, not_graded(submission, given.shown, _DIED))


def _pool(given: WorkerInput, jobs: int) -> ProcessPoolExecutor:
    # fork shares the key without a copy; where it is unsafe (macOS frameworks) or absent, spawn pickles it
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=(given, os.getpid()))


def _outcome(future: Future[tuple[GradeReport, ...]]) -> tuple[GradeReport, ...] | None:
    """The reports, or None where the process died; raises OSError where a page can't be written."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None


_input: WorkerInput | None = None  # each worker's own, set once when it starts
_devnull: int | None = None  # what the watchdog would say as it ends a worker
_watched = -math.inf  # when the watchdog was last told to wait


def _start_worker(given: WorkerInput, parent: int) -> None:
    global _input, _devnull
    end_with(parent)
    _input = given
    _devnull = os.open(os.devnull, os.O_WRONLY)
    gc.freeze()  # what the parent built is never garbage here, and scanning it would copy its pages
    gc.set_threshold(100_000, 20, 20)  # judging makes trees without cycles, nearly all freed by their counts
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C, once


def _watch() -> None:
    """In a worker: end it, if it does not come by here again in time, where the timer's signal can't reach Python."""
    global _watched
    now = time.monotonic()
    if _devnull is not None and now - _watched > GRACE / 4:  # it starts a thread, so not for every answer
        faulthandler.dump_traceback_later(SECONDS + GRACE, exit=True, file=_devnull)
        _watched = now


def _unwatch() -> None:
    """The work is done: nothing to watch until there is more."""
    global _watched
    faulthandler.cancel_dump_traceback_later()
    _watched = -math.inf


def _grade_chunk(submissions: tuple[Submission, ...]) -> tuple[GradeReport, ...]:
    assert _input is not None
    reports = []
    for submission in submissions:
        _watch()
        reports.append(_light(_grade_one(_input, submission)))
    _unwatch()
    return tuple(reports)


def _light(report: GradeReport) -> GradeReport:
    """The report without what only the student's own page shows, which is written by now: it has far to go."""
    parts = []
    for part in report.parts:
        answer = part.answer and replace(part.answer, expression=None)
        parts.append(replace(part, asked=_light_asked(part.asked), answer=answer))
    return replace(report, parts=tuple(parts))


@lru_cache(maxsize=4096)
def _light_asked(asked: Asked) -> Asked:
    return replace(asked, solution=())


def _grade_one(given: WorkerInput, submission: Submission) -> GradeReport:
    """One student judged and the page written; whatever goes wrong there becomes part of the report."""
    found = _in_time(lambda: grade(given.key, submission, given.judged, _in_time))
    return _with_page(given, not_graded(submission, given.shown, found) if isinstance(found, Failed) else found)


def _with_page(given: WorkerInput, report: GradeReport) -> GradeReport:
    """The report once its page is written; where the page is what fails, a bare one says so, and so does the report."""
    page = _in_time(lambda: student_page(report, given.shown))
    if isinstance(page, Failed):
        problem = Problem("grader failed on this submission's page", page.why, file=report.source)
        report = replace(report, review=True, problems=(*report.problems, problem))
        page = f"<!doctype html><title>{escape(report.student)}</title><p>{escape(str(problem))}"
    write_text(given.pages / feedback_name(report.student), page)
    return report


def not_graded(submission: Submission, shown: RubricShown, failed: Failed) -> GradeReport:
    """The report of a submission that could not be judged: each answer undecided and for a person."""
    answers = {answer.part: answer for answer in submission.answers}
    parts = []
    for asked in shown.parts:
        result = PartResult(asked, Outcome.MISSING, 0.0, Note(NoteKind.MISSING), review=False, message="")
        if answer := answers.get(asked.part):
            place = AnswerShown(answer.text, "", None, answer.file, answer.line)
            result = replace(not_judged(asked, answer.text, failed), answer=place, problems=())
        parts.append(result)
    problem = Problem("grader failed on this submission", failed.why, file=submission.source)
    return GradeReport(
        student=submission.student,
        name=submission.name,
        source=submission.source,
        score=0.0,
        max_score=shown.max_score,
        review=True,
        parts=tuple(parts),
        problems=(*submission.problems, problem),
    )
