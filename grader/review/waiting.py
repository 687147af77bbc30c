"""A gradebook -> the answers that a person looks at, each as it was read and judged, and what was decided of it.

What waits changes with a run only; decisions are read each time, and are put beside it by student and part.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.gradebook import rows
from grader.gradebook.assembly import part_result
from grader.gradebook.decisions import Decided, all_decisions, standing
from grader.gradebook.encoding import decode_result
from grader.gradebook.fingerprints import decided_on, hashed
from grader.gradebook.judgements import kept_judgements
from grader.gradebook.reports import PartKept, current, decode_report, held_report
from grader.gradebook.run_log import RUNNING, all_runs
from grader.grading.by_hand import missing
from grader.grading.overrides import misfit
from grader.results import PartResult
from grader.rubric.shown import Asked
from grader.submission.submissions import Answer

_ID = 20  # hexadecimal digits of what names an answer in forms and addresses: 80 bits


@dataclass(frozen=True, slots=True)
class Waiting:
    """One student's part that a person looks at, or has decided on.

    `result` is what the program found, without what people decided; `answer` is what was handed in (None: nothing),
    `fingerprint` that of the answer, which decisions are about, `judgement` that of what the program found.
    """

    id: str
    student: str
    name: str
    result: PartResult
    answer: Answer | None
    fingerprint: str
    judgement: str

    @property
    def part(self) -> str:
        """The id of the part."""
        return self.result.asked.part

    @property
    def most(self) -> float:
        """What the part is worth."""
        return self.result.asked.max_score

    @property
    def text(self) -> str:
        """The answer as written; empty where there is none."""
        return self.answer.text if self.answer else ""


Decisions = Mapping[str, Mapping[str, Decided]]  # by student and part, what holds


def waiting_id(student: str, part: str) -> str:
    """What names a student's part in forms and addresses."""
    return hashed("waiting", student, part)[:_ID]


def version(book: sqlite3.Connection) -> str:
    """A text that changes where what waits may have changed; raises sqlite3.Error."""
    runs = [(run.id, run.state, run.finished) for run in all_runs(book)]
    at_work = any(state == RUNNING for _, state, _ in runs)
    query = "SELECT count(*), sum(seal) FROM reports WHERE until IS NULL"
    forgotten = book.execute("SELECT count(*) FROM forgotten").fetchone()
    return repr((runs, forgotten, book.execute(query).fetchone() if at_work else None))


@dataclass(frozen=True, slots=True)
class StudentPoints:
    """A student, and the points as the results were written last."""

    student: str
    name: str
    score: float


def all_waiting(
    book: sqlite3.Connection, asked: Mapping[str, Asked]
) -> tuple[tuple[Waiting, ...], tuple[StudentPoints, ...]]:
    """What a person looks at, or has decided, in the order of students and their parts; and all students.

    `asked` is by part. Raises sqlite3.Error, and ValueError, TypeError or LookupError where a text is none of ours.
    """
    students, found = [], []
    for student, (_, text) in sorted(current(book).items()):
        report = decode_report(student, text)
        students.append(StudentPoints(student, report.name, report.score))
        parts = (part for part in report.parts if part.part in asked and (part.review or part.override))
        found += [(student, report.name, part) for part in parts]
    kept = kept_judgements(book, {part.judgement for _, _, part in found if part.judgement})
    alone = {name: decode_result(one.judgement, asked[one.part]) for name, one in kept.items() if one.part in asked}
    return tuple(_waiting(book, *one, asked, alone) for one in found), tuple(students)


def _waiting(
    book: sqlite3.Connection,
    student: str,
    name: str,
    part: PartKept,
    asked: Mapping[str, Asked],
    results: Mapping[str, PartResult],
) -> Waiting:
    answer = rows.kept_answer(book, student, part.part)
    result = _found(part, asked[part.part], results)
    if result.answer and answer and (answer.line or answer.found):
        result = replace(result, answer=replace(result.answer, line=answer.line, found=answer.found))
    name_of = waiting_id(student, part.part)
    return Waiting(name_of, student, name, result, answer, decided_on(answer), part.judgement)


def _found(part: PartKept, asked: Asked, results: Mapping[str, PartResult]) -> PartResult:
    """What the program found; where a person has decided, with the points of the answer by itself."""
    alone = results.get(part.judgement) or missing(asked)
    if not part.result:
        return alone
    found = part_result(part, asked, results)
    return replace(found, score=alone.score, review=True, override=None) if part.override else found


def decisions(book: sqlite3.Connection) -> Decisions:
    """By student and part what people decided, as it holds; raises sqlite3.Error."""
    return standing(all_decisions(book))


def last_decision(book: sqlite3.Connection) -> int:
    """A number that changes with each decision; raises sqlite3.Error."""
    (last,) = book.execute("SELECT coalesce(max(id), 0) FROM decisions").fetchone()
    return int(last)


def decided(one: Waiting, standing: Decisions) -> Decided | None:
    """What holds of an answer; None where nothing was decided, or of another answer, or what does not fit the part."""
    found = standing.get(one.student, {}).get(one.part)
    if found is None or found.answer != one.fingerprint or misfit(found.points, one.most):
        return None
    return found


def state(one: Waiting, standing: Decisions) -> str:
    """What a grader saw of an answer, by which it is known whether it is still so when a decision comes."""
    return _state(one.id, one.fingerprint, one.judgement, one.most, standing.get(one.student, {}).get(one.part))


def state_now(book: sqlite3.Connection, student: str, part: str, holds: Decided | None) -> str:
    """The same as the gradebook has it now; empty where the part waits no more. Raises as `all_waiting`."""
    held = held_report(book, student)
    parts = decode_report(student, held[0]).parts if held else ()
    kept = next((one for one in parts if one.part == part), None)
    if kept is None:
        return ""
    answer = decided_on(rows.kept_answer(book, student, part))
    return _state(waiting_id(student, part), answer, kept.judgement, kept.max_score, holds)


def _state(name: str, answer: str, judgement: str, most: float, holds: Decided | None) -> str:
    return hashed("state", name, answer, judgement, f"{most:.6f}", repr(holds))[:_ID]


def stake(some: Iterable[Waiting], standing: Decisions) -> float:
    """The points that wait for a decision."""
    return round(sum(one.most - one.result.score for one in still_open(some, standing)), 6)


def still_open(some: Iterable[Waiting], standing: Decisions) -> Iterator[Waiting]:
    """What nobody has decided yet."""
    return (one for one in some if decided(one, standing) is None)
