"""The table of a form or spreadsheet whose columns are questions -> one whose columns are the rubric's parts.

``Timestamp,Email Address,1a) Derivative of the loss`` becomes ``Timestamp,student,1a`` where the rubric has a part 1a.
A column is matched by the part's label or prompt, or as `--columns` says; where that leaves a doubt, UnknownColumns has
the candidates. Only the first row changes, and every other keeps its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from grader.exchange.raw_table import WrongTable, raw_table, with_cells
from grader.problems import Problem
from grader.rubric.shown import Asked
from grader.submission.labels import PartNames, find_part, label_at, part_names

STUDENT, NAME, NOTHING = "student", "name", "-"
NO_PAIRS: Mapping[str, str] = MappingProxyType({})
# what forms and spreadsheets call who answers, the surest first, and what they add
_WHO = (
    *("student id", "studentid", "student number", "matriculation number", "matrikelnummer", "id number", "sid"),
    *("login", "username", "user name", "email address", "email", "e-mail", "e-mail-adresse", "e mail", "mail"),
    *("correo electrónico", "adresse e-mail"),
)
_CALLED = ("name", "full name", "your name", "student name", "vollständiger name", "nom", "nombre")
_ADDED = (
    *("timestamp", "zeitstempel", "horodateur", "marca temporal", "score", "total score", "id", "start time"),
    *("completion time", "last modified time", "language", "section", "group", "response id", "submitted at", "status"),
)
_NAMED = 12  # of the candidates
_SHORTEST = 12  # letters of a prompt that stands within a longer question, or the reverse


class UnknownColumns(Exception):
    """Which column answers which part is not sure; the message has the candidates."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What the columns of a table are, by their place, and what is in doubt of them."""

    roles: Mapping[int, str]
    doubts: tuple[str, ...]


def columns_of(text: str) -> dict[str, str]:
    """Pairs of a column and a part, as ``--columns`` has them: ``Email=student``, or a file of such lines or CSV."""
    pairs = {}
    for line in filter(str.strip, text.splitlines()):
        column, equals, role = line.rpartition("=")
        if not equals:
            column, equals, role = line.rpartition(",")
        if not (equals and column.strip().strip('"') and role.strip()):
            raise UnknownColumns(f"--columns: expected COLUMN=PART, COLUMN=student or COLUMN=-, got '{line.strip()}'")
        pairs[column.strip().strip('"').strip()] = role.strip()
    return pairs


def with_parts(
    files: Iterable[tuple[str, bytes | Problem]], asked: Sequence[Asked], pairs: Mapping[str, str] = NO_PAIRS
) -> Iterator[tuple[str, bytes | Problem]]:
    """The files of a class folder; of tables at its top whose columns are questions, the first row is put in our words.

    Raises UnknownColumns where a table has no sure match, or a pair names a column that no table has.
    """
    names = part_names(tuple(one.part for one in asked), (), tuple((one.part, one.label) for one in asked if one.label))
    used: set[str] = set()
    for path, data in files:
        if isinstance(data, bytes) and "/" not in path and path.casefold().endswith((".csv", ".tsv")):
            yield path, _put(path, data, names, asked, pairs, used)
        else:
            yield path, data
    if unused := sorted(pairs.keys() - used):
        raise UnknownColumns(f"--columns: no table has a column '{unused[0]}'")


def _put(
    path: str, data: bytes, names: PartNames, asked: Sequence[Asked], pairs: Mapping[str, str], used: set[str]
) -> bytes:
    try:
        table = raw_table(data, head_only=True)
    except WrongTable:
        return data
    head = [text.strip().lstrip("\ufeff").strip() for text in table.texts(0)]
    here = {column: role for column, role in pairs.items() if column in head}
    used.update(here)
    if not here and not _is_form(head, names, asked):
        return data
    found = matched(head, names, asked, here)
    if found.doubts:
        hint = "--columns 'COLUMN=PART' says which is which, 'COLUMN=-' leaves one out"
        raise UnknownColumns(f"{path}: {'; '.join(found.doubts)} ({hint})")
    changes = {(0, at): role for at, role in found.roles.items()}
    first = next(iter(changes), (0, 0))
    lost = sum(table.rows[0][at].text.count("\n") for _, at in changes)
    changes[first] = changes.get(first, head[first[1]]) + "\n" * lost  # so that each row keeps its line
    return with_cells(table, changes)


