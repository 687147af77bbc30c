"""The worked derivation of a part as text and MathML, for pages and keys.

The line ``dL/dz = yhat - y`` "together" becomes a `SolutionStep` of that text, its MathML and its reason.
"""

from __future__ import annotations

from grader.expression.language.names import Names
from grader.expression.language.nodes import Call
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.rubric.shown import SolutionStep
from grader.solver.key import DerivationLine, SolvedPart, SolvedQuestion
from grader.solver.readable import juxtaposed


def derivation_steps(question: SolvedQuestion, part: SolvedPart) -> tuple[SolutionStep, ...]:
    """The worked derivation of a part, whether or not the rubric shows it to students."""
    return shown_steps(part.lines, question.question.model.names)


def shown_steps(lines: tuple[DerivationLine, ...], names: Names) -> tuple[SolutionStep, ...]:
    """The lines of a derivation as they are shown."""
    shown = []
    for line in lines:
        equation = Call("eq", (line.left, line.right))
        mathml = to_mathml(juxtaposed(equation), names, "block")
        shown.append(SolutionStep(to_text(equation, names), mathml, line.reason))
    return tuple(shown)
