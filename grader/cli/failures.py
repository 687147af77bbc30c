"""What keeps a command from its folder of results -> a line that says so, and the exit code of a wrong call.

``tell_failure(InUse("kim"), Path("report"), "used")`` prints ``report is in use by kim; try again when that is done``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from grader.cli.terminal import print_error
from grader.gradebook.opening import InUse, TooNew

FAILURES = (OSError, InUse, TooNew, sqlite3.Error)


def tell_failure(failure: Exception, folder: Path, aim: str) -> int:
    """Print why a command could not work on the folder, `aim` being what it wanted of its gradebook; the exit code."""
    match failure:
        case BrokenPipeError():  # whoever reads what we print has left, as `| head` does
            raise failure
        case OSError():
            print_error(f"{failure.filename or folder}: {failure.strerror or failure}")
        case InUse():
            print_error(f"{folder} is in use by {failure}; try again when that is done")
        case sqlite3.Error():
            print_error(f"the gradebook in {folder} can't be {aim}: {failure}")
        case _:
            print_error(str(failure))
    return 2
