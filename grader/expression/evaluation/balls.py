"""Ball arithmetic: whether two scalar formulas certainly differ at a point, however floating point rounds.

Balls (midpoint and radius) enclose the exact value; disjoint balls are a proof of difference. Precision doubles
until the balls part or the limit is reached. Source: Johansson, Arb (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias, assert_never

from flint import acb, arb, ctx, fmpq

from grader.expression.language.nodes import (
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
    head,
    walk,
)
from grader.work import STRIDE, spend

LARGE = 100  # nodes
BALL = 200  # units of work for an operation on balls of a few digits
Point: TypeAlias = Mapping[str, float | Fraction]
Assignments: TypeAlias = tuple[tuple[str, Expression], ...]
PRECISIONS = (64, 256, 1024, 4096)
_MAX_EXPONENT = 10_000


class NoBall(Exception):
    """A formula (or a point) without an enclosure here."""


class ModelPoint(dict[str, float | Fraction]):
    """A Point of a model, with the balls of all that is given and worked out there, by precision and program."""

    __slots__ = ("enclosed",)

    def __init__(self, given: Point) -> None:
        super().__init__(given)
        self.enclosed: dict[tuple[int, Assignments], dict[str, arb]] = {}


def compare_at(
    left: Expression,
    right: Expression,
    point: Point,
    deep: bool = False,
    program: Assignments = (),
    start: int = 0,
    large: bool = True,
) -> str:
    """ "differ" with certainty, "agree" to many digits, or "unknown" where a side has no enclosure.

    `program` are assignments in order, for names that `point` does not give; `start` leaves out the first
    precisions, where a difference is not to be expected. A `deep` look goes to the last
    precision before it says "agree": ``sigma(500)`` is no 1, after 217 nines. `large` is whether a side `is_large`.
    """
    before = ctx.prec
    try:
        for precision in PRECISIONS[start:]:
            ctx.prec = precision
            balls = _balls(point, program, large)
            try:
                a, b = balls.of(left, balls), balls.of(right, balls)
            except NoBall:
                continue
            if not (a.is_finite() and b.is_finite()):
                continue
            if not a.overlaps(b):
                return "differ"
            if deep and precision < PRECISIONS[-1]:
                continue
            if precision >= PRECISIONS[1] and a.rel_accuracy_bits() > 100 and b.rel_accuracy_bits() > 100:
                return "agree"
            if a.is_exact() and b.is_exact():
                return "agree"
        return _last_word(left, right, _balls(point, program, large))
    finally:
        ctx.prec = before


def certainly_outside(
    answer: Expression, accepted: tuple[float, float], point: Point, program: Assignments = ()
) -> bool:
    """Whether the value of an answer lies outside of an interval, with certainty."""
    before = ctx.prec
    try:
        ctx.prec = PRECISIONS[1]
        balls = _balls(point, program, is_large(answer))
        found = balls.of(answer, balls)
        return bool(found < arb(accepted[0]) or found > arb(accepted[1]))
    except NoBall:
        return False
    finally:
        ctx.prec = before


@dataclass(frozen=True, slots=True, eq=False)
class Balls:
    """What is `given` at a point; `of` encloses a formula there, in large ones by what is `kept` of nodes so far."""

    given: dict[str, arb]
    of: Callable[[Expression, Balls], Any]
    kept: dict[int, tuple[Expression, Any]] = field(default_factory=dict)


def _balls(point: Point, program: Assignments, large: bool) -> Balls:
    """What is given at a point, and of a program's lines those that have an enclosure."""
    spend(len(point) * BALL + (1 + len(program)) * (BALL + BALL * ctx.prec // 256) * 8)
    enclosed = None if large or not isinstance(point, ModelPoint) else point.enclosed
    if enclosed is not None and (known := enclosed.get((ctx.prec, program))) is not None:
        return Balls(known, ball)
    balls = Balls({}, _kept if large else ball)
    for name, value in point.items():
        exact = fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else float(value)
        balls.given[name] = arb(exact)
    for name, expression in program:
        with suppress(NoBall):
            balls.given[name] = ball(expression, balls)
    if enclosed is not None:
        enclosed[ctx.prec, program] = balls.given
    return balls


def _last_word(left: Expression, right: Expression, balls: Balls) -> str:
    """Overlap at the last precision with both tiny against 1 counts as agreement; anything else is unknown."""
    try:
        gap = abs(balls.of(left, balls) - balls.of(right, balls))
    except NoBall:
        return "unknown"
    return "agree" if gap.is_finite() and gap < arb(2) ** (-PRECISIONS[-1] // 2) else "unknown"


def is_large(*formulas: Expression) -> bool:
    """Whether there may be parts that many places share, so that it is worth while to keep their enclosures."""
    return any(sum(1 for _ in islice(walk(formula), LARGE)) == LARGE for formula in formulas)


def _kept(node: Expression, point: Balls) -> Any:
    """An enclosure of a formula; of what several places share, once."""
    kept = point.kept
    if id(node) in kept:
        return kept[id(node)][1]
    found = ball(node, point)
    if isinstance(node, Call | Product | Cases):
        kept[id(node)] = (node, found)
        if not len(kept) % STRIDE:
            spend(STRIDE * (BALL + BALL * ctx.prec // 256))
    return found


def ball(node: Expression, point: Balls) -> Any:
    """An enclosure of a formula of numbers; raises NoBall where it has none."""
    match node:
        case Number():
            return arb(fmpq(node.value.numerator, node.value.denominator))
        case Partial():
            name = head(node) or ""
            if name in point.given:
                return point.given[name]
            raise NoBall
        case Symbol(name=name):
            if name in point.given:
                return point.given[name]
            if name == "pi":
                return arb.pi()
            if name == "e":
                return arb(1).exp()
            raise NoBall
        case Product() if all(joint not in ("@", "otimes") for joint in node.joints):
            result = arb(1)
            for factor in node.factors:
                result = result * point.of(factor, point)
            return result
        case Cases():
            for value, test in node.branches:
                if _holds(test, point):
                    return point.of(value, point)
            if node.otherwise is None:
                raise NoBall
            return point.of(node.otherwise, point)
        case Call(function="iverson"):
            return arb(1) if _holds(node.args[0], point) else arb(0)
        case Call(function="pow"):
            return _power(node, point)
        case Call(primes=0) if node.function in BALLS:
            return BALLS[node.function](*(point.of(arg, point) for arg in node.args))
        case Call() | Product() | Indexed() | Reduce() | Matrix() | Slice():  # without a row, or no scalar arithmetic
            raise NoBall
        case _:
            assert_never(node)


def _power(node: Call, point: Balls) -> Any:
    base, exponent = node.args
    raised = point.of(base, point)
    if isinstance(base, Symbol) and base.name == "e" and "e" not in point.given:
        return point.of(exponent, point).exp()
    exact = _integer(exponent)
    if exact is not None:
        if abs(exact) > _MAX_EXPONENT:
            raise NoBall
        if exact < 0 and raised.contains(0):
            raise NoBall
        return raised**exact
    root = _fraction(exponent)
    if raised < 0 and root is not None and root.denominator % 2:
        size = ((-raised).log() * arb(fmpq(root.numerator, root.denominator))).exp()
        return -size if root.numerator % 2 else size
    power = point.of(exponent, point)
    if raised < 0 and power.is_exact() and power.is_integer() and abs(power) < _MAX_EXPONENT:
        return raised ** int(power.unique_fmpz())
    if not raised > 0:
        raise NoBall
    return (raised.log() * power).exp()


def _fraction(node: Expression) -> Fraction | None:
    """A fraction of numbers as it is written."""
    match node:
        case Number(value):
            return value
        case Call("neg", (inner,)):
            found = _fraction(inner)
            return None if found is None else -found
        case Call("div", (Number(above), Number(below))) if below:
            return above / below
    return None


def _integer(node: Expression) -> int | None:
    """A whole number as it is written; None for any other formula, whatever it comes to."""
    match node:
        case Number(value=Fraction(denominator=1) as value):
            return int(value)
        case Call("neg", (Number(value=Fraction(denominator=1) as value),)):
            return -int(value)
    return None


def _holds(test: Expression, point: Balls) -> bool:
    match test:
        case Call("and", (left, right)):
            return _holds(left, point) and _holds(right, point)
        case Call("or", (left, right)):
            return _holds(left, point) or _holds(right, point)
        case Call("not", (inner,)):
            return not _holds(inner, point)
        case Call("lt" | "le" | "gt" | "ge" | "eq" | "ne" as name, (left, right)):
            gap = point.of(left, point) - point.of(right, point)
            if gap.contains(0) and not gap.is_exact():
                raise NoBall
            sign = 0 if gap == 0 else 1 if gap > 0 else -1
            return sign in {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1)}[name]
    value = point.of(test, point)
    if value.contains(0) and not value.is_exact():
        raise NoBall
    return bool(value != 0)


def _sign(x: Any) -> Any:
    if x.contains(0) and not x.is_exact():
        raise NoBall
    return arb(0) if x == 0 else arb(1) if x > 0 else arb(-1)


def _positive(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(x: Any) -> Any:
        if not x > 0:
            raise NoBall
        return function(x)

    return checked


def _sqrt(x: Any) -> Any:
    if x < 0:
        raise NoBall
    return x.sqrt()


def _divide(a: Any, b: Any) -> Any:
    if b.contains(0):
        raise NoBall
    return a / b


def _logistic(x: Any) -> Any:
    return 1 / (1 + (-x).exp()) if not x < -1e6 else x.exp() / (1 + x.exp())


def _polygamma(order: Any, a: Any) -> Any:
    if not (order.is_exact() and order.is_integer() and order >= 0):
        raise NoBall
    return _positive(lambda a: acb(a).polygamma(acb(order)).real)(a)


BALLS: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "neg": lambda a: -a,
        "div": _divide,
        "square": lambda a: a * a,
        "exp": lambda a: a.exp(),
        "expm1": lambda a: a.expm1(),
        "log": _positive(lambda a: a.log()),
        "log1p": lambda a: _positive(lambda b: b.log())(1 + a),
        "log2": _positive(lambda a: a.log() / arb(2).log()),
        "log10": _positive(lambda a: a.log() / arb(10).log()),
        "sqrt": _sqrt,
        "abs": abs,
        "sign": _sign,
        "floor": lambda a: a.floor(),
        "ceil": lambda a: a.ceil(),
        "step": lambda a: (_sign(a) + 1) / 2,
        "sin": lambda a: a.sin(),
        "cos": lambda a: a.cos(),
        "tan": lambda a: _divide(a.sin(), a.cos()),
        "cot": lambda a: _divide(a.cos(), a.sin()),
        "sec": lambda a: _divide(arb(1), a.cos()),
        "csc": lambda a: _divide(arb(1), a.sin()),
        "arcsin": lambda a: a.asin(),
        "arccos": lambda a: a.acos(),
        "arctan": lambda a: a.atan(),
        "sinh": lambda a: a.sinh(),
        "cosh": lambda a: a.cosh(),
        "tanh": lambda a: a.tanh(),
        "coth": lambda a: _divide(arb(1), a.tanh()),
        "sech": lambda a: 1 / a.cosh(),
        "csch": lambda a: _divide(arb(1), a.sinh()),
        "arcsinh": lambda a: a.asinh(),
        "arccosh": lambda a: a.acosh(),
        "arctanh": lambda a: a.atanh(),
        "sigmoid": _logistic,
        "relu": lambda a: a if a > 0 else arb(0) if a <= 0 else a.max(arb(0)),
        "softplus": lambda a: (1 + a.exp()).log(),
        "erf": lambda a: a.erf(),
        "normal_cdf": lambda a: (1 + (a / arb(2).sqrt()).erf()) / 2,
        "normal_pdf": lambda a: (-a * a / 2).exp() / (2 * arb.pi()).sqrt(),
        "factorial": lambda a: (a + 1).gamma(),
        "gamma": _positive(lambda a: a.gamma()),
        "lgamma": _positive(lambda a: a.lgamma()),
        "digamma": _positive(lambda a: a.digamma()),
        "trigamma": _positive(lambda a: acb(a).polygamma(acb(1)).real),
        "polygamma": _polygamma,
        "max": lambda *args: _fold(args, lambda a, b: a.max(b)),
        "min": lambda *args: _fold(args, lambda a, b: a.min(b)),
    }
)


def _fold(args: tuple[Any, ...], pick: Callable[[Any, Any], Any]) -> Any:
    result = args[0]
    for other in args[1:]:
        result = pick(result, other)
    return result
