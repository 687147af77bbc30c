"""Values that leave the judge: verdicts with their evidence, and the report that every page is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression
from grader.expression.reading.read import Reading
from grader.problems import Problem
from grader.results.notes import NOTES, Decision, Note, NoteKind, Outcome
from grader.rubric.shown import Asked

if TYPE_CHECKING:
    from grader.submission.submissions import FoundAt, Handed, Unused

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:[\d:.]+ ?(?:Z|[+-][\d:]+)?")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a verdict holds.

    `kind`: "proof" (same formula after reading), "samples" (`points` agreements, `discarded` points where
    a side was undefined), "counterexample" (`at` names the point as (name, value) texts in display order,
    `expected` and `got` the two values there; `certified` if interval arithmetic proves that they differ), "shape"
    (`expected` and `got` are the two shapes, in letters of sizes; or `detail` says what does not fit), "restated"
    (`detail` names the quantity asked for, which the answer leaves to work out), or "none".
    """

    kind: str = "none"
    points: int = 0
    discarded: int = 0
    at: tuple[tuple[str, str], ...] = ()
    expected: str = ""
    got: str = ""
    detail: str = ""
    certified: bool = False


SET_UP = "the chain rule is set up rightly"  # the line of the sum that `partial_credit: set_ups` is about
NO_EVIDENCE = Evidence()
AGAINST = frozenset(("counterexample", "shape", "restated"))  # what shows that an answer is not the one asked for


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge finds, how, and why it holds; `message` tells what no register can.

    `judged` is the reading of the answer whose value is shown to differ, where that is a formula.

    No deduction without evidence: a verdict of not equivalent that shows none raises ValueError.
    """

    decision: Decision
    note: Note
    evidence: Evidence = NO_EVIDENCE
    message: str = ""
    judged: Expression | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.decision is Decision.NOT_EQUIVALENT and self.evidence.kind not in AGAINST:
            raise ValueError(f"'{self.note}' says that an answer is wrong, and shows nothing for it")


def same(evidence: Evidence) -> Verdict:
    """The verdict on an answer that is equal to the reference as it stands."""
    return Verdict(Decision.EQUIVALENT, Note(NoteKind.EQUIVALENT), evidence)


def differs(counterexample: Evidence, message: str = "", judged: Expression | None = None) -> Verdict:
    """The verdict on an answer that has another value; `message` says what kind of difference it is."""
    return Verdict(Decision.NOT_EQUIVALENT, Note(NoteKind.NOT_EQUIVALENT), counterexample, message, judged)


def undecided(kind: NoteKind, message: str = "", evidence: Evidence = NO_EVIDENCE) -> Verdict:
    """The verdict on an answer for a person to decide; the register has the sentence unless a `message` tells more."""
    return Verdict(Decision.UNDECIDED, Note(kind), evidence, message or NOTES[kind].sentence)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said about a wrong answer: the rule that predicted it and a sentence for the student."""

    rule: Note
    message: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """A student's answer as typed, and as we read it; `line` counts from 1, 0 meaning unknown.

    `expression` is what pages draw as a formula, `drawn` its MathML where it was drawn before; without either they
    show the text `read_as`. `found` tells of an answer in a document which line counts, and how its lines hold.
    """

    text: str
    read_as: str
    expression: Expression | None
    file: str
    line: int
    drawn: str = ""
    found: FoundAt | None = None


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One term of a score, for the line-by-line sum on the page."""

    reason: str
    points: float


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """What an answer earned in one respect: so many `points`, and a `share` of what the part is worth."""

    reason: str
    points: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Earned:
    """What an answer earned, whatever its part is worth; `worth` of it are lines, score and outcome.

    `finished` is an answer that is right and worked out to the end, which has all points; any other has what its
    `lines` come to, within the shares `floor` and `cap`; `nearly` is one that is right but for how its arrays lie.
    """

    decision: Decision
    lines: tuple[EarnedLine, ...] = ()
    finished: bool = False
    floor: float = 0.0
    cap: float = 1.0
    nearly: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """What a person decided of an answer: the points that count, why, who (empty: unsaid) and when, as they said it.

    `answer` is the fingerprint of the answer that was decided on, which no other answer has.
    """

    points: float
    comment: str
    by: str
    at: str
    answer: str

    @property
    def day(self) -> str:
        """The day of `at` where it is a time of ISO 8601, else `at` as it is."""
        day = _DAY.fullmatch(self.at)
        return day[1] if day else self.at


@dataclass(frozen=True, slots=True)
class PartResult:
    """What became of one part of one student.

    `score` is what counts: an `override`'s points where there is one. `verdict`, `note`, `message` and `lines` stay
    what the program found. `leans_on` are the parts whose derivatives a right answer names without working them out.
    """

    asked: Asked
    verdict: Outcome
    score: float
    note: Note
    review: bool
    message: str
    answer: AnswerShown | None = None
    evidence: Evidence = Evidence()
    diagnosis: Diagnosis | None = None
    lines: tuple[ScoreLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    override: Override | None = None
    leans_on: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What stands: the program's verdict, or what a person's points come to."""
        if self.override is None:
            return self.verdict
        if self.score <= 0 and self.verdict is Outcome.MISSING:
            return Outcome.MISSING
        if self.score >= self.asked.max_score - 1e-9:
            return Outcome.CORRECT
        return Outcome.PARTLY_CORRECT if self.score > 0 else Outcome.INCORRECT


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one distinct answer to one part, whoever wrote it: made once, and used by all that comes after.

    `text` was read as `reading`, whose final answer in the target's letters is `expression`; `verdict` is the judge's,
    and `result` what the answer is worth by itself, without a place, and `earned` the same for any worth of the part.
    Text that could not be read has no `expression`, no `verdict` and earned nothing; an answer that could not be judged
    has no `reading` either.
    """

    text: str
    result: PartResult
    reading: Reading | None = None
    expression: Expression | None = None
    verdict: Verdict | None = None
    earned: Earned | None = None


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

    `replies` are (text, by whom, when), of which the last holds; `decided` says that points were decided on since.
    """

    student: str
    part: str
    text: str
    at: str
    source: str = ""
    replies: tuple[tuple[str, str, str], ...] = ()
    decided: bool = False

    @property
    def reply(self) -> str:
        """What a person answered last; empty where nobody has."""
        return self.replies[-1][0] if self.replies else ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return not (self.replies or self.decided)


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


@dataclass(frozen=True, slots=True)
class GradeReport:
    """The outcome for one student; every report is rendered from this value.

    `handed` tells how the work came in, `terms` what the course's settings come to: `score` is what counts with them.
    """

    student: str
    name: str
    source: str
    score: float
    max_score: float
    review: bool
    parts: tuple[PartResult, ...]
    problems: tuple[Problem, ...] = ()
    unused: tuple[Unused, ...] = ()
    handed: Handed | None = None
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class RubricShown:
    """What reports need of a rubric besides its parts; `names` are those that a question's formulas are drawn with."""

    title: str
    path: str
    sha256: str
    max_score: float
    parts: tuple[Asked, ...]
    names: Mapping[str, Names] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A graded class: reports sorted by student, and the problems of the folder itself."""

    rubric: RubricShown
    reports: tuple[GradeReport, ...]
    problems: tuple[Problem, ...] = ()
