r"""Diagonal matrices that an answer gives by their entries: ``R_{nn} = y_n`` and ``diag(y_n)`` are ``diag(y)``."""

from __future__ import annotations

from dataclasses import replace

from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    walk,
)
from grader.expression.reading.read import Reading
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment


def with_diagonals(question: SolvedQuestion, reading: Reading) -> Reading:
    """The reading with diagonals given by their entries as whole matrices."""
    sides = (*reading.chain, *(right for _, right in reading.definitions))
    definitions = reading.definitions
    if any(isinstance(item, Call) and item.function == "diag" for side in sides for item in walk(side)):
        definitions = tuple((left, _over_letters(question, right)) for left, right in definitions)
        reading = replace(reading, chain=tuple(_over_letters(question, side) for side in reading.chain))
    return replace(reading, definitions=tuple(_as_whole(left, right) for left, right in definitions))


def _over_letters(question: SolvedQuestion, formula: Expression) -> Expression:
    """The formula with ``diag`` of a number for each place as that of the vector of these numbers."""
    known = {item.name for item in question.graph.quantities} | question.runs[0].sizes.keys()
    bound = {item.letter for item in walk(formula) if isinstance(item, Reduce)}

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Call) or node.function != "diag" or len(node.args) != 1:
            return node
        letters = free_symbols(node.args[0]) - known
        if len(letters) != 1 or letters & bound or not _is_number_by_place(question, node.args[0]):
            return node
        return Call("diag", (_entries(node.args[0], Symbol(next(iter(letters)))),), 0, node.span)

    return rewritten(formula, rule)


def _is_number_by_place(question: SolvedQuestion, entry: Expression) -> bool:
    flat = rewritten(entry, _unprimed)  # a derivative of a function has the shape of its value
    try:
        value = evaluate(flat, environment(question.runs[0]))
    except ShapeError:
        return False
    return set(value.shape) <= {1} and len(value.letters) == 1


def _unprimed(node: Expression, again: Again) -> Expression:
    node = rebuild(node, again)
    return replace(node, primes=0) if isinstance(node, Call) and node.primes else node


def _as_whole(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """A definition of the entries on a diagonal as one of the matrix; any other as it is."""
    places = indices(left)
    if not isinstance(left, Indexed) or len(places) != 2 or places[0] != places[1] or not isinstance(places[0], Symbol):
        return left, right
    whole = _whole(right, places[0])
    entries = _entries(right, places[0]) if whole is None else whole
    return Symbol(head(left) or ""), Call("diag", (entries,))


def _entries(entry: Expression, letter: Symbol) -> Expression:
    """The vector of an entry at a letter, which is one of its own then."""
    own = Symbol(f"{letter.name}'")
    return Call("entries", (substitute(entry, {letter.name: own}), own), 0, entry.span)


def _whole(entry: Expression, letter: Expression) -> Expression | None:
    """The vector of an entry at a letter, where that enters all of its arrays and stands nowhere else."""

    def rule(node: Expression, again: Again) -> Expression:
        if isinstance(node, Indexed) and node.indices == (letter,):
            return node.base
        if isinstance(node, Product):
            return Product(tuple(map(again, node.factors)), ("circ",) * len(node.joints), node.span)
        return rebuild(node, again)

    found = rewritten(entry, rule)
    rest = any(isinstance(item, Indexed | Reduce | Partial) or item == letter for item in walk(found))
    return None if found == entry or rest else found
