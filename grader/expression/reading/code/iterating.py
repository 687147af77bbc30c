"""What a loop runs over: items that are gone through one by one, or all places of an axis under a letter.

``zip([W3, W2], [A2, A1])`` are two passes, ``range(3)`` three; ``range(n)`` of a size n, ``enumerate(X)`` and
``zip(X, y)`` of arrays are a letter.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from grader.expression.algebra.construct import add, sub, substitute
from grader.expression.language.nodes import ONE, ZERO, Call, Expression, Indexed, Number, Symbol, integer, walk
from grader.expression.reading.code.array_axes import axes_of
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared, with_letter
from grader.expression.reading.code.sequences import LONGEST, items_of, listed, rows_of

ReadAs: TypeAlias = Callable[[ProgramNames, ast.expr], Expression]


@dataclass(frozen=True, slots=True)
class LetterLoop:
    """A loop over a letter: the names within it, the letter, and what it is restricted to."""

    scope: ProgramNames
    letter: str
    tests: tuple[Expression, ...] = ()
    upper: Expression | None = None


def passes_of(scope: ProgramNames, node: ast.expr, formula: ReadAs) -> Sequence[Expression] | None:
    """What each pass of a loop is given, one by one; None where it runs over an axis of unknown length."""
    match node:
        case ast.Call(ast.Name("range") | ast.Attribute(_, "arange"), args, []) if 1 <= len(args) <= 3:
            bounds = [number_of(_tried(scope, arg, formula)) for arg in args]
            numbers = [bound for bound in bounds if bound is not None]
            if len(numbers) < len(bounds) or 0 in numbers[2:]:
                return None
            if scope.first:
                numbers = _with_end(numbers)
            places = range(*numbers)
            return [integer(place) for place in places] if len(places) <= LONGEST else None
        case ast.Call(ast.Name("reversed" | "list" | "tuple" as name), [inner], []):
            found = passes_of(scope, inner, formula)
            return found[::-1] if found is not None and name == "reversed" else found
        case ast.Call(ast.Name("enumerate"), [inner, *start]):
            found = passes_of(scope, inner, formula)
            first = number_of(formula(scope, start[0])) if start else 0
            if found is None or first is None:
                return None
            return [listed((integer(first + k), item)) for k, item in enumerate(found)]
        case ast.Call(ast.Name("zip"), several) if several:
            runs = [passes_of(scope, one, formula) for one in several]
            known = [run for run in runs if run is not None]
            if not known:
                return None
            if len(known) < len(runs):
                raise NotRead
            return [listed(items) for items in zip(*known, strict=False)]
        case ast.Tuple(parts):
            return items_of(formula(scope, ast.List(parts, ast.Load())))
    found_value = _tried(scope, node, formula)
    if found_value is None:
        return None
    axes = axes_of(scope, found_value)
    if items_of(found_value) is None and not (axes and axes[0].isdigit()):
        return None
    return rows_of(scope, found_value)


def _with_end(numbers: Sequence[int]) -> list[int]:
    """The bounds of a range whose end is part of it, and whose step stands in the middle, as Python has them."""
    if len(numbers) == 2:
        return [numbers[0], numbers[1] + 1]
    first, last, step = numbers
    return [first, last + (1 if step > 0 else -1), step]


def _tried(scope: ProgramNames, node: ast.expr, formula: ReadAs) -> Expression | None:
    try:
        return formula(scope, node)
    except NotRead:
        return None


def without_continue(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The statements of a pass, those behind ``if test: continue`` under the test that it does not hold."""
    for at, statement in enumerate(body):
        match statement:
            case ast.If(test, [ast.Continue()], []):
                rest = list(without_continue(body[at + 1 :]))
                other = ast.UnaryOp(ast.Not(), test)
                return [*body[:at], ast.copy_location(ast.If(other, rest, []), statement)] if rest else body[:at]
    return body


def bind(scope: ProgramNames, target: ast.expr, value: Expression) -> None:
    """Give the name, or each of the names, of a target its value."""
    match target:
        case ast.Name(name):
            scope.stale.discard(name)
            scope.assigned[name] = value
        case ast.Tuple(parts) | ast.List(parts):
            items = items_of(value)
            if items is None or len(items) != len(parts):
                raise NotRead
            for part, item in zip(parts, items, strict=True):
                bind(scope, part, item)
        case _:
            raise NotRead


