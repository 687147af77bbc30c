"""The text of a target to the node or the derivative it names, checked against the model.

``dJ/dz_ij`` becomes ``Partial(Symbol("J"), Indexed(Symbol("z"), (Symbol("i"), Symbol("j"))))``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.expression.algebra.construct import fresh, substitute
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Symbol,
    indices,
    sides,
    symbols,
)
from grader.problems import Problem, Span, did_you_mean
from grader.rubric.fields import Fields, RubricPlace, read_text, text_at
from grader.rubric.formulas import Known, problems_of, read_formula
from grader.rubric.model import Model

UNREAD = Symbol("")
_DERIVATIVE = re.compile(r"\s*d(\w+'*)\s*/\s*d(\w+'*)\s*")
_SECOND = re.compile(r"\s*d\^2\s*(\w+'*)\s*/\s*\(?\s*d(\w+'*)\s*(?:\^2|\s\s*d(\w+'*))\s*\)?\s*")


def read_target(fields: Fields, model: Model | None, place: RubricPlace) -> tuple[str, Expression]:
    """The target as typed and as read; without a model (it is missing) nothing is checked."""
    text = read_text(fields, "target", place)
    if not text or model is None:
        return text, UNREAD
    written, place = text_at(fields, "target"), place.key("target")
    unread = _unread_sides(text, model)
    for problem in unread:
        place.note(written, problem)
    failed = {known.name for known in model.names if not _kind(known.name, model)}
    round_d = replace(written, value=_with_round_d(written.value))
    expression = None if unread else read_formula(round_d, model.names, place, Known(model.names, failed))
    if expression is None:
        return text, UNREAD
    expression = defined_as(expression, model) or expression
    if "where" not in fields:  # which would mean the quantity
        expression = with_own_letters(expression, model)
    for message, hint in _mistakes(expression, model):
        place.note(written, message, hint)
    return text, expression


def with_own_letters(target: Expression, model: Model) -> Expression:
    """The target with other letters for indices that are called as a quantity: what stands below is an index."""
    quantities = {known.name for known in model.names if known.role == "quantity" and not known.places_of}
    taken = {*(known.name for known in model.names), *symbols(target)}
    new: dict[str, Expression] = {}
    for place in (place for side in sides(target) for place in indices(side)):
        if (
            isinstance(place, Symbol)
            and re.fullmatch("[a-z]", place.name)
            and place.name in quantities
            and place.name not in new
        ):
            letter = fresh(taken)
            taken.add(letter)
            new[place.name] = Symbol(letter, place.span)

    def entered(side: Expression) -> Expression:
        match side:
            case Partial(above, below):
                return Partial(entered(above), entered(below), side.span)
            case Indexed(base, places):
                return Indexed(base, tuple(substitute(place, new) for place in places), side.span)
        return side

    return entered(target) if new else target


def defined_as(target: Expression, model: Model) -> Expression | None:
    """The definition of the model that says just this derivative; None where there is none, or it is another target."""
    if not is_vec_target(target):
        return None
    return next((Symbol(node.name) for node in model.graph.nodes if node.source == target), None)


def is_vec_target(target: Expression) -> bool:
    """Whether a target is a derivative as a matrix, or a row, of all entries by all entries."""
    return isinstance(target, Call) and target.function == "vec" and isinstance(target.args[0], Partial)


def _with_round_d(text: str) -> str:
    """A second derivative with round d's, which is one whatever else may be called d."""
    parts = _SECOND.fullmatch(text)
    if parts is None:
        return text
    above, below, other = parts.groups()
    return rf"\frac{{∂^2 {above}}}{{∂{below}^2}}" if other is None else rf"\frac{{∂^2 {above}}}{{∂{below} ∂{other}}}"


def _unread_sides(text: str, model: Model) -> list[Problem]:
    """A derivative of a misspelt name reads as no derivative: its two names are looked at one by one."""
    sides = _DERIVATIVE.fullmatch(text)
    if sides is None:
        return []
    return [
        replace(problem, span=Span(*sides.span(number)), text=text)
        for number in (1, 2)
        for problem in problems_of(sides[number], model.names)[:1]
    ]


def _mistakes(target: Expression, model: Model) -> Iterator[tuple[str, str]]:
    """What is wrong with a target, each as message and hint."""
    match target:
        case Partial(numerator=Partial() as inner, denominator=bottom):
            yield from _mistakes(inner, model)
            yield from _quantity_mistakes(bottom, model, ("node", "opaque", "given"))
        case Partial(numerator=top, denominator=bottom):
            yield from _quantity_mistakes(top, model, ("node", "opaque"))
            yield from _quantity_mistakes(bottom, model, ("node", "opaque", "given"))
            above, below = _name(top), _name(bottom)
            whole = all(_kind(known.name, model) for known in model.names)
            derivable = _kind(above, model) in ("node", "opaque") and _kind(below, model) != "size"
            if whole and derivable and below and above not in model.graph.reached_from(below):
                yield f"'{above}' does not depend on '{below}'", "every answer but 0 would be wrong"
        case Symbol() | Indexed():
            yield from _quantity_mistakes(target, model, ("node",))
        case _:
            yield "expected a derivative such as dL/dw, or the name of a definition", ""


def _quantity_mistakes(item: Expression, model: Model, kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    name = _name(item)
    declared = {known.name: known for known in model.names}
    expected = "a definition" if kinds == ("node",) else "a definition or an opaque function"
    if name not in declared:
        yield "expected derivatives of names by names, as in dL/dw", ""
        return
    kind = _kind(name, model)
    if kind and kind not in kinds:
        nodes = [node.name for node in model.graph.nodes]
        expected = "a quantity" if "given" in kinds else expected
        what = "given" if kind == "given" else f"a {kind}" if kind != "opaque" else "an opaque function"
        yield f"expected the name of {expected}, found '{name}', which is {what}", did_you_mean(name, nodes)
    if isinstance(item, Indexed):
        if len(item.indices) > declared[name].rank:
            yield (
                f"expected at most {declared[name].rank} indices at '{name}', or none, found {len(item.indices)}",
                "",
            )
        if not all(isinstance(index, Symbol | Number) or _is_place(index, model) for index in item.indices):
            yield f"expected letters or whole numbers as indices of '{name}'", ""
        for index in item.indices:
            owner = declared.get(index.name) if isinstance(index, Symbol) else None
            if owner is not None and owner.role == "quantity" and not owner.places_of:
                other = f"{owner.name * 2}: {{..., latex: '{owner.name}'}}"
                hint = f"another letter, or another name for the quantity, as in {other}"
                yield f"the index '{owner.name}' of '{name}' is the name of a quantity, which is no place", hint


def _is_place(index: Expression, model: Model) -> bool:
    """Whether an index is a place of the model at a letter: the w_s of a row u_{w_s}."""
    declared = next((known for known in model.names if known.name == _name(index)), None)
    return declared is not None and bool(declared.places_of) and isinstance(index, Indexed)


def _name(item: Expression) -> str:
    match item:
        case Symbol(name=name) | Indexed(base=Symbol(name=name)):
            return name
        case _:
            return ""


def _kind(name: str, model: Model) -> str:
    """``node``, ``opaque``, ``given``, ``size`` or ``function``; empty after a mistake in it."""
    if any(node.name == name for node in model.graph.nodes):
        return "node"
    role = next((known.role for known in model.names if known.name == name), "")
    if role == "quantity":
        return "given" if any(leaf.name == name for leaf in model.graph.leaves) else ""
    return role
