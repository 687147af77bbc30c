"""What a student handed in: answers by part, each with its text and where it stood."""

from __future__ import annotations

from dataclasses import dataclass

from grader.problems import Problem


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One line of a derivation: whether it equals what the derivation is about, None where that was not checked."""

    line: int
    cell: int
    text: str
    holds: bool | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ScanReading:
    """What a line of a scan may say where it was misread: a `text` that is right.

    `changes` are ``scanned>written``. It is `supported` where something else in the document says the same (`why`),
    else only possible.
    """

    text: str
    changes: tuple[str, ...]
    supported: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class FoundAt:
    """How an answer was found in a document: assigned `by` its label, its left side, or both with other evidence.

    `line` is that of the line which counts, in `cell` of a notebook (0: none); `lines` are those of the derivation.
    `doubt` says why a person must look; empty where nothing does. `scan`: of a scan, how the line may be re-read.
    """

    by: str
    line: int = 0
    cell: int = 0
    doubt: str = ""
    lines: tuple[CheckedLine, ...] = ()
    scan: ScanReading | None = None

    @property
    def first_break(self) -> CheckedLine | None:
        """The first line that does not hold."""
        return next((line for line in self.lines if line.holds is False), None)

    @property
    def recovers(self) -> bool:
        """Whether the last line that was checked holds again behind the first break."""
        checked = [line.holds for line in self.lines if line.holds is not None]
        return bool(checked) and checked[-1] and not all(checked)


@dataclass(frozen=True, slots=True)
class Unused:
    """A formula of a document that is no part's answer nor work towards one; of a scan `why` it was set aside."""

    line: int
    cell: int
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of one answer exactly as typed; `line` and `column` count from 1, 0 meaning unknown.

    Of an answer `found` in a document the text is the line that counts, with the definitions that it needs.
    """

    part: str
    text: str
    file: str = ""
    line: int = 0
    column: int = 0
    found: FoundAt | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """How a submission came in, as a learning platform's export or the class list says it; empty where neither does.

    `kind` names the export (``canvas``), `ids` are (column, text) pairs, `at` is the time as it stands there, `late`
    whether it was late (None: not said) and `late_by` by how many seconds. `notes` are for the student's page; `prefix`
    is what the platform takes feedback back by.
    """

    kind: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    at: str = ""
    late: bool | None = None
    late_by: int | None = None
    attempt: int = 0
    group: str = ""
    notes: tuple[str, ...] = ()
    prefix: str = ""


NOT_SAID = Handed()


@dataclass(frozen=True, slots=True)
class Submission:
    """All answers of one student; `source` is the file (or folder) they came from, relative to the class folder.

    `ocr` marks text that came from OCR of handwriting: no deduction on it is final without a person. `by_eye` are files
    that a person alone can read: a picture, a PDF.
    """

    student: str
    name: str = ""
    source: str = ""
    answers: tuple[Answer, ...] = ()
    problems: tuple[Problem, ...] = ()
    ocr: bool = False
    unused: tuple[Unused, ...] = ()
    by_eye: tuple[str, ...] = ()
    handed: Handed = NOT_SAID


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """What reading files gave: submissions sorted by student, and problems that belong to no one student."""

    submissions: tuple[Submission, ...]
    problems: tuple[Problem, ...] = ()
