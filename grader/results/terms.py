"""What the settings of a course come to for one student: how late the work was, what is added, what is left open.

``Terms(Late(93_600, "export", days=2, percent=20.0))`` takes 20 % off the score that was reached.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.problems import Problem


@dataclass(frozen=True, slots=True)
class Late:
    """How late work was: `seconds` after it was due (None: not known), as the `source` says (``export`` or ``due``).

    `percent` of the score that was reached come off for `days` started; both are 0 where nothing does.
    """

    seconds: int | None
    source: str
    days: int = 0
    percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """What a student asked to be looked at again: `part` is empty for the work as a whole; `at` is UTC, ISO 8601.

    `reply` is what a person answered, by whom and when; `decided` says that points were decided on since.
    """

    student: str
    part: str
    text: str
    at: str
    source: str = ""
    reply: str = ""
    by: str = ""
    replied: str = ""
    decided: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return not (self.reply or self.decided)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one student's score besides the parts, all that the page says of it.

    `late` is None for work in time, and where that is not known; `curve` are points that are added; `notes` are for the
    page; `problems` must be settled by a person; `requests` are what the student asked.
    """

    late: Late | None = None
    curve: float = 0.0
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    requests: tuple[Request, ...] = ()


NO_TERMS = Terms()
