"""``grader review``: what needs a person, decided in the browser over the gradebook of a folder.

``grader review report`` prints an address of this machine and answers there until Ctrl-C; then results are written.
"""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from contextlib import closing, suppress
from getpass import getuser
from importlib.util import find_spec

from grader.cli.failures import FAILURES, tell_failure
from grader.cli.terminal import print_error, printable
from grader.gradebook.opening import NAME, connected

NEEDED = ("starlette", "uvicorn")


def review(asked: Namespace) -> int:
    """Serve the review until Ctrl-C: 0, or 2 where it can't be."""
    if lacking := [name for name in NEEDED if find_spec(name) is None]:
        them = "it" if len(lacking) == 1 else "them"
        print_error(f"review needs {' and '.join(lacking)}: `pip install 'gradient-grader[review]'` installs {them}")
        return 2
    if not (asked.folder / NAME).is_file():
        print_error(f"there is no gradebook in {asked.folder}: `grader grade --out {asked.folder}` makes one")
        return 2
    from grader.review.network_drive import network_drive

    if drive := network_drive(asked.folder):
        print_error(
            f"{asked.folder} lies on a network drive ({drive}), where two programs can't keep out of each other's way:"
            " copy it to a disk of this machine"
        )
        return 2
    from grader.batch.again import NotPossible

    try:
        return _served(asked)
    except (NotPossible, *FAILURES) as failure:
        return tell_failure(failure, asked.folder, "used")


def _served(asked: Namespace) -> int:
    from grader.review.local_server import prepared, serve
    from grader.review.results_written import rewritten

    names = list(dict.fromkeys(asked.by or [_user()]))
    try:
        served = prepared(asked.folder, names, asked.port, print_error)
    except OSError as error:
        if error.filename is None and asked.port:
            print_error(f"port {asked.port} of this machine can't be used: {error.strerror}; --port 0 takes a free one")
            return 2
        raise
    before = _last(asked)
    with suppress(KeyboardInterrupt):  # at whatever moment it comes
        for token, name in served.door.tokens.items():
            whose = f"{printable(name)}: " if len(names) > 1 else ""
            print(f"{whose}{served.address(token)}", flush=True)
        print("Each address lets one browser in, once. Ctrl-C ends the review and writes the results.", flush=True)
        serve(served, browser=not asked.no_browser)
    made = _last(asked) - before
    if not made:
        print("Nothing was decided.")
        return 0
    print(f"{made} decision{'' if made == 1 else 's'} in the gradebook. Writing the results ...", flush=True)
    print(rewritten(asked.folder))
    return 0


def _last(asked: Namespace) -> int:
    """How many decisions the gradebook has."""
    with closing(connected(asked.folder / NAME, read_only=True)) as book:
        try:
            (count,) = book.execute("SELECT count(*) FROM decisions").fetchone()
        except sqlite3.Error:
            return 0
    return int(count)


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a process without a name, as in a container
        return "grader"
