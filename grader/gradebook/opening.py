"""A results folder -> its gradebook, open and held by this process alone.

``with held(Path("report")) as book:`` opens or makes ``report/gradebook.sqlite``, and no other run touches it until the
block ends. A file that SQLite finds broken is set aside, and the decisions that can still be read go into the new one.
"""

from __future__ import annotations

import os
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from grader.gradebook.decisions import Decided, decide, readable_decisions
from grader.gradebook.folder_settings import taken_over
from grader.gradebook.migrations import MIGRATIONS, VERSION
from grader.gradebook.requests import keep_requests, readable_requests
from grader.problems import Problem
from grader.results import Request

NAME = "gradebook.sqlite"
LOCK = ".gradebook.lock"
PATIENCE = 60.0  # seconds that a second run waits for the first
_CACHE = 64 * 1024  # KiB
_COMMENT = re.compile(r"--[^\n]*")
_MADE = re.compile(r"CREATE (?:TABLE|VIEW) (\w+)")


class InUse(Exception):
    """Another run holds the folder, and did not end in time."""


class TooNew(Exception):
    """The gradebook was written by a later version of the program, which this one can't read."""


@dataclass(frozen=True, slots=True)
class Gradebook:
    """An open gradebook: `problem` says what was wrong with the one that was found."""

    folder: Path
    connection: sqlite3.Connection
    problem: Problem | None = None


@contextmanager
def held(
    folder: Path, waiting: Callable[[str], None] | None = None, patience: float = PATIENCE, broken: str = ""
) -> Iterator[Gradebook]:
    """The gradebook of `folder`, made where there is none; `waiting` hears who else holds it.

    One that was found `broken` as it was read, with the reason, is set aside first. Raises InUse, TooNew, OSError, and
    sqlite3.Error where the disk is full or fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder, waiting, patience):
        problem = None
        try:
            connection = None if broken else _opened(folder / NAME)
        except sqlite3.OperationalError:  # the disk, not the file
            raise
        except sqlite3.DatabaseError as error:
            broken = str(error)
        if broken:
            connection, problem = set_aside(folder / NAME, broken)
        assert connection is not None
        with closing(connection):
            yield Gradebook(folder, connection, problem)


def connected(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to a gradebook, as every process that works on it needs it; raises sqlite3.Error."""
    mode = "ro" if read_only else "rwc"
    book = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30)
    book.execute(f"PRAGMA cache_size = -{_CACHE}")
    book.execute("PRAGMA synchronous = NORMAL")  # in WAL mode nothing breaks; a power cut costs the last moments
    return book


@contextmanager
def written(book: sqlite3.Connection) -> Iterator[None]:
    """All that the block writes, or nothing."""
    book.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled back by itself
            book.execute("ROLLBACK")
        raise
    book.execute("COMMIT")


def worker() -> str:
    """This process as others would name it: ``12345 on host``."""
    return f"{os.getpid()} on {socket.gethostname()}"


@contextmanager
def alone(folder: Path, waiting: Callable[[str], None] | None = None, patience: float = PATIENCE) -> Iterator[None]:
    """No other run works on `folder` until the block ends; raises InUse."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = holder(folder)
        if waiting:
            waiting(who)
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise InUse(who) from None
    try:
        yield
    finally:
        lock.release()


def holder(folder: Path) -> str:
    """Which process works on the folder and since when, as far as its gradebook tells."""
    with suppress(sqlite3.Error), closing(connected(folder / NAME, read_only=True)) as book:
        found = book.execute("SELECT process, started FROM runs WHERE state = 'running' ORDER BY id DESC").fetchone()
        if found:
            return f"process {found[0]}, since {found[1]}"
    return "another process"


def _opened(path: Path) -> sqlite3.Connection:
    """The gradebook at `path`, brought up to date; raises sqlite3.DatabaseError where it is broken."""
    book = connected(path)
    try:
        book.execute("PRAGMA journal_mode = WAL")
        (version,) = book.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise TooNew(f"{path} was written by a later version of grader (its tables are version {version})")
        if version and (found := book.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        for k in range(version, VERSION):
            with written(book):
                for statement in _COMMENT.sub("", MIGRATIONS[k]).split(";"):
                    book.execute(statement)
                book.execute(f"PRAGMA user_version = {k + 1}")
        there = {name for (name,) in book.execute("SELECT name FROM sqlite_master")}
        if lacking := sorted(set(_MADE.findall("".join(MIGRATIONS))) - there):
            raise sqlite3.DatabaseError(f"there is no {', '.join(lacking)}")
    except BaseException:
        book.close()
        raise
    return book


def set_aside(path: Path, why: str) -> tuple[sqlite3.Connection, Problem]:
    """A new gradebook in place of a broken one, which is kept beside it, with the decisions that it still gives."""
    aside = next(
        name for k in range(1, 10_000) if not (name := path.with_name(f"gradebook.broken-{k}.sqlite")).exists()
    )
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").replace(Path(f"{aside}{ending}"))
    book = _opened(path)
    saved: tuple[Decided, ...] = ()
    asked: tuple[Request, ...] = ()
    whole = False
    with suppress(sqlite3.Error), closing(connected(aside, read_only=True)) as broken:
        saved = readable_decisions(broken)
        asked = readable_requests(broken)
        whole = taken_over(broken, book)
    with written(book):
        decide(book, saved)
        keep_requests(book, asked)
    hint = f"kept as {aside.name}; everything is judged anew, {len(saved)} decisions could be read and still hold"
    hint += "" if whole else "; settings could not: name students again who were forgotten, and private names of pages"
    return book, Problem(f"the gradebook was broken ({why})", hint, path.name)
