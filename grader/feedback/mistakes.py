"""The results of a class -> its mistakes by kind, the one that most students made first.

Two students who left out a factor of the chain, one of them twice, give
``MistakeCount("one factor of the chain rule or of the formula is missing", answers=3, students=2, parts=...)``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.results import NOTES, WRONG, GradeReport, Outcome, PartResult
from grader.rubric.malrules import MALRULES

_UNEXPLAINED = "wrong, and no usual mistake explains it"
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """A kind of mistake: in how many answers, of how many students; `parts` name where it is most frequent."""

    what: str
    answers: int
    students: int
    parts: str


def mistakes(reports: Iterable[GradeReport]) -> tuple[MistakeCount, ...]:
    """The kinds of mistakes of a class, most students first; what nothing explains stands last."""
    made: dict[str, list[tuple[str, str]]] = {}
    for report in reports:
        for result in report.parts:
            for kind in _kinds(result):
                made.setdefault(kind, []).append((report.student, result.asked.part))
    found = [
        MistakeCount(kind, len(places), len({student for student, _ in places}), _most(part for _, part in places))
        for kind, places in made.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.what == _UNEXPLAINED, -one.students, -one.answers, one.what)))


def _kinds(result: PartResult) -> Iterator[str]:
    """What happened in an answer; of two mistakes at once each counts. What a person finds right holds none."""
    if result.override is not None and result.outcome is Outcome.CORRECT:
        return
    if result.diagnosis is not None:
        pieces = result.diagnosis.rule.detail.split("+")
        names = dict.fromkeys(piece.partition(":")[0] for piece in pieces)
        yield from (MALRULES[name].what for name in names if name in MALRULES)
    elif counted := NOTES[result.note.kind].counted_as:
        yield counted
    elif result.verdict in WRONG:
        yield _UNEXPLAINED


def _most(parts: Iterable[str]) -> str:
    """The most frequent parts with their numbers, ``2a (3), 2b``."""
    counted = Counter(parts).most_common()
    shown = [f"{part} ({count})" if count > 1 else part for part, count in counted[:_MOST_PARTS]]
    return ", ".join(shown) + (", …" if len(counted) > _MOST_PARTS else "")
