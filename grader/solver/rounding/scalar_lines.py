"""A program of arrays at one point -> lines of single numbers: sums, products and functions of entries.

``z_i = sum_j(W_ij * x_j) + b_i`` with two units and two inputs gives ``z_1 = W_11 x_1 + W_12 x_2 + b_1`` and ``z_2``.
Which terms a condition on indices leaves is settled here; one on numbers stays, since rounding may turn it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

import numpy as np

from grader.autodiff.graph import Node
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
    indices,
    walk,
)
from grader.solver.runs import Run, axis_length
from grader.work import spend

MAX_PARTS = 20_000  # numbers and operations in all lines of a program
MAX_POWER = 4  # up to which a power is a product
PART = 300  # units of work
CONSTANTS = {"e": math.e, "pi": math.pi}
_REDUCED = {"sum": "add", "prod": "mul", "max": "max", "min": "min"}


class NoLines(Exception):
    """A program that is not made of single numbers here: too many of them, or a formula of whole arrays."""


@dataclass(frozen=True, slots=True)
class ArrayEntry:
    """A quantity at a place, counted from nought; of a number the place is empty."""

    name: str
    place: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the formula itself."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """A sum of at least two terms."""

    terms: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """A product of the factors `above`, divided by those `below`."""

    above: tuple[Scalar, ...]
    below: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """A function of numbers, a row of `functions.FUNCTIONS`."""

    function: str
    args: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The value of the first branch whose test is not 0, else `otherwise`; tests are conditions, applied to numbers."""

    branches: tuple[tuple[Scalar, Scalar], ...]
    otherwise: Scalar


MINUS = Constant(-1.0)
Scalar: TypeAlias = ArrayEntry | Constant | Addition | Ratio | Applied | Choice


@dataclass(frozen=True, slots=True)
class ScalarLine:
    """``entry = formula``, with its exact value."""

    entry: ArrayEntry
    formula: Scalar
    exact: float


def is_turned(formula: Scalar) -> bool:
    """Whether a formula is another with the opposite sign, which nobody rounds once more."""
    return isinstance(formula, Ratio) and not formula.below and len(formula.above) == 2 and MINUS in formula.above


@dataclass(slots=True, eq=False)
class _Lowering:
    """The sizes, the shapes of all quantities, the exact numbers so far, and how many parts there may still be."""

    sizes: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]
    exact: dict[ArrayEntry, float] = field(default_factory=dict)
    left: int = MAX_PARTS


def given_entries(run: Run) -> dict[ArrayEntry, float]:
    """The numbers of the leaves at the first point of a run, by entry."""
    found: dict[ArrayEntry, float] = {}
    for leaf in run.graph.leaves:
        data = run.values[leaf.name][0]
        found |= {ArrayEntry(leaf.name, place): float(data[place]) for place in np.ndindex(data.shape)}
    return found


def scalar_lines(run: Run, nodes: Iterable[Node]) -> tuple[ScalarLine, ...]:
    """The lines of a program in order; raises NoLines where it has none."""
    nodes = tuple(nodes)
    lowering = _Lowering(run.sizes, shapes_of(run, nodes), given_entries(run))
    found = []
    for node in nodes:
        for entry, formula in _entry_by_entry(node, lowering):
            line = ScalarLine(entry, formula, _exact(formula, lowering.exact))
            lowering.exact[line.entry] = line.exact
            found.append(line)
    return tuple(found)


def shapes_of(run: Run, nodes: Iterable[Node]) -> dict[str, tuple[int, ...]]:
    """The shapes of all that is given in a run, and of the lines of a program."""
    shapes = {leaf.name: run.values[leaf.name].shape[1:] for leaf in run.graph.leaves}
    return shapes | {node.name: tuple(axis_length(axis, run.sizes) for axis in node.axes) for node in nodes}


def formulas_of(
    run: Run, shapes: Mapping[str, tuple[int, ...]], node: Node
) -> tuple[tuple[tuple[ArrayEntry, Scalar], ...], int] | None:
    """The formulas of one line's entries, and how many parts they have; None where they depend on other lines' numbers.

    Raises NoLines.
    """
    lowering = _Lowering(run.sizes, shapes, given_entries(run))
    try:
        found = tuple(_entry_by_entry(node, lowering))
    except KeyError:  # of a number that is worked out, and decides which entries are meant
        return None
    return found, MAX_PARTS - lowering.left


