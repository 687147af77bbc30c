"""Values that leave the judge: verdicts with their evidence, and the report that every page is made from."""

from __future__ import annotations

from dataclasses import dataclass

from grader.problems import Problem
from grader.rubric.shown import Asked


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a verdict holds.

    `kind`: "proof" (same formula after reading), "samples" (`points` agreements, `discarded` points where
    a side was undefined), "counterexample" (`at` names the point as (name, value) texts in display order,
    `expected` and `got` the two values there; `certified` if interval arithmetic proves that they differ), or "none".
    """

    kind: str = "none"
    points: int = 0
    discarded: int = 0
    at: tuple[tuple[str, str], ...] = ()
    expected: str = ""
    got: str = ""
    detail: str = ""
    certified: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`decision`: equivalent, not_equivalent, undecided or unreadable; `note` is a stable machine string."""

    decision: str
    note: str
    evidence: Evidence = Evidence()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said about a wrong answer: the rule that predicted it and a sentence for the student."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """A student's answer as typed, and as we read it; `line` counts from 1, 0 meaning unknown."""

    text: str
    read_as: str
    read_as_mathml: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One term of a score, for the line-by-line sum on the page."""

    reason: str
    points: float


@dataclass(frozen=True, slots=True)
class PartResult:
    """`verdict`: correct, partly_correct, incorrect, undecided, unreadable or missing."""

    asked: Asked
    verdict: str
    score: float
    note: str
    review: bool
    message: str
    answer: AnswerShown | None = None
    evidence: Evidence = Evidence()
    diagnosis: Diagnosis | None = None
    lines: tuple[ScoreLine, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class GradeReport:
    """The outcome for one student; every report is rendered from this value."""

    student: str
    name: str
    source: str
    score: float
    max_score: float
    review: bool
    parts: tuple[PartResult, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RubricShown:
    """What reports need of a rubric besides its parts."""

    title: str
    path: str
    sha256: str
    max_score: float
    parts: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A graded class: reports sorted by student, and the problems of the folder itself."""

    rubric: RubricShown
    reports: tuple[GradeReport, ...]
    problems: tuple[Problem, ...] = ()
