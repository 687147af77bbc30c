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
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

from grader.batch.decisions import handed_in
from grader.batch.judging import Solved
from grader.batch.outputs import class_report, write_tables
from grader.batch.reading import Class, read_class, with_earlier
from grader.batch.stages import Progress, judge_new, now, planned, report_stale
from grader.gradebook import rows
from grader.gradebook.decisions import all_decisions, decide, standing
from grader.gradebook.fingerprints import program_hash
from grader.gradebook.judgements import forget_unused
from grader.gradebook.opening import NAME, Gradebook, alone, held, worker, written
from grader.gradebook.reports import current, end_reports, lines
from grader.gradebook.runs import Change, RubricText, begin, changes, finish, students_now
from grader.grading import rubric_shown
from grader.problems import Problem
from grader.results import ClassReport
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission
from grader.version import VERSION


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a class is to be graded.

    `prune` takes out students who are gone; `anyway` goes on where a run would lose many; `decisions` is a CSV file of
    what people decided; `leave_out` are files below the class folder that nobody handed in; `whole` asks for a report
    with every answer, and not in outline; `waiting` hears who holds
    the folder where another run does.
    """

    roster: Path | None = None
    jobs: int = 1
    prune: bool = False
    anyway: bool = False
    decisions: Path | None = None
    leave_out: tuple[Path, ...] = ()
    whole: bool = False
    progress: Progress | None = None
    waiting: Callable[[str], None] | None = None


def grade_class(key: AnswerKey, source: Path, out: Path, options: RunOptions = RunOptions()) -> ClassReport:
    """Grade every submission below `source` and write all results below `out`.

    Raises OSError, Refused where students would be lost, InUse, TooNew, and sqlite3.Error where the disk is full.
    """
    source.stat()
    with held(out, options.waiting) as book:
        _clear_leftovers(out)
        report = _graded(key, source, out, book, options, pages=out / "feedback")
        write_tables(report, lines(book.connection), out)
        return report


def would_change(
    key: AnswerKey, source: Path, out: Path, options: RunOptions = RunOptions()
) -> tuple[tuple[Change, ...], ClassReport]:
    """What grading would change of the results in `out`, and the report; nothing is written there."""
    source.stat()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "report"
        copy.mkdir()
        if (out / NAME).exists():
            with alone(out, options.waiting):
                for path in (out / NAME, out / f"{NAME}-wal"):
                    with suppress(FileNotFoundError):
                        copyfile(path, copy / path.name)
        with held(copy) as book:
            before = students_now(book.connection)
            report = _graded(key, source, out, book, options, pages=None)
            return tuple(changes(before, students_now(book.connection))), report


def _graded(
    key: AnswerKey, source: Path, out: Path, book: Gradebook, options: RunOptions, pages: Path | None
) -> ClassReport:
    """The class graded into the gradebook, and its pages into `pages`."""
    solved = Solved(key, rubric_shown(key))
    connection = book.connection
    read = read_class(solved.shown.parts, source, options.roster, (out, *options.leave_out))
    earlier = rows.kept(connection)
    found = with_earlier(read, earlier, prune=options.prune, anyway=options.anyway)
    said = _new_decisions(solved, found, connection, out, options)
    with written(connection):
        run, _ = begin(connection, now(), worker(), VERSION, program_hash(), _text_of(key.rubric))
        rows.keep(connection, _changed(found, earlier))
        rows.gone(connection, found.gone, run)
        gone = (*found.pruned, *(current(connection).keys() - {one.student for one in found.submissions}))
        end_reports(connection, run, gone)
        rows.taken_out(connection, gone)
    decided = standing(all_decisions(connection))
    plan = planned(connection, solved, found.submissions, decided, pages)
    fleeting = judge_new(connection, plan, options.jobs, options.progress)
    report_stale(connection, plan, fleeting, run, pages, options.jobs, options.progress)
    problems = (*((book.problem,) if book.problem else ()), *said, *found.problems)
    with written(connection):
        finish(connection, run, now(), problems)
        forget_unused(connection, program_hash())
    return class_report(connection, solved.shown, problems, whole=options.whole)


def _changed(found: Class, earlier: Mapping[str, tuple[Submission, int | None]]) -> Iterator[Submission]:
    """Whoever handed in anything else than before, is new, or is back."""
    for one in found.submissions:
        before, gone = earlier.get(one.student, (None, None))
        if before != one or (gone is not None and one.student not in found.gone):
            yield one


def _new_decisions(
    solved: Solved, found: Class, connection: sqlite3.Connection, out: Path, options: RunOptions
) -> tuple[Problem, ...]:
    """Take up the decisions that were handed in as a file."""
    problems: list[Problem] = []
    for path in (out / "decisions.csv", options.decisions):
        if path is not None and (path == options.decisions or path.exists()):
            known = all_decisions(connection)
            made, said = handed_in(path.read_bytes(), path.name, found.submissions, solved.shown, known, now())
            problems += said
            with written(connection):
                decide(connection, made)
    return tuple(problems)


def _text_of(rubric: Rubric) -> RubricText:
    """The rubric's own text, where its file still holds it."""
    with suppress(OSError, ValueError):
        data = Path(rubric.path).read_bytes()
        text = data.decode("utf-8-sig")
        if rubric.sha256 in (sha256(data).hexdigest(), sha256(text.encode()).hexdigest()):
            return RubricText(rubric.sha256, rubric.path, text)
    return RubricText(rubric.sha256, rubric.path, "")


def _clear_leftovers(out: Path) -> None:
    """Remove what a killed run had half written."""
    for folder in (out, out / "feedback"):
        for path in folder.glob(".*.part-*"):
            with suppress(OSError):
                path.unlink()
