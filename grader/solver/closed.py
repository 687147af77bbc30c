"""The closed form of a target and its worked derivation, from the adjoints of its model.

``dJ/dz_ij`` of a softmax cross-entropy closes to ``(yhat_ij - y_ij) / m``: the adjoints between are inlined, and
the rows of a one-hot ``y`` sum to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from grader.autodiff.backprop import inline, inlined_size, local_jacobian
from grader.autodiff.graph import ComputationGraph, Node, names_in
from grader.expression.algebra.construct import (
    add,
    apart,
    free_symbols,
    fresh,
    indexed,
    iverson,
    mul,
    substitute,
    total,
)
from grader.expression.algebra.matching import fold
from grader.expression.algebra.simplify import expanded, factored, join_terms, simplify, split_terms
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Again,
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
    rebuild,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.solver.key import DerivationLine
from grader.solver.matrix_form import matrix_form
from grader.solver.rational import shorter

SHORT = 12  # nodes of a formula that nothing shortens
LARGE = 600  # nodes beyond which a formula names the derivatives that it is made of
FEW = 12  # links of a chain that are worked out, each in a line


def closed_form(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    """The target as a formula in the model's quantities, in the target's own letters, which no sum in it binds."""
    formula = _closed_form(graph, target, adjoints)
    return apart(formula, {*(item.name for item in graph.quantities), *free_symbols(formula)})


def _closed_form(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    name = head(target)
    if not isinstance(target, Partial):
        node = next((item for item in graph.nodes if item.name == name), None)
        return _in_place(node, target, graph) if node else target
    above = head(target.numerator)
    known = {node.name: node for node in adjoints.get(above or "", ())}
    if name not in known:
        if head(target.denominator) == above:
            pairs = zip(indices(target.numerator), indices(target.denominator), strict=False)
            return mul(*(Call("kronecker", pair) for pair in pairs))
        return ZERO
    node = known[name]
    if inlined_size(known.values(), name, LARGE) > LARGE:
        return _in_place(replace(node, expression=simplify(node.expression)), target, graph)
    formula = inline(node.expression, {key: value for key, value in known.items() if key != name})
    formula = simplify(fold(simplify(formula), graph.formulas))
    formula = simplify(_unit_rows(formula, graph))
    return _in_place(replace(node, expression=formula), target, graph)


def _in_place(node: Node, target: Expression, graph: ComputationGraph) -> Expression:
    """The formula in the target's letters; where the target leaves axes whole, without letters for them if it has
    such a form."""
    axes = graph.axes
    places = [place for side in sides(target) for place in _places(side, axes)]
    if len(places) != len(node.letters):
        return _readable(node.expression)
    given = {letter: place for letter, place in zip(node.letters, places, strict=True) if place is not None}
    whole = [(a, b) for a, b in zip(node.letters, node.axes, strict=True) if a not in given]
    placed = substitute(node.expression, given)
    formula = _readable(placed)
    if not whole:
        return formula
    letters, ranges = tuple(a for a, _ in whole), tuple(b for _, b in whole)
    for item in sorted((formula, *_forms(placed)), key=_length):
        found = matrix_form(item, letters, ranges, axes)
        if found is not None:
            return found
    return formula


def _places(side: Expression, axes: Mapping[str, tuple[str, ...]]) -> list[Expression | None]:
    """What enters each axis of a quantity; None where it stays whole. A row or a column takes one index."""
    own = axes.get(head(side) or "", ())
    entered = indices(side)
    if len(entered) == 1 < len(own) and sum(axis != "1" for axis in own) == 1:
        return [ONE if axis == "1" else entered[0] for axis in own]
    return [*entered, *(None for _ in own[len(entered) :])]


@lru_cache(maxsize=1024)
def _readable(formula: Expression) -> Expression:
    """Switched terms as cases, else common factors in front of a bracket."""
    cases = as_cases(formula)
    if isinstance(cases, Cases):
        return _labels_compared(cases)
    return _labels_compared(min((_inner_cases(item) for item in _forms(formula)), key=_length))


def _labels_compared(formula: Expression) -> Expression:
    """Kronecker's delta of a label that has an index as an indicator: ``1[k = y_i]``."""

    def change(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("kronecker", (Indexed() as label, letter)) | Call("kronecker", (letter, Indexed() as label)):
                return iverson(Call("eq", (letter, label)))
        return node

    return rewritten(formula, change)


@lru_cache(maxsize=1024)
def _forms(formula: Expression) -> tuple[Expression, ...]:
    """Equal formulas, common factors in front of a bracket."""
    plain = tuple(factored(item) for item in (formula, expanded(formula)))
    return (*plain, *shorter(formula)) if _length(min(plain, key=_length)) > SHORT else plain


def _length(formula: Expression) -> int:
    return sum(1 for _ in walk(formula))


def _inner_cases(node: Expression) -> Expression:
    """Switched terms inside sums and brackets as cases."""
    node = rebuild(node, _inner_cases)
    return as_cases(node) if isinstance(node, Call) and node.function in ("add", "sub") else node


def juxtaposed(node: Expression) -> Expression:
    """The formula with its products written without a sign, as a textbook prints them."""
    node = rebuild(node, juxtaposed)
    if not isinstance(node, Product):
        return node
    joints = tuple(
        "cdot" if isinstance(right, Number) and joint == "*" else "" if joint == "*" else joint
        for joint, right in zip(node.joints, node.factors[1:], strict=True)
    )
    return replace(node, joints=joints)


def _place(node: Node, target: Expression) -> Expression:
    """The node's formula in the target's letters (or entries)."""
    places = indices(target)
    if len(places) != len(node.letters):
        return node.expression
    return substitute(node.expression, dict(zip(node.letters, places, strict=True)))


def _unit_rows(node: Expression, graph: ComputationGraph) -> Expression:
    """A sum over the last axis of a one-hot or probability row is 1."""
    rows = {leaf.name for leaf in graph.leaves if leaf.domain.kind in ("onehot", "simplex")}

    def change(item: Expression) -> Expression:
        item = rebuild(item, change)
        match item:
            case Reduce("sum", letter, Indexed(Symbol(name), places), None, None, None) if name in rows and places[
                -1
            ] == Symbol(letter):
                return ONE
        return item

    return change(node)


def as_cases(node: Expression) -> Expression:
    """A sum whose every term is switched by a condition, as cases: ``[c] a + [not c] b`` is ``{a if c; b}``."""
    groups: dict[Expression, list[Expression]] = {}
    for coefficient, factors in split_terms(node):
        guards = [atom for atom, _ in factors if isinstance(atom, Call) and atom.function == "iverson"]
        if len(guards) != 1:
            return node
        rest = tuple(item for item in factors if item[0] != guards[0])
        groups.setdefault(guards[0].args[0], []).append(join_terms(((coefficient, rest),)))
    if not groups or len(groups) > 3:
        return node
    values = {}
    for test, parts in groups.items():
        value: Expression = ZERO
        for part in parts:
            value = add(value, part)
        values[test] = simplify(value)
    tests = list(values)
    last = next((t for t in tests if isinstance(t, Call) and t.function == "not" and t.args[0] in values), None)
    if last is not None and len(tests) == 2:
        first = next(t for t in tests if t != last)
        return Cases(((values[first], first),), values[last])
    if len(tests) == 1 and isinstance(tests[0], Call) and tests[0].function != "not":
        return Cases(((values[tests[0]], tests[0]),), ZERO)
    return node


def spelled(
    graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]], closed: Expression
) -> Expression:
    """The target as the closed form has it: with letters for the axes that it leaves whole, where the form has them."""
    named = _with_letters(graph, target, adjoints)
    return named if symbols(named) - symbols(target) & free_symbols(closed) else target


