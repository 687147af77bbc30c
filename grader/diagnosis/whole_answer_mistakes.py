"""Slips of the answer as a whole: its sign, its size, another derivative of the model in its place, a factor too much.

For dL/dw of ``z = w*x + b``: ``-dL/dw``, ``2 dL/dw``, ``dL/db``, ``dz/dw``, ``dL/dw * x``, ``100 dL/dw``, ...
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from grader.autodiff.backprop import inline
from grader.autodiff.graph import Node
from grader.diagnosis.formula_mistakes import Changed, changed_formulas, interchanged, quantities_in
from grader.diagnosis.tangents import Tangents
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import (
    ONE,
    Call,
    Expression,
    Indexed,
    Partial,
    Symbol,
    head,
    partial_name,
    rebuild,
    symbols,
    walk,
)
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run, compute, moved_run, quantities

RATES = frozenset(("eta", "lr", "alpha", "learning_rate", "rate"))
MAX_OCCURRENCES = 6
MAX_INSIDE = 40
POWERS_OF_TEN = (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)


@dataclass(frozen=True, slots=True, eq=False)
class Instead:
    """A wrong array (K, *above axes, *below axes) in the target's place; `about` names it."""

    kind: str
    about: Expression
    values: Array


def multiples(question: SolvedQuestion, run: Run) -> Iterator[tuple[str, str, float]]:
    """The constants that an answer is often off by: kind, what it is, the factor."""
    yield "sign", "", -1.0
    yield "factor_two", "", 2.0
    yield "factor_two", "", 0.5
    lengths = {name: float(length) for name, length in run.sizes.items()}
    for item in question.graph.quantities:
        lengths |= {axis: float(axis) for axis in item.axes if axis.isdigit() and int(axis) > 2}
    for name, length in lengths.items():
        yield "missing_mean", name, length
        yield "mean_for_sum", name, 1.0 / length
    for factor in POWERS_OF_TEN:
        yield "power_of_ten", "", factor


def other_derivatives(question: SolvedQuestion, run: Run, above: str, below: str, shape: tuple[int, ...]) -> Iterator[
    Instead
]:  # fmt: skip
    """Derivatives of the model that are not the one asked for, where they have its shape."""
    graph = question.graph
    between = [node.name for node in graph.between(below, above)]
    others = [item.name for item in graph.quantities if item.name not in (above, below)]
    wanted = [Partial(Symbol(above), Symbol(name)) for name in others]
    wanted += [Partial(Symbol(name), Symbol(below)) for name in between]
    known = quantities(run, wanted, question.adjoints)
    for kind, name in [("outer_only", name) for name in between] + [("wrong_variable", name) for name in others]:
        values = known.get(partial_name(above, name))
        if name in (above, below) or values is None or values.shape[1:] != shape or not values.any():
            continue
        kind = "bias_as_weight" if kind == "wrong_variable" and _beside_bias(question, run, below, name) else kind
        yield Instead(kind, Partial(Symbol(above), Symbol(name)), values)
    for leaf in graph.leaves:
        upstream = known.get(partial_name(above, leaf.name))
        if below in leaf.of and not shape and upstream is not None and upstream.ndim > 1:
            about = Partial(Symbol(leaf.name), Symbol(below))
            yield Instead("missing_factor", about, upstream.sum(axis=tuple(range(1, upstream.ndim))))
    for name in between:
        values = known[partial_name(name, below)]
        extra = values.ndim - 1 - len(shape)
        about = Partial(Symbol(name), Symbol(below))
        if name != above and extra >= 0 and values.shape[1 + extra :] == shape and values.any():
            yield Instead("upstream_missing", about, values.sum(axis=tuple(range(1, 1 + extra))))


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


def other_values(question: SolvedQuestion, run: Run, name: str) -> Iterator[Instead]:
    """For a forward value: the values of other nodes."""
    shape = run.values[name].shape
    for node in question.graph.nodes:
        if node.name != name and run.values[node.name].shape == shape:
            yield Instead("wrong_variable", Symbol(node.name), run.values[node.name])


def swapped_targets(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[Expression, Expression]]:
    """The closed formula with a label and its prediction interchanged; first what is swapped."""
    axes = question.graph.axes
    inside = [name for name in quantities_in(part.closed) if name in axes]
    subtracted = set()
    for node in question.graph.nodes:
        for item in walk(node.expression):
            if isinstance(item, Call) and item.function == "sub":
                subtracted.add(frozenset(head(side) or "" for side in item.args))
    for k, one in enumerate(inside):
        for other in inside[k + 1 :]:
            hats = other in (one + "hat", one + "_hat") or one in (other + "hat", other + "_hat")
            if axes[one] == axes[other] and (hats or frozenset((one, other)) in subtracted):
                yield Call("sub", (Symbol(one), Symbol(other))), interchanged(part.closed, one, other)


def replaced(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str, Expression]]:
    """The closed formula with one quantity (or size) in another's place: which, the other, the formula."""
    axes: dict[str, object] = {**question.graph.axes, **dict.fromkeys(question.graph.sizes, "a size")}
    for one in (name for name in quantities_in(part.closed) if name in axes):
        times = sum(1 for item in walk(part.closed) if item == Symbol(one))
        for other in axes:
            if other == one or axes[other] != axes[one] or (question.numeric and not _beside(question, one, other)):
                continue
            yield one, other, _renamed(part.closed, one, other, range(times))
            if 1 < times <= MAX_OCCURRENCES:
                yield from ((one, other, _renamed(part.closed, one, other, (k,))) for k in range(times))


