"""A formula to one of the same value that another writer would put: brackets transposed, other letters, inner products.

Each takes a formula and gives None where it has nothing to change.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.byhand import CONSTANTS
from grader.autodiff.graph import ComputationGraph
from grader.expression.language.nodes import (
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
    symbols,
    walk,
)

FRESH = "uvwabcrstjklmnpq"


def letters_of(formula: Expression, graph: ComputationGraph) -> list[str]:
    """The index letters of a formula, bound ones too, in the order of the alphabet."""
    known = {*graph.axes, *graph.sizes, *CONSTANTS}
    bound = {item.letter for item in walk(formula) if isinstance(item, Reduce) and item.letter}
    placed = {name for item in walk(formula) for place in indices(item) for name in symbols(place)}
    return sorted((bound | placed) - known)


def renamed(formula: Expression, other: dict[str, str]) -> Expression:
    """The formula with its letters exchanged, in sums too."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Symbol):
            return Symbol(other.get(node.name, node.name))
        found = rebuild(node, change)
        return replace(found, letter=other.get(found.letter, found.letter)) if isinstance(found, Reduce) else found

    return change(formula)


def other_letters(
    formula: Expression, target: Expression, graph: ComputationGraph, aliases: set[str]
) -> dict[str, str]:
    """For each index letter of a formula and its target another that the model leaves free."""
    found = sorted({*letters_of(formula, graph), *letters_of(target, graph)})
    names = {name[0] for name in (*graph.axes, *graph.sizes)} | aliases
    free = [letter for letter in FRESH if letter not in names and letter not in found]
    return dict(zip(found, free, strict=False)) if len(free) >= len(found) else {}


def bracket_transposed(formula: Expression) -> Expression | None:
    """``A @ B`` to ``(B^T @ A^T)^T`` at the outermost matrix product."""
    done = False

    def change(node: Expression) -> Expression:
        nonlocal done
        if not done and isinstance(node, Product) and set(node.joints) == {"@"}:
            done = True
            return Call("transpose", (Product(tuple(map(flipped, reversed(node.factors))), node.joints),))
        return rebuild(node, change)

    found = change(formula)
    return found if done else None


def flipped(node: Expression) -> Expression:
    """The transpose; of a transpose what stands below it."""
    return node.args[0] if isinstance(node, Call) and node.function == "transpose" else Call("transpose", (node,))


def with_identity(formula: Expression) -> Expression | None:
    """``A @ B`` to ``A @ I @ B`` at the outermost matrix product: not to be evaluated, I is no quantity."""
    done = False

    def change(node: Expression) -> Expression:
        nonlocal done
        if not done and isinstance(node, Product) and set(node.joints) == {"@"}:
            done = True
            return Product((node.factors[0], Symbol("I"), *node.factors[1:]), (*node.joints, "@"))
        return rebuild(node, change)

    found = change(formula)
    return found if done and "I" not in symbols(formula) else None


def with_inner_products(formula: Expression) -> Expression | None:
    """``sum_k(w_k*x_ik)`` to the inner product of w and x_i, which `hand` calls "dotted"."""
    changed = False

    def change(node: Expression) -> Expression:
        nonlocal changed
        node = rebuild(node, change)
        pair = _pair(node)
        changed = changed or pair is not None
        return node if pair is None else Call("dotted", pair)

    found = change(formula)
    return found if changed else None


def _pair(node: Expression) -> tuple[Expression, Expression] | None:
    if isinstance(node, Call) and node.function == "total" and len(node.args) == 1:
        inside = node.args[0]
        if isinstance(inside, Product) and inside.joints == ("circ",) and all(map(head, inside.factors)):
            return inside.factors[0], inside.factors[1]
    if not isinstance(node, Reduce) or node.condition is not None or node.kind != "sum":
        return None
    body = node.body
    if not isinstance(body, Product) or len(body.factors) != 2:
        return None
    vectors = [_vector(factor, node.letter) for factor in body.factors]
    if vectors[0] is None or vectors[1] is None:
        return None
    return vectors[0], vectors[1]


def _vector(factor: Expression, letter: str) -> Expression | None:
    """``x_ik`` as the vector x_i that k runs along; None where k enters it elsewhere."""
    if not isinstance(factor, Indexed) or factor.indices[-1] != Symbol(letter):
        return None
    left = factor.indices[:-1]
    if letter in {name for place in left for name in symbols(place)}:
        return None
    return Indexed(factor.base, left) if left else factor.base


def written_out(formula: Expression, graph: ComputationGraph) -> Expression | None:
    """The formula with one quantity of the model replaced by its definition."""
    for node in reversed(graph.nodes):
        definition = node.source if node.source is not None else node.expression
        if node.name not in symbols(formula) or isinstance(definition, Partial):
            continue
        if symbols(definition) & {item.letter for item in walk(formula) if isinstance(item, Reduce)}:
            continue  # the sum would take its names for the letter
        whole = node.source is not None or not node.letters
        spots = [item for item in walk(formula) if head(item) == node.name]
        entered = {item for item in spots if isinstance(item, Indexed)}
        if whole and not entered:
            return _put_in(formula, {Symbol(node.name): definition})
        if not whole and all(len(item.indices) == len(node.letters) for item in entered):
            new = {item: _at(node.expression, node.letters, item, graph) for item in entered}
            found = _put_in(formula, new)
            return None if node.name in symbols(found) else found
    return None


def _at(expression: Expression, letters: tuple[str, ...], place: Indexed, graph: ComputationGraph) -> Expression:
    bound = {item.letter for item in walk(expression) if isinstance(item, Reduce)}
    taken = {*letters, *bound, *graph.axes, *graph.sizes, *(name for one in place.indices for name in symbols(one))}
    free = [letter for letter in "ghtabcefuw" if letter not in taken]
    expression = renamed(expression, dict(zip(sorted(bound), free, strict=False)))
    return _put_in(expression, {Symbol(a): b for a, b in zip(letters, place.indices, strict=True)})


def _put_in(formula: Expression, new: dict[Expression, Expression]) -> Expression:
    def change(node: Expression) -> Expression:
        return new[node] if node in new else rebuild(node, change)

    return change(formula)


def named_apart(formula: Expression, graph: ComputationGraph) -> tuple[Expression, Expression, Expression] | None:
    """A difference in the formula by a name of its own: the formula left, the name, the difference; or None."""
    fresh = next(name for name in ("delta", "E", "q", "Z") if name not in graph.axes and name not in graph.sizes)
    for item in walk(formula):
        if isinstance(item, Call) and item.function == "sub" and item != formula and symbols(item) & set(graph.axes):
            letters = [Symbol(name) for name in letters_of(item, graph)]
            if any(isinstance(below, Reduce) for below in walk(item)):
                continue
            name: Expression = Indexed(Symbol(fresh), tuple(letters)) if letters else Symbol(fresh)
            return _put_in(formula, {item: name}), name, item
    return None
