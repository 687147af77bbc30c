"""A rubric's parts -> the page of the answer key: each target with its worked derivation.

`key_page` lays the parts out; `templates/key.html` places them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from grader.feedback.addresses import anchor
from grader.feedback.question_sums import rule
from grader.feedback.templating import Formula, formula, template
from grader.feedback.wording import clean, worth
from grader.results import RubricShown
from grader.rubric.shown import Asked


@dataclass(frozen=True, slots=True)
class PartKey:
    """A part of the key; `steps` are (formula, reason). One that a person grades has no `target`."""

    anchor: str
    part: str
    prompt: str
    worth: str
    target: Formula | None
    value: str
    bonus: bool
    steps: tuple[tuple[Formula, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionKey:
    """The parts of a question under its heading."""

    label: str
    title: str
    rule: str
    parts: tuple[PartKey, ...]


@dataclass(frozen=True, slots=True)
class KeyView:
    """The whole page of the key."""

    title: str
    source: str
    worth: str
    questions: tuple[QuestionKey, ...]


def key_page(rubric: RubricShown, values: Mapping[str, str] = MappingProxyType({})) -> str:
    """The answer key as a page: self-contained, no script, no network. `values` are the numbers of numeric parts."""
    view = KeyView(
        title=rubric.title,
        source=rubric.path,
        worth=worth(rubric.max_score),
        questions=tuple(
            _question(tuple(group), values) for _, group in groupby(rubric.parts, key=lambda asked: asked.question)
        ),
    )
    return clean(template("key.html").render(page=view))


def _question(parts: tuple[Asked, ...], values: Mapping[str, str]) -> QuestionKey:
    label = f"Question {parts[0].question}" if parts[0].question else "Questions"
    return QuestionKey(
        label, parts[0].question_title, rule(parts), tuple(_part(asked, values.get(asked.part, "")) for asked in parts)
    )


def _part(asked: Asked, value: str) -> PartKey:
    return PartKey(
        anchor=anchor(asked.part),
        part=asked.part,
        prompt=asked.prompt,
        worth=worth(asked.max_score),
        target=None if asked.by_hand else formula(asked.target_mathml, asked.target_text),
        value=value,
        bonus=asked.bonus,
        steps=tuple((formula(step.mathml, step.text), step.reason) for step in asked.solution),
    )
