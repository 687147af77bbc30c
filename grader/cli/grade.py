"""A class is graded from the command line: results, a short summary, and what a CI system wants to know.

``grader grade rubric.yaml submissions`` writes into report/ and prints where the class page lies.
"""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from grader.batch.again import changes_of_last_run
from grader.batch.audit import DrawKept, draw_audit
from grader.batch.course_file import read_course
from grader.batch.giving_out import note_outside
from grader.batch.pool import default_jobs
from grader.batch.reading import Refused
from grader.batch.rubrics import read_key
from grader.batch.run import Released, RunOptions, grade_class, would_change
from grader.cli.author import refuse
from grader.cli.failures import FAILURES, tell_failure
from grader.cli.progress import Bars
from grader.cli.summary import change_lines, needs_person, tell, tell_changes
from grader.cli.terminal import print_error, print_problem
from grader.exchange.arrivals import WrongExport
from grader.exchange.questions import UnknownColumns, columns_of
from grader.files import write_text
from grader.gradebook.opening import held
from grader.results import ClassReport
from grader.solver.key import AnswerKey


def grade(asked: Namespace) -> int:
    """``grader grade``: 0 done, 1 if ``--strict`` and something needs a person, 2 for a wrong call."""
    from grader.diagnosis.lint.linter import unheeded
    from grader.grading import rubric_shown

    gc.set_threshold(100_000, 50, 100)  # what is read and put together here has hardly a circle in it
    key = read_key(asked.rubric)
    if isinstance(key, tuple):
        return refuse(key)
    course = read_course(asked.rubric, [one.part for one in rubric_shown(key).parts])
    if isinstance(course, tuple):
        return refuse(course)
    asked.course = course
    for warning in () if asked.quiet else unheeded(key):
        print_problem(warning, "warning")
    if asked.audit and asked.dry_run:
        print_error("--audit draws from results, and --dry-run writes none: leave one of them out")
        return 2
    if asked.out.resolve() == asked.submissions.resolve():
        print_error("--out would put the results among the submissions")
        return 2
    try:
        return _dry_run(asked, key) if asked.dry_run else _grade(asked, key)
    except (Refused, UnknownColumns, WrongExport, *FAILURES) as failure:
        return tell_failure(failure, asked.out, "written")


def _options(asked: Namespace, bars: Bars | None) -> RunOptions:
    return RunOptions(
        roster=asked.roster,
        jobs=asked.jobs or default_jobs(),
        prune=asked.prune,
        anyway=asked.anyway,
        decisions=asked.decisions,
        leave_out=tuple(Path(path) for path in (asked.junit, asked.decisions, asked.course.path) if path),
        whole=bool(asked.junit) or _on_github(),
        brief=True,
        source=asked.source,
        progress=bars,
        waiting=lambda who: print_error(f"{asked.out} is in use by {who}: waiting for it"),
        columns=tuple(_columns(asked.columns).items()),
        course=asked.course,
        private_names=asked.private_names,
        blind=asked.blind,
        told=None if asked.quiet else lambda what: print(f"{asked.submissions}: {what}", file=sys.stderr),
    )


def _columns(given: list[str]) -> dict[str, str]:
    """The pairs of a column and a part that were given, each as a file or in itself."""
    pairs: dict[str, str] = {}
    for one in given:
        file = Path(one)
        pairs |= columns_of(file.read_text("utf-8-sig") if "=" not in one or file.is_file() else one)
    return pairs


def _grade(asked: Namespace, key: AnswerKey) -> int:
    with Bars(quiet=asked.quiet) as bars:
        options = _options(asked, bars)
        try:
            report = grade_class(key, asked.submissions, asked.out, options)
        except Released as given_out:
            if not _agreed(given_out):
                return 2
            report = grade_class(key, asked.submissions, asked.out, replace(options, anyway=True))
    if asked.junit:
        from grader.feedback.junit import junit_xml  # here, as all that few runs need

        write_text(asked.junit, junit_xml(report, _shown(asked.submissions)))
        with held(asked.out) as book:
            note_outside(book, asked.junit)
    if not (report.reports or report.problems):
        return _nothing(asked)
    _tell_github(report, asked)
    if not asked.quiet:
        beside = (asked.roster, asked.decisions, Path(asked.course.path) if asked.course.path else None)
        tell(report, asked.out, asked.submissions, beside)
    if asked.audit:
        _audit(asked)
    return 1 if asked.strict and needs_person(report) else 0


def _audit(asked: Namespace) -> None:
    """Draw decisions for a person to check."""
    with held(asked.out) as book:
        try:
            path, number, of = draw_audit(book, asked.audit)
        except DrawKept as why:
            print_error(str(why))
            return
    if not asked.quiet:
        print(f"Drawn for you to grade: {number} of {of:,} automatic decisions, in {path}.")
        print(f"  Fill in the points, then `grader agree {asked.out} {path}` says how many may be wrong.")


def _agreed(given_out: Released) -> bool:
    """Whether grades that were given out may change, asked on a terminal; elsewhere ``--anyway`` says so."""
    for line in change_lines(given_out.changes):
        print(line)
    sys.stdout.flush()
    print_error(f"{given_out}; this version of grader would change it as listed, nothing was written")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print_error("--anyway goes on")
        return False
    return input("Change them? [y/N] ").strip().casefold() in ("y", "yes")


def _dry_run(asked: Namespace, key: AnswerKey) -> int:
    with Bars(quiet=asked.quiet) as bars:
        tried = would_change(key, asked.submissions, asked.out, _options(asked, bars))
    if not (tried.report.reports or tried.report.problems):
        return _nothing(asked)
    tell_changes(tried)
    return 1 if asked.strict and needs_person(tried.report) else 0


def _nothing(asked: Namespace) -> int:
    print_error(f"no submissions in {asked.submissions} (expected .csv, .json, .jsonl, .md, .tex, .txt or .ipynb)")
    return 2


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _shown(source: Path) -> str:
    """The class folder as all that is told of its files begins: on GitHub from the repository, else as it was named."""
    folder = source if source.is_dir() else source.parent
    root = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    inside = _on_github() and folder.resolve().is_relative_to(root)
    return (folder.resolve().relative_to(root) if inside else folder).as_posix()


def _tell_github(report: ClassReport, asked: Namespace) -> None:
    """On GitHub Actions: annotations at the answers' places; what changed and the class table as the step's summary."""
    if not _on_github():
        return
    from grader.feedback.github import github_annotations, github_summary

    for line in github_annotations(report, _shown(asked.submissions)):
        print(line)
    sys.stdout.flush()
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        changes = changes_of_last_run(asked.out)
        with Path(summary).open("a", encoding="utf-8", errors="replace") as file:  # steps before us wrote there
            file.write(github_summary(report, None if changes is None else change_lines(changes)))
