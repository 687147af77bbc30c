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
from grader.results.terms import Late, Request, Terms
from grader.submission.submissions import Handed, Submission

_SETTLE = "an entry under extensions in course.yaml settles it"


@dataclass(frozen=True, slots=True)
class Lateness:
    """Whether work was late (None: not known), by how many seconds, who says so, and why a person must decide."""

    late: bool | None
    seconds: int | None = None
    source: str = ""
    doubt: str = ""


def terms_of(
    course: Course, one: Submission, until: datetime | None, requests: Sequence[Request], *, platform_counts: bool
) -> Terms:
    """What holds for one student, who may have an extension `until` a time.

    `platform_counts`: the platform calls some work of the class late, so that it knows of a due time.
    """
    there = bool(one.source or one.answers or one.by_eye)
    found = lateness(course, one.handed, until, platform_counts=platform_counts) if there else Lateness(None)
    late, notes = _late(course, found), list(_notes(course, found, one.handed, until))
    problems = []
    if found.doubt and course.late:
        problems.append(Problem(found.doubt, _SETTLE, one.source))
    if course.attempts is not None and one.handed.attempt > course.attempts:
        problems.append(_too_often(one, course.attempts))
    return Terms(late, course.curve if there else 0.0, tuple(notes), tuple(problems), tuple(requests))


def lateness(course: Course, handed: Handed, until: datetime | None, *, platform_counts: bool) -> Lateness:
    """How late work was, by the course's due time or the student's own (`until`), else as the platform says."""
    due = until or course.due
    stamp = stamped(handed.at, course.zone) if due is not None and handed.at else None
    if due is None or (stamp is None and until is None):
        return _as_told(course, handed)
    if stamp is None:
        return _as_told_with_extension(course, handed, due)
    at, named = stamp
    if handed.late is not None and not named and until is None:
        return _as_told(course, handed)  # the platform's word is surer than a time without a zone
    after = int((at - due).total_seconds())
    own = Lateness(after > course.grace, after, "due") if after > 0 else Lateness(late=False)
    contradicted = handed.late is True or (handed.late is False and platform_counts)
    if until is None and contradicted and handed.late != (after > 0):
        word = f"late by {span_words(after)}" if after > 0 else "in time"
        theirs = "late" if handed.late else "in time"
        return Lateness(None, doubt=f"handed in {word} by what the course says is due, and {theirs} by the platform")
    return own


def _as_told(course: Course, handed: Handed) -> Lateness:
    """What the platform says, whose own due time it counts from."""
    if not handed.late:
        return Lateness(handed.late)
    if handed.late_by is None:
        return Lateness(True, None, "export", "handed in late, and the export does not say by how much")
    return Lateness(handed.late_by > course.grace, handed.late_by, "export")


def _as_told_with_extension(course: Course, handed: Handed, until: datetime) -> Lateness:
    """The same where the student has an extension, which the platform may know or not."""
    if handed.late and handed.late_by is not None and course.due is not None:
        after = handed.late_by - int((until - course.due).total_seconds())
        return Lateness(after > course.grace, after, "due") if after > 0 else Lateness(late=False)
    if handed.late:
        doubt = "handed in late, the student has an extension, and when it was handed in is not known"
        return Lateness(True, None, "export", doubt)
    return Lateness(handed.late)


def _late(course: Course, found: Lateness) -> Late | None:
    if not found.late:
        return None
    if found.seconds is None or course.late is None:
        return Late(found.seconds, found.source)
    days = ceil((found.seconds - course.grace) / DAY)
    return Late(found.seconds, found.source, days, min(days * course.late.percent_a_day, course.late.at_most))


def _notes(course: Course, found: Lateness, handed: Handed, until: datetime | None) -> Iterable[str]:
    """What the page says of when the work was handed in."""
    extended = " An extension was granted." if until is not None else ""
    if found.late:
        yield (f"Handed in late, by {span_words(found.seconds)}." if found.seconds else "Handed in late.") + extended
    elif found.late is False and found.seconds:
        yield f"Handed in {span_words(found.seconds)} after it was due, which is not yet late." + extended
    elif found.late is None and handed.kind and (course.due or course.late) and not found.doubt:
        yield "Whether this was handed in in time is not known." + extended
    elif extended:
        yield extended.strip()


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
    problem = Problem("handed in late, and an extension may be this student's", _SETTLE, source)
    return replace(terms, late=replace(terms.late, days=0, percent=0.0), problems=(*terms.problems, problem))
