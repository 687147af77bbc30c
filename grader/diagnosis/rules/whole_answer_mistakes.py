"""Mistakes of the answer as a whole: its sign, its size, its layout, another derivative of the model in its place.

For dL/dw of ``z = w*x + b``: ``-dL/dw``, ``2 dL/dw``, ``dL/db``, ``dz/dw``, ``100 dL/dw``, ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.rules.formula_mistakes import quantities_in
from grader.diagnosis.rules.tangents import Tangents
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import (
    Expression,
    Partial,
    Symbol,
    head,
    partial_name,
)
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run, compute, moved_run, quantities

RATES = frozenset(("eta", "lr", "alpha", "learning_rate", "rate"))
POWERS_OF_TEN = (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)


@dataclass(frozen=True, slots=True, eq=False)
class WrongArray:
    """A wrong array (K, *above axes, *below axes) in the target's place; `about` names it."""

    kind: Kind
    about: Expression
    values: Array


@dataclass(frozen=True, slots=True)
class Multiple:
    """The right answer times a factor; `detail` is the size that the factor comes from, where it comes from one, and
    `said` what happened where the kind alone does not tell."""

    kind: Kind
    detail: str
    factor: float
    said: str = ""


def multiples(question: SolvedQuestion, run: Run) -> Iterator[Multiple]:
    """The constants that an answer is often off by."""
    yield Multiple(Kind.SIGN, "", -1.0)
    yield Multiple(Kind.FACTOR_TWO, "", 2.0, "the whole is twice what it should be")
    yield Multiple(Kind.FACTOR_TWO, "", 0.5, "the whole is half of what it should be")
    lengths = {name: float(length) for name, length in run.sizes.items()}
    for item in question.graph.quantities:
        lengths |= {axis: float(axis) for axis in item.axes if axis.isdigit() and int(axis) > 2}
    for name, length in lengths.items():
        yield Multiple(Kind.MISSING_MEAN, name, length)
        yield Multiple(Kind.MEAN_FOR_SUM, name, 1.0 / length)
    for factor in POWERS_OF_TEN:
        yield Multiple(Kind.POWER_OF_TEN, "", factor)


def other_derivatives(question: SolvedQuestion, part: SolvedPart, run: Run) -> Iterator[WrongArray]:
    """Derivatives of the model that are not the one asked for, where they have its shape."""
    target = part.part.target
    if not isinstance(target, Partial):
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    graph, shape = question.graph, run.values[part.name].shape[1:]
    between = [node.name for node in graph.between(below, above)]
    others = [item.name for item in graph.quantities if item.name not in (above, below)]
    wanted = [Partial(Symbol(above), Symbol(name)) for name in others]
    wanted += [Partial(Symbol(name), Symbol(below)) for name in between]
    known = quantities(run, wanted, question.adjoints)
    for kind, name in [(Kind.OUTER_ONLY, name) for name in between] + [(Kind.WRONG_VARIABLE, name) for name in others]:
        values = known.get(partial_name(above, name))
        if name in (above, below) or values is None or values.shape[1:] != shape or not values.any():
            continue
        kind = Kind.BIAS_AS_WEIGHT if kind == Kind.WRONG_VARIABLE and _beside_bias(question, run, below, name) else kind
        yield WrongArray(kind, Partial(Symbol(above), Symbol(name)), values)
    for leaf in graph.leaves:
        upstream = known.get(partial_name(above, leaf.name))
        if below in leaf.of and not shape and upstream is not None and upstream.ndim > 1:
            about = Partial(Symbol(leaf.name), Symbol(below))
            yield WrongArray(Kind.MISSING_FACTOR, about, upstream.sum(axis=tuple(range(1, upstream.ndim))))
    for name in between:
        values = known[partial_name(name, below)]
        extra = values.ndim - 1 - len(shape)
        about = Partial(Symbol(name), Symbol(below))
        if name != above and extra >= 0 and values.shape[1 + extra :] == shape and values.any():
            yield WrongArray(Kind.UPSTREAM_MISSING, about, values.sum(axis=tuple(range(1, 1 + extra))))


def _beside_bias(question: SolvedQuestion, run: Run, bias: str, weight: str) -> bool:
    """Whether the two enter the same node, the one as a bias."""
    graph = question.graph
    leaves = {leaf.name: leaf for leaf in graph.leaves}
    if bias not in leaves or weight not in leaves:
        return False
    for node in graph.nodes:
        names = quantities_in(node.expression)
        if bias in names and weight in names:
            known = quantities(run, [Partial(Symbol(node.name), Symbol(bias))], question.adjoints)
            local = known.get(partial_name(node.name, bias))
            return local is not None and bool(np.isin(local, (0.0, 1.0)).all())
    return False


def other_values(question: SolvedQuestion, part: SolvedPart, run: Run) -> Iterator[WrongArray]:
    """For a forward value: the values of other nodes."""
    if isinstance(part.part.target, Partial):
        return
    shape = run.values[part.name].shape
    for node in question.graph.nodes:
        if node.name != part.name and run.values[node.name].shape == shape:
            yield WrongArray(Kind.WRONG_VARIABLE, Symbol(node.name), run.values[node.name])


