r"""Quantities that a number tells apart, counted by a letter: ``\sum_{t=1}^3 h_t`` of h_1, h_2 and h_3.

While a text is read ``h_t`` is an entry of a series. What was read is then written out, sums, products and extrema
over the letter term by term, since no two of the quantities need be alike.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping

from grader.expression.algebra.construct import added, substitute
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ONE,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    integer,
    rebuild,
    symbols,
    walk,
)
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.grammar.names.subscripts import entries_in
from grader.expression.reading.lexing.tokens import fail
from grader.expression.reading.spelling.scripts import Shape
from grader.expression.reading.spelling.spelled import SERIES, Series
from grader.problems import Span
from grader.work import NODE, spend

MOST_TERMS = 2_000
StepNumbers = Mapping[str, range]  # the letters that a rubric's steps are counted by, each with its numbers
_RELATIONS = {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
_COUNTING = r"count it with a sum, such as \sum_{t=1}^3"


def numbered(p: Cursor, shape: Shape, span: Span) -> Expression | None:
    """The entry of a series that a name with a bound letter in its script means; None where it is none."""
    if p.table is None or not p.table.series or p.bound.isdisjoint(shape.above + shape.below) or shape.primes:
        return None
    scripts = [("_", shape.below, shape.above), ("^", shape.above, shape.below)]
    steps = {one.name for one in p.table.names if one.role == "steps"}
    if any(sign in steps for sign in shape.above):  # x^{(t)} of x_t
        scripts.append(("_", shape.above, shape.below))
    for level, place, rest in scripts:
        series = p.table.series.get(shape.base + level + SERIES)
        found = entries_in(place, 1 + series.rank)[0] if series is not None and place else None
        if series is None or not found or p.bound.isdisjoint(symbols(found[0])):
            continue
        others = entries_in(rest, series.rank)[0] if rest else ()
        if others is not None and len(found) + len(others) <= 1 + series.rank:
            others = others or (_in_brackets(p) if len(found) == series.rank == 1 else ())
            return Indexed(Symbol(shape.base + level + SERIES, span), (*found, *others), span)
    return None


def _in_brackets(p: Cursor) -> tuple[Expression, ...]:
    """The one index in the brackets ahead, ``a_t(j)``, which are stepped over; none where they hold anything else."""
    inside = p.tokens[p.pos + 1 : p.match.get(p.pos, p.pos)]
    if p.token.text != "(" or not p.touches() or [piece.kind for piece in inside] != ["name"]:
        return ()
    letter = inside[0].text
    if len(letter) > 1 or p.declared(letter) or letter not in p.bound | p.free:
        return ()
    p.pos += 3
    return (Symbol(letter),)


def holds_series(node: Expression) -> bool:
    """Whether a part of what is read is an entry of a series."""
    return any(isinstance(item, Symbol) and item.name.endswith(SERIES) for item in walk(node))


def written_out(p: Cursor, node: Expression) -> Expression:
    """The formula with its sums over the numbers of names written out; raises Unreadable."""
    if p.table is None or not holds_series(node):
        return node
    steps = {one.name: range(*map(int, one.arguments)) for one in p.table.names if one.role == "steps"}
    return _written(p.table.series, steps, node, MOST_TERMS)


def _written(series: Mapping[str, Series], steps: StepNumbers, node: Expression, most: int) -> Expression:
    """A formula without entries of series, of at most so many terms."""
    spend(NODE)
    match node:
        case Indexed(base=Symbol(name=name)) if name in series:
            return _quantity(series[name], node)
        case Reduce(letter=letter) if letter and any(letter in symbols(place) for _, place in _entered(series, node)):
            numbers = _numbers(series, steps, node)
            if len(numbers) > most:
                fail("these sums have too many terms", f"at most {MOST_TERMS:,}", node.span.start, node.span.end)
            terms = [substitute(node.body, {letter: integer(k)}) for k in numbers]
            return _joined(node, [_written(series, steps, term, most // len(numbers)) for term in terms])
        case _:
            return rebuild(node, lambda child: _written(series, steps, child, most))


def _entered(series: Mapping[str, Series], node: Reduce) -> Iterator[tuple[Series, Expression]]:
    """The series in what is summed, each with what counts it; bounds and conditions of sums inside count, too."""
    for item in walk(node.body):
        if isinstance(item, Indexed) and isinstance(item.base, Symbol) and item.base.name in series:
            yield series[item.base.name], item.indices[0]
        if isinstance(item, Reduce):
            found = [one for one, place in _entered(series, item) if item.letter in symbols(place)]
            yield from (
                (found[0], bound) for bound in (item.lower, item.upper, item.condition) if found and bound is not None
            )


def _quantity(series: Series, node: Indexed) -> Expression:
    """The quantity that an entry of a series is."""
    number = _value(node.indices[0])
    if number is None:
        fail(f"nothing says which '{series.base}' this is", _COUNTING, node.span.start, node.span.end)
    name = series.names.get(number)
    if name is None:
        hint = f"they go from {min(series.names)} to {max(series.names)}"
        fail(f"there is no number {number} of '{series.base}'", hint, node.span.start, node.span.end)
    symbol = Symbol(name, node.span)
    return Indexed(symbol, node.indices[1:], node.span) if len(node.indices) > 1 else symbol


def _numbers(series: Mapping[str, Series], steps: StepNumbers, node: Reduce) -> list[int]:
    """The numbers that a sum runs over: between its bounds, or else all steps, or those that every name in it has."""
    if node.lower is node.upper is None and node.letter in steps:
        return [k for k in steps[node.letter] if node.condition is None or _holds(node, node.condition, k)]
    common = _common(series, node) if node.lower is None or node.upper is None else set()
    first = min(common, default=None) if node.lower is None else _value(node.lower)
    last = max(common, default=None) if node.upper is None else _value(node.upper)
    if first is None or last is None or last - first > MOST_TERMS:
        fail("the bounds of this sum can't be told", _COUNTING, node.span.start, node.span.end)
    if node.lower is None and first != 1:
        fail("this sum does not say where it begins", _COUNTING, node.span.start, node.span.end)
    return [k for k in range(first, last + 1) if node.condition is None or _holds(node, node.condition, k)]


def _common(series: Mapping[str, Series], node: Reduce) -> set[int]:
    """The numbers for which every name that the letter counts is there, shifted ones such as ``h_{t-1}`` too."""
    entered = list(_entered(series, node))
    alone = [one.names.keys() for one, place in entered if place == Symbol(node.letter)]
    common = set.intersection(*map(set, alone)) if alone else set[int]()
    shifted = [(one, place) for one, place in entered if node.letter in symbols(place) and place != Symbol(node.letter)]
    places = {
        k: [(one, _value(substitute(place, {node.letter: integer(k)}))) for one, place in shifted] for k in common
    }
    return {k for k, found in places.items() if all(at is None or at in one.names for one, at in found)}


def _holds(node: Reduce, condition: Expression, number: int) -> bool:
    match substitute(condition, {node.letter: integer(number)}):
        case Call(function=relation, args=(left, right)) if relation in _RELATIONS:
            sides = _value(left), _value(right)
            if None not in sides:
                return bool(_RELATIONS[relation](*sides))
    return fail("the condition of this sum can't be told", _COUNTING, node.span.start, node.span.end)


def _value(node: Expression) -> int | None:
    """The whole number that an index or a bound comes to; None where it holds a letter."""
    found = simplify(node)
    return int(found.value) if isinstance(found, Number) and found.value.denominator == 1 else None


def _joined(node: Reduce, terms: list[Expression]) -> Expression:
    """The sum, product or extremum of some terms."""
    if node.kind == "sum":
        return added(terms)
    if node.kind == "prod":
        return Product(tuple(terms), ("",) * (len(terms) - 1), node.span) if len(terms) > 1 else (*terms, ONE)[0]
    if not terms:
        fail("nothing is left of this range", "", node.span.start, node.span.end)
    return Call(node.kind, tuple(terms), 0, node.span)
