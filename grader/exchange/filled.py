"""A learning platform's own gradebook and the grades of a class -> the same file with the points in one column.

Every other byte stays as it was. What can't be matched, is excused, or needs a person first, is listed and left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.exchange.platform_tables import PlatformTable, number_of, participant, platform_table, title_of
from grader.exchange.raw_table import RawTable, WrongTable, raw_table, with_cells
from grader.exchange.rosters import Person, in_order, own_table
from grader.exchange.whos_who import Register, register

EXCUSED = "EX"
_DIGITS = 6
_NOT_FINAL = "not final: a person has to look at a part, exported as it is"


@dataclass(frozen=True, slots=True)
class Grade:
    """What a student has: `state` is graded, none (no work was handed in) or person (the work as a whole needs one).

    `final` is false where a person has to look at a part.
    """

    person: Person
    score: float
    max_score: float
    state: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class FilledIn:
    """The file with the points in it, how many were written, and by a heading who was left alone and why."""

    data: bytes
    written: int
    rows: int
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class UnknownColumn(Exception):
    """Which column is meant is not sure; the message has the candidates."""


def filled(
    data: bytes, kind: str, grades: Sequence[Grade], title: str, column: str = "", *, missing: bool = False
) -> FilledIn:
    """Put the grades into the gradebook of a platform (`kind`; ``csv``: any table).

    The column is the one called `column`, else the one of the rubric's `title`, in a Moodle worksheet or a Gradescope
    table that of the grade. With `missing`, who handed in nothing gets 0, unless work is there whose owner is unknown.
    Raises WrongTable where the file is not of that kind, and UnknownColumn.
    """
    table = raw_table(data)
    found = platform_table(table)
    if kind == "csv":
        found = found or own_table(table)
    if found is None or kind not in ("csv", found.kind):
        what = "no gradebook of a platform" if found is None else f"a gradebook of {found.kind}"
        raise WrongTable(f"it is {what}" if kind != "csv" else "no column in it holds ids of students")
    at = _column(table, found, title, column)
    owners, lost = _owners(table, found, grades)
    unknown = [grades[k] for k in sorted(lost) if grades[k].state != "none"]
    changes: dict[tuple[int, int], str] = {}
    left: dict[str, list[str]] = {}
    comma = _decimal_comma(table, found)
    for row in found.people:
        grade = owners.get(row)
        told, new = _cell(table, row, at, grade, noughts=missing and not unknown)
        if new is not None:
            changes[row, at] = new.replace(".", ",") if comma else new
            told = (
                "" if grade is None or grade.final else "not final: a person has to look at a part, exported as it is"
            )
        if told:
            left.setdefault(told, []).append(_called(table, found, row))
    for one in unknown:
        left.setdefault("not matched with a row, not exported", []).append(
            f"{one.person.name or one.person.student} ({one.person.student})"
        )
    if missing and unknown and any(told.startswith("no work") for told in left):
        left["no work, and not given 0: some work has no known owner"] = left.pop("no work, kept as it was")
    lists = {told: tuple(who) for told, who in left.items()}
    warned = _warnings(table, found, at, grades)
    return FilledIn(with_cells(table, changes), len(changes), len(found.people), lists, warned)


def _cell(table: RawTable, row: int, at: int, grade: Grade | None, *, noughts: bool) -> tuple[str, str | None]:
    """What is said of a row, and what is written into its cell: None leaves it as it was."""
    cells = table.rows[row]
    if at >= len(cells):
        return "the row is too short, kept as it was", None
    if cells[at].text.strip().upper() == EXCUSED:
        return "excused, kept as it was", None
    if grade is None or grade.state == "none":
        return ("", "0") if noughts else ("no work, kept as it was", None)
    if grade.state == "person":
        return "the work as a whole needs a person, kept as it was", None
    return "", number_text(grade.score)


def number_text(value: float) -> str:
    """Points without needless digits."""
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"


def _column(table: RawTable, found: PlatformTable, title: str, column: str) -> int:
    """Where the points go; raises UnknownColumn."""
    named = table.texts(0)
    taken = {*found.ids.values(), *(at for field, at in found.fields.items() if field not in ("grade", "most"))}
    free = [at for at in range(len(named)) if at not in taken and not _is_computed(table, found, at)]
    wanted = column or title
    if not column and found.kind != "canvas" and "grade" in found.fields:
        return found.fields["grade"]
    exact = [at for at in free if _folded(named[at]) == _folded(wanted)]
    fitting = exact or [at for at in free if _folded(title_of(named[at])) == _folded(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    candidates = fitting or free
    listed = ", ".join(f"'{named[at].strip()}'" for at in candidates[:30]) or "none"
    many = "several columns are" if fitting else "no column is"
    raise UnknownColumn(f"{many} called '{wanted}': name one by --column; there are {listed}")


def _is_computed(table: RawTable, found: PlatformTable, at: int) -> bool:
    """Whether Canvas works a column out itself."""
    if found.points is None or at >= len(table.rows[found.points]):
        return False
    return table.texts(found.points)[at].strip() == "(read only)"


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip().lstrip("\ufeff")).casefold()


def _owners(table: RawTable, found: PlatformTable, grades: Sequence[Grade]) -> tuple[dict[int, Grade], set[int]]:
    """By row whose it is, and which grades have no row; two rows for one student are neither's."""
    known = register(one.person for one in grades)
    at_of = {id(person): k for k, person in enumerate(known.persons)}
    names = Counter(_folded(_name(table, found, row)) for row in found.people)
    owned: dict[int, list[int]] = {}
    for row in found.people:
        person = _person(table, found, row, known, alone=names[_folded(_name(table, found, row))] == 1)
        if person is not None:
            owned.setdefault(at_of[id(person)], []).append(row)
    owners = {rows[0]: grades[k] for k, rows in owned.items() if len(rows) == 1}
    return owners, {k for k in range(len(grades)) if len(owned.get(k, ())) != 1}


