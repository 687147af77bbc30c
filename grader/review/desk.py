"""The gradebook of a folder -> what the pages are made of, kept between requests as long as no run changes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from grader.batch.again import solved_last
from grader.gradebook.fingerprints import hashed
from grader.gradebook.opening import NAME, connected
from grader.gradebook.run_log import finished_runs
from grader.results import RubricShown
from grader.review.forms import normal_form
from grader.review.groups import Alike, grouped
from grader.review.waiting import Decisions, StudentPoints, Waiting, all_waiting, decisions, last_decision, version
from grader.rubric.model import Part, Rubric
from grader.rubric.shown import SolutionStep
from grader.solver.derivation import derivation_steps
from grader.solver.key import AnswerKey
from grader.solver.show import values_text

_CACHE = 4 * 1024  # KiB of each connection; several are open at a time
MOST_TIMES = 200  # of decided groups, by which the time left is told


@dataclass(frozen=True, slots=True)
class SolvedRubric:
    """What graders see of a solved rubric: by part its derivation, its number if it has one, and what steps earn.

    `sha256` is that of the rubric's text, `course` that of the settings of the course, which may drop parts.
    """

    sha256: str
    course: str
    key: AnswerKey
    shown: RubricShown
    derivations: Mapping[str, tuple[SolutionStep, ...]]
    values: Mapping[str, str]
    steps: Mapping[str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits, as the gradebook has it in one `version`: groups, and by id groups, answers and students.

    `numbers` are what students go by where their names are hidden: in no order that would tell who they are.
    """

    version: str
    rubric: SolvedRubric
    groups: tuple[Alike, ...]
    by_group: Mapping[str, Alike]
    by_id: Mapping[str, Waiting]
    students: tuple[StudentPoints, ...]
    by_student: Mapping[str, str]
    numbers: Mapping[str, int]


@dataclass(slots=True, eq=False)
class Desk:
    """One folder under review; `times` are the seconds that decided groups took, all graders together."""

    folder: Path
    lock: Lock = field(default_factory=Lock)
    pile: Pile | None = None
    decided: tuple[int, Decisions] = field(default_factory=lambda: (-1, {}))
    times: list[float] = field(default_factory=list)


class NoBook(Exception):
    """There is no gradebook in the folder any more."""


@contextmanager
def opened(desk: Desk) -> Iterator[sqlite3.Connection]:
    """A connection of its own for each request, so that a gradebook put in its place is never written past."""
    path = desk.folder / NAME
    if not path.is_file():
        raise NoBook(f"there is no gradebook in {desk.folder} any more")
    with closing(connected(path)) as book:
        book.execute(f"PRAGMA cache_size = -{_CACHE}")
        yield book


def looked(desk: Desk, book: sqlite3.Connection) -> tuple[Pile, Decisions]:
    """What waits now and what was decided; raises sqlite3.Error, NotPossible."""
    with desk.lock:
        at = version(book)
        if desk.pile is None or desk.pile.version != at:
            desk.pile = _piled(book, at, desk.pile.rubric if desk.pile else None)
        last = last_decision(book)
        if desk.decided[0] != last:
            desk.decided = last, decisions(book)
        return desk.pile, desk.decided[1]


def _piled(book: sqlite3.Connection, at: str, before: SolvedRubric | None) -> Pile:
    rubric = _rubric(book, before)
    asked = {one.part: one for one in rubric.shown.parts}
    waiting, students = all_waiting(book, asked)

    def normal_of(one: Waiting) -> str:
        names = rubric.shown.names.get(one.result.asked.question, ())
        return normal_form(one.result.answer.read_as if one.result.answer else "", names)

    groups = grouped(waiting, normal_of)
    by_student = {student_id(one.student): one.student for one in students}
    numbers = {by_student[name]: number for number, name in enumerate(sorted(by_student), start=1)}
    by_id = {one.id: one for one in waiting}
    return Pile(at, rubric, groups, {one.id: one for one in groups}, by_id, students, by_student, numbers)


def student_id(student: str) -> str:
    """What names a student in addresses."""
    return hashed("student", student)[:16]


def _rubric(book: sqlite3.Connection, before: SolvedRubric | None) -> SolvedRubric:
    """The rubric of the last run, solved once."""
    runs = finished_runs(book)
    if before and runs and (runs[-1].rubric, runs[-1].course) == (before.sha256, before.course):
        return before
    solved = solved_last(book)
    derivations = {
        part.part.id: part.asked.solution or derivation_steps(question, part)  # some are hidden from students
        for question in solved.key.questions
        for part in question.parts
    }
    values = values_text(solved.key)
    steps = _steps(solved.key.rubric)
    return SolvedRubric(solved.shown.sha256, runs[-1].course, solved.key, solved.shown, derivations, values, steps)


def _steps(rubric: Rubric) -> dict[str, tuple[tuple[str, float], ...]]:
    parts = (part for question in rubric.questions for part in question.parts if isinstance(part, Part))
    return {part.id: tuple((step.text, step.points) for step in part.steps) for part in parts}
