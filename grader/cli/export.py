"""The grades of a folder of results go out: into the gradebook of a learning platform, to students, to an office.

``grader export report --to canvas --from gradebook.csv`` writes report/export/gradebook.csv and lists who is not in it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from grader.batch.course_file import people_of
from grader.batch.disclosure import write_disclosure
from grader.batch.giving_out import give_out, note_outside, release_of_last, write_workbook
from grader.cli.gradebook import with_book
from grader.cli.terminal import print_error, printable
from grader.exchange.filled import UnknownColumn
from grader.exchange.raw_table import WrongTable
from grader.exchange.whos_who import meant
from grader.gradebook import rows
from grader.gradebook.opening import Gradebook
from grader.problems import Problem

_NAMED = 20  # of a list, on the terminal


def export(asked: Namespace) -> int:
    """``grader export``: 0 done, 2 where the file or the column is not the one."""
    why = _wrong_call(asked)
    if why:
        print_error(why)
        return 2
    return with_book(asked, _export)


def _wrong_call(asked: Namespace) -> str:
    theirs: Path | None = asked.theirs
    if (asked.to == "student") != (asked.student is not None):
        return "--to student and --student ID go together: all that is held of one student, as a zip"
    if asked.to == "student":
        return "--to student takes no --from and no --feedback" if theirs or asked.feedback else ""
    if asked.to == "xlsx":
        return "--to xlsx takes no --from and no --feedback" if theirs or asked.feedback else ""
    if theirs is None:
        return f"--to {asked.to} needs --from FILE: the gradebook as it was downloaded"
    if _out(asked).resolve() == theirs.resolve():
        return "--out would overwrite the file that --from names"
    if asked.feedback and asked.to not in ("canvas", "moodle"):
        return f"--feedback is for Canvas and Moodle: {asked.to} takes no pages back"
    return ""


def _out(asked: Namespace) -> Path:
    if asked.out is not None:
        return Path(asked.out)
    if asked.to == "student":
        return Path(asked.folder) / "export" / "student.zip"
    name = "grades.xlsx" if asked.theirs is None else asked.theirs.name
    return Path(asked.folder) / "export" / name


def _export(asked: Namespace, book: Gradebook) -> int:
    out = _out(asked)
    release = release_of_last(book)
    if release is not None and datetime.now(UTC) < release and not asked.anyway:
        print_error(
            f"{asked.folder}: no grades go out before {release:%Y-%m-%d %H:%M} UTC, the release that course.yaml names;"
            " nothing was written. --anyway goes on"
        )
        return 2
    note_outside(book, out, asked.feedback)
    if asked.to == "student":
        return _disclose(asked, book, out)
    if asked.to == "xlsx":
        number = write_workbook(asked.folder, out)
        print(f"Wrote {out}: {number} student{'' if number == 1 else 's'}.")
        return 0
    try:
        column = asked.column or ""
        done = give_out(book, asked.to, asked.theirs, out, column, asked.feedback, missing=asked.missing is not None)
    except (WrongTable, UnknownColumn) as failure:
        print_error(f"{asked.theirs}: {failure}")
        return 2
    assert done.filled is not None
    for warning in done.filled.warnings:
        print_error(warning)
    print(f"Wrote {out}: points in {done.filled.written} of {done.filled.rows} rows.")
    _tell(done.filled.left)
    if done.returned is not None:
        print(f"Wrote {asked.feedback}: {done.returned.pages} feedback pages.")
        _tell(done.returned.left)
    return 0


def _disclose(asked: Namespace, book: Gradebook, out: Path) -> int:
    """All that is held of one student."""
    there = rows.kept(book.connection)
    student = meant(asked.student, people_of(one for one, _ in there.values()))
    if isinstance(student, Problem):
        print_error(str(student))
        return 2
    try:
        found = write_disclosure(book, student, out)
    except LookupError:
        print_error(f"no results are held of {printable(student)} now")
        return 2
    print(f"Wrote {out}: {', '.join(map(printable, found))}.")
    return 0


def _tell(left: Mapping[str, tuple[str, ...]]) -> None:
    """Who was left alone, by the reason."""
    for why, who in left.items():
        print(f"  {why} ({len(who)}):")
        for one in who[:_NAMED]:
            print(f"    {printable(one)}")
        if len(who) > _NAMED:
            print(f"    and {len(who) - _NAMED} more")
