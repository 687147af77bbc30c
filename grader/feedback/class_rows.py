"""Reports of a class -> rows of its table: the first as HTML, all as data for the script of the page, file by file.

A row as data is ``["s01", "Ada", "", 7.5, "7.5", "75", 1, "0 0 2"]``: student, name, file of the page (empty for the
student's own name), points as a number and as a text, percent, how many parts wait, and the place of each cell in
`Rows.cells`. Files assign, since a page that was opened from a disk may not fetch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from grader.feedback.templating import template
from grader.feedback.wording import clean, outcome_of, percent, points, tidy
from grader.grading.totals import parts_left_out
from grader.results import GradeReport, Outcome, PartResult, RubricShown

AT_ONCE = 500  # rows of a file, and of the plain table at most
FOLDER = "index_rows"
_MOST_PLAIN = 600_000  # bytes of the plain table
KeepFile = Callable[[str, str], None]
Cell = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student's row of the plain table; `cells` are drawn, one a part."""

    student: str
    name: str
    href: str
    score: str
    percent: str
    open_count: int
    cells: Markup


@dataclass(slots=True, eq=False)
class Rows:
    """The rows so far: `first` as data for the page itself, `plain` as HTML, `total` of all; others are `files` by now.

    `cells` has every different cell by (outcome, text, words that are said in its place) with its number.
    """

    keep: KeepFile
    first: list[str] = field(default_factory=list)
    plain: list[StudentRow] = field(default_factory=list)
    total: int = 0
    cells: dict[Cell, int] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    bytes_left: int = _MOST_PLAIN


def add_row(rows: Rows, report: GradeReport, rubric: RubricShown, file: str) -> None:
    """Add a student, whose page is `file`."""
    cells = list(_cells(report, rubric))
    if len(rows.plain) < AT_ONCE and rows.bytes_left > 0 and len(rows.plain) == rows.total:
        rows.plain.append(_plain(report, f"feedback/{file}", cells))
        rows.bytes_left -= len(rows.plain[-1].cells) + 200
    row = _data(report, file, " ".join(str(rows.cells.setdefault(one, len(rows.cells))) for one in cells))
    rows.total += 1
    if rows.total <= AT_ONCE:
        rows.first.append(row)
        return
    rows.waiting.append(row)
    if len(rows.waiting) == AT_ONCE:
        finish(rows)


def finish(rows: Rows) -> None:
    """Write the rows that wait for more to a file."""
    if rows.waiting:
        number = -(-rows.total // AT_ONCE)
        rows.files.append(f"{FOLDER}/{number}.js")
        rows.keep(rows.files[-1], f"classRows({number}, [\n" + ",\n".join(rows.waiting) + "\n]);\n")
        rows.waiting.clear()


def as_data(rows: Rows) -> Markup:
    """What the page's script begins with, as JSON inside the page."""
    cells = json.dumps(list(rows.cells), separators=(",", ":"))
    first = ",\n".join(rows.first)
    told = f'{{"total":{rows.total},"size":{AT_ONCE},"folder":"{FOLDER}","cells":{cells},"rows":[\n{first}\n]}}'
    return Markup(told.replace("<", "\\u003c"))


def _data(report: GradeReport, file: str, cells: str) -> str:
    name = "" if file == f"{report.student}.html" else file
    share = f"{percent(report.score, report.max_score):.0f}"
    score = tidy(report.score), points(report.score)
    row = [clean(report.student), clean(report.name), name, *score, share, open_count(report), cells]
    return json.dumps(row, separators=(",", ":"))


def _plain(report: GradeReport, href: str, cells: list[Cell]) -> StudentRow:
    return StudentRow(
        student=report.student,
        name=report.name,
        href=href,
        score=points(report.score),
        percent=f"{percent(report.score, report.max_score):.0f}",
        open_count=open_count(report),
        cells=Markup("".join(_drawn_cell(*cell) for cell in cells)),
    )


def open_count(report: GradeReport) -> int:
    """How many parts of a student wait for a person; 1 where it is the whole of it."""
    return sum(result.review for result in report.parts) or int(report.review)


def _cells(report: GradeReport, rubric: RubricShown) -> Iterator[Cell]:
    by_part = {result.asked.part: result for result in report.parts}
    left_out = parts_left_out(report.parts)
    return (_cell(by_part.get(asked.part), asked.part in left_out) for asked in rubric.parts)


def _cell(result: PartResult | None, left_out: bool) -> Cell:
    """The outcome, what is seen, and what is said in its place, if anything."""
    if result is None:
        return "missing", "", "not graded"
    if result.outcome in (Outcome.UNDECIDED, Outcome.UNREADABLE, Outcome.MISSING):
        said = outcome_of(result)
        return str(result.outcome), said.sign, said.word
    text = points(result.score)
    return (str(result.outcome), f"({text})", f"{text}, not counted") if left_out else (str(result.outcome), text, "")


@lru_cache(maxsize=4096)
def _drawn_cell(verdict: str, text: str, word: str) -> Markup:
    """A cell of the table of students; a class has few different ones."""
    return Markup(template("cell.html").render(verdict=verdict, text=text, word=word))
