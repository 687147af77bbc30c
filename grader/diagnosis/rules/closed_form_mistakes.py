"""Mistakes in a closed formula that the model suggests: quantities interchanged, replaced, put in wrongly.

From ``(yhat - y) * x`` come ``(y - yhat) * x`` with label and prediction interchanged, and ``(yhat - y) * w`` with
another quantity.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, count, islice, product

from grader.autodiff.backprop import inline
from grader.autodiff.graph import Node
from grader.diagnosis.rules.formula_mistakes import (
    ChangedFormula,
    FormulaRule,
    changed_formulas,
    interchanged,
    quantities_in,
)
from grader.expression.algebra.construct import substitute
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ZERO,
    Again,
    Call,
    Expression,
    Partial,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion

MAX_OCCURRENCES = 6
MAX_INSIDE = 40


def swapped_targets(question: SolvedQuestion, part: SolvedPart) -> Iterator[ChangedFormula]:
    """The closed formula with a label and its prediction interchanged."""
    axes = question.graph.axes
    inside = [name for name in quantities_in(part.closed) if name in axes]
    subtracted = set()
    for node in question.graph.nodes:
        for item in walk(node.expression):
            if isinstance(item, Call) and item.function == "sub":
                subtracted.add(frozenset(head(side) or "" for side in item.args))
    for k, one in enumerate(inside):
        for other in inside[k + 1 :]:
            hats = other in (one + "hat", one + "_hat") or one in (other + "hat", other + "_hat")
            if axes[one] == axes[other] and (hats or frozenset((one, other)) in subtracted):
                about = Call("sub", (Symbol(one), Symbol(other)))
                yield ChangedFormula(Kind.SWAPPED_TARGETS, about, interchanged(part.closed, one, other))


def equal_indices(_: SolvedQuestion, part: SolvedPart) -> Iterator[ChangedFormula]:
    """What holds where two indices of the target are equal, given for every entry: ``p_k (1 - p_k)`` for dp_k/dz_j."""
    places = [[one.name for one in indices(side) if isinstance(one, Symbol)] for side in sides(part.part.target)]
    tests = [item for item in walk(part.closed) if isinstance(item, Call) and item.function in ("iverson", "kronecker")]
    for side, other in combinations(places, 2):
        for one, two in product(side, other):
            held = [test for test in tests if one != two and {one, two} <= symbols(test)]
            # where all is 0 at unequal indices, what is missing is the test of them
            if held and simplify(_without(part.closed, held)) != ZERO:
                for old, new in ((one, two), (two, one)):
                    equal = substitute(part.closed, {old: Symbol(new)})
                    yield ChangedFormula(Kind.SOFTMAX_DIAGONAL, part.part.target, equal)


def _without(formula: Expression, tests: list[Call]) -> Expression:
    """The formula where none of some tests holds."""

    def put_out(node: Expression, again: Again) -> Expression:
        return ZERO if node in tests else rebuild(node, again)

    return rewritten(formula, put_out)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A wrong formula, with the quantity `instead` where `own` belongs."""

    kind: Kind
    own: str
    instead: str
    formula: Expression


def replaced(question: SolvedQuestion, part: SolvedPart) -> Iterator[Replacement]:
    """The closed formula with one quantity (or size) in another's place, everywhere or at one occurrence."""
    axes: dict[str, object] = {**question.graph.axes, **dict.fromkeys(question.graph.sizes, "a size")}
    for one in (name for name in quantities_in(part.closed) if name in axes):
        times = sum(1 for item in walk(part.closed) if item == Symbol(one))
        for other in axes:
            if other == one or axes[other] != axes[one] or (question.numeric and not _beside(question, one, other)):
                continue
            places: list[Container[int]] = [range(times)]
            if 1 < times <= MAX_OCCURRENCES:
                places += [(k,) for k in range(times)]
            for place in places:
                wrong = _renamed(part.closed, one, other, place)
                yield Replacement(Kind.WRONG_QUANTITY, one, other, wrong)


def _beside(question: SolvedQuestion, one: str, other: str) -> bool:
    """Whether two quantities enter the same node."""
    return any({one, other} <= symbols(node.expression) | {node.name} for node in question.graph.nodes)


def _renamed(node: Expression, one: str, other: str, which: Container[int]) -> Expression:
    """The formula with some occurrences of a name replaced, counted in reading order."""
    seen = count()

    def change(item: Expression) -> Expression:
        if isinstance(item, Symbol):
            return Symbol(other) if item.name == one and next(seen) in which else item
        return rebuild(item, change)

    return change(node)


def inside_nodes(
    question: SolvedQuestion, part: SolvedPart, rules: tuple[FormulaRule, ...]
) -> Iterator[tuple[str, ChangedFormula]]:
    """The closed formula with a mistake in the formula of a node that it names, as a student has who puts it in; first
    the node."""
    if question.numeric or not isinstance(part.part.target, Partial):
        return
    names = set(quantities_in(part.closed, tested=False))  # what decides a condition alone has little to say of a value
    for node in question.graph.nodes:
        if node.name in names and len(node.letters) == len(node.axes):
            for change in islice(changed_formulas(node.expression, rules), MAX_INSIDE):
                wrong = Node(node.name, node.letters, node.axes, change.formula)
                yield node.name, replace(change, formula=inline(part.closed, {node.name: wrong}))
