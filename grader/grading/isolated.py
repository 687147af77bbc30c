"""A piece of judging -> its result, or a Failed that says why there is none, so that a fault costs its own piece alone.

``isolated(lambda: 1 / 0)`` is a Failed, noted "grader_failed", for "ZeroDivisionError in judge.py, line 12". Who grades
a class hands `grade` an Isolation of its own, which knows the clock as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from grader.problems import Problem, raised
from grader.results import NOTES, AnswerShown, Note, NoteKind, Outcome, PartResult
from grader.rubric.shown import Asked
from grader.work import TooMuchWork

T = TypeVar("T")
_OURS = "grader failed on"
_UNCHECKED = " Whether it is right given your other answers could not be checked; a person will look at it."


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a piece of work has no result: `note` is one of the register's last three, `why` tells a developer more."""

    note: Note
    why: str


class Isolation(Hashable, Protocol):
    """Does a piece of work; what goes wrong there comes back as a value. Hashable: outcomes are kept by it."""

    def __call__(self, work: Callable[[], T], /) -> T | Failed: ...


def isolated(work: Callable[[], T]) -> T | Failed:
    """The result of `work`, or the exception that it raised as a Failed."""
    try:
        return work()
    except Exception as error:
        return failed(error)


def failed(error: Exception) -> Failed:
    """What an exception leaves of the piece of work that it ended."""
    if isinstance(error, TooMuchWork):
        return Failed(Note(NoteKind.TOO_MUCH_WORK), str(error))
    return Failed(Note(NoteKind.GRADER_FAILED), raised(error))


def not_judged(asked: Asked, text: str, failed: Failed) -> PartResult:
    """The result of an answer that could not be judged: undecided, and for a person."""
    return PartResult(
        asked,
        Outcome.UNDECIDED,
        0.0,
        failed.note,
        review=True,
        message=NOTES[failed.note.kind].sentence,
        answer=AnswerShown(text, "", None, "", 0),
        problems=_problem(failed, f"the answer to part {asked.part}"),
    )


def not_followed(result: PartResult, failed: Failed) -> PartResult:
    """The result as judged by itself, for a person: credit for going on from other answers may be missing."""
    place = result.answer or AnswerShown("", "", None, "", 0)
    problems = _problem(failed, f"what follows from other answers in part {result.asked.part}", place.file, place.line)
    return replace(result, review=True, message=result.message + _UNCHECKED, problems=(*result.problems, *problems))


def _problem(failed: Failed, on: str, file: str = "", line: int = 0) -> tuple[Problem, ...]:
    """The Problem that is our own fault; an answer that takes too much work is none."""
    if failed.note.kind is NoteKind.TOO_MUCH_WORK:
        return ()
    return (Problem(f"{_OURS} {on}", failed.why, file, line),)


def faults(results: Iterable[PartResult]) -> tuple[Problem, ...]:
    """The Problems that are our own faults, no student's: the report names them too."""
    return tuple(one for result in results for one in result.problems if one.message.startswith(_OURS))
