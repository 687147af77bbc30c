"""One line as scanned -> the cheapest re-reading of it that is right, if there is one.

Best first over sets of changes: a line that can't be read is changed where it could not be, one that can anywhere.
Bounded in number and in work, so that a page of noise costs no more than a line of it.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from grader.comparison.aligned_values import pairs_in
from grader.comparison.common_vocabulary import worked_out
from grader.comparison.judge import judge
from grader.comparison.target import Target
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Expression, Partial, walk
from grader.expression.reading.read import Reading, read
from grader.grading.answers import final_answer, with_letters_of
from grader.grading.grade import find_part
from grader.grading.readings import CALL_LIKE, readings_of
from grader.grading.scans.confusions import MOST_COST
from grader.grading.scans.misread import Misreading, changed, changes
from grader.grading.verdicts import target_of
from grader.problems import Span
from grader.results import Decision, NoteKind
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.session import remembered
from grader.work import ANSWER, TooMuchWork, at_most

MOST_READ = 120  # texts that are read for one line
MOST_CHANGES = 4  # of one line
FEW_CHANGES = 3  # of one that can be read as scanned
# right by its value alone: the question said again, or with what is to be worked out left as it is
SET_ASIDE = (NoteKind.RESTATED, NoteKind.NOT_EVALUATED)
NEARLY_TEN = 0.01  # of a power of ten, as its logarithm
ROUGHLY = 1e-3  # relative; what differs more is not looked at any further
MARGIN = 1.0  # of cost, in which a second re-reading is told beside the first
FOUND = 3  # re-readings of one line that are kept

Test = Callable[[str], "Checked"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one text: right or not, and where it could not be read (None: it could).

    `set_up`: right as the chain rule, with derivatives that are not worked out.
    """

    right: bool
    unread: Span | None = None
    set_up: bool = False


@dataclass(frozen=True, slots=True)
class Rereading:
    """A line with the changes that make it right, and what believing them costs.

    `alone`: neither as scanned nor by other changes that cost about as much can the line be read to say anything else.
    """

    text: str
    changes: tuple[Misreading, ...]
    cost: float
    alone: bool = False


@remembered(maxsize=4096)
def as_answer(key: AnswerKey, part_id: str, text: str) -> Checked:
    """Whether a text is right for a part, under the first of all its readings that is."""
    question, part = find_part(key, part_id)
    first: Span | None = None
    for reading in readings_of(question, text, part.part.target):
        expression = None if reading.problems else final_answer(question, reading, part.part.target)
        if expression is None:
            first = first or _unread_at(reading)
            continue
        return _checked(question, part, reading, expression)
    return Checked(False, first)


@remembered(maxsize=16_384)
def as_reread(key: AnswerKey, part_id: str, text: str) -> Checked:
    """The same for one of many texts that are tried: most can't be read, or have plainly another value."""
    question, part = find_part(key, part_id)
    reading = read(text, question.question.model.names)
    expression = None if reading.problems else final_answer(question, reading, part.part.target)
    if expression is None:
        return Checked(False, _unread_at(reading))
    if question.numeric or CALL_LIKE.search(text) or not _plainly_differs(question, target_of(part), expression):
        return as_answer(key, part_id, text)
    return Checked(False)


@remembered(maxsize=4096)
def agrees(key: AnswerKey, part_id: str, text: str) -> bool | None:
    """Whether a line has the value that a part asks for, worked out or not; None where it doesn't say plainly.

    A number that no lost sign or power of ten makes the one asked for says nothing: a digit too many is misread there.
    """
    question, part = find_part(key, part_id)
    plainly: bool | None = None
    for reading in readings_of(question, text, part.part.target):
        expression = None if reading.problems else final_answer(question, reading, part.part.target)
        if expression is None:
            continue
        target = with_letters_of(question, target_of(part), reading)
        verdict = judge(question, target, expression)
        if verdict.decision is Decision.EQUIVALENT:
            return True
        unfinished = any(isinstance(node, Partial) for node in walk(expression))
        if (
            verdict.decision is Decision.NOT_EQUIVALENT
            and not unfinished
            and _may_be_told(question, target, expression)
        ):
            plainly = False
    return plainly


