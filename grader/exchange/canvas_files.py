"""The files of a Canvas download -> submissions: ``lopezana_LATE_123_4567_hw1.md`` is of user 123, and late.

A download holds the newest submission of each; where old and new lie together, the ``-1``, ``-2`` that Canvas puts
behind a file's name tells which is newer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.exchange.arrivals import Arrival, ArrivedFile, Sender
from grader.problems import Problem

CANVAS_ID = "ID"
_FILE = re.compile(
    r"(?:(?P<early>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]+)|(?P<name>[^\W_]+)(?P<late>_LATE)?_(?P<user>\d+))"
    r"_(?:(?P<typed>text|link)\.html|(?P<attachment>\d+)_(?P<own>.+))"
)
_AGAIN = re.compile(r"(?P<base>.+)-(?P<number>[1-9]\d?)")


@dataclass(frozen=True, slots=True)
class CanvasFile:
    """One file of a download, taken apart."""

    path: str
    user: str
    name: str
    late: bool
    anonymous: bool
    own: str
    typed: str


def canvas_file(path: str) -> CanvasFile | None:
    """A file by its name in a download; None for any other."""
    found = _FILE.fullmatch(PurePosixPath(path).name)
    if found is None:
        return None
    user = found["user"] or f"anon_{found['anonymous']}"
    late = bool(found["late"] or found["early"])
    typed = found["typed"] or ""
    return CanvasFile(path, user, found["name"] or "", late, bool(found["anonymous"]), found["own"] or "", typed)


def canvas_arrivals(paths: Sequence[str], attempts: int | None = None) -> tuple[Arrival, ...]:
    """A submission of each user of a download: the newest of so many `attempts` as are allowed (None: any number)."""
    by_user: dict[str, list[CanvasFile]] = {}
    for one in filter(None, map(canvas_file, paths)):
        by_user.setdefault(one.user, []).append(one)
    return tuple(_arrival(files, attempts) for _, files in sorted(by_user.items()))


def _arrival(files: list[CanvasFile], attempts: int | None) -> Arrival:
    first = files[0]
    newest, attempt, notes, problems = _newest(files, attempts)
    kept = tuple(_arrived(one) for one in newest)
    ids = (("Anonymous ID" if first.anonymous else CANVAS_ID, first.user),)
    links = [one for one in newest if one.typed == "link"]
    if links:
        problems = (*problems, Problem("a link was handed in: needs a person", file=links[0].path))
    return Arrival(
        (Sender(ids, first.name),),
        kept,
        late=any(one.late for one in newest),
        attempt=attempt,
        anonymous=first.anonymous,
        notes=notes,
        problems=problems,
    )


def _arrived(one: CanvasFile) -> ArrivedFile:
    if one.typed == "text":
        return ArrivedFile(one.path, "online_text.md", html=True)
    return ArrivedFile(one.path, one.own or "link.html")


def _newest(
    files: list[CanvasFile], attempts: int | None
) -> tuple[list[CanvasFile], int, tuple[str, ...], tuple[Problem, ...]]:
    """The files that count, which attempt they are, what is said of the others, and what is in doubt.

    Where none of them is among the first so many `attempts`, the newest is taken all the same.
    """
    versions: dict[str, dict[int, CanvasFile]] = {}
    for one in files:
        base, number = _version(one.own or one.typed)
        if number in (there := versions.setdefault(base, {})):
            base = one.path  # two files of one name
            versions[base] = {number: one}
        else:
            there[number] = one
    kept: list[CanvasFile] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for there in versions.values():
        if len(there) > 1 and 0 not in there:  # parts of a homework are counted in the same way
            kept += there.values()
            names = ", ".join(one.own for one in there.values())
            problems.append(Problem(f"{names} may be attempts or parts: all of them are read", file=files[0].path))
            continue
        counts = _counting(there, attempts)
        kept.append(there[counts])
        if len(there) > 1:
            left = ", ".join(one.own for number, one in sorted(there.items()) if number != counts)
            allowed = f"; attempts up to {attempts} are allowed" if counts < max(there) else ""
            notes.append(f"You handed in again: {there[counts].own} counts, {left} was not read{allowed}.")
    told = (_counting(there, attempts) for there in versions.values() if 0 in there or len(there) == 1)
    again = max(told, default=0)
    return sorted(kept, key=lambda one: one.path), again + 1, tuple(notes), tuple(problems)


def _counting(versions: Collection[int], attempts: int | None) -> int:
    """The version that counts, of which the first attempt is 0."""
    allowed = [number for number in versions if attempts is None or number < attempts]
    return max(allowed or versions)


def _version(own: str) -> tuple[str, int]:
    """``hw1-2.md`` is version 2 of ``hw1.md``."""
    place = PurePosixPath(own)
    found = _AGAIN.fullmatch(place.stem)
    return (f"{found['base']}{place.suffix}", int(found["number"])) if found else (own, 0)
