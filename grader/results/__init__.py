"""Values that leave the judge: verdicts with their evidence, the register of notes, and the report of a student."""

from grader.results.notes import NOTES, WRONG, Credit, Decision, Note, NoteKind, NoteRow, Outcome
from grader.results.report import (
    AnswerShown,
    ClassReport,
    Diagnosis,
    Evidence,
    GradeReport,
    Judgement,
    Override,
    PartResult,
    RubricShown,
    ScoreLine,
    Verdict,
    differs,
    same,
    undecided,
)

__all__ = [
    "NOTES",
    "WRONG",
    "AnswerShown",
    "ClassReport",
    "Credit",
    "Decision",
    "Diagnosis",
    "Evidence",
    "GradeReport",
    "Judgement",
    "Note",
    "NoteKind",
    "NoteRow",
    "Outcome",
    "Override",
    "PartResult",
    "RubricShown",
    "ScoreLine",
    "Verdict",
    "differs",
    "same",
    "undecided",
]