def _entry_by_entry(node: Node, at: _Lowering) -> Iterator[tuple[ArrayEntry, Scalar]]:
    if len(node.letters) != len(node.axes):
        raise NoLines
    for place in product(*map(range, at.shapes[node.name])):
        letters = dict(zip(node.letters, place, strict=True))
        yield ArrayEntry(node.name, place), _scalar(node.expression, at, letters)


def leading_to(lines: Sequence[ScalarLine], entries: Iterable[ArrayEntry]) -> tuple[ScalarLine, ...]:
    """The lines that the given entries need, in order."""
    needed = set(entries)
    found = []
    for line in reversed(lines):
        if line.entry in needed:
            found.append(line)
            needed.update(_entries(line.formula))
    return tuple(reversed(found))


def _entries(formula: Scalar) -> Iterator[ArrayEntry]:
    match formula:
        case ArrayEntry():
            yield formula
        case Addition(parts) | Applied(args=parts):
            for part in parts:
                yield from _entries(part)
        case Ratio(above, below):
            for part in (*above, *below):
                yield from _entries(part)
        case Choice(branches, otherwise):
            for part in (*(part for branch in branches for part in branch), otherwise):
                yield from _entries(part)


def _scalar(node: Expression, at: _Lowering, letters: Mapping[str, int]) -> Scalar:
    spend(PART)
    at.left -= 1
    if at.left < 0:
        raise NoLines
    match node:
        case Number():
            return Constant(float(node.value))
        case Symbol(name=name) if name in letters:
            return Constant(letters[name] + 1.0)
        case Symbol(name=name) if name not in at.shapes and (name in at.sizes or name in CONSTANTS):
            return Constant(float(at.sizes.get(name, CONSTANTS.get(name, math.nan))))
        case Symbol() | Indexed() | Partial():
            return _entry(node, at, letters)
        case Product(factors=factors, joints=joints) if "@" not in joints and "otimes" not in joints:
            return _ratio([_scalar(factor, at, letters) for factor in factors])
        case Reduce():
            return _reduced(node, at, letters)
        case Cases():
            return _choice(node, at, letters)
        case Call(function="iverson", args=(test,)):
            return _test(test, at, letters)
        case Call(function="kronecker"):
            return Constant(float(_holds(node, at, letters)))
        case Call(primes=0):
            return _call(node, [_scalar(arg, at, letters) for arg in node.args])
    raise NoLines


def _entry(node: Expression, at: _Lowering, letters: Mapping[str, int]) -> ArrayEntry:
    name = head(node) or ""
    place = tuple(round(_number(index, at, letters)) - 1 for index in indices(node))
    shape = at.shapes.get(name)
    if shape is None or len(place) != len(shape):
        raise NoLines
    if not all(0 <= index < length for index, length in zip(place, shape, strict=True)):
        raise NoLines
    return ArrayEntry(name, place)


def _number(node: Expression, at: _Lowering, letters: Mapping[str, int]) -> float:
    return _exact(_scalar(node, at, letters), at.exact)


def _holds(node: Expression, at: _Lowering, letters: Mapping[str, int]) -> bool:
    match node:
        case Call("iverson" | "not", (inner,)):
            return _holds(inner, at, letters) == (node.function == "iverson")
        case Call("and" | "or", args):
            return (all if node.function == "and" else any)(_holds(arg, at, letters) for arg in args)
        case Call("kronecker", args):
            return len({_number(arg, at, letters) for arg in args}) == 1
        case Call(function=name, args=args) if FUNCTIONS[name].kind == "condition":
            return bool(ELEMENTWISE[name](*(np.float64(_number(arg, at, letters)) for arg in args)))
    return _number(node, at, letters) != 0


def _choice(node: Cases, at: _Lowering, letters: Mapping[str, int]) -> Scalar:
    found: list[tuple[Scalar, Scalar]] = []
    last: Scalar = Constant(math.nan)  # where no branch holds, there is no value
    if node.otherwise is not None:
        last = _scalar(node.otherwise, at, letters)
    for value, test in node.branches:
        holds = _test(test, at, letters)
        if holds == Constant(0.0):
            continue
        if holds == Constant(1.0):
            last = _scalar(value, at, letters)
            break
        found.append((_scalar(value, at, letters), holds))
    return Choice(tuple(found), last) if found else last


def _test(node: Expression, at: _Lowering, letters: Mapping[str, int]) -> Scalar:
    """A condition as 1 or 0; one on indices and numbers of the formula is settled."""
    match node:
        case Call("not" | "and" | "or", args):
            tests = [_test(arg, at, letters) for arg in args]
        case Call(function=name, args=args) if FUNCTIONS[name].kind == "condition":
            tests = [_scalar(arg, at, letters) for arg in args]
        case _:
            return Constant(float(_holds(node, at, letters)))
    if all(isinstance(test, Constant) for test in tests):
        return Constant(float(_holds(node, at, letters)))
    return Applied(node.function, tuple(tests))


