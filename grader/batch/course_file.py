"""`course.yaml` beside a rubric, and a class -> what holds for each of its students, with what could not be matched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike, fspath
from pathlib import Path

from grader.course.lateness import NOTHING_OWN, OwnTimes, has_work, lateness, terms_of, unknown_lateness, unsure
from grader.course.settings import FILE, NO_COURSE, Course, StudentTime, parse_course
from grader.exchange.rosters import Person
from grader.exchange.whos_who import callable_by, meant
from grader.problems import Problem
from grader.results import Request, Terms
from grader.submission.submissions import Submission


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """By student what holds, and what the settings say that fits nobody."""

    terms: Mapping[str, Terms]
    problems: tuple[Problem, ...] = ()


def read_course(rubric: str | PathLike[str], parts: Collection[str]) -> Course | tuple[Problem, ...]:
    """The settings beside the rubric's file, those of no course where there are none; every Problem in them."""
    path = Path(fspath(rubric)).with_name(FILE)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return NO_COURSE
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return (Problem("the settings are not UTF-8 text", "save them as UTF-8", file=str(path), line=line),)
    except OSError as error:
        return (Problem(f"the settings can't be read: {error.strerror or error}", file=str(path)),)
    return parse_course(text, str(path), parts)


def people_of(submissions: Iterable[Submission]) -> Mapping[str, frozenset[str]]:
    """By every id and name the students whom it may mean."""
    return callable_by(Person(one.student, one.name, one.handed.ids) for one in submissions)


def class_terms(
    course: Course, submissions: Sequence[Submission], requests: Mapping[str, Sequence[Request]]
) -> ClassTerms:
    """What holds for every student of a class; `requests` are by student what was asked to be looked at again."""
    own, doubtful, problems = _own_times(course, submissions)
    found: dict[str, Terms] = {}
    known: list[tuple[str, bool]] = []
    for one in submissions:
        student, times = one.student, own.get(one.student, NOTHING_OWN)
        late = lateness(course, one.handed, times)
        terms = terms_of(course, one, times, late, requests.get(student, ()))
        found[student] = unsure(terms, one.source) if student in doubtful else terms
        if has_work(one):
            known.append((student, late.late is not None or bool(late.doubt)))
    unknown = unknown_lateness(course, known)
    return ClassTerms(found, (*problems, unknown) if unknown else tuple(problems))


def _own_times(
    course: Course, submissions: Sequence[Submission]
) -> tuple[dict[str, OwnTimes], frozenset[str], list[Problem]]:
    """By student what the course says of the student's own, of whom that is in doubt, and what was wrong with it."""
    problems: list[Problem] = []
    names = people_of(submissions) if course.extensions or course.handed_in else {}
    until, may_have = _by_student("extensions", course.extensions, names, problems)
    handed_in, may_be = _by_student("handed_in", course.handed_in, names, problems)
    own = {one: OwnTimes(until.get(one), handed_in.get(one)) for one in {*until, *handed_in}}
    return own, may_have | may_be, problems


def _by_student(
    key: str, times: Sequence[StudentTime], names: Mapping[str, frozenset[str]], problems: list[Problem]
) -> tuple[dict[str, datetime], frozenset[str]]:
    """The times by student, of two the later one, and all whom an id may mean that several have."""
    found: dict[str, datetime] = {}
    doubtful: set[str] = set()
    for one in times:
        student = meant(one.student, names)
        if isinstance(student, Problem):
            doubtful |= names.get(one.student.casefold(), frozenset())
            problems.append(student.at(FILE, one.line, path=f"key '{key}'"))
        elif found.setdefault(student, one.at) != one.at:
            told = Problem(f"two times for {student}, under two ids", "the later one holds")
            problems.append(told.at(FILE, one.line, path=f"key '{key}'"))
            found[student] = max(found[student], one.at)
    return found, frozenset(doubtful)
