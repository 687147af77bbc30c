"""A wrong answer -> the mistake that predicts it, and what to say; None where nothing does.

``(yhat - y)`` for dL/dw of a logistic unit gives ``malrule/missing_factor:dz_dw``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.diagnosis.explanation import message_of, score_line_of
from grader.diagnosis.predict.match import matching
from grader.diagnosis.rules.mistake import Mistake
from grader.diagnosis.rules.shape_mistakes import mended, stopped_early
from grader.diagnosis.voice import Voice, voice_of
from grader.expression.language.nodes import Expression
from grader.expression.reading.prose_words import ALL_KINDS
from grader.expression.reading.read import Reading
from grader.results import Decision, Diagnosis, Note, NoteKind, ScoreLine, Verdict
from grader.rubric.malrule import WORDS, Kind, MalRuleSetting, setting_of
from grader.solver.key import SolvedPart, SolvedQuestion


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnosis, and what the rubric gives for it; no lines where it gives nothing.

    One that is not `predicted`, a change of the answer that makes it right, is no proof that the answer was read as it
    was meant: there are many changes. `words` are the kinds of words that may say what the answer lacks, beside it.
    """

    diagnosis: Diagnosis
    lines: tuple[ScoreLine, ...] = ()
    predicted: bool = True
    words: frozenset[str] = ALL_KINDS


def diagnose(question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict) -> Diagnosis | None:
    """The mistake that a wrong answer matches, as a Diagnosis whose rule is its stable machine string."""
    found = diagnosed(question, part, answer, verdict)
    return None if found is None else found.diagnosis


def diagnosed(
    question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict, reading: Reading | None = None
) -> Diagnosed | None:
    """The same with its price; only for answers that are wrong by their value or shape, or right but for a repair.

    With the `reading` of the answer it is said in the student's words.
    """
    settings = part.part.malrules
    for mistake in _mistakes(question, part, answer, verdict):
        chosen = _settings(settings, mistake)
        if all(setting.enabled for setting in chosen):
            voice, told = voice_of(question, part, reading, answer), verdict.note.kind is NoteKind.REPAIRED
            return _with_price(part, mistake, chosen, voice, told)
    return None


def _mistakes(question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict) -> Iterator[Mistake]:
    """The mistakes that an answer may hold, by how it was judged."""
    match verdict.note.kind, verdict.decision:
        case NoteKind.NOT_EQUIVALENT, Decision.NOT_EQUIVALENT:
            return matching(question, part, answer)
        case NoteKind.SHAPE, Decision.NOT_EQUIVALENT:
            return stopped_early(question, part, answer)
        case NoteKind.REPAIRED, Decision.NOT_EQUIVALENT | Decision.UNDECIDED:
            return mended(verdict.note)
    return iter(())


def _settings(settings: tuple[MalRuleSetting, ...], mistake: Mistake) -> tuple[MalRuleSetting, ...]:
    both = (mistake,) if mistake.second is None else (mistake, mistake.second)
    return tuple(setting_of(settings, item.kind, item.detail) for item in both)


def _with_price(
    part: SolvedPart, mistake: Mistake, settings: tuple[MalRuleSetting, ...], voice: Voice, told: bool
) -> Diagnosed:
    own = settings[0].message if mistake.second is None else ""
    message = own or message_of(mistake, part.part.show_solution, voice, told)
    points = min(setting.points for setting in settings)
    lines = (ScoreLine(score_line_of(mistake, part.part.show_solution), points),) if points else ()
    return Diagnosed(
        Diagnosis(Note(NoteKind.MALRULE, mistake.rule), message), lines, mistake.predicted, _words(mistake)
    )


def _words(mistake: Mistake) -> frozenset[str]:
    """The kinds of words that may say what an answer with a mistake lacks."""
    rows = [WORDS.get(Kind(one.kind), ()) for one in (mistake, mistake.second) if one is not None]
    return frozenset().union(*rows) if all(rows) else ALL_KINDS
