"""Answers that wait -> groups that are decided at once: who wrote the same, made the same mistake, or used one sign.

``grouped(rows, normal_of)`` has each answer in one group; ``in_order`` puts first where most points are at stake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from statistics import median

from grader.gradebook.fingerprints import hashed
from grader.results import NoteKind
from grader.review.waiting import Decisions, Waiting, stake, still_open

A_GROUP = 60.0  # seconds that a group takes, until it is known better
ENOUGH = 3  # decided groups by whose times it is known better
_ID = 16  # hexadecimal digits of a group's name: 64 bits
_LONGEST = 40  # of a sign or word that could not be read, in characters
# what is in doubt is the same for all whose answer has the note, however they write it: its value is known
_SAME_DOUBT = (
    NoteKind.TRANSPOSED,
    NoteKind.REPAIRED,
    NoteKind.OWN_LETTER,
    NoteKind.DERIVATIVE_OF_VALUE,
    NoteKind.LOOSE_PRODUCTS,
    NoteKind.IMPLIED_SUM,
)
_WORD = re.compile(r"\\?\w+")


class GroupKind(StrEnum):
    """What the answers of a group have in common."""

    DIAGNOSIS = "the same mistake at the same place"
    DOUBT = "the same doubt"
    REREADING = "a scan that may be read the same way"
    READING = "the same reading"
    TOKEN = "the same sign that could not be read"
    TEXT = "the same text"
    ALONE = "an answer by itself"


@dataclass(frozen=True, slots=True)
class Alike:
    """Answers to one part that have the same `kind` of thing in common: `about` says which."""

    id: str
    kind: GroupKind
    part: str
    about: str
    rows: tuple[Waiting, ...]


def grouped(waiting: Iterable[Waiting], normal_of: Callable[[Waiting], str]) -> tuple[Alike, ...]:
    """Each answer in one group, in the order in which they come; `normal_of` has the normal form of a reading."""
    found: dict[tuple[str, GroupKind, str], list[Waiting]] = {}
    for one in waiting:
        found.setdefault((one.part, *in_common(one, normal_of)), []).append(one)
    return tuple(
        Alike(hashed("group", part, kind, about)[:_ID], kind, part, _shown(kind, about), tuple(rows))
        for (part, kind, about), rows in found.items()
    )


def in_common(one: Waiting, normal_of: Callable[[Waiting], str]) -> tuple[GroupKind, str]:
    """What an answer may share with others to its part."""
    result = one.result
    scan = one.answer.found.scan if one.answer and one.answer.found else None
    if scan is not None:
        return GroupKind.REREADING, _plain(scan.text)
    if result.diagnosis is not None:
        return GroupKind.DIAGNOSIS, result.diagnosis.rule
    if result.note.kind in _SAME_DOUBT:
        return GroupKind.DOUBT, result.note
    if result.answer is not None and result.answer.read_as:
        return GroupKind.READING, f"{result.note} {normal_of(one)}"
    if sign := unread(one):
        return GroupKind.TOKEN, sign
    if one.text.strip():
        return GroupKind.TEXT, _plain(one.text)
    return GroupKind.ALONE, one.id


def _shown(kind: GroupKind, about: str) -> str:
    return "" if kind is GroupKind.ALONE else about


def unread(one: Waiting) -> str:
    """The name, command or word at which reading stopped; empty where that is unknown, or is a bracket or the like."""
    problem = next((found for found in one.result.problems if found.span and found.text), None)
    if problem is None or problem.span is None:
        return ""
    there = problem.text[problem.span.start : problem.span.end].strip()
    if len(there) == 1 and (whole := _WORD.match(problem.text, problem.span.start)):
        there = whole[0]
    return there if len(there) <= _LONGEST and any(map(str.isalpha, there)) else ""


def _plain(text: str) -> str:
    """A text without what only spaces it."""
    return " ".join(text.split())


def in_order(groups: Iterable[Alike], standing: Decisions) -> tuple[tuple[Alike, ...], tuple[Alike, ...]]:
    """The groups in which something waits, most points at stake first, and those that are decided."""
    waits: list[Alike] = []
    done: list[Alike] = []
    for group in groups:
        (waits if any(still_open(group.rows, standing)) else done).append(group)
    return tuple(sorted(waits, key=lambda one: -stake(one.rows, standing))), tuple(done)


def minutes_left(groups: int, times: Sequence[float]) -> int:
    """How long so many groups will take; `times` are the seconds that decided ones took."""
    each = median(times) if len(times) >= ENOUGH else A_GROUP
    return ceil(groups * each / 60)
