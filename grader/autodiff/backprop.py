"""Reverse mode, Expression to Expression: the adjoint of every ancestor of an output, as more of the same program.

Backwards from J = sum_k |y_k - yhat_k|, the pass writes ``dJ/dyhat_p = -sign(y_p - yhat_p)``. Every line may use
the adjoints before it: source, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.autodiff.vjps import CONSTANT, local_partials
from grader.expression.algebra.construct import (
    add,
    apart,
    div,
    free_symbols,
    fresh,
    indexed,
    is_number,
    iverson,
    mul,
    substitute,
    total,
)
from grader.expression.algebra.matching import fold, replace_tree
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    partial_name,
    rebuild,
    symbols,
    walk,
)
from grader.expression.printing.printer import to_text


class NotDifferentiable(Exception):
    """A formula the table has no rule for; carries the name of the function, or the formula."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one occurrence of a quantity adds to its adjoint: `expression` in the quantity's own `letters`."""

    name: str
    letters: tuple[str, ...]
    expression: Expression


def backward_pass(graph: ComputationGraph, output: str, tidy: bool = True) -> tuple[Node, ...]:
    """The adjoint of every ancestor of `output`, nearest first; `tidy` ones are fit to be read, others as they come.

    The node for the ancestor x is named ``partial_name(output, x)``; its letters are the output's, then x's.
    """
    axes = graph.axes
    defined = {node.name: node for node in graph.nodes}
    order = [node.name for node in graph.nodes]
    taken = set(axes) | {letter for node in graph.nodes for letter in _letters_in(node)}
    out_letters = _out_letters(output, axes, taken)
    collected: dict[str, list[Contribution]] = {}
    adjoints: list[Node] = []
    start = order.index(output) if output in defined else -1
    if output in defined:
        node = defined[output]
        seed = _seed(out_letters, node)
        _gather(_local(node, seed, axes), collected)
    pending = list(reversed(order[: max(start, 0)]))
    pending += [leaf.name for leaf in graph.leaves if leaf.of] + [leaf.name for leaf in graph.leaves if not leaf.of]
    leaves = {leaf.name: leaf for leaf in graph.leaves}
    for name in dict.fromkeys(pending):
        found = collected.get(name)
        if not found or name == output:
            continue
        adjoint = _adjoint(output, name, out_letters, found, axes, graph.formulas if tidy else None)
        if is_number(adjoint.expression, 0):
            continue
        adjoints.append(adjoint)
        own = adjoint.letters[len(out_letters) :]
        cotangent = Partial(_at(output, out_letters, axes), _at(name, own, axes))
        if name in defined:
            inner = defined[name]
            moved = substitute(cotangent, dict(zip(own, map(Symbol, inner.letters), strict=True)))
            _gather(_local(inner, moved, axes), collected)
        elif leaves[name].of:
            _gather(_opaque(leaves[name], cotangent, own, axes), collected)
    return tuple(adjoints)


def derivative(expression: Expression, name: str) -> Expression:
    """The derivative of a scalar formula by the scalar symbol `name`; every other symbol is constant."""
    found = [item.expression for item in _pull(expression, ONE, (), {name: ()}) if item.name == name]
    result: Expression = ZERO
    for item in found:
        result = add(result, item)
    return simplify(expand_primes(result))


def expand_primes(node: Expression) -> Expression:
    """Derivatives of named functions (``sigma'(z)``) written out by the table."""
    node = rebuild(node, expand_primes)
    if not isinstance(node, Call) or not node.primes or len(node.args) != 1:
        return node
    variable = "t'"
    formula: Expression = Call(node.function, (Symbol(variable),))
    for _ in range(node.primes):
        formula = derivative(formula, variable)
    return substitute(formula, {variable: node.args[0]})


def inline(node: Expression, known: Mapping[str, Node]) -> Expression:
    """Replace quantities (or adjoints) by what `known` says they are, over and over."""
    node = rebuild(node, lambda child: inline(child, known)) if not isinstance(node, Partial) else node
    name = head(node)
    if name is None or name not in known:
        return node
    definition = known[name]
    if not (definition.letters or definition.axes) and indices(node):
        return Indexed(inline(definition.expression, known), indices(node))  # entries of what is defined as a whole
    if len(definition.letters) != len(indices(node)):
        return node  # a definition at other indices than the use says nothing about it
    places = dict(zip(definition.letters, indices(node), strict=True))
    return substitute(inline(definition.expression, known), places)


