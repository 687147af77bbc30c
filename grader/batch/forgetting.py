"""A student out of a folder of results: gradebook, pages, tables, copies; and what is out of its reach.

``forget(book, "ana")`` leaves no byte of Ana's work or name below the folder, but for what `Forgotten.left` lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from grader.batch.again import NotPossible, drawn_anew
from grader.batch.course_file import people_of
from grader.batch.given_files import HANDED_IN
from grader.batch.stages import now
from grader.batch.taken_up import DECISIONS, REQUESTS
from grader.exchange.raw_table import RawTable, WrongTable, raw_table
from grader.exchange.whos_who import meant
from grader.feedback.addresses import alias_of, private_name
from grader.feedback.class_rows import FOLDER
from grader.feedback.pages import feedback_name
from grader.files import write_bytes
from grader.gradebook import rows
from grader.gradebook.erasure import (
    Called,
    called,
    compact,
    erase,
    is_forgotten,
    mark_forgotten,
    names,
    redact_others,
    students_known,
)
from grader.gradebook.folder_settings import secret
from grader.gradebook.opening import LOCK, NAME, Gradebook, written
from grader.gradebook.reports import pages
from grader.problems import Problem

EXPORTS = "export"
_TABLES = (DECISIONS, REQUESTS, "audit.csv")  # which people write in: their rows go, the rest stays as it was
_DERIVED = ("results.json", "grades.csv", "index.html", "review.html", "to_decide.csv")
_BROKEN = "gradebook.broken-*"
_SHORT = 3  # letters of what is looked for in files: less is found everywhere


class UnknownStudent(Exception):
    """Nobody is called so; the message is what was asked for."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done: rows that went `gone` by what they were, files `removed` and `changed`, files that still name the
    student (`left`), files with grades that were written `elsewhere`, and `why_not` the tables could be made again."""

    student: str
    gone: dict[str, int]
    removed: tuple[Path, ...]
    changed: tuple[Path, ...]
    left: tuple[Path, ...]
    elsewhere: tuple[tuple[str, str], ...]
    why_not: str = ""


def forget(book: Gradebook, student: str) -> Forgotten:
    """Take a student, by main id, out of everything below the folder, and have later runs leave the student out.

    A second time it goes on with what a killed one had left. Raises UnknownStudent, OSError and sqlite3.Error.
    """
    connection, folder = book.connection, book.folder
    if student not in students_known(connection) and not is_forgotten(connection, student):
        raise UnknownStudent(student)
    there = rows.kept(connection)
    who = called(connection, student, there[student][0] if student in there else None)
    page = pages(connection).get(student)
    key = secret(connection)
    page_names = {feedback_name(student), feedback_name(student, alone=False), private_name(student, key)}
    page_names |= {page.file} if page else set()
    connection.execute("PRAGMA secure_delete = ON")
    with written(connection):
        mark_forgotten(connection, who, now())
        gone = erase(connection, student)
        redact_others(connection, who)
    removed = [*_own_files(folder, page_names, {feedback_name(one) for one in there.keys() - {student}})]
    people = people_of(one for one, _ in there.values())
    own = (text for text in who.texts if meant(text, people) == student)  # and nobody else's
    changed = list(_without_rows(folder, (student, alias_of(student, key), *own)))
    why_not = ""
    try:
        drawn_anew(book)
    except NotPossible as why:
        why_not = str(why)
        removed += _unlinked((*(folder / name for name in _DERIVED), *sorted((folder / FOLDER).glob("*.js"))))
    elsewhere = tuple(connection.execute("SELECT path, at FROM given_out ORDER BY path").fetchall())
    outside = tuple((path, at) for path, at in elsewhere if Path(path).exists())
    named = [(path,) for path, _ in elsewhere if names(who, Problem("", file=path))]
    connection.executemany("DELETE FROM given_out WHERE path = ?", named)
    compact(connection)
    return Forgotten(student, gone, tuple(removed), tuple(changed), tuple(_naming(folder, who)), outside, why_not)


def _own_files(folder: Path, page_names: Iterable[str], others: set[str]) -> Iterator[Path]:
    """Remove what is the student's alone, what was made to be given away, and broken gradebooks."""
    for name in sorted(set(page_names) - others):
        yield from _unlinked([folder / "feedback" / name])
        own = folder / HANDED_IN / name.removesuffix(".html")
        if own.is_dir():
            rmtree(own)
            yield own
    made = sorted(path for path in (folder / EXPORTS).rglob("*") if path.is_file())
    yield from _unlinked(made)
    yield from _unlinked(sorted(folder.glob(_BROKEN)))


def _unlinked(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
            yield path


def _without_rows(folder: Path, called_there: tuple[str, ...]) -> Iterator[Path]:
    """Cut the student's rows out of the tables that people fill in."""
    for name in _TABLES:
        path = folder / name
        with suppress(FileNotFoundError, WrongTable):
            data = path.read_bytes()
            less = without_rows(raw_table(data), called_there)
            if less != data:
                write_bytes(path, less)
                yield path


def without_rows(table: RawTable, students: Iterable[str]) -> bytes:
    """A table without the rows of students, all else as it was; raises WrongTable where it has no column of them."""
    head = [text.strip().lstrip("\ufeff").casefold() for text in table.texts(0)]
    if "student" not in head:
        raise WrongTable("it has no column called student")
    at = head.index("student")
    called = [one.casefold() for one in students]
    wanted = {*called, *(f"'{one}" for one in called)}
    begins = [row[0].start for row in table.rows] + [len(table.text)]
    kept = [table.text[: begins[1]]]
    for number in range(1, len(table.rows)):
        texts = table.texts(number)
        if at >= len(texts) or texts[at].strip().casefold() not in wanted:
            kept.append(table.text[begins[number] : begins[number + 1]])
    return table.mark + "".join(kept).encode(table.encoding)


def _naming(folder: Path, who: Called) -> Iterator[Path]:
    """The files that still hold a name of the student, as another student's answer or somebody's comment may."""
    told = [re.escape(text.encode()) for text in who.texts if len(text) >= _SHORT]
    if not told:
        return
    pattern = re.compile(rb"(?<![A-Za-z0-9_])(?:" + b"|".join(told) + rb")(?![A-Za-z0-9_])")
    for path in sorted(folder.rglob("*")):
        if (
            path.is_file()
            and path.name not in (LOCK, f"{NAME}-wal", f"{NAME}-shm")
            and pattern.search(path.read_bytes())
        ):
            yield path
