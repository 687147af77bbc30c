"""A rubric becomes an autograder for Gradescope, which within its image grades one submission.

``grader gradescope rubric.yaml --out autograder.zip`` writes what is uploaded there.
"""

from __future__ import annotations

from argparse import Namespace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from grader.batch.autograder import run_autograder, write_autograder
from grader.batch.rubrics import read_key
from grader.cli.author import refuse
from grader.cli.terminal import print_error, printable
from grader.feedback.gradescope_results import not_graded
from grader.feedback.wording import worth
from grader.files import write_text
from grader.grading import rubric_shown
from grader.solver.key import AnswerKey

_NOT_GRADED = "The autograder could not grade this; that is no fault of yours. Tell your teacher: {}"


def gradescope(asked: Namespace) -> int:
    """``grader gradescope``: 0 done, 2 where the rubric is wrong or the zip can't be written."""
    key = read_key(asked.rubric)
    if isinstance(key, tuple):
        if asked.run is not None:
            write_text(asked.run / "results" / "results.json", not_graded(_NOT_GRADED.format("its rubric is wrong.")))
        return refuse(key)
    try:
        return _write(asked, key) if asked.run is None else _run(asked, key)
    except OSError as failure:
        print_error(f"{failure.filename or asked.out}: {failure.strerror or failure}")
        return 2


def _write(asked: Namespace, key: AnswerKey) -> int:
    try:
        found = write_autograder(Path(asked.rubric), asked.out, asked.visibility or "auto")
    except PackageNotFoundError:
        print_error("grader is not installed, so that there is nothing to put into the zip: `pip install` it first")
        return 2
    shown = rubric_shown(key)
    print(f"Wrote {asked.out}: {', '.join(found)}.")
    print(f"  On Gradescope: a programming assignment “{printable(shown.title)}” of {worth(shown.max_score)};")
    print("  under Configure Autograder upload the zip, with Ubuntu 22.04 or later as the base image.")
    return 0


def _run(asked: Namespace, key: AnswerKey) -> int:
    try:
        told = run_autograder(key, asked.run, "" if asked.visibility in (None, "auto") else asked.visibility)
    except OSError:
        why = _NOT_GRADED.format("it could not read what was handed in.")
        write_text(asked.run / "results" / "results.json", not_graded(why))
        raise
    for one in told:
        print(printable(one))
    return 0
