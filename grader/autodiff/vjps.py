"""The derivative table: for every elementwise function, one local partial an argument.

The row of ``sigmoid`` has ``sigma(x) * (1 - sigma(x))``. `backprop` multiplies a cotangent by it, which is all that the
vector-Jacobian product of such a function takes. Source: any calculus text's table of derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from grader.expression.algebra.construct import add, call, div, iverson, mul, neg, number, power, sub
from grader.expression.language.nodes import ONE, ZERO, Call, Expression, Number, Symbol

Partial = Callable[..., Expression]
_TWO = number(2)


def _one_minus_square(function: str) -> Partial:
    return lambda x: sub(ONE, power(call(function, x), _TWO))


def _exponent(base: Expression, exponent: Expression) -> Expression:
    lowered = number(exponent.value - 1) if isinstance(exponent, Number) else sub(exponent, ONE)
    return mul(exponent, power(base, lowered))


def _base_log(base: int) -> Partial:
    return lambda x: div(ONE, mul(x, call("log", number(base))))


def _selected(test: str, *args: Expression) -> tuple[Expression, ...]:
    """1 for the largest (smallest) argument; at a tie the first one has it, any choice is a subgradient."""
    picks = []
    for k, arg in enumerate(args):
        factors = [
            iverson(Call(test if j > k else test[0] + "t", (arg, other))) for j, other in enumerate(args) if j != k
        ]
        picks.append(mul(*factors) if factors else ONE)
    return tuple(picks)


CONSTANT = frozenset(("iverson", "kronecker", "sign", "step"))  # between their jumps: nothing passes through them
LOCAL_PARTIALS: MappingProxyType[str, tuple[Partial, ...]] = MappingProxyType(
    {
        "add": (lambda a, b: ONE, lambda a, b: ONE),
        "sub": (lambda a, b: ONE, lambda a, b: number(-1)),
        "neg": (lambda a: number(-1),),
        "div": (lambda a, b: div(ONE, b), lambda a, b: neg(div(Call("div", (a, b)), b))),
        "pow": (_exponent, lambda a, b: mul(power(a, b), call("log", a))),
        "exp": (lambda x: call("exp", x),),
        "log": (lambda x: div(ONE, x),),
        "log2": (_base_log(2),),
        "log10": (_base_log(10),),
        "log1p": (lambda x: div(ONE, add(ONE, x)),),
        "expm1": (lambda x: call("exp", x),),
        "sqrt": (lambda x: div(ONE, mul(_TWO, call("sqrt", x))),),
        "square": (lambda x: mul(_TWO, x),),
        "abs": (lambda x: call("sign", x),),
        "sin": (lambda x: call("cos", x),),
        "cos": (lambda x: neg(call("sin", x)),),
        "tan": (lambda x: div(ONE, power(call("cos", x), _TWO)),),
        "cot": (lambda x: neg(div(ONE, power(call("sin", x), _TWO))),),
        "sec": (lambda x: mul(call("sec", x), call("tan", x)),),
        "csc": (lambda x: neg(mul(call("csc", x), call("cot", x))),),
        "arcsin": (lambda x: div(ONE, call("sqrt", sub(ONE, power(x, _TWO)))),),
        "arccos": (lambda x: neg(div(ONE, call("sqrt", sub(ONE, power(x, _TWO))))),),
        "arctan": (lambda x: div(ONE, add(ONE, power(x, _TWO))),),
        "sinh": (lambda x: call("cosh", x),),
        "cosh": (lambda x: call("sinh", x),),
        "tanh": (_one_minus_square("tanh"),),
        "coth": (_one_minus_square("coth"),),
        "sech": (lambda x: neg(mul(call("sech", x), call("tanh", x))),),
        "csch": (lambda x: neg(mul(call("csch", x), call("coth", x))),),
        "arcsinh": (lambda x: div(ONE, call("sqrt", add(power(x, _TWO), ONE))),),
        "arccosh": (lambda x: div(ONE, call("sqrt", sub(power(x, _TWO), ONE))),),
        "arctanh": (lambda x: div(ONE, sub(ONE, power(x, _TWO))),),
        "sigmoid": (lambda x: mul(call("sigmoid", x), sub(ONE, call("sigmoid", x))),),
        "relu": (lambda x: iverson(Call("gt", (x, ZERO))),),
        "softplus": (lambda x: call("sigmoid", x),),
        "erf": (lambda x: mul(div(_TWO, call("sqrt", Symbol("pi"))), call("exp", neg(power(x, _TWO)))),),
        "normal_cdf": (lambda x: call("normal_pdf", x),),
        "normal_pdf": (lambda x: neg(mul(x, call("normal_pdf", x))),),
    }
)


def local_partials(node: Call) -> tuple[Expression, ...] | None:
    """The derivative of a call by each of its arguments, or None where the table has no row for it."""
    args = node.args
    if node.primes:
        return (replace(node, primes=node.primes + 1),)
    match node.function:
        case "max":
            return _selected("ge", *args)
        case "min":
            return _selected("le", *args)
        case "where":
            test = iverson(Call("ne", (args[0], ZERO)))
            return (ZERO, test, sub(ONE, test))
    row = LOCAL_PARTIALS.get(node.function)
    if row is None:
        return None
    return tuple(partial(*args) for partial in row)
