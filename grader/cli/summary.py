"""A graded class -> what the command prints of it: first what needs a person, last what was wrong on the way."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from grader.batch.run import Tried
from grader.cli.terminal import paint, print_problem, printable
from grader.feedback.wording import percent, points, worth
from grader.gradebook.reports import ADJUSTED
from grader.gradebook.run_log import Change
from grader.problems import Problem
from grader.results import ClassReport, GradeReport, Request

_NAMED = 10  # students named in the summary; the class page has them all
_PARTICULAR = re.compile(r"'[^']*'|\d+")
_NOTES = 20  # notes printed one by one; the class page has them all


def needs_person(report: ClassReport) -> bool:
    """Whether a score is not final, something that was handed in could not be used, or a regrade request is open."""
    return bool(report.problems) or any(one.review or one.problems or open_requests(one) for one in report.reports)


def open_requests(report: GradeReport) -> list[Request]:
    """What a student asked to be looked at again, and nobody has answered."""
    return [one for one in report.terms.requests if one.is_open]


def tell(report: ClassReport, out: Path, source: Path, beside: Iterable[Path | None] = ()) -> None:
    """The summary of a class for people: what waits for one first, the notes (on standard error) last.

    `beside` are the files that were read and may lie elsewhere, as the class list does.
    """
    _tell_waiting(report)
    _tell_requests(report)
    shares = [percent(one.score, one.max_score) for one in report.reports]
    title, worth = printable(report.rubric.title), points(report.rubric.max_score)
    print(f"Graded {_count(len(shares), 'student')} on “{title}”, {worth} points.")
    if shares:
        print(f"  mean {fmean(shares):.0f} %, from {min(shares):.0f} % to {max(shares):.0f} %")
    late = sum(bool(one.terms.late and one.terms.late.percent) for one in report.reports)
    if late:
        print(f"  {_count(late, 'student')} late, which costs points by course.yaml")
    print(f"Class page: {paint(str(out / 'index.html'), 'bold', sys.stdout)}")
    sys.stdout.flush()
    elsewhere = {path.name: path for path in (out / "decisions.csv", *beside) if path is not None}
    _tell_notes(report, source if source.is_dir() else source.parent, elsewhere)


def _tell_waiting(report: ClassReport) -> None:
    waiting = [one for one in report.reports if one.review]
    if not waiting:
        return
    answers = sum(result.review for one in waiting for result in one.parts)
    what = f"{_count(answers, 'answer')} of {_count(len(waiting), 'student')}" if answers else "What was handed in by"
    what = what if answers else f"{what} {_count(len(waiting), 'student')}"
    print(f"{what} to review before the scores are final:")
    for one in waiting[:_NAMED]:
        parts = [result.asked.part for result in one.parts if result.review]
        why = ", ".join(parts[:8] + ["…"] * (len(parts) > 8)) or "what was handed in"
        print(f"  {printable(one.student)}: {why}")
    if len(waiting) > _NAMED:
        print(f"  and {len(waiting) - _NAMED} more, listed on the class page")


def _tell_requests(report: ClassReport) -> None:
    asked = [one for student in report.reports for one in open_requests(student)]
    if not asked:
        return
    print(f"{_count(len(asked), 'regrade request')} open:")
    for one in asked[:_NAMED]:
        print(f"  {printable(one.student)}: {one.part or 'the work as a whole'}")
    if len(asked) > _NAMED:
        print(f"  and {len(asked) - _NAMED} more, listed in to_decide.csv")


def _tell_notes(report: ClassReport, folder: Path, elsewhere: Mapping[str, Path]) -> None:
    """Each note with its place; of very many, how many there are of each kind."""
    notes = [*report.problems, *(problem for one in report.reports for problem in one.problems)]
    placed = [one.at(_path(one.file, folder, elsewhere)) if one.file else one for one in notes]
    if len(placed) <= _NOTES:
        for one in placed:
            print_problem(one, "note")
        return
    kinds: dict[str, list[Problem]] = {}
    for one in placed:
        kinds.setdefault(_PARTICULAR.sub("…", one.message), []).append(one)
    ordered = sorted(kinds.items(), key=lambda item: -len(item[1]))
    for _, some in ordered[:_NAMED]:
        print_problem(replace(some[0], message=_counted(some)), "note")
    others = sum(len(some) for _, some in ordered[_NAMED:])
    more = f", {others} of other kinds," if others else ""
    where = "on the class page and the students' pages"
    print(f"{_count(len(placed), 'note')} in all{more} {where}", file=sys.stderr)


def _path(file: str, folder: Path, elsewhere: Mapping[str, Path]) -> str:
    """Where a file lies that a note names: in the class folder, or where it was read from."""
    inside = folder / file
    return (elsewhere.get(file, inside) if not inside.exists() else inside).as_posix()


def _counted(some: list[Problem]) -> str:
    return some[0].message + (f" [and {len(some) - 1} more like this]" if len(some) > 1 else "")


def tell_changes(tried: Tried) -> None:
    """What a run would change, a line a student whose points change; a changed maximum is one line."""
    lines = change_lines(tried.changes)
    for line in lines:
        print(line)
    before, now = tried.max_score, tried.report.rubric.max_score
    if before is not None and before != now:
        print(f"The maximum would change from {points(before)} to {worth(now)}.")
    print(f"{_count(len(lines), 'student')} of {len(tried.report.reports)} would change; nothing was written.")


def change_lines(changes: Iterable[Change]) -> list[str]:
    """A line a student: the total and the parts, before and after."""
    by_student: dict[str, list[Change]] = {}
    for change in changes:
        by_student.setdefault(change.student, []).append(change)
    return [f"{printable(student)}: {_said(some)}" for student, some in by_student.items()]


def _said(some: list[Change]) -> str:
    total = next((one for one in some if not one.part), None)
    parts = [one for one in some if one.part]
    listed = ", ".join(f"{_name(one)} {_points(one.before)} -> {_points(one.after)}" for one in parts)
    if total is None:
        return f"{listed}; the total stays{_why(parts)}"
    if total.before is None:
        return f"new, {_points(total.after)}"
    if total.after is None:
        return f"{_points(total.before)}, taken out"
    changed = f"{_points(total.before)} -> {_points(total.after)}"
    return changed + (f" ({listed})" if parts else "") + _why(parts or [total])


def _why(parts: list[Change]) -> str:
    """Why they changed: one reason for all, or each reason with its parts; empty where none is known."""
    by_reason: dict[str, list[str]] = {}
    for one in parts:
        by_reason.setdefault(one.why, []).append(_name(one))
    if len(by_reason) == 1:
        (only,) = by_reason
        return f", {only}" if only else ""
    return "".join(f"; {', '.join(names)}: {why}" for why, names in by_reason.items() if why)


def _name(change: Change) -> str:
    return change.part.strip("()") if change.part in ADJUSTED else change.part


def _points(value: float | None) -> str:
    return "–" if value is None else points(value)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
