r"""Two formulas without a rubric -> the same two, with what means the same written the same.

Beside ``\sum_i x_i``, the name ``x_k`` is an entry of x; beside w and x, the name ``wx`` is their product.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from itertools import chain

from grader.autodiff.backprop import NotDifferentiable, derivative, expand_primes
from grader.autodiff.graph import ComputationGraph
from grader.expression.algebra.construct import added, mul, substitute
from grader.expression.evaluation.evaluator import CONSTANT_VALUES
from grader.expression.language.functions import SPELLINGS
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Partial,
    Product,
    Symbol,
    head,
    indices,
    integer,
    rebuild,
    rewritten,
    symbols,
    walk,
)

_FUNCTIONS = "arcsin|arccos|arctan|sinh|cosh|tanh|sin|cos|tan|cot|sec|csc|exp|log|ln|sqrt"
_TOUCHING = re.compile(rf"({_FUNCTIONS})(.+?)((?:{_FUNCTIONS}).+)?$")
MAX_JOINED = 12  # letters in a name that may be several names


def alike(left: Expression, right: Expression, domains: Iterable[str]) -> tuple[Expression, Expression]:
    """Both formulas with primes and derivatives carried out, joined names split, and entries of arrays as entries."""
    left, right = worked_out(left), worked_out(right)
    if _partials(left) and _partials(right):
        left, right = _partials_as_names(left), _partials_as_names(right)
    left, right = (_split_names(one, {*free_names(other), *domains}) for one, other in ((left, right), (right, left)))
    ranks = {
        name: len(item.indices)
        for item in chain(walk(left), walk(right))
        if isinstance(item, Indexed) and (name := head(item)) is not None
    }
    return (_with_entries(left, ranks), _with_entries(right, ranks)) if ranks else (left, right)


def free_names(*nodes: Expression) -> list[str]:
    """The names in some formulas that stand for a number: all but the constants."""
    found = {item.name for node in nodes for item in walk(node) if isinstance(item, Symbol)}
    return sorted(found - set(CONSTANT_VALUES))


def worked_out(node: Expression, graph: ComputationGraph | None = None) -> Expression:
    """Primes of known functions and derivatives of written-out formulas, ``d/dx tanh(x)``, carried out.

    In a model what a formula holds may depend on the variable too: ``d log(Z)/ds`` is ``1/Z dZ/ds``.
    """
    return expand_primes(rewritten(node, partial(_differentiated, graph))) if _partials(node) else expand_primes(node)


def _differentiated(graph: ComputationGraph | None, node: Expression, again: Again) -> Expression:
    found = rebuild(node, again)
    if not isinstance(found, Partial) or head(found.numerator) is not None:
        return found
    below = head(found.denominator) or ""
    formula = expand_primes(found.numerator)
    inside = symbols(formula)
    between = sorted(inside & graph.reached_from(below) - {below}) if graph is not None and below else []
    entered = not isinstance(found.denominator, Symbol)
    if (entered and below in inside) or not (below and (between or not entered)):
        return found
    if graph is not None and any(graph.axes[name] for name in between):
        return found
    try:
        terms = [mul(derivative(formula, name), Partial(Symbol(name), found.denominator)) for name in between]
        own = [] if entered else [derivative(formula, below)]
    except NotDifferentiable:
        return found
    return added([*own, *terms])


def _partials(node: Expression) -> bool:
    return any(isinstance(item, Partial) for item in walk(node))


def _partials_as_names(node: Expression) -> Expression:
    """A derivative of one name by another is a number of its own, whatever the model: ``dL/dz``."""

    def rule(node: Expression, again: Again) -> Expression:
        if isinstance(node, Partial) and head(node) is not None:
            name = Symbol(f"d{head(node.numerator)}/d{head(node.denominator)}")
            return Indexed(name, indices(node)) if indices(node) else name
        return rebuild(node, again)

    return rewritten(node, rule)


def _split_names(node: Expression, known: set[str]) -> Expression:
    """The formula with ``wx`` as ``w x`` where the other side knows both and does not know ``wx``."""
    found = {name: pieces for name in free_names(node) if name not in known and (pieces := _pieces(name, known))}
    return _split(node, found) if found else node


def _split(node: Expression, found: dict[str, tuple[Expression, ...]]) -> Expression:
    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Symbol(name=name) if name in found:
                return _beside(found[name])
            case Call("pow", (Symbol(name=name) as base, exponent)) if name in found:
                *before, last = found[name]
                if node.span.start < base.span.start:  # (wx)^2
                    return rebuild(node, again)
                # of wx^2, only x is squared, and of sinx^2
                inner = last.args[0] if isinstance(last, Call) else last
                raised = Call("pow", (inner, again(exponent)))
                return _beside((*before, Call(last.function, (raised,)) if isinstance(last, Call) else raised))
        return rebuild(node, again)

    return rewritten(node, rule)


def _beside(factors: tuple[Expression, ...]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(factors, ("",) * (len(factors) - 1))


def _pieces(name: str, known: set[str]) -> tuple[Expression, ...]:
    """The known names that one after the other make up `name`, longest first; none where they do not.

    A function takes what stands between it and the next one: ``sinxcosx`` is ``sin(x) cos(x)``.
    """
    if len(name) > MAX_JOINED:
        return ()
    function = _TOUCHING.match(name)
    if function and name not in known:
        inside = _pieces(function[2], known)
        rest = _pieces(function[3], known) if function[3] else ()
        if not inside or (function[3] and not rest):
            return ()
        return (Call(SPELLINGS[function[1]], (_beside(inside),)), *rest)
    for end in range(len(name), 0, -1):
        if name[:end] in known:
            rest = _pieces(name[end:], known)
            if rest or end == len(name):
                return (Symbol(name[:end]), *rest)
    return ()


def _with_entries(node: Expression, ranks: dict[str, int]) -> Expression:
    """Names such as ``x_k``, ``x_2`` and ``y_ij`` as entries, where x and y are indexed elsewhere."""
    changes = {}
    for name in free_names(node):
        base, _, script = name.partition("_")
        if ranks.get(base) == 1 and script.isdigit():
            changes[name] = Indexed(Symbol(base), (integer(int(script)),))
        elif ranks.get(base) == len(script) and script.isalnum():
            entered = tuple(integer(int(sign)) if sign.isdigit() else Symbol(sign) for sign in script)
            changes[name] = Indexed(Symbol(base), entered)
    return substitute(node, changes)
