"""What names of a program stand for, and which axes its formulas have."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.expression.algebra.construct import fresh
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Call, Cases, Expression, Indexed, Number, Product, Symbol, head
from grader.expression.reading.grammar.names.class_labels import one_hot
from grader.expression.reading.read import read
from grader.expression.reading.spelling.spellings import spellings_of

Lengths = tuple[str, ...]


class NotRead(Exception):
    """A piece of code that can't be told as a formula."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function of a program: what it is called on, and the formula that it returns."""

    arguments: tuple[str, ...]
    body: ast.expr


@dataclass(frozen=True, slots=True)
class ProgramNames:
    """The declared names, and what the lines so far made of others.

    `letters` are the names that a loop runs over, with the index letter of each.
    """

    names: Names
    assigned: dict[str, Expression] = field(default_factory=dict)
    functions: dict[str, Lambda] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)


def with_letter(scope: ProgramNames, name: str) -> tuple[ProgramNames, str]:
    """The scope within a loop over a name, and its index letter, which no quantity has."""
    table = spellings_of(scope.names)
    taken = {*table.exact, *table.keys, *scope.letters.values()}
    letter = name if name not in taken and len(name) == 1 else fresh(taken)
    letters = {**scope.letters, name: letter}
    return ProgramNames(scope.names, dict(scope.assigned), scope.functions, letters), letter


def value_of(scope: ProgramNames, name: str) -> Expression:
    """What a name stands for: a loop's letter, what was assigned to it, or a quantity of the model."""
    if name in scope.letters:
        return Symbol(scope.letters[name])
    if name in scope.assigned:
        return scope.assigned[name]
    found = _read(scope, name)
    if found is None:
        raise NotRead
    return found


def left_of(scope: ProgramNames, name: str) -> Expression:
    """The left side that a name is: what it is declared for, or itself."""
    return _read(scope, name) or Symbol(name)


def _read(scope: ProgramNames, name: str) -> Expression | None:
    """A name of the model as the reader of formulas finds it, as long as it is no product of others."""
    reading = read(name, scope.names)
    found = reading.expression
    if reading.problems or len(reading.chain) != 1 or isinstance(found, Product):
        return None
    return found


def declared(scope: ProgramNames, name: str) -> Declared | None:
    """What is declared under the plain name of a symbol."""
    return spellings_of(scope.names).exact.get(name)


def one_hot_of(scope: ProgramNames, places: Expression) -> Expression:
    """1 at each of the places that a quantity of the model holds, as rows; raises NotRead for any other formula."""
    known = declared(scope, head(places) or "")
    if known is None or not known.places_of:
        raise NotRead
    return one_hot(known.places_of, places)


def axes_of(scope: ProgramNames, node: Expression) -> Lengths | None:
    """The sizes of the axes of an array, as names or digits; None where they are not known."""
    match node:
        case Symbol(name):
            known = declared(scope, name)
            return () if known is None else known.axes if len(known.axes) == known.rank else None
        case Indexed(Call("identity"), (_,)):
            return ("?",)
        case Indexed(base, places):
            below = axes_of(scope, base)
            whole = any(not isinstance(place, Expression) for place in places)
            return None if below is None or whole else below[len(places) :]
        case Call("transpose", (inner,)):
            found = axes_of(scope, inner)
            return None if found is None else found[::-1]
        case Call("total" | "mean", (_,)):
            return ()
        case Call("total" | "mean", (inner, Number(axis), *kept)):
            found = axes_of(scope, inner)
            at = int(axis)
            if found is None or not 0 <= at < len(found):
                return None
            return (*found[:at], *(("1",) if kept else ()), *found[at + 1 :])
        case Call("identity", (Symbol(size),)):
            return (size, size)
        case Call("take", (base, places)):
            rows, of = axes_of(scope, places), axes_of(scope, base)
            return None if rows is None or of is None else rows + of[1:]
        case Call("outer", (left, right)):
            pair = axes_of(scope, left), axes_of(scope, right)
            return None if None in pair else (pair[0] or ())[:1] + (pair[1] or ())[:1]
        case Call(function, args) if function in FUNCTIONS and FUNCTIONS[function].kind != "array":
            return _widest(scope, args)
        case Call("softmax" | "log_softmax", (inner,)):
            return axes_of(scope, inner)
        case Product(factors, joints) if "@" not in joints:
            return _widest(scope, factors)
        case Product((left, *_, right), _):
            ends = axes_of(scope, left), axes_of(scope, right)
            return None if None in ends else (ends[0] or ())[:-1] + (ends[1] or ())[1:]
        case Cases(branches, otherwise):
            return _widest(
                scope, (*(item for pair in branches for item in pair), *(() if otherwise is None else (otherwise,)))
            )
        case Call():
            return None
        case _:
            return ()


def _widest(scope: ProgramNames, items: tuple[Expression, ...]) -> Lengths | None:
    found = [axes_of(scope, item) for item in items]
    known = [axes for axes in found if axes is not None]
    return None if len(known) < len(found) else max(known, key=len, default=())