def transposed(values: Array) -> Iterator[tuple[Kind, Array]]:
    """The right array (K, *axes) with two axes of equal length interchanged."""
    for one in range(1, values.ndim):
        for other in range(one + 1, values.ndim):
            if values.shape[one] == values.shape[other] > 1:
                yield Kind.TRANSPOSED, np.swapaxes(values, one, other)


def inverted(values: Array) -> Iterator[tuple[Kind, Array]]:
    """One over the right array, entry by entry."""
    yield Kind.INVERTED, 1.0 / values


def diagonals(tangents: Tangents) -> Iterator[WrongArray]:
    """Of a node whose entries all depend on all others (softmax): only the diagonal of its Jacobian, or signs wrong."""
    run, graph = tangents.run, tangents.question.graph
    way = {tangents.below, *graph.opaque_in(tangents.below), *(node.name for node in tangents.nodes)}
    for node in tangents.nodes:
        rank = len(node.axes)
        for leaf in graph.quantities:
            if not rank or leaf.axes != node.axes or leaf.name not in quantities_in(node.expression):
                continue
            known = quantities(run, [Partial(Symbol(node.name), Symbol(leaf.name))], tangents.question.adjoints)
            local = known.get(partial_name(node.name, leaf.name))
            if local is None or leaf.name not in way:
                continue
            size = int(np.prod(local.shape[1 : 1 + rank]))
            flat = local.reshape(run.points, size, size)
            eye = np.eye(size)
            if not (flat * (1 - eye)).any():
                continue
            upper = known[partial_name(tangents.above, node.name)]
            lower = known[partial_name(leaf.name, tangents.below)]
            about = Partial(Symbol(node.name), Symbol(leaf.name))
            for kind, wrong in ((Kind.SOFTMAX_DIAGONAL, flat * eye), (Kind.SIGN, flat * (2 * eye - 1))):
                left = upper.reshape(run.points, -1, size)
                right = lower.reshape(run.points, size, -1)
                shape = (run.points, *upper.shape[1 : upper.ndim - rank], *lower.shape[1 + rank :])
                yield WrongArray(kind, about, (left @ (wrong - flat) @ right).reshape(shape))


def ways(tangents: Tangents) -> Iterator[WrongArray]:
    """All that reaches the output through one node left out, by whichever ways it goes on from there."""
    run = tangents.run
    for node in tangents.nodes:
        if node.name in (tangents.above, tangents.below):
            continue
        about = Partial(Symbol(node.name), Symbol(tangents.below))
        outer = Partial(Symbol(tangents.above), Symbol(node.name))
        known = quantities(run, (outer, about), tangents.question.adjoints)
        upper = known.get(partial_name(tangents.above, node.name))
        lower = known.get(partial_name(node.name, tangents.below))
        if upper is None or lower is None:
            continue
        size = int(np.prod(lower.shape[1 : 1 + len(node.axes)]))
        shape = (run.points, *upper.shape[1 : upper.ndim - len(node.axes)], *lower.shape[1 + len(node.axes) :])
        through = upper.reshape(run.points, -1, size) @ lower.reshape(run.points, size, -1)
        yield WrongArray(Kind.DROPPED_TERM, about, -through.reshape(shape))


def updated_weights(question: SolvedQuestion, part: SolvedPart, run: Run) -> Iterator[WrongArray]:
    """The gradient with another weight (one that is asked for too) already changed by a step of gradient descent.

    Only where the model gives a learning rate.
    """
    target = part.part.target
    if not isinstance(target, Partial):
        return
    rate = next((leaf for leaf in question.graph.leaves if leaf.name in RATES and not leaf.axes), None)
    above, below = head(target.numerator), head(target.denominator)
    if rate is None or above is None or run.values[above].ndim > 1:
        return
    leaves = {leaf.name: run.values[leaf.name] for leaf in question.graph.leaves}
    asked = {head(p.part.target.denominator) for p in question.parts if isinstance(p.part.target, Partial)}
    for leaf in question.graph.leaves:
        if leaf.name not in asked - {below, rate.name} or leaf.of:
            continue
        known = quantities(run, [Partial(Symbol(above), Symbol(leaf.name))], question.adjoints)
        gradient = known.get(partial_name(above, leaf.name))
        if gradient is None or not gradient.any():
            continue
        scale = leaves[rate.name].reshape((run.points,) + (1,) * (gradient.ndim - 1))
        moved = moved_run(run, {**leaves, leaf.name: leaves[leaf.name] - scale * gradient}, run.points)
        about = Symbol(leaf.name)
        yield WrongArray(Kind.UPDATED_WEIGHT, about, quantities(moved, [target], question.adjoints)[part.name])
        # the forward values as they were, the weight alone is new: the commoner mistake
        kept = {node.name: run.values[node.name] for node in question.graph.nodes}
        values = compute(run.graph, run.sizes, {**moved.values, **kept}, run.points)
        kept = {name: array for name, array in values.items() if not name.startswith("∂")}
        mixed = Run(run.graph, run.sizes, kept, run.points, run.session)
        yield WrongArray(Kind.UPDATED_WEIGHT, about, quantities(mixed, [target], question.adjoints)[part.name])
