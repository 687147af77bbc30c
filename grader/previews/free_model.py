"""A public form -> a model in which every name is free: what holds there holds whatever the definitions are.

Each quantity, and each derivative that is asked for, is a number of its own; each may come from any other. So formulas
are read and have shapes as they do against the real model, and none is right or wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import ONE, Call, Expression, Reduce, Symbol, head, partial_name, sides
from grader.previews.public_form import PublicModel, PublicPart, PublicQuestion, PublicRubric
from grader.rubric.model import HandPart, Model, Part, Question, Rubric
from grader.rubric.shown import Asked
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.runs import Run, axis_length, draw_sizes, seeded
from grader.solver.session import Session

POINTS = 2
MOST_ENTRIES = 4096  # of a derivative, one point
_LOW, _HIGH = 1.25, 2.5  # no number looks like a probability, a mark of a class or nought


def free_key(public: PublicRubric) -> AnswerKey:
    """The key of a public form, by which texts can be read; it holds no answer."""
    session = Session()
    questions = tuple(_free_question(one, session) for one in public.questions)
    rubric = Rubric(public.title, tuple(one.question for one in questions), source=public.source)
    return AnswerKey(rubric, questions, {}, session)


def at_part(question: SolvedQuestion, part: PublicPart) -> SolvedQuestion:
    """The free question for answers to a part: with the part's own names, if it has some."""
    if part.own is None:
        return question
    return _free(question.question, part.own, question.parts, question.session)


def _free_question(public: PublicQuestion, session: Session) -> SolvedQuestion:
    parts = tuple(_part(part) for part in public.parts)
    question = Question(public.id, public.title, _model(public.model), parts, public.prompt)
    solved = tuple(
        SolvedPart(part, head(part.target) or "", part.target, (), _asked(part, question, asked.target_text))
        for part, asked in zip(parts, public.parts, strict=True)
        if isinstance(part, Part)
    )
    return _free(question, public.model, solved, session)


def _free(question: Question, public: PublicModel, parts: tuple[SolvedPart, ...], session: Session) -> SolvedQuestion:
    model = _model(public)
    targets = [target for part in parts for target in (part.part.target, *(at for _, at in part.part.at_steps))]
    run = _run(public, model.graph, [*targets, *(target for _, target in public.notation)], session)
    asked = tuple(part.asked for part in parts)
    whole = Question(question.id, question.title, model, question.parts, question.prompt)
    return SolvedQuestion(whole, model.graph, (run,), None, {}, public.numeric, parts, (), session, asked)


def _part(public: PublicPart) -> Part | HandPart:
    if public.target is None:
        return HandPart(public.id, public.prompt, public.points, label=public.label)
    text = public.target_text
    return Part(
        public.id,
        public.prompt,
        public.target,
        text,
        public.points,
        label=public.label,
        step=public.step,
        at_steps=public.at_steps,
    )


def _asked(part: Part, question: Question, text: str) -> Asked:
    return Asked(part.id, question.id, question.title, part.prompt, text, "", part.points, label=part.label)


def _model(public: PublicModel) -> Model:
    """The model with each definition as one that may hold any name but its own."""
    given = tuple(Leaf(one.name, one.axes, one.domain, None, one.of) for one in public.quantities if one.given)
    every = tuple(Symbol(one.name) for one in public.quantities)
    nodes = tuple(
        Node(one.name, _letters(one.axes), one.axes, _of_any(one.name, every))
        for one in public.quantities
        if not one.given
    )
    return Model(ComputationGraph(public.sizes, given, nodes, public.notation), public.names, steps=public.steps)


def _of_any(name: str, every: tuple[Symbol, ...]) -> Expression:
    """What stands for a definition that is not known: of all other names, and of none entry by entry."""
    whole: Expression = ONE
    for symbol in every:
        if symbol.name != name:
            whole = Call("add", (whole, symbol))
    return Reduce("sum", "", whole)


def _letters(axes: tuple[str, ...]) -> tuple[str, ...]:
    """Letters that no answer writes."""
    return tuple(f"free{place}" for place in range(len(axes)))


def _run(public: PublicModel, graph: ComputationGraph, targets: list[Expression], session: Session) -> Run:
    """Numbers of the right shapes; the model of the run is one of given quantities alone, of which none is computed."""
    leaves = ComputationGraph(
        public.sizes, tuple(Leaf(one.name, one.axes) for one in public.quantities), (), public.notation
    )
    rng = seeded("free", repr(public.sizes), repr([(one.name, one.axes) for one in public.quantities]))
    try:
        sizes = draw_sizes(leaves, rng, 0) if public.sizes else {}
    except ShapeError:  # no sizes were found that are all different
        sizes = {name: 2 + place for place, name in enumerate(public.sizes)}
    shapes = {name: tuple(axis_length(axis, sizes) for axis in axes) for name, axes in graph.axes.items()}
    for one in public.quantities:
        for argument in one.of:
            if argument in shapes:
                shapes[partial_name(one.name, argument)] = shapes[one.name] + shapes[argument]
    shapes |= dict(_derivatives(targets, shapes))
    values: dict[str, Array] = {
        name: rng.uniform(_LOW, _HIGH, size=(POINTS, *shape))
        for name, shape in shapes.items()
        if math.prod(shape) <= MOST_ENTRIES
    }
    for one in public.quantities:
        if one.domain.kind == "index" and one.name in values:
            values[one.name] = np.ones_like(values[one.name])
    return Run(leaves, sizes, values, POINTS, session)


def _derivatives(
    targets: list[Expression], shapes: dict[str, tuple[int, ...]]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for target in targets:
        names = [head(side) for side in sides(target)]
        name = head(target)
        if name is not None and len(names) > 1 and all(one in shapes for one in names):
            yield name, tuple(length for one in names for length in shapes[one or ""])
