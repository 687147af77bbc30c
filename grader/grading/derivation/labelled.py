"""Which parts a label may mean: ``(b)`` under ``Problem 2`` is 2b, ``2a`` the family of 2a-softmax and 2a-chain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.document.from_latex import INSIDE
from grader.document.plain_formulas import has_words
from grader.document.written_blocks import BlockKind, LabelMark, WrittenAt, WrittenBlock
from grader.grading.derivation.function_bodies import laid_out
from grader.grading.derivation.scanned_labels import LONGEST, as_written
from grader.submission.labels import PartNames, folded_label, label_at, question_at

WHOLE = -1  # the level of a mark that the whole document stands under
_WORD = (
    r"(?:homework|problem|question|exercise|part|sub-?part|task|aufgabe|teilaufgabe|teil|frage|solution|answer|q|ex|prob"
    r"|lösung|step)"
)
_LEADING = re.compile(
    rf"\s*(?:\\[a-z]+\s*\{{)?\W{{0,3}}(?:{_WORD}\b\W{{0,3}}(?:to\W+|zu\W+)?){{0,3}}"
    r"(?P<label>[(\[]?(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,4})(?:\s?[.\-)(\]]{0,3}\s?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4}))*(?![^\W_]))"
    r"\s*(?P<after>[)\].:}\-–—]*)",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"[\s*_]*(?:my\s+)?(?:answer|solution|antwort|lösung|ans|sol)\b[\s*_]*(?:[:.]|$)", re.IGNORECASE)
# "(a)", "2. b)", "iv." and no word before it; "(f(w) > 0)" is a formula
_BARE = re.compile(r"[\s*_]*(?:\(?\d{1,2}[.)]{0,2}\s?)?[(\[]?(?:[A-Za-z]|[ivxIVX]{1,4}|\d{1,2})[)\].:](?=[\s*_:]|$)")
_WORDED = re.compile(rf"\W{{0,3}}{_WORD}\b", re.IGNORECASE)
# lines of a cell of code that a handout has, and that work out nothing
_HANDED_OUT = re.compile(
    r"\s*(?:|#.*|raise\b.*|pass|\.\.\.|(?:def|class)\s.*:\s*(?:\.\.\.|pass)?|return(?:\s+None)?|(?:from|import)\s.*|@\w.*"
    r"|%.*|\"{3}[^\"]*(?:\"{3})?|'{3}[^']*(?:'{3})?)\s*(?:#.*)?"
)
_COMMENT = re.compile(r"\s*#+\s*")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The parts that the labels above a chain may mean, surest first by `exact`; `foreign`: a label of no part.

    `family`: those that begin with the label, 2b-chain under ``2 (b)`` too where 2b is a part. `reread`: of a scan,
    the label stands so nowhere.
    """

    parts: frozenset[str] = frozenset()
    exact: bool = False
    foreign: bool = False
    family: frozenset[str] = frozenset()
    reread: bool = False


def with_labels(
    blocks: Iterable[WrittenBlock], names: PartNames, part: str = "", scan: bool = False
) -> Iterator[WrittenBlock]:
    """The blocks with the labels that stand in prose as marks: ``a)`` at the start of a paragraph, ``**Part 2a**``.

    `part` is what the document answers as a whole; labels of a `scan` are read as what they look like.
    """
    counted: set[str] = set()
    given = (LabelMark(part, WHOLE, WrittenAt(1)),) if part else ()
    own: tuple[LabelMark, ...] = ()
    under: tuple[LabelMark, ...] = ()
    paragraph, answering = -1, False
    for block in blocks:
        if scan and block.marks:
            block = replace(block, marks=tuple(_reread(mark, names, counted) for mark in block.marks))
        if any(_ANSWER.match(mark.text) for mark in block.marks):  # a heading of its own over the answer
            block = replace(block, marks=tuple(m for m in block.marks if not _ANSWER.match(m.text)), answer=True)
        if block.marks != under:
            under, own, answering = block.marks, (), False
        first, paragraph = block.paragraph != paragraph, block.paragraph
        if block.kind is BlockKind.CODE:
            for piece, label in _in_code(replace(block, text=laid_out(block.text)), names):
                yield replace(piece, marks=(*given, *block.marks, *(label or own)), answer=block.answer or answering)
            continue
        if block.kind in (BlockKind.PROSE, BlockKind.HEADING) and _ANSWER.match(block.text):
            answering = True
        elif block.kind in (BlockKind.PROSE, BlockKind.CELL) and (first or block.bold or _line_begins(block)):
            found = _mark(block, names, own)
            if scan and (meant := as_written(block.text, names, block.bold, counted)) != block.text:
                found = _mark(replace(block, text=meant), names, own)
                found = found and (replace(found[0], scanned=block.text[:LONGEST].strip()), found[1])
            if found is not None:
                counted.add(_token(found[0].text))
                mark, rest = found
                own = (*(one for one in own if one.level < mark.level), mark)
                block, answering = _under_label(block, rest), False
        yield replace(block, marks=(*given, *block.marks, *own), answer=block.answer or answering)


