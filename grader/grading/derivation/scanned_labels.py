"""A label as a scan has it -> as it was written: ``l)`` for ``1)``, ``Z)`` for ``2)``, ``6)`` for ``b)``.

Only where the label as scanned is none of the rubric's, and exactly one is that looks like it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import combinations, product

from grader.submission.labels import PartNames, folded_label

# by what a scan has: what may have been written
_LOOK_ALIKES = {
    "l": "1i",
    "I": "1il",
    "|": "1il",
    "!": "1il",
    "i": "1l",
    "1": "il7",
    "7": "1",
    "T": "1",
    "Z": "2",
    "z": "2",
    "2": "z",
    "S": "5",
    "s": "5",
    "5": "s",
    "A": "4",
    "E": "3",
    "6": "b",
    "b": "6",
    "G": "6",
    "8": "b",
    "B": "8",
    "0": "ao",
    "O": "0a",
    "o": "a0",
    "Q": "a",
    "a": "o",
    "e": "c",
    "c": "e",
    "9": "gq",
    "g": "9q",
    "q": "9g",
    "h": "n",
    "n": "h",
    "t": "f",
    "f": "t",
    "u": "v",
    "v": "u",
}
_WORD = r"(?:homework|problem|question|exercise|(?:sub-?)?part|task|aufgabe|(?:teil)?aufgabe|teil|frage|q|ex|prob)"
_LABEL = re.compile(
    rf"(?P<before>\s*(?:\\[a-z]+\s*\{{)?[#*_\s]{{0,6}}(?P<word>{_WORD}\b[\s.:#*]{{0,3}}(?:{_WORD}\b[\s.:]{{0,3}})?)?)"
    r"(?P<label>[(\[]?[\w|!]{1,12}(?:(?:[-_][A-Za-z0-9|!]{1,12}|\s?\.?\s?[(\[]?[A-Za-z0-9|!]{1,2})(?=[\s)\].:*_-]|$)){0,2})"
    r"(?P<closed>[)\]]?[.:)]?)(?P<after>\s*[*_]{0,3}(?:\s|$))",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s*(?:[=+/^<>]|\*(?!\*)|\\(?:cdot|times|leq?|geq?))")
LONGEST = 24  # characters of a label


@lru_cache(maxsize=32)
def _known(ids: tuple[str, ...]) -> frozenset[str]:
    """What a label may say: ids, what they begin with, and the numbers and letters of their questions and parts."""
    known: set[str] = set()
    for one in ids:
        first = folded_label(re.split(r"[-_. ]", one)[0])
        known |= {folded_label(one), first}
        numbered = re.match(r"(\d+)([a-z](?![a-z]))?", first)
        if numbered:
            known |= {numbered[1], numbered[2] or numbered[1]}
    return frozenset(known - {""})


def as_written(text: str, names: PartNames, heading: bool, counted: Collection[str] = ()) -> str:
    """The text with the label that it begins with as it was written; as it is where that may not be said.

    In a heading anything may follow a label; on a line it is closed, or a word like ``Part`` stands before it.
    `counted` are the numbers that were labels before: one that goes on with them counts, and is no letter.
    """
    found = _LABEL.match(text)
    if found is None or len(found["label"]) > LONGEST or _GOES_ON.match(text, found.end("closed")):
        return text
    alone = not text[found.end() :].strip()
    if not (heading or found["closed"] or (found["word"] and alone)):
        return text
    label = found["label"]
    folded, known = folded_label(label), _known(names.spelled)
    if folded in known or (folded.isdigit() and str(int(folded) - 1) in counted):
        return text
    meant = _meant(label, known, worded=bool(found["word"]))
    return text if meant is None else text[: found.start("label")] + meant + text[found.end("label") :]


def _meant(label: str, known: frozenset[str], worded: bool) -> str | None:
    """The one label of the rubric's that looks like a scanned one, by as few signs as may be.

    Half of its signs at most, so that no word becomes one: ``so:`` is not 5a; but behind ``Part`` there is a label.
    """
    places = [at for at, char in enumerate(label) if char in _LOOK_ALIKES]
    signs = sum(1 for char in label if char.isalnum() or char in "|!")
    for many in range(1, 1 + min(2, signs if worded or signs == 1 else signs // 2)):
        found = {folded_label(one): one for one in _changed(label, places, many) if folded_label(one) in known}
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _changed(label: str, places: list[int], many: int) -> Iterator[str]:
    """The labels that differ in so many signs, each of which looks alike."""
    for at in combinations(places, many):
        for new in product(*(_LOOK_ALIKES[label[place]] for place in at)):
            signs = list(label)
            for place, sign in zip(at, new, strict=True):
                signs[place] = sign
            yield "".join(signs)
