"""The worked derivation of a target: the chain rule, each local partial on its path, and the result.

``dL/dw = dL/dz*dz/dw``, ``dL/dz = yhat - y``, ``dz/dw = x``, together ``dL/dw = (yhat - y)*x``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from grader.autodiff.backprop import local_jacobian
from grader.autodiff.graph import ComputationGraph, Node, names_in
from grader.autodiff.tidy import settled, tidied
from grader.expression.algebra.construct import add, fresh, indexed, is_number, mul, sub, substitute, total
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Partial,
    Symbol,
    children,
    head,
    indices,
    symbols,
)
from grader.solver.closed import closed_form, shown, spelled, with_letters
from grader.solver.in_notation import in_notation
from grader.solver.key import DerivationLine
from grader.solver.readable import readable, without_idle_guards

FEW = 12  # links of a chain that are worked out, each in a line


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
    named = with_letters(graph, target, adjoints)
    assert isinstance(named, Partial)
    chain = _chain(graph, named, above, below, known, len(graph.between(below, above)) <= FEW)
    if chain is not None and chain not in (closed, named):
        chain = shown(chain, named, graph)
        lines.append(DerivationLine(named, chain, "chain rule"))
        for item in islice(dict.fromkeys(_links(chain)), FEW):
            line = _partial_line(graph, item, above, adjoints)
            if line is not None and line.right != item:
                lines.append(line)
    last = in_notation(graph, target, adjoints, closed) if graph.notation else ()
    if not last:
        left = spelled(graph, target, adjoints, closed)
        last = (DerivationLine(left, closed, "together" if lines else "differentiate"),)
    used = frozenset[str]().union(*(symbols(line.right) for line in last))
    return (*lines, *last, *(_where(node) for node in graph.nodes if node.name in used))


def _links(node: Expression) -> Iterator[Partial]:
    """The derivatives in a chain; of a second one not the first that it is taken of."""
    if isinstance(node, Partial):
        yield node
        return
    for child in children(node):
        yield from _links(child)


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
    """The sum over the direct consumers c of dJ/dc * dc/dx; the `whole` chain is followed up along single paths.

    A consumer that x reaches by way of another one too has its own term worked out, since dc/dx says more than that.
    None where there is no consumer but J itself.
    """
    ways = [name for name in _consumers(graph, below) if name == above or f"∂{above}/∂{name}" in known]
    factors = {name: target if name == above else _factor(graph, target, name) for name in ways}
    terms = {name: _local(graph, factor) for name, factor in factors.items()}
    ways = [name for name in ways if (local := terms[name]) is None or not is_number(local, 0)]
    result: Expression = ZERO
    for name in ways if ways != [above] else ():
        local = terms[name]
        around = name in graph.reached_from(*(other for other in ways if other != name))
        if name == above:
            result = _plus(result, readable(local or ZERO))
        else:
            result = _plus(result, _link(graph, factors[name], target, known, whole, local if around else None))
    return None if result == ZERO else result


def _factor(graph: ComputationGraph, target: Partial, consumer: str) -> Partial:
    """The derivative of a consumer, at letters of its own, by what a derivative is taken of."""
    axes = graph.axes[consumer]
    taken = symbols(target) | names_in(graph.axes)
    wanted = next((node.letters for node in graph.nodes if node.name == consumer), ())
    letters: list[str] = []
    for k in range(len(axes)):
        letters.append(fresh(taken | set(letters), wanted[k] if k < len(wanted) else ""))
    places = tuple(ONE if axis == "1" else Symbol(a) for a, axis in zip(letters, axes, strict=True))
    return Partial(Indexed(Symbol(consumer), places) if places else Symbol(consumer), target.denominator)


def _link(
    graph: ComputationGraph,
    factor: Partial,
    target: Partial,
    known: Mapping[str, Node],
    whole: bool,
    local: Expression | None,
) -> Expression:
    """What goes through one consumer: the derivative by it times its own, for which `local` stands where given."""
    upper, above, consumer = Partial(target.numerator, factor.numerator), head(target.numerator), head(factor.numerator)
    further = None
    if whole and not graph.axes[consumer or ""]:
        further = _chain(graph, upper, above or "", consumer or "", known, whole)
    product = mul(further if further is not None and not _is_sum(further) else upper, local or factor)
    term = total((place.name for place in indices(factor.numerator) if isinstance(place, Symbol)), product)
    return term if local is None else settled(term, graph.axes)


def _plus(left: Expression, right: Expression) -> Expression:
    """The sum of two, without brackets round the second."""
    match right:
        case Call("add", (one, other)):
            return add(_plus(left, one), other)
        case Call("sub", (one, other)):
            return sub(_plus(left, one), other)
    return add(left, right)


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
    local = _local(graph, item)
    return None if local is None else DerivationLine(item, shown(readable(local), item, graph), "local partial")


def _local(graph: ComputationGraph, item: Partial) -> Expression | None:
    """The derivative of a definition by what stands in it, all else held fixed."""
    upper, lower = head(item.numerator), head(item.denominator)
    local = local_jacobian(graph, upper or "", lower or "")
    if local is None:
        return None
    folded = replace(local, expression=tidied(local.expression, graph.formulas, graph.axes))
    return without_idle_guards(settled(_place(folded, item), graph.axes), graph.formulas)


def _place(node: Node, target: Expression) -> Expression:
    """The node's formula in the target's letters (or entries)."""
    places = indices(target)
    if len(places) != len(node.letters):
        return node.expression
    return substitute(node.expression, dict(zip(node.letters, places, strict=True)))
