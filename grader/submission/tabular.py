"""CSV text -> answers: wide (a column a part) or long (``student,part,answer``), rows by their line.

``read_csv("student,1a\\nana,yhat - y\\n", "class.csv", names)`` is one piece: ana, an answer at line 2.
The csv module and not pandas: pandas drops the line numbers that every answer and Problem needs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

from grader.problems import Problem, did_you_mean, nearest
from grader.submission.decode import LARGEST_FILE, clean_name, shown
from grader.submission.labels import PartNames, find_part, unknown_part
from grader.submission.places import class_path
from grader.submission.submissions import Answer, ReadFolder, Submission

_FIELDS = {
    "student": "student", "studentid": "student", "name": "name", "studentname": "name",
    "part": "part", "answer": "answer", "prompt": "prompt",
}  # fmt: skip
MOST_COLUMNS = 2_000  # an honest table has a hundred
_QUOTE_HINT = 'write a cell that holds the separator, a quote or a line break as "...", and a quote in it as ""'


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row and the line it starts at; `problem` says why the cells can't be trusted.

    `quoted`: who wrote it knew to quote, so its cells are what they are.
    """

    line: int
    cells: tuple[str, ...]
    quoted: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """What the first line says of each column, as (kind, field or part); `long`: a row is one answer, not a student."""

    roles: tuple[tuple[str, str], ...]
    fields: Mapping[str, int]
    long: bool


def read_csv(text: str, file: str, names: PartNames, owner: str = "", ocr: bool = False) -> ReadFolder:
    """One Submission a row (a piece: `read` puts them together), and the file's own Problems.

    `owner` is the student in whose folder the file lies; such a file needs no column `student`. One whose students are
    all left blank, as on a sheet, is that of the student whom it is named for. `ocr`: it is from OCR.
    """
    delimiter, rows, problems = _table(text, file, names)
    if not rows:
        return ReadFolder((), (*problems, Problem("the file is empty", file=file)))
    header, *body = rows
    columns = _columns(header, file, names, problems)
    owner = owner or _named_for(columns, body, file)
    if "student" not in columns.fields and not owner:
        return ReadFolder((), (*problems, _no_student(header, file)))
    problems += _header_problems(names, header, columns.roles, file)
    if not columns.long and not any(kind == "part" for kind, _ in columns.roles):
        problems.append(Problem("no column of this table is a part of the rubric", "", file, header.line))
    pieces: list[Submission] = []
    unknown: dict[str, list[int]] = {}
    first_row: dict[str, int] = {}
    for row in body:
        cells, trouble = _fitted(row, len(columns.roles), delimiter)
        student, odd = clean_name(_cell(cells, columns.fields.get("student"), owner) or owner)
        name, odd_name = clean_name(_cell(cells, columns.fields.get("name"), ""))
        if not student:
            what = trouble.message if trouble else "no student in this row"
            problems.append(Problem(f"row not read: {what}", trouble.hint if trouble else "", file, row.line))
            continue
        said = [trouble] if trouble else []
        if odd or odd_name:
            said.append(Problem("invisible characters in the student's id or name were left out"))
        if columns.long:
            answers = _one_answer(columns, cells, names, file, row.line, unknown)
        else:
            answers = _answers(columns, cells, file, row.line)
            if student in first_row:
                said.append(Problem(f"a second row for {shown(student)}; the first is line {first_row[student]}"))
            first_row.setdefault(student, row.line)
        placed = tuple(problem.at(file, row.line) for problem in said)
        pieces.append(Submission(student, name, file, answers, placed, ocr))
    problems += [_unknown(names, asked, lines, file) for asked, lines in unknown.items()]
    return ReadFolder(tuple(pieces), tuple(problems))


def _named_for(columns: Columns, body: Sequence[TableRow], file: str) -> str:
    """The student whom a table is named for that is one student's: of one row, or with each part once; else ""."""
    at = columns.fields.get("student")
    if at is None or any(_cell(row.cells, at, "").strip() for row in body):
        return ""
    parts = [_cell(row.cells, columns.fields["part"], "").strip() for row in body] if columns.long else []
    alone = len(parts) == len({*parts}) if columns.long else len(body) == 1
    return class_path(file).stem if alone else ""


def _unknown(names: PartNames, asked: str, lines: list[int], file: str) -> Problem:
    """A part that the rubric does not have, and how many rows have an answer to it."""
    more = f" ({len(lines)} rows)" if len(lines) > 1 else ""
    problem = unknown_part(names, asked)
    return Problem(problem.message + more, problem.hint, file, lines[0])


