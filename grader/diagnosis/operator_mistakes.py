"""The table of slips at one operator of the model: what a student takes for its derivative instead of the right one.

Each rule takes a place and gives other tangents for it. At ``(y - yhat)^2`` the rule `power_degree` gives the tangent
without the factor 2, `inner_only` the tangent of ``y - yhat`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from grader.autodiff.local_rules import local_partials, local_rule
from grader.diagnosis.tangents import (
    NOTHING,
    Place,
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
from grader.expression.algebra.construct import call, mul, number, power, sub
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


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A mistake of one kind: `about` is the formula or derivative it concerns, `tangent` what it makes of the place."""

    kind: str
    about: Expression
    tangent: Value


Rule = Callable[[Tangents, Place], Iterator[Slip]]
_OPERATORS = frozenset(("add", "sub", "neg", "div", "max", "min", "where"))
_ACTIVATIONS = ("sigmoid", "tanh", "relu")


def slips_at(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """What every rule of the table makes of a place."""
    with np.errstate(all="ignore"):
        for rule in RULES:
            yield from rule(tangents, place)


def _unary(place: Place) -> Call | None:
    node = place.expression
    if isinstance(node, Call) and len(node.args) == 1 and node.function not in _OPERATORS and not node.primes:
        return node
    return None


def missing_factor(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """One link of the chain rule, dc/dv, taken for 1."""
    if not place.root:
        return
    node = place.expression
    for name in _direct_inputs(tangents, node):
        occurrence = next(item for item in walk(node) if head(item) == name and not isinstance(item, Partial))
        if isinstance(occurrence, Symbol) and tangents.axes[name]:
            continue
        only, inner = tangent_of(tangents, node, name), tangent_of(tangents, occurrence, name)
        if only is None or inner is None:
            continue
        gone = tuple(letter for letter in inner.letters if letter not in (*place.scope, *in_letters(tangents)))
        about = Partial(Symbol(place.node.name), Symbol(name))
        instead = plus(plus(place.tangent, minus(only)), summed(tangents, inner, gone))
        yield Slip("missing_factor", about, instead)
        if not isinstance(node, Symbol | Indexed) and not gone:
            value = plus(plus(place.tangent, minus(only)), times(value_of(tangents, node), inner))
            yield Slip("activation_for_derivative", Symbol(place.node.name), value)


def opaque_factor(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """The derivative of an opaque function, df/dw, left out of the chain rule."""
    name = head(place.expression)
    leaf = next((leaf for leaf in tangents.question.graph.leaves if leaf.name == name and leaf.of), None)
    if leaf is not None and tangents.below in leaf.of and not tangents.axes[tangents.below]:
        about = Partial(Symbol(leaf.name), Symbol(tangents.below))
        yield Slip("missing_factor", about, Value(np.ones(1)))


def _direct_inputs(tangents: Tangents, node: Expression) -> tuple[str, ...]:
    found = dict.fromkeys(head(item) for item in walk(node) if isinstance(item, Symbol | Indexed))
    return tuple(name for name in found if name is not None and name in tangents.axes and _changes(tangents, name))


def _changes(tangents: Tangents, name: str) -> bool:
    values = tangents.run.values.get(partial_name(name, tangents.below))
    return values is not None and bool(values.any())


def activation_for_derivative(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """f(z) where f'(z) belongs."""
    node = _unary(place)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is not None and inner is not None and node.function not in ("exp", "square", "abs"):
        yield Slip("activation_for_derivative", node, times(value_of(tangents, node), inner))


def other_activation(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """The derivative of another activation; for sigmoid and tanh also by the other's rule in the value."""
    node = _unary(place)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None or node.function not in _ACTIVATIONS:
        return
    rules = [("tanh_for_sigmoid" if "relu" not in (other, node.function) else "wrong_activation", other)
             for other in _ACTIVATIONS if other != node.function]  # fmt: skip
    for kind, other in rules:
        partials = local_partials(Call(other, node.args)) or ()
        yield Slip(kind, node, times(value_of(tangents, partials[0]), inner))
        by_value = _in_terms_of_value(other, node)
        if by_value is not None:
            yield Slip(kind, node, times(value_of(tangents, by_value), inner))


def _in_terms_of_value(function: str, value: Expression) -> Expression | None:
    """The rule for f' in terms of f: s(1 - s), 1 - t^2."""
    match function:
        case "sigmoid":
            return mul(value, sub(ONE, value))
        case "tanh":
            return sub(ONE, power(value, number(2)))
    return None


def wrong_argument(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """f' at another quantity than f's argument: sigma'(x) for sigma'(z), z(1 - z) for s(1 - s), sigma' of sigma."""
    node = _unary(place)
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None or node.function in ("square", "abs"):
        return
    for other in _others(tangents, node):
        partials = local_partials(replace(node, args=(other,))) or ()
        about = other if isinstance(other, Symbol | Indexed) else node
        yield Slip("wrong_argument", about, times(value_of(tangents, partials[0]), inner))
        by_value = _in_terms_of_value(node.function, other)
        if by_value is not None and other != node:
            yield Slip("wrong_argument", about, times(value_of(tangents, by_value), inner))


def _others(tangents: Tangents, node: Call) -> Iterator[Expression]:
    """What may stand in the argument's place: the function's own value, then quantities that fit."""
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


def chain_inside(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """Only the inner or only the outer derivative of a composite formula."""
    node = _unary(place)
    if isinstance(place.expression, Call) and place.expression.function == "pow":
        node = place.expression
    inner = tangent_of(tangents, node.args[0]) if node is not None else None
    if node is None or inner is None:
        return
    kind = "missing_reciprocal" if node.function in ("log", "log2", "log10") else "inner_only"
    yield Slip(kind, node, inner)
    if kind == "missing_reciprocal":
        yield Slip(kind, node, times(value_of(tangents, node.args[0]), inner))
    partials = local_partials(node) or ()
    argument = node.args[0]
    if partials and not isinstance(argument, Symbol | Indexed | Number):
        plain = _plain(tangents, argument)
        if plain is not None:
            yield Slip("outer_only", node, times(value_of(tangents, partials[0]), plain))


def _plain(tangents: Tangents, node: Expression) -> Value | None:
    """The change of the quantities in a formula as if the formula were their sum."""
    total: Value | None = None
    for item in dict.fromkeys(item for item in walk(node) if isinstance(item, Symbol | Indexed)):
        inner = tangent_of(tangents, item) if head(item) in tangents.axes else None
        if inner is not None and (isinstance(item, Indexed) or not tangents.axes[head(item) or ""]):
            total = inner if total is None else plus(total, inner)
    return total


def power_degree(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """x^n: n x^n, x^(n-1), (n-1) x^(n-1), n x^(n-2); of a root, the factor 1/2 or the root itself."""
    match place.expression:
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
                yield Slip("power_degree", place.expression, times(value_of(tangents, wrong), inner))
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
        yield Slip("power_degree", place.expression, times(value_of(tangents, wrong), inner))


def product_rule(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """u v: one term only, minus between the terms, or u' v'."""
    node = place.expression
    if not isinstance(node, Product):
        return
    terms = tuple(tangent_terms(tangents, node))
    if len(terms) < 2:
        return
    for term in terms:
        yield Slip("product_rule", node, term)
    yield Slip("product_rule", node, plus(terms[0], minus(terms[1])))
    changing = [factor for factor in node.factors if tangent_of(tangents, factor) is not None]
    fixed = [value_of(tangents, factor) for factor in node.factors if tangent_of(tangents, factor) is None]
    inner = [value for value in (tangent_of(tangents, factor) for factor in changing) if value is not None]
    if not in_letters(tangents):
        yield Slip("product_rule", node, times(*inner, *fixed))


def quotient_rule(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """a/b: no square below, plus between the terms, one term only, a'/b'."""
    match place.expression:
        case Call("div", (top, bottom)):
            node = place.expression
        case _:
            return
    below = tangent_of(tangents, bottom)
    if below is None:
        return
    divisor = value_of(tangents, bottom)
    terms = tuple(tangent_terms(tangents, node))
    yield Slip("quotient_rule", node, times(place.tangent, divisor))
    second = terms[-1]
    first = terms[0] if len(terms) > 1 else NOTHING
    if len(terms) > 1:
        yield Slip("quotient_rule", node, plus(first, minus(second)))
        yield Slip("quotient_rule", node, first)
        yield Slip("quotient_rule", node, second)
        yield Slip("quotient_rule", node, plus(first, times(second, divisor)))
        above = tangent_of(tangents, top)
        if above is not None and not in_letters(tangents):
            yield Slip("quotient_rule", node, over(above, below))
    else:
        yield Slip("quotient_rule", node, over(value_of(tangents, top), below))


def branches(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """The other branch, or one branch everywhere."""
    node = place.expression
    if isinstance(node, Call) and node.function == "abs":
        inside = tangent_of(tangents, node.args[0])
        if inside is not None:
            yield Slip("missing_condition", node, inside)
    options = _options(tangents, node)
    if len(options) == 2:
        (first, guard), (second, other) = options
        swapped = plus(times(second, value_of(tangents, guard)), times(first, value_of(tangents, other)))
        yield Slip("swapped_branches", node, swapped)
    for inner, _ in options:
        if inner is not NOTHING:
            yield Slip("missing_condition", node, inner)


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


def dropped_term(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """One term of a sum, or one of several paths to the variable, forgotten; or its sign turned."""
    yield Slip("sign", place.expression, minus(place.tangent))
    if place.beside:
        yield Slip("dropped_term", place.expression, NOTHING)
    elif place.root:
        for name in _direct_inputs(tangents, place.expression):
            about = Partial(Symbol(place.node.name), Symbol(name))
            only = tangent_of(tangents, place.expression, name)
            if only is not None:
                yield Slip("dropped_term", about, plus(place.tangent, minus(only)))
                yield Slip("sign", about, plus(place.tangent, times(only, Value(np.full(1, -2.0)))))


def mean_for_sum(tangents: Tangents, place: Place) -> Iterator[Slip]:
    """A sum divided by the number of its terms."""
    node = place.expression
    if isinstance(node, Reduce) and node.kind == "sum" and node.condition is None:
        count = Value(np.full(1, 1.0 / tangents.extents[node.letter]))
        yield Slip("mean_for_sum", node, times(place.tangent, count))


RULES: tuple[Rule, ...] = (
    missing_factor,
    opaque_factor,
    activation_for_derivative,
    other_activation,
    wrong_argument,
    chain_inside,
    power_degree,
    product_rule,
    quotient_rule,
    branches,
    dropped_term,
    mean_for_sum,
)
