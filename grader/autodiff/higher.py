"""Derivatives as quantities of the model: a gradient is more graph, so it can be differentiated again.

With ``dJ/dtheta`` as a node, the Hessian is the derivative of that node by theta.
"""

from __future__ import annotations

from grader.autodiff.backprop import backward_pass, inline
from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.language.nodes import Expression, Partial, head


def with_derivatives(graph: ComputationGraph, target: Expression) -> ComputationGraph:
    """The graph whose nodes include the first derivatives that a second one is taken of."""
    if not isinstance(target, Partial) or not isinstance(target.numerator, Partial):
        return graph
    node = gradient_node(graph, target.numerator)
    if node is None:
        return graph
    graph = with_derivatives(graph, target.numerator)
    return ComputationGraph(graph.sizes, graph.leaves, (*graph.nodes, node), graph.notation)


def gradient_node(graph: ComputationGraph, target: Partial) -> Node | None:
    """A derivative as one assignment in the model's quantities; None where no path leads from one to the other."""
    graph = with_derivatives(graph, target)
    above, name = head(target.numerator), head(target)
    if above is None or name is None:
        return None
    known = {node.name: node for node in backward_pass(graph, above)}
    node = known.pop(name, None)
    if node is None:
        return None
    return Node(node.name, node.letters, node.axes, inline(node.expression, known), source=target)
