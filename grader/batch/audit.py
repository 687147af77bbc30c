"""A graded folder -> `audit.csv`: automatic decisions, drawn for a person who does not see what the program gave.

Its column of points is empty; of the table filled in, `grader agree DIR audit.csv` says how many may be wrong in all.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from grader.feedback.addresses import alias_of
from grader.feedback.audit_sample import AutomaticDecision, automatic_decisions, drawn, seed_of
from grader.feedback.tables import cell
from grader.feedback.wording import clean, tidy
from grader.files import write_text
from grader.gradebook.audits import Audited, keep_draw
from grader.gradebook.folder_settings import alias_secret
from grader.gradebook.opening import Gradebook, written
from grader.gradebook.reports import entries

FILE = "audit.csv"
COLUMNS = ("student", "part", "points", "comment", "max", "answer", "place", "draw")
_NAMED = 12  # hexadecimal digits of a draw's name


class DrawKept(Exception):
    """The table of an earlier draw has points in it; nothing was drawn."""


def draw_audit(book: Gradebook, number: int) -> tuple[Path, int, int]:
    """Draw decisions into `audit.csv`; its path, how many there are in it, and from how many.

    Raises DrawKept, OSError and sqlite3.Error.
    """
    path = book.folder / FILE
    if _has_points(path):
        raise DrawKept(f"{path} has points filled in: it was kept and nothing drawn; move it away for another draw")
    decisions = automatic_decisions(entries(book.connection))
    seed = seed_of(decisions)
    found = drawn(decisions, number, seed)
    name = seed[:_NAMED]
    with written(book.connection):
        rows = [Audited(name, one.student, one.part, one.score, len(decisions)) for one in found]
        keep_draw(book.connection, rows)
    write_text(path, _table(found, name, alias_secret(book.connection)))
    return path, len(found), len(decisions)


def _table(found: list[AutomaticDecision], name: str, blind: str) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in found:
        student, place = (alias_of(one.student, blind), "") if blind else (one.student, one.place)
        rows.writerow([cell(student), cell(one.part), "", "", tidy(one.max_score), cell(one.text), cell(place), name])
    return clean(out.getvalue())


def _has_points(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            head = file.readline()
            rows = csv.DictReader(io.StringIO(head + file.read()), delimiter=max(",;\t", key=head.count))
            return any((row.get("points") or row.get("comment") or "").strip() for row in rows)
    except FileNotFoundError:
        return False
    except csv.Error:  # somebody has changed it, and may have filled it in
        return True
