r"""Indices that an answer leaves out: ``\\sum_i (o_i - y_i) h`` with an h for every sample i may mean h_i.

``w_k`` may be a column of W, where k runs over the columns of other matrices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, permutations, product
from typing import TypeGuard

from grader.autodiff.graph import names_in
from grader.autodiff.lower import Axes
from grader.expression.algebra.construct import free_symbols, fresh
from grader.expression.evaluation.scope import Environment
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    Again,
    Call,
    Cases,
    Expression,
    Indexed,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment

MAX_LETTERS = 4  # of an answer, each order of them tried
_LESS = re.compile(r"\w+-\d+")
MAX_CHOICES = 4  # of letters for an index that is left out


def with_implied_indices(node: Expression, axes: Axes) -> Expression:
    """The sums over an axis with its letter at every array of that axis that stands without one."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Reduce) or not node.letter:
            return node
        axis = axis_of(node, axes)
        return node if axis is None else replace(node, body=_entered(node.body, node.letter, axis, axes))

    return rewritten(node, rule)


def over_examples(answer: Expression, axes: Axes) -> Expression:
    r"""The answer with sums over the first axis of an array where they run over its name: ``\sum_x x_j (a - y)``."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Reduce) or not axes.get(node.letter) or node.lower is not None:
            return node
        letter = fresh({*axes, *symbols(answer)})
        body = _numbered(node.body, Symbol(letter), axes[node.letter][0], axes)
        return replace(node, letter=letter, body=body, upper=None)

    return rewritten(answer, rule)


def axis_of(node: Reduce, axes: Axes) -> str | None:
    """The axis that a sum runs over: where its letter enters, or the size that bounds it."""
    for item in walk(node.body):
        if isinstance(item, Indexed):
            for place, axis in zip(indices(item), axes.get(head(item) or "", ()), strict=False):
                if place == Symbol(node.letter):
                    return axis
    sizes = {axis for shape in axes.values() for axis in shape}
    return node.upper.name if isinstance(node.upper, Symbol) and node.upper.name in sizes else None


def _entered(node: Expression, letter: str, axis: str, axes: Axes) -> Expression:
    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Symbol(name=name) if axes.get(name, ())[:1] == (axis,):
                return Indexed(node, (Symbol(letter),), node.span)
            case Indexed():
                return node
        return rebuild(node, again)

    return rewritten(node, rule)


def as_columns(answer: Expression, axes: Axes) -> Expression:
    """The answer with columns of matrices where one letter stands that runs over their second axis: ``w_k``."""
    runs = {
        place.name: axis
        for item in walk(answer)
        for places in [indices(item)]
        for place, axis in zip(places, axes.get(head(item) or "", ()), strict=False)
        if isinstance(place, Symbol) and len(places) == len(axes.get(head(item) or "", ()))
    }

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Indexed(base=Symbol(name=name), indices=(Symbol(name=letter) as place,)):
                shape = axes.get(name, ())
                if len(shape) == 2 and runs.get(letter, shape[0]) == shape[1] != shape[0]:
                    return replace(node, indices=(Slice(), place))
        return rebuild(node, again)

    return rewritten(answer, rule)


def of_one_example(question: SolvedQuestion, target: Expression, answer: Expression, axes: Axes) -> Expression:
    """The answer with the target's number of the example at every array that lacks it: ``x_k`` for ``x_ik``."""
    examples = example_axes(question)
    asked = {
        place.name: axis
        for side in sides(target)
        for place, axis in zip(indices(side), axes.get(head(side) or "", ()), strict=False)
        if isinstance(place, Symbol)
    }
    for letter, axis in asked.items():
        if axis in examples and not any(_orients(item, axis, axes) for item in walk(answer)):
            # beside a label of the example, as in p_k - 1[y_i = k], only what another letter of the target enters
            others = {name: own for name, own in asked.items() if own != axis}
            return _numbered(answer, Symbol(letter), axis, axes, others if letter in free_symbols(answer) else None)
    return answer


def with_letters_asked(target: Expression, answer: Expression, axes: Axes) -> Iterator[Expression]:
    r"""The answer with the target's letters at arrays that stand whole beside entries: ``G_{ij} \gamma / s``.

    One formula for each choice among letters of one axis. What acts on whole arrays, ``w^T x_i``, keeps them.
    """
    asked: dict[str, dict[str, None]] = {}
    for side in sides(target):
        for place, axis in zip(indices(side), axes.get(head(side) or "", ()), strict=False):
            if isinstance(place, Symbol):
                asked.setdefault(axis, {})[place.name] = None
    if not any(free_symbols(answer) & letters.keys() for letters in asked.values()):
        return
    for choice in islice(product(*asked.values()), MAX_CHOICES):
        yield _at_letters(answer, dict(zip(asked, map(Symbol, choice), strict=True)), axes)


def _at_letters(answer: Expression, letters: Mapping[str, Symbol], axes: Axes) -> Expression:
    """The answer with all places of an array filled where it lacks some and there is a letter for each of these."""

    def places(name: str, entered: tuple[Expression, ...]) -> tuple[Expression, ...]:
        lacking = axes.get(name, ())[len(entered) :]
        added = tuple(letters[axis] for axis in dict.fromkeys(lacking) if axis in letters)
        return (*entered, *added) if len(added) == len(lacking) else entered

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Symbol(name=name) if found := places(name, ()):
                return Indexed(node, found, node.span)
            case Indexed(base=Symbol(name=name), indices=entered):
                return replace(node, indices=places(name, entered))
            case Call(function="transpose" | "max" | "min", args=(_,)):
                return node
            case Call(function=name) if FUNCTIONS[name].kind == "array":
                return node
            case Cases(branches):  # a condition on a whole array may be one on all of its entries
                rest = node.otherwise and again(node.otherwise)
                return replace(node, branches=tuple((again(value), test) for value, test in branches), otherwise=rest)
            case Product(factors, joints) if "@" in joints or any(map(_is_turned, factors)):
                return node
        return rebuild(node, again)

    return rewritten(answer, rule)