def softmax_in(formula: Ratio) -> tuple[int, int] | None:
    """Which factor above is an exponential, and which below a sum of exponentials; None where there are none."""
    above = next((k for k, one in enumerate(formula.above) if exponents(Addition((one,)))), None)
    below = next((k for k, one in enumerate(formula.below) if isinstance(one, Addition) and exponents(one)), None)
    return None if above is None or below is None else (above, below)


def exponents(formula: Addition) -> tuple[Scalar, ...]:
    """The exponents of a sum of exponentials; none for any other sum."""
    found = [term.args[0] for term in formula.terms if isinstance(term, Applied) and term.function == "exp"]
    return tuple(found) if len(found) == len(formula.terms) else ()


def _reduced(node: Reduce, at: _Lowering, letters: Mapping[str, int]) -> Scalar:
    if node.lower is not None or node.upper is not None:
        low = 1 if node.lower is None else round(_number(node.lower, at, letters))
        high = _length(node, at) if node.upper is None else round(_number(node.upper, at, letters))
    else:
        low, high = 1, _length(node, at)
    parts = []
    for value in range(low - 1, high):
        inner = {**letters, node.letter: value}
        if node.condition is None or _holds(node.condition, at, inner):
            parts.append(_scalar(node.body, at, inner))
    return _call(Call(_REDUCED[node.kind], ()), parts)


def _length(node: Reduce, at: _Lowering) -> int:
    """The length of the axis that the letter of a reduction enters."""
    for item in walk(node.body, hidden=node.letter):
        shape = at.shapes.get(head(item) or "", ())
        for index, length in zip(indices(item), shape, strict=False):
            if index == Symbol(node.letter):
                return length
    raise NoLines


def _call(node: Call, args: list[Scalar]) -> Scalar:
    match node.function, args:
        case "add", []:
            return Constant(0.0)
        case "add" | "mul", [one]:
            return one
        case "add", _:
            return Addition(
                tuple(part for arg in args for part in (arg.terms if isinstance(arg, Addition) else (arg,)))
            )
        case "sub", [a, b]:
            return _call(Call("add", ()), [a, _ratio([MINUS, b])])
        case "neg", [a]:
            return _ratio([MINUS, a])
        case "mul", _:
            return _ratio(args)
        case "div", [a, b]:
            return _ratio([a], [b])
        case "square", [a]:
            return _ratio([a, a])
        case "pow", [a, Constant(power)] if power == int(power) and 1 <= power <= MAX_POWER:
            return _ratio([a] * int(power))
        case "pow", [a, Constant(power)] if power == int(power) and -MAX_POWER <= power <= -1:
            return _ratio([], [a] * int(-power))
        case "pow", [Constant(math.e), a]:
            return Applied("exp", (a,))
    if node.function not in ELEMENTWISE:
        raise NoLines
    return Applied(node.function, tuple(args))


def _ratio(above: list[Scalar], below: list[Scalar] | None = None) -> Ratio:
    """The quotient of two products, ratios within them taken apart."""
    parts: tuple[list[Scalar], list[Scalar]] = ([], [])
    for turned, factors in enumerate((above, below or [])):
        for factor in factors:
            match factor:
                case Ratio(upper, lower):
                    parts[turned].extend(upper)
                    parts[1 - turned].extend(lower)
                case _:
                    parts[turned].append(factor)
    return Ratio(tuple(parts[0]), tuple(parts[1]))


def _exact(formula: Scalar, known: Mapping[ArrayEntry, float]) -> float:
    """The value of a formula; nan where it has none."""
    with np.errstate(all="ignore"):
        return float(_floats(formula, known))


def _floats(formula: Scalar, known: Mapping[ArrayEntry, float]) -> np.float64:
    match formula:
        case ArrayEntry():
            return np.float64(known[formula])
        case Constant(value):
            return np.float64(value)
        case Addition(terms):
            return np.float64(np.sum([_floats(term, known) for term in terms]))
        case Ratio(above, below):
            top = np.prod([_floats(factor, known) for factor in above])
            return np.float64(top / np.prod([_floats(factor, known) for factor in below]))
        case Choice(branches, otherwise):
            chosen = next((value for value, test in branches if _floats(test, known)), otherwise)
            return _floats(chosen, known)
        case Applied(function, args):
            return np.float64(ELEMENTWISE[function](*(_floats(arg, known) for arg in args)))
