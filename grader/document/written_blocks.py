"""What a document is made of: blocks in order, each with its place and the labels that it stands under."""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.problems import Problem


class BlockKind(enum.Enum):
    """What a block is; the formulas of a sentence are blocks between its pieces of prose."""

    HEADING = "heading"
    PROSE = "prose"
    FORMULA = "formula"
    CELL = "cell"
    CODE = "code"


@dataclass(frozen=True, slots=True, order=True)
class WrittenAt:
    """Where something stands: lines and columns count from 1; `cell` of a notebook from 1, else 0."""

    line: int
    column: int = 1
    cell: int = 0


@dataclass(frozen=True, slots=True)
class LabelMark:
    """A label that blocks stand under, ``(b)`` of an item or ``Problem 2: losses`` of a heading.

    `level` orders them: a mark ends all of its level and above. `text` is what is printed, `scanned` what a scan has in
    its place; "" where that is the same.
    """

    text: str
    level: int
    place: WrittenAt
    scanned: str = ""


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """One piece of a document under its `marks` (outermost first).

    `paragraph` numbers what stands together; a formula that is `inline` stands in a sentence. `struck`: crossed out;
    `bold`: set off from its paragraph; `answer`: in the author's environment for solutions; `cell`: of a table.
    """

    kind: BlockKind
    text: str
    place: WrittenAt
    marks: tuple[LabelMark, ...] = ()
    paragraph: int = 0
    inline: bool = False
    struck: bool = False
    bold: bool = False
    answer: bool = False
    cell: bool = False


def place_in(block: WrittenBlock, at: int) -> WrittenAt:
    """The place of the character at an offset of a block's text."""
    lead = block.text[:at]
    column = len(lead) - lead.rfind("\n") if "\n" in lead else block.place.column + len(lead)
    return WrittenAt(block.place.line + lead.count("\n"), column, block.place.cell)


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document as blocks, the author's macros by name, what could not be read, the marks open at its end."""

    blocks: tuple[WrittenBlock, ...]
    macros: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    open: tuple[LabelMark, ...] = ()


@dataclass(frozen=True, slots=True)
class LineStarts:
    """The offsets at which the lines of a text begin."""

    starts: tuple[int, ...]
    cell: int = 0

    def place(self, at: int) -> WrittenAt:
        """The place of the character at an offset."""
        line = bisect_right(self.starts, at)
        return WrittenAt(line, at - self.starts[line - 1] + 1, self.cell)


def line_starts(text: str, cell: int = 0) -> LineStarts:
    """Where the lines of `text` begin."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return LineStarts(tuple(starts), cell)
