r"""What courses and code write that is right by convention: a label's name for its class, a small number as a guard.

Beside a one-hot y, ``1[k = y]`` and ``\delta_{ky}`` are its entry y_k, and ``p_y`` is the entry of p at its class.
In ``-y / (p + 1e-12)`` the small number only keeps the quotient from having no value. A vector may stand for the
matrix with it on the diagonal, a number for its multiple of the identity matrix; that a person confirms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise

from grader.autodiff.graph import ComputationGraph, Node, names_in
from grader.expression.algebra.construct import free_symbols, fresh, iverson, mul, sub, total
from grader.expression.evaluation.bars import bars_squared, with_norms
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError, Value
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    integer,
    rebuild,
    rewritten,
    sides,
    walk,
)
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, environment, extents

Coercion = tuple[Expression, str, str]
GUARD = Fraction(1, 100_000)  # the largest number that is taken for one
MOST = 120  # nodes of a formula in which a number may stand for a multiple of the identity
LONGEST = 300  # digits of a power


def has_row_vectors(graph: ComputationGraph) -> bool:
    """Whether the model multiplies a plain vector by a matrix to its right, ``x @ W``: its vectors are rows."""
    rank = {name: len(axes) for name, axes in graph.axes.items()}
    return any(
        isinstance(item, Product)
        and any(joint in ("@", "") and _ranks(pair, rank) == (1, 2) for joint, pair in _neighbours(item))
        for node in graph.nodes
        if node.source is not None
        for item in walk(node.source)
    )


def meaning_of_bars(question: SolvedQuestion, target: Expression, answer: Expression) -> str:
    """What bars round vectors mean: ``norm`` where one is squared, what the model has, or nothing that is sure."""
    run = question.runs[0]
    env = environment(run, extents(run, target))
    if with_norms(answer, env) == answer:
        return ""
    in_model = {_bars(item) for node in question.graph.nodes for item in walk(node.source or node.expression)} - {""}
    found = in_model | ({"norm"} if bars_squared(answer, env) else set())
    return found.pop() if len(found) == 1 else ""


def _bars(node: Expression) -> str:
    r"""``norm`` of one or its square root of a sum, ``abs`` of an absolute value, nothing of all else."""
    match node:
        case Call("norm") | Call("sqrt", (Reduce(kind="sum") | Call("total" | "inner"), *_)):
            return "norm"
        case Call("abs"):
            return "abs"
    return ""


def _neighbours(node: Product) -> Iterator[tuple[str, tuple[Expression, Expression]]]:
    return zip(node.joints, pairwise(node.factors), strict=True)


def _ranks(pair: tuple[Expression, Expression], rank: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(rank.get(item.name, 0) if isinstance(item, Symbol) else 0 for item in pair)


def labels_entered(graph: ComputationGraph, answer: Expression) -> Expression:
    """The answer with entries of one-hot arrays where their names stand for the class they mark."""
    one_hot = [leaf.name for leaf in graph.leaves if leaf.domain.kind == "onehot"]
    one_hot += [node.name for node in graph.nodes if _marks_one(node)]
    marked = {name: sum(axis != "1" for axis in graph.axes[name]) for name in one_hot}
    if not marked.keys() & free_symbols(answer):
        return answer
    taken = set(names_in(graph.axes) | free_symbols(answer))

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Call("eq" | "ne" as test, (left, right)):
                for letter, label in ((left, right), (right, left)):
                    if _is_class(label, marked) and not _is_class(letter, marked):
                        return Call(test, (_at(label, letter), ONE), 0, node.span)
            case Call("kronecker", (left, right)):
                for letter, label in ((left, right), (right, left)):
                    if _is_class(label, marked) and not _is_class(letter, marked):
                        return iverson(Call("eq", (_at(label, letter), ONE), 0, node.span))
            case Call("take", (Call("identity"), label)) if _is_class(label, marked):
                return label
            case Indexed(base, places) if any(_is_class(place, marked) for place in places):
                return _at_classes(base, places, marked, taken)
        return rebuild(node, again)

    return rewritten(answer, rule)


def _marks_one(node: Node) -> bool:
    """Whether a definition is 1 at a place and 0 elsewhere: ``y_i: [i = p]``."""
    match node.expression:
        case Call("iverson", (Call("eq", (Symbol(), Symbol())),)) | Call("kronecker", (Symbol(), Symbol())):
            return sum(axis != "1" for axis in node.axes) == 1
    return False


def _is_class(node: Expression, marked: dict[str, int]) -> bool:
    """Whether a formula is a one-hot array without the letter of its last axis."""
    entered = len(node.indices) if isinstance(node, Indexed) else 0
    name = head(node) if isinstance(node, Symbol | Indexed) else None
    return name is not None and marked.get(name) == entered + 1


def _at(label: Expression, letter: Expression) -> Expression:
    if isinstance(label, Indexed):
        return replace(label, indices=(*label.indices, letter))
    return Indexed(label, (letter,), label.span)


def _at_classes(
    base: Expression, places: tuple[Expression, ...], marked: dict[str, int], taken: set[str]
) -> Expression:
    """``sum_l p_l y_l`` for ``p_y``."""
    letters: list[str] = []
    entered: list[Expression] = []
    factors: list[Expression] = []
    for place in places:
        if not _is_class(place, marked):
            entered.append(place)
            continue
        letters.append(fresh(taken | set(letters)))
        entered.append(Symbol(letters[-1]))
        factors.append(_at(place, entered[-1]))
    return total(letters, mul(Indexed(base, tuple(entered)), *factors))


def unguarded(answer: Expression) -> Expression:
    """The answer without the small numbers that only keep a quotient, a root or a logarithm from having no value."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("div", (above, below)):
                return replace(node, args=(above, _bare(below)))
            case Call("log" | "sqrt" | "norm", (inner, *rest)):
                return replace(node, args=(_bare(inner), *rest))
            case Call("max", (inner, end) | (end, inner)) if _is_guard(end):
                return inner
            case Call("min", (inner, end) | (end, inner)) if _is_guard(sub(ONE, end)):
                return inner
            case _:
                return node

    return rewritten(answer, rule)


