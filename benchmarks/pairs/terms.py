"""A small language of formulas of our own, and what one is worth at a point with 50 digits.

``value(sigmoid(x) * (1 - sigmoid(x)), {"x": mpf(0)})`` is 0.25.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp, mpf

mp.dps = 50
Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """`op` over `args`: numbers and names hold their text in `name`, functions their name."""

    op: str
    args: tuple[Term, ...] = ()
    name: str = ""

    def __add__(self, other: Term | int) -> Term:
        return Term("add", (self, term(other)))

    def __radd__(self, other: int) -> Term:
        return Term("add", (term(other), self))

    def __sub__(self, other: Term | int) -> Term:
        return Term("sub", (self, term(other)))

    def __rsub__(self, other: int) -> Term:
        return Term("sub", (term(other), self))

    def __mul__(self, other: Term | int) -> Term:
        return Term("mul", (self, term(other)))

    def __rmul__(self, other: int) -> Term:
        return Term("mul", (term(other), self))

    def __truediv__(self, other: Term | int) -> Term:
        return Term("div", (self, term(other)))

    def __rtruediv__(self, other: int) -> Term:
        return Term("div", (term(other), self))

    def __pow__(self, other: Term | int) -> Term:
        return Term("pow", (self, term(other)))

    def __neg__(self) -> Term:
        return Term("neg", (self,))

    def __gt__(self, other: Term | int) -> Term:
        return Term("gt", (self, term(other)))

    def __lt__(self, other: Term | int) -> Term:
        return Term("lt", (self, term(other)))

    def __ge__(self, other: Term | int) -> Term:
        return Term("ge", (self, term(other)))

    def __le__(self, other: Term | int) -> Term:
        return Term("le", (self, term(other)))


def term(value: Term | int | str) -> Term:
    """A number as a term: ``term(2)``, ``term("0.5")``."""
    return value if isinstance(value, Term) else Term("num", name=str(value))


def var(name: str) -> Term:
    """A quantity by its plain spelling."""
    return Term("var", name=name)


def function(name: str) -> Callable[[Term], Term]:
    """The function of that name, ready to be applied."""
    return lambda arg: Term("fn", (term(arg),), name)


sigmoid, tanh, exp, log, sqrt, sign = map(function, ("sigmoid", "tanh", "exp", "log", "sqrt", "sign"))
sinh, cosh, sech, softplus, relu, erf = map(function, ("sinh", "cosh", "sech", "softplus", "relu", "erf"))
Phi, phi, absolute = map(function, ("Phi", "phi", "abs"))
PI = Term("pi")
ONE, TWO, ZERO = term(1), term(2), term(0)


def indicator(test: Term) -> Term:
    """1 where `test` holds, else 0."""
    return Term("ind", (test,))


def cases(test: Term, yes: Term | int, no: Term | int) -> Term:
    """`yes` where `test` holds, else `no`."""
    return Term("cases", (test, term(yes), term(no)))


def maximum(a: Term | int, b: Term | int) -> Term:
    """The larger of two."""
    return Term("max", (term(a), term(b)))


def both(a: Term, b: Term) -> Term:
    """Both conditions."""
    return Term("and", (a, b))


CONTRARY = {"gt": "le", "le": "gt", "lt": "ge", "ge": "lt"}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "tanh": mpmath.tanh,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sign": mpmath.sign,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sech": mpmath.sech,
    "softplus": lambda a: mpmath.log1p(mpmath.exp(a)),
    "relu": lambda a: a if a > 0 else mpf(0),
    "erf": mpmath.erf,
    "Phi": lambda a: mpmath.erfc(-a / mpmath.sqrt(2)) / 2,
    "phi": lambda a: mpmath.exp(-a * a / 2) / mpmath.sqrt(2 * mpmath.pi),
    "abs": abs,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
}


def value(node: Term, at: Point) -> Any:
    """The value at a point; raises ValueError or ZeroDivisionError where there is no real one."""
    match node:
        case Term("num", name=name):
            exact = Fraction(name)
            return mpf(exact.numerator) / exact.denominator
        case Term("var", name=name):
            return at[name]
        case Term("pi"):
            return +mpmath.pi
        case Term("cases", (test, yes, no)):
            return value(yes if holds(test, at) else no, at)
        case Term("ind", (test,)):
            return mpf(int(holds(test, at)))
    args = [value(arg, at) for arg in node.args]
    match node.op:
        case "add":
            found = args[0] + args[1]
        case "sub":
            found = args[0] - args[1]
        case "neg":
            found = -args[0]
        case "mul":
            found = args[0] * args[1]
        case "div":
            found = args[0] / args[1]
        case "pow":
            found = args[0] ** (int(args[1]) if args[1] == int(args[1]) else args[1])
        case "max":
            found = max(args)
        case "fn":
            found = FUNCTIONS[node.name](args[0])
        case _:
            raise KeyError(node.op)
    if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found):
        raise ValueError("no real value")
    return found


def holds(test: Term, at: Point) -> bool:
    """Whether a condition holds at a point."""
    if test.op == "and":
        return all(holds(arg, at) for arg in test.args)
    left, right = (value(arg, at) for arg in test.args)
    return bool({"gt": left > right, "lt": left < right, "ge": left >= right, "le": left <= right}[test.op])


def walk(node: Term) -> Iterator[Term]:
    """Every part of a term, itself first."""
    yield node
    for arg in node.args:
        yield from walk(arg)


def names(*nodes: Term) -> list[str]:
    """The quantities in some terms."""
    return sorted({part.name for node in nodes for part in walk(node) if part.op == "var"})


def replaced(node: Term, path: tuple[int, ...], new: Term) -> Term:
    """The term with another part at `path`."""
    if not path:
        return new
    args = list(node.args)
    args[path[0]] = replaced(args[path[0]], path[1:], new)
    return Term(node.op, tuple(args), node.name)


def places(node: Term, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Term]]:
    """Every part with the path to it."""
    yield path, node
    for number, arg in enumerate(node.args):
        yield from places(arg, (*path, number))


def draw(domain: str, rng: random.Random) -> Any:
    """A value with 50 digits from a domain as `grader compare` writes it."""
    part = mpf(rng.random()) + mpf(rng.random()) * mpf(2) ** -53
    if domain.startswith("{"):
        return mpf(rng.choice(domain[1:-1].split(",")))
    if domain == "real":
        return (part * 2 - 1) * rng.choice((mpf("0.3"), mpf(2), mpf(4)))
    if domain == "positive":
        return part * rng.choice((mpf("0.3"), mpf(2), mpf(5))) + mpf("1e-3")
    low, high = map(mpf, domain[1:-1].split(","))
    return low + (high - low) * (part * mpf("0.998") + mpf("0.001"))
