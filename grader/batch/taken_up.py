"""Decisions and regrade requests, handed in beside the submissions -> the gradebook, which keeps them all."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.batch.decisions_file import handed_in
from grader.batch.left_out import without_unknown
from grader.batch.reading import class_list
from grader.batch.requests_file import RequestsRead, asked_again, asked_in_remarks, replies_in
from grader.batch.stages import now
from grader.feedback.addresses import alias_of
from grader.gradebook.decisions import all_decisions, decide
from grader.gradebook.erasure import is_forgotten
from grader.gradebook.folder_settings import SECRET, setting
from grader.gradebook.opening import written
from grader.gradebook.requests import all_requests, as_they_stand, keep_requests
from grader.problems import Problem
from grader.results import Request, RubricShown
from grader.submission.submissions import Submission

DECISIONS, REQUESTS = "decisions.csv", "requests.csv"  # in the folder of results


def take_up(
    book: sqlite3.Connection,
    shown: RubricShown,
    submissions: Sequence[Submission],
    out: Path,
    decisions: Path | None,
    roster: Path | None,
) -> tuple[Problem, ...]:
    """Take up requests.csv and decisions.csv in `out`, more `decisions`, and what remarks on the class list ask.

    Every Problem with them; raises OSError and sqlite3.Error.
    """
    problems: list[Problem] = []
    at = now()
    path = out / REQUESTS
    if path.exists():
        known = all_requests(book)
        problems += _keep(book, asked_again(path.read_bytes(), path.name, submissions, shown, known, at))
    people = class_list(roster)[0]
    if people is not None:
        persons = [one for one in people.persons if not is_forgotten(book, one.student, one.ids)]
        problems += _keep(book, asked_in_remarks(persons, shown, all_requests(book), at))
    for path in (out / DECISIONS, *((decisions,) if decisions else ())):
        if path == decisions or path.exists():
            problems += _decisions(book, path, shown, submissions, at)
    return tuple(without_unknown(book, problems, submissions))


def requests_now(book: sqlite3.Connection) -> Mapping[str, tuple[Request, ...]]:
    """By student what was asked to be looked at again, as it stands."""
    return as_they_stand(all_requests(book), all_decisions(book))


def _keep(book: sqlite3.Connection, asked: RequestsRead) -> tuple[Problem, ...]:
    with written(book):
        keep_requests(book, (*asked.new, *asked.answered))
    return asked.problems


def _decisions(
    book: sqlite3.Connection, path: Path, shown: RubricShown, submissions: Sequence[Submission], at: str
) -> tuple[Problem, ...]:
    """The decisions of a file, and the replies in it."""
    data = path.read_bytes()
    there = [one for some in requests_now(book).values() for one in some]
    pairs = {(one.student, one.part) for one in there}
    secret = setting(book, SECRET)
    called = {alias_of(one.student, secret): one.student for one in submissions} if secret else {}
    made, said = handed_in(data, path.name, submissions, shown, all_decisions(book), at, pairs, called)
    with written(book):
        decide(book, made)
        keep_requests(book, replies_in(data, path.name, submissions, there, at, called))
    return said
