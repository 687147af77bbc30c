"""A term to the same term in another form: identities of algebra and of the functions that losses use.

``1 - sigmoid(a)`` may become ``sigmoid(-a)`` or ``1/(1 + exp(a))``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.pairs.terms import (
    CONTRARY,
    ONE,
    PI,
    TWO,
    ZERO,
    Phi,
    Term,
    absolute,
    cases,
    cosh,
    erf,
    exp,
    indicator,
    log,
    maximum,
    places,
    replaced,
    sech,
    sigmoid,
    sign,
    sinh,
    sqrt,
    tanh,
    term,
    walk,
)

HALF = term("0.5")
MAX_PARTS = 90


def rewritten(node: Term, rng: random.Random, times: int) -> tuple[Term, tuple[str, ...]]:
    """`node` after up to `times` random identities, and their names."""
    used: list[str] = []
    for _ in range(times):
        choices = [(path, rule, new) for path, part in places(node) for rule, new in identities(part)]
        rng.shuffle(choices)
        for path, rule, new in choices:
            after = replaced(node, path, new)
            if sum(1 for _ in walk(after)) <= MAX_PARTS:
                node = after
                used.append(rule)
                break
    return node, tuple(used)


def identities(node: Term) -> Iterator[tuple[str, Term]]:
    """Every form of this very node that we know, with the name of the rule."""
    yield from _algebra(node)
    yield from _functions(node)
    yield from _branches(node)


def _algebra(node: Term) -> Iterator[tuple[str, Term]]:
    match node:
        case Term("add", (a, b)):
            yield "order", b + a
            yield "minus a minus", a - (-b)
            match a, b:
                case Term("div", (p, q)), Term("div", (r, s)):
                    yield "common denominator", (p * s + r * q) / (q * s)
                case Term("mul", (p, q)), Term("mul", (r, s)) if p == r:
                    yield "common factor", p * (q + s)
        case Term("sub", (a, b)):
            yield "turned round", -(b - a)
            yield "plus a minus", a + (-b)
            yield "minus first", -b + a
            match a, b:
                case Term("num", (), "1"), Term("pow", (c, Term("num", (), "2"))):
                    yield "difference of squares", (1 - c) * (1 + c)
                case Term("div", (p, q)), Term("div", (r, s)):
                    yield "common denominator", (p * s - r * q) / (q * s)
        case Term("neg", (a,)):
            yield "times minus one", -1 * a
            match a:
                case Term("sub", (p, q)):
                    yield "minus taken in", q - p
                case Term("mul", (p, q)):
                    yield "minus to a factor", p * (-q)
                case Term("div", (p, q)):
                    yield "minus above", (-p) / q
                    yield "minus below", p / (-q)
                case Term("neg", (p,)):
                    yield "two signs", p
        case Term("mul", (a, b)):
            yield "order", b * a
            match a, b:
                case _, Term("add" | "sub" as op, (p, q)):
                    yield "multiplied out", Term(op, (a * p, a * q))
                case Term("add" | "sub" as op, (p, q)), _:
                    yield "multiplied out", Term(op, (p * b, q * b))
                case Term("div", (p, q)), _:
                    yield "into the numerator", p * b / q
                case Term("mul", (p, q)), _:
                    yield "grouping", p * (q * b)
        case Term("div", (a, b)):
            yield "times an inverse", a * (1 / b)
            yield "inverse power", a * Term("pow", (b, term(-1)))
            yield "both signs", (-a) / (-b)
            if a.op in ("add", "sub"):
                yield "two fractions", Term(a.op, (a.args[0] / b, a.args[1] / b))
            if b.op == "mul":
                yield "fraction of a fraction", a / b.args[0] / b.args[1]
        case Term("pow", (a, Term("num", (), "2"))):
            yield "square as product", a * a
            match a:
                case Term("sub", (p, q)):
                    yield "square turned round", (q - p) ** 2
                    yield "binomial", p**2 - 2 * p * q + q**2
                case Term("add", (p, q)):
                    yield "binomial", p**2 + 2 * p * q + q**2
        case Term("pow", (a, Term("num", (), "3"))):
            yield "cube as product", a * a**2
        case Term("num", (), "0.5"):
            yield "half", ONE / 2
        case Term("num", (), "2"):
            yield "two", 1 / HALF


def _functions(node: Term) -> Iterator[tuple[str, Term]]:
    match node:
        case Term("fn", (a,), "sigmoid"):
            yield "sigmoid", 1 / (1 + exp(-a))
            yield "sigmoid by e^x", exp(a) / (1 + exp(a))
            yield "sigmoid by tanh", (1 + tanh(a / 2)) / 2
            yield "sigmoid mirrored", 1 - sigmoid(-a)
        case Term("sub", (Term("num", (), "1"), Term("fn", (a,), "sigmoid"))):
            yield "1 - sigmoid", sigmoid(-a)
            yield "1 - sigmoid by e^x", 1 / (1 + exp(a))
            yield "1 - sigmoid by e^-x", exp(-a) / (1 + exp(-a))
        case Term("fn", (a,), "tanh"):
            yield "tanh", (exp(a) - exp(-a)) / (exp(a) + exp(-a))
            yield "tanh by e^2x", (exp(2 * a) - 1) / (exp(2 * a) + 1)
            yield "tanh by sigmoid", 2 * sigmoid(2 * a) - 1
            yield "tanh by sinh", sinh(a) / cosh(a)
        case Term("sub", (Term("num", (), "1"), Term("pow", (Term("fn", (a,), "tanh"), Term("num", (), "2"))))):
            yield "1 - tanh^2", sech(a) ** 2
            yield "1 - tanh^2 by cosh", 1 / cosh(a) ** 2
            yield "1 - tanh^2 by e^x", 4 / (exp(a) + exp(-a)) ** 2
        case Term("fn", (a,), "sech"):
            yield "sech", 1 / cosh(a)
            yield "sech by e^x", 2 / (exp(a) + exp(-a))
        case Term("fn", (a,), "cosh"):
            yield "cosh", (exp(a) + exp(-a)) / 2
        case Term("fn", (a,), "exp"):
            match a:
                case Term("neg", (p,)):
                    yield "exp of a minus", 1 / exp(p)
                case Term("add", (p, q)):
                    yield "exp of a sum", exp(p) * exp(q)
            yield "exp halved", exp(a / 2) ** 2
        case Term("fn", (a,), "log"):
            yield "log of an inverse", -log(1 / a)
            if a.op == "div":
                yield "log of a quotient", log(a.args[0]) - log(a.args[1])
        case Term("fn", (a,), "softplus"):
            yield "softplus", log(1 + exp(a))
            yield "softplus split", a + log(1 + exp(-a))
            yield "softplus by sigmoid", -log(sigmoid(-a))
        case Term("fn", (a,), "sqrt"):
            yield "root as power", Term("pow", (a, HALF))
        case Term("fn", (a,), "Phi"):
            yield "Phi by erf", (1 + erf(a / sqrt(TWO))) / 2
            yield "Phi mirrored", 1 - Phi(-a)
        case Term("fn", (a,), "phi"):
            yield "phi", exp(-(a**2 / 2)) / sqrt(2 * PI)
            yield "phi with a half", 1 / sqrt(2 * PI) * exp(-(HALF * a**2))


def _branches(node: Term) -> Iterator[tuple[str, Term]]:
    match node:
        case Term("fn", (a,), "relu"):
            yield "relu by max", maximum(0, a)
            yield "relu by cases", cases(a > 0, a, 0)
            yield "relu by indicator", a * indicator(a > 0)
            yield "relu by abs", (a + absolute(a)) / 2
        case Term("fn", (a,), "abs"):
            yield "abs by cases", cases(a >= 0, a, -a)
            yield "abs by sign", a * sign(a)
            yield "abs by root", sqrt(a**2)
            yield "abs by max", maximum(a, -a)
        case Term("fn", (a,), "sign"):
            yield "sign by cases", cases(a > 0, 1, cases(a < 0, -1, 0))
            yield "sign by abs", a / absolute(a)
            yield "sign by indicators", indicator(a > 0) - indicator(a < 0)
            yield "sign by one indicator", 2 * indicator(a > 0) - 1
            yield "sign turned round", -sign(-a)
        case Term("ind", (test,)):
            yield "indicator by cases", cases(test, 1, 0)
            if test.op in CONTRARY:
                yield "indicator of the contrary", 1 - indicator(_contrary(test))
                yield "condition on the difference", indicator(Term(test.op, (test.args[0] - test.args[1], ZERO)))
            if test.op == "and":
                yield "two indicators", indicator(test.args[0]) * indicator(test.args[1])
        case Term("cases", (test, yes, no)):
            if test.op in CONTRARY:
                yield "branches swapped", cases(_contrary(test), no, yes)
                yield "cases by indicators", yes * indicator(test) + no * indicator(_contrary(test))
                yield "boundary to the other side", cases(_loosened(test), yes, no)
            if no == ZERO:
                yield "cases by indicator", yes * indicator(test)
        case Term("max", (a, b)):
            yield "max by cases", cases(a > b, a, b)
            yield "max by abs", (a + b + absolute(a - b)) / 2
            yield "order in max", maximum(b, a)
        case Term("gt" | "lt" | "ge" | "le" as op, (a, b)):
            turned = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}[op]
            yield "condition turned round", Term(turned, (b, a))


def _contrary(test: Term) -> Term:
    return Term(CONTRARY[test.op], test.args)


def _loosened(test: Term) -> Term:
    return Term({"gt": "ge", "ge": "gt", "lt": "le", "le": "lt"}[test.op], test.args)
