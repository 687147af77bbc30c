"""What the parts of a question ask, as pages show it: the rubric's own words, and what solving adds to them."""

from __future__ import annotations

from collections.abc import Mapping

from grader.rubric.model import HandPart, Part, Question
from grader.rubric.shown import Asked, SolutionStep


def asked_of(
    part: Part | HandPart,
    question: Question,
    target_text: str = "",
    target_mathml: str = "",
    solution: tuple[SolutionStep, ...] = (),
) -> Asked:
    """What a part of a question asks; one that a person grades has no target."""
    return Asked(
        part=part.id,
        question=question.id,
        question_title=question.title,
        prompt=part.prompt,
        target_text=target_text,
        target_mathml=target_mathml,
        max_score=part.points,
        solution=solution,
        by_hand=isinstance(part, HandPart),
        bonus=part.bonus,
        best=question.best,
        label=part.label,
        hides_solution=isinstance(part, Part) and not part.show_solution,
        set_ups=1.0 if isinstance(part, HandPart) else part.partial_credit.set_ups,
    )


def asked_in_order(question: Question, judged: Mapping[str, Asked]) -> tuple[Asked, ...]:
    """What every part of a question asks, in order; `judged` has those with a target, by their ids."""
    return tuple(asked_of(part, question) if isinstance(part, HandPart) else judged[part.id] for part in question.parts)
