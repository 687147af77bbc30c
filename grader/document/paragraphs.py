r"""A paragraph as typed -> its pieces: prose, formulas between dollars, code, each with its place and dress.

``we get $a = b$`` is the prose ``we get`` and the formula ``a = b``. Serves Markdown, cells of tables, and plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.document.written_blocks import BlockKind, WrittenBlock, place_in

_PIECE = re.compile(
    r"(?P<display>(?<!\\)\$\$(?P<shown>.{1,4000}?)(?<!\\)\$\$|\\\[(?P<bracketed>.{1,4000}?)\\\])"
    r"|(?P<inline>(?<![\\$])\$(?!\$)(?P<formula>[^$]{0,2000}?[^$\\])\$(?!\$)|\\\((?P<round>.{1,2000}?)\\\))"
    r"|(?P<code>(?P<ticks>`{1,3})(?P<typed>[^`].{0,2000}?)(?P=ticks)(?!`))"
    r"|(?P<strike>~~|</?(?:s|del|strike)>)"
    r"|(?P<strong>(?<![\w)\]}*])\*\*\*?(?=[^\s*])(?=.{1,1000}?[^\s*]\*\*)|(?<=[^\s*])\*\*\*?(?![\w(*])|(?<![\w)])__(?=\w)|(?<=\w)__(?![\w(]))",
    re.DOTALL,
)
# a value in a cell of a table, without dollars
_NUMBER = re.compile(r"\s*[-−+]?\d*\.?\d+(?:[eE][-+]?\d+)?\s*")
# a column of variables: "gradient w.r.t."
ASKS_BY = re.compile(r"\brespect\b|\bw\.?\s?r\.?\s?t\b|\bnach\b|bezüglich", re.IGNORECASE)
LONGEST_PARAGRAPH = 20_000  # characters; a longer one is no student's
_FORMULAS = ("shown", "bracketed", "formula", "round", "typed")


@dataclass(frozen=True, slots=True)
class ParagraphPiece:
    """A piece of a paragraph from `at` on."""

    kind: BlockKind
    text: str
    at: int
    inline: bool
    struck: bool
    bold: bool


def is_formula(cell: str) -> bool:
    """Whether the head of a column is a formula alone, which the cells below it are values of."""
    return re.fullmatch(r"\s*\$[^$]+\$\s*=?\s*", cell) is not None


def pieces(text: str) -> Iterator[ParagraphPiece]:
    """Cut a paragraph into its pieces, in order."""
    struck = bold = False
    at = 0
    if len(text) > LONGEST_PARAGRAPH:
        yield ParagraphPiece(BlockKind.PROSE, text[:LONGEST_PARAGRAPH], 0, True, False, False)
        return
    for found in _PIECE.finditer(text):
        yield ParagraphPiece(BlockKind.PROSE, text[at : found.start()], at, True, struck, bold)
        at = found.end()
        if found["strike"]:
            struck = not struck and not found["strike"].startswith("</")
            continue
        if found["strong"]:
            bold = not bold
            continue
        group = next(name for name in _FORMULAS if found[name] is not None)
        # code in a sentence is how formulas are set off where there are no dollars
        yield ParagraphPiece(BlockKind.FORMULA, found[group], found.start(group), not found["display"], struck, bold)
    yield ParagraphPiece(BlockKind.PROSE, text[at:], at, True, struck, bold)


def in_pieces(block: WrittenBlock) -> Iterator[WrittenBlock]:
    """The pieces of a block of text as blocks of their own, at their places."""
    if block.cell and _NUMBER.fullmatch(block.text):
        yield replace(block, kind=BlockKind.FORMULA)
        return
    for piece in pieces(block.text):
        text = piece.text.strip()
        if not text:
            continue
        place = place_in(block, piece.at + len(piece.text) - len(piece.text.lstrip()))
        struck, bold = block.struck or piece.struck, block.bold or piece.bold
        kind = piece.kind if piece.kind is not BlockKind.PROSE else block.kind
        yield replace(block, kind=kind, text=text, place=place, inline=piece.inline, struck=struck, bold=bold)
