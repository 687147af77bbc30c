"""A small class with what people do in it: parts that they grade, a bonus, the best two of three, their decisions."""

from __future__ import annotations

from dataclasses import replace

from grader.grading.by_hand import missing, waiting
from grader.grading.overrides import overridden
from grader.grading.totals import summed
from grader.results import (
    ClassReport,
    Evidence,
    GradeReport,
    Note,
    NoteKind,
    Outcome,
    Override,
    PartResult,
    RubricShown,
    ScoreLine,
)
from grader.rubric.shown import Asked
from grader.submission.submissions import Answer

from .sample import DSIGMA, SAME, SIGMOID, UNDECIDED, WRONG, answered, math, mi, student_page

DERIVATIVE = replace(SIGMOID, part="1a", best=2, solution=())
GRADIENT = replace(SIGMOID, part="1b", prompt="Gradient of the loss in w.", target_text="dL/dw", best=2, solution=())
REASON = Asked("1c", "1", "Activations", "Why does a saturated unit learn slowly?", "", "", 2.0, by_hand=True, best=2)
EXTRA = replace(SIGMOID, part="1d", prompt="The same for tanh.", max_score=1.0, bonus=True, best=2, solution=())
PLOT = Asked("2a", "2", "Plots", "Plot the loss and say what you see.", "", "", 3.0, by_hand=True)
MINIMUM = Asked("2b", "2", "Plots", "The gradient at its minimum.", "dL/dw", math(mi("L")), 2.0)
PARTS = (DERIVATIVE, GRADIENT, REASON, EXTRA, PLOT, MINIMUM)
RUBRIC = RubricShown("Activations, by hand & by program", "rubrics/by_hand.yaml", "1" * 64, 9.0, PARTS)

PROSE = (
    "Its derivative is yhat (1 - yhat), which is next to nothing\nwhere yhat is near 0 or 1: "
    "the factor $\\frac{ of the chain rule vanishes.\n\n\tSo every step is small."
)
RIGHT = PartResult(
    DERIVATIVE,
    Outcome.CORRECT,
    2.0,
    Note(NoteKind.EQUIVALENT),
    False,
    "This is equal to the reference answer.",
    answered("sigma(x) (1 - sigma(x))", "sigma(x)*(1 - sigma(x))", DSIGMA, "ada.md", 4),
    Evidence("proof"),
)
WRONG_GRADIENT = replace(
    WRONG,
    asked=GRADIENT,
    score=0.5,
    verdict=Outcome.PARTLY_CORRECT,
    lines=(ScoreLine("step: dL/dyhat", 1.0), ScoreLine("a sign", -0.5)),
)
BONUS = replace(SAME, asked=EXTRA, score=1.0)
OPEN = replace(UNDECIDED, asked=MINIMUM)
BY, AT = "A. Teacher", "2026-03-01T09:30:00+00:00"


def _report(student: str, name: str, parts: tuple[PartResult, ...]) -> GradeReport:
    return summed(GradeReport(student, name, f"{student}.md", 0.0, 0.0, False, ()), parts, ())


def waits() -> GradeReport:
    """A student whose prose and plot nobody has graded."""
    prose = waiting(REASON, Answer("1c", PROSE, "ada.md", 12))
    plot = waiting(PLOT, Answer("2a", "see plot.png", "ada.md", 30))
    return _report("ada", "Ada Sample", (RIGHT, WRONG_GRADIENT, prose, BONUS, plot, OPEN))


def graded() -> GradeReport:
    """Another with decisions: two parts graded, a verdict overruled, and one on an answer that is another by now."""
    prose = waiting(REASON, Answer("1c", PROSE, "bo.md", 12))
    plot = waiting(PLOT, Answer("2a", "see plot.png", "bo.md", 30))
    report = _report("bo", "", (RIGHT, WRONG_GRADIENT, prose, BONUS, plot, OPEN))
    decisions = {
        "1b": Override(2.0, "The sign is a slip of the pen:\nyour next line has it right.", BY, AT, "of 1b"),
        "1c": Override(1.5, "Right, but say which factor vanishes.", BY, AT, "of 1c"),
        "2a": Override(3.0, "", "", "", "of 2a"),
        "2b": Override(1.0, "Half of it is there.", BY, AT, "of another 2b"),
    }
    return overridden(report, decisions, {part: f"of {part}" for part in decisions})


def nothing() -> GradeReport:
    """A student who handed in nothing: missing, and nothing to grade."""
    return _report("cy", "Cy Sample", tuple(map(missing, PARTS)))


def class_of_three() -> ClassReport:
    """All three."""
    return ClassReport(RUBRIC, (waits(), graded(), nothing()))


__all__ = ["RUBRIC", "class_of_three", "graded", "nothing", "student_page", "waits"]
