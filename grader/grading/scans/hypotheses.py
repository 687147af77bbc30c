"""The finals of a scan -> what each may say where the scanner misread it, and how well the document supports that.

A re-reading is *supported* where a line beside it in its derivation is right as scanned, or where the same glyphs are
re-read alike in another line. It is never more than *possible* where the line can be read as scanned, or otherwise at
about the same cost: then it may say what the student wrote, and is wrong. Nor is a sign, hat, relation, digit or index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from grader.grading.scans.misread import Misreading
from grader.grading.scans.rereadings import Checked, Rereading, agrees, as_answer, as_reread, rereadings
from grader.solver.key import AnswerKey
from grader.submission.submissions import ScanReading
from grader.work import ANSWER, TooMuchWork, at_most, counting

SCAN = 12 * ANSWER  # units of work for all re-readings of one scan; the parts behind have none
LAST_SIDES = 3  # sides of a derivation, from its end, that may be its answer
MOST_BEFORE = 8  # lines before a final that are looked at for one that can be read
# what is met at one place alone, so that no other line can say the same of it
_OF_ONE_PLACE = frozenset(("bracket", "fraction", "sum", "square", "repeated", "dot", "one"))


@dataclass(frozen=True, slots=True)
class ScannedPart:
    """A part with the `sides` of its derivation as scanned, in order, and the `line` of them that counts."""

    part: str
    line: str
    sides: tuple[str, ...]


def hypotheses(key: AnswerKey, parts: Sequence[ScannedPart]) -> Mapping[str, ScanReading]:
    """By part what its line may say; parts that are right as scanned have none, nor have those that nothing mends."""
    with counting() as work:  # a budget of its own, so that it takes nothing from reading the rest
        found = {one.part: _found(key, one) if work.spent < SCAN else None for one in parts}
    glyphs = {
        part: {(change.confusion.kind, change.glyph) for change in best[1].changes}
        for part, best in found.items()
        if best is not None
    }
    lines = {part: best[0] for part, best in found.items() if best is not None}
    readings: dict[str, ScanReading] = {}
    for one in parts:
        best = found[one.part]
        if best is None:
            continue
        line, reading = best
        elsewhere = {
            glyph for part, others in glyphs.items() for glyph in others if part != one.part and lines[part] != line
        }
        why = _support(key, one, line, reading, elsewhere)
        readings[one.part] = ScanReading(reading.text, _said(reading.changes), bool(why), why)
    return readings


def _found(key: AnswerKey, one: ScannedPart) -> tuple[str, Rereading] | None:
    """The line of a derivation that is right once re-read, from its end, with its cheapest re-reading."""
    scanned = _scanned(key, one.part, one.line)
    end = one.sides[-1] if one.sides else one.line
    if scanned.right and not scanned.set_up:
        # what stands behind it and can't be read may be what the student ended with
        if end == one.line or as_reread(key, one.part, end).unread is None:
            return None
        ends = dict.fromkeys((end,))
    else:
        ends = dict.fromkeys((one.line, *reversed(one.sides[-LAST_SIDES:])))
    already = any(_is_right(key, one.part, side) for side in one.sides)
    for side in ends:
        if already and side not in (one.line, end):
            continue
        tried = rereadings(side, partial(_answers, key, one.part, side == one.line and not scanned.set_up))
        if tried:
            return side, tried[0]
    return None


def contradicted(key: AnswerKey, part: str, sides: Sequence[str]) -> bool:
    """Whether the nearest of the lines before a final, in order, that says a value plainly says another than asked for.

    What breaks right before the end may have become right by a misread sign.
    """
    for side in reversed(sides[-MOST_BEFORE:]):
        try:
            with at_most(ANSWER):
                found = agrees(key, part, side)
        except TooMuchWork:
            continue
        if found is not None:
            return not found
    return False


def _answers(key: AnswerKey, part: str, is_last: bool, text: str) -> Checked:
    """Whether a text answers a part; the chain rule set up is no answer but where it is the last line."""
    found = as_reread(key, part, text)
    return found if is_last or not found.set_up else Checked(False)


def _scanned(key: AnswerKey, part: str, text: str) -> Checked:
    try:
        with at_most(ANSWER):
            return as_answer(key, part, text)
    except TooMuchWork:
        return Checked(False)


def _is_right(key: AnswerKey, part: str, text: str) -> bool:
    found = _scanned(key, part, text)
    return found.right and not found.set_up


def _support(
    key: AnswerKey, one: ScannedPart, line: str, reading: Rereading, elsewhere: set[tuple[str, tuple[str, str]]]
) -> str:
    """What in the document says the same as a re-reading; "" where nothing does, or nothing may."""
    is_end = line == (one.sides or (one.line,))[-1]
    if not is_end or not reading.alone or any(change.confusion.weak for change in reading.changes):
        return ""
    if any(side != line and _is_right(key, one.part, side) for side in one.sides):
        return "another line of the derivation has this value as scanned"
    alike = all(
        change.confusion.kind not in _OF_ONE_PLACE and (change.confusion.kind, change.glyph) in elsewhere
        for change in reading.changes
    )
    return "the same sign is read so in another line" if alike else ""


def _said(made: Iterable[Misreading]) -> tuple[str, ...]:
    r"""The changes as a note has them: ``\chi>x``."""
    return tuple(
        dict.fromkeys(
            f"{change.glyph[0]}>{change.glyph[1]}".replace(" ", "") if change.glyph[0] else f"+{change.glyph[1]}"
            for change in made
        )
    )
