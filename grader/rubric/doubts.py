"""What a rubric says and may not mean: a tolerance where no number is asked for, a loss that is an array.

A part with ``tolerance: {absolute: 0.1}`` whose model is given an x without a value asks for a formula, which is right
or not; its author hears that the tolerance does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grader.expression.language.names import Declared
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Symbol,
    children,
    symbols,
    walk,
)
from grader.expression.reading.read import plain_name
from grader.expression.reading.spelling.scripts import alias_shape
from grader.problems import NOWHERE, Problem
from grader.rubric.entry_aliases import is_doubtful
from grader.rubric.fields import Fields, RubricPlace, text_at
from grader.rubric.model import Model
from grader.rubric.tree import Entries, Text

_LIMITS = ("tolerance", "rounding")
_NAMED = 3
_CONSTANT = re.compile(r"(?<![A-Za-z])(?:e|pi)(?![A-Za-z])|[π𝑒𝜋]")  # within \mathrm{e}, say
_WRITTEN = {"e": "e^x", "pi": "2*pi"}


def doubt_limits(fields: Fields, models: Sequence[Model], place: RubricPlace) -> None:
    """Warn of limits that are said here, for parts of these models, where all of these ask for formulas."""
    free = [leaf.name for model in models for leaf in model.graph.leaves if leaf.value is None]
    if not free or any(all(leaf.value is not None for leaf in model.graph.leaves) for model in models):
        return
    names = list(dict.fromkeys(free))
    listed = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    why = f"{listed} {'has' if len(names) == 1 else 'have'} no value"
    inherited = fields.get("defaults")
    defaults = {key.value: value for key, value in inherited.items} if isinstance(inherited, Entries) else {}
    for said, inner in ((fields, place), (defaults, place.key("defaults"))):
        for name in _LIMITS:
            if name in said:
                message = f"this is not used: the answers are formulas, since {why}"
                inner.key(name).warn(said[name].line, message, "leave it out, or give every quantity a value")


def doubt_target(fields: Fields, target: Expression, model: Model, place: RubricPlace) -> None:
    """Warn of a derivative of a whole array that is the end of its model, as a loss is: each entry by each is meant."""
    if not (isinstance(target, Partial) and isinstance(target.numerator, Symbol)):
        return
    name, graph = target.numerator.name, model.graph
    axes = graph.axes.get(name, ())
    if all(axis == "1" for axis in axes) or any(name in symbols(node.expression) for node in graph.nodes):
        return
    message = f"'{name}' is {' x '.join(axes)}, so that this is the derivative of an array, of each entry by each"
    told = [one for one in place.warnings if one.message == message and one.path.startswith(place.path[0])]
    if not told:
        hint = f"a loss is a number: is a sum missing in '{name}', or a transpose before it?"
        place.key("target").warn(text_at(fields, "target"), message, hint)


def doubt_constants(
    names: Sequence[Declared], keys: Mapping[str, Text], formulas: Sequence[tuple[Text, Expression]], place: RubricPlace
) -> None:
    """Warn of a quantity that takes the name of a constant: where a formula seems to mean that, else where it is named.

    `keys` are the places of the names, `formulas` the definitions, each with its text.
    """
    for item in names:
        spelled = (item.name, item.latex, *item.aliases)
        likely = (text for text in spelled if _CONSTANT.search(text))
        constant = next((one for text in likely if (one := plain_name(text)) in _WRITTEN), "")
        if not constant or item.role == "macro" or item.name not in keys:
            continue
        where = next(((text, use) for text, formula in formulas for use in _as_constants(formula, item.name)), None)
        inner = place.inside(f"'{item.name}'")
        if where is None:
            message = f"answers that write {_WRITTEN[constant]} are read with this quantity, not the constant"
            inner.warn(keys[item.name], message, "give it another name if they need the constant")
        else:
            message = f"'{constant}' is a quantity of the model here, not the constant"
            hint = "give the quantity another name if the number is meant"
            inner.warn(where[0], Problem(message, hint, span=where[1].span))


def doubt_entries(names: Sequence[Declared], written: Mapping[tuple[str, str], Text], place: RubricPlace) -> None:
    """Warn of an alias of an array that looks like an entry and is read as the whole, as none of its letters counts.

    `written` are the places of the aliases, by the name and what they say.
    """
    for item in names:
        if item.role == "quantity" and item.latex in item.entries and (item.name, item.latex) in written:
            message = f"'{item.name}' is printed as '{item.latex}', an entry of it, and its entries with letters twice"
            hint = "put it under 'aliases'; 'latex' is how the whole is printed"
            place.inside(f"'{item.name}'").warn(written[item.name, item.latex], message, hint)
        for text in item.aliases:
            where = written.get((item.name, text))
            if where is None or text in item.entries or dict(item.fixed).get(text) or not is_doubtful(text, item):
                continue
            message = f"the alias '{text}' is all of '{item.name}': its letters count nothing in the model's formulas"
            shape = alias_shape(text)
            if shape is not None and shape.base == item.name:
                hint = "leave it out: letters at the name are indices without an alias"
            elif shape is not None and shape.below:
                hint = f"aliases: ['{shape.base}'] takes any indices; for its own, define it as {item.name}_j: ..."
            else:
                hint = f"for its entries, define it as {item.name}_j: ..., or name the size with 'examples'"
            place.inside(f"'{item.name}'").warn(where, message, hint)


def doubt_wholes(names: Sequence[Declared], formulas: Sequence[tuple[Text, Expression]], place: RubricPlace) -> None:
    """Warn of an alias that is an entry in answers and all of its array in a formula, where nothing has its letters."""
    entries = {item.name: set(item.entries) & set(item.aliases) for item in names}
    for text, formula in formulas:
        for symbol in _whole_symbols(formula):
            written = text.stripped().value[symbol.span.start : symbol.span.end]
            if symbol.span != NOWHERE and written in entries.get(symbol.name, ()):
                message = f"'{written}' is all of '{symbol.name}' here: no sum and no left side has its letter"
                hint = f"write {symbol.name} if that is meant"
                place.warn(text.stripped(), Problem(message, hint, span=symbol.span))


def _whole_symbols(formula: Expression) -> Iterator[Symbol]:
    """The names in a formula that have no indices."""
    pending = [formula]
    while pending:
        node = pending.pop()
        if isinstance(node, Symbol):
            yield node
        elif not isinstance(node, Indexed):
            pending.extend(reversed(children(node)))


def _as_constants(formula: Expression, name: str) -> Iterator[Symbol]:
    """Where a name without indices stands beside a number, or below an exponent, as constants do: ``2*pi``, ``e^x``."""
    for node in walk(formula):
        match node:
            case Product(factors) if any(isinstance(one, Number) for one in factors):
                beside = factors
            case Call("pow", (base, _)):
                beside = (base,)
            case _:
                continue
        yield from (one for one in beside if isinstance(one, Symbol) and one.name == name and one.span != NOWHERE)
