"""The derivative of a model's node by its operators: the tangent of each, and what a change of it costs the output.

For ``yhat = sigmoid(w*x + b)`` and dL/dw, the operation ``w*x`` has adjoint ``dL/dyhat * sigma'``, tangent ``x``.
A mistake at one operation turns its tangent into another one; what it does to the whole gradient is then
``adjoint * (other tangent - tangent)``, summed: all else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from grader.autodiff.graph import Node
from grader.autodiff.local_rules import LocalPartial, local_rule
from grader.autodiff.matrix_rules import matrix_partial
from grader.expression.algebra.construct import fresh, indexed, substitute
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError, Value, align, constant, spread
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Reduce,
    Symbol,
    head,
    indices,
    partial_name,
    rebuild,
    symbols,
    walk,
)
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, axis_length, environment, quantities, worked_out

NOTHING = constant(0.0)
_ENTRY = ("row'", "column'")  # letters that no formula has


@dataclass(frozen=True, slots=True, eq=False)
class Tangents:
    """The tangents with `below` on the way to `above`, in one run; `values` and `found` are memos."""

    question: SolvedQuestion
    run: Run
    above: str
    below: str
    nodes: tuple[Node, ...]
    axes: Mapping[str, tuple[str, ...]]
    extents: dict[str, int]
    values: dict[Expression, Value] = field(default_factory=dict)
    found: dict[tuple[Expression, str], Value | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operator in a node's formula: `scope` are the letters that live there, `tangent` its change with `below`."""

    node: Node
    expression: Expression
    scope: tuple[str, ...]
    adjoint: Value
    tangent: Value
    root: bool = False
    beside: bool = False  # a term of a sum of which other terms change too


def times(*values: Value) -> Value:
    """The product, lined up by letters; where a factor is 0 it is 0, even beside an entry that there is not."""
    arrays, letters = align(values)
    data = arrays[0]
    for array in arrays[1:]:
        data = data * array
    if np.isnan(data).any():
        off = np.any([np.broadcast_to((array == 0), data.shape) for array in arrays], axis=0)
        missing = np.any([np.broadcast_to(np.isnan(array), data.shape) for array in arrays], axis=0)
        data = np.where(off & missing, 0.0, data)
    return Value(data, letters)


def plus(left: Value, right: Value) -> Value:
    """The sum, lined up by letters."""
    arrays, letters = align((left, right))
    return Value(arrays[0] + arrays[1], letters)


def minus(value: Value) -> Value:
    """The negative."""
    return Value(-value.data, value.letters)


def over(left: Value, right: Value) -> Value:
    """The quotient, lined up by letters."""
    arrays, letters = align((left, right))
    return Value(arrays[0] / arrays[1], letters)


def make_tangents(question: SolvedQuestion, run: Run, above: str, below: str) -> Tangents:
    """The nodes between two quantities, with bound letters that differ from each other."""
    graph, axes = question.graph, question.graph.axes
    nodes = []
    extents: dict[str, int] = {}
    taken = {*axes, *graph.sizes}
    for node in graph.between(below, above):
        expression = _own_letters(node.expression, taken | set(node.letters))
        nodes.append(replace(node, expression=expression))
        found = zip(node.letters, node.axes, strict=False)
        extents |= {letter: axis_length(axis, run.sizes) for letter, axis in found}
        extents |= _bound_extents(expression, axes, run)
    wanted = [Partial(Symbol(above), Symbol(node.name)) for node in nodes]
    wanted += [Partial(Symbol(name), Symbol(below)) for name in sorted(graph.reached_from(below) & axes.keys())]
    quantities(run, wanted, question.adjoints)
    return Tangents(question, run, above, below, tuple(nodes), axes, extents)


def _own_letters(node: Expression, taken: set[str]) -> Expression:
    if isinstance(node, Reduce) and node.letter:
        new = fresh(taken, node.letter)
        taken.add(new)
        if new != node.letter:
            change = {node.letter: Symbol(new)}
            node = rebuild(replace(node, letter=new), lambda child: substitute(child, change))
    return rebuild(node, lambda child: _own_letters(child, taken))


def _bound_extents(node: Expression, axes: Mapping[str, tuple[str, ...]], run: Run) -> dict[str, int]:
    found = {}
    for item in walk(node):
        for index, axis in zip(indices(item), axes.get(head(item) or "", ()), strict=False):
            if isinstance(index, Symbol):
                found[index.name] = axis_length(axis, run.sizes)
    for item in walk(node):
        if isinstance(item, Reduce) and item.upper is not None and item.letter not in found:
            match item.upper:  # the letter enters no array: its values go up to its bound
                case Number(value=value):
                    found[item.letter] = int(value)
                case Symbol(name=name) if name in run.sizes or name in found:
                    found[item.letter] = run.sizes.get(name) or found[name]
                case upper if symbols(upper) <= run.sizes.keys():
                    found[item.letter] = max(int(evaluate(upper, environment(run)).data.max()), 1)
    return found


