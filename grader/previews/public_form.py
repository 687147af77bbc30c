"""A rubric -> its public form: what its reader has to know, and nothing of the model that the answers come from.

Names with their shapes and domains, what is asked, prompts and notation stay. Every definition becomes a name alone,
every number its place, so that two rubrics that differ in hidden definitions have one public form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.autodiff.graph import Leaf
from grader.expression.language.domain import REAL, Domain
from grader.expression.language.names import ModelNames, Names
from grader.expression.language.nodes import Expression
from grader.expression.printing.text import to_text
from grader.rubric.model import HandPart, Model, Part, Question, Rubric
from grader.solver.runs import is_numeric


@dataclass(frozen=True, slots=True)
class PublicQuantity:
    """A name of the model with its axes; of one that is given also where it lies, and what an opaque one depends on."""

    name: str
    axes: tuple[str, ...] = ()
    given: bool = True
    domain: Domain = REAL
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicModel:
    """The names of a model. `numeric`: all that is given are numbers, so that numbers are asked for."""

    sizes: tuple[str, ...]
    quantities: tuple[PublicQuantity, ...]
    names: Names
    notation: tuple[tuple[str, Expression], ...] = ()
    steps: tuple[tuple[str, range], ...] = ()
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class PublicPart:
    """What a part asks; no `target` where a person grades it. `own` are the names that its answers alone may use."""

    id: str
    prompt: str
    label: str = ""
    points: float = 0.0
    target: Expression | None = None
    target_text: str = ""
    step: str = ""
    at_steps: tuple[tuple[int, Expression], ...] = ()
    own: PublicModel | None = None


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A question with the names of its model."""

    id: str
    title: str
    prompt: str
    model: PublicModel
    parts: tuple[PublicPart, ...]


@dataclass(frozen=True, slots=True)
class PublicRubric:
    """All that a student may know of a rubric; `source` as the rubric has it."""

    title: str
    questions: tuple[PublicQuestion, ...]
    source: str = ""

    @property
    def parts(self) -> tuple[PublicPart, ...]:
        """The parts of all questions, in order."""
        return tuple(part for question in self.questions for part in question.parts)


def public_form(rubric: Rubric) -> PublicRubric:
    """The public form of a rubric."""
    return PublicRubric(rubric.title, tuple(map(_question, rubric.questions)), rubric.source)


def _question(question: Question) -> PublicQuestion:
    model = _model(question.model)
    parts = tuple(_part(part, question) for part in question.parts)
    return PublicQuestion(question.id, question.title, question.prompt, model, parts)


def _model(model: Model) -> PublicModel:
    graph = model.graph
    quantities = (
        *(PublicQuantity(leaf.name, leaf.axes, True, _domain(leaf), leaf.of) for leaf in graph.leaves),
        *(PublicQuantity(node.name, node.axes, False) for node in graph.nodes),
    )
    return PublicModel(graph.sizes, quantities, ModelNames(model.names), graph.notation, model.steps, is_numeric(graph))


def _domain(leaf: Leaf) -> Domain:
    """Where a given quantity lies; of numbers that are given the text has them, and reading needs none."""
    return REAL if leaf.value is not None else leaf.domain


def _part(part: Part | HandPart, question: Question) -> PublicPart:
    plain = PublicPart(part.id, part.prompt, part.label, part.points)
    if isinstance(part, HandPart):
        return plain
    own = None if part.own is None else _model(part.own)
    return replace(
        plain,
        target=part.target,
        target_text=to_text(part.target, question.model.names),
        step=part.step,
        at_steps=part.at_steps,
        own=own,
    )
