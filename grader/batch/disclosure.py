"""All that a folder of results holds of one student -> a zip, for whoever asks what is known of them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.batch.given_files import HANDED_IN
from grader.feedback.pages import feedback_name
from grader.feedback.tables import cell
from grader.files import write_bytes
from grader.gradebook.opening import Gradebook
from grader.gradebook.reports import entries, pages

_WHEN = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same data
# by the name of a file, what is in it, its columns, and where they are kept
_TABLES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "answers.csv": (
        "what was read as an answer to each part",
        ("part", "text", "file", "line"),
        "SELECT part, texts.text, file, line FROM answers JOIN texts ON texts.id = answers.text"
        " WHERE student = ? ORDER BY position",
    ),
    "points.csv": (
        "the points of each part now: verdict, score, maximum, how it was judged, whether a person has to look",
        ("part", "verdict", "score", "max_score", "note", "review"),
        "SELECT part, verdict, score, max_score, note, review FROM results WHERE student = ? AND until IS NULL",
    ),
    "decisions.csv": (
        "what persons decided, earlier decisions too",
        ("part", "points", "comment", "by", "when"),
        'SELECT part, points, comment, "by", at FROM decisions WHERE student = ? ORDER BY at, id',
    ),
    "changes.csv": (
        "how points changed from run to run; an empty part is the total",
        ("run", "when", "part", "before", "after", "why"),
        "SELECT run, finished, part, before, after, why FROM changes JOIN runs ON runs.id = run"
        " WHERE student = ? ORDER BY run, part",
    ),
    "requests.csv": (
        "what was asked to be looked at again, and every reply; an empty part is the work as a whole",
        ("part", "text", "when", "reply", "by", "replied"),
        'SELECT requests.part, requests.text, requests.at, replies.text, replies."by", replies.at FROM requests'
        " LEFT JOIN replies ON request = requests.id WHERE student = ? ORDER BY requests.at, requests.id, replies.id",
    ),
    "audited.csv": (
        "decisions of the program that were drawn for a person to check",
        ("draw", "part", "points"),
        "SELECT draw, part, points FROM audited WHERE student = ? ORDER BY draw, part",
    ),
}
_READ_ME = """\
All that this folder of results holds of {student}.

{files}
The work as it was handed in is not here: it stays where it was collected.
"""


def disclosed(book: Gradebook, student: str) -> dict[str, bytes]:
    """By name the files that tell all of a student, by main id. Raises LookupError, OSError and sqlite3.Error."""
    connection, folder = book.connection, book.folder
    entry = next((one for one in entries(connection) if one["student"] == student), None)
    if entry is None:
        raise LookupError(student)
    page = pages(connection).get(student)
    page_name = page.file if page else feedback_name(student)
    past = _past(connection, student)
    found = {
        "results.json": ("the entry in results.json: answers, verdicts, evidence, points, ids", _json(entry)),
        **{name: (what, _table(connection, student, head, query)) for name, (what, head, query) in _TABLES.items()},
        "reports.json": ("every report that was kept, with the runs in which it held", _json(past)),
    }
    if (folder / "feedback" / page_name).is_file():
        found["feedback.html"] = ("the page that the student gets", (folder / "feedback" / page_name).read_bytes())
    own = folder / HANDED_IN / page_name.removesuffix(".html")
    for path in sorted(path for path in own.rglob("*") if path.is_file()):
        found[f"{HANDED_IN}/{path.relative_to(own).as_posix()}"] = (
            "a file that a person alone can read",
            path.read_bytes(),
        )
    told = "".join(f"{name}: {what}\n" for name, (what, _) in found.items())
    files = {name: data for name, (_, data) in found.items()}
    return {"README.txt": _READ_ME.format(student=student, files=told).encode("utf-8", "replace"), **files}


def write_disclosure(book: Gradebook, student: str, out: Path) -> tuple[str, ...]:
    """Write the zip; the names of the files in it. Raises LookupError, OSError and sqlite3.Error."""
    found = disclosed(book, student)
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
    write_bytes(out, told.getvalue())
    return tuple(found)


def _past(connection: sqlite3.Connection, student: str) -> list[dict[str, Any]]:
    rows = connection.execute("SELECT since, until, report FROM reports WHERE student = ? ORDER BY since", (student,))
    return [{"since_run": since, "until_run": until, "report": json.loads(report)} for since, until, report in rows]


def _table(connection: sqlite3.Connection, student: str, head: Sequence[str], query: str) -> bytes:
    rows: Iterator[Iterable[object]] = connection.execute(query, (student,))
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(head)
    for row in rows:
        written.writerow([cell(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8", "replace")


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
