"""The letters of a definition held against its axes: what each runs over, and which of them nothing binds.

Of ``z: w_i * x_i`` it says that the index i stands on the right only, of ``sum_i(x_i * t_i)`` where x has n entries and
t has m that i runs over both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

from grader.autodiff.entrywise import Entry
from grader.autodiff.graph import entered_axes
from grader.autodiff.lower import Axes, lower
from grader.expression.evaluation.implicit_identity import sized
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.axis_sizes import size_formula, written_size
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Reduce,
    Symbol,
    children,
    head,
    symbols,
    walk,
)
from grader.problems import Problem, Span
from grader.rubric.declarations import shown
from grader.rubric.fields import RubricPlace
from grader.rubric.tree import Text

NO_PLACES: Mapping[str, str] = MappingProxyType({})
SMALLEST = 2  # what every size may be


@dataclass(frozen=True, slots=True)
class Left:
    """The left side of a definition with what is said about it: ``yhat_ij`` is yhat with letters i, j.

    `formula` is its right side, `text` how the left side is written.
    """

    name: str
    letters: tuple[str, ...]
    formula: Text
    shape: tuple[str, ...] | None
    text: str
    line: int
    place: RubricPlace

    def note(self, message: str, hint: str = "", span: Span | None = None) -> None:
        """Put a mistake in the formula on the list."""
        self.place.note(self.formula, Problem(message, hint, span=span))


def with_shapes(problem: Problem, expression: Expression, axes: Axes) -> Problem:
    """The problem with the shapes of the arrays that the formula uses."""
    used = {item.name: None for item in walk(expression) if isinstance(item, Symbol) and axes.get(item.name)}
    shapes = ", ".join(f"{name} is {' x '.join(axes[name])}" for name in used)
    return replace(problem, message=f"{problem.message} ({shapes})") if shapes else problem


def infer_axes(
    left: Left, entry: Entry, expression: Expression, axes: Axes, places: Mapping[str, str] = NO_PLACES
) -> tuple[str, ...]:
    """The range of each letter on the left: declared, or from the axes that it indexes on the right.

    One that is only compared with a place, ``1[j = y_i]``, runs over the axis of `places` that this is one on.
    """
    if left.shape is not None and left.letters:
        if len(left.shape) == len(left.letters) + len(entry.axes):
            return left.shape[: len(left.letters)]
        message = f"expected one size for each letter of '{left.text}', found {shown(left.shape)}"
        left.place.key("shape").note(left.line, message)
    ranges = []
    for letter in left.letters:
        sizes = sorted(entered_axes(letter, entry.body, axes) - {"?"})
        if not entered_axes(letter, entry.body, axes) and len(beside := _compared(letter, expression, places)) == 1:
            sizes = [*beside]
        elif not entered_axes(letter, entry.body, axes):
            hint = f"index something with {letter}, or write {{formula: ..., shape: [...]}}"
            if len(left.letters) == 1 and re.fullmatch(rf"{left.name}_{letter}", left.text):
                hint += (
                    f"; if all of '{left.text}' is a name, {left.name}{letter}: {{formula: ..., latex: '{left.text}'}}"
                )
            place, written = _within(expression, letter, left.formula.value)
            if place is not None:
                hint = f"'{written}' is no range of its own: write {{formula: ..., shape: [...]}}"
            message = f"nothing on the right tells what the index '{letter}' runs over"
            left.note(message, hint, None if place is None else place.span)
        elif len(sizes) > 1:
            left.note(*_both(letter, sizes), _second(expression, letter, axes))
        ranges.append(sizes[0] if len(sizes) == 1 else "?")
    return tuple(ranges)


def _compared(letter: str, expression: Expression, places: Mapping[str, str]) -> set[str]:
    """The sizes of the axes on which places lie that a letter is compared with."""
    found = set()
    for item in walk(expression):
        if isinstance(item, Call) and item.function in ("eq", "ne", "kronecker") and Symbol(letter) in item.args:
            found |= {places.get(head(other) or "", "") for other in item.args if other != Symbol(letter)}
    return found - {""}


def check_letters(
    left: Left,
    letters: tuple[str, ...],
    expression: Expression,
    body: Expression,
    axes: Axes,
    failed: Set[str] = frozenset(),
) -> None:
    """Note letters that nothing binds, and sums that run over nothing, or over axes of different sizes.

    `expression` is the formula as written, `body` its entry at `letters`; a letter of what `failed` follows from that.
    """
    for node, around in _reduces(expression):
        _check_range(left, node, around, axes)
    _check_numbers(left, expression, axes)
    free: set[str] = set()
    pending: list[tuple[Expression, frozenset[str]]] = [(body, frozenset(letters))]
    while pending:
        item, bound = pending.pop()
        if isinstance(item, Reduce):
            bound |= {item.letter}
        if isinstance(item, Indexed) and head(item) not in failed:
            free |= {i.name for i in item.indices if isinstance(i, Symbol)} - bound - axes.keys()
        pending.extend((part, bound) for part in children(item))
    for letter in sorted(free):
        hint = f"sum over it, or put it on the left: {left.name}_{''.join((*left.letters, letter))}"
        apart = [node.letter for node, _ in _reduces(expression) if _is_told_apart(node, letter)]
        if apart:
            both = f"{apart[0]},{letter}"
            hint = f"for all pairs put the condition behind a colon: \\sum_{{{both}: {apart[0]} \\ne {letter}}}"
        entered = next((item for item in _indexed(expression) if Symbol(letter) in item.indices), None)
        message = f"the index '{letter}' stands on the right only"
        left.note(message, hint, None if entered is None else entered.span)


def _is_told_apart(node: Reduce, letter: str) -> bool:
    """Whether a sum runs over what another letter is not, ``i \\ne j``."""
    test = node.condition
    return isinstance(test, Call) and test.function == "ne" and Symbol(letter) in test.args


def check_bars(left: Left, expression: Expression, axes: Axes) -> None:
    """Note bars round a matrix, which are its determinant in most books and the absolute values of its entries here."""
    source = left.formula.value
    for item in walk(expression):
        if not (isinstance(item, Call) and item.function == "abs") or "abs" in source[item.span.start :][:5]:
            continue
        try:
            entry = lower(item.args[0], axes, left.letters)
        except ShapeError:
            continue  # noted for the formula as a whole
        if sum(axis != "1" for axis in entry.axes) > 1:
            written = source[item.args[0].span.start : item.args[0].span.end]
            hint = f"write abs({written}) for that of each entry, norm({written}) for the root of the sum of squares"
            if len(entry.axes) == 2 and entry.axes[0] == entry.axes[1]:
                hint = hint.replace("write ", f"write det({written}) for the determinant, ")
            left.note(f"bars round a matrix, {entry.shape_text}, may mean several things", hint, item.span)


def _reduces(expression: Expression) -> Iterator[tuple[Reduce, tuple[str, ...]]]:
    """The sums over letters as they are written, from the outermost, each with the letters that are bound around it."""
    pending: list[tuple[Expression, tuple[str, ...]]] = [(expression, ())]
    while pending:
        item, around = pending.pop()
        if isinstance(item, Reduce) and item.letter:
            yield item, around
            around = (*around, item.letter)
        pending.extend((part, around) for part in reversed(children(item)))


def _check_range(left: Left, node: Reduce, around: tuple[str, ...], axes: Axes) -> None:
    """Note a sum whose letter enters axes of different sizes; one without bounds, whose letter enters nothing."""
    bounded = node.lower is not None or node.upper is not None
    ends = set() if node.upper is None else symbols(node.upper)  # at a letter around it, or at a size
    last = ends - {*left.letters, *around, *axes} if isinstance(node.upper, Symbol) else set()
    if bounded and not last:
        return
    letter = node.letter
    try:
        body = lower(node.body, axes, tuple(dict.fromkeys((*left.letters, *around, letter)))).body
    except ShapeError:
        return  # noted for the formula as a whole
    entered = entered_axes(letter, body, axes)
    if not entered and node.condition is not None:  # the k of argmax_k z_k
        entered = entered_axes(letter, node.condition, axes)
    whole = {axis for axis in entered if not any(_longer(axis, size) for size in last)}
    sizes = sorted((whole | (last if entered else set())) - {"?", "1"})
    if not entered and not bounded:
        place, written = _within(node.body, letter, left.formula.value)
        hint = f"'{written}' is no range of its own: say where '{letter}' begins and ends" if written else ""
        message = f"the {node.kind} over '{letter}' has nothing to run over"
        left.note(message, hint, node.span if place is None else place.span)
    elif len(sizes) > 1:
        left.note(*_both(letter, sizes), _second(node.body, letter, axes) or node.span)


def _longer(axis: str, size: str) -> bool:
    """Whether an axis is longer than a size whatever that is, as one of 2*m or m+n is longer than m."""
    more = written_size(f"{axis}-{size}", [size, *re.findall(r"[^\W\d]\w*", axis)])
    return bool(more) and "-" not in more


def _check_numbers(left: Left, expression: Expression, axes: Axes) -> None:
    """Note numbers that are no place on an axis, or none on every axis of that size."""
    for item in _indexed(expression):
        name = head(item)
        for place, axis in zip(item.indices, axes.get(name or "", ()), strict=False):
            most = int(axis) if axis.isdigit() else SMALLEST
            if isinstance(place, Number) and axis != "?" and not 1 <= place.value <= most:
                hint = f"they are counted from 1 to {axis}"
                if not axis.isdigit():
                    hint += f", which may be {SMALLEST}; an axis of known length has a number in its shape"
                left.note(f"'{name}' has no entry {place.value}", hint, item.span)


def _both(letter: str, sizes: list[str]) -> tuple[str, str]:
    return f"the index '{letter}' runs over {' and over '.join(sizes)}", ""


def _indexed(expression: Expression) -> Iterator[Indexed]:
    """The entries that a formula enters, from left to right as written."""
    found = [item for item in walk(expression) if isinstance(item, Indexed)]
    return iter(sorted(found, key=lambda item: item.span.start))


def _second(expression: Expression, letter: str, axes: Axes) -> Span | None:
    """Where a letter enters an axis of another size than before; None where this is not seen in the formula."""
    first: str | None = None
    for item in _indexed(expression):
        for place, axis in zip(item.indices, axes.get(head(item) or "", ()), strict=False):
            if place == Symbol(letter) and axis not in ("?", "1"):
                if first is not None and axis != first:
                    return item.span
                first = axis
    return None


def _within(expression: Expression, letter: str, source: str) -> tuple[Indexed | None, str]:
    """The entry whose index holds a letter beside other things, as ``x_{i+i}`` does, and how it is written."""
    for item in _indexed(expression):
        if any(not isinstance(place, Symbol) and letter in symbols(place) for place in item.indices):
            return item, source[item.span.start : item.span.end]
    return None, ""


def with_size_of_identity(
    expression: Expression, known: Mapping[str, tuple[str, ...]], letters: tuple[str, ...]
) -> Expression:
    """The formula with its identity matrices of the one size that fits beside them; itself where none or more do."""
    sizes = dict.fromkeys(axis for name in symbols(expression) for axis in known.get(name, ()) if axis not in "1?")
    fitting = []
    for one in (sized(expression, size_formula(axis)) for axis in sizes):
        try:
            lower(one, known, letters)
        except ShapeError:
            continue
        fitting.append(one)
    return fitting[0] if len(fitting) == 1 else expression