def _columns(header: TableRow, file: str, names: PartNames, problems: list[Problem]) -> Columns:
    """What the columns are; notes a first line that can't be trusted and columns past the last that is read."""
    if header.problem:
        problems.append(header.problem.at(file, header.line))
    roles = [_role(names, cell) for cell in header.cells[:MOST_COLUMNS]]
    if len(header.cells) > MOST_COLUMNS:
        problems.append(Problem(f"only the first {MOST_COLUMNS:,} columns were read", "", file, header.line))
        roles += [("blank", "")] * (len(header.cells) - MOST_COLUMNS)
    fields = {role[1]: at for at, role in reversed(list(enumerate(roles))) if role[0] == "field"}
    long = "part" in fields and "answer" in fields
    idle = "part" if long else "field"  # part columns of a long table; 'part' or 'answer' of a wide one
    used = (
        ("unknown", "") if kind == idle and what not in {"student", "name"} else (kind, what) for kind, what in roles
    )
    return Columns(tuple(used), fields, long)


def _no_student(header: TableRow, file: str) -> Problem:
    seen = ", ".join(shown(cell) for cell in header.cells[:6])
    near = nearest("student", header.cells[:MOST_COLUMNS])
    usual = "the first line names the columns: student, then the parts; or student,part,answer"
    hint = f"is {shown(near)} meant to be 'student'?" if near else usual
    return Problem(f"not read: no column 'student' among {seen}", hint, file, header.line)


def _answers(columns: Columns, cells: tuple[str, ...], file: str, line: int) -> tuple[Answer, ...]:
    """The answers of a row of a wide table: a cell a part."""
    return tuple(
        Answer(role, intern(cell.strip()), file, line)  # one text for all who wrote it
        for (kind, role), cell in zip(columns.roles, cells, strict=False)
        if kind == "part" and cell and not cell.isspace()
    )


def _one_answer(
    columns: Columns, cells: tuple[str, ...], names: PartNames, file: str, line: int, unknown: dict[str, list[int]]
) -> tuple[Answer, ...]:
    """The answer of a row of a long table; a part that is none joins `unknown`, with the line."""
    if len(cells) != len(columns.roles):
        return ()
    asked, answer = cells[columns.fields["part"]].strip(), cells[columns.fields["answer"]].strip()
    part = find_part(names, asked)
    if part is None:
        unknown.setdefault(asked, []).append(line)
        return ()
    return (Answer(part, answer, file, line),) if answer else ()


def read_roster(text: str) -> tuple[tuple[str, str], ...]:
    """The (student, name) pairs of a class list: CSV with a column `student`, or ids (and names) alone."""
    _, rows, _ = _table(text, "", None)
    if not rows:
        return ()
    fields = {_FIELDS.get(_key(cell)): at for at, cell in reversed(list(enumerate(rows[0].cells)))}
    body = rows[1:] if "student" in fields else rows
    id_at, name_at = fields.get("student", 0), fields.get("name", -1 if "student" in fields else 1)
    listed: dict[str, str] = {}
    for row in body:
        student, name = (clean_name(row.cells[at])[0] if 0 <= at < len(row.cells) else "" for at in (id_at, name_at))
        if student:
            listed.setdefault(student, name)
    return tuple(listed.items())


def _cell(cells: tuple[str, ...], at: int | None, otherwise: str) -> str:
    return otherwise if at is None else cells[at] if at < len(cells) else ""


def _key(cell: str) -> str:
    return re.sub(r"[\W_]", "", cell.casefold())


def _role(names: PartNames | None, cell: str) -> tuple[str, str]:
    """What a column holds: ("part", id), ("field", name), ("blank", "") or ("unknown", "")."""
    cell = cell.strip()
    if names is not None and cell in names.ids:
        return "part", cell
    field = _FIELDS.get(_key(cell))
    if field:
        return "field", field
    part = find_part(names, cell) if names is not None else None
    return ("part", part) if part else ("unknown" if cell else "blank", "")


def _header_problems(
    names: PartNames, header: TableRow, roles: Sequence[tuple[str, str]], file: str
) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for cell, role in zip(header.cells[:MOST_COLUMNS], roles, strict=False):
        if role[0] == "unknown":
            hint = did_you_mean(cell.strip()[:100], (*names.ids, "student", "name"))
            yield Problem(
                f"the column {shown(cell)} is no part of the rubric and was not read", hint, file, header.line
            )
        elif role in seen and role[0] != "blank":
            yield Problem(f"two columns for {role[1]}: {shown(cell)} is the second", "", file, header.line)
        seen.add(role)


