"""What the names of a program stand for: quantities, letters of loops, what its lines so far made, functions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.expression.algebra.construct import fresh
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Expression, Indexed, Product, Symbol, head, sides
from grader.expression.reading.code.program_tree import OVER
from grader.expression.reading.read import read
from grader.expression.reading.spelling.spellings import spellings_of
from grader.work import spend

PASS = 5_000  # units of work
MOST_PASSES = 400  # of all loops that are gone through one by one


class NotRead(Exception):
    """A piece of code that can't be told as a formula."""


class Widened(NotRead):
    """A vector beside a column: of no other shape than what each of them has, if the program meant two vectors."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function of a program: what it is called on, its lines ``name = value``, and what it returns."""

    arguments: tuple[str, ...]
    body: ast.expr
    lines: tuple[tuple[str, ast.expr], ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramNames:
    """The declared names, and what the lines so far made of others.

    `letters` are the names that a loop runs over, with the index letter of each, and those that are `free`: that number
    places while nothing gives them a value. `first` is the number of the first place of an axis, 0 in Python; with
    `columns` each vector stands upright, as in Julia, and a row of a matrix does so as well; `passes`
    counts the passes of all loops that are gone through one by one. `storage` has by name the array in memory; `stale`
    are names of arrays that changed under another; `truths` those of arrays of true and false; `upright` are columns
    and rows of the model that the program itself sets upright or across.
    """

    names: Names
    assigned: dict[str, Expression] = field(default_factory=dict)
    functions: dict[str, Lambda] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    first: int = 0
    columns: bool = False
    passes: list[int] = field(default_factory=lambda: [0])
    free: frozenset[str] = frozenset()
    stale: set[str] = field(default_factory=set)
    truths: set[str] = field(default_factory=set)
    storage: dict[str, str] = field(default_factory=dict)
    upright: list[Expression] = field(default_factory=list)

    @property
    def running(self) -> frozenset[str]:
        """The index letters that loops run over."""
        return frozenset(letter for name, letter in self.letters.items() if name not in self.free)


def with_letter(scope: ProgramNames, name: str) -> tuple[ProgramNames, str]:
    """The scope within a loop over a name, and its index letter, which no quantity has."""
    scope.stale.discard(name)
    table = spellings_of(scope.names)
    taken = {*table.exact, *table.keys, *scope.letters.values()}
    letter = name if name not in taken and len(name) == 1 else fresh(taken)
    return replace(scope, assigned=dict(scope.assigned), letters={**scope.letters, name: letter}), letter


def one_pass(scope: ProgramNames) -> None:
    """Count a pass of a loop that is gone through one by one; raises NotRead where there are too many."""
    spend(PASS)
    scope.passes[0] += 1
    if scope.passes[0] > MOST_PASSES:
        raise NotRead


def value_of(scope: ProgramNames, name: str) -> Expression:
    """What a name stands for: a loop's letter, what was assigned to it, or a quantity of the model."""
    if name in scope.stale:
        raise NotRead
    if name in scope.letters:
        return Symbol(scope.letters[name])
    if name in scope.assigned:
        return scope.assigned[name]
    found = _read(scope, name)
    plain = name.removesuffix("_")  # lambda_, since lambda is a word of Python's
    if found is None and plain != name and plain not in scope.assigned.keys() | scope.stale:
        found = _read(scope, plain)
    if found is None:
        raise NotRead
    return found


def array_of(scope: ProgramNames, value: Expression) -> Expression:
    """What is entered: the array ``beta_u`` in ``beta_u[:, None]``, whose letter is no loop's."""
    match value:
        case Indexed(Symbol(name) as base, places) if (one := declared(scope, name)) and one.rank == len(places):
            letters = {place.name for place in places if isinstance(place, Symbol)}
            return base if len(letters) == len(places) and letters.isdisjoint(scope.letters.values()) else value
    return value


def left_of(scope: ProgramNames, name: str) -> Expression:
    """The left side that a name is: what it is declared for, or itself."""
    return _read(scope, name) or Symbol(name)


def is_called_as(name: str, target: Expression) -> bool:
    """Whether a name is one that programs give to what is asked: ``dw``, ``grad_w``, ``dL_dw`` of dL/dw."""
    above, *below = [head(side) or "" for side in sides(target)]
    plain = name.replace("_", "")
    if not below:
        return plain == above.replace("_", "")
    under, over = "".join(below).replace("_", ""), above.replace("_", "")
    usual = (f"d{under}", f"grad{under}", f"{under}grad", f"d{over}d{under}", "grad", "gradient")
    return len(below) == 1 and plain in usual


def _read(scope: ProgramNames, name: str) -> Expression | None:
    """A name of the model as the reader of formulas finds it, as long as it is no product of others."""
    reading = read(name.replace(OVER, "/"), scope.names)
    found = reading.expression
    if reading.problems or len(reading.chain) != 1 or isinstance(found, Product):
        return None
    return found


def declared(scope: ProgramNames, name: str) -> Declared | None:
    """What is declared under the plain name of a symbol."""
    return spellings_of(scope.names).exact.get(name)
