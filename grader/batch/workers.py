"""Submissions become GradeReports and pages, by several processes, and no student costs another one theirs.

First each distinct answer is judged once (`judge_answers`), then each student's report is put together and its page
written (`put_together`). An answer that takes too long, raises or kills its process is undecided, alone, and for a
person. Where going on from earlier answers does so, the answers stand as judged; only where that fails too is a whole
submission undecided.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from typing import TypeAlias, TypeVar

from grader.batch.pool import Ended, piece, spread
from grader.feedback.pages import feedback_name, student_page
from grader.files import write_text
from grader.grading.grade import NOTHING_JUDGED, Judged, grade, judge_answer
from grader.grading.isolated import Failed, not_judged
from grader.problems import Problem
from grader.results import AnswerShown, GradeReport, Judgement, Note, NoteKind, Outcome, PartResult, RubricShown
from grader.rubric.shown import Asked
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission

DistinctAnswer: TypeAlias = tuple[str, str]  # a part and a text
Task: TypeAlias = tuple[Submission, Failed]  # with what failed when it was tried before
_NO_FAULT = Failed(Note(NoteKind.GRADER_FAILED), "")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkerInput:
    """What every worker has before it: the key, the rubric as pages show it, the folder for the pages."""

    key: AnswerKey
    shown: RubricShown
    pages: Path


def default_jobs() -> int:
    """As many processes as the machine lets us use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


def grade_many(
    given: WorkerInput, submissions: tuple[Submission, ...], jobs: int, progress: Callable[[int, int], None] | None
) -> tuple[GradeReport, ...]:
    """The report of each submission, in their order; pages are written on the way. Raises OSError."""
    judged = {pair: found for pair, found, _ in judge_answers(given, distinct_answers(given.shown, submissions), jobs)}
    reports: dict[str, GradeReport] = {}
    for report in put_together(given, submissions, judged, jobs):
        reports[report.student] = report
        if progress:
            progress(len(reports), len(submissions))
    return tuple(reports[submission.student] for submission in submissions)


def distinct_answers(shown: RubricShown, submissions: tuple[Submission, ...]) -> tuple[DistinctAnswer, ...]:
    """Each part and text that there is something to judge of, once, in the order in which they first come."""
    known = {asked.part for asked in shown.parts}
    pairs = ((answer.part, answer.text) for submission in submissions for answer in submission.answers)
    return tuple(dict.fromkeys(pair for pair in pairs if pair[0] in known and pair[1].strip()))


def judge_answers(
    given: WorkerInput, pairs: tuple[DistinctAnswer, ...], jobs: int
) -> Iterator[tuple[DistinctAnswer, Judgement, bool]]:
    """Each pair with its Judgement, as they are done, and whether to keep it: what was Ended may come out next time."""
    asked = {one.part: one for one in given.shown.parts}
    for index, found in spread(_judge, pairs, jobs, partial(_begin, given, NOTHING_JUDGED)):
        part, text = pair = pairs[index]
        if isinstance(found, Failed):
            yield pair, Judgement(text, not_judged(asked[part], text, found)), not isinstance(found, Ended)
        else:
            yield pair, replace(found, result=replace(found.result, asked=asked[part])), True


def put_together(
    given: WorkerInput, submissions: tuple[Submission, ...], judged: Judged, jobs: int
) -> Iterator[GradeReport]:
    """The report of each submission, as they are done, from what was judged; its page is written. Raises OSError."""
    todo: list[Task] = [(submission, _NO_FAULT) for submission in submissions]
    for work in (_report, _report_as_judged, _report_not_graded):
        failed: list[Task] = []
        for index, found in spread(work, todo, jobs, partial(_begin, given, judged)):
            if isinstance(found, Failed):
                failed.append((todo[index][0], found))
            else:
                yield found
        todo = failed
    for submission, why in todo:
        yield _written(given, not_graded(submission, given.shown, why), why)


_input: WorkerInput | None = None  # each worker's own, set once when it starts
_judged: Judged = NOTHING_JUDGED


def _begin(given: WorkerInput, judged: Judged) -> None:
    global _input, _judged
    _input, _judged = given, judged


def _judge(answer: DistinctAnswer) -> Judgement:
    assert _input is not None
    found = judge_answer(_input.key, *answer, _straight)
    return replace(found, result=replace(found.result, asked=_light_asked(found.result.asked)))


def _report(task: Task) -> GradeReport:
    assert _input is not None
    return _with_page(_input, grade(_input.key, task[0], _judged, piece))


def _report_as_judged(task: Task) -> GradeReport:
    """The report without what follows from other answers: something there failed."""
    assert _input is not None
    submission, why = task
    return _with_page(_input, grade(_input.key, submission, _judged, partial(_instead, why)))


def _report_not_graded(task: Task) -> GradeReport:
    assert _input is not None
    submission, why = task
    return _with_page(_input, not_graded(submission, _input.shown, why))


def _straight(work: Callable[[], T]) -> T:
    """No Isolation within an item: the pool's own tells an exception from a limit."""
    return work()


def _instead(failed: Failed, _work: Callable[[], object]) -> Failed:
    return failed


def _with_page(given: WorkerInput, report: GradeReport) -> GradeReport:
    return _light(_written(given, report, piece(partial(student_page, report, given.shown))))


def _written(given: WorkerInput, report: GradeReport, page: str | Failed) -> GradeReport:
    """The report once its page is written; where the page is what fails, a bare one says so, and so does the report."""
    if isinstance(page, Failed):
        problem = Problem("grader failed on this submission's page", page.why, file=report.source)
        report = replace(report, review=True, problems=(*report.problems, problem))
        page = f"<!doctype html><title>{escape(report.student)}</title><p>{escape(str(problem))}"
    write_text(given.pages / feedback_name(report.student), page)
    return report


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
