"""What stands under `where` in a part: letters of its own, and the condition under which it asks.

``where: delta = yhat - y`` lets its answers be written in delta; ``where: i != j`` asks for those entries alone.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.autodiff.graph import names_in
from grader.expression.algebra.construct import free_symbols
from grader.expression.language.functions import CONSTANTS
from grader.expression.language.names import Declared
from grader.expression.language.nodes import Call, Expression, Symbol, indices, sides
from grader.expression.reading.declared_sets import with_declared_sets
from grader.rubric.fields import Fields, RubricPlace, read_pairs
from grader.rubric.formulas import read_formula
from grader.rubric.model import Model
from grader.rubric.program import with_own_letters
from grader.rubric.text_places import place_at
from grader.rubric.tree import Entries, Items, Text, Tree, found

_EQUATION = re.compile(r"([^=<>≤≥≠!()\[\]+*/]*[^=<>≤≥≠!()\[\]+*/\s:])\s*=\s*([^=].*)", re.DOTALL)
# o \notin \{w_s\}: no w_s is o
_AMONG = re.compile(
    r"(?P<one>[\w\\{}]+)\s*(?P<not>\\notin\b|\\not\s*\\in\b|∉|\bnot in\b)?(?(not)|(?:\\in\b|∈|\bin\b))\s*"
    r"\\?\{\s*(?P<all>[A-Za-z]\w*?_\{?(?P<letter>[a-z])\}?)\s*\\?\}(?:_\{?[\w=]+\}?(?:\^\{?\w+\}?)?)?"
)
_COMPARED = re.compile(r"!=|==|[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b")
_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")
_ENTERED = re.compile(r"(.+?)_(?:\{[a-z, ]+\}|[a-z]{1,3})")
_OPENED = "1["  # a condition is read as what its indicator holds


def read_where(
    fields: Fields, target: Expression, model: Model, place: RubricPlace
) -> tuple[Model | None, Expression | None]:
    """The model with the part's own letters, and the condition; None for what is not there."""
    if "where" not in fields:
        return None, None
    inner, tree = place.key("where"), fields["where"]
    pairs: list[tuple[Text, Tree]] = []
    conditions: list[Expression | None] = []
    for item in tree.items if isinstance(tree, Items) else (tree,):
        if isinstance(item, Entries):
            pairs += read_pairs(item, inner)
        elif not isinstance(item, Text) or not item.value.strip():
            hint = "as in where: delta = yhat - y, or where: i != j"
            inner.note(item.line, f"expected a definition or a condition, found {found(item)}", hint)
        elif (pair := _definition(item, target, model)) is not None:
            pairs.append(pair)
        else:
            conditions.append(_condition(item, target, model, inner))
    own = with_own_letters(model, pairs, place) if pairs else None
    read = [condition for condition in conditions if condition is not None]
    whole = read[0] if read else None
    for other in read[1:]:
        whole = Call("and", (whole or other, other))
    return own, whole


def _letters(target: Expression) -> tuple[str, ...]:
    entered = [place for side in sides(target) for place in indices(side)]
    entered += [inner for place in entered for inner in indices(place)]
    return tuple(dict.fromkeys(place.name for place in entered if isinstance(place, Symbol)))


def _definition(text: Text, target: Expression, model: Model) -> tuple[Text, Text] | None:
    """The two sides of a definition; None for what compares what is known already, as ``i = j`` does."""
    text = text.stripped()
    match = _EQUATION.fullmatch(text.value)
    if match is not None and set(match[1]) & set("(["):  # sum_r([w_r = o]) = 0
        return None
    known = {*_letters(target), *(declared.name for declared in model.names)}
    if match is not None and _NUMBER.fullmatch(match[2]) and _is_entry(match[1], model):  # A_ij = 1, as sets have it
        return None
    if match is None or _AMONG.fullmatch(text.value) or _COMPARED.search(match[1]) or match[1].strip() in known:
        return None
    return Text(match[1].strip(), text.line), _from(text, match.start(2))


def _is_entry(text: str, model: Model) -> bool:
    """Whether a text enters an array of the model, ``A_ij``."""
    entered = _ENTERED.fullmatch(text.strip())
    return entered is not None and any(one.rank and entered[1] == one.name for one in model.names)


def _from(text: Text, start: int) -> Text:
    """The end of a text, each character where it was."""
    places = text.places and ((0, *place_at(text.places, start)),)
    later = tuple((at - start, line, column) for at, line, column in text.places if at > start)
    return Text(text.value[start:], text.line, text.plain, (*places, *later))


def _condition(text: Text, target: Expression, model: Model, place: RubricPlace) -> Expression | None:
    """What must hold, in the letters of the target and the quantities of the model."""
    text = text.stripped()
    among = _AMONG.fullmatch(text.value)
    if among is not None:
        count = f"sum_{among['letter']}([{among['all']} = {among['one']}])"
        text = replace(text, value=f"{count} {'< 1' if among['not'] else '> 0'}", places=text.places[:1])
    in_sets = with_declared_sets(text.value, model.names)
    if in_sets != text.value:
        text = replace(text, value=in_sets, places=text.places[:1])
    if "=" not in text.value and not _COMPARED.search(text.value):
        hint = f"the letters of the target are {', '.join(_letters(target)) or 'none'}"
        place.note(text, f"expected a condition such as i != j, or a definition, found '{text.value}'", hint)
        return None
    letters = [Declared(letter) for letter in _letters(target) if all(letter != known.name for known in model.names)]
    placed = tuple((at + len(_OPENED), line, column) for at, line, column in text.places)
    bracket = Text(f"{_OPENED}{text.value}]", text.line, text.plain, placed)
    read = read_formula(bracket, (*model.names, *letters), place)
    if not isinstance(read, Call) or read.function != "iverson":
        return None
    known = {*_letters(target), *CONSTANTS, *names_in(model.graph.axes), *model.graph.sizes}
    unknown = sorted(free_symbols(read) - known)
    if unknown:
        own = ", ".join(_letters(target)) or "none"
        message = f"the condition names '{unknown[0]}', which is no letter of the target"
        place.note(text, message, f"the letters of the target are {own}")
        return None
    return read.args[0]
