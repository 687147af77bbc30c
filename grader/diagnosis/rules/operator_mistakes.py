"""Mistakes at one operator of the model: what a student takes for its derivative instead of the right one.

Each rule takes an operation and gives other tangents for it. At ``(y - yhat)^2`` the rule `power_degree` gives the
tangent without the factor 2, `inner_only` the tangent of ``y - yhat`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from grader.autodiff.local_rules import local_partials, local_rule
from grader.diagnosis.rules.tangents import (
    NOTHING,
    Operation,
    Tangents,
    in_letters,
    minus,
    over,
    plus,
    summed,
    tangent_of,
    tangent_terms,
    times,
    value_of,
)
from grader.expression.algebra.construct import call, indexed, mul, number, power, sub
from grader.expression.evaluation.values import Value
from grader.expression.language.nodes import (
    ONE,
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
    partial_name,
    walk,
)
from grader.rubric.malrule import Kind
from grader.solver.runs import worked_out


@dataclass(frozen=True, slots=True, eq=False)
class OperatorMistake:
    """A mistake of one kind: what it is `about`, the `tangent` that it makes of the operation, what `belongs` there."""

    kind: Kind
    about: Expression
    tangent: Value
    belongs: Expression | None = None


OperatorRule = Callable[[Tangents, Operation], Iterator[OperatorMistake]]
_OPERATORS = frozenset(("add", "sub", "neg", "div", "max", "min", "where"))
_ACTIVATIONS = ("sigmoid", "tanh", "relu")


def _unary(operation: Operation) -> Call | None:
    """The function of one number at an operation; an inverse or a determinant has no derivative of its own by one."""
    node = operation.expression
    single = isinstance(node, Call) and len(node.args) == 1 and node.function not in _OPERATORS and not node.primes
    return node if isinstance(node, Call) and single and local_partials(node) else None


def missing_factor(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """One link of the chain rule, dc/dv, taken for 1."""
    if not operation.root:
        return
    node = operation.expression
    for name in _direct_inputs(tangents, node):
        occurrence = next(item for item in walk(node) if head(item) == name and not isinstance(item, Partial))
        if isinstance(occurrence, Symbol) and tangents.axes[name]:
            continue
        only, inner = tangent_of(tangents, node, name), tangent_of(tangents, occurrence, name)
        if only is None or inner is None:
            continue
        gone = tuple(letter for letter in inner.letters if letter not in (*operation.scope, *in_letters(tangents)))
        about = Partial(Symbol(operation.node.name), Symbol(name))
        instead = plus(plus(operation.tangent, minus(only)), summed(tangents, inner, gone))
        yield OperatorMistake(Kind.MISSING_FACTOR, about, instead)
        if not isinstance(node, Symbol | Indexed) and not gone:
            value = plus(plus(operation.tangent, minus(only)), times(value_of(tangents, node), inner))
            yield OperatorMistake(Kind.ACTIVATION_FOR_DERIVATIVE, Symbol(operation.node.name), value)


def opaque_factor(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """The derivative of an opaque function, df/dw, left out of the chain rule."""
    name = head(operation.expression)
    leaf = next((leaf for leaf in tangents.question.graph.leaves if leaf.name == name and leaf.of), None)
    if leaf is not None and tangents.below in leaf.of and not tangents.axes[tangents.below]:
        about = Partial(Symbol(leaf.name), Symbol(tangents.below))
        yield OperatorMistake(Kind.MISSING_FACTOR, about, Value(np.ones(1)))


def _direct_inputs(tangents: Tangents, node: Expression) -> tuple[str, ...]:
    found = dict.fromkeys(head(item) for item in walk(node) if isinstance(item, Symbol | Indexed))
    return tuple(name for name in found if name is not None and name in tangents.axes and _changes(tangents, name))


def _changes(tangents: Tangents, name: str) -> bool:
    values = worked_out(tangents.run).get(partial_name(name, tangents.below))
    return values is not None and bool(values.any())


def activation_for_derivative(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """f(z) where f'(z) belongs."""
    node = _unary(operation)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is not None and inner is not None and node.function not in ("exp", "square", "abs"):
        yield OperatorMistake(Kind.ACTIVATION_FOR_DERIVATIVE, node, times(value_of(tangents, node), inner))
        plain = _plain(tangents, node.args[0])  # nothing inside differentiated either
        if plain is not None and not isinstance(node.args[0], Symbol | Indexed) and not tangents.question.numeric:
            yield OperatorMistake(Kind.ACTIVATION_FOR_DERIVATIVE, node, times(value_of(tangents, node), plain))


