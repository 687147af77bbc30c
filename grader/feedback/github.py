"""A class report -> workflow commands and a step summary for GitHub Actions.

An answer that was marked wrong becomes ``::error file=s01.csv,line=3,title=2a (s01)::...`` at its place.
"""

from __future__ import annotations

import re
import statistics
from types import MappingProxyType

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
from grader.results import ClassReport, Outcome, PartResult

_LEVELS = MappingProxyType(
    {
        Outcome.INCORRECT: "error",
        Outcome.UNREADABLE: "error",
        Outcome.PARTLY_CORRECT: "warning",
        Outcome.UNDECIDED: "warning",
    }
)
_MOST_ROWS = 1500  # a step summary may have 1 MiB
_MARKUP = re.compile(r"[!-&*+/:-@\[-`{-~]")


def github_annotations(report: ClassReport, folder: str = "") -> tuple[str, ...]:
    """Workflow commands that mark answers in their files, and problems of the folder.

    `folder` leads from the repository's root to the class folder, which files in the report are relative to.
    """
    marked = [
        _command(
            _LEVELS[result.outcome],
            folder,
            result.answer.file,
            result.answer.line,
            f"{result.asked.part} ({one.student}): {outcome_of(result).word.lower()}, "
            f"{points(result.score)} of {worth(result.asked.max_score)}",
            _said(result),
        )
        for one in by_student(report)
        for result in in_order(one, report.rubric)
        if result.answer and result.outcome in _LEVELS
    ]
    of_students = (problem for one in by_student(report) for problem in one.problems)
    problems = dict.fromkeys((*report.problems, *of_students))  # one may be told of both
    return (*marked, *(_problem(problem, folder) for problem in problems))


def github_summary(report: ClassReport) -> str:
    """The class as Markdown for `GITHUB_STEP_SUMMARY`: the numbers, then a row a student."""
    reports = by_student(report)
    shares = [percent(one.score, one.max_score) for one in reports]
    review = sum(result.review for one in reports for result in one.parts)
    mean = f"mean {statistics.fmean(shares):.0f} %, median {statistics.median(shares):.0f} %, " if shares else ""
    students = f"{len(reports)} student{'' if len(reports) == 1 else 's'}"
    answers = f"{review} answer{'' if review == 1 else 's'} to review"
    lines = [f"## {_text(report.rubric.title)}", "", f"{students}, {mean}{answers}.", ""]
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


def _said(result: PartResult) -> str:
    return shorten(explained(result) or outcome_of(result).word, 2000)


def _problem(problem: Problem, folder: str) -> str:
    return _command("warning", folder, problem.file, problem.line, problem.path, remark(problem))


def _command(level: str, folder: str, file: str, line: int, title: str, message: str) -> str:
    path = "/".join(piece for piece in (folder.rstrip("/"), file) if piece not in ("", ".")) if file else ""
    values = {"file": path, "line": str(line) if path and line else "", "title": shorten(title, 200)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in values.items() if value)
    return f"::{level} {properties}".rstrip() + f"::{_data(message)}"


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _text(text: str, length: int = 80) -> str:
    """Text that Markdown shows as it is, on one line: every sign that could mean something as an entity."""
    line = shorten(" ".join(clean(text).split()), length)
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", line)
