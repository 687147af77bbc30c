"""A course's settings and how a submission came in -> what that means for the student's score: Terms.

What the course says goes first: where the work has a time and the course a due time, they decide. Else the platform's
own word does. Where the two contradict each other, or it is not known how late the work was, a person decides, and
nothing comes off before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from grader.course.settings import FILE, Course
from grader.course.times import DAY, span_words, stamped
from grader.problems import Problem
from grader.results import Late, Request, Terms
from grader.submission.submissions import Handed, Submission


@dataclass(frozen=True, slots=True)
class OwnTimes:
    """What the course says of one student: `until` when work may come in, and when it was `handed_in`."""

    until: datetime | None = None
    handed_in: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """Whether work was late (None: not known), by how many seconds, who says so, and why a person must decide."""

    late: bool | None
    seconds: int | None = None
    source: str = ""
    doubt: str = ""


NOTHING_OWN = OwnTimes()


def terms_of(
    course: Course, one: Submission, own: OwnTimes, found: Lateness, requests: Sequence[Request] = ()
) -> Terms:
    """What holds for one student, who handed in as late as was `found`, and of whom the course says `own` times."""
    if not has_work(one):
        return Terms(requests=tuple(requests))
    problems = []
    if found.doubt and course.late:
        problems.append(Problem(found.doubt, _settled_by(course, one.student), one.source))
    if course.attempts is not None and one.handed.attempt > course.attempts:
        problems.append(_too_often(one, course.attempts))
    notes = tuple(_notes(course, found, one.handed, own))
    return Terms(_late(course, found), course.curve, notes, tuple(problems), tuple(requests))


def has_work(one: Submission) -> bool:
    """Whether anything was handed in, readable or not."""
    return bool(one.source or one.answers or one.by_eye)


def lateness(course: Course, handed: Handed, own: OwnTimes) -> Lateness:
    """How late work was, by the course's due time or the student's own, else as the platform says."""
    due = own.until or course.due
    stamp = stamped(handed.at, course.zone) if due is not None and handed.at else None
    if own.handed_in is not None:
        stamp = (own.handed_in, True)
    if stamp is not None and not stamp[1] and handed.late is not None:
        stamp = None  # the platform's word is surer than a time without a zone
    if due is None or stamp is None:
        return _as_told(course, handed) if own.until is None else _as_told_with_extension(course, handed, own.until)
    after = int((stamp[0] - due).total_seconds())
    # with a platform that takes no late work, what comes late by the course's time has an extension there
    contradicted = after <= 0 if handed.late else handed.late is False and after > course.grace
    if contradicted and course.late and own == NOTHING_OWN:
        ours = f"{span_words(after)} late" if after > 0 else "in time"
        theirs = "late" if handed.late else "in time"
        doubt = f"by the due time of course.yaml this came {ours}, by the platform {theirs}: nothing comes off"
        return Lateness(None, doubt=doubt)
    return Lateness(after > course.grace, after, "due") if after > 0 else Lateness(late=False)


def _as_told(course: Course, handed: Handed) -> Lateness:
    """What the platform says, whose own due time it counts from."""
    if not handed.late:
        return Lateness(handed.late)
    if handed.late_by is None:
        return Lateness(True, None, "export", "late, and the export does not say by how much: nothing comes off")
    return Lateness(handed.late_by > course.grace, handed.late_by, "export")


def _as_told_with_extension(course: Course, handed: Handed, until: datetime) -> Lateness:
    """The same where the student has an extension, which the platform may know or not."""
    if handed.late and handed.late_by is not None and course.due is not None:
        after = handed.late_by - int((until - course.due).total_seconds())
        return Lateness(after > course.grace, after, "due") if after > 0 else Lateness(late=False)
    if handed.late:
        doubt = "late without the extension, and the export does not say by how much: nothing comes off"
        return Lateness(True, None, "export", doubt)
    return Lateness(handed.late)


def _settled_by(course: Course, student: str) -> str:
    due = "" if course.due else "due: TIME and "
    return f"a person decides: {due}handed_in: {{{student}: TIME}} in course.yaml"


def _late(course: Course, found: Lateness) -> Late | None:
    if not found.late:
        return None
    if found.seconds is None or course.late is None:
        return Late(found.seconds, found.source)
    days = ceil((found.seconds - course.grace) / DAY)
    return Late(found.seconds, found.source, days, min(days * course.late.percent_a_day, course.late.at_most))


def _notes(course: Course, found: Lateness, handed: Handed, own: OwnTimes) -> Iterable[str]:
    """What the page says of when the work was handed in."""
    if found.late:
        yield f"Handed in late, by {span_words(found.seconds)}." if found.seconds else "Handed in late."
    elif found.late is False and found.seconds:
        yield f"Handed in {span_words(found.seconds)} after it was due, which does not yet count as late."
    elif found.late is None and handed.kind and (course.due or course.late):
        yield "It is not known whether this was handed in in time."
    if found.doubt and course.late:
        yield "A person will look at how late it was; nothing comes off before."
    if own.until is not None:
        yield "You had an extension."


def _too_often(one: Submission, allowed: int) -> Problem:
    counted = f"{allowed} attempt{'' if allowed == 1 else 's'}"
    message = f"attempt {one.handed.attempt} is graded, {counted} may be handed in, and no earlier one is in the export"
    return Problem(message, "a person decides which one counts", one.source)


def unknown_lateness(course: Course, found: Iterable[tuple[str, bool]]) -> Problem | None:
    """The Problem of a class of which it is not known who was late; `found` are (student, whether that is known)."""
    if course.late is None:
        return None
    unknown = [student for student, known in found if not known]
    if not unknown:
        return None
    who = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
    message = f"whether the work of {who} was late is not known, so nothing comes off"
    hint = "times stand in an export or the platform's gradebook (--roster)"
    hint += "" if course.due else ", and course.yaml has no due"
    return Problem(message, hint, FILE)


def unsure(terms: Terms, source: str) -> Terms:
    """The same where an extension may be the student's: nothing comes off before a person has settled whose it is."""
    if terms.late is None or not terms.late.percent:
        return terms
    message = "late, and an extension may be this student's: nothing comes off"
    problem = Problem(message, "write the extension under an id that is one student's alone", source)
    return replace(terms, late=replace(terms.late, days=0, percent=0.0), problems=(*terms.problems, problem))