def out_letters(tangents: Tangents) -> tuple[str, ...]:
    """The letters of the output's own axes."""
    return tuple(f"^{k}" for k in range(len(tangents.axes[tangents.above])))


def in_letters(tangents: Tangents) -> tuple[str, ...]:
    """The letters of the variable's own axes."""
    return tuple(f"_{k}" for k in range(len(tangents.axes[tangents.below])))


def value_of(tangents: Tangents, expression: Expression) -> Value:
    """The value of a sub-formula at all points."""
    if expression not in tangents.values:
        tangents.values[expression] = evaluate(expression, environment(tangents.run, tangents.extents))
    return tangents.values[expression]


def tangent_of(tangents: Tangents, node: Expression, through: str = "") -> Value | None:
    """How a sub-formula changes with the variable (only by way of the quantity `through`); None where it does not."""
    key = (node, through)
    if key not in tangents.found:
        tangents.found[key] = _tangent(tangents, node, through)
    return tangents.found[key]


def _tangent(tangents: Tangents, node: Expression, through: str) -> Value | None:
    if isinstance(node, Symbol) or (isinstance(node, Indexed) and isinstance(node.base, Symbol)):
        return _change(tangents, node, through)
    matrix = matrix_partial(node, *_ENTRY)
    if matrix is not None:
        inner = tangent_of(tangents, indexed(matrix[0], _ENTRY), through)
        return None if inner is None else summed(tangents, times(inner, value_of(tangents, matrix[1])), _ENTRY)
    total: Value | None = None
    for term in tangent_terms(tangents, node, through):
        total = term if total is None else plus(total, term)
    return total


def tangent_terms(tangents: Tangents, node: Expression, through: str = "") -> Iterator[Value]:
    """What each argument that changes adds to the tangent of a formula: the terms of the product rule, say."""
    for link in local_rule(node) or ():
        inner = tangent_of(tangents, link.argument, through)
        if inner is not None:
            term = times(inner, *_factors(tangents, link))
            yield term if link.letter is None else summed(tangents, term, (link.letter,))


def _factors(tangents: Tangents, link: LocalPartial) -> Iterator[Value]:
    return (value_of(tangents, factor) for factor in link.factors)


def _change(tangents: Tangents, node: Symbol | Indexed, through: str) -> Value | None:
    name = head(node)
    if name is None or (through and name != through):
        return None
    values = worked_out(tangents.run).get(partial_name(name, tangents.below))
    if name not in tangents.axes or values is None or not values.any():
        return None
    return value_of(tangents, Partial(node, indexed(tangents.below, in_letters(tangents))))


def summed(tangents: Tangents, value: Value, letters: Iterable[str]) -> Value:
    """The sum over letters; one that the value does not have counts as often as it is long."""
    for letter in letters:
        if letter in value.letters:
            axis = 1 + value.letters.index(letter)
            left = tuple(item for item in value.letters if item != letter)
            value = Value(value.data.sum(axis=axis), left)
        else:
            value = Value(value.data * tangents.extents[letter], value.letters)
    return value


def operations(tangents: Tangents) -> Iterator[Operation]:
    """Every operator on the way, node by node, each before those inside it."""
    for node in tangents.nodes:
        tangent = tangent_of(tangents, node.expression)
        if tangent is None:
            continue
        data = worked_out(tangents.run)[partial_name(tangents.above, node.name)]
        adjoint = Value(data, (*out_letters(tangents), *node.letters))
        yield from _inside(tangents, Operation(node, node.expression, node.letters, adjoint, tangent, True))


def _inside(tangents: Tangents, operation: Operation) -> Iterator[Operation]:
    yield operation
    node = operation.expression
    rule = local_rule(node) or ()
    changing = [(link, tangent) for link in rule if (tangent := tangent_of(tangents, link.argument)) is not None]
    beside = isinstance(node, Call) and (
        (node.function in ("add", "sub") and len(changing) > 1)
        or (node.function in ("add", "sub", "neg") and operation.beside)
    )
    for link, tangent in changing:
        adjoint = times(operation.adjoint, *_factors(tangents, link))
        scope = operation.scope if link.letter is None else (*operation.scope, link.letter)
        yield from _inside(tangents, Operation(operation.node, link.argument, scope, adjoint, tangent, False, beside))


def gradient_with(tangents: Tangents, operation: Operation, tangent: Value, truth: Array) -> Array:
    """The whole gradient (K, *above, *below) where `operation` changes with the variable as `tangent` says."""
    kept = (*out_letters(tangents), *in_letters(tangents))
    outside = tuple(letter for letter in tangent.letters if letter not in (*kept, *operation.scope))
    other = summed(tangents, tangent, outside)  # a mistake may lift a letter out of the sum that binds it
    change = summed(tangents, times(operation.adjoint, plus(other, minus(operation.tangent))), operation.scope)
    data = spread(change, kept)
    if data.ndim > truth.ndim:  # an operator on whole arrays, whose entries have no rule of their own
        raise ShapeError("this change has axes that the gradient has not")
    return np.asarray(truth + data)
