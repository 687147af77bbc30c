"""`requests.csv`, and remarks in a class list -> what students ask to be looked at again, and what was replied.

A row that the gradebook has already is passed over, so that the file can be handed in again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.course_file import people_of
from grader.batch.decisions_file import NO_ALIASES, table_rows
from grader.course.times import iso, moment
from grader.exchange.rosters import Person
from grader.exchange.whos_who import meant
from grader.problems import Problem, did_you_mean
from grader.results import Request, RubricShown
from grader.submission.labels import folded_label
from grader.submission.submissions import Submission

NEEDED = ("student", "text")
COLUMNS = ("student", "part", "text", "when", "reply", "by")
_REMARK = re.compile(r"regrade\s+(?P<part>[^:]{1,40}?)\s*:\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class RequestsRead:
    """What a file brings: requests that are `new`, those that it `answered`, and every Problem with it."""

    new: tuple[Request, ...] = ()
    answered: tuple[Request, ...] = ()
    problems: tuple[Problem, ...] = ()


def asked_again(
    data: bytes,
    file: str,
    submissions: Iterable[Submission],
    rubric: RubricShown,
    known: Sequence[Request],
    now: str,
) -> RequestsRead:
    """The requests of a file with the columns `COLUMNS`; `now` is UTC, for rows without a time."""
    problems: list[Problem] = []
    new: list[Request] = []
    answered: list[Request] = []
    names = people_of(submissions)
    for line, row in table_rows(data, file, NEEDED, COLUMNS, problems):
        at, wrong = _when(row.get("when", ""), now)
        problems += [wrong.at(file, line)] if wrong else []
        made = _request(row, names, rubric, file, at, now)
        if isinstance(made, Problem):
            problems.append(made.at(file, line))
            continue
        before = next((one for one in (*known, *new) if _same(one, made, timed=at != now)), None)
        if before is None:
            new.append(made)
        elif made.replies and not _has_told(before, *made.replies[-1][:2]):
            answered.append(replace(before, replies=(*before.replies, *made.replies)))
    return RequestsRead(tuple(new), tuple(answered), tuple(problems))


def asked_in_remarks(
    persons: Iterable[Person], rubric: RubricShown, known: Sequence[Request], now: str
) -> RequestsRead:
    """The requests in a class list's column of notes or comments: ``regrade 2a: the sign is that of the lecture``.

    Other remarks there are the teachers' own, and are left alone.
    """
    new: list[Request] = []
    problems: list[Problem] = []
    for one in persons:
        found = _REMARK.fullmatch(one.remark)
        if found is None:
            continue
        part = _part(found["part"], rubric)
        if isinstance(part, Problem):
            problems.append(Problem(f"not used: the remark on {one.student} asks for a regrade, and {part.message}"))
            continue
        made = Request(one.student, part, found["text"].strip(), now, "class list")
        if not any(_same(other, made, timed=False) for other in known):
            new.append(made)
    return RequestsRead(tuple(new), (), tuple(problems))


def replies_in(
    data: bytes,
    file: str,
    submissions: Iterable[Submission],
    known: Sequence[Request],
    now: str,
    called: Mapping[str, str] = NO_ALIASES,
) -> tuple[Request, ...]:
    """The requests that a table of decisions answers by a comment alone, without points: the points stay.

    `called` as `handed_in` has it.
    """
    names = people_of(submissions)
    answered: list[Request] = []
    for _, row in table_rows(data, file, ("student", "part", "points"), (), []):
        if row.get("points") or not row.get("comment"):
            continue
        student, told = meant(called.get(row["student"], row["student"]), names), (row["comment"], row.get("by", ""))
        same = [one for one in known if (one.student, one.part) == (student, row.get("part", ""))]
        if any(_has_told(one, *told) for one in same):
            continue  # taken up before: it is no answer to what was asked since
        newest = [one for one in same if one.is_open] or same[-1:]
        answered += [replace(one, replies=(*one.replies, (*told, now))) for one in newest]
    return tuple(answered)


def _when(text: str, now: str) -> tuple[str, Problem | None]:
    """When a request was made: `now` where that is not said, or is said to be later."""
    if not text or re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return min(text or now, now), None
    at = moment(text)
    return (now, at) if isinstance(at, Problem) else (min(iso(at), now), None)


def _request(
    row: Mapping[str, str], names: Mapping[str, frozenset[str]], rubric: RubricShown, file: str, at: str, now: str
) -> Request | Problem:
    student = meant(row["student"], names)
    if isinstance(student, Problem):
        return replace(student, message=f"not used: {student.message}")
    part = _part(row.get("part", ""), rubric)
    if isinstance(part, Problem):
        return replace(part, message=f"not used: {part.message}")
    if not row.get("text"):
        return Problem("not used: the request says nothing", "its text stands in the column text")
    told = row.get("reply") or row.get("answer") or ""
    return Request(student, part, row["text"], at, file, ((told, row.get("by", ""), now),) if told else ())


def _has_told(request: Request, text: str, by: str) -> bool:
    """Whether a reply was given before, be it the last or not."""
    return (text, by) in [(told, who) for told, who, _ in request.replies]


def _part(name: str, rubric: RubricShown) -> str | Problem:
    """The part of an id or a label; empty for the work as a whole."""
    ids = {one.part for one in rubric.parts}
    if not name or name in ids:
        return name
    wanted = folded_label(name)
    labelled = [
        one.part for one in rubric.parts if wanted and wanted in (folded_label(one.part), folded_label(one.label))
    ]
    if len(labelled) == 1:
        return labelled[0]
    return Problem(f"there is no part '{name}'", did_you_mean(name, ids))


def _same(one: Request, other: Request, *, timed: bool) -> bool:
    """Whether two are one request; the time counts where it was `timed`."""
    alike = (one.student, one.part, one.text) == (other.student, other.part, other.text)
    return alike and (not timed or one.at == other.at)
