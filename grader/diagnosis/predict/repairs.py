"""A wrong answer whose arrays don't fit -> the one repair that makes it right: a transpose, a sum, an order of factors.

``h @ (yhat - y)`` for dL/dW is right as ``h^T @ (yhat - y)``: `missing_transpose` about h. Each repair is tried, and
the judge must find the changed answer right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from grader.comparison.judge import judge
from grader.comparison.target import Target
from grader.diagnosis.rules import bindings
from grader.diagnosis.rules.mistake import Mistake, named
from grader.diagnosis.rules.shape_mistakes import Repairs, repaired_anywhere
from grader.expression.language.nodes import Expression
from grader.results import Decision, NoteKind
from grader.solver.key import SolvedPart, SolvedQuestion

MAX_TRIED = 40
_PLAINLY = frozenset((NoteKind.EQUIVALENT, NoteKind.ROUNDED, NoteKind.RENAMED))


def repairs(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Mistake]:
    """The single repairs that make an answer of a wrong shape right, as the mistakes that they mend.

    Last, an answer that is right for another place of the chain: dL/dz where dL/dW is asked for.
    """
    names, target = question.question.model.names, part.part.target
    for kind, about, mended in islice(_repaired(question, target, answer), MAX_TRIED):
        if _right(question, part, target, part.closed, mended):
            yield Mistake(kind) if about == answer else named(names, kind, about)
    for bound in bindings.CHAIN_ENDS:
        for kind, other in bound.function(question, target):
            if _right(question, part, other, other, answer):
                yield named(names, kind, other)


def _right(
    question: SolvedQuestion, part: SolvedPart, target: Expression, closed: Expression, answer: Expression
) -> bool:
    goal = Target(target, closed, part.part.tolerance, part.interval if target == part.part.target else None, "wrong")
    verdict = judge(question, goal, answer)
    return verdict.decision is Decision.EQUIVALENT and verdict.note.kind in _PLAINLY


def _repaired(question: SolvedQuestion, target: Expression, answer: Expression) -> Repairs:
    """Of the whole answer, then at one place of it, rule by rule."""
    for whole in bindings.WHOLE_SHAPES:
        yield from whole.function(question, target, answer)
    for place in bindings.SHAPES:
        yield from repaired_anywhere(answer, (place.function,))