def other_activation(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """The derivative of another activation; for sigmoid and tanh also by the other's rule in the value."""
    node = _unary(operation)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None or node.function not in _ACTIVATIONS:
        return
    rules = [(Kind.TANH_FOR_SIGMOID if "relu" not in (other, node.function) else Kind.WRONG_ACTIVATION, other)
             for other in _ACTIVATIONS if other != node.function]  # fmt: skip
    for kind, other in rules:
        partials = local_partials(Call(other, node.args)) or ()
        yield OperatorMistake(kind, node, times(value_of(tangents, partials[0]), inner))
        by_value = _in_terms_of_value(other, node)
        if by_value is not None:
            yield OperatorMistake(kind, node, times(value_of(tangents, by_value), inner))


def _in_terms_of_value(function: str, value: Expression) -> Expression | None:
    """The rule for f' in terms of f: s(1 - s), 1 - t^2."""
    match function:
        case "sigmoid":
            return mul(value, sub(ONE, value))
        case "tanh":
            return sub(ONE, power(value, number(2)))
    return None


def wrong_argument(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """f' at another quantity than f's argument: sigma'(x) for sigma'(z), z(1 - z) for s(1 - s), sigma' of sigma."""
    node = _unary(operation)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None or node.function in ("square", "abs"):
        return
    for other in _others(tangents, node):
        partials = local_partials(replace(node, args=(other,))) or ()
        about = other if isinstance(other, Symbol | Indexed) else node
        tangent = times(value_of(tangents, partials[0]), inner)
        yield OperatorMistake(Kind.WRONG_ARGUMENT, about, tangent, node.args[0])
        by_value = _in_terms_of_value(node.function, other)
        if by_value is not None and other != node:
            value = indexed(operation.node.name, operation.node.letters) if operation.root else node
            yield OperatorMistake(Kind.WRONG_ARGUMENT, about, times(value_of(tangents, by_value), inner), value)


def _others(tangents: Tangents, node: Call) -> Iterator[Expression]:
    """What may stand in the argument's operation: the function's own value, then quantities that fit."""
    argument = node.args[0]
    yield node
    inside = next((item for item in walk(argument) if isinstance(item, Indexed)), None)
    if isinstance(argument, Symbol | Indexed):
        yield argument
    for item in tangents.question.graph.quantities:
        given = item in tangents.question.graph.leaves
        if tangents.question.numeric and given:
            continue
        axes = item.axes
        if not axes and Symbol(item.name) != argument:
            yield Symbol(item.name)
        if inside is not None and axes and axes == tangents.axes.get(head(inside) or ""):
            other = Indexed(Symbol(item.name), indices(inside))
            if other != argument:
                yield other


def chain_inside(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """Only the inner or only the outer derivative of a composite formula."""
    node = _unary(operation)
    if isinstance(operation.expression, Call) and operation.expression.function == "pow":
        node = operation.expression
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None:
        return
    kind = Kind.MISSING_RECIPROCAL if node.function in ("log", "log2", "log10") else Kind.INNER_ONLY
    yield OperatorMistake(kind, node, inner)
    if kind == Kind.MISSING_RECIPROCAL:
        yield OperatorMistake(kind, node, times(value_of(tangents, node.args[0]), inner))
    partials = local_partials(node) or ()
    argument = node.args[0]
    if partials and not isinstance(argument, Symbol | Indexed | Number):
        plain = _plain(tangents, argument)
        if plain is not None:
            yield OperatorMistake(Kind.OUTER_ONLY, node, times(value_of(tangents, partials[0]), plain))


def _plain(tangents: Tangents, node: Expression) -> Value | None:
    """The change of the quantities in a formula as if the formula were their sum."""
    total: Value | None = None
    for item in dict.fromkeys(item for item in walk(node) if isinstance(item, Symbol | Indexed)):
        inner = tangent_of(tangents, item) if head(item) in tangents.axes else None
        if inner is not None and (isinstance(item, Indexed) or not tangents.axes[head(item) or ""]):
            total = inner if total is None else plus(total, inner)
    return total


def power_degree(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """x^n: n x^n, x^(n-1), (n-1) x^(n-1), n x^(n-2); of a root, the factor 1/2 or the root itself."""
    match operation.expression:
        case Call("pow", (base, Number(value=exponent))):
            pass
        case Call("square", (base,)):
            exponent = number(2).value
        case Call("sqrt", (base,)):
            exponent = number(1).value / 2
        case Call("exp", (base,)):
            inner = tangent_of(tangents, base)
            if inner is not None:
                wrong = mul(base, call("exp", sub(base, ONE)))
                yield OperatorMistake(Kind.POWER_DEGREE, operation.expression, times(value_of(tangents, wrong), inner))
            return
        case _:
            return
    inner = tangent_of(tangents, base)
    if inner is None:
        return
    n = number(exponent)
    lower = number(exponent - 1)
    wrong_rules = (
        mul(n, power(base, n)),
        power(base, lower),
        mul(lower, power(base, lower)),
        mul(n, power(base, number(exponent - 2))),
        power(base, n),
    )
    for wrong in wrong_rules:
        yield OperatorMistake(Kind.POWER_DEGREE, operation.expression, times(value_of(tangents, wrong), inner))


def product_rule(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """u v: one term only, minus between the terms, or u' v'."""
    node = operation.expression
    if not isinstance(node, Product):
        return
    terms = tuple(tangent_terms(tangents, node))
    if len(terms) < 2:
        return
    for term in terms:
        yield OperatorMistake(Kind.PRODUCT_RULE, node, term)
    yield OperatorMistake(Kind.PRODUCT_RULE, node, plus(terms[0], minus(terms[1])))
    changing = [factor for factor in node.factors if tangent_of(tangents, factor) is not None]
    fixed = [value_of(tangents, factor) for factor in node.factors if tangent_of(tangents, factor) is None]
    inner = [value for value in (tangent_of(tangents, factor) for factor in changing) if value is not None]
    if not in_letters(tangents):
        yield OperatorMistake(Kind.PRODUCT_RULE, node, times(*inner, *fixed))


def quotient_rule(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """a/b: no square below, plus between the terms, one term only, a'/b'."""
    match operation.expression:
        case Call("div", (top, bottom)):
            node = operation.expression
        case _:
            return
    below = tangent_of(tangents, bottom)
    if below is None:
        return
    divisor = value_of(tangents, bottom)
    terms = tuple(tangent_terms(tangents, node))
    yield OperatorMistake(Kind.QUOTIENT_RULE, node, times(operation.tangent, divisor))
    second = terms[-1]
    first = terms[0] if len(terms) > 1 else NOTHING
    if len(terms) > 1:
        yield OperatorMistake(Kind.QUOTIENT_RULE, node, plus(first, minus(second)))
        yield OperatorMistake(Kind.QUOTIENT_RULE, node, first)
        yield OperatorMistake(Kind.QUOTIENT_RULE, node, second)
        yield OperatorMistake(Kind.QUOTIENT_RULE, node, plus(first, times(second, divisor)))
        above = tangent_of(tangents, top)
        if above is not None and not in_letters(tangents):
            yield OperatorMistake(Kind.QUOTIENT_RULE, node, over(above, below))
    else:
        yield OperatorMistake(Kind.QUOTIENT_RULE, node, over(value_of(tangents, top), below))


def branches(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """The other branch, or one branch everywhere."""
    node = operation.expression
    if isinstance(node, Call) and node.function == "abs":
        inside = tangent_of(tangents, node.args[0])
        if inside is not None:
            yield OperatorMistake(Kind.MISSING_CONDITION, node, inside)
    options = _options(tangents, node)
    if len(options) == 2:
        (first, guard), (second, other) = options
        swapped = plus(times(second, value_of(tangents, guard)), times(first, value_of(tangents, other)))
        yield OperatorMistake(Kind.SWAPPED_BRANCHES, node, swapped)
    for inner, _ in options:
        if inner is not NOTHING:
            yield OperatorMistake(Kind.MISSING_CONDITION, node, inner)


def _options(tangents: Tangents, node: Expression) -> list[tuple[Value, Expression]]:
    """The tangent of each branch of a formula, and the condition under which it holds, as 0 or 1."""
    found: list[tuple[Value, Expression]] = []
    match node:
        case Cases() | Call("max" | "min", (_, _)) | Call("relu"):
            for link in local_rule(node) or ():
                inner = tangent_of(tangents, link.argument)
                found.append((NOTHING if inner is None else inner, mul(*link.factors)))
            if isinstance(node, Call) and node.function == "relu":
                found.append((NOTHING, sub(ONE, found[0][1])))
    return found


def dropped_term(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """One term of a sum, or one of several paths to the variable, forgotten; or its sign turned."""
    yield OperatorMistake(Kind.SIGN, operation.expression, minus(operation.tangent))
    if operation.beside:
        yield OperatorMistake(Kind.DROPPED_TERM, operation.expression, NOTHING)
    elif operation.root:
        for name in _direct_inputs(tangents, operation.expression):
            about = Partial(Symbol(operation.node.name), Symbol(name))
            only = tangent_of(tangents, operation.expression, name)
            if only is not None:
                yield OperatorMistake(Kind.DROPPED_TERM, about, plus(operation.tangent, minus(only)))
                yield OperatorMistake(Kind.SIGN, about, plus(operation.tangent, times(only, Value(np.full(1, -2.0)))))


def mean_for_sum(tangents: Tangents, operation: Operation) -> Iterator[OperatorMistake]:
    """A sum divided by the number of its terms."""
    node = operation.expression
    if isinstance(node, Reduce) and node.kind == "sum" and node.condition is None:
        count = Value(np.full(1, 1.0 / tangents.extents[node.letter]))
        yield OperatorMistake(Kind.MEAN_FOR_SUM, node, times(operation.tangent, count))
