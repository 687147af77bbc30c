"""An answer or a sheet -> how it was graded, what was raised inside, its process time, and by how much memory grew.

Grading isolates each answer, so that a raise is a note there; `watching` is an isolation that also keeps the traceback.
"""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from traceback import walk_tb
from typing import TypeVar

from grader.grading import grade, grade_answer
from grader.grading.isolated import Failed, failed
from grader.problems import raised
from grader.results import GradeReport, Note, NoteKind, PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission
from grader.work import TooMuchWork, counting

MEMORY = 2 << 30  # bytes of address space
SECONDS = 20.0  # of process time, for one answer or one sheet
DEEP = 4  # places told of a traceback

T = TypeVar("T")


class Overtime(BaseException):
    """The time of one answer is over."""


@dataclass(frozen=True, slots=True)
class Raise:
    """An exception inside grading: where it was raised, its text, and the last places of its traceback."""

    place: str
    message: str
    trace: str


@dataclass(slots=True)
class Watched:
    """What was raised while one answer or sheet was graded; `results` are empty where that escaped."""

    results: tuple[PartResult, ...] = ()
    raises: list[Raise] = field(default_factory=list)
    seconds: float = 0.0
    units: int = 0  # of counted work
    grown: int = 0  # kB by which the highest peak of the process rose


_raises: list[Raise] = []


def watching(work: Callable[[], T]) -> T | Failed:
    """The isolation of grading, with the tracebacks kept."""
    try:
        return work()
    except TooMuchWork as stop:  # an outcome like others, for a person
        return failed(stop)
    except Exception as error:
        _raises.append(_told(error))
        return Failed(Note(NoteKind.GRADER_FAILED), raised(error))


def _told(error: BaseException) -> Raise:
    frames = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]
    places = [f"{PurePath(code.co_filename).name}:{line} {code.co_name}" for code, line in frames]
    return Raise(raised(error), f"{type(error).__name__}: {error}"[:200], " < ".join(reversed(places[-DEEP:])))


def answer_watched(key: AnswerKey, part: str, text: str) -> Watched:
    """One answer graded by itself."""
    return _watched(lambda: (grade_answer(key, part, text, watching),))


def sheet_watched(key: AnswerKey, submission: Submission) -> Watched:
    """A student's sheet graded, with what follows from other answers."""

    def work() -> tuple[PartResult, ...]:
        report: GradeReport = grade(key, submission, isolation=watching)
        return report.parts

    return _watched(work)


def _watched(work: Callable[[], tuple[PartResult, ...]]) -> Watched:
    _raises.clear()
    found = Watched()
    peak, began = _peak(), time.process_time()
    with counting() as counted:
        try:
            with _time_limit():
                found.results = work()
        except Overtime:
            pass
        except Exception as error:  # what no isolation caught
            _raises.append(_told(error))
    found.seconds = time.process_time() - began
    found.units = counted.spent
    found.grown = _peak() - peak
    found.raises = list(_raises)
    return found


@contextmanager
def _time_limit() -> Iterator[None]:
    def ring(_signal: int, _frame: object) -> None:
        raise Overtime

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def bound_memory() -> None:
    """No more than `MEMORY` for this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