def _with_letters(graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]]) -> Expression:
    if not isinstance(target, Partial):
        node = next((item for item in graph.nodes if item.name == head(target)), None)
    else:
        found = adjoints.get(head(target.numerator) or "", ())
        node = next((item for item in found if item.name == head(target)), None)
    axes = graph.axes
    places = [_places(side, axes) for side in sides(target)]
    if node is None or sum(map(len, places)) != len(node.letters):
        return target
    letters = iter(zip(node.letters, node.axes, strict=True))

    def fill(side: Expression) -> Expression:
        if isinstance(side, Partial):
            return Partial(fill(side.numerator), fill(side.denominator), side.span)
        own = []
        for place in places[filled.pop()]:
            letter, axis = next(letters)
            own.append(place or (ONE if axis == "1" else Symbol(letter)))
        return Indexed(Symbol(head(side) or ""), tuple(own)) if own else side

    filled = list(reversed(range(len(places))))
    return fill(target)


def derivation(
    graph: ComputationGraph, target: Expression, adjoints: Mapping[str, tuple[Node, ...]], closed: Expression
) -> tuple[DerivationLine, ...]:
    """The chain rule for the target, each local partial on its path, and the result."""
    if not isinstance(target, Partial):
        return (DerivationLine(target, closed, "by definition"),)
    above, below = head(target.numerator), head(target.denominator)
    if above is None or below is None:
        return ()
    known = {node.name: node for node in adjoints.get(above, ())}
    lines: list[DerivationLine] = []
    named = _with_letters(graph, target, adjoints)
    assert isinstance(named, Partial)
    chain = _chain(graph, named, above, below, known, len(graph.between(below, above)) <= FEW)
    if chain is not None and chain not in (closed, named):
        lines.append(DerivationLine(named, chain, "chain rule"))
        for item in islice(dict.fromkeys(i for i in walk(chain) if isinstance(i, Partial)), FEW):
            line = _partial_line(graph, item, above, adjoints)
            if line is not None and line.right != item:
                lines.append(line)
    left = spelled(graph, target, adjoints, closed)
    lines.append(DerivationLine(left, closed, "together" if lines else "differentiate"))
    used = symbols(closed)
    lines += [_where(node) for node in graph.nodes if node.name in used]
    return tuple(lines)


