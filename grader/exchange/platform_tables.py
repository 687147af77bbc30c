"""The gradebook of a learning platform -> which platform's it is, and what its columns are.

Canvas and Gradescope name their columns in English wherever they are; Moodle names them in the site's language, so that
they are told by their place where their names are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from grader.exchange.raw_table import RawTable

# a worksheet's columns in the languages shipped: English, German, French, Spanish
_MOODLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("full name", "vollständiger name", "nom complet", "nombre completo"),
        "status": ("status", "statut", "estado", "estatus"),
        "group": ("group", "gruppe", "groupe", "grupo"),
        "grade": ("grade", "bewertung", "note", "calificación"),
        "most": (
            *("maximum grade", "bestwertung", "beste bewertung", "maximale bewertung", "höchstbewertung"),
            *("note maximale", "note maximum", "calificación máxima", "calificación más alta"),
        ),
        "at": (
            *("last modified (submission)", "zuletzt geändert (abgabe)", "dernière modification (travail remis)"),
            *("última modificación (entrega)", "última modificación (envío)"),
        ),
    }
)
_PARTICIPANT = re.compile(r"\D{1,40}?\s*(\d+)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TITLED = re.compile(r"(?P<title>.*\S)\s*\((?P<id>\d+)\)\s*", re.DOTALL)
# what stands before and behind the assignments of a Canvas gradebook
_CANVAS_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account")


@dataclass(frozen=True, slots=True)
class PlatformTable:
    """A table of a platform: what its columns are, by field; `ids` are the columns of ids by their own names.

    `people` are the rows of students. Of Canvas `points` is the row of points possible.
    """

    kind: str
    fields: Mapping[str, int]
    ids: Mapping[str, int]
    people: tuple[int, ...]
    points: int | None = None


def platform_table(table: RawTable) -> PlatformTable | None:
    """What a platform's gradebook holds; None for any other table."""
    head = {text.strip().lstrip("\ufeff"): at for at, text in reversed(list(enumerate(table.texts(0))))}
    if {"Student", "ID"} <= head.keys() and head.keys() & {"Section", "SIS User ID", "SIS Login ID"}:
        return _canvas(table, head)
    if {"First Name", "Last Name"} <= head.keys() and ("SID" in head or "Email" in head):
        return _gradescope(table, head)
    return _moodle(table)


def _canvas(table: RawTable, head: Mapping[str, int]) -> PlatformTable:
    fields = {"name": head["Student"]} | ({"section": head["Section"]} if "Section" in head else {})
    ids = {name: head[name] for name in _CANVAS_IDS if name in head and name != "Root Account"}
    name, number = fields["name"], head["ID"]
    points, people = None, []
    for row in range(1, len(table.rows)):
        texts = table.texts(row)
        if len(texts) <= max(name, number):
            continue
        if texts[name].strip() == "Points Possible" and not texts[number].strip():
            points = row
        elif texts[number].strip() and not _is_made_up(texts[name], texts, ids):
            people.append(row)
    return PlatformTable("canvas", MappingProxyType(fields), MappingProxyType(ids), tuple(people), points)


def _is_made_up(name: str, texts: Sequence[str], ids: Mapping[str, int]) -> bool:
    """Whether a row is that of the student whom Canvas makes up for teachers to try things."""
    at = ids.get("SIS User ID")
    return name.strip() == "Student, Test" and not (at is not None and at < len(texts) and texts[at].strip())


def _gradescope(table: RawTable, head: Mapping[str, int]) -> PlatformTable:
    known = {
        "first": "First Name",
        "last": "Last Name",
        "grade": "Total Score",
        "most": "Max Points",
        "status": "Status",
        "at": "Submission Time",
        "lateness": "Lateness (H:M:S)",
        "attempt": "Submission Count",
    }
    fields = {field: head[column] for field, column in known.items() if column in head}
    ids = {name: head[name] for name in ("SID", "Email") if name in head}
    people = tuple(row for row in range(1, len(table.rows)) if len(table.rows[row]) > max(ids.values()))
    return PlatformTable("gradescope", MappingProxyType(fields), MappingProxyType(ids), people)


def participant(text: str) -> str:
    """The number of ``Participant 410003`` or ``Teilnehmer/in410003``; empty for any other text."""
    found = _PARTICIPANT.fullmatch(text.strip())
    return found[1] if found else ""


def _moodle(table: RawTable) -> PlatformTable | None:
    people = tuple(row for row in range(1, len(table.rows)) if participant(table.texts(row)[0]))
    words = {re.sub(r"\s*\d+$", "", table.texts(row)[0].strip()) for row in people}
    if not people or len(words) != 1 or len(people) < len(table.rows) - 1:
        return None
    head = [re.sub(r"\s+", " ", text.strip().lstrip("\ufeff").casefold()) for text in table.texts(0)]
    fields = {field: head.index(name) for field, names in _MOODLE.items() for name in names if name in head}
    if "grade" not in fields or "most" not in fields:
        fields = {field: at for field, at in fields.items() if field not in ("grade", "most")}
        most = [at for at in range(2, len(head)) if _is_most(table, people, at)]
        fields |= {"grade": most[0] - 1, "most": most[0]} if len(most) == 1 else {}
    fields.setdefault("name", 1)
    if len(head) < 3 or not ("grade" in fields or "status" in fields):
        return None
    named = table.texts(0)
    places = range(fields["status"]) if "status" in fields else _telling_apart(table, people, fields["grade"])
    ids = {named[at].strip(): at for at in places if at != fields["name"]}
    return PlatformTable("moodle", MappingProxyType(fields), MappingProxyType({**ids}), people)


def _telling_apart(table: RawTable, people: Sequence[int], end: int) -> list[int]:
    """The columns before `end` in which everybody has a text of their own."""
    rows = [table.texts(row) for row in people]
    columns = [[one[at] for one in rows if at < len(one) and one[at].strip()] for at in range(end)]
    return [at for at, texts in enumerate(columns) if len(set(texts)) == len(rows)]


def _is_most(table: RawTable, people: Iterable[int], at: int) -> bool:
    """Whether a column has one number throughout, and the one before it numbers up to that, or nothing."""
    texts = [table.texts(row) for row in people]
    if any(len(one) <= at for one in texts) or len({one[at] for one in texts}) != 1:
        return False
    most, marks = number_of(texts[0][at]), [one[at - 1].strip() for one in texts]
    return (
        bool(most)
        and all(not mark or (number_of(mark) or 0.0) <= (most or 0.0) for mark in marks)
        and all(_NUMBER.fullmatch(mark) for mark in marks if mark)
    )


def number_of(text: str) -> float | None:
    """A number with a decimal point or comma; None for any other text."""
    found = _NUMBER.fullmatch(text.strip())
    return float(text.strip().replace(",", ".")) if found else None


def title_of(column: str) -> str:
    """The title of a Canvas assignment, which stands before its number in brackets."""
    found = _TITLED.fullmatch(column)
    return found["title"] if found else column.strip()
