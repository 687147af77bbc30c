"""A class is graded: files are read, students judged by several processes, pages and tables written.

``grade_class(key, Path("submissions"), Path("report"))`` is the ClassReport; the files under `report` are the
same bytes for any number of processes and any order of the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.batch.folder import class_files
from grader.batch.workers import WorkerInput, grade_many
from grader.feedback.pages import class_page
from grader.feedback.tables import grades_csv, results_json
from grader.files import write_text
from grader.grading import rubric_shown
from grader.problems import Problem
from grader.results import ClassReport
from grader.rubric.shown import Asked
from grader.solver.key import AnswerKey
from grader.submission.class_folder import read_class_list, read_files
from grader.submission.submissions import ReadFolder

Progress = Callable[[int, int], None]


def read_class(
    asked: tuple[Asked, ...], source: Path, roster: Path | None = None, leave_out: tuple[Path, ...] = ()
) -> ReadFolder:
    """The submissions below `source` for the parts `asked`, and every Problem on the way; raises OSError."""
    source.stat()
    listed, said = read_class_list(roster.read_bytes(), roster.name) if roster else (None, ())
    skipped = (*leave_out, roster) if roster else leave_out
    by_hand = tuple((one.part, one.prompt) for one in asked if one.by_hand)
    read = read_files(_loaded(source, skipped), tuple(one.part for one in asked), listed, by_hand)
    return replace(read, problems=tuple(sorted((*said, *read.problems), key=_place)))


def _loaded(source: Path, skipped: tuple[Path, ...]) -> Iterator[tuple[str, bytes | Problem]]:
    """The files below `source`, then those that could not be loaded with their Problems: their students stay."""
    problems: list[Problem] = []
    yield from class_files(source, skipped, problems)
    yield from ((problem.file, problem) for problem in problems)


def grade_class(
    key: AnswerKey,
    source: Path,
    out: Path,
    *,
    roster: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> ClassReport:
    """Grade every submission below `source` and write all results below `out`; raises OSError."""
    shown = rubric_shown(key)
    read = read_class(shown.parts, source, roster, (out,))
    out.mkdir(parents=True, exist_ok=True)
    reports = grade_many(WorkerInput(key, shown, out / "feedback"), read.submissions, jobs, progress)
    report = ClassReport(shown, reports, read.problems)
    write_text(out / "results.json", results_json(report))
    write_text(out / "grades.csv", grades_csv(report))
    write_text(out / "index.html", class_page(report))
    return report


def _place(problem: Problem) -> tuple[str, int, int, str, str]:
    return problem.file, problem.line, problem.column, problem.path, problem.message
