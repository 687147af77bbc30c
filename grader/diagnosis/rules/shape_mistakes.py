"""Mistakes that leave an answer of another shape: the chain left too early, and what the judge's repairs mend.

``yhat - y`` for dL/dW is right for dL/dz: `outer_only` about dL/dz. The judge's note ``repaired/missing_transpose:h``
is the mistake `missing_transpose` about h.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.comparison.judge import judge
from grader.comparison.target import Target
from grader.diagnosis.rules.mistake import Mistake, named
from grader.expression.language.nodes import Expression, Partial, Symbol, head
from grader.results import Decision, Note, NoteKind
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion

_PLAINLY = frozenset((NoteKind.EQUIVALENT, NoteKind.ROUNDED, NoteKind.RENAMED))
_KINDS = frozenset(kind.value for kind in Kind)


def stopped_early(question: SolvedQuestion, part: SolvedPart, answer: Expression) -> Iterator[Mistake]:
    """The derivative by a quantity between the output and the variable, where the answer is right for that."""
    target = part.part.target
    if not isinstance(target, Partial) or question.numeric:
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    for node in reversed(question.graph.between(below, above)):
        other = Partial(Symbol(above), Symbol(node.name))
        if node.name != above and _right(question, part, other, answer):
            yield named(question.question.model.names, Kind.OUTER_ONLY, other)


def _right(question: SolvedQuestion, part: SolvedPart, target: Expression, answer: Expression) -> bool:
    verdict = judge(question, Target(target, target, part.part.tolerance), answer)
    return verdict.decision is Decision.EQUIVALENT and verdict.note.kind in _PLAINLY


def mended(note: Note) -> Iterator[Mistake]:
    """The mistake that a repair of the judge mends, where the catalogue has it."""
    first, *more = (edit.partition(":") for edit in note.detail.split("+"))
    if not more and first[0] in _KINDS:
        yield Mistake(Kind(first[0]), first[2])
