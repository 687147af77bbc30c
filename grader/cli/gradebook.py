"""What a course does with a graded folder: decide on an answer, look at the runs, undo one, give grades out.

``grader override report ana 2a 1.5 --comment "sign as in the lecture"`` decides, and writes the results again.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from getpass import getuser

from grader.batch.again import NotPossible, regrade, undo
from grader.batch.course_file import people_of
from grader.batch.run import RunOptions
from grader.batch.stages import now
from grader.cli.failures import FAILURES, tell_failure
from grader.cli.summary import change_lines
from grader.cli.terminal import print_error, printable
from grader.exchange.whos_who import meant
from grader.feedback.wording import points
from grader.gradebook import rows
from grader.gradebook.decisions import Decided, decide
from grader.gradebook.fingerprints import decided_on
from grader.gradebook.opening import NAME, Gradebook, held, written
from grader.gradebook.reports import ReportKept
from grader.gradebook.run_log import RunKept, all_runs, changes_of, finished_runs, release, students_now
from grader.grading.overrides import points_of
from grader.problems import Problem, did_you_mean


def override(asked: Namespace) -> int:
    """``grader override``: a person's points for one part of one student."""
    return with_book(asked, _override)


def log(asked: Namespace) -> int:
    """``grader log``: the runs, what each changed; or undo the last, or note that its grades were given out."""
    if asked.undo:
        return with_book(asked, _undo)
    return with_book(asked, _release if asked.release else _log)


def with_book(asked: Namespace, command: Callable[[Namespace, Gradebook], int]) -> int:
    """Run a command on the gradebook of ``asked.folder``; 2 where there is none, or where it can't be used."""
    if not (asked.folder / NAME).is_file():
        print_error(f"there is no gradebook in {asked.folder}: `grader grade --out {asked.folder}` makes one")
        return 2
    try:
        with held(asked.folder, lambda who: print_error(f"{asked.folder} is in use by {who}: waiting for it")) as book:
            if book.problem is not None:
                print_error(str(book.problem))
            return command(asked, book)
    except (NotPossible, *FAILURES) as failure:
        return tell_failure(failure, asked.folder, "used")


def _override(asked: Namespace, book: Gradebook) -> int:
    before = students_now(book.connection)
    there = rows.kept(book.connection)
    student = meant(asked.student, people_of(there[one][0] for one in before.keys() & there.keys()))
    if isinstance(student, Problem):
        print_error(str(student))
        return 2
    asked.student, report = student, before[student]
    part = next((one for one in report.parts if one.part == asked.part), None)
    if part is None:
        hint = did_you_mean(asked.part, [one.part for one in report.parts])
        print_error(str(Problem(f"there is no part '{asked.part}'", hint)))
        return 2
    worth = points_of(asked.points, part.max_score)
    if isinstance(worth, str):
        print_error(worth)
        return 2
    submission = there[asked.student][0]
    answer = next((one for one in submission.answers if one.part == asked.part), None)
    by = asked.by if asked.by is not None else _user()
    with written(book.connection):
        decide(
            book.connection,
            [Decided(asked.student, asked.part, worth, asked.comment, by, now(), decided_on(answer))],
        )
    try:
        regrade(book, RunOptions())
    except NotPossible as why:
        print(f"Kept: {printable(asked.student)}, part {asked.part}: {points(worth)} of {points(part.max_score)}.")
        print(f"The next `grader grade` applies it ({why}).")
        return 0
    after = students_now(book.connection)[asked.student]
    _tell_override(asked, report, after)
    return 0


def _tell_override(asked: Namespace, before: ReportKept, after: ReportKept) -> None:
    was, now_ = (next(one for one in report.parts if one.part == asked.part) for report in (before, after))
    print(
        f"{printable(asked.student)}, part {asked.part}: {points(was.score)} -> {points(now_.score)}"
        f" of {points(now_.max_score)}; in all {points(before.score)} -> {points(after.score)}"
        f" of {points(after.max_score)}."
    )


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a process without a name, as in a container
        return ""


def _log(asked: Namespace, book: Gradebook) -> int:
    runs = all_runs(book.connection)
    if asked.run is None:
        for run in runs:
            print(_run_line(book, run))
        return 0
    found = next((run for run in runs if run.id == asked.run), None)
    if found is None:
        print_error(f"there is no run {asked.run}: they are 1 to {len(runs)}")
        return 2
    print(_run_line(book, found))
    for line in change_lines(changes_of(book.connection, found.id)):
        print(f"  {line}")
    return 0


def _run_line(book: Gradebook, run: RunKept) -> str:
    touched: dict[str, set[str]] = {}
    for change in changes_of(book.connection, run.id):
        kind = (
            "new"
            if change.before is None and not change.part
            else "out"
            if change.after is None and not change.part
            else "changed"
        )
        touched.setdefault(kind, set()).add(change.student)
    counts = [
        f"{len(students)} {word}"
        for kind, word in (("new", "new"), ("changed", "changed"), ("out", "taken out"))
        if (students := touched.get(kind, set()) - (touched.get("new", set()) if kind == "changed" else set()))
    ]
    what = ", ".join(counts) or ("nothing changed" if run.state == "finished" else "")
    state = {"running": "cut short or still at work", "undone": "undone"}.get(run.state, "")
    out = f"released {run.released}" if run.released else ""
    said = "; ".join(filter(None, (what, state, out)))
    settings = f", course.yaml {run.course[:8]}" if run.course else ""
    head = f"run {run.id}  {run.finished or run.started}  grader {run.version}, rubric {run.rubric[:8]}{settings}"
    return f"{head}: {said}"


def _undo(_asked: Namespace, book: Gradebook) -> int:
    last, holds = undo(book)
    print(f"Run {last} is undone: what run {holds} left holds again. Decisions that people made stay.")
    return 0


def _release(_asked: Namespace, book: Gradebook) -> int:
    runs = finished_runs(book.connection)
    if not runs:
        print_error("nothing was graded here yet")
        return 2
    with written(book.connection):
        release(book.connection, runs[-1].id, now())
    print(f"Run {runs[-1].id} is released: a later version of grader asks before it changes its grades.")
    return 0