def _bare(node: Expression) -> Expression:
    """A sum without a small number in it."""
    match node:
        case Call("add", (left, small) | (small, left)) if _is_guard(small):
            return left
        case Call("sub", (left, small)) if _is_guard(small):
            return left
        case Call("add" | "sub", (left, right)):
            return replace(node, args=(_bare(left), right))
        case _:
            return node


def _is_guard(node: Expression) -> bool:
    value = _constant(node)
    return value is not None and 0 < value <= GUARD


def _constant(node: Expression, depth: int = 4) -> Fraction | None:
    """The value of a number, or of a short sum of numbers."""
    if not depth:
        return None
    match node:
        case Number(value):
            return value
        case Call("add" | "sub" as sign, (left, right)):
            one = _constant(left, depth - 1)
            other = None if one is None else _constant(right, depth - 1)
            return None if one is None or other is None else one + other if sign == "add" else one - other
        case Call("pow", (Number(base), exponent)) if base:  # 10^{-8}
            power = _constant(exponent, depth - 1)
            whole = power is not None and power.denominator == 1 and abs(power) <= LONGEST
            return base ** int(power) if whole and power is not None else None
        case Call("neg", (inner,)):
            found = _constant(inner, depth - 1)
            return None if found is None else -found
        case _:
            return None


def coercions(run: Run, answer: Expression, value: Value, truth: Value) -> Iterator[Coercion]:
    """The formulas that an answer of that `value` may stand for, what each is called, and what it is right once."""
    meant = _with_identities(run, answer)
    if meant != answer:
        yield meant, "identity", "that multiple of the identity matrix is put for a number beside a matrix"
    long = [n for n in value.shape if n != 1]
    if not value.letters and not truth.letters and truth.rank == 2 and 1 not in truth.shape:
        rows, wide = truth.shape
        if long == [rows * wide]:
            turned = Call("reshaped", (answer, _size(run, wide), _size(run, rows)))
            yield Call("transpose", (turned,)), "columns", "its entries are put into the columns of a matrix"
    if value.letters or truth.letters or truth.rank != 2 or truth.shape[0] != truth.shape[1]:
        return
    length = truth.shape[0]
    if long == [length]:
        yield Call("diag", (answer,)), "diagonal", "the diagonal matrix with these entries is put for the vector"
    if not value.rank:
        unit = _multiple(answer, _size(run, length))
        yield unit, "identity", "that multiple of the identity matrix is put for the number"


def _with_identities(run: Run, answer: Expression) -> Expression:
    r"""The answer with multiples of the identity for numbers that are added to square matrices: ``X^T X + \lambda``."""
    if (
        not any(len(axes) == 2 for axes in run.graph.axes.values())
        or sum(1 for _ in islice(walk(answer), MOST)) == MOST
    ):
        return answer

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("add" | "sub", (left, right)):
                pair = [left, right]
                for k in (0, 1):
                    size = _square(run, pair[1 - k]) if _is_number(run, pair[k]) else None
                    if size is not None:
                        pair[k] = _multiple(pair[k], size)
                        return replace(node, args=tuple(pair))
        return node

    return rewritten(answer, rule)


def _is_number(run: Run, node: Expression) -> bool:
    """Whether a formula holds numbers, sizes and quantities without axes only."""
    return all(not run.graph.axes.get(name, ()) for name in free_symbols(node)) and not isinstance(node, Reduce)


def _square(run: Run, node: Expression) -> Expression | None:
    """The size of a square matrix; None for anything else."""
    try:
        value = evaluate(node, environment(run))
    except ShapeError:
        return None
    if value.letters or value.rank != 2 or value.shape[0] != value.shape[1] or value.shape[0] == 1:
        return None
    return _size(run, value.shape[0])


def _size(run: Run, length: int) -> Expression:
    names = {size: Symbol(name) for name, size in run.sizes.items()}
    return names.get(length, integer(length))


def _multiple(number: Expression, size: Expression) -> Expression:
    """A multiple of the identity matrix."""
    return Product((number, Call("identity", (size,))), ("*",))


def turns_first(node: Expression) -> bool:
    """Whether a row that is turned stands before one that is not."""
    factors = node.factors if isinstance(node, Product) else ()
    turned = [isinstance(one, Call) and one.function == "transpose" for one in factors]
    return (True, False) in pairwise(turned)


def unentered(node: Expression) -> Iterator[str]:
    """The names of quantities that stand without an index."""
    if isinstance(node, Symbol):
        yield node.name
    for child in () if isinstance(node, Indexed) and isinstance(node.base, Symbol) else children(node):
        yield from unentered(child)


def holds_jacobian(question: SolvedQuestion, answer: Expression) -> bool:
    """Whether a whole array is differentiated by a whole array: what such a chain lacks, no edit of shapes tells."""
    axes = question.graph.axes
    return any(
        isinstance(item, Partial) and all(isinstance(side, Symbol) and axes.get(side.name) for side in sides(item))
        for item in walk(answer)
    )