def _local(node: Node, cotangent: Expression, axes: Mapping[str, tuple[str, ...]]) -> list[Contribution]:
    """What a node passes to its inputs; where a rule uses the node's own value again, its name is put for it."""
    own = _at(node.name, node.letters, axes)
    live = tuple(letter for letter, axis in zip(node.letters, node.axes, strict=True) if axis != "1")
    found = _pull(node.expression, cotangent, live, axes)
    if isinstance(node.expression, Number | Symbol | Indexed):
        return found
    return [replace(item, expression=replace_tree(item.expression, node.expression, own)) for item in found]


def local_jacobian(graph: ComputationGraph, above: str, below: str) -> Node | None:
    """The derivative of one node by one of its direct inputs, everything else held fixed."""
    axes = graph.axes
    node = next((item for item in graph.nodes if item.name == above), None)
    if node is None:
        return None
    taken = set(axes) | _letters_in(node)
    out_letters = _out_letters(above, axes, taken)
    seed = _seed(out_letters, node)
    found = [item for item in _local(node, seed, axes) if item.name == below]
    return _adjoint(above, below, out_letters, found, axes, (node,)) if found else None


def _seed(out_letters: tuple[str, ...], node: Node) -> Expression:
    """The derivative of a quantity by itself: 1 where its indices agree."""
    pairs = zip(out_letters, node.letters, node.axes, strict=True)
    return mul(*(Call("kronecker", (Symbol(a), Symbol(b))) for a, b, axis in pairs if axis != "1"))


def _at(name: str, letters: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]) -> Expression:
    """A quantity at letters; an axis of length 1 has one place."""
    places = tuple(ONE if axis == "1" else Symbol(a) for a, axis in zip(letters, axes[name], strict=True))
    return Indexed(Symbol(name), places) if places else Symbol(name)


def _letters_in(node: Node) -> set[str]:
    bound = {item.letter for item in walk(node.expression) if isinstance(item, Reduce)}
    return bound | set(node.letters)


def _out_letters(output: str, axes: Mapping[str, tuple[str, ...]], taken: set[str]) -> tuple[str, ...]:
    letters: list[str] = []
    for _ in axes[output]:
        letters.append(fresh(taken | set(letters)))
    return tuple(letters)


def _partial(output: str, out_letters: Iterable[str], name: str, letters: Iterable[str]) -> Expression:
    return Partial(indexed(output, out_letters), indexed(name, letters))


def _gather(found: Iterable[Contribution], collected: dict[str, list[Contribution]]) -> None:
    for item in found:
        collected.setdefault(item.name, []).append(item)


def _adjoint(
    output: str,
    name: str,
    out_letters: tuple[str, ...],
    found: list[Contribution],
    axes: Mapping[str, tuple[str, ...]],
    definitions: tuple[Node, ...] | None,
) -> Node:
    own = found[0].letters
    summed: Expression = ZERO
    for item in found:
        renamed = substitute(item.expression, dict(zip(item.letters, map(Symbol, own), strict=True)))
        summed = add(summed, renamed)
    expression = expand_primes(summed)
    if definitions is not None:
        expression = simplify(fold(simplify(expression), definitions))
    expression = apart(expression, axes)
    return Node(partial_name(output, name), (*out_letters, *own), (*axes[output], *axes[name]), expression)


