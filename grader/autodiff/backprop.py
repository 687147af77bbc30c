"""Reverse mode, Expression to Expression: the adjoint of every ancestor of an output, as more of the same program.

Backwards from J = sum_k |y_k - yhat_k|, the pass writes ``dJ/dyhat_p = -sign(y_p - yhat_p)``. Every line may use
the adjoints before it: source, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from itertools import takewhile
from types import MappingProxyType

from grader.autodiff.entrywise import at_counted, counted_by, length, longest, summed_over, usual_length
from grader.autodiff.graph import ComputationGraph, Leaf, Node, entered_axes, names_in
from grader.autodiff.local_rules import REDUCTIONS, local_rule, range_tests
from grader.autodiff.matrix_rules import matrix_partial
from grader.autodiff.shifts import at_shifted, offset_in
from grader.autodiff.tidy import tidied
from grader.expression.algebra.construct import (
    added,
    apart,
    free_symbols,
    fresh,
    is_number,
    iverson,
    mul,
    number,
    sub,
    substitute,
    total,
)
from grader.expression.algebra.matching import replace_tree
from grader.expression.algebra.simplify import simplify
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Reduce,
    Symbol,
    head,
    indices,
    partial_name,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.expression.printing.text import to_text
from grader.problems import Span
from grader.work import NODE, recalled, spend

_VARIABLE = "t'"  # of a formula that has no other


class NotDifferentiable(Exception):
    """A formula the table has no rule for; carries the name of the function, its place, and in whose formula it is."""

    def __init__(self, name: str, span: Span, quantity: str = "") -> None:
        super().__init__(name)
        self.span, self.quantity = span, quantity


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
    start = next((node for node in graph.nodes if node.name == output), None)
    if start is None:
        return ()
    taken = names_in(axes) | {letter for node in graph.nodes for letter in _letters_in(node)}
    out_letters = _out_letters(output, axes, taken)
    collected: dict[str, list[Contribution]] = {}
    _gather(_local(start, _seed(out_letters, start), axes), collected)
    adjoints: list[Node] = []
    for item in _earlier(graph, output):
        found = collected.get(item.name)
        if not found:
            continue
        adjoint = _adjoint(output, item.name, out_letters, found, axes, graph.formulas if tidy else None)
        if is_number(adjoint.expression, 0):
            continue
        adjoints.append(adjoint)
        own = adjoint.letters[len(out_letters) :]
        cotangent = Partial(_at(output, out_letters, axes), _at(item.name, own, axes))
        _gather(_passed_on(item, cotangent, own, axes), collected)
    return tuple(adjoints)


def _earlier(graph: ComputationGraph, output: str) -> tuple[Leaf | Node, ...]:
    """All that is computed before a node, the last first, then opaque functions, then what is given."""
    nodes = takewhile(lambda node: node.name != output, graph.nodes)
    opaque = [leaf for leaf in graph.leaves if leaf.of]
    given = [leaf for leaf in graph.leaves if not leaf.of]
    return (*reversed(tuple(nodes)), *reversed(opaque), *given)  # one may be a function of another


def _passed_on(
    item: Leaf | Node, cotangent: Expression, own: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    """What a quantity with a cotangent at its `own` letters passes to what it is computed from."""
    match item:
        case Node():
            return _local(item, substitute(cotangent, dict(zip(own, map(Symbol, item.letters), strict=True))), axes)
        case Leaf():
            return _opaque(item, cotangent, own, axes)


def derivative(expression: Expression, name: str) -> Expression:
    """The derivative of a scalar formula by the scalar symbol `name`; every other symbol is constant."""
    found = [item.expression for item in _pull(expression, ONE, (), {name: ()}) if item.name == name]
    return simplify(expand_primes(added(found)))


def expand_primes(node: Expression) -> Expression:
    """Derivatives of named functions (``sigma'(z)``) written out by the table."""
    primed = any(isinstance(item, Call) and item.primes for item in walk(node))
    return rewritten(node, _expanded_primes) if primed else node


def _expanded_primes(node: Expression, again: Again) -> Expression:
    node = rebuild(node, again)
    if not isinstance(node, Call) or not node.primes or len(node.args) != 1:
        return node
    return substitute(_primed(node.function, node.primes), {_VARIABLE: node.args[0]})


@recalled(maxsize=256)
def _primed(function: str, primes: int) -> Expression:
    """So high a derivative of a function as a formula of ``t'``."""
    formula: Expression = Call(function, (Symbol(_VARIABLE),))
    for _ in range(primes):
        formula = derivative(formula, _VARIABLE)
    return formula


def inline(node: Expression, known: Mapping[str, Node]) -> Expression:
    """Replace quantities (or adjoints) by what `known` says they are, over and over."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again) if not isinstance(node, Partial) else node
        name = head(node)
        if name is None or name not in known:
            return node
        definition = known[name]
        if not (definition.letters or definition.axes) and indices(node):
            return Indexed(again(definition.expression), indices(node))  # entries of what is defined as a whole
        if len(definition.letters) != len(indices(node)):
            return node  # a definition at other indices than the use says nothing about it
        places = dict(zip(definition.letters, indices(node), strict=True))
        return substitute(again(definition.expression), places)

    return rewritten(node, rule)


def _local(node: Node, cotangent: Expression, axes: Mapping[str, tuple[str, ...]]) -> list[Contribution]:
    """What a node passes to its inputs; where a rule uses the node's own value again, its name is put for it."""
    own = _at(node.name, node.letters, axes)
    live = tuple(letter for letter, axis in zip(node.letters, node.axes, strict=True) if axis != "1")
    ranges = {letter: length(axis) for letter, axis in zip(node.letters, node.axes, strict=True) if axis != "1"}
    try:
        found = _pull(node.expression, cotangent, live, axes, ranges)
    except NotDifferentiable as error:
        error.quantity = node.name
        raise
    if isinstance(node.expression, Number | Symbol | Indexed) or node.holds_derivative:
        return found  # what is itself a derivative answers no question for one
    return [replace(item, expression=replace_tree(item.expression, node.expression, own)) for item in found]


def local_jacobian(graph: ComputationGraph, above: str, below: str) -> Node | None:
    """The derivative of one node by one of its direct inputs, everything else held fixed."""
    axes = graph.axes
    node = next((item for item in graph.nodes if item.name == above), None)
    if node is None:
        return None
    taken = names_in(axes) | _letters_in(node)
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
    for letter in sorted({*own} & {*out_letters}):  # one of an axis of length 1 stands in no formula
        around = {*own, *out_letters, *names_in(axes)}.union(*(symbols(item.expression) for item in found))
        own = tuple(fresh(around) if one == letter else one for one in own)
    named = [substitute(item.expression, dict(zip(item.letters, map(Symbol, own), strict=True))) for item in found]
    expression = expand_primes(added(named))
    if definitions is not None:
        expression = tidied(expression, definitions, axes)
    expression = apart(expression, names_in(axes))
    return Node(partial_name(output, name), (*out_letters, *own), (*axes[output], *axes[name]), expression)


def _opaque(
    leaf: Leaf, cotangent: Expression, own: tuple[str, ...], axes: Mapping[str, tuple[str, ...]]
) -> list[Contribution]:
    """An opaque f(w): the adjoint of w is the sum over f's entries of the cotangent times df/dw."""
    found = []
    for argument in leaf.of:
        if argument not in axes:
            continue
        taken = symbols(cotangent) | set(own) | names_in(axes)
        letters: list[str] = []
        for _ in axes[argument]:
            letters.append(fresh(taken | set(letters)))
        local = Partial(_at(leaf.name, own, axes), _at(argument, tuple(letters), axes))
        summed = [letter for letter, axis in zip(own, leaf.axes, strict=True) if axis != "1"]
        found.append(Contribution(argument, tuple(letters), total(summed, mul(cotangent, local))))
    return found


def _pull(
    node: Expression,
    cotangent: Expression,
    live: tuple[str, ...],
    axes: Mapping[str, tuple[str, ...]],
    ranges: Mapping[str, Expression] = MappingProxyType({}),
) -> list[Contribution]:
    """The contributions of every occurrence in `node`; `live` are the letters in scope, still to be summed.

    `ranges` has the size of the axis that a letter enters, or, of one that enters no array, the sum whose bounds alone
    tell its range.
    """
    spend(15 * NODE)
    if is_number(cotangent, 0) or not _depends(node, axes):
        return []
    if isinstance(node, Symbol) or (isinstance(node, Indexed) and isinstance(node.base, Symbol)):
        return _occurrence(node, cotangent, live, axes, ranges)
    if isinstance(node, Reduce):
        node = _own_letter(node, symbols(cotangent) | set(live), axes)
        entered = longest(entered_axes(node.letter, node.body, axes))
        if entered:
            ranges = {**ranges, node.letter: length(entered)}
            if node.upper == length(entered):  # up to the end of the axis
                node = replace(node, lower=None if node.lower == ONE else node.lower, upper=None)
        elif node.upper is not None:
            ranges = {**ranges, node.letter: replace(node, kind="sum")}
    if matrix_partial(node, "", "") is not None:
        return _of_matrix(node, cotangent, live, axes, ranges)
    rule = local_rule(node)
    if rule is None:
        raise NotDifferentiable(node.function if isinstance(node, Call) else to_text(node), node.span)
    found = []
    for link in rule:
        if isinstance(node, Reduce) and isinstance(ranges.get(node.letter), Reduce):  # its bounds stay those of a sum
            link = replace(link, factors=REDUCTIONS[node.kind](node))
        scope = live if link.letter is None else (*live, link.letter)
        found += _pull(link.argument, mul(cotangent, *link.factors), scope, axes, ranges)
    return found


def _of_matrix(
    node: Expression,
    cotangent: Expression,
    live: tuple[str, ...],
    axes: Mapping[str, tuple[str, ...]],
    ranges: Mapping[str, Expression],
) -> list[Contribution]:
    """What an inverse or a determinant passes to every entry of its matrix."""
    taken = symbols(cotangent) | symbols(node) | set(live) | names_in(axes)
    row = fresh(taken)
    column = fresh(taken | {row})
    found = matrix_partial(node, row, column)
    assert found is not None
    entry = Indexed(Symbol(found[0]), (Symbol(row), Symbol(column)))
    return _occurrence(entry, mul(cotangent, found[1]), (*live, row, column), axes, ranges)


def _depends(node: Expression, axes: Mapping[str, tuple[str, ...]]) -> bool:
    return any(isinstance(item, Symbol) and item.name in axes for item in walk(node))


def _own_letter(node: Reduce, around: Set[str], axes: Mapping[str, tuple[str, ...]]) -> Reduce:
    """The reduction over a letter that stands nowhere `around` it."""
    if node.letter not in around:
        return node
    letter = fresh(around | symbols(node) | names_in(axes))
    new = {node.letter: Symbol(letter)}
    # bounds of a sum are never differentiated, its condition moves with the letter
    condition = None if node.condition is None else substitute(node.condition, new)
    return replace(node, letter=letter, body=substitute(node.body, new), condition=condition)


def _occurrence(
    node: Symbol | Indexed,
    cotangent: Expression,
    live: tuple[str, ...],
    axes: Mapping[str, tuple[str, ...]],
    ranges: Mapping[str, Expression],
) -> list[Contribution]:
    """One place where a quantity stands: its letters become the adjoint's own, the others are summed."""
    name = head(node)
    if name is None or name not in axes:
        return []
    places = indices(node)
    if len(places) != len(axes[name]):
        raise NotDifferentiable(name, node.span)
    taken = free_symbols(cotangent) | symbols(cotangent) | set(live) | names_in(axes) | symbols(node)
    expression, remaining = cotangent, list(live)
    own: list[str] = []
    moved: dict[str, Expression] = {}
    counted = counted_by(places, axes[name], remaining)
    if counted is not None:  # the entries of vec(X) are those of X
        for _ in places:
            own.append(fresh(taken | set(own)))
        expression = at_counted(expression, counted, places, own, axes[name])
        remaining.remove(counted)
        places = ()
    for place, axis in zip((substitute(place, moved) for place in places), axes[name], strict=False):
        if axis == "1" and place == ONE:
            own.append(fresh(taken | set(own)))  # an axis of one entry: the adjoint is the same for all of it
            continue
        if isinstance(place, Symbol) and place.name in remaining:
            own.append(place.name)  # the letter itself serves: it is bound nowhere else from here on
            remaining.remove(place.name)
            runs = ranges.get(place.name)
            if runs is not None and not isinstance(runs, Reduce) and usual_length(runs) < usual_length(length(axis)):
                expression = mul(iverson(Call("le", (place, runs))), expression)  # the i of d_i = x_{i+1} - x_i
            continue
        letter = fresh(taken | set(own))
        own.append(letter)
        shifted = offset_in(place, remaining)
        if shifted is None:
            expression = mul(expression, Call("kronecker", (place, Symbol(letter))))
            continue
        old, offset = shifted
        size = ranges.get(old)
        if isinstance(size, Reduce):
            tests = [Call("ge", (Symbol(old), size.lower or ONE)), *range_tests(size)]
            expression, size = mul(*map(iverson, dict.fromkeys(tests)), expression), None
        expression = at_shifted(expression, old, Symbol(letter), offset, size, length(axis))
        remaining.remove(old)
        moved[old] = sub(Symbol(letter), number(offset))
    return [Contribution(name, tuple(own), summed_over(remaining, expression, ranges))]
