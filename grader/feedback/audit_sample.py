"""The automatic decisions of a class -> some of them, drawn for a person; and what these allow to say of all.

Of 20 drawn decisions none is wrong: then at most 13.9 % of all are, at a confidence of 95 % (rule of three: 3 / 20).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import comb, fsum
from typing import Any

CONFIDENCE = 0.95
_HALVINGS = 60  # of the interval from 0 to 1: down to the last digit of a float


@dataclass(frozen=True, slots=True)
class AutomaticDecision:
    """A part of a student on which the program alone decided, with what the student wrote and where."""

    student: str
    part: str
    verdict: str
    score: float
    max_score: float
    text: str
    place: str


def automatic_decisions(students: Iterable[Mapping[str, Any]]) -> list[AutomaticDecision]:
    """The decisions in `results.json` that wait for nobody and that nobody made; none of who handed in nothing."""
    found = []
    for student in students:
        if all(part["verdict"] == "missing" for part in student["parts"]):
            continue
        for part in student["parts"]:
            if not part["review"] and part["override"] is None:
                answer = part["answer"] or {}
                place = f"{answer['file']}:{answer['line']}" if answer.get("line") else answer.get("file", "")
                whole = (part["verdict"], part["score"], part["max_score"], answer.get("text", ""), place)
                found.append(AutomaticDecision(student["student"], part["part"], *whole))
    return found


def seed_of(decisions: Iterable[AutomaticDecision]) -> str:
    """A hash of the decisions: the same for the same grades, whatever order and however many processes made them."""
    told = sorted((one.student, one.part, one.verdict, repr(one.score), one.text) for one in decisions)
    return sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def drawn(decisions: Sequence[AutomaticDecision], number: int, seed: str) -> list[AutomaticDecision]:
    """So many decisions, each as likely as any other, spread evenly over outcomes and, within them, over parts.

    A systematic draw from the sorted decisions with a random begin (Cochran, Sampling Techniques, 3rd edition, 1977,
    chapter 8): each outcome and part is there by its share, to within one.
    """

    def chance(*pieces: str) -> int:
        return int(sha256("\0".join((seed, *pieces)).encode("utf-8", "surrogatepass")).hexdigest(), 16)

    ordered = sorted(decisions, key=lambda one: (one.verdict, one.part, chance(one.student, one.part)))
    if number >= len(ordered):
        return sorted(ordered, key=lambda one: chance("order", one.student, one.part))
    begin = chance("begin") % len(ordered)  # of steps as long as all decisions, in which `number` of them are one round
    picked = [ordered[(begin + k * len(ordered)) // number] for k in range(number)]
    return sorted(picked, key=lambda one: chance("order", one.student, one.part))


def most_wrong(wrong: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The upper Clopper-Pearson bound of a share of which `wrong` of `of` drawn ones were found; from 0 to 1.

    The largest share at which so few wrong ones would still be seen with a probability of 1 - `confidence` (Clopper and
    Pearson, Biometrika 26, 1934). A draw that is spread over strata by their share makes it no smaller than it must be
    (Hoeffding, Annals of Mathematical Statistics 27, 1956).
    """
    if wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        seen = fsum(comb(of, k) * middle**k * (1 - middle) ** (of - k) for k in range(wrong + 1))
        low, high = (middle, high) if seen > 1 - confidence else (low, middle)
    return high
