"""A class is graded from the command line: results, a short summary, and what a CI system wants to know.

``grader grade rubric.yaml submissions`` writes into report/ and prints where the class page lies.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from statistics import fmean

from grader.batch.rubrics import read_key
from grader.batch.run import grade_class
from grader.batch.workers import default_jobs
from grader.cli.author import refuse
from grader.cli.terminal import ProgressLine, paint, print_error, print_problem, printable
from grader.feedback.github import github_annotations, github_summary
from grader.feedback.junit import junit_xml
from grader.feedback.wording import percent, points
from grader.files import write_text
from grader.results import ClassReport

_NAMED = 10  # students named in the summary; the class page has them all


def grade(asked: Namespace) -> int:
    """``grader grade``: 0 done, 1 if ``--strict`` and something needs a person, 2 for a wrong call."""
    from grader.diagnosis.lint.linter import unheeded

    key = read_key(asked.rubric)
    if isinstance(key, tuple):
        return refuse(key)
    for warning in () if asked.quiet else unheeded(key):
        print_problem(warning, "warning")
    if asked.out.resolve() == asked.submissions.resolve():
        print_error("--out would put the results among the submissions")
        return 2
    try:
        report = grade_class(
            key,
            asked.submissions,
            asked.out,
            roster=asked.roster,
            jobs=asked.jobs or default_jobs(),
            progress=None if asked.quiet else ProgressLine(),
        )
        if asked.junit:
            write_text(asked.junit, junit_xml(report))
    except OSError as error:
        print_error(f"{error.filename or asked.out}: {error.strerror or error}")
        return 2
    if not (report.reports or report.problems):
        print_error(f"no submissions in {asked.submissions} (expected .csv, .json, .jsonl, .md, .tex, .txt or .ipynb)")
        return 2
    _tell_github(report, asked.submissions)
    if not asked.quiet:
        _tell(report, asked.out, asked.submissions)
    return 1 if asked.strict and needs_person(report) else 0


def needs_person(report: ClassReport) -> bool:
    """Whether a score is not final, or something that was handed in could not be used."""
    return bool(report.problems) or any(one.review or one.problems for one in report.reports)


def _tell(report: ClassReport, out: Path, source: Path) -> None:
    """The summary of a class for people: Problems on standard error, the rest on standard output."""
    problems = [*report.problems, *(problem for one in report.reports for problem in one.problems)]
    folder = source if source.is_dir() else source.parent
    sys.stdout.flush()
    for problem in problems:
        print_problem(problem.at((folder / problem.file).as_posix()) if problem.file else problem, "note")
    shares = [percent(one.score, one.max_score) for one in report.reports]
    title, worth = printable(report.rubric.title), points(report.rubric.max_score)
    print(f"Graded {_count(len(shares), 'student')} on “{title}”, {worth} points.")
    if shares:
        print(f"  mean {fmean(shares):.0f} %, from {min(shares):.0f} % to {max(shares):.0f} %")
    waiting = [one for one in report.reports if one.review]
    if waiting:
        print(f"  {len(waiting)} to review before the scores are final:")
    for one in waiting[:_NAMED]:
        parts = [result.asked.part for result in one.parts if result.review]
        why = ", ".join(parts[:8] + ["…"] * (len(parts) > 8)) or "what was handed in"
        print(f"    {printable(one.student)}: {why}")
    if len(waiting) > _NAMED:
        print(f"    and {len(waiting) - _NAMED} more, listed on the class page")
    if problems:
        print(f"  {_count(len(problems), 'problem')} in what was handed in, listed above")
    print(f"Class page: {paint(str(out / 'index.html'), 'bold', sys.stdout)}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _tell_github(report: ClassReport, source: Path) -> None:
    """On GitHub Actions: annotations at the answers' places, and the class table as the step's summary."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    folder = source if source.is_dir() else source.parent
    root = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    real = folder.resolve()
    shown = real.relative_to(root) if real.is_relative_to(root) else folder
    for line in github_annotations(report, shown.as_posix()):
        print(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8", errors="replace") as file:  # steps before us wrote there
            file.write(github_summary(report))
