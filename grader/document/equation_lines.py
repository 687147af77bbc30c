r"""Blocks -> chains: ``left = side = side``, gone on with by rows, displays and cells that have no left side.

A row that begins with an operator goes on with the side before it. Several left sides make several chains. Prose is
looked through for formulas too: a line of plain text such as ``dL/dw = x^T d``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from grader.document.paragraphs import in_pieces
from grader.document.plain_formulas import formulas_in
from grader.document.statements_apart import CutPiece, cleaned, cuts
from grader.document.written_blocks import BlockKind, LabelMark, WrittenAt, WrittenBlock, place_in

MOST_SAID, LONGEST_SAID = 12, 400  # pieces of prose before a formula, and characters of each
LONGEST_FORMULA, MOST_SIDES = 20_000, 60  # characters; sides of one chain that are looked at, the last ones
_OPERATOR = re.compile(r"\s*(?:[+\-*/−·×∘⊙]|\\(?:cdot|times|odot|circ|pm|otimes|bigl?\(|left\s*\()(?![A-Za-z]))")
_ENDS_OPEN = re.compile(r"(?:[+\-*/−·×∘⊙(]|\\(?:cdot|times|odot|circ))\s*\Z")
_WORD = re.compile(r"[^\W\d_]{2}")
_EMPTY = re.compile(r"[\s.,;:&{}\\!]*\Z")
# what a handout leaves to be filled in: dL/dA = ...
_UNFILLED = re.compile(r"(?:[\s.,;:&{}\\!?_…]|\\[lcvd]?dots(?![A-Za-z])|\bTODO\b)*\Z")
_BOXED = re.compile(r"\\(?:boxed|fbox|ovalbox|doublebox)\s*\{")
_INTERTEXT = re.compile(r"\\(?:short)?intertext\s*\{")
# "a = b:" before what holds there
_CONDITION = re.compile(r"[^:]{1,60}:")
_RELATED = re.compile(r"=|\\(?:equiv|approx|triangleq)|≈")


@dataclass(frozen=True, slots=True)
class Side:
    """One right side of a chain; `sign` is the relation before it."""

    text: str
    place: WrittenAt
    sign: str = "="


@dataclass(frozen=True, slots=True)
class Equations:
    """Equal sides under one left side, "" where there is none.

    `before` is the prose in front of it in its paragraph and the one before; `marks`, `struck`, `answer` are
    those of its block; `cell`: of a table. `alone`: a formula without a relation that has its paragraph to itself.
    """

    left: str
    sides: tuple[Side, ...]
    place: WrittenAt
    marks: tuple[LabelMark, ...]
    before: str = ""
    struck: bool = False
    answer: bool = False
    inline: bool = False
    alone: bool = False
    cell: bool = False
    code: bool = False
    boxed: bool = False
    paragraph: int = 0


def chains_of(blocks: Iterable[WrittenBlock]) -> tuple[Equations, ...]:
    """The chains of a document in order; code is one chain a cell, and text under a label of its own starts anew."""
    found: list[Equations] = []
    said: list[tuple[int, str]] = []
    kept = list(_joined(piece for block in blocks for piece in _at_intertext(block)))
    worded = {one.paragraph for one in kept if one.kind is BlockKind.PROSE and _WORD.search(one.text)}
    for block in kept:
        if block.kind is BlockKind.FORMULA and block.inline and not block.cell and block.paragraph not in worded:
            block = replace(block, inline=False)  # alone in its paragraph
        if block.kind in (BlockKind.HEADING,):
            said = [(block.paragraph, block.text)]
            continue
        if block.kind is BlockKind.CODE:
            side, before = Side(block.text, block.place), _before(said, block)
            found.append(Equations("", (side,), block.place, block.marks, before, answer=block.answer, code=True))
            continue
        texts = [block] if block.kind is BlockKind.FORMULA else list(formulas_in(block))
        for piece in texts:
            if piece.kind is not BlockKind.FORMULA:
                said.append((piece.paragraph, piece.text))
                continue
            _add(found, piece, _before(said, piece))
            said.append((piece.paragraph, f"${piece.text}$" + ("" if piece.inline else ".")))
    return tuple(found)


def _before(said: list[tuple[int, str]], block: WrittenBlock) -> str:
    """What is said in front of a block in its paragraph and the one before."""
    near = said[-MOST_SAID:]
    return " ".join(text[-LONGEST_SAID:] for number, text in near if number >= block.paragraph - 1)


def _at_intertext(block: WrittenBlock) -> Iterator[WrittenBlock]:
    r"""A display cut at ``\intertext{...}``, whose words and formulas stand between its rows."""
    if block.kind is not BlockKind.FORMULA or "intertext" not in block.text:
        yield block
        return
    at = 0
    for found in _INTERTEXT.finditer(block.text):
        if found.start() < at:
            continue
        end = _closing(block.text, found.end())
        yield _cut_out(block, at, found.start())
        yield from in_pieces(replace(_cut_out(block, found.end(), end), kind=BlockKind.PROSE))
        at = end + 1
    yield _cut_out(block, at, len(block.text))


def _cut_out(block: WrittenBlock, begin: int, end: int) -> WrittenBlock:
    """The piece of a block between two offsets, at its place."""
    return replace(block, text=block.text[begin:end], place=place_in(block, begin))


def _closing(text: str, at: int) -> int:
    """Where the brace that was opened just before `at` closes; the end of the text where it does not."""
    depth = 1
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place
    return len(text)


def _joined(blocks: Iterable[WrittenBlock]) -> Iterator[WrittenBlock]:
    """Formulas of a sentence that nothing but a relation stands between are one: ``$dL/dw$ = $x d$``."""
    last: WrittenBlock | None = None
    for block in blocks:
        if last is not None and _belongs(last, block):
            last = replace(last, text=f"{last.text} {block.text}")
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _belongs(last: WrittenBlock, block: WrittenBlock) -> bool:
    """Whether a piece of a sentence goes on with the formula before it: a relation alone, or what follows one."""
    if last.kind is not BlockKind.FORMULA or not last.inline or block.paragraph != last.paragraph:
        return False
    if block.kind is BlockKind.PROSE:
        return _RELATED.match(block.text) is not None and not re.search(r"\w", block.text)
    follows = _RELATED.match(block.text) or re.search(r"(?:=|≈)\s*\Z", last.text)
    return block.kind is BlockKind.FORMULA and block.inline and follows is not None


def _add(found: list[Equations], block: WrittenBlock, before: str) -> None:
    """Add the chains of a formula, or go on with the last one."""
    block, boxed = _unboxed(block)
    offsets = _Places(block)
    own: Equations | None = None
    for statement in _statements(block.text[:LONGEST_FORMULA]):
        first = statement[0]
        condition = "".join(f"{cut.sign if cut.by == 'relation' else ''}{cut.text}" for cut in statement).strip()
        if _CONDITION.fullmatch(condition):
            before = f"{before} for ${condition[:-1]}$"
            continue
        if not first.text.strip() and len(statement) > 1 and (open_ := own or _last(found, block)):
            sides = tuple(Side(cleaned(cut.text), offsets.at(cut), cut.sign) for cut in statement[1:])
            longer = replace(open_, sides=(*open_.sides, *sides))
            if own is not None:
                found[-1] = own = longer
            else:
                found[found.index(open_)] = own = longer
            continue
        if own is not None and len(statement) == 1 and (_OPERATOR.match(first.text) or _goes_on(own)):
            found[-1] = own = _longer(own, first)
            continue
        own = replace(_chain(block, statement, offsets, before), boxed=boxed)
        found.append(own)
        if statement[-1].by == "names" and own.sides[:-1]:  # a = b =: c
            name = own.sides[-1]
            found[-1] = own = replace(own, sides=own.sides[:-1])
            found.insert(-1, Equations(name.text, (own.sides[-1],), name.place, own.marks, paragraph=own.paragraph))


def _unboxed(block: WrittenBlock) -> tuple[WrittenBlock, bool]:
    r"""The block without ``\boxed{}`` round what it holds, every character in its place, and whether it had one."""
    text, boxed = block.text, False
    while found := _BOXED.search(text):
        end = _closing(text, found.end())
        dress, inner, closed = " " * (found.end() - found.start()), text[found.end() : end], " " * (end < len(text))
        text = text[: found.start()] + dress + inner + closed + text[end + 1 :]
        boxed = True
    return replace(block, text=text) if boxed else block, boxed


def _goes_on(chain: Equations) -> bool:
    """Whether the last side of a chain ends with an operator."""
    return bool(chain.sides and _ENDS_OPEN.search(chain.sides[-1].text))


def _longer(chain: Equations, cut: CutPiece) -> Equations:
    """The chain with a row that goes on with its last side."""
    last = chain.sides[-1]
    return replace(chain, sides=(*chain.sides[:-1], replace(last, text=f"{last.text} {cleaned(cut.text)}")))


def _last(found: list[Equations], block: WrittenBlock) -> Equations | None:
    """The chain that a formula without a left side goes on with: the last one under the same labels."""
    own = [one for one in found if one.marks == block.marks and not one.code and not (one.inline and one.alone)]
    shown = [one for one in own if not one.inline]
    # what stands in a sentence is a remark between two displays
    return (own if block.inline or not shown else shown)[-1] if own else None


def _chain(block: WrittenBlock, statement: list[CutPiece], places: _Places, before: str) -> Equations:
    """The chain of one statement."""
    related = len(statement) > 1
    left = cleaned(statement[0].text) if related else ""
    cut = statement[1:] if related else statement
    sides = tuple(Side(cleaned(one.text), places.at(one), one.sign or "=") for one in cut)
    place = places.at(statement[0])
    dress = (before, block.struck, block.answer, block.inline, not related, block.cell)
    return Equations(left, sides, place, block.marks, *dress, paragraph=block.paragraph)


def _statements(text: str) -> Iterator[list[CutPiece]]:
    """The statements of a formula: each a left side and the sides behind its relations."""
    statement: list[CutPiece] = []
    for cut in cuts(text):
        blank = _EMPTY.match(cleaned(cut.text)) is not None
        if cut.by in ("relation", "names"):
            if _UNFILLED.match(cleaned(cut.text)):
                continue
            statement = statement or [CutPiece("", "", "", cut.at)]
            statement.append(cut)
        elif blank:
            if statement and cut.by in ("row", "leads", "space"):
                yield statement
                statement = []
        elif cut.by in ("comma", "space") and statement and not _opens(text, cut):
            last = statement.pop()
            statement.append(CutPiece(last.by, last.sign, f"{last.text}{cut.sign}{cut.text}", last.at))
        else:
            if statement:
                yield statement
            statement = [cut]
    if statement:
        yield statement


def _opens(text: str, cut: CutPiece) -> bool:
    """Whether a relation follows a piece behind a comma or a space, so that it is the left side of a statement."""
    rest = text[cut.at + len(cut.text) : cut.at + len(cut.text) + 12].lstrip()
    return bool(_RELATED.match(rest) or rest.startswith(":="))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the pieces of a formula stand."""

    block: WrittenBlock

    def at(self, cut: CutPiece) -> WrittenAt:
        return place_in(self.block, cut.at + len(cut.text) - len(cut.text.lstrip()))