def _is_turned(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "transpose"


def _orients(node: Expression, axis: str, axes: Axes) -> bool:
    """Whether a product says which of its vectors lie down, ``c g^T``, and one of them is a whole one of the axis."""
    match node:
        case Product(factors, joints):
            if not any(map(_is_turned, factors)) and {"@", "otimes"}.isdisjoint(joints):
                return False
        case Call("outer" | "inner", factors):
            pass
        case _:
            return False
    bases = (one.args[0] if isinstance(one, Call) and _is_turned(one) else one for one in factors)
    return any(isinstance(one, Symbol) and axes.get(one.name) == (axis,) for one in bases)


def _numbered(
    node: Expression, place: Symbol, axis: str, axes: Axes, others: Mapping[str, str] | None = None
) -> Expression:
    """The formula with a place at arrays that lack one on an axis; with `others`, at entries by these letters alone."""

    def known(entered: Expression, own: str) -> bool:
        return others is None or (isinstance(entered, Symbol) and others.get(entered.name) == own)

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Symbol(name=name) if axes.get(name) == (axis,) and others is None:
                return Indexed(node, (place,), node.span)
            case Indexed(base=Symbol(name=name), indices=entered) if axes.get(name, ())[:1] == (axis,):
                rest = axes[name][1:]
                lacks = len(entered) == len(rest) and "1" not in rest and all(map(known, entered, rest))
                return replace(node, indices=(place, *entered)) if lacks else node
        return rebuild(node, again)

    return rewritten(node, rule)


def example_axes(question: SolvedQuestion) -> frozenset[str]:
    """The axes that only a number such as the loss sums over: those of independent examples."""
    axes = question.graph.axes
    every = {axis for shape in axes.values() for axis in shape if axis != "1"}
    reduced = [item for node in question.graph.nodes if node.axes for item in walk(node.expression)]
    return frozenset(every - {axis_of(item, axes) for item in reduced if isinstance(item, Reduce)})


def of_examples(question: SolvedQuestion, answer: Expression, letters: Iterable[str]) -> bool:
    """Whether one of the letters, as the answer uses it, numbers examples."""
    axes = question.graph.axes
    examples = example_axes(question)
    return any(axis_of(Reduce("sum", letter, answer), axes) in examples for letter in letters)


def dots_of_columns(question: SolvedQuestion, answer: Expression) -> Expression:
    """The answer with matrix products of two columns, or two rows, as numbers: ``np.dot(u, v)`` of plain vectors."""
    env = environment(question.runs[0])

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Product((left, right), ("@",)):
                shapes = [env.values[one.name].shape[1:] for one in (left, right) if _is_whole(one, env)]
                alike = len(shapes) == 2 and shapes[0] == shapes[1] and len(shapes[0]) == 2
                if alike and min(shapes[0]) == 1 < max(shapes[0]):
                    return Call("inner", (left, right), 0, node.span)
        return node

    return rewritten(answer, rule)


def _is_whole(node: Expression, env: Environment) -> TypeGuard[Symbol]:
    return isinstance(node, Symbol) and node.name in env.values


def in_letters_of(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[list[Expression], bool]:
    """The target at its entries in the letters of the answer, in every order, where these are not its own already.

    Beside them whether an axis of it is all but the last of another, as one of K - 1 is: only there it is the target
    that tells how far a letter runs. Letters that are fewer than the axes enter the first ones.
    """
    axes, names = question.graph.axes, names_in(question.graph.axes) | question.runs[0].sizes.keys()
    written, asked = [Symbol(one) for one in sorted(index_letters(answer) - names)], sides(target)
    kept = [place for place in indices(target) if place in written]
    own = [place for place in indices(target) if place not in written]
    openings = [len(axes.get(head(side) or "", ())) - len(indices(side)) for side in asked]
    new = [letter for letter in written if letter not in kept]
    if not new or len(own) > len(new) or len(new) > len(own) + sum(openings) or len(new) > MAX_LETTERS:
        return [], False
    if not all(isinstance(place, Symbol) for place in own) or (sum(map(bool, openings)) > 1 and len(asked) > 2):
        return [], False
    less = any(_LESS.fullmatch(axis) for side in asked for axis in axes.get(head(side) or "", ()))
    return [
        _with_places(target, dict(zip(own, order, strict=False)), order[len(own) :], axes)
        for order in permutations(new)
    ], less


def _with_places(
    target: Expression, letters: dict[Expression, Symbol], more: Sequence[Symbol], axes: Axes
) -> Expression:
    """The target with other letters for its own, and more of them behind these."""
    left = list(more)

    def rule(node: Expression, again: Again) -> Expression:
        if isinstance(node, Partial):
            return rebuild(node, again)
        name = head(node)
        if name is None:
            return node
        places = [letters.get(place, place) for place in indices(node)]
        while left and len(places) < len(axes.get(name, ())):
            places.append(left.pop(0))
        return Indexed(Symbol(name), tuple(places), node.span) if places else node

    return rewritten(target, rule)


def index_letters(node: Expression) -> set[str]:
    """The letters that enter arrays in a factor, and that no sum in it binds."""
    free = free_symbols(node)
    return {
        index.name for item in walk(node) for index in indices(item) if isinstance(index, Symbol) and index.name in free
    }
