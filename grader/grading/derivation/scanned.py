"""The chains of a scan -> finals for parts that have none as scanned: by a left side re-read, or proposed by a value.

Whatever was found so is a person's to confirm: neither a re-reading nor a value alone gives points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.document.equation_lines import MOST_SIDES, Equations, Side
from grader.document.scan_noise import alike
from grader.grading.derivation.assign import Assigned, Final
from grader.grading.derivation.in_context import SeenChain
from grader.grading.derivation.left_sides import is_derivative, named_by
from grader.grading.grade import find_part, grade_answer
from grader.grading.scans.hypotheses import ScannedPart, contradicted, hypotheses
from grader.grading.scans.rereadings import Checked, as_answer, as_reread, rereadings
from grader.results import Outcome
from grader.solver.key import AnswerKey
from grader.submission.labels import PartNames
from grader.submission.submissions import ScanReading
from grader.work import ANSWER, TooMuchWork, at_most, counting

SAME_LINE = 0.8  # of two lines that the scanner read for one
MOST_LEFT_READ = 30  # texts that are read for one left side
MOST_PROPOSED = 400  # right sides that are looked at for parts without a final
_FRACTION = re.compile(r"\\frac|/")
_DECIMAL = re.compile(r"\d+\.\d+")
_TELLING = re.compile(r"\d\.\d{2}|[A-Za-z].*[A-Za-z]|\d.*[A-Za-z]", re.DOTALL)


def as_on_paper(key: AnswerKey, chains: tuple[Equations, ...]) -> tuple[Equations, ...]:
    """The chains as they stood on the paper: what was read twice as one, what ran into the one before it apart."""
    return _read_twice(tuple(piece for chain in chains for piece in _apart(key, chain)))


def _apart(key: AnswerKey, chain: Equations) -> Iterator[Equations]:
    """A chain cut where a row begins with the derivative that a part asks for: it is the left side of another one."""
    left, first = chain.left, 0
    for at in range(1, len(chain.sides) - 1):
        side, before, behind = chain.sides[at], chain.sides[at - 1], chain.sides[at + 1]
        begins = before.place.line < side.place.line == behind.place.line
        if begins and is_derivative(side.text) and named_by(key, side.text).parts - named_by(key, left).parts:
            yield replace(chain, left=left, sides=chain.sides[first:at])
            left, first = side.text, at + 1
    yield replace(
        chain, left=left, sides=chain.sides[first:], place=chain.place if not first else chain.sides[first - 1].place
    )


def _read_twice(chains: tuple[Equations, ...]) -> tuple[Equations, ...]:
    """The chains with each that repeats the one before it, under the same left side, as one with that."""
    kept: list[Equations] = []
    for chain in chains:
        last = kept[-1] if kept else None
        if last is not None and chain.left and _squeezed(chain.left) == _squeezed(last.left) and _repeat(last, chain):
            kept[-1] = replace(last, sides=(*last.sides, *chain.sides))
        else:
            kept.append(chain)
    return tuple(kept)


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _repeat(one: Equations, other: Equations) -> bool:
    """Whether a side of a chain is nearly one of another; a number apart, which may be what differs."""
    return any(
        _TELLING.search(first.text)
        and alike(first.text, second.text) >= SAME_LINE
        and _same_decimals(first.text, second.text)
        for first in one.sides[:-1] or one.sides
        for second in other.sides[:-1] or other.sides
    )


def _same_decimals(one: str, other: str) -> bool:
    """Whether two lines have the same decimal numbers, or one of them has none."""
    first, second = (sorted(_DECIMAL.findall(text)) for text in (one, other))
    return first == second or not first or not second


def with_rereadings(
    key: AnswerKey, assigned: Assigned, names: PartNames
) -> tuple[tuple[Final, ...], Mapping[str, ScanReading]]:
    """All finals of a scan, those that are only proposed with their doubt, and by part what the line may say."""
    finals = {final.part: final for final in assigned.finals}
    missing = [part for part in names.ids if part not in finals and part not in names.by_hand]
    with counting():
        lefts = tuple(_by_left_sides(key, assigned, finals))
        valued = tuple(_by_values(key, assigned, finals, missing, names.ids))
    further = {final.part: final.line for final in lefts}
    for final in (*lefts, *valued):
        if final.part in missing and final.part not in finals:
            finals |= {one.part: one for one in _giving_way(assigned, finals, final)}
            finals[final.part] = final
    ordered = tuple(_held_against(key, assigned, finals[part]) for part in names.ids if part in finals)
    return ordered, hypotheses(key, [_scanned(key, assigned, one, further.get(one.part, "")) for one in ordered])


def _held_against(key: AnswerKey, assigned: Assigned, final: Final) -> Final:
    """The final in doubt where it is right and its derivation says otherwise: what is right may be a sign misread.

    A line behind it that can't be read may be what the student ended with.
    """
    if final.doubt or grade_answer(key, final.part, final.text).verdict is not Outcome.CORRECT:
        return final
    chains = [assigned.context.chains[number].sides for number in final.chains]
    sides = [side for chain in chains for side in chain]
    before = [side.text for side in sides if side.place < final.place]
    unread = any(_is_unread(key, final.part, side.text) for side in sides if final.place < side.place)
    # of its own chain nothing behind it was taken for the answer: under its left side it could not be read
    own = next((chain for chain in chains if any(side.place == final.place for side in chain)), ())
    if unread or any(final.place < side.place and not _right(key, final.part, side.text) for side in own):
        return replace(final, doubt="the last line could not be read")
    doubt = "the line before it has another value as scanned" if contradicted(key, final.part, before) else ""
    return replace(final, doubt=doubt)


def _is_unread(key: AnswerKey, part: str, text: str) -> bool:
    try:
        with at_most(ANSWER):
            return as_reread(key, part, text).unread is not None
    except TooMuchWork:
        return True


def _giving_way(assigned: Assigned, finals: Mapping[str, Final], proposed: Final) -> Iterator[Final]:
    """The finals that stand where a proposed one does, each moved to the line before it in its derivation."""
    for final in finals.values():
        if final.place != proposed.place:
            continue
        before = [
            side
            for number in final.chains
            for side in assigned.context.chains[number].sides
            if side.place < final.place
        ]
        if before:
            doubt = "the line behind it seems to answer another part"
            yield replace(final, text=before[-1].text, line=before[-1].text, place=before[-1].place, doubt=doubt)


def _scanned(key: AnswerKey, assigned: Assigned, final: Final, further: str) -> ScannedPart:
    """The lines of a part; `further` is one whose left side names the part once it is re-read."""
    sides = [side.text for number in final.chains for side in assigned.context.chains[number].sides]
    sides = [text for text in sides if text == final.line or not _is_set_up(key, final.part, text)]
    return ScannedPart(final.part, final.line, (*sides, further) if further else tuple(sides))


def _is_set_up(key: AnswerKey, part: str, text: str) -> bool:
    """Whether a line has derivatives where numbers are asked for, so that it is no answer however it is read."""
    return find_part(key, part)[0].numeric and is_derivative(text)


def _by_left_sides(key: AnswerKey, assigned: Assigned, finals: Mapping[str, Final]) -> Iterator[Final]:
    """The chains of no part whose left side names one once it is re-read, as its finals."""
    used = {number for final in finals.values() for number in final.chains}
    order = {part.part.id: at for at, one in enumerate(key.questions) for part in one.parts}
    last = 0
    for number, chain in enumerate(assigned.context.chains):
        last = max([last, *(order[one] for one, final in finals.items() if number in final.chains)])
        if number in used or not _FRACTION.search(chain.left) or chain.code or _is_sound(key, chain.left):
            continue
        left = _left_reread(key, chain.left)
        parts = named_by(key, left).parts if left else frozenset()
        there = [part for part in parts if order[part] == last] or sorted(parts)
        if len(there) == 1:
            side = chain.sides[-1]
            doubt = f"its left side was read as {left} from the scan"
            yield Final(there[0], side.text, side.text, side.place, "left_side", doubt, _seen(assigned, number))


def _seen(assigned: Assigned, number: int) -> tuple[SeenChain, ...]:
    """A chain, by its number, as it was seen."""
    return tuple(one for one in assigned.seen if one.at == number)


def _is_sound(key: AnswerKey, left: str) -> bool:
    """Whether a left side names something as scanned; a formula of numbers and letters is a derivative misread."""
    found = named_by(key, left)
    return bool(found.parts) or (found.other and is_derivative(left))


def _left_reread(key: AnswerKey, left: str) -> str:
    """The cheapest re-reading of a left side that names a part; "" where there is none."""

    def test(text: str) -> Checked:
        return Checked(is_derivative(text) and bool(named_by(key, text).parts))

    found = rereadings(left, test, MOST_LEFT_READ)
    return found[0].text if found else ""


def _by_values(
    key: AnswerKey, assigned: Assigned, finals: Mapping[str, Final], missing: list[str], names: tuple[str, ...]
) -> Iterator[Final]:
    """Parts without a final for which some line has the value, and it alone: proposed, for a person to confirm."""
    lines = {final.line for final in finals.values() if _right(key, final.part, final.line)}
    told: dict[str, tuple[int, Side]] = {}
    for number, chain in enumerate(assigned.context.chains):
        for side in () if chain.code else chain.sides[-MOST_SIDES:]:
            if _TELLING.search(side.text) and side.text not in lines:
                told[side.text] = (number, side)
    for part in missing:
        lines_of = [text for text in list(told)[:MOST_PROPOSED] if not _is_set_up(key, part, text)]
        right = [text for text in lines_of if _right(key, part, text)]
        right = [text for text in right if not any(_right(key, other, text) for other in names if other != part)]
        if right:
            number, side = told[right[-1]]
            doubt = "only its value speaks for it"
            yield Final(part, side.text, side.text, side.place, "matching", doubt, _seen(assigned, number))


def _right(key: AnswerKey, part: str, text: str) -> bool:
    try:
        with at_most(ANSWER):
            found = as_answer(key, part, text)
            return found.right and not found.set_up
    except TooMuchWork:
        return False
