"""The results of a class -> its mistakes by kind, the one that most students made first.

Two students who left out a factor of the chain, one of them twice, give
``MistakeCount("one factor of the chain rule or of the formula is missing", answers=3, students=2, ...)``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.results import NOTES, WRONG, GradeReport, Outcome, PartResult
from grader.rubric.malrules import MALRULES

_UNEXPLAINED = "wrong, and no usual mistake explains it"
_MOST_PARTS = 4
_MOST_NAMED = 12  # students
_SHARED = 2  # students
_EXAMPLES = 3  # of what they wrote


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """A kind of mistake: in how many answers, of how many students; `parts` name where it is most frequent.

    `who` names the students, of very many the first.
    """

    what: str
    answers: int
    students: int
    parts: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class SharedMistake:
    """One mistake at one place that several students made: who they are, what they wrote, and what to say in class."""

    rule: str
    part: str
    students: tuple[str, ...]
    examples: tuple[str, ...]
    sentence: str


@dataclass(slots=True, eq=False)
class SharedMade:
    """By (rule, part, what tells it apart) who made a mistake so far: student, what was written, what was said."""

    told: dict[tuple[str, str, str], list[tuple[str, str, str]]] = field(default_factory=dict)


def count_shared(made: SharedMade, student: Mapping[str, Any]) -> None:
    """Add the mistakes in a line of `results.json`: a report of a class no longer holds what everybody wrote."""
    for part in student["parts"]:
        overruled = part["override"] is not None and part["score"] >= part["max_score"]
        if part["diagnosis"] is None or overruled:
            continue
        told = (student["student"], (part["answer"] or {}).get("text", ""), part["diagnosis"]["message"])
        rule = part["diagnosis"]["rule"]
        apart = "" if ":" in rule else told[-1]  # twice and half of it are both a factor 2
        made.told.setdefault((rule, part["part"], apart), []).append(told)


def shared_mistakes(made: SharedMade, least: int = _SHARED) -> tuple[SharedMistake, ...]:
    """The mistakes that at least so many students share, by rule and place; most students first."""
    found = [_shared(rule, part, told) for (rule, part, _), told in made.told.items() if len(told) >= least]
    return tuple(sorted(found, key=lambda one: (-len(one.students), one.part, one.rule)))


def _shared(rule: str, part: str, told: list[tuple[str, str, str]]) -> SharedMistake:
    students, texts, messages = zip(*told, strict=True)
    message = _commonest(messages)[0]
    sentence = f"{len(told)} of you made the same mistake in {part}: {message}"
    return SharedMistake(rule, part, tuple(sorted(students)), tuple(_commonest(texts)[:_EXAMPLES]), sentence)


def _commonest(texts: Iterable[str]) -> list[str]:
    return [text for text, _ in sorted(Counter(texts).items(), key=lambda one: (-one[1], one[0]))]


@dataclass(slots=True, eq=False)
class MistakesMade:
    """By kind of mistake which students made it so far, and how many answers of each part hold it."""

    students: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, Counter[str]] = field(default_factory=dict)


def mistakes(reports: Iterable[GradeReport]) -> tuple[MistakeCount, ...]:
    """The kinds of mistakes of a class, most students first; what nothing explains stands last."""
    made = MistakesMade()
    for report in reports:
        count_mistakes(made, report)
    return mistake_counts(made)


def count_mistakes(made: MistakesMade, report: GradeReport) -> None:
    """Add the mistakes of a student."""
    kinds = [(kind, result.asked.part) for result in report.parts for kind in _kinds(result)]
    for kind, part in kinds:
        made.parts.setdefault(kind, Counter())[part] += 1
    for kind in {kind for kind, _ in kinds}:
        made.students.setdefault(kind, []).append(report.student)


def mistake_counts(made: MistakesMade) -> tuple[MistakeCount, ...]:
    """The kinds that were counted, as `mistakes` has them."""
    found = [
        MistakeCount(kind, parts.total(), len(made.students[kind]), _most(parts), _named(sorted(made.students[kind])))
        for kind, parts in made.parts.items()
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


def _named(who: list[str]) -> str:
    return ", ".join(who[:_MOST_NAMED]) + (f" and {len(who) - _MOST_NAMED} more" if len(who) > _MOST_NAMED else "")


def _most(parts: Counter[str]) -> str:
    """The most frequent parts with their numbers, ``2a (3), 2b``."""
    counted = parts.most_common()
    shown = [f"{part} ({count})" if count > 1 else part for part, count in counted[:_MOST_PARTS]]
    return ", ".join(shown) + (", …" if len(counted) > _MOST_PARTS else "")
