"""The register of notes: how an answer can have been judged, with what is said of it and what it is worth.

``NOTES[NoteKind.ROUNDED].sentence`` is "This is right within the rounding asked for." Tests, tables and statistics key
on the name of a kind, which never changes; the sentence may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType


class Decision(StrEnum):
    """What the judge finds of an answer against a target."""

    EQUIVALENT = "equivalent"
    NOT_EQUIVALENT = "not_equivalent"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"

    __repr__ = str.__repr__  # a text to whoever uses the API


class Outcome(StrEnum):
    """What becomes of a part: the `verdict` of results.json."""

    CORRECT = "correct"
    PARTLY_CORRECT = "partly_correct"
    INCORRECT = "incorrect"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    MISSING = "missing"

    __repr__ = str.__repr__


WRONG = frozenset((Outcome.INCORRECT, Outcome.PARTLY_CORRECT))


class Credit(Enum):
    """What an answer with a note earns."""

    FULL = "all points"
    SHARE = "a share, as the rubric says"
    NONE = "what its steps and its mistake are worth"
    PERSON = "a person decides"


class NoteKind(StrEnum):
    """The stable names of the notes."""

    EQUIVALENT = "equivalent"
    RENAMED = "renamed"
    IMPLIED_INDEX = "implied_index"
    GUARDED = "guarded"
    IMPLIED_SUM = "implied_sum"
    CALLED = "called"
    ROUNDED = "rounded"
    TRANSPOSED = "transposed"
    CHAIN_RULE_ONLY = "chain_rule_only"
    NOT_EVALUATED = "not_evaluated"
    FOLLOW_THROUGH = "follow_through"
    MALRULE = "malrule"
    NOT_EQUIVALENT = "not_equivalent"
    SHAPE = "shape"
    WRONG_AT_KINK = "wrong_at_kink"
    WRONG_FAR_OUT = "wrong_far_out"
    WRONG_IN_PLACES = "wrong_in_places"
    RESTATED = "restated"
    MISSING = "missing"
    BY_HAND = "by_hand"
    UNREADABLE = "unreadable"
    REFERENCE_UNREADABLE = "reference_unreadable"
    OWN_LETTER = "own_letter"
    DERIVATIVE_OF_VALUE = "derivative_of_value"
    LOOSE_PRODUCTS = "loose_products"
    REPAIRED = "repaired"
    ILL_TYPED = "ill_typed"
    AMBIGUOUS_READING = "ambiguous_reading"
    AMBIGUOUS_INDICES = "ambiguous_indices"
    FINAL_IN_DOUBT = "final_in_doubt"
    NOT_FOUND = "not_found"
    OCR_SUPPORTED = "ocr_supported"
    OCR_POSSIBLE = "ocr_possible"
    OCR_UNCONFIRMED = "ocr_unconfirmed"
    BY_EYE = "by_eye"
    PARTLY_READ = "partly_read"
    TOO_MANY_READINGS = "too_many_readings"
    FOLLOW_THROUGH_DEGENERATE = "follow_through_degenerate"
    FOLLOW_THROUGH_TRIVIAL = "follow_through_trivial"
    FOLLOW_THROUGH_IMPOSSIBLE = "follow_through_impossible"
    FOLLOW_THROUGH_REPEATED = "follow_through_repeated"
    ROUNDING_UNKNOWN = "rounding_unknown"
    ROUNDING_IN_DOUBT = "rounding_in_doubt"
    UNDEFINED = "undefined"
    TOO_FEW_POINTS = "too_few_points"
    TOO_MUCH_WORK = "too_much_work"
    TIMEOUT = "timeout"
    GRADER_FAILED = "grader_failed"


_REREAD = (NoteKind.OCR_SUPPORTED, NoteKind.OCR_POSSIBLE)  # what follows tells signs apart, slashes among them
_JOINT = re.compile(r"[/:]")


class Note(str):
    """How an answer was judged, as the machine string that programs keep: ``malrule/sign:dL_dz``, a kind and a detail.

    A text, since it is stored and compared as one; made from its kind, so that no other can be made.
    """

    __slots__ = ()

    def __new__(cls, kind: NoteKind, detail: str = "") -> Note:
        joint = ":" if kind in _REREAD else "/"
        return super().__new__(cls, f"{kind}{joint}{detail}" if detail else str(kind))

    @classmethod
    def of(cls, text: str) -> Note:
        """The note that a text is; raises ValueError for a kind that there is not."""
        kind, *detail = _JOINT.split(text, maxsplit=1)
        return cls(NoteKind(kind), "".join(detail))

    def __getnewargs__(self) -> tuple[NoteKind, str]:  # type: ignore[override]  # what __new__ takes, not one text
        return self.kind, self.detail

    @property
    def kind(self) -> NoteKind:
        """The register's member."""
        return NoteKind(_JOINT.split(self, maxsplit=1)[0])

    @property
    def detail(self) -> str:
        """What the kind leaves open: which mistake; empty for most."""
        return "".join(_JOINT.split(self, maxsplit=1)[1:])


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What a kind of note means.

    `goes_on`: a later answer may be right given the value of this one. `sentence` is for the student; the verdict's own
    message goes before it where `particular`. `counted_as` is its line in the class's table of mistakes, if it has one.
    """

    kind: NoteKind
    credit: Credit
    sentence: str
    goes_on: bool = False
    particular: bool = False
    counted_as: str = ""


_NOT_JUDGED = "This answer could not be judged; a person will look at it."

_ROWS = (
    NoteRow(NoteKind.EQUIVALENT, Credit.FULL, "This is right.", goes_on=True),
    NoteRow(
        NoteKind.RENAMED,
        Credit.FULL,
        "This is right, once its letters are matched with ours.",
        goes_on=True,
    ),
    NoteRow(
        NoteKind.IMPLIED_INDEX,
        Credit.FULL,
        "This is right, with the index put in that it evidently leaves out.",
        goes_on=True,
    ),
    NoteRow(
        NoteKind.GUARDED,
        Credit.FULL,
        "This is right but for a small number that only keeps it from having no value.",
        goes_on=True,
    ),
    NoteRow(
        NoteKind.IMPLIED_SUM,
        Credit.FULL,
        "This is right, with the repeated index summed as you evidently mean.",
        goes_on=True,
    ),
    NoteRow(
        NoteKind.CALLED,
        Credit.FULL,
        "This is right; brackets behind a quantity are taken for what it depends on.",
        goes_on=True,
    ),
    NoteRow(NoteKind.ROUNDED, Credit.FULL, "This is right within the rounding asked for.", goes_on=True),
    NoteRow(
        NoteKind.TRANSPOSED,
        Credit.PERSON,
        "This is the transpose of the gradient.",
        goes_on=True,
        particular=True,
        counted_as="the answer is the transpose of the gradient",
    ),
    NoteRow(
        NoteKind.CHAIN_RULE_ONLY,
        Credit.SHARE,
        "The chain rule is set up rightly, but its derivatives are not worked out.",
        counted_as="the chain rule is set up, but not worked out",
    ),
    NoteRow(
        NoteKind.NOT_EVALUATED,
        Credit.SHARE,
        "The formula is right, but it is not worked out to a number.",
        counted_as="the formula is not worked out to a number",
    ),
    NoteRow(
        NoteKind.FOLLOW_THROUGH, Credit.SHARE, "This is right given your own earlier answers.", True, particular=True
    ),
    NoteRow(NoteKind.MALRULE, Credit.NONE, "This is not quite right.", goes_on=True),
    NoteRow(NoteKind.NOT_EQUIVALENT, Credit.NONE, "This is not right.", goes_on=True),
    NoteRow(
        NoteKind.SHAPE,
        Credit.NONE,
        "This does not have the shape of the answer asked for.",
        particular=True,
        counted_as="the answer has another shape than the gradient",
    ),
    NoteRow(
        NoteKind.WRONG_AT_KINK,
        Credit.NONE,
        "This is right except at the kink itself, where its value is no subgradient.",
        counted_as="wrong at the kink alone",
    ),
    NoteRow(
        NoteKind.WRONG_FAR_OUT,
        Credit.NONE,
        "This is right near 0, but not far from there.",
        counted_as="right near 0 alone",
    ),
    NoteRow(
        NoteKind.WRONG_IN_PLACES,
        Credit.NONE,
        "This is right at most points, but not where a condition or bump of your own takes effect.",
        counted_as="right but where a condition or bump of its own takes effect",
    ),
    NoteRow(
        NoteKind.RESTATED,
        Credit.NONE,
        "This only restates the question: the quantity asked for stands on both sides.",
        counted_as="the answer only restates the question",
    ),
    NoteRow(NoteKind.MISSING, Credit.NONE, "No answer was handed in for this part."),
    NoteRow(NoteKind.BY_HAND, Credit.PERSON, "A person grades this part."),
    NoteRow(NoteKind.UNREADABLE, Credit.PERSON, "We could not read this answer, so a person will look at it."),
    NoteRow(NoteKind.REFERENCE_UNREADABLE, Credit.PERSON, "The reference could not be read.", particular=True),
    NoteRow(
        NoteKind.OWN_LETTER,
        Credit.PERSON,
        "This is right if its letters are meant as indices of their own.",
        particular=True,
    ),
    NoteRow(
        NoteKind.DERIVATIVE_OF_VALUE,
        Credit.PERSON,
        "This is right if the derivative is meant as a function of the unit's value.",
        particular=True,
    ),
    NoteRow(
        NoteKind.LOOSE_PRODUCTS,
        Credit.PERSON,
        "This is right if its products are meant in another way than they are written.",
        particular=True,
    ),
    NoteRow(
        NoteKind.REPAIRED, Credit.PERSON, "This is right once it is brought to the shape asked for.", particular=True
    ),
    NoteRow(
        NoteKind.ILL_TYPED,
        Credit.PERSON,
        "The arrays in this answer do not fit together, and we found no other way to read it.",
        particular=True,
    ),
    NoteRow(NoteKind.AMBIGUOUS_READING, Credit.PERSON, "Not all of its readings are right.", particular=True),
    NoteRow(
        NoteKind.AMBIGUOUS_INDICES,
        Credit.PERSON,
        "Your indices can be matched with those of the question in more than one way.",
        particular=True,
    ),
    NoteRow(
        NoteKind.FINAL_IN_DOUBT,
        Credit.PERSON,
        "It is not sure which line of your document is your answer to this part.",
        particular=True,
    ),
    NoteRow(
        NoteKind.NOT_FOUND,
        Credit.PERSON,
        "No formula of your document could be told to be the answer to this part, and some were not used.",
    ),
    NoteRow(
        NoteKind.OCR_SUPPORTED,
        Credit.PERSON,
        "As scanned this is not right, but it is if the scan was misread, and something else in it says the same.",
        particular=True,
    ),
    NoteRow(
        NoteKind.OCR_POSSIBLE,
        Credit.PERSON,
        "As scanned this is not right; it would be if the scan was misread.",
        particular=True,
    ),
    NoteRow(
        NoteKind.OCR_UNCONFIRMED,
        Credit.PERSON,
        "As scanned this is not right, and a scan alone costs no points.",
        particular=True,
    ),
    NoteRow(
        NoteKind.BY_EYE, Credit.PERSON, "You handed in a file that only a person can read: a person will look at it."
    ),
    NoteRow(
        NoteKind.PARTLY_READ,
        Credit.PERSON,
        "Not all that you wrote entered the value that we compared.",
        particular=True,
    ),
    NoteRow(NoteKind.TOO_MANY_READINGS, Credit.PERSON, "This can be read in too many ways.", particular=True),
    NoteRow(
        NoteKind.FOLLOW_THROUGH_DEGENERATE,
        Credit.PERSON,
        "This fits your own earlier answers, which make it vanish or level off.",
        particular=True,
    ),
    NoteRow(
        NoteKind.FOLLOW_THROUGH_TRIVIAL,
        Credit.PERSON,
        "This fits your own earlier answers, which leave hardly anything to work out.",
        particular=True,
    ),
    NoteRow(
        NoteKind.FOLLOW_THROUGH_IMPOSSIBLE,
        Credit.PERSON,
        "This fits an earlier answer of your own, which is outside of what such a quantity can be.",
        particular=True,
    ),
    NoteRow(
        NoteKind.FOLLOW_THROUGH_REPEATED,
        Credit.PERSON,
        "This fits an earlier answer of your own, but the same stands at other parts, where it is not right.",
        particular=True,
    ),
    NoteRow(
        NoteKind.ROUNDING_UNKNOWN,
        Credit.PERSON,
        "This is near the right value; how far rounding every line may lead is not known here.",
        particular=True,
    ),
    NoteRow(
        NoteKind.ROUNDING_IN_DOUBT,
        Credit.PERSON,
        "This is farther from the right value than rounding every line usually leads.",
        particular=True,
        goes_on=True,
    ),
    NoteRow(NoteKind.UNDEFINED, Credit.PERSON, "This has no value where the right answer has one.", particular=True),
    NoteRow(
        NoteKind.TOO_FEW_POINTS, Credit.PERSON, "There are too few points where both have a value.", particular=True
    ),
    NoteRow(
        NoteKind.TOO_MUCH_WORK,
        Credit.PERSON,
        "To judge this takes more work than is spent on one answer; a person will look at it.",
    ),
    NoteRow(NoteKind.TIMEOUT, Credit.PERSON, _NOT_JUDGED),
    NoteRow(NoteKind.GRADER_FAILED, Credit.PERSON, _NOT_JUDGED),
)
NOTES: Mapping[NoteKind, NoteRow] = MappingProxyType({row.kind: row for row in _ROWS})
