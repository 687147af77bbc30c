"""A wrong answer -> the mistake that predicts it, and what to say; None where nothing does.

``(yhat - y)`` for dL/dw of a logistic unit gives ``malrule/missing_factor:dz_dw``.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.diagnosis.explanation import message_of, score_line_of
from grader.diagnosis.predict.match import matching
from grader.diagnosis.predict.repairs import repairs
from grader.diagnosis.rules.mistake import Mistake
from grader.expression.language.nodes import Expression
from grader.results import Decision, Diagnosis, Note, NoteKind, ScoreLine, Verdict
from grader.rubric.malrule import MalRuleSetting, setting_of
from grader.solver.key import SolvedPart, SolvedQuestion

_CAUSES = {NoteKind.NOT_EQUIVALENT: matching, NoteKind.SHAPE: repairs}


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnosis, and what the rubric gives for it; no lines where it gives nothing."""

    diagnosis: Diagnosis
    lines: tuple[ScoreLine, ...] = ()


def diagnose(question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict) -> Diagnosis | None:
    """The mistake that a wrong answer matches, as a Diagnosis whose rule is its stable machine string."""
    found = diagnosed(question, part, answer, verdict)
    return None if found is None else found.diagnosis


def diagnosed(question: SolvedQuestion, part: SolvedPart, answer: Expression, verdict: Verdict) -> Diagnosed | None:
    """The same with its price; only for answers that have been judged not equivalent by their value or shape."""
    if verdict.decision is not Decision.NOT_EQUIVALENT or verdict.note.kind not in _CAUSES:
        return None
    settings = part.part.malrules
    for mistake in _CAUSES[verdict.note.kind](question, part, answer):
        chosen = _settings(settings, mistake)
        if all(setting.enabled for setting in chosen):
            return _with_price(part, mistake, chosen)
    return None


def _settings(settings: tuple[MalRuleSetting, ...], mistake: Mistake) -> tuple[MalRuleSetting, ...]:
    both = (mistake,) if mistake.second is None else (mistake, mistake.second)
    return tuple(setting_of(settings, item.kind, item.detail) for item in both)


def _with_price(part: SolvedPart, mistake: Mistake, settings: tuple[MalRuleSetting, ...]) -> Diagnosed:
    own = settings[0].message if mistake.second is None else ""
    message = own or message_of(mistake, part.part.show_solution)
    points = min(setting.points for setting in settings)
    lines = (ScoreLine(score_line_of(mistake), points),) if points else ()
    return Diagnosed(Diagnosis(Note(NoteKind.MALRULE, mistake.rule), message), lines)
