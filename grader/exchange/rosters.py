"""The course's list, or a platform's gradebook -> the people of the course by their main ids, with all their ids.

``read_people(b"student,name,email\\nana,Ana Lopez,ana@uni.edu\\n")`` is ana, who may be called by her e-mail as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.exchange.durations import clock_late, told_late
from grader.exchange.platform_tables import PlatformTable, participant, platform_table
from grader.exchange.raw_table import RawTable, WrongTable, raw_table
from grader.submission.decode import clean_name

_NAMES = frozenset(("name", "fullname", "studentname", "displayname", "firstname", "lastname", "surname", "givenname"))
_GROUPS = frozenset(("group", "team", "groupname", "teamname"))
# columns in which people write about a student; what Moodle calls "Feedback comments" is what goes out
_REMARKS = frozenset(("notes", "note", "comments", "comment", "regrade request", "regrade requests"))
_IDS = frozenset(
    (
        *("student", "studentid", "studentnumber", "id", "sid", "sisid", "sisuserid", "sisloginid", "login", "loginid"),
        *("username", "userid", "user", "email", "emailaddress", "mail", "matriculation", "matriculationnumber"),
        *(
            "matrikelnummer",
            "matrikel",
            "idnumber",
            "netid",
            "identifier",
            "githubusername",
            "githubid",
            "orgdefinedid",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the class list: main id, name, (column, text) of all ids, and what a platform says of the work.

    `remark` is what a person wrote into the column of notes or comments.
    """

    student: str
    name: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    group: str = ""
    at: str = ""
    late: bool | None = None
    late_by: int | None = None
    attempt: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """A class list; `kind` names the platform whose it is, empty for a list of the course's own."""

    kind: str
    persons: tuple[Person, ...]


def read_people(data: bytes) -> People | None:
    """The people of a platform's gradebook, or of a list with named columns; None for any other. Never raises."""
    try:
        table = raw_table(data)
    except WrongTable:
        return None
    found = platform_table(table) or own_table(table)
    if found is None:
        return None
    heads = [text.strip().casefold() for text in table.texts(0)]
    remarks = next((at for at, text in enumerate(heads) if text in _REMARKS), None)
    persons = [_person(table, found, row, remarks) for row in found.people]
    by_id: dict[str, Person] = {}
    for one in persons:
        if one.student:
            by_id.setdefault(one.student, one)
    return People(found.kind, tuple(by_id.values()))


def main_id(kind: str, ids: Sequence[tuple[str, str]]) -> str:
    """The main id of a student of a platform, of all that are there."""
    wanted = {"canvas": ("SIS Login ID", "ID"), "gradescope": ("SID", "Email")}.get(kind, ())
    there = dict(ids)
    return next((there[column] for column in wanted if there.get(column)), ids[0][1] if ids else "")


def _person(table: RawTable, found: PlatformTable, row: int, remarks: int | None) -> Person:
    texts = table.texts(row)
    remark = texts[remarks].strip() if remarks is not None and remarks < len(texts) else ""

    def cell(field: str) -> str:
        at = found.fields.get(field)
        return texts[at].strip() if at is not None and at < len(texts) else ""

    ids = [(name, texts[at].strip()) for name, at in found.ids.items() if at < len(texts) and texts[at].strip()]
    if found.kind == "moodle":
        ids = [(ids[0][0], participant(ids[0][1])), *ids[1:]]
    name = in_order(cell("name")) or f"{cell('first')} {cell('last')}".strip()
    late, late_by = clock_late(cell("lateness")) if cell("lateness") else told_late(cell("status"))
    attempt = int(cell("attempt")) if cell("attempt").isdecimal() else 0
    student = clean_name(main_id(found.kind, ids))[0]
    at = cell("at") if cell("at") != "-" else ""
    return Person(student, clean_name(name)[0], tuple(ids), cell("group"), at, late, late_by, attempt, remark)


def in_order(name: str) -> str:
    """``Lopez, Ana`` as Ana Lopez."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def own_table(table: RawTable) -> PlatformTable | None:
    """A list or gradebook of the course's own, whose first line names its columns; None where it names no id."""
    keys = [re.sub(r"[\W_]", "", text.casefold()) for text in table.texts(0)]
    if not any(key in _IDS for key in keys):
        return None
    at_ids = [at for at, key in enumerate(keys) if key in _IDS]
    at_ids.sort(key=lambda at: keys[at] not in ("student", "studentid"))
    names = [at for at, key in enumerate(keys) if key in _NAMES]
    fields = dict(zip(("name",) if len(names) == 1 else ("first", "last"), names, strict=False))
    groups = [at for at, key in enumerate(keys) if key in _GROUPS]
    fields |= {"group": groups[0]} if groups else {}
    ids = {table.texts(0)[at].strip().lstrip("\ufeff"): at for at in at_ids}
    return PlatformTable("csv", fields, ids, tuple(range(1, len(table.rows))))