def run_over(scope: ProgramNames, target: ast.expr, node: ast.expr, formula: ReadAs) -> LetterLoop:
    """A loop whose passes are the places of an axis; raises NotRead for any other."""
    match target, node:
        case ast.Name(name), ast.Call(ast.Name("range") | ast.Attribute(_, "arange"), args, []) if len(args) in (1, 2):
            inside, letter = with_letter(scope, name)
            size = _counted_from_one(scope, args, formula)
            if size is not None:  # the name is the number that the letter is, and no place from 0
                letters = {other: one for other, one in inside.letters.items() if other != name}
                assigned = {**inside.assigned, name: Symbol(letter)}
                return LetterLoop(
                    replace(inside, letters={**letters, f"<{name}>": letter}, assigned=assigned), letter, (), size
                )
            return LetterLoop(inside, letter, *_bounds(scope, letter, args, formula))
        case ast.Tuple([ast.Name(name), part]), ast.Call(ast.Name("enumerate"), [inner]):
            inside, letter = with_letter(scope, name)
            _bind_rows(inside, part, inner, letter, formula)
            return LetterLoop(inside, letter)
        case ast.Name(name), _ if (mask := _places_of(_tried(scope, node, formula))) is not None:
            inside, letter = with_letter(scope, name)
            return LetterLoop(inside, letter, (Call("ne", (Indexed(mask, (Symbol(letter),)), ZERO)),))
        case _:
            inside, letter = with_letter(scope, f"<{len(scope.letters)}>")
            _bind_rows(inside, target, node, letter, formula)
            return LetterLoop(inside, letter)


def _places_of(found: Expression | None) -> Expression | None:
    """The mask whose places a value is: ``np.where(mask)[0]``."""
    return found.args[0] if isinstance(found, Call) and found.function == "places" else None


def _counted_from_one(scope: ProgramNames, args: Sequence[ast.expr], formula: ReadAs) -> Expression | None:
    """The size n of ``range(1, n + 1)`` in Python; raises NotRead for another end behind that of an axis."""
    match [_tried(scope, arg, formula) for arg in args]:
        case [*low, Call("add", (Symbol(name) as size, Number() as more))] if not scope.first and more.value > 0:
            known = declared(scope, name)
            if known is None or known.role != "size":
                return None
            if low == [ONE] == [more]:
                return size
            raise NotRead
    return None


def _bind_rows(scope: ProgramNames, target: ast.expr, node: ast.expr, letter: str, formula: ReadAs) -> None:
    """Give each name its row at a letter."""
    match target, node:
        case ast.Tuple(parts), ast.Call(ast.Name("zip"), arrays) if len(parts) == len(arrays):
            for part, array in zip(parts, arrays, strict=True):
                _bind_rows(scope, part, array, letter, formula)
        case ast.Name(name), _:
            rows = formula(scope, node)
            if not axes_of(scope, rows):
                raise NotRead
            scope.assigned[name] = Indexed(rows, (Symbol(letter),))
        case _:
            raise NotRead


def _labels(scope: ProgramNames, node: Expression) -> set[str]:
    """The labels of the model in a formula."""
    known = [declared(scope, item.name) for item in walk(node) if isinstance(item, Symbol)]
    return {label.name for label in known if label is not None and label.places_of and not label.rank}


def _places(scope: ProgramNames, bound: Expression) -> Expression:
    """A bound with the labels in it counted as the program counts."""
    if scope.first:
        return bound
    return substitute(bound, {name: sub(Symbol(name), ONE) for name in _labels(scope, bound)})


def _of_letters(scope: ProgramNames, node: Expression) -> bool:
    """Whether a formula is of letters of indices, labels and numbers alone."""
    letters = {*scope.letters.values(), *_labels(scope, node)}
    return all(
        item.name in letters if isinstance(item, Symbol) else isinstance(item, Number | Call) for item in walk(node)
    )


def _bounds(
    scope: ProgramNames, letter: str, args: Sequence[ast.expr], formula: ReadAs
) -> tuple[tuple[Expression, ...], Expression | None]:
    """What a range restricts its letter to, counted from 1: the tests, and the upper end where it is a mere size."""
    *low, high = args
    upper = _tried(scope, high, formula)
    upper = None if upper is None else _places(scope, upper)
    if upper is None and not isinstance(high, ast.Name):
        raise NotRead
    known = declared(scope, upper.name) if isinstance(upper, Symbol) else None
    if known is not None and known.role != "size" and not known.places_of:
        raise NotRead
    tests: list[Expression] = []
    if low:
        begin = _places(scope, formula(scope, low[0]))
        start = number_of(begin)
        if (start is None and not _of_letters(scope, begin)) or (start is not None and start < scope.first):
            raise NotRead
        if start is None:
            tests.append(Call("ge", (Symbol(letter), begin if scope.first else add(begin, ONE))))
        elif start > scope.first:
            tests.append(Call("ge", (Symbol(letter), integer(start + 1 - scope.first))))
    if upper is not None and (not isinstance(upper, Symbol) or (known is not None and known.places_of)):
        tests.append(Call("le", (Symbol(letter), upper)))
        upper = None
    return tuple(tests), upper
