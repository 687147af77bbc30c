"""The derivative of a model's node by its operators: how each passes a change on, and what it costs the output.

For ``yhat = sigmoid(w*x + b)`` and dL/dw, the place ``w*x`` has the adjoint ``dL/dyhat * sigma'``, the tangent ``x``.
A slip at one place turns its tangent into another one; what it does to the whole gradient is then
``adjoint * (other tangent - tangent)``, summed: all else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

import numpy as np

from grader.autodiff.graph import ComputationGraph, Node
from grader.autodiff.vjps import CONSTANT, local_partials
from grader.expression.algebra import fresh, indexed, is_number, iverson, mul, substitute
from grader.expression.conditions import CONDITIONS
from grader.expression.evaluator import evaluate
from grader.expression.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    partial_name,
    rebuild,
    symbols,
    walk,
)
from grader.expression.values import Array, Value, align, constant, spread
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, axis_length, environment, fill_partials

NOTHING = constant(0.0)
_CONSTANT = CONSTANT | CONDITIONS


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The way from `below` to `above` in one run; `tangents` and `values` are memos."""

    question: SolvedQuestion
    run: Run
    above: str
    below: str
    nodes: tuple[Node, ...]
    axes: dict[str, tuple[str, ...]]
    extents: dict[str, int]
    values: dict[Expression, Value] = field(default_factory=dict)
    tangents: dict[tuple[Expression, str], Value | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An operator in a node's formula: `scope` are the letters that live there, `tangent` its change with `below`."""

    node: Node
    expression: Expression
    scope: tuple[str, ...]
    adjoint: Value
    tangent: Value
    root: bool = False
    beside: bool = False  # a term of a sum of which other terms change too


def times(*values: Value) -> Value:
    """The product, lined up by letters."""
    arrays, letters = align(values)
    data = arrays[0]
    for array in arrays[1:]:
        data = data * array
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


def make_track(question: SolvedQuestion, run: Run, above: str, below: str) -> Track:
    """The nodes between two quantities, with bound letters that differ from each other."""
    axes = {item.name: item.axes for item in question.graph.quantities}
    reached = reached_from(question.graph, below)
    nodes = []
    extents: dict[str, int] = {}
    taken = set(axes) | set(question.graph.sizes)
    for node in question.graph.nodes:
        if node.name not in reached or above not in reached_from(question.graph, node.name):
            continue
        expression = _own_letters(node.expression, taken | set(node.letters))
        nodes.append(replace(node, expression=expression))
        found = zip(node.letters, node.axes, strict=False)
        extents |= {letter: axis_length(axis, run.sizes) for letter, axis in found}
        extents |= _bound_extents(expression, axes, run)
    wanted = [Partial(Symbol(above), Symbol(node.name)) for node in nodes]
    wanted += [Partial(Symbol(name), Symbol(below)) for name in sorted(reached & set(axes))]
    fill_partials(run, wanted, question.adjoints)
    return Track(question, run, above, below, tuple(nodes), axes, extents)


def reached_from(graph: ComputationGraph, name: str) -> frozenset[str]:
    """`name` and all that is computed from it."""
    found = {name, *(leaf.name for leaf in graph.leaves if name in leaf.of)}
    for node in graph.nodes:
        if symbols(node.expression) & found:
            found.add(node.name)
    return frozenset(found)


def _own_letters(node: Expression, taken: set[str]) -> Expression:
    if isinstance(node, Reduce) and node.letter:
        new = fresh(taken, node.letter)
        taken.add(new)
        if new != node.letter:
            change = {node.letter: Symbol(new)}
            node = rebuild(replace(node, letter=new), lambda child: substitute(child, change))
    return rebuild(node, lambda child: _own_letters(child, taken))


def _bound_extents(node: Expression, axes: dict[str, tuple[str, ...]], run: Run) -> dict[str, int]:
    found = {}
    for item in walk(node):
        for index, axis in zip(indices(item), axes.get(head(item) or "", ()), strict=False):
            if isinstance(index, Symbol):
                found[index.name] = axis_length(axis, run.sizes)
    return found


def out_letters(track: Track) -> tuple[str, ...]:
    """The letters of the output's own axes."""
    return tuple(f"^{k}" for k in range(len(track.axes[track.above])))


def in_letters(track: Track) -> tuple[str, ...]:
    """The letters of the variable's own axes."""
    return tuple(f"_{k}" for k in range(len(track.axes[track.below])))


def value_of(track: Track, expression: Expression) -> Value:
    """The value of a sub-formula at all points."""
    if expression not in track.values:
        track.values[expression] = evaluate(expression, environment(track.run, track.extents))
    return track.values[expression]


def tangent_of(track: Track, node: Expression, through: str = "") -> Value | None:
    """How a sub-formula changes with the variable (only by way of the quantity `through`); None where it does not."""
    key = (node, through)
    if key not in track.tangents:
        track.tangents[key] = _tangent(track, node, through)
    return track.tangents[key]


def _tangent(track: Track, node: Expression, through: str) -> Value | None:
    match node:
        case Symbol() | Indexed(base=Symbol()):
            return _change(track, node, through)
        case Product():
            return _sum(_factor_terms(track, node, through))
        case Call():
            return _sum(term for _, term in argument_terms(track, node, through))
        case Reduce():
            inner = tangent_of(track, node.body, through)
            return None if inner is None else summed(track, times(inner, _weight(track, node)), (node.letter,))
        case Cases():
            found = []
            for value, guard in guarded(node):
                inner = tangent_of(track, value, through)
                if inner is not None:
                    found.append(times(inner, value_of(track, guard)))
            return _sum(found)
        case Number() | Partial():  # a derivative is a quantity of its own, which changes with no other
            return None
        case Indexed() | Matrix() | Slice():  # lowering leaves none in a model
            return None
        case _:
            assert_never(node)


def _sum(terms: Iterable[Value]) -> Value | None:
    total: Value | None = None
    for term in terms:
        total = term if total is None else plus(total, term)
    return total


def _change(track: Track, node: Symbol | Indexed, through: str) -> Value | None:
    name = head(node)
    if name is None or (through and name != through):
        return None
    values = track.run.values.get(partial_name(name, track.below))
    if name not in track.axes or values is None or not values.any():
        return None
    return value_of(track, Partial(node, indexed(track.below, in_letters(track))))


def _factor_terms(track: Track, node: Product, through: str) -> Iterator[Value]:
    for k, factor in enumerate(node.factors):
        inner = tangent_of(track, factor, through)
        if inner is not None:
            others = node.factors[:k] + node.factors[k + 1 :]
            yield times(inner, *(value_of(track, other) for other in others))


def factor_terms(track: Track, node: Product) -> tuple[Value, ...]:
    """The terms of the product rule, one a factor that changes."""
    return tuple(_factor_terms(track, node, ""))


def argument_terms(track: Track, node: Call, through: str = "") -> Iterator[tuple[Expression, Value]]:
    """What each argument that changes adds to the change of a call."""
    if node.function in _CONSTANT:
        return
    changing = [tangent_of(track, arg, through) for arg in node.args]
    if not any(item is not None for item in changing):
        return
    for arg, inner, partial in zip(node.args, changing, local_partials(node) or (), strict=False):
        if inner is not None:
            yield arg, times(inner, value_of(track, partial))


def guarded(node: Cases) -> tuple[tuple[Expression, Expression], ...]:
    """Every branch of a case distinction with the condition under which it holds, as 0 or 1."""
    found = []
    before: list[Expression] = []
    for value, test in node.branches:
        guards = [iverson(Call("not", (other,))) for other in before]
        found.append((value, mul(iverson(test), *guards)))
        before.append(test)
    if node.otherwise is not None:
        found.append((node.otherwise, mul(*(iverson(Call("not", (other,))) for other in before))))
    return tuple(found)


def _weight(track: Track, node: Reduce) -> Value:
    tests = [node.condition] if node.condition is not None else []
    if node.lower is not None and not is_number(node.lower, 1):
        tests.append(Call("ge", (Symbol(node.letter), node.lower)))
    if node.upper is not None and not isinstance(node.upper, Symbol):
        tests.append(Call("le", (Symbol(node.letter), node.upper)))
    weight = [value_of(track, iverson(test)) for test in tests]
    match node.kind:
        case "prod":
            weight.append(over(value_of(track, node), value_of(track, node.body)))
        case "max" | "min":
            weight.append(value_of(track, iverson(Call("eq", (node.body, node)))))
    return times(constant(1.0), *weight)


def summed(track: Track, value: Value, letters: Iterable[str]) -> Value:
    """The sum over letters; one that the value does not have counts as often as it is long."""
    for letter in letters:
        if letter in value.letters:
            axis = 1 + value.letters.index(letter)
            left = tuple(item for item in value.letters if item != letter)
            value = Value(value.data.sum(axis=axis), left)
        else:
            value = Value(value.data * track.extents[letter], value.letters)
    return value


def places(track: Track) -> Iterator[Place]:
    """Every operator on the way, node by node, each before those inside it."""
    for node in track.nodes:
        tangent = tangent_of(track, node.expression)
        if tangent is None:
            continue
        data = track.run.values[partial_name(track.above, node.name)]
        adjoint = Value(data, (*out_letters(track), *node.letters))
        yield from _inside(track, Place(node, node.expression, node.letters, adjoint, tangent, True))


def _inside(track: Track, place: Place) -> Iterator[Place]:
    yield place
    node = place.expression
    match node:
        case Product():
            for k, factor in enumerate(node.factors):
                others = node.factors[:k] + node.factors[k + 1 :]
                weights = tuple(value_of(track, other) for other in others)
                yield from _down(track, place, factor, weights, place.scope, False)
        case Call() if node.function not in _CONSTANT:
            changing = [tangent_of(track, arg) is not None for arg in node.args]
            beside = node.function in ("add", "sub") and sum(changing) > 1
            for arg, partial in zip(node.args, local_partials(node) or (), strict=False):
                inside = beside or (place.beside and node.function in ("add", "sub", "neg"))
                yield from _down(track, place, arg, (value_of(track, partial),), place.scope, inside)
        case Reduce():
            scope = (*place.scope, node.letter)
            yield from _down(track, place, node.body, (_weight(track, node),), scope, False)
        case Cases():
            for value, guard in guarded(node):
                yield from _down(track, place, value, (value_of(track, guard),), place.scope, False)
        case Number() | Symbol() | Indexed() | Call() | Partial() | Matrix() | Slice():  # no operator that changes
            return
        case _:
            assert_never(node)


def _down(
    track: Track, place: Place, inner: Expression, weights: tuple[Value, ...], scope: tuple[str, ...], beside: bool
) -> Iterator[Place]:
    tangent = tangent_of(track, inner)
    if tangent is not None:
        adjoint = times(place.adjoint, *weights)
        yield from _inside(track, Place(place.node, inner, scope, adjoint, tangent, False, beside))


def with_slip(track: Track, place: Place, tangent: Value, truth: Array) -> Array:
    """The whole gradient (K, *above, *below) where `place` changes with the variable as `tangent` says."""
    kept = (*out_letters(track), *in_letters(track))
    outside = tuple(letter for letter in tangent.letters if letter not in (*kept, *place.scope))
    other = summed(track, tangent, outside)  # a slip may lift a letter out of the sum that binds it
    change = summed(track, times(place.adjoint, plus(other, minus(place.tangent))), place.scope)
    data = spread(change, kept)
    return np.asarray(truth + data)