def _fitted(row: TableRow, width: int, delimiter: str) -> tuple[tuple[str, ...], Problem | None]:
    """The cells of a row under a header of `width` columns; those that can't be trusted are left out.

    A formula whose commas no one quoted (``max(0, 1 - y)``) is put together again by its brackets.
    """
    cells, problem = row.cells, row.problem
    if problem is not None:
        return cells, problem
    groups: list[list[str]] = []
    depth = 0
    for cell in cells:
        if depth > 0 and not row.quoted:
            groups[-1].append(cell)
        else:
            groups.append([cell])
            depth = 0
        depth += _opened(cell)
    whole = [delimiter.join(group) for group in groups]
    counted = f"{len(cells)} cells under a header of {width}"
    if len(whole) < len(cells) and all(_opened(cell) <= 0 for cell in whole) and not "".join(whole[width:]).strip():
        message = f"a formula holds the separator: the {len(cells)} cells were put together by their brackets"
        return _padded(whole, width), Problem(f"{message}, please check", _QUOTE_HINT)
    if len(cells) < width:
        return _padded(cells, width), Problem(f"{counted}: the missing ones were taken as blank")
    if "".join(cells[width:]).strip():
        return cells[:1], Problem(f"{counted}: the answers of this row were not read", _QUOTE_HINT)
    return cells[:width], None


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def _opened(cell: str) -> int:
    """How many brackets are opened more often than closed."""
    return sum(map(cell.count, "([{")) - sum(map(cell.count, ")]}"))


def _table(text: str, file: str, names: PartNames | None) -> tuple[str, list[TableRow], list[Problem]]:
    lines = [line + "\n" for line in text.split("\n")]
    start = 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start == len(lines):
        return ",", [], []
    told = re.fullmatch(r'sep=([^"])\s*', lines[start])  # what Excel writes first
    if told:
        start += 1
    # a cell of 10 MB is ours to report, not the csv module's to refuse; the limit is the process's
    limit = csv.field_size_limit(LARGEST_FILE)
    try:
        delimiter = told[1] if told else _sniff(lines[start], names)
        rows, problems = _rows(lines, start, delimiter, file)
    finally:
        csv.field_size_limit(limit)
    return delimiter, rows, problems


def _sniff(line: str, names: PartNames | None) -> str:
    """The separator under which the header line names most columns that we know."""

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        return sum(_role(names, cell)[0] in {"part", "field"} for cell in cells[:MOST_COLUMNS]), len(cells)

    return max(",;\t", key=score)


def _rows(lines: list[str], start: int, delimiter: str, file: str) -> tuple[list[TableRow], list[Problem]]:
    """Every row; a broken quotation costs its own row and no other."""
    rows: list[TableRow] = []
    problems: list[Problem] = []
    position = start
    spaced = delimiter != " " and any(f'{delimiter} "' in line for line in lines)

    def feed() -> Iterator[str]:
        nonlocal position
        while position < len(lines):
            position += 1
            yield lines[position - 1]

    broken: int | None = None  # the line after a broken row: what does not look like a row belongs to it
    while position < len(lines):
        begin = position
        reader = csv.reader(feed(), delimiter=delimiter, strict=True, skipinitialspace=spaced)
        try:
            for cells in reader:
                fits = not rows or len(cells) == len(rows[0].cells)
                if broken is not None and not fits:
                    position = begin = begin + 1
                    break
                if broken is not None and begin > broken:
                    lost = f"lines {broken + 1} to {begin}" if begin > broken + 1 else f"line {begin}"
                    problems.append(Problem(f"{lost} not read: the rest of a broken row", "", file, broken + 1))
                broken = None
                if any(map(str.strip, cells)):
                    quoted = any('"' in line for line in lines[begin:position])
                    rows.append(TableRow(begin + 1, tuple(cells), quoted))
                begin = position
        except csv.Error:
            position = begin + 1
            if broken is None:
                rows.append(_broken_row(lines[begin], begin, delimiter))
                broken = position
    if broken is not None and broken < len(lines) and any(map(str.strip, lines[broken:])):
        lost = f"lines {broken + 1} to {len(lines)}"
        problems.append(Problem(f"{lost} not read: the rest of a broken row", "", file, broken + 1))
    return rows, problems


def _broken_row(line: str, begin: int, delimiter: str) -> TableRow:
    """A row with an unclosed or undoubled quote: its cells before the quote."""
    cells = line.rstrip("\n").split(delimiter)
    sound = next((at for at, cell in enumerate(cells) if '"' in cell), len(cells))
    problem = Problem("a quotation mark is not closed: this row was read only up to it", _QUOTE_HINT)
    return TableRow(begin + 1, tuple(cells[:sound]), True, problem)
