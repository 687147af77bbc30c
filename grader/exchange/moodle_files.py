"""The files of a Moodle download -> submissions: ``Ana Lopez_410003_assignsubmission_file/hw1.md`` is of 410003.

The number behind the name is that of the worksheet's first column (``Participant 410003``); everything hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.exchange.arrivals import Arrival, ArrivedFile, Sender

MOODLE_ID = "Identifier"
_FILE = re.compile(
    r"(?P<name>[^/]*?)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?:_?/(?P<inside>.+)|_(?P<flat>[^/]+))"
)
_BLIND = re.compile(
    r"(?:participant|teilnehmer|participante|deelnemer|partecipante)[\W_]*(?:in|e|a)?\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class MoodleFile:
    """One file of a download, taken apart."""

    path: str
    name: str
    number: str
    plugin: str
    own: str


def moodle_file(path: str) -> MoodleFile | None:
    """A file by its path in a download; None for any other."""
    found = _FILE.fullmatch(path)
    if found is None:
        return None
    name = "" if _BLIND.fullmatch(found["name"]) else found["name"].strip()
    own = found["inside"] or found["flat"]
    return MoodleFile(path, name, found["number"], found["plugin"], own)


def moodle_arrivals(paths: Sequence[str]) -> tuple[Arrival, ...]:
    """A submission of each participant, or group, of a download; lateness stands in the worksheet alone."""
    by_owner: dict[tuple[str, str], list[MoodleFile]] = {}
    for one in filter(None, map(moodle_file, paths)):
        by_owner.setdefault((one.number, one.name), []).append(one)
    return tuple(
        Arrival((Sender(((MOODLE_ID, number),), name),), tuple(map(_arrived, files)))
        for (number, name), files in sorted(by_owner.items())
    )


def _arrived(one: MoodleFile) -> ArrivedFile:
    if one.plugin == "onlinetext" and one.own.casefold().endswith((".html", ".htm")):
        return ArrivedFile(one.path, "online_text.md", html=True)
    return ArrivedFile(one.path, one.own)
