r"""The text of a scan without what only the scanner wrote: lines read twice, tags of equations, runaway output.

``\frac{\partial z}{\partial w} = x - (4)`` ends with the number of the equation where others count up to it. What is
set aside is listed, and leaves its line blank, so that every other line stays where it was.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

NEAR = 3  # lines before a line that it may repeat
LONGEST = 2_000  # characters of a line that a person may have written in one
SHORTEST = 12  # characters: a shorter line may well be written twice
PIECE = 4  # signs of a piece that is repeated
RUNS = 4  # times that the same piece follows itself in runaway output
DEEP = 9  # braces in one another
BROKEN_OFF = 150  # characters of a line that ends in the middle
_TAG = re.compile(r"\s*-\s*(?:\((\d{1,2})\)|(\d{1,2}))(?=\s*(?:\$|\\\]|\\end|\Z))")
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\d+|\S")
_DRESS = re.compile(r"[\s$&.,;]|\\(?:left|right|big|Big|[,;:!])(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line of a scan that is no line of the student's, and why: ``repeated``, ``runaway`` or ``tag``."""

    line: int
    text: str
    why: str


def without_noise(text: str) -> tuple[str, tuple[SetAside, ...]]:
    """The text with what the scanner added taken out, line by line, and what that was."""
    lines = text.split("\n")
    aside: list[SetAside] = []
    tagged = _tagged(lines)
    kept: list[str] = []
    near: deque[str] = deque(maxlen=NEAR)
    for number, line in enumerate(lines):
        why = "runaway" if _runs_away(line) else "repeated" if _repeats(line, near) else ""
        if why:
            aside.append(SetAside(number + 1, line.strip(), why))
            line = _only_signs(line)
        elif number in tagged:
            aside.append(SetAside(number + 1, tagged[number][0].strip(), "tag"))
            line = line[: tagged[number].start()] + line[tagged[number].end() :]
        kept.append(line)
        if len(said := _folded(line)) >= SHORTEST:
            near.append(said)
    return "\n".join(kept), tuple(aside)


def _only_signs(line: str) -> str:
    """What a line leaves that is set aside: its dollar signs where they open or close a display."""
    return "$$" if line.count("$$") % 2 else ""


def _folded(line: str) -> str:
    return _DRESS.sub("", line)


def _repeats(line: str, near: Iterable[str]) -> bool:
    """Whether a line says the same as one shortly before it, brackets that were lost or gained apart."""
    said = _folded(line)
    if len(said) < SHORTEST:
        return False
    bare = re.sub(r"[(){}\[\]]", "", said)
    return any(said == other or bare == re.sub(r"[(){}\[\]]", "", other) for other in near)


def _runs_away(line: str) -> bool:
    """Whether a line repeats a piece of itself again and again, or is longer than any line of a person's."""
    tokens = _TOKEN.findall(line[: 2 * LONGEST])
    if len(line) > LONGEST:
        return True
    if len(tokens) < 60:
        return False
    if _follows_itself(tokens):
        return True
    return _depth(line) >= DEEP or (len(line) >= BROKEN_OFF and line.count("{") != line.count("}"))


def _follows_itself(tokens: list[str]) -> bool:
    """Whether a piece of at least so many signs stands so many times behind itself."""
    pieces = Counter(zip(*(tokens[at:] for at in range(PIECE)), strict=False))
    if max(pieces.values(), default=0) < RUNS:
        return False
    numbers = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    signs = np.array([numbers[token] for token in tokens])
    for length in range(PIECE, 1 + len(tokens) // RUNS):
        other = np.flatnonzero(signs[length:] != signs[:-length])
        ends = np.concatenate(([-1], other, [len(tokens) - length]))
        if np.diff(ends).max() > (RUNS - 1) * length:
            return True
    return False


def _depth(line: str) -> int:
    """How deep the braces of a line go."""
    depth = most = 0
    for char in line:
        depth += (char == "{") - (char == "}")
        most = max(most, depth)
    return most


def _tagged(lines: list[str]) -> dict[int, re.Match[str]]:
    """The lines that end with the number of an equation: at least two, one more each time."""
    found = [(number, match) for number, line in enumerate(lines) for match in _tags(line)]
    kept: dict[int, re.Match[str]] = {}
    for at, (number, match) in enumerate(found):
        own = int(match[1] or match[2])
        near = [int(other[1] or other[2]) for _, other in (*found[max(at - 1, 0) : at], *found[at + 1 : at + 2])]
        if (match[1] and own <= 40 and (any(abs(own - one) == 1 for one in near) or (own == 1 and len(found) > 2))) or (
            match[2] and any(own - one == 1 for one in near[:1])
        ):
            kept[number] = match
    return kept


def _tags(line: str) -> Iterator[re.Match[str]]:
    found = list(_TAG.finditer(line))
    yield from found[-1:] if "=" in line else ()


def alike(one: str, other: str) -> float:
    """How much two lines have in common, from 0 to 1, by their signs."""
    return SequenceMatcher(None, _TOKEN.findall(one), _TOKEN.findall(other), autojunk=False).ratio()
