"""What an export holds, whichever platform wrote it: submissions with their owners as they are called there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.problems import Problem

ReadMember = Callable[[str], bytes]


class WrongExport(Exception):
    """The files are no export, or an empty one; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who handed in, as the export says it: (column, text) pairs and a name, either of which may be missing."""

    ids: tuple[tuple[str, str], ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file of an export: its path there, its `name` for the student, and whether it is `html` typed into a form."""

    path: str
    name: str
    html: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """One submission: who handed it in (several: a group), its files, and what the export says of it.

    `late` is None where the export does not say; `anonymous` work has an id that no class list knows.
    """

    senders: tuple[Sender, ...]
    files: tuple[ArrivedFile, ...]
    at: str = ""
    late: bool | None = None
    late_by: int | None = None
    attempt: int = 0
    group: str = ""
    anonymous: bool = False
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """All that was handed in by one platform; `kind` names it, `problems` are those of no one submission."""

    kind: str
    arrivals: tuple[Arrival, ...]
    problems: tuple[Problem, ...] = ()
