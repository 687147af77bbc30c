"""What students are shown of a verdict where the rubric hides the solution: no right value, and no way to it.

Of "at x = 1.3, q = 0.2 your answer gives 1.1; the right value is 0.9" that is "at x = 1.3 your answer gives 1.1", if
the answer itself has no q in it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.comparison.counterexample import slope_as
from grader.comparison.telling_point import shown_as
from grader.expression.language.nodes import Expression, Partial, symbols, walk
from grader.results import NOTES, Evidence, NoteKind, Verdict
from grader.solver.key import SolvedQuestion

_TELLING = (NoteKind.NOT_EQUIVALENT, NoteKind.REPAIRED)  # the messages of these say what would be right
_FIGURE = re.compile(r"[\d.]+(?:e[+-]?\d+)?")
_TRIVIAL = 2  # characters of a figure that any quantity may have


def without_solution(question: SolvedQuestion, evidence: Evidence, answer: Expression) -> Evidence:
    """Evidence with nothing in it but what the answer itself names."""
    if evidence.kind != "counterexample":
        return evidence
    names = question.question.model.names
    own = {"entry", *question.graph.sizes} | {shown_as(name, names) for name in symbols(answer)}
    own |= {slope_as(item) for item in walk(answer) if isinstance(item, Partial)}
    right = evidence.expected.lstrip("-")
    telling = {right} if len(right) > _TRIVIAL else set()
    at = tuple(
        (name, value) for name, value in evidence.at if name in own and telling.isdisjoint(_FIGURE.findall(value))
    )
    return replace(evidence, at=at, expected="")


def told_of(verdict: Verdict) -> Verdict:
    """The verdict with a message that does not say what would be right."""
    if verdict.note.kind not in _TELLING or not verdict.message:
        return verdict
    plain = "" if verdict.note.kind is NoteKind.NOT_EQUIVALENT else NOTES[verdict.note.kind].sentence
    return replace(verdict, message=plain)