def _reread(mark: LabelMark, names: PartNames, counted: set[str]) -> LabelMark:
    """The mark of a heading or an item of a scan as it was written."""
    meant = as_written(mark.text, names, True, counted)
    counted.add(_token(mark.text))
    return mark if meant == mark.text else replace(mark, text=meant, scanned=mark.text)


def _under_label(block: WrittenBlock, rest: str) -> WrittenBlock:
    """What stands behind a label on its line: a formula, where it holds no words, be it a number alone."""
    lead = len(block.text) - len(rest.lstrip())
    place = replace(block.place, column=block.place.column + lead)
    bare = bool(rest.strip()) and "\n" not in rest and not has_words(rest)
    return (
        replace(block, text=rest.strip(), place=place, kind=BlockKind.FORMULA, inline=False)
        if bare
        else replace(block, text=rest)
    )


def _in_code(block: WrittenBlock, names: PartNames) -> Iterator[tuple[WrittenBlock, tuple[LabelMark, ...]]]:
    """A block of code cut at comments such as ``# 1a``, each piece with its label."""
    begin = 0
    label: tuple[LabelMark, ...] = ()
    lines = block.text.split("\n")
    for number, line in enumerate(lines):
        comment = _COMMENT.match(line)
        found = label_at(names, line[comment.end() :], "", heading=True) if comment else None
        if comment and found:
            yield from _piece(block, lines, begin, number, label)
            place = replace(block.place, line=block.place.line + number)
            label = (LabelMark(found[0], INSIDE + 2, place),)
            begin = number + 1
    yield from _piece(block, lines, begin, len(lines), label)


def _piece(
    block: WrittenBlock, lines: list[str], begin: int, end: int, label: tuple[LabelMark, ...]
) -> Iterator[tuple[WrittenBlock, tuple[LabelMark, ...]]]:
    text = "\n".join(lines[begin:end])
    if not all(_HANDED_OUT.fullmatch(line) for line in lines[begin:end]):
        lead = len(text) - len(text.lstrip("\n"))
        yield (
            replace(block, text=text.strip("\n"), place=replace(block.place, line=block.place.line + begin + lead)),
            label,
        )


def _line_begins(block: WrittenBlock) -> bool:
    return block.place.column <= 3


def _mark(block: WrittenBlock, names: PartNames, own: tuple[LabelMark, ...]) -> tuple[LabelMark, str] | None:
    """The label that a piece of prose begins with, and the rest of it."""
    text = block.text
    context = own[0].text if own and own[0].level == INSIDE else ""
    found = label_at(names, text, context, heading=block.bold)
    if found is not None:
        return LabelMark(text[: found[1]].strip(), INSIDE + 1, block.place), text[found[1] :]
    asked = question_at(names, text, heading=block.bold)
    if asked is not None:
        return LabelMark(text.strip()[:40], INSIDE, block.place), ""
    leading = _LEADING.match(text)
    if leading is None:
        return None
    worded = _WORDED.match(text)
    if not worded and not _BARE.match(text):
        return None
    number = leading["label"].strip("()[]")
    question = number.isdigit() and (worded or any(re.match(rf"{number}[a-z]", folded) for folded in names.folded))
    level = INSIDE if question else INSIDE + 1
    return LabelMark(text[: leading.end()].strip(), level, block.place), text[leading.end() :]


def parts_of(marks: Sequence[LabelMark], names: PartNames) -> Labelled:
    """The parts that the labels of a path mean; the innermost that means one counts."""
    tokens = [_token(mark.text) for mark in marks]
    for end in range(len(marks), 0, -1):
        direct = label_at(names, marks[end - 1].text, tokens[end - 2] if end > 1 else "", heading=True)
        if direct is not None:
            found = replace(_parts_for(folded_label(direct[0]), names), parts=frozenset((direct[0],)), exact=True)
            return replace(found, reread=bool(marks[end - 1].scanned))
        token = tokens[end - 1]
        if not token:
            continue
        for begin in range(end):
            joined = "".join(tokens[begin:end])
            found = _parts_for(joined, names)
            if found.parts:
                return replace(found, reread=any(mark.scanned for mark in marks[begin:end]))
        alone = _alone(token, names)
        if alone.parts:
            return replace(alone, reread=bool(marks[end - 1].scanned))
    return Labelled(foreign=any(tokens))


def _token(text: str) -> str:
    """The letters and digits of a label: ``2b`` of ``Problem 2 (b): losses``."""
    found = _LEADING.match(text)
    return folded_label(found["label"]) if found else ""


def _parts_for(joined: str, names: PartNames) -> Labelled:
    """The part that a label is, or the parts that begin with it."""
    family = frozenset(part for part in names.ids if folded_label(re.split(r"[-_. ]", part)[0]) == joined)
    if joined in names.folded:
        return Labelled(frozenset((names.folded[joined],)), exact=True, family=family)
    return Labelled(family) if any(char.isalpha() for char in joined) else Labelled()


def _alone(token: str, names: PartNames) -> Labelled:
    """The one part that ends with a letter alone: ``(b)`` where only 1b ends so."""
    if not token.isalpha() or len(token) > 2:
        return Labelled()
    ending = [part for folded, part in names.folded.items() if re.fullmatch(rf"\d+{token}", folded)]
    return Labelled(frozenset(ending), exact=True) if len(ending) == 1 else Labelled()
