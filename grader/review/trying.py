"""A sign that could not be read, and a quantity that it may mean -> how the answers would be judged if it did.

``tried(key, "1b", "q", "yhat", ["(q - y) x"])`` judges as if the rubric had ``aliases: [q]`` under `yhat`. Nothing is
written; each answer is judged by itself, without what follows from a student's others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.expression.language.names import Declared, ModelNames
from grader.grading.grade import find_part, judge_answer
from grader.results import PartResult
from grader.rubric.model import Model
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.session import Session

MOST_TRIED = 30  # texts: each may take two seconds
_MEANT = ("quantity", "opaque", "adjoint")


def may_mean(key: AnswerKey, part: str) -> tuple[str, ...]:
    """The quantities that a sign in an answer to a part may mean, as the rubric names them."""
    question, _ = find_part(key, part)
    names = (one.name for one in question.question.model.names if one.role in _MEANT)
    return tuple(name for name in dict.fromkeys(names) if "/" not in name)


def tried(key: AnswerKey, part: str, sign: str, name: str, texts: Sequence[str]) -> tuple[PartResult, ...]:
    """What would become of each text, of the first `MOST_TRIED`; raises KeyError for a part that is not judged."""
    question, _ = find_part(key, part)
    other = tuple(_with_alias(one, sign, name) if one is question else one for one in key.questions)
    changed = replace(key, questions=other)
    return tuple(judge_answer(changed, part, text).result for text in texts[:MOST_TRIED])


def _with_alias(question: SolvedQuestion, sign: str, name: str) -> SolvedQuestion:
    model = _model(question.question.model, sign, name)
    parts = tuple(_part(one, sign, name) for one in question.parts)
    return replace(question, question=replace(question.question, model=model), parts=parts, session=Session())


def _part(solved: SolvedPart, sign: str, name: str) -> SolvedPart:
    own = solved.part.own
    return replace(solved, part=replace(solved.part, own=_model(own, sign, name))) if own else solved


def _model(model: Model, sign: str, name: str) -> Model:
    return replace(model, names=ModelNames(_aliased(one, sign) if one.name == name else one for one in model.names))


def _aliased(declared: Declared, sign: str) -> Declared:
    return replace(declared, aliases=(*declared.aliases, sign))