def _is_form(head: Sequence[str], names: PartNames, asked: Sequence[Asked]) -> bool:
    """Whether a first row names its students in other words than ours, or its parts in questions."""
    keys = [re.sub(r"[\W_]", "", text.casefold()) for text in head]
    ours = "student" in keys or "studentid" in keys
    parts = any(find_part(names, text) for text in head)
    who = any(_plain(text) in _WHO for text in head)
    if not ours:
        return who
    return not parts and "answer" not in keys and any(_parts(text, names, asked) or "?" in text for text in head)


def matched(
    head: Sequence[str], names: PartNames, asked: Sequence[Asked], pairs: Mapping[str, str] = NO_PAIRS
) -> Matched:
    """What each column of a form is: a part, the student, the name."""
    roles: dict[int, str] = {}
    doubts: list[str] = []
    known = {STUDENT, NAME, NOTHING, *names.ids}
    for at, text in enumerate(head):
        if text in pairs:
            if pairs[text] not in known:
                doubts.append(f"the rubric has no part '{pairs[text]}' for the column '{text}'")
            roles[at] = pairs[text]
    free = [at for at, text in enumerate(head) if at not in roles and text]
    roles |= _who(head, free, roles, doubts)
    open_, taken = [], set(roles.values())
    for at in [at for at in free if at not in roles]:
        meant = _parts(head[at], names, asked)
        parts = meant if len(meant) == 1 else meant - taken
        if len(parts) == 1:
            roles[at] = min(parts)
        elif _plain(head[at]) in (*_ADDED, *_WHO, *_CALLED):
            roles[at] = NOTHING
        else:
            open_.append((at, parts))
    left = [part for part in names.ids if part not in roles.values()]
    for at, parts in open_ if left else ():
        candidates = [part for part in left if part in parts] or left[:_NAMED]
        doubts.append(f"the column '{_short(head[at])}' may be {', '.join(candidates)}")
    twice = {role for role in roles.values() if role != NOTHING and list(roles.values()).count(role) > 1}
    doubts += [f"two columns are matched with {role}" for role in sorted(twice)]
    return Matched({at: ("" if role == NOTHING else role) for at, role in roles.items()}, tuple(doubts))


def _who(head: Sequence[str], free: Sequence[int], roles: Mapping[int, str], doubts: list[str]) -> dict[int, str]:
    """The columns of the student's id, the surest of those that there are, and of the name."""
    found: dict[int, str] = {}
    plain = {at: _plain(head[at]) for at in free}
    if STUDENT not in roles.values():
        ours = [at for at in free if re.sub(r"[\W_]", "", head[at].casefold()) in ("student", "studentid")]
        ids = ours or sorted((at for at in free if plain[at] in _WHO), key=lambda at: _WHO.index(plain[at]))
        if ids:
            found[ids[0]] = STUDENT
        else:
            doubts.append(f"no column names the student among {', '.join(_short(text) for text in head[:12])}")
    if NAME not in roles.values():
        found |= dict.fromkeys([at for at in free if plain[at] in _CALLED and at not in found][:1], NAME)
    return found


def _parts(question: str, names: PartNames, asked: Sequence[Asked]) -> set[str]:
    """The parts that a question may be: by its label, else by the prompt."""
    exact = find_part(names, question)
    labelled = label_at(names, question, "", heading=True)
    if exact or labelled:
        return {exact or (labelled[0] if labelled else "")}
    plain = _plain(question)
    if alike := {one.part for one in asked if one.prompt and _plain(one.prompt) == plain}:
        return alike
    return {one.part for one in asked if one.prompt and _same(plain, _plain(one.prompt))}


def _same(question: str, prompt: str) -> bool:
    shorter, longer = sorted((question, prompt), key=len)
    return len(shorter) >= _SHORTEST and shorter in longer


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s-]", "", text.casefold())).strip()


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
