"""The local rule of every kind of formula: its derivative by each of its arguments, all else held fixed.

``u / v`` changes by ``1/v`` with u and by ``-(u/v)/v`` with v. The backward pass multiplies a cotangent by these on its
way down, and forward tangents are multiplied by them on their way up. One row an operator, in LOCAL_PARTIALS; products,
reductions and case distinctions are in `local_rule`. Source: any calculus text's table of derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from grader.expression.algebra.construct import add, call, div, is_number, iverson, mul, neg, number, power, sub
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
)

PartialsOf = Callable[..., tuple[Expression, ...]]
_TWO = number(2)


@dataclass(frozen=True, slots=True)
class LocalPartial:
    """The derivative of a formula by one `argument`, as `factors` to be multiplied: of ``u * v * w`` by u, v and w.

    A reduction has one for its body, at each place of the `letter` that it is summed over.
    """

    argument: Expression
    factors: tuple[Expression, ...]
    letter: str | None = None


def local_rule(node: Expression) -> tuple[LocalPartial, ...] | None:
    """The local partial by each argument of a formula; None for what has no rule: a function without a row, an array.

    Nothing passes through a function that changes by jumps alone, nor through bounds, conditions and indices;
    quantities and numbers have no arguments.
    """
    match node:
        case Product(factors=factors):
            others = [factors[:k] + factors[k + 1 :] for k in range(len(factors))]
            return tuple(map(LocalPartial, factors, others))
        case Call():
            return _call_rule(node)
        case Reduce():
            tests = tuple(map(iverson, range_tests(node)))
            return (LocalPartial(node.body, tests + REDUCTIONS[node.kind](node), node.letter),)
        case Cases():
            return tuple(LocalPartial(value, (guard,)) for value, guard in _guarded(node))
        case Number() | Symbol() | Indexed(base=Symbol()) | Partial():
            return ()  # a derivative is a quantity of its own, which changes with no other
        case Indexed() | Matrix() | Slice():  # lowering leaves none in a model; a formula without one may have them
            return None
        case _:
            assert_never(node)


def local_partials(node: Call) -> tuple[Expression, ...] | None:
    """The derivative of a call by each of its arguments, or None where the table has no row for it."""
    if node.primes:
        return (replace(node, primes=node.primes + 1),)
    row = LOCAL_PARTIALS.get(node.function)
    return None if row is None else row(*node.args)


def _guarded(node: Cases) -> tuple[tuple[Expression, Expression], ...]:
    """Every branch of a case distinction with the condition under which it holds, as 0 or 1."""
    found = []
    before: list[Expression] = []
    for value, test in node.branches:
        found.append((value, mul(iverson(test), *before)))
        before.append(iverson(Call("not", (test,))))
    if node.otherwise is not None:
        found.append((node.otherwise, mul(*before)))
    return tuple(found)


def _call_rule(node: Call) -> tuple[LocalPartial, ...] | None:
    if LOCAL_PARTIALS.get(node.function) is _constant:
        return ()
    partials = local_partials(node)
    if partials is None:
        return None
    return tuple(LocalPartial(arg, (partial,)) for arg, partial in zip(node.args, partials, strict=True))


def range_tests(node: Reduce) -> list[Expression]:
    """What says of a place that it takes part in a reduction, where not all places of the axis do."""
    tests = [node.condition] if node.condition is not None else []
    if node.lower is not None and not is_number(node.lower, 1):
        tests.append(Call("ge", (Symbol(node.letter), node.lower)))
    if node.upper is not None:
        tests.append(Call("le", (Symbol(node.letter), node.upper)))
    return tests


def _at_extremum(node: Reduce) -> tuple[Expression, ...]:
    return (iverson(Call("eq", (node.body, node))),)


REDUCTIONS: MappingProxyType[str, Callable[[Reduce], tuple[Expression, ...]]] = MappingProxyType(
    {
        "sum": lambda node: (),
        "prod": lambda node: (div(node, node.body),),
        "max": _at_extremum,
        "min": _at_extremum,
    }
)


def _constant(*args: Expression) -> tuple[Expression, ...]:
    """The row of a function that changes by jumps alone."""
    return (ZERO,) * len(args)


def _one_minus_square(function: str) -> PartialsOf:
    return lambda x: (sub(ONE, power(call(function, x), _TWO)),)


def _power(base: Expression, exponent: Expression) -> tuple[Expression, ...]:
    lowered = number(exponent.value - 1) if isinstance(exponent, Number) else sub(exponent, ONE)
    return mul(exponent, power(base, lowered)), mul(power(base, exponent), call("log", base))


def _base_log(base: int) -> PartialsOf:
    return lambda x: (div(ONE, mul(x, call("log", number(base)))),)


def _selected(test: str) -> PartialsOf:
    """1 for the largest (smallest) argument; at a tie the first one has it, any choice is a subgradient."""

    def picks(*args: Expression) -> tuple[Expression, ...]:
        return tuple(
            mul(*(iverson(Call(test if j > k else test[0] + "t", (arg, b))) for j, b in enumerate(args) if j != k))
            for k, arg in enumerate(args)
        )

    return picks


def _switched(test: Expression, _: Expression, __: Expression) -> tuple[Expression, ...]:
    holds = iverson(Call("ne", (test, ZERO)))
    return ZERO, holds, sub(ONE, holds)


LOCAL_PARTIALS: MappingProxyType[str, PartialsOf] = MappingProxyType(
    {
        "add": lambda a, b: (ONE, ONE),
        "sub": lambda a, b: (ONE, number(-1)),
        "neg": lambda a: (number(-1),),
        "div": lambda a, b: (div(ONE, b), neg(div(Call("div", (a, b)), b))),
        "pow": _power,
        "iverson": _constant,
        "kronecker": _constant,
        "exp": lambda x: (call("exp", x),),
        "log": lambda x: (div(ONE, x),),
        "log2": _base_log(2),
        "log10": _base_log(10),
        "log1p": lambda x: (div(ONE, add(ONE, x)),),
        "expm1": lambda x: (call("exp", x),),
        "sqrt": lambda x: (div(ONE, mul(_TWO, call("sqrt", x))),),
        "square": lambda x: (mul(_TWO, x),),
        "abs": lambda x: (call("sign", x),),
        "sign": _constant,
        "step": _constant,
        "floor": _constant,
        "ceil": _constant,
        "sin": lambda x: (call("cos", x),),
        "cos": lambda x: (neg(call("sin", x)),),
        "tan": lambda x: (div(ONE, power(call("cos", x), _TWO)),),
        "cot": lambda x: (neg(div(ONE, power(call("sin", x), _TWO))),),
        "sec": lambda x: (mul(call("sec", x), call("tan", x)),),
        "csc": lambda x: (neg(mul(call("csc", x), call("cot", x))),),
        "arcsin": lambda x: (div(ONE, call("sqrt", sub(ONE, power(x, _TWO)))),),
        "arccos": lambda x: (neg(div(ONE, call("sqrt", sub(ONE, power(x, _TWO))))),),
        "arctan": lambda x: (div(ONE, add(ONE, power(x, _TWO))),),
        "sinh": lambda x: (call("cosh", x),),
        "cosh": lambda x: (call("sinh", x),),
        "tanh": _one_minus_square("tanh"),
        "coth": _one_minus_square("coth"),
        "sech": lambda x: (neg(mul(call("sech", x), call("tanh", x))),),
        "csch": lambda x: (neg(mul(call("csch", x), call("coth", x))),),
        "arcsinh": lambda x: (div(ONE, call("sqrt", add(power(x, _TWO), ONE))),),
        "arccosh": lambda x: (div(ONE, call("sqrt", sub(power(x, _TWO), ONE))),),
        "arctanh": lambda x: (div(ONE, sub(ONE, power(x, _TWO))),),
        "sigmoid": lambda x: (mul(call("sigmoid", x), sub(ONE, call("sigmoid", x))),),
        "relu": lambda x: (iverson(Call("gt", (x, ZERO))),),
        "softplus": lambda x: (call("sigmoid", x),),
        "erf": lambda x: (mul(div(_TWO, call("sqrt", Symbol("pi"))), call("exp", neg(power(x, _TWO)))),),
        "normal_cdf": lambda x: (call("normal_pdf", x),),
        "normal_pdf": lambda x: (neg(mul(x, call("normal_pdf", x))),),
        "factorial": lambda x: (mul(call("factorial", x), call("digamma", add(x, ONE))),),
        "gamma": lambda x: (mul(call("gamma", x), call("digamma", x)),),
        "lgamma": lambda x: (call("digamma", x),),
        "digamma": lambda x: (call("trigamma", x),),
        "trigamma": lambda x: (call("polygamma", _TWO, x),),
        "polygamma": lambda n, x: (ZERO, call("polygamma", add(n, ONE), x)),
        "max": _selected("ge"),
        "min": _selected("le"),
        "where": _switched,
    }
)
