"""Decisions in the gradebook -> the results beside it, by a process of its own: the server stays small, and answers."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from grader.batch.again import NotPossible, regrade
from grader.batch.run import RunOptions
from grader.gradebook.opening import InUse, TooNew, held

_PATIENCE = 5.0  # seconds that this waits for another run


def write_results(folder: Path) -> str:
    """Write pages and tables anew in a process of its own; a sentence that says what came of it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        try:
            return process.submit(rewritten, folder).result()
        except BrokenProcessPool:
            return "The results could not be written: the process that does it ended. Decisions are kept."


def rewritten(folder: Path) -> str:
    """The same in this process."""
    try:
        with held(folder, patience=_PATIENCE) as book:
            regrade(book, RunOptions())
    except NotPossible as why:
        return f"Decisions are kept; the next `grader grade` applies them ({why})."
    except InUse as who:
        return f"Decisions are kept; the next `grader grade` applies them ({folder} is in use by {who})."
    except (OSError, TooNew, sqlite3.Error) as why:
        return f"Decisions are kept, but the results in {folder} could not be written: {why}."
    return f"The results in {folder} are written, with all decisions."
