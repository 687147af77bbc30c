"""What an answer names: the quantity asked for itself, derivatives that are left to work out, other letters.

``dL/dz * dz/dw`` for the target dL/dw is the chain rule only; ``dL/dw`` restates the question.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Partial,
    Symbol,
    children,
    head,
    indices,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedQuestion
from grader.solver.rounding.units import Reach

NO_TOLERANCE = Tolerance()
MOST_LINKS = 2  # of a short chain that one derivative of it may stand for


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What an answer is held against: a quantity or derivative of the model, and how close a number must be.

    Without `repairs` an answer whose arrays do not fit together is not looked at any further.
    """

    expression: Expression
    closed: Expression
    tolerance: Tolerance = NO_TOLERANCE
    reach: tuple[Reach, ...] | None = None
    layout: str = "review"
    shapes: str = "review"
    repairs: bool = True


def restates(target: Expression, answer: Expression, notation: tuple[tuple[str, Expression], ...] = ()) -> bool:
    """Whether the answer names the very quantity asked for instead of working it out."""
    names = {head(target), *(short for short, meant in notation if head(meant) == head(target))}
    return any(head(item) in names for item in _named(answer))


def _named(answer: Expression) -> list[Symbol | Partial]:
    """The quantities and derivatives in an answer; of a second derivative not the first one, which it is not."""

    def rule(item: Expression, again: Again) -> Expression:
        if isinstance(item, Symbol | Partial):
            found.append(item)
        second = isinstance(item, Partial) and isinstance(item.numerator, Partial) and head(item) is not None
        for child in () if second else children(item):
            again(child)
        return item

    found: list[Symbol | Partial] = []
    rewritten(answer, rule)  # which comes by what is shared once
    return found


def follow_left_side(target: Expression, left: Expression, answer: Expression) -> Expression:
    """The answer in the target's own letters, where its left side ``dJ/dz_uv = ...`` names them otherwise."""
    if head(left) != head(target):
        return answer
    both = [(indices(one), indices(other)) for one, other in zip(sides(left), sides(target), strict=False)]
    pairs = [pair for one, other in both if len(one) == len(other) for pair in zip(one, other, strict=True)]
    renames = {a.name: b for a, b in pairs if isinstance(a, Symbol) and a != b}
    return substitute(answer, renames)


def unfinished(question: SolvedQuestion, answer: Expression, target: Target | None = None) -> tuple[Partial, ...]:
    """Derivatives in the answer that the model can work out; those of opaque functions are finished.

    So are those that the model defines as quantities, or is made of, and those that earlier parts ask for (they are
    graded there), where everything between is worked out: ``dL/dW = h^T dL/dz``, but not the bare chain rule
    ``dL/dz dz/dW``.
    """
    leaves = {leaf.name: leaf for leaf in question.graph.leaves}
    plain = {
        node.name: head(node.expression)
        for node in question.graph.nodes
        if isinstance(node.expression, Symbol | Indexed)
    }
    found = []
    named = {head(node.source) for node in question.graph.nodes if isinstance(node.source, Partial)}
    named |= {head(item) for item in _built_on(question, target.expression if target else None)}
    for item in walk(answer):
        if isinstance(item, Partial):
            above, below = head(item.numerator), head(item.denominator)
            if head(item) in named:
                continue
            source = leaves.get(plain.get(above or "") or above or "")
            if (source is None or below not in source.of) and not _is_given(question, item, leaves):
                found.append(item)
    whole = [item for item in walk(answer) if isinstance(item, Partial)]
    if target is not None and len(found) == len(whole) and {head(i) for i in found} <= _earlier(question, target):
        return ()
    return tuple(found)


def _built_on(question: SolvedQuestion, target: Expression | None) -> Iterator[Partial]:
    """The derivatives that definitions are made of, ``sum_i (d^2u_i/dx_i^2)^2``, but for those of what is asked."""
    asked = head(sides(target)[0]) if isinstance(target, Partial) else None
    for node in question.graph.nodes if asked else ():
        for item in walk(node.source) if node.source is not None else ():
            if isinstance(item, Partial) and head(sides(item)[0]) != asked:
                yield item


def _is_given(question: SolvedQuestion, item: Partial, leaves: Container[str | None]) -> bool:
    """Whether a derivative is a given quantity: what later layers hand down."""
    known = question.adjoints.get(head(item.numerator) or "", ())
    node = next((node for node in known if node.name == head(item)), None)
    return node is not None and isinstance(node.expression, Symbol | Indexed) and head(node.expression) in leaves


def links_left_whole(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[Partial, ...]:
    """The derivatives in a chain that stand for more than half of its links: ``dL/dz`` of four links up to dz/dw.

    Anybody could write such a chain of any model. One that a part asks for is none, nor is one of two links.
    """
    most = max(MOST_LINKS, -(-_links(question, target) // 2)) if isinstance(target, Partial) else MOST_LINKS
    asked = {head(part.target) for part in question.question.judged}
    found = (item for item in walk(answer) if isinstance(item, Partial) and head(item) not in asked)
    return tuple(item for item in found if _links(question, item) > most)


def _links(question: SolvedQuestion, item: Partial) -> int:
    """How many links the longest chain has that a derivative stands for; 0 where it is none of the model's."""
    above, below = head(item.numerator) or "", head(item.denominator) or ""
    longest = {below: 0}
    for node in question.graph.between(below, above):
        if node.name != below:
            before = [longest[name] for name in symbols(node.expression) if name in longest]
            longest[node.name] = 1 + max(before, default=0)
    return longest.get(above, 0)


def leaned_on(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[str, ...]:
    """The parts whose derivatives an answer names without working them out, in their order."""
    named = {head(item) for item in walk(answer) if isinstance(item, Partial)} - {None}
    return tuple(part.id for part in question.question.judged if head(part.target) in named and part.target != target)


def _earlier(question: SolvedQuestion, target: Target) -> set[str | None]:
    """The derivatives that the parts before the target's ask for; of a target at a step, those at the other steps."""
    found: set[str | None] = set()
    for part in question.question.judged:
        if target.expression == part.target or target.expression in dict(part.at_steps).values():
            return found | (set(part.beside) - {head(target.expression)})
        found.add(head(part.target))
    return set()


def uses_model(question: SolvedQuestion, answer: Expression) -> bool:
    """Whether the answer names quantities of the model, or is made of numbers alone."""
    names = {item.name for item in question.graph.quantities}
    return any(isinstance(item, Symbol) and item.name in names for item in walk(answer))


def primed(question: SolvedQuestion, target: Expression, answer: Expression) -> tuple[Expression, ...]:
    """What the answer leaves to differentiate: ``d/dx sigma(x)``, and f' where the derivative of f itself is asked."""
    above = head(target.numerator) if isinstance(target, Partial) else None
    formulas = (node.expression for node in question.graph.nodes if node.name == above)
    asked = {formula.function for formula in formulas if isinstance(formula, Call)}
    return tuple(
        item
        for item in walk(answer)
        if (isinstance(item, Call) and item.primes == 1 and item.function in asked)
        or (isinstance(item, Partial) and head(item.numerator) is None)
    )
