"""A derivative in the names that the rubric gives to others: ``h^T @ delta_2``, and what each of these names is.

Backpropagation through time is then its recursion, ``delta_2 = (V^T @ (o_2 - y_2) + W^T @ delta_3) ∘ (1 - h_2^2)``,
where the formula written out grows with every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.expression.algebra.construct import indexed
from grader.expression.language.nodes import Expression, Indexed, Partial, Symbol, head, indices, sides, symbols
from grader.solver.closed import closed_form, spelled
from grader.solver.key import DerivationLine
from grader.solver.readable import length

LONG = 40  # nodes of a formula in the place of which its recursion stands


def in_notation(
    graph: ComputationGraph, target: Partial, adjoints: Mapping[str, tuple[Node, ...]], closed: Expression
) -> tuple[DerivationLine, ...]:
    """The last lines of a derivation where a target is shorter by names of other derivatives; nothing where it is not.

    A short formula stands below the one with names; of a long one each name is told instead.
    """
    wider, above = _with_names(graph), head(target.numerator) or ""
    formula = closed_form(wider, target, {**adjoints, above: _named(graph, adjoints.get(above, ()), head(target))})
    used = [name for name, _ in graph.notation if name in symbols(formula)]
    if not used or length(formula) >= length(closed):
        return ()
    named = DerivationLine(spelled(graph, target, adjoints, formula), formula, "by the names of derivatives")
    if length(closed) <= LONG:
        return named, DerivationLine(spelled(graph, target, adjoints, closed), closed, "together")
    lines, meant = [replace(named, reason="together")], dict(graph.notation)
    for name in used:  # grows while names are met
        whole = meant[name]
        own = head(sides(whole)[0]) or ""
        plain = closed_form(graph, whole, adjoints)
        right = closed_form(wider, whole, {**adjoints, own: _named(graph, adjoints.get(own, ()), head(whole))})
        right = min(plain, right, key=length)
        places = indices(spelled(graph, whole, adjoints, right))
        lines.append(DerivationLine(Indexed(Symbol(name), places) if places else Symbol(name), right, "where"))
        used += [other for other, _ in graph.notation if other in symbols(right) and other not in used]
    return tuple(lines)


def _with_names(graph: ComputationGraph) -> ComputationGraph:
    """The graph in which the names of derivatives are quantities of their own."""
    axes = graph.axes
    named = [
        Leaf(name, tuple(axis for side in sides(target) for axis in axes[head(side) or ""]))
        for name, target in graph.notation
    ]
    return replace(graph, leaves=(*graph.leaves, *named))


def _named(graph: ComputationGraph, known: tuple[Node, ...], target: str | None) -> tuple[Node, ...]:
    """The adjoints, those with a name as that name; the target itself as it is."""
    names = {head(meant): name for name, meant in reversed(graph.notation)}  # of several the first
    return tuple(
        replace(node, expression=indexed(names[node.name], node.letters))
        if node.name in names and node.name != target
        else node
        for node in known
    )
