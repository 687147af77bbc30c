"""A table of grades that a person gave -> points by student and part, and all of it that could not be matched.

Wide as `grades.csv` (a column of ids, a column a part), or long (``student,part,points``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.exchange.platform_tables import platform_table
from grader.exchange.raw_table import RawTable, WrongTable, raw_table
from grader.exchange.rosters import Person, in_order, own_table
from grader.exchange.whos_who import Register, aliases, register
from grader.grading.overrides import points_of

_POINTS = ("points", "score", "grade", "mark")
_BESIDE = frozenset(("total", "max", "percent", "review", "comment", "by", "when", "note", "answer", "place", "draw"))


@dataclass(frozen=True, slots=True)
class HandGrade:
    """The points that a person gave to a student's part, in a line of the table; `draw` says of which draw it is."""

    student: str
    part: str
    points: float
    line: int
    draw: str = ""


@dataclass(frozen=True, slots=True)
class HandGrades:
    """What a table holds: its `grades`, how many places for points are `empty`, and what was not used, and why."""

    grades: tuple[HandGrade, ...]
    empty: int
    not_used: tuple[str, ...]


def hand_grades(data: bytes, persons: Iterable[Person], most: Mapping[str, float]) -> HandGrades:
    """Read a table; `most` is by part what it is worth. Raises WrongTable where it has no ids, or no points."""
    table = raw_table(data)
    found = platform_table(table) or own_table(table)
    if found is None:
        raise WrongTable("no column in it holds ids of students: one is called student, id, email, ...")
    known = register(persons)
    also = aliases(known.persons)
    not_used: list[str] = []
    given: dict[tuple[str, str], HandGrade] = {}
    empty = 0
    names = [found.fields[field] for field in ("name", "first", "last") if field in found.fields]
    for row, part, text, draw in _points(table, {*found.ids.values(), *found.fields.values()}, most, not_used):
        texts = table.texts(row)
        if not text.strip():
            empty += row in found.people
            continue
        line = table.text.count("\n", 0, table.rows[row][0].start) + 1
        ids = [(column, _plain(texts[at])) for column, at in found.ids.items() if at < len(texts)]
        name = in_order(" ".join(texts[at].strip() for at in names if at < len(texts)))
        student = _whose(known, also, ids, name)
        if student is None:
            near = known.nearest(ids, name)
            who = next((value for _, value in ids if value), name) or "nobody"
            not_used.append(f"line {line}: no student is {who}" + (f" ({near})" if near else ""))
        elif part not in most:
            not_used.append(f"line {line}: the rubric has no part '{part}'")
        elif isinstance(worth := points_of(text, most[part]), str):
            not_used.append(f"line {line}, part {part}: {worth}")
        elif (student, part) in given:
            not_used.append(f"line {line}: a second grade for {student}, part {part}; the first counts")
        else:
            given[student, part] = HandGrade(student, part, worth, line, draw)
    return HandGrades(tuple(given.values()), empty, tuple(dict.fromkeys(not_used)))


def _points(
    table: RawTable, taken: set[int], most: Mapping[str, float], not_used: list[str]
) -> Iterator[tuple[int, str, str, str]]:
    """(row, part, text of the points, draw) of every place for points; raises WrongTable where there is none."""
    head = [_plain(text) for text in table.texts(0)]
    folded = [text.casefold() for text in head]
    long = next((folded.index(name) for name in _POINTS if name in folded), None)
    if "part" in folded and long is not None:
        of_part, of_draw = folded.index("part"), folded.index("draw") if "draw" in folded else len(head)
        for row in range(1, len(table.rows)):
            cells = [*table.texts(row), *[""] * len(head), ""]
            yield row, _plain(cells[of_part]), cells[long], cells[of_draw].strip()
        return
    by_name = {part.casefold(): part for part in most}
    columns = {at: by_name[text] for at, text in enumerate(folded) if at not in taken and text in by_name}
    if not columns:
        named = ", ".join(list(most)[:10])
        raise WrongTable(f"it has neither the columns part and points, nor one that is called as a part ({named}, ...)")
    lost = [head[at] for at in range(len(head)) if at not in taken and at not in columns and folded[at] not in _BESIDE]
    not_used += [f"the column '{name}' is no part of the rubric" for name in lost if name]
    for row in range(1, len(table.rows)):
        texts = table.texts(row)
        for at, part in columns.items():
            yield row, part, texts[at] if at < len(texts) else "", ""


def _whose(known: Register, also: Mapping[str, str], ids: list[tuple[str, str]], name: str) -> str | None:
    """The student whom a row means: by its ids, by any id of one student's alone, by a name that one alone has."""
    called = known.called(ids)
    if called:
        return called[0].student if len(called) == 1 else None
    for _, text in ids:
        if text in also:
            return also[text]
    named = known.named(name)
    return named[0].student if len(named) == 1 else None


def _plain(text: str) -> str:
    """A cell without the sign that keeps a spreadsheet from taking it for a formula."""
    text = text.strip().lstrip("\ufeff")
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
