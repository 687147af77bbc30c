"""A class report -> workflow commands and a step summary for GitHub Actions.

What breaks is an error, what waits for a person a warning, most important first, since few of a kind are shown; an
answer that is plainly wrong is none of a developer's business: ``::warning file=s01.csv,line=3,title=2a (s01)::...``.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from grader.feedback.wording import (
    by_student,
    clean,
    explained,
    in_order,
    outcome_of,
    percent,
    points,
    remark,
    shorten,
    worth,
)
from grader.problems import Problem
from grader.results import ClassReport, PartResult

_MOST_ROWS = 1500  # a step summary may have 1 MiB
_MOST_CHANGES = 200
_MARKUP = re.compile(r"[!-&*+/:-@\[-`{-~]")
_BREAKS = re.compile(r"(?:the class list [^:]*: |row )?not read\b|grader failed\b")
_FOR_A_PERSON = "needs a person"


def github_annotations(report: ClassReport, folder: str = "") -> tuple[str, ...]:
    """Workflow commands for what broke, then for what waits for a person: for each distinct answer one.

    `folder` leads from the repository's root to the class folder, which files in the report are relative to. What was
    not read of a file is an error; of the warnings those come first that most points of most students hang on.
    """
    of_students = (problem for one in by_student(report) for problem in one.problems)
    problems = tuple(dict.fromkeys((*report.problems, *of_students)))  # one may be told of both
    broken = [_problem("error", one, folder) for one in problems if breaks(one)]
    others = [_problem("warning", one, folder) for one in problems if not breaks(one)]
    return (*broken, *(_waiting(one, folder) for one in _by_weight(report)), *others)


def breaks(problem: Problem) -> bool:
    """Whether something that was handed in is lost to the program, and no person expects it."""
    return _BREAKS.match(problem.message) is not None and _FOR_A_PERSON not in problem.hint


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An answer that waits for a person: of the first student who gave it, and how many others did."""

    student: str
    result: PartResult
    others: int

    @property
    def weight(self) -> float:
        return (self.others + 1) * self.result.asked.max_score


def _by_weight(report: ClassReport) -> list[_Waiting]:
    """The distinct answers that wait, heaviest first, else in the order of students and parts."""
    found: dict[tuple[str, str], list[tuple[str, PartResult]]] = {}
    for one in by_student(report):
        for result in in_order(one, report.rubric):
            if result.review and result.answer:
                found.setdefault((result.asked.part, result.answer.text), []).append((one.student, result))
    waiting = [_Waiting(*some[0], len(some) - 1) for some in found.values()]
    return sorted(waiting, key=lambda one: -one.weight)


def _waiting(one: _Waiting, folder: str) -> str:
    result, answer = one.result, one.result.answer
    assert answer is not None, "what waits has an answer"
    title = (
        f"{result.asked.part} ({one.student}): {outcome_of(result).word.lower()}, "
        f"{points(result.score)} of {worth(result.asked.max_score)}"
    )
    same = (
        f"\nThe same answer of {one.others} other{'' if one.others == 1 else 's'} waits as well." if one.others else ""
    )
    return command("warning", folder, answer.file, answer.line, title, _said(result) + same)


def github_summary(report: ClassReport, changed: Iterable[str] | None = None) -> str:
    """The class as Markdown for `GITHUB_STEP_SUMMARY`: the numbers, what changed, then a row a student.

    `changed` are lines on what changed since the last run; None where this is the first.
    """
    reports = by_student(report)
    shares = [percent(one.score, one.max_score) for one in reports]
    review = sum(result.review for one in reports for result in one.parts)
    mean = f"mean {statistics.fmean(shares):.0f} %, median {statistics.median(shares):.0f} %, " if shares else ""
    students = f"{len(reports)} student{'' if len(reports) == 1 else 's'}"
    answers = f"{review} answer{'' if review == 1 else 's'} to review"
    lines = [f"## {_text(report.rubric.title)}", "", f"{students}, {mean}{answers}.", ""]
    lines += _changed(changed)
    if reports:
        lines += ["| Student | Name | Points | Percent | Review |", "| :-- | :-- | --: | --: | :-- |"]
    for one, share in list(zip(reports, shares, strict=True))[:_MOST_ROWS]:
        open_parts = [result.asked.part for result in in_order(one, report.rubric) if result.review]
        why = shorten(", ".join(open_parts), 80) or ("yes" if one.review else "")
        cells = (_text(one.student), _text(one.name), f"{points(one.score)} / {points(one.max_score)}")
        lines.append(f"| {' | '.join(cells)} | {share:.0f} % | {_text(why)} |")
    if len(reports) > _MOST_ROWS:
        lines += ["", f"… and {len(reports) - _MOST_ROWS} more, in `grades.csv`."]
    if report.problems:
        lines += ["", "### Problems", ""]
        lines += [f"- {_text(shorten(str(problem), 400), 400)}" for problem in report.problems[:100]]
        if len(report.problems) > 100:
            lines.append(f"- … and {len(report.problems) - 100} more, in `results.json`.")
    return "\n".join(lines) + "\n"


def _changed(changed: Iterable[str] | None) -> list[str]:
    if changed is None:
        return []
    told = list(changed)
    lines = [f"- {_text(line, 300)}" for line in told[:_MOST_CHANGES]] or ["Nothing."]
    more = [f"- … and {len(told) - _MOST_CHANGES} more, by `grader log`."] if len(told) > _MOST_CHANGES else []
    return ["### Changed since the last run", "", *lines, *more, "", "### Class", ""]


def _said(result: PartResult) -> str:
    return shorten(explained(result) or outcome_of(result).word, 2000)


def _problem(level: str, problem: Problem, folder: str) -> str:
    return command(level, folder, problem.file, problem.line, problem.path, remark(problem))


def command(level: str, folder: str, file: str, line: int, title: str, message: str) -> str:
    """A workflow command, an ``error`` or a ``warning``, at a line of a file below `folder`."""
    path = place_below(folder, file)
    values = {"file": path, "line": str(line) if path and line else "", "title": shorten(title, 200)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in values.items() if value)
    return f"::{level} {properties}".rstrip() + f"::{_data(message)}"


def place_below(folder: str, file: str) -> str:
    """The path of a file from where `folder` begins; empty for no file."""
    return "/".join(piece for piece in (folder.rstrip("/"), file) if piece not in ("", ".")) if file else ""


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _text(text: str, length: int = 80) -> str:
    """Text that Markdown shows as it is, on one line: every sign that could mean something as an entity."""
    line = shorten(" ".join(clean(text).split()), length)
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", line)