def _person(table: RawTable, found: PlatformTable, row: int, known: Register, *, alone: bool) -> Person | None:
    texts = table.texts(row)
    ids = [(column, texts[at].strip()) for column, at in found.ids.items() if at < len(texts)]
    if found.kind == "moodle":
        ids = [("Identifier", participant(ids[0][1])), *ids[1:]]
    called = known.called(ids)
    if called:
        return called[0] if len(called) == 1 else None
    named = known.named(_name(table, found, row))
    return named[0] if len(named) == 1 and alone else None


def _name(table: RawTable, found: PlatformTable, row: int) -> str:
    texts = table.texts(row)
    fields = [found.fields[field] for field in ("name", "first", "last") if field in found.fields]
    return in_order(" ".join(texts[at].strip() for at in fields if at < len(texts)))


def _called(table: RawTable, found: PlatformTable, row: int) -> str:
    texts = table.texts(row)
    first = next((texts[at].strip() for at in found.ids.values() if at < len(texts) and texts[at].strip()), "")
    return f"{_name(table, found, row)} ({first})".strip()


def _decimal_comma(table: RawTable, found: PlatformTable) -> bool:
    """Whether the file's own numbers have a decimal comma."""
    places = [found.fields[field] for field in ("grade", "most") if field in found.fields]
    cells = (table.texts(row)[at] for row in found.people for at in places if at < len(table.rows[row]))
    return found.kind == "moodle" and any(re.fullmatch(r"\s*\d+,\d+\s*", text) for text in cells)


def _warnings(table: RawTable, found: PlatformTable, at: int, grades: Iterable[Grade]) -> tuple[str, ...]:
    """What the platform counts the column as, where the rubric counts otherwise."""
    ours = {one.max_score for one in grades}
    if found.kind == "canvas" and found.points is not None and at < len(table.rows[found.points]):
        theirs = {number_of(table.texts(found.points)[at])}
    elif "most" in found.fields and at == found.fields.get("grade"):
        theirs = {number_of(table.texts(row)[found.fields["most"]]) for row in found.people}
    else:
        return ()
    if len(ours) != 1 or None in theirs or theirs == ours or not theirs:
        return ()
    counted = ", ".join(number_text(one) for one in sorted(filter(None, theirs)))
    most = number_text(ours.pop())
    return (f"the column counts {counted} points and the rubric {most}: points are written as they are, not scaled",)
