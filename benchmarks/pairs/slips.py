"""A term to a term with one mistake in it, of the kinds that students make, and near misses.

``sigmoid(x) * (1 - sigmoid(x))`` may become ``sigmoid(x) * sigmoid(x)`` ("1 - lost").
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.pairs.terms import (
    Term,
    absolute,
    cases,
    exp,
    indicator,
    names,
    places,
    replaced,
    sigmoid,
    tanh,
    term,
    var,
)


def slipped(node: Term, rng: random.Random) -> tuple[Term, str]:
    """`node` with one mistake, and its name; kinds are as likely as each other, however many places they fit."""
    found: dict[str, list[Term]] = {}
    for path, part in places(node):
        for kind, new in slips(part):
            found.setdefault(kind, []).append(replaced(node, path, new))
    for kind, new in _whole(node):
        found.setdefault(kind, []).append(new)
    kind = rng.choice(sorted(found))
    return rng.choice(found[kind]), kind


def slips(node: Term) -> Iterator[tuple[str, Term]]:
    """The mistakes that fit this very part."""
    match node:
        case Term("add", (a, b)):
            yield "plus for minus", a - b
            yield "lost term", a
            yield "lost term", b
        case Term("sub", (a, b)):
            yield "minus for plus", a + b
            yield "turned round", b - a
            yield "lost term", b
            if a == term(1):
                yield "1 - lost", b
        case Term("neg", (a,)):
            yield "sign", a
        case Term("mul", (a, b)):
            yield "lost factor", a
            yield "lost factor", b
            yield "sum for product", a + b
        case Term("div", (a, b)):
            yield "lost denominator", a
            yield "product for quotient", a * b
            yield "upside down", b / a
        case Term("pow", (a, b)):
            yield "lost power", a
            if b.op == "num":
                yield "power off by one", Term("pow", (a, term(int(b.name) + 1)))
                yield "power brought down", b * a
        case Term("num", (), number):
            yield "number off", term(f"{float(number) + 1:g}")
            yield "number nearly", term(f"{float(number) + 0.01:g}")
            yield "number halved", term(f"{float(number) / 2:g}" if float(number) else "0.5")
        case Term("fn", (a,), name):
            yield "argument's sign", Term("fn", (-a,), name)
            yield "argument doubled", Term("fn", (2 * a,), name)
            other = {"sigmoid": "tanh", "tanh": "sigmoid", "Phi": "phi", "phi": "Phi", "sign": "abs", "sech": "tanh"}
            if name in other:
                yield "another function", Term("fn", (a,), other[name])
            if name == "sigmoid":
                yield "derivative for function", sigmoid(a) * (1 - sigmoid(a))
            if name == "tanh":
                yield "derivative for function", 1 - tanh(a) ** 2
            if name in ("abs", "sqrt", "relu", "log"):
                yield "lost function", a
            if name == "exp":
                yield "power rule on exp", a * exp(a - 1)
        case Term("cases", (test, yes, no)):
            yield "branches swapped", cases(test, no, yes)
            yield "one branch only", yes
            yield "one branch only", no
            yield "sign in a branch", cases(test, -yes, no)
        case Term("ind", (test,)):
            yield "indicator lost", term(1)
            yield "indicator turned", 1 - indicator(test)
        case Term("max", (a, b)):
            yield "max lost", b
            yield "min for max", a + b - Term("max", (a, b))
        case Term("gt" | "lt" | "ge" | "le" as op, (a, b)):
            yield "boundary moved", Term(op, (a, b + term("0.1")))
            yield "boundary moved", Term(op, (a - 1, b))
            yield "abs lost in a condition", Term(op, (a.args[0] if a.op == "fn" else absolute(a), b))


def _whole(node: Term) -> Iterator[tuple[str, Term]]:
    """Mistakes of the whole, and near misses."""
    yield "sign of all", -node
    yield "factor 2", 2 * node
    yield "factor half", node / 2
    yield "nearly", term("1.01") * node
    yield "very nearly", term("1.0001") * node
    yield "constant added", node + 1
    yield "small constant added", node + term("0.001")
    yield "squared", node**2
    yield "absolute value of all", absolute(node)
    yield "zero", term(0)
    known = names(node)
    if known:
        first = var(known[0])
        yield "right on one side only", cases(first > term("0.2"), node, -node)
        yield "right but on a strip", node + indicator(Term("and", (first > term("0.3"), first < term("0.5"))))
        yield "right up to there", node + Term("max", (term(0), first - term("0.9")))
        yield "factor lost in a variable", node * first
    for path, part in places(node):
        if part.op == "var" and len(known) > 1:
            other = known[(known.index(part.name) + 1) % len(known)]
            yield "another variable", replaced(node, path, var(other))
