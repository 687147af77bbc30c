"""An answer at a general step t -> the same at each step that the part asks for, and what they come to together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.expression.language.nodes import head
from grader.results import Decision, Judgement, NoteKind, Verdict, undecided
from grader.rubric.recurrence import at_step
from grader.rubric.tree import Text
from grader.solver.closed import closed_form
from grader.solver.key import SolvedPart, SolvedQuestion


def parts_at_steps(question: SolvedQuestion, part: SolvedPart, text: str) -> Iterator[tuple[SolvedPart, str]]:
    """The part and the answer at each step."""
    for number, target in part.part.at_steps:
        own = replace(part.part, target=target)
        closed = closed_form(question.graph, target, question.adjoints)
        at = replace(part, part=own, name=head(target) or part.name, closed=closed)
        yield at, at_step(Text(text, 1), part.part.step, number).value


def together(part: SolvedPart, found: Sequence[Judgement]) -> tuple[Judgement, Verdict | None]:
    """The judgement that stands for those at all steps, and a verdict in place of its own where these differ."""
    decisions = [one.verdict.decision if one.verdict else Decision.UNREADABLE for one in found]
    if len(set(decisions)) == 1:
        return found[-1], None
    letter = part.part.step
    right = [str(number) for (number, _), one in zip(part.part.at_steps, decisions, strict=True) if one is _RIGHT]
    others = [str(number) for (number, _), one in zip(part.part.at_steps, decisions, strict=True) if one is not _RIGHT]
    base = next((one for one in reversed(found) if one.expression is not None), found[-1])
    if not right:
        return base, undecided(NoteKind.AMBIGUOUS_INDICES, f"This can't be judged at every step {letter}.")
    said = f"This is right at {letter} = {', '.join(right)}, but not at {letter} = {', '.join(others)}."
    return base, undecided(NoteKind.AMBIGUOUS_INDICES, said)


_RIGHT = Decision.EQUIVALENT
