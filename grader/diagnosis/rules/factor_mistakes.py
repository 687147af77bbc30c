"""Mistakes of the answer by a quantity or a link of the chain too much, or too little.

For dL/dw of ``z = w*x + b``: ``dL/dw * x``, ``dL/dw / x``, ``dL/dw + x``, ``dL/dw - x``, ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.autodiff.graph import Node
from grader.diagnosis.rules.formula_mistakes import quantities_in
from grader.diagnosis.rules.whole_answer_mistakes import WrongArray
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import ONE, Call, Expression, Indexed, Partial, Symbol, head, partial_name
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run, quantities


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """What an answer may have too much of, and, where it is `inside` the right one, too little of."""

    about: Expression
    values: Array
    axes: tuple[str, ...]
    inside: bool


def _factors(question: SolvedQuestion, run: Run, target: Expression, closed: Expression) -> Iterator[Factor]:
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


def _stretched(values: Array, axes: tuple[str, ...], wanted: tuple[str, ...]) -> Array | None:
    """An array over axes made to fit an array over `wanted` axes; None where it can't, or could in several ways."""
    if len(set(wanted)) < len(wanted) or not set(axes) <= set(wanted):
        return None
    if [axis for axis in wanted if axis in axes] != list(axes):
        return None
    index = tuple(slice(None) if axis in axes else None for axis in wanted)
    return np.asarray(values[(slice(None), *index)])


def _is_whole(target: Expression) -> bool:
    """Whether a target's entries are those of its array, in order."""
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    letters = [index for side in sides if isinstance(side, Indexed) for index in side.indices]
    return all(isinstance(index, Symbol) for index in letters) and len(set(letters)) == len(letters)


def too_much_or_too_little(question: SolvedQuestion, part: SolvedPart, run: Run, truth: Array) -> Iterator[WrongArray]:
    """The right array (K, *axes) times, over, plus and minus each factor that can be repeated to fit."""
    target, axes = part.part.target, question.graph.axes
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    wanted = tuple(axis for side in sides for axis in axes.get(head(side) or "", ()))
    if not _is_whole(target):
        wanted = ()
    for item in _factors(question, run, target, part.closed):
        fitting = _stretched(item.values, item.axes, wanted)
        if fitting is None or not repeatable(fitting.shape, (run.points, *truth.shape[1:])):
            continue
        yield WrongArray(Kind.EXTRA_FACTOR, item.about, truth * fitting)
        if item.inside:
            yield WrongArray(Kind.MISSING_FACTOR, item.about, truth / fitting)
        if not question.numeric:
            yield WrongArray(Kind.EXTRA_TERM, item.about, truth + fitting)
            yield WrongArray(Kind.EXTRA_TERM, item.about, truth - fitting)


def repeatable(own: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array of one shape can be repeated to the other."""
    pairs = zip(reversed(own), reversed(wanted), strict=False)
    return len(own) <= len(wanted) and all(n in (1, size) for n, size in pairs)
