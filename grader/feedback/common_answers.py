"""The students of `results.json` -> the answers that many gave to a part, in whatever way they typed them.

``2*x`` of one student and ``x \\cdot 2`` of another that are read alike are one answer of two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def common_answers(students: Iterable[Mapping[str, Any]], least: int = _SEVERAL) -> tuple[CommonAnswer, ...]:
    """The answers that at least so many gave, part by part in the order of the rubric, most students first."""
    given: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for one in students:
        for part in one["parts"]:
            answer = part["answer"]
            if answer is not None and answer["text"].strip():
                read = answer["read_as"] or answer["text"].strip()
                given.setdefault(part["part"], {}).setdefault(read, []).append(part)
    found = []
    for part, answers in given.items():
        ranked = sorted(answers.items(), key=lambda one: (-len(one[1]), one[0]))
        found += [_common(part, some) for _, some in ranked if len(some) >= least]
    return tuple(found)


def _common(part: str, some: list[Mapping[str, Any]]) -> CommonAnswer:
    text = _first(Counter(one["answer"]["text"].strip() for one in some))
    verdict, score = _first(Counter((one["verdict"], one["score"]) for one in some))
    return CommonAnswer(part, text, len(some), verdict, score, some[0]["max_score"])


def _first(counted: Counter[Counted]) -> Counted:
    """The most frequent; of equally frequent ones the first in order."""
    return min(counted.items(), key=lambda one: (-one[1], str(one[0])))[0]
