"""What a student handed in: answers by part, each with its text and where it stood."""

from __future__ import annotations

from dataclasses import dataclass

from grader.problems import Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of one answer exactly as typed; `line` and `column` count from 1, 0 meaning unknown."""

    part: str
    text: str
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Submission:
    """All answers of one student; `source` is the file (or folder) they came from, relative to the class folder.

    `ocr` marks text that came from OCR of handwriting: no deduction on it is final without a person.
    """

    student: str
    name: str = ""
    source: str = ""
    answers: tuple[Answer, ...] = ()
    problems: tuple[Problem, ...] = ()
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """What reading files gave: submissions sorted by student, and problems that belong to no one student."""

    submissions: tuple[Submission, ...]
    problems: tuple[Problem, ...] = ()