def _opaque(
    leaf: Leaf, cotangent: Expression, own: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    """An opaque f(w): the adjoint of w is the sum over f's entries of the cotangent times df/dw."""
    found = []
    for argument in leaf.of:
        if argument not in axes:
            continue
        taken = symbols(cotangent) | set(own) | set(axes)
        letters: list[str] = []
        for _ in axes[argument]:
            letters.append(fresh(taken | set(letters)))
        local = _partial(leaf.name, own, argument, letters)
        found.append(Contribution(argument, tuple(letters), total(own, mul(cotangent, local))))
    return found


def _pull(
    node: Expression, cotangent: Expression, live: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    """The contributions of every occurrence in `node`; `live` are the letters in scope, still to be summed."""
    if is_number(cotangent, 0):
        return []
    match node:
        case Symbol() | Indexed(base=Symbol()):
            return _occurrence(node, cotangent, live, axes)
        case Product():
            found = []
            for k, factor in enumerate(node.factors):
                others = node.factors[:k] + node.factors[k + 1 :]
                found += _pull(factor, mul(cotangent, *others), live, axes)
            return found
        case Call():
            return _pull_call(node, cotangent, live, axes)
        case Reduce():
            return _pull_reduce(node, cotangent, live, axes)
        case Cases():
            return _pull_cases(node, cotangent, live, axes)
        case Number() | Partial():  # a derivative is a quantity of its own, which changes with no other
            return []
        case Indexed() | Matrix() | Slice():  # lowering leaves none in a model; a formula without one may have them
            if _depends(node, axes):
                raise NotDifferentiable(to_text(node))
            return []
        case _:
            assert_never(node)


def _depends(node: Expression, axes: Mapping[str, tuple[str, ...]]) -> bool:
    return any(isinstance(item, Symbol) and item.name in axes for item in walk(node))


def _pull_call(
    node: Call, cotangent: Expression, live: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    if not _depends(node, axes) or node.function in CONSTANT:
        return []
    partials = local_partials(node)
    if partials is None:
        raise NotDifferentiable(node.function)
    found = []
    for arg, partial in zip(node.args, partials, strict=True):
        if _depends(arg, axes):
            found += _pull(arg, mul(cotangent, partial), live, axes)
    return found


def _pull_reduce(
    node: Reduce, cotangent: Expression, live: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    around = symbols(cotangent) | set(live)
    if node.letter in around:
        letter = fresh(around | symbols(node) | set(axes))
        moved = {node.letter: Symbol(letter)}
        test = None if node.condition is None else substitute(node.condition, moved)
        node = replace(node, letter=letter, body=substitute(node.body, moved), condition=test)
    letter, body = node.letter, node.body
    tests = [node.condition] if node.condition is not None else []
    if node.lower is not None and not is_number(node.lower, 1):
        tests.append(Call("ge", (Symbol(letter), node.lower)))
    if node.upper is not None and not isinstance(node.upper, Symbol):
        tests.append(Call("le", (Symbol(letter), node.upper)))
    weight = mul(cotangent, *(iverson(test) for test in tests))
    match node.kind:
        case "prod":
            weight = mul(weight, div(node, body))
        case "max" | "min":
            weight = mul(weight, iverson(Call("eq", (body, node))))
    return _pull(body, weight, (*live, letter), axes)


def _pull_cases(
    node: Cases, cotangent: Expression, live: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    found = []
    before: list[Expression] = []
    for value, test in node.branches:
        guard = [iverson(Call("not", (other,))) for other in before]
        found += _pull(value, mul(cotangent, iverson(test), *guard), live, axes)
        before.append(test)
    if node.otherwise is not None:
        guard = [iverson(Call("not", (other,))) for other in before]
        found += _pull(node.otherwise, mul(cotangent, *guard), live, axes)
    return found


def _occurrence(
    node: Symbol | Indexed, cotangent: Expression, live: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    """One place where a quantity stands: its letters become the adjoint's own, the others are summed."""
    name = head(node)
    if name is None or name not in axes:
        return []
    places = indices(node)
    if len(places) != len(axes[name]):
        raise NotDifferentiable(name)
    taken = free_symbols(cotangent) | symbols(cotangent) | set(live) | set(axes) | symbols(node)
    expression, remaining = cotangent, list(live)
    own: list[str] = []
    for place, axis in zip(places, axes[name], strict=True):
        if axis == "1" and place == ONE:
            own.append(fresh(taken | set(own)))  # an axis of one entry: the adjoint is the same for all of it
            continue
        if isinstance(place, Symbol) and place.name in remaining:
            own.append(place.name)  # the letter itself serves: it is bound nowhere else from here on
            remaining.remove(place.name)
            continue
        letter = fresh(taken | set(own))
        own.append(letter)
        expression = mul(expression, Call("kronecker", (place, Symbol(letter))))
    return [Contribution(name, tuple(own), total(remaining, expression))]
