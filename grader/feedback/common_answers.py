"""The students of `results.json` -> the answers that many gave to a part, in whatever way they typed them.

``2*x`` of one student and ``x \\cdot 2`` of another that are read alike are one answer of two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

_SEVERAL = 2  # students
Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class CommonAnswer:
    """An answer as most typed it, of how many students; the outcome that most of them have, and its points."""

    part: str
    text: str
    students: int
    verdict: str
    score: float
    max_score: float


@dataclass(slots=True, eq=False)
class GivenSoFar:
    """What was given to a part as one answer: as which texts, with which (verdict, points) of how many each."""

    max_score: float
    texts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, float]] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class GivenMade:
    """By part, and by what was read, the answers that were given so far."""

    parts: dict[str, dict[str, GivenSoFar]] = field(default_factory=dict)


def common_answers(students: Iterable[Mapping[str, Any]], least: int = _SEVERAL) -> tuple[CommonAnswer, ...]:
    """The answers that at least so many gave, part by part in the order of the rubric, most students first."""
    made = GivenMade()
    for one in students:
        count_given(made, one)
    return given_by_several(made, least)


def count_given(made: GivenMade, student: Mapping[str, Any]) -> None:
    """Add the answers in a line of `results.json`."""
    for part in student["parts"]:
        answer = part["answer"]
        if answer is not None and (text := answer["text"].strip()):
            there = made.parts.setdefault(part["part"], {})
            read = answer["read_as"] or text
            found = there.get(read)
            if found is None:
                found = there[read] = GivenSoFar(part["max_score"])
            found.texts[text] += 1
            found.outcomes[part["verdict"], part["score"]] += 1


def given_by_several(made: GivenMade, least: int = _SEVERAL) -> tuple[CommonAnswer, ...]:
    """The answers that were counted, as `common_answers` has them."""
    found = []
    for part, answers in made.parts.items():
        several = [(some.texts.total(), read, some) for read, some in answers.items() if some.texts.total() >= least]
        for number, _, some in sorted(several, key=lambda one: (-one[0], one[1])):
            verdict, score = _first(some.outcomes)
            found.append(CommonAnswer(part, _first(some.texts), number, verdict, score, some.max_score))
    return tuple(found)


def _first(counted: Counter[Counted]) -> Counted:
    """The most frequent; of equally frequent ones the first in order."""
    return min(counted.items(), key=lambda one: (-one[1], str(one[0])))[0]
