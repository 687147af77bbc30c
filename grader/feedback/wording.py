"""Values of a report -> the words and numbers that every output uses for them.

>>> points(2.5000000001), VERDICTS["missing"].word
('2.5', 'No answer')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from grader.problems import Problem
from grader.results import ClassReport, Evidence, GradeReport, NoteKind, Outcome, Override, PartResult, RubricShown


@dataclass(frozen=True, slots=True)
class Wording:
    """How a verdict is shown: a word, and a sign where a whole word has no room."""

    word: str
    sign: str


VERDICTS = MappingProxyType(
    {
        Outcome.CORRECT: Wording("Correct", "✓"),
        Outcome.PARTLY_CORRECT: Wording("Partly correct", "◐"),
        Outcome.INCORRECT: Wording("Not correct", "✗"),
        Outcome.UNDECIDED: Wording("Undecided", "?"),
        Outcome.UNREADABLE: Wording("Could not be read", "!"),
        Outcome.MISSING: Wording("No answer", "–"),
    }
)

_TO_BE_GRADED = Wording("To be graded", "?")

# What neither HTML nor XML 1.0 may hold: control signs, halves of surrogate pairs, non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_POWER = re.compile(r"(?<=\d)e([+-]?\d+)")
_SIGN = re.compile(r"(?<![\w.)])-(?=[\d.]|inf)")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def outcome_of(result: PartResult) -> Wording:
    """How what stands of a part is shown; a text that a person has yet to grade is not undecided, but waits."""
    return _TO_BE_GRADED if waits(result) else VERDICTS[result.outcome]


def waits(result: PartResult) -> bool:
    """Whether a person has yet to grade what was handed in for a part that persons grade."""
    return result.asked.by_hand and result.outcome is Outcome.UNDECIDED


def earned(result: PartResult) -> str:
    """The points of a part; a dash where a person has yet to give any."""
    return "–" if waits(result) else points(result.score)


def decided(override: Override) -> str:
    """Who decided, and on which day: ``Decided by A. Teacher on 2026-03-01``."""
    return f"Decided by {override.by or 'a person'}" + (f" on {override.day}" if override.at else "")


def clean(text: str) -> str:
    """`text` with every sign that a page, an XML file or UTF-8 can't hold shown as `�`."""
    return _UNPRINTABLE.sub("\ufffd", text)


def tidy(value: float) -> int | float:
    """A number without the noise of floating point: 2 for 2.0000001, 0.333333 for a third."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


@lru_cache(maxsize=4096)
def points(value: float) -> str:
    """Points as people write them: at most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(maxsize=4096)
def worth(value: float) -> str:
    """How many points, with the word."""
    return f"{points(value)} {'point' if points(value) == '1' else 'points'}"


def percent(score: float, max_score: float) -> float:
    """`score` in percent of `max_score`; 0 where there is nothing to score."""
    return 100 * score / max_score if max_score > 0 else 0.0


def shorten(text: str, length: int) -> str:
    """At most `length` characters of `text`, with an ellipsis where some are left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def line_of(line: int, cell: int) -> str:
    """Where a line of a document stands: ``line 12``, in a notebook ``cell 3, line 2``."""
    return f"cell {cell}, line {line}" if cell else f"line {line}"


def placed(file: str, line: int) -> str:
    """Where something stood, as `file:line`; empty where that is unknown."""
    return f"{file}:{line}" if file and line else file


def figures(text: str) -> str:
    """Figures as people print them: ``-4.2e-05`` is −4.2 × 10⁻⁵."""
    powers = _POWER.sub(lambda found: " × 10" + str(int(found[1])).translate(_RAISED), text)
    return _SIGN.sub("−", powers)


def entry_of(evidence: Evidence) -> str:
    """Where in an array a counterexample stands: ``in row 1, column 2``, ``for i = 1``; empty for a scalar."""
    place = next((value for name, value in evidence.at if name == "entry"), "")
    if not place:
        return ""
    return f"{'where' if '≠' in place or '(' in place else 'for'} {place}" if "=" in place else f"in {place}"


def point_of(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """The quantities of a counterexample's point, (name, value)."""
    return tuple((name, value) for name, value in evidence.at if name != "entry")


def evidence_sentence(evidence: Evidence, note: str = "", *, with_point: bool = True) -> str:
    """Why a verdict holds, in a sentence for the student; empty where there is nothing to show.

    `note` is that of the verdict. Without `with_point`, the point of a counterexample is left to a list below.
    """
    match evidence.kind:
        case "proof":
            return "It is the same formula as ours" + (", once both are simplified." if evidence.points else ".")
        case "samples":
            agreed = evidence.detail or f"at {evidence.points} points that we tried"
            left_out = f" {evidence.discarded} more, where one side is undefined, were left out."
            kind = note.partition("/")[0]
            head = "Transposed, it" if kind == NoteKind.TRANSPOSED else "Then it" if kind == NoteKind.REPAIRED else "It"
            return f"{head} has the same value as ours {agreed}." + (left_out if evidence.discarded else "")
        case "counterexample":
            entry = entry_of(evidence)
            values = ", ".join(f"{name} = {figures(value)}" for name, value in point_of(evidence))
            point = f"at {values}" if with_point and values else "with the values below," if values else ""
            where = " ".join(filter(None, [entry, point]))
            head = f"For example, {where} your answer" if where else "Your answer"
            if not evidence.expected:  # the rubric keeps its values to itself
                return f"{head} gives {figures(evidence.got)}, which is not the right value."
            return f"{head} gives {figures(evidence.got)}; the right value is {figures(evidence.expected)}."
    return ""


def explained(result: PartResult) -> str:
    """Everything that is said about a part, one sentence or remark a line, for outputs without a layout."""
    override, said = result.override, f"The program said: {VERDICTS[result.verdict].word.lower()}."
    remarks = [
        f"{decided(override)}: {points(result.score)} of {worth(result.asked.max_score)}." if override else "",
        override.comment if override else "",
        said if override and not result.asked.by_hand else "",
        "" if override and result.asked.by_hand else result.message,
        result.diagnosis.message if result.diagnosis else "",
        evidence_sentence(result.evidence, result.note) if result.evidence.kind == "counterexample" else "",
        *(remark(problem) for problem in result.problems),
    ]
    return "\n".join(dict.fromkeys(line for line in remarks if line))


def remark(problem: Problem) -> str:
    """A problem without its place: what is wrong, and the hint."""
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


def in_order(report: GradeReport, rubric: RubricShown) -> tuple[PartResult, ...]:
    """The parts of a report in the order of the rubric, any that it does not know last."""
    if tuple(result.asked.part for result in report.parts) == tuple(asked.part for asked in rubric.parts):
        return report.parts
    order = {asked.part: place for place, asked in enumerate(rubric.parts)}
    return tuple(sorted(report.parts, key=lambda result: (order.get(result.asked.part, len(order)), result.asked.part)))


def by_student(report: ClassReport) -> tuple[GradeReport, ...]:
    """The reports of a class sorted by student."""
    return tuple(sorted(report.reports, key=lambda one: (one.student, one.source)))