def _where(node: Node) -> DerivationLine:
    """A definition as its author wrote it."""
    if node.source is None or symbols(node.source) & set(node.letters):
        return DerivationLine(indexed(node.name, node.letters), node.expression, "where")
    return DerivationLine(Symbol(node.name), node.source, "where")


def _consumers(graph: ComputationGraph, name: str) -> list[str]:
    direct = [node.name for node in graph.nodes if name in symbols(node.expression)]
    return [*direct, *graph.opaque_in(name)]


def _chain(
    graph: ComputationGraph, target: Partial, above: str, below: str, known: Mapping[str, Node], whole: bool
) -> Expression | None:
    """The sum over the direct consumers c of dJ/dc * dc/dx; the `whole` chain is followed up along single paths."""
    axes = graph.axes
    letters_of = {node.name: node.letters for node in graph.nodes}
    taken = symbols(target) | names_in(axes)
    result: Expression = ZERO
    for consumer in _consumers(graph, below):
        reaches = consumer == above or f"∂{above}/∂{consumer}" in known
        if not reaches:
            continue
        if consumer == above:
            result = add(result, target)
            continue
        wanted = letters_of.get(consumer, ())
        letters: list[str] = []
        for k in range(len(axes[consumer])):
            letters.append(fresh(taken | set(letters), wanted[k] if k < len(wanted) else ""))
        places = [ONE if axis == "1" else Symbol(a) for a, axis in zip(letters, axes[consumer], strict=True)]
        middle = Indexed(Symbol(consumer), tuple(places)) if places else Symbol(consumer)
        upper = Partial(target.numerator, middle)
        further = _chain(graph, upper, above, consumer, known, whole) if whole and not axes[consumer] else None
        factor = Partial(middle, target.denominator)
        product = mul(further if further is not None and not _is_sum(further) else upper, factor)
        result = add(result, total((a for a, p in zip(letters, places, strict=True) if p != ONE), product))
    return None if result == ZERO else result


def _is_sum(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("add", "sub")


def _partial_line(
    graph: ComputationGraph, item: Partial, above: str, adjoints: Mapping[str, tuple[Node, ...]]
) -> DerivationLine | None:
    upper, lower = head(item.numerator), head(item.denominator)
    if upper is None or lower is None:
        return None
    if upper == above:
        return DerivationLine(item, closed_form(graph, item, adjoints), "upstream")
    local = local_jacobian(graph, upper, lower)
    if local is None:
        return None
    folded = simplify(fold(local.expression, graph.formulas))
    return DerivationLine(item, _readable(_place(replace(local, expression=folded), item)), "local partial")