def _may_be_told(question: SolvedQuestion, target: Target, expression: Expression) -> bool:
    """Whether the value of a line may have become the one asked for by a sign or a power of ten; any formula's may."""
    if not question.numeric:
        return True
    try:
        pairs = pairs_in(question, question.runs[0], target.expression, worked_out(expression, question.graph))
    except ShapeError:
        return False
    with np.errstate(all="ignore"):
        shares = [pair.answer / pair.truth for pair in pairs]
        tens = [np.log10(np.abs(share)) for share in shares]
    return any(
        np.allclose(ten, np.round(ten), atol=NEARLY_TEN) and bool(np.any((np.round(ten) != 0) | (share < 0)))
        for share, ten in zip(shares, tens, strict=True)
    )


def _unread_at(reading: Reading) -> Span:
    """Where a text could not be read."""
    spans = [problem.span for problem in reading.problems if problem.span is not None]
    return spans[0] if spans else Span(0, len(reading.text))


def _checked(question: SolvedQuestion, part: SolvedPart, reading: Reading, expression: Expression) -> Checked:
    target = replace(with_letters_of(question, target_of(part), reading), repairs=False)
    if not question.numeric and _plainly_differs(question, target, expression):
        return Checked(False)
    verdict = judge(question, target, expression)
    right = verdict.decision is Decision.EQUIVALENT and verdict.note.kind not in SET_ASIDE
    return Checked(right, None, verdict.note.kind is NoteKind.CHAIN_RULE_ONLY)


def _plainly_differs(question: SolvedQuestion, target: Target, expression: Expression) -> bool:
    """Whether a formula has no value of the target's shape, or another one, at the points of the first run."""
    try:
        pairs = pairs_in(question, question.runs[0], target.expression, worked_out(expression, question.graph))
    except ShapeError:
        return True
    return not any(np.allclose(one.answer, one.truth, rtol=ROUGHLY, equal_nan=True) for one in pairs)


def rereadings(text: str, test: Test, most: int = MOST_READ) -> tuple[Rereading, ...]:
    """The cheapest re-readings of a line that pass a test, the cheapest first; none where too much work is in it.

    `test` tells of a text whether it is right, or else where it can't be read; at `most` so many are told of.
    """
    found: list[Rereading] = []
    try:
        with at_most(ANSWER):
            others = _search(text, test, found, most)
    except TooMuchWork:
        others = True
    return tuple(replace(one, alone=not others) for one in found)


def _search(text: str, test: Test, found: list[Rereading], most: int) -> bool:
    """Find them, and tell whether the line may as well say something that is not right."""
    order = count()
    queue: list[tuple[float, int, str, tuple[Misreading, ...]]] = [(0.0, next(order), text, ())]
    seen = {text}
    costs = [0.0]  # of what is in the queue, so that nothing is made that would come behind the last text read
    read_so_far = 0
    as_scanned = True
    others = False
    while queue and read_so_far < most and len(found) < FOUND:
        cost, _, now, made = heapq.heappop(queue)
        del costs[0]
        if found and cost > found[0].cost + MARGIN:
            break
        checked = test(now)
        read_so_far += 1
        if any(set(one.changes) <= set(made) for one in found):
            continue
        if checked.right and made:
            found.append(Rereading(now, made, cost))
            continue
        others = others or checked.unread is None
        as_scanned = as_scanned and (bool(made) or checked.unread is None)
        if len(made) >= (FEW_CHANGES if as_scanned else MOST_CHANGES):
            continue
        left = most - read_so_far
        limit = min(MOST_COST, costs[left - 1]) if 0 < left <= len(costs) else MOST_COST
        for change in changes(now, limit - cost):
            if checked.unread is not None and not _touches(change, checked.unread):
                continue
            total = cost + change.cost
            other = changed(now, change)
            if total <= limit and other not in seen:
                seen.add(other)
                insort(costs, total)
                heapq.heappush(queue, (total, next(order), other, (*made, change)))
    return others


def _touches(change: Misreading, span: Span) -> bool:
    """Whether a change is at a place that could not be read."""
    return any(start <= span.end and span.start <= end for start, end, _ in change.edits)
