r"""How far a sum without brackets may reach: ``\sum_i a - b_i`` is no sum of a alone, or its i would mean nothing.

``\sum_i a - b_i + c`` may be ``\sum_i (a - b_i) + c`` or ``\sum_i (a - b_i + c)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from grader.expression.algebra.construct import free_symbols
from grader.expression.language.nodes import Call, Expression, Product, Reduce, rebuild, rewritten, walk
from grader.problems import NOWHERE

MOST = 8  # scopes that are tried


class SignedTerm(NamedTuple):
    """A term of a formula with its sign, and what stands up to its end."""

    sign: str
    node: Expression
    before: Expression


def wider_scopes(answer: Expression, kept: frozenset[str]) -> tuple[Expression, ...]:
    """The formulas with sums that reach as far as their letters stand; none where each sum holds its letter.

    `kept` are the letters that may be free.
    """
    found, pending = list[Expression](), [answer]
    while pending and len(found) + len(pending) <= MOST:
        current = pending.pop(0)
        leak = next(filter(None, (_leak(node, kept) for node in walk(current))), None)
        if leak is None:
            found.append(current)
            continue
        chain, options = leak
        pending += [_with(current, chain, option) for option in options]
    return tuple(found) if not pending and found != [answer] else ()


def _with(whole: Expression, part: Expression, other: Expression) -> Expression:
    return rewritten(whole, lambda node, again: other if node is part else rebuild(node, again))


def further_scopes(answer: Expression) -> Iterator[Expression]:
    """The formulas with one sum that takes in terms behind it, though nothing says so.

    It has ended before a sum over the same letter.
    """
    places = ((node, *found) for node in walk(answer) for found in _open_sums(node))
    for chain, terms, at, sums in islice(places, MOST):
        if sums[-1].span.end == sums[-1].body.span.end:  # else brackets say where it ends
            for end in range(at + 2, min(len(terms), at + 1 + MOST) + 1):
                if any(
                    isinstance(item, Reduce) and item.letter == sums[-1].letter for item in walk(terms[end - 1].node)
                ):
                    break
                yield _with(answer, chain, _extended(terms, at, sums[-1], end))


def _leak(node: Expression, kept: frozenset[str]) -> tuple[Expression, list[Expression]] | None:
    """A chain of terms with a sum whose letter stands in later ones, and what it may be; None where it is none."""
    for terms, at, sums in _open_sums(node):
        letters = {one.letter for one in sums} - kept
        later = [k for k in range(at + 1, len(terms)) if letters & free_symbols(terms[k].node)]
        if later:
            needed = letters & frozenset().union(*(free_symbols(terms[k].node) for k in later))
            inner = [k for k in range(len(sums)) if needed <= {outer.letter for outer in sums[: k + 1]}]
            ends = range(later[-1] + 1, len(terms) + 1)
            options = [_extended(terms, at, sums[k], end) for k in inner for end in ends]
            return node, options
    return None


def _open_sums(node: Expression) -> Iterator[tuple[list[SignedTerm], int, list[Reduce]]]:
    """The terms of a chain, each place with sums at its end that no bracket ends, and these from the outermost."""
    if not (isinstance(node, Call) and node.function in ("add", "sub")):
        return
    terms = _terms(node)
    for at, term in enumerate(terms[:-1]):
        sums = _sums(term.node)
        if not sums or sums[0].span == NOWHERE or term.before.span.end != sums[0].span.end:
            continue
        if term.before is not sums[0] or node.span.start == sums[0].span.start:
            yield terms, at, sums


def _extended(terms: list[SignedTerm], at: int, last: Reduce, end: int) -> Expression:
    """The chain with the sum `last` at the end of a term reaching up to another term."""
    term = terms[at]._replace(node=_reaching(terms[at].node, last, terms[at + 1 : end]))
    return _joined([*terms[:at], term, *terms[end:]])


def _terms(node: Expression) -> list[SignedTerm]:
    """The terms of a chain from its beginning; what stands in brackets behind a sign is one."""
    match node:
        case Call("add" | "sub" as sign, (left, right), 0):
            return [*_terms(left), SignedTerm(sign, right, node)]
    return [SignedTerm("add", node, node)]


def _sums(node: Expression) -> list[Reduce]:
    """The sums, each in the one before, with which a term ends."""
    match node:
        case Call("neg", (inner,)):
            return _sums(inner)
        case Product(factors):
            return _sums(factors[-1])
        case Reduce(kind="sum", letter=letter) if letter:
            return [node, *_nested(node.body)]
    return []


def _nested(node: Expression) -> Iterator[Reduce]:
    while isinstance(node, Reduce) and node.kind == "sum" and node.letter:
        yield node
        node = node.body


def _reaching(term: Expression, last: Reduce, behind: list[SignedTerm]) -> Expression:
    """The term with what stands behind it in its sum `last`."""
    body = _joined([SignedTerm("add", last.body, last.body), *behind])
    return _with(term, last, replace(last, body=body))


def _joined(terms: list[SignedTerm]) -> Expression:
    whole = terms[0].node
    for term in terms[1:]:
        whole = Call(term.sign, (whole, term.node), 0, whole.span)
    return whole
