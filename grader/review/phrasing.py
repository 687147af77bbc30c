"""Groups, answers and decisions -> the words in which pages speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grader.feedback.review_page import change_in_words
from grader.feedback.wording import points, shorten, worth
from grader.gradebook.decisions import Decided
from grader.problems import Problem
from grader.review.deciding import Conflict
from grader.review.desk import Pile
from grader.review.groups import Alike, GroupKind
from grader.review.waiting import Waiting

_MOST_NAMED = 6
_TO_STUDENTS = " A person will look at it."


def counted(number: int, what: str) -> str:
    """``1 answer``, ``1,200 answers``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def title_of(group: Alike) -> str:
    """What the answers of a group have in common, in words that go on from their number."""
    first, several = group.rows[0], len(group.rows) > 1
    match group.kind:
        case GroupKind.DIAGNOSIS:
            return "with the same mistake" if several else "with a mistake that is known"
        case GroupKind.DOUBT:
            return "in the same doubt" if several else "in doubt"
        case GroupKind.TOKEN:
            return f"in which “{group.about}” could not be read"
        case GroupKind.TEXT if first.result.asked.by_hand:
            return "for a person to grade"
        case GroupKind.TEXT:
            return "with the same text, not read" if several else "that could not be read"
        case GroupKind.REREADING:
            scan = first.answer.found.scan if first.answer and first.answer.found else None
            return f"from a scan that may be misread: {', '.join(map(change_in_words, scan.changes))}" if scan else ""
        case GroupKind.READING:
            return "read the same way" if several else "that was read, and not decided"
        case _:
            return "with nothing that could be read"


def about_of(group: Alike) -> str:
    """A line more on a group: its text, or why it waits."""
    if group.kind is GroupKind.TEXT:
        return group.about
    return " ".join(group.rows[0].text.split()) if group.kind is GroupKind.TOKEN else why_it_waits(group)


def why_it_waits(group: Alike) -> str:
    """What the program says of the answers; of what could not be read, what stood in the way."""
    result = group.rows[0].result
    if result.asked.by_hand:
        return ""
    problem = stopped(group.rows[0])
    if problem is not None:
        return problem.message + (f" ({problem.hint})" if problem.hint else "")
    diagnosis = result.diagnosis.message if result.diagnosis else ""
    said = result.message.removesuffix(_TO_STUDENTS)
    return " ".join(dict.fromkeys(filter(None, (diagnosis, said))))


def stopped(one: Waiting) -> Problem | None:
    """What stood in the way of reading an answer; None of one that was read."""
    read = one.result.answer is not None and one.result.answer.read_as
    return next((problem for problem in one.result.problems if problem.text and not read), None)


def whose(one: Waiting, pile: Pile, blind: bool) -> str:
    """A student's name, else the id; a number where names are hidden."""
    return who(one.student, one.name, pile, blind)


def who(student: str, name: str, pile: Pile, blind: bool) -> str:
    """The same for a student who is known by id and name."""
    return f"Student {pile.numbers.get(student, 0)}" if blind else name or student


def named(names: Sequence[str]) -> str:
    """``Ana, Ben and 3 more``."""
    if len(names) <= _MOST_NAMED:
        return ", ".join(names[:-1]) + (" and " if names[1:] else "") + names[-1] if names else ""
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"


def decided_by(found: Decided) -> str:
    """``2 points, by kim at 14:03: as in the lecture``."""
    told = f"{worth(found.points)}, by {found.by or 'a person'}{_moment(found.at)}"
    return f"{told}: {shorten(found.comment, 200)}" if found.comment else told


def _moment(at: str) -> str:
    """When, by the clock of this machine."""
    try:
        then = datetime.fromisoformat(at).astimezone()
    except ValueError:
        return f" ({at})" if at else ""
    today = datetime.now().astimezone().date()
    return f" at {then:%H:%M}" if then.date() == today else f" on {then:%Y-%m-%d}"


def ruling_told(given: float | None, most: float, names: Sequence[str]) -> str:
    """``2 of 3 points to 7 answers: Ana, Ben, ...``."""
    what = "Taken back for" if given is None else f"{points(given)} of {worth(most)} to"
    return f"{what} {counted(len(names), 'answer')}: {named(names)}."


def conflicts_told(conflicts: Sequence[Conflict], pile: Pile, blind: bool) -> str:
    """Who or what was faster, and that nothing was written."""
    told = []
    for one in conflicts[:_MOST_NAMED]:
        name = "" if blind else next((row.name for row in pile.by_id.values() if row.student == one.student), "")
        of_whom = who(one.student, name, pile, blind)
        what = f"now has {decided_by(one.holds)}" if one.holds else "is not as you saw it any more"
        told.append(f"part {one.part} of {of_whom} {what}")
    more = f", and {len(conflicts) - _MOST_NAMED} more" if len(conflicts) > _MOST_NAMED else ""
    return f"Nothing was written: {'; '.join(told)}{more}. What you see below is how it is now."