def _beside(question: SolvedQuestion, one: str, other: str) -> bool:
    """Whether two quantities enter the same node."""
    return any({one, other} <= symbols(node.expression) | {node.name} for node in question.graph.nodes)


def _renamed(node: Expression, one: str, other: str, which: Container[int]) -> Expression:
    """The formula with some occurrences of a name replaced, counted in reading order."""
    seen = count()

    def change(item: Expression) -> Expression:
        if isinstance(item, Symbol):
            return Symbol(other) if item.name == one and next(seen) in which else item
        return rebuild(item, change)

    return change(node)


def inside_nodes(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str, Changed]]:
    """The closed formula with a slip in the formula of a node that it names, as a student has who puts it in."""
    if question.numeric or not isinstance(part.part.target, Partial):
        return
    names = set(quantities_in(part.closed))
    for node in question.graph.nodes:
        if node.name in names and len(node.letters) == len(node.axes):
            for changed in islice(changed_formulas(node.expression), MAX_INSIDE):
                wrong = Node(node.name, node.letters, node.axes, changed.formula)
                yield (
                    changed.kind,
                    node.name,
                    Changed(changed.kind, changed.about, inline(part.closed, {node.name: wrong})),
                )


def transposed(values: Array) -> Iterator[Array]:
    """The array with two axes of equal length interchanged."""
    for one in range(1, values.ndim):
        for other in range(one + 1, values.ndim):
            if values.shape[one] == values.shape[other] > 1:
                yield np.swapaxes(values, one, other)


def diagonals(tangents: Tangents) -> Iterator[Instead]:
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
            for kind, wrong in (("softmax_diagonal", flat * eye), ("sign", flat * (2 * eye - 1))):
                left = upper.reshape(run.points, -1, size)
                right = lower.reshape(run.points, size, -1)
                shape = (run.points, *upper.shape[1 : upper.ndim - rank], *lower.shape[1 + rank :])
                yield Instead(kind, about, (left @ (wrong - flat) @ right).reshape(shape))


def updated_weights(question: SolvedQuestion, run: Run, name: str, target: Partial) -> Iterator[Instead]:
    """The gradient with another weight (one that is asked for too) already changed by a step of gradient descent.

    Only where the model gives a learning rate.
    """
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
        yield Instead("updated_weight", Symbol(leaf.name), quantities(moved, [target], question.adjoints)[name])
        # the forward values as they were, the weight alone is new: the commoner slip
        kept = {node.name: run.values[node.name] for node in question.graph.nodes}
        values = compute(run.graph, run.sizes, {**moved.values, **kept}, run.points)
        kept = {name: array for name, array in values.items() if not name.startswith("∂")}
        mixed = Run(run.graph, run.sizes, kept, run.points, run.session)
        yield Instead("updated_weight", Symbol(leaf.name), quantities(mixed, [target], question.adjoints)[name])


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """What an answer may have too much of, and, where it is `inside` the right one, too little of."""

    about: Expression
    values: Array
    axes: tuple[str, ...]
    inside: bool


def factors(question: SolvedQuestion, run: Run, target: Expression, closed: Expression) -> Iterator[Factor]:
    """The quantities of the model and single links of its chains, those on the way to the target first."""
    graph = question.graph
    names = set(quantities_in(closed))
    way: set[str] = set()
    above, below = "", ""
    if isinstance(target, Partial):
        above, below = head(target.numerator) or "", head(target.denominator) or ""
        way = {node.name for node in graph.between(below, above)}
    near = names | way | {name for node in graph.nodes if node.name in way for name in quantities_in(node.expression)}
    items = sorted(graph.quantities, key=lambda item: item.name not in names)
    for item in items:
        if item.name in near or not question.numeric:
            values = run.values[item.name]
            yield Factor(Symbol(item.name), values, item.axes, item.name in near)
            if isinstance(item, Node) and isinstance(item.expression, Call) and item.expression.function == "sigmoid":
                yield Factor(Call("sub", (ONE, Symbol(item.name))), 1 - values, item.axes, item.name in near)
    links = [(node.name, name) for node in graph.nodes if node.name in way for name in quantities_in(node.expression)]
    links += [(above, name) for name in sorted(way) if name != above and (above, name) not in links]
    # asked for here, so that what is predicted does not hang on what was asked before
    known = quantities(run, [Partial(Symbol(upper), Symbol(lower)) for upper, lower in links], question.adjoints)
    for upper, lower in links:
        local = known.get(partial_name(upper, lower))
        if local is not None and local.ndim == 1 and not (local == 1).all():
            inside = upper != above and (lower in way or lower == below)
            yield Factor(Partial(Symbol(upper), Symbol(lower)), local, (), inside)


def stretched(values: Array, axes: tuple[str, ...], wanted: tuple[str, ...]) -> Array | None:
    """An array over axes made to fit an array over `wanted` axes; None where it can't, or could in several ways."""
    if len(set(wanted)) < len(wanted) or not set(axes) <= set(wanted):
        return None
    if [axis for axis in wanted if axis in axes] != list(axes):
        return None
    index = tuple(slice(None) if axis in axes else None for axis in wanted)
    return np.asarray(values[(slice(None), *index)])


def is_whole(target: Expression) -> bool:
    """Whether a target's entries are those of its array, in order."""
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    letters = [index for side in sides if isinstance(side, Indexed) for index in side.indices]
    return all(isinstance(index, Symbol) for index in letters) and len(set(letters)) == len(letters)
