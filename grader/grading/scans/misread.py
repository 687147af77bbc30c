r"""One line as scanned -> the changes that each undo one confusion, with their places.

A change is one place, or all places of a line where the same glyph stands: ``\chi`` for x is read alike throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from grader.grading.scans.confusions import Confusion, confusions

LONGEST_LINE = 600  # characters; a longer one is runaway output or no line of a person's
MOST_PLACES = 40  # of one glyph in a line
_WORDS = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z])[A-Za-z]{3,}|\\text\w*\s*\{[^{}]*\}")
_PRODUCT = re.compile(r"\s*(?:\\cdot|\\times|\*)\s*")
_LATE = Confusion("bracket", "", "", 1.5)
_GAINED = Confusion("fraction", "", "", 3.0)
_UPSIDE_DOWN = Confusion("fraction", "", "", 4.0)
_TWICE = Confusion("repeated", "", "", 2.0)
_SUM = Confusion("sum", "", "", 3.0, weak=True)
_REFERS = re.compile(r"\\(?:\d|g<)")  # to a group of the pattern
_INDEX = re.compile(r"_\s*(?:\{([a-z]{1,3})\}|([a-z]))")


@dataclass(frozen=True, slots=True)
class Misreading:
    """What to put in place of some stretches of a line, all of one `confusion`; `glyph` is what was scanned and meant.

    `edits` are (start, end, text) in order, without overlap.
    """

    edits: tuple[tuple[int, int, str], ...]
    confusion: Confusion
    glyph: tuple[str, str]

    @property
    def cost(self) -> float:
        """What believing it costs: a little more at each further place."""
        return self.confusion.cost + 0.1 * (len(self.edits) - 1)


def changed(text: str, change: Misreading) -> str:
    """The line with a change made."""
    for start, end, new in reversed(change.edits):
        text = text[:start] + new + text[end:]
    return text


def changes(text: str, most: float = inf) -> Iterator[Misreading]:
    """The changes of a line, those of the table before those of brackets and fractions; of rows that cost at `most`."""
    if len(text) > LONGEST_LINE:
        return
    words = [found.span() for found in _WORDS.finditer(text)]
    for row, pattern in confusions():
        if row.cost > most:
            break
        single: list[Misreading] = []
        for found in pattern.finditer(text):
            start, end = found.span()
            if _inside(start, end, words) or len(single) == MOST_PLACES:
                continue
            new = found.expand(row.written) if _REFERS.search(row.written) else row.written.replace("\\\\", "\\")
            glyph = row.glyph or (found[0].strip(), new.strip())
            single.append(Misreading(((start, end, new),), row, glyph))
        alike: dict[tuple[str, str], list[Misreading]] = {}
        for one in single:
            alike.setdefault(one.glyph if row.kind == "glyph" else ("", row.written), []).append(one)
        for same in alike.values():
            if row.joint and len(same) > 1:
                yield Misreading(tuple(edit for one in same for edit in one.edits), row, same[0].glyph)
        yield from single
    yield from _moved(text)


def _inside(start: int, end: int, words: list[tuple[int, int]]) -> bool:
    """Whether a stretch is a piece of a command or a word, and not all of it."""
    return any(begin <= start and end <= stop and (begin, stop) != (start, end) for begin, stop in words)


def _moved(text: str) -> Iterator[Misreading]:
    """Brackets that were closed late, fractions gained or upside down, a sum that was lost, a factor read twice."""
    for start, end in _brackets(text):
        for sign in _PRODUCT.finditer(text, start + 1, end):
            inner = text[start + 1 : sign.start()]
            if inner.strip() and _level(inner) == 0 and _level(text[sign.end() : end]) == 0:
                close = text[end - 6 : end + 1] if text[end - 6 : end].endswith("\\right") else text[end]
                at = end - (len(close) - 1)
                yield Misreading(((sign.start(), sign.start(), close), (at, end + 1, "")), _LATE, ("late", "bracket"))
    for start, numerator, denominator, end in _fractions(text):
        yield Misreading(((start, end, f"{{{numerator}}}"),), _GAINED, ("gained", "fraction"))
        yield Misreading(
            ((start, end, rf"\frac{{{denominator}}}{{{numerator}}}"),), _UPSIDE_DOWN, ("turned", "fraction")
        )
    letters = "".join(dict.fromkeys("".join(one[1] or one[2] for one in _INDEX.finditer(text))))[:3]
    for summed in dict.fromkeys((*letters, letters)):
        yield Misreading(((0, 0, rf"\sum_{{{summed}}} "),), _SUM, ("", rf"\sum_{summed}"))
    groups = list(_brackets(text))
    for (first, last), (begin, end) in pairwise(groups):
        if begin > last and text[first : last + 1] == text[begin : end + 1] and not text[last + 1 : begin].strip():
            yield Misreading(((begin, end + 1, ""),), _TWICE, ("twice", "factor"))


def _level(text: str) -> int:
    """How deep in brackets a text ends; -1 where it closes one that it did not open."""
    depth = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            return -1
    return depth


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """The places of round and square brackets that belong together, by where they open."""
    open_: list[int] = []
    found: list[tuple[int, int]] = []
    for at, char in enumerate(text):
        if char in "([":
            open_.append(at)
        elif char in ")]" and open_:
            found.append((open_.pop(), at))
    yield from sorted(found)


def _fractions(text: str) -> Iterator[tuple[int, str, str, int]]:
    r"""Each ``\frac{a}{b}``: its start, a, b, and its end."""
    for found in re.finditer(r"\\[dt]?frac\s*\{", text):
        middle = _closed(text, found.end())
        second = re.compile(r"\s*\{").match(text, middle)
        if second is not None:
            end = _closed(text, second.end())
            yield found.start(), text[found.end() : middle - 1], text[second.end() : end - 1], end


def _closed(text: str, at: int) -> int:
    """Behind the brace that closes the group whose inside begins at a place."""
    depth = 1
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
