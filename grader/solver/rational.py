"""Shorter equal formulas for a key: common denominators cancelled, Kronecker deltas used on their neighbours.

``h (1 - h) ((1 - y)/(1 - h) - y/h)`` is ``h - y``; ``a_i * delta(o, i)`` is ``a_o * delta(o, i)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import prod
from typing import TypeAlias

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from grader.expression.algebra.construct import added, div, mul, number, power, substitute
from grader.expression.algebra.simplify import expanded, join_terms, simplify, split_terms
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Product, Symbol, children, rebuild, walk

MAX_NODES = 120  # the time grows fast with the size of what is cancelled
MAX_TERMS = 64  # and with the terms that it comes to, multiplied out
_ARITHMETIC = frozenset(("add", "sub", "neg", "div", "pow", "square"))
Quotient: TypeAlias = tuple[fmpz_mpoly, fmpz_mpoly]


def shorter(node: Expression) -> tuple[Expression, ...]:
    """Formulas equal to `node`, each with its fractions cancelled in another way."""
    if sum(1 for _ in islice(walk(node), MAX_NODES + 1)) > MAX_NODES or _multiplied_out(node) > MAX_TERMS:
        return ()
    if not any(isinstance(item, Indexed) or (isinstance(item, Call) and item.function == "div") for item in walk(node)):
        return ()  # there is nothing to cancel
    found = cancelled(node)
    sifted = cancelled(sift(expanded(node)))
    return tuple(dict.fromkeys(item for pair in (found, sifted) for item in pair))


def _multiplied_out(node: Expression) -> int:
    """How many terms the arithmetic of a formula comes to, multiplied out, or MAX_TERMS + 1 if these are more."""
    match node:
        case Call("add" | "sub", (left, right)):
            found = _multiplied_out(left) + _multiplied_out(right)
        case Call("neg" | "square", (inner,)):
            found = _multiplied_out(inner) ** (2 if node.function == "square" else 1)
        case Call("div", (above, below)):
            found = _multiplied_out(above) * _multiplied_out(below)
        case Call("pow", (base, Number(exponent))) if _is_arithmetic(node):
            found = _multiplied_out(base) ** int(abs(exponent))
        case Product(factors, _) if _is_arithmetic(node):
            found = prod(map(_multiplied_out, factors))
        case _:
            found = max(map(_multiplied_out, children(node)), default=1)
    return min(found, MAX_TERMS + 1)


def cancelled(node: Expression) -> tuple[Expression, ...]:
    """The formula as one fraction in lowest terms: multiplied out, and factored.

    FLINT works on the bare arithmetic, in which anything else is a letter; itself where it divides by 0.
    """
    inside = rebuild(node, _best) if not _is_arithmetic(node) else _inside(node)
    if not _is_arithmetic(inside):
        return (simplify(inside),)
    atoms = tuple(dict.fromkeys(_atoms(inside)))
    ring = fmpz_mpoly_ctx.get(tuple(f"s{k}" for k in range(len(atoms))), Ordering.deglex)
    try:
        above, below = _lowest(*_quotient(inside, dict(zip(atoms, ring.gens(), strict=True)), ring))
    except ZeroDivisionError:
        return (inside,)
    found = (div(form(above, atoms), form(below, atoms)) for form in (_sum, _product))
    return tuple(dict.fromkeys(map(simplify, found)))


def _best(node: Expression) -> Expression:
    if isinstance(node, Number | Symbol):
        return node
    return min((node, *cancelled(node)), key=lambda item: sum(1 for _ in walk(item)))


def _inside(node: Expression) -> Expression:
    """The arithmetic as it stands, with everything below it (sums, functions) cancelled for itself."""
    if _is_arithmetic(node):
        return rebuild(node, _inside)
    return rebuild(node, _best)


def _is_arithmetic(node: Expression) -> bool:
    """Whether fractions can be cancelled through this node; any other is one letter, whatever it holds."""
    match node:
        case Call("pow", (_, exponent)):
            return isinstance(exponent, Number) and exponent.value.denominator == 1 and abs(exponent.value) <= 8
        case Call(function=function):
            return function in _ARITHMETIC
        case Product():
            return set(node.joints) <= {"*", ""}
    return False


def _atoms(node: Expression) -> Iterator[Expression]:
    """What stands for a letter, in the order in which a formula names it."""
    if _is_arithmetic(node):
        for part in children(node):
            yield from _atoms(part)
    elif not isinstance(node, Number):
        yield node


def _quotient(node: Expression, letters: Mapping[Expression, fmpz_mpoly], ring: fmpz_mpoly_ctx) -> Quotient:
    """Numerator and denominator of bare arithmetic, not yet in lowest terms; raises ZeroDivisionError."""
    if node in letters:
        return letters[node], ring.constant(1)
    if isinstance(node, Number):
        return ring.constant(node.value.numerator), ring.constant(node.value.denominator)
    parts = [_quotient(part, letters, ring) for part in children(node)]
    (a, b), (c, d) = parts[0], parts[-1]
    match node:
        case Call("add"):
            return _lowest(a * d + c * b, b * d)
        case Call("sub"):
            return _lowest(a * d - c * b, b * d)
        case Call("neg"):
            return -a, b
        case Call("div"):
            return _lowest(a * d, b * c)
        case Call("square"):
            return a**2, b**2
        case Call("pow", (_, Number(exponent))):
            top, bottom = (a, b) if exponent >= 0 else _lowest(b, a)
            return top ** abs(int(exponent)), bottom ** abs(int(exponent))
    one = ring.constant(1)
    return _lowest(prod((top for top, _ in parts), start=one), prod((bottom for _, bottom in parts), start=one))


def _lowest(above: fmpz_mpoly, below: fmpz_mpoly) -> Quotient:
    """A quotient in lowest terms, the leading sign of its denominator positive."""
    if not below:
        raise ZeroDivisionError
    shared = above.gcd(below)
    if below.leading_coefficient() < 0:
        shared = -shared
    return above / shared, below / shared


def _sum(value: fmpz_mpoly, atoms: Sequence[Expression]) -> Expression:
    """A polynomial multiplied out: its terms from the highest down, a positive one first."""
    terms = [mul(number(int(times)), *map(_power, atoms, degrees)) for degrees, times in value.terms()]
    return added(sorted(terms, key=lambda term: isinstance(term, Call) and term.function == "neg"))


def _product(value: fmpz_mpoly, atoms: Sequence[Expression]) -> Expression:
    """A polynomial as the product of its factors: letters in the order in which they came, then brackets."""
    content, factors = value.factor() if value else (0, [])
    ordered = sorted(factors, key=lambda item: (len(item[0]), item[0].total_degree(), [-n for n in item[0].degrees()]))
    found: list[Expression] = [number(int(content))]
    for factor, times in ordered:
        turned = len(factor) == 2 and factor.to_dict().get((0,) * len(atoms), 0) < 0  # ``1 - h`` for ``h - 1``
        found += [
            number((-1) ** int(times if turned else 0)),
            _power(_sum(-factor if turned else factor, atoms), times),
        ]
    return mul(*found)


def _power(base: Expression, exponent: int) -> Expression:
    return power(base, number(int(exponent)))


def sift(node: Expression) -> Expression:
    """Beside a Kronecker delta of a letter, the letter's other places are what the delta makes of it."""
    changed = []
    for coefficient, factors in split_terms(node):
        places: dict[str, Expression] = {}
        for atom, exponent in factors:
            match atom:
                case Call("kronecker", (first, Symbol(name=letter))) if exponent > 0 and first != Symbol(letter):
                    places.setdefault(letter, first)
        kept = tuple(
            (atom if isinstance(atom, Call) and atom.function == "kronecker" else substitute(atom, places), exponent)
            for atom, exponent in factors
        )
        changed.append((coefficient, kept))
    return join_terms(tuple(changed))
