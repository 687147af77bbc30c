r"""Targets that are derivatives by ``vec(X)``: each becomes a definition of the model, and so is solved as one.

Of ``target: dvec(Y)/dvec(X)`` it makes the definition ``dvecY_dvecX`` with that formula, unless the model has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.expression.language.nodes import Call, Expression, Symbol, indices, sides
from grader.expression.printing.latex import to_latex
from grader.expression.reading.read import read
from grader.rubric.fields import RubricPlace
from grader.rubric.formulas import problems_of
from grader.rubric.model import Model
from grader.rubric.program import with_own_letters
from grader.rubric.targets import defined_as, is_vec_target
from grader.rubric.tree import Entries, Items, Text, Tree

_BY_COLUMNS = re.compile(r"vec\s*\}?\s*(?:\\left\s*)?\(")


def with_vec_targets(model: Model, parts: Iterable[Tree], place: RubricPlace) -> Model:
    """The model with a definition for each target that is a derivative by, or of, what ``vec`` makes of a matrix."""
    pairs: list[tuple[Text, Tree]] = []
    known = {item.name for item in model.names}
    for text in _targets(parts):
        if any(problems_of(text.value, model.names)):
            continue  # which are told where the target is read
        target = read(text.value, model.names).chain[0]
        if defined_as(target, model) is not None or not is_vec_target(target):
            continue
        name = "_".join(f"d{'vec' if _in_columns(text, side) else ''}{_plain(side)}" for side in _sides(target))
        if name in known or not name.replace("_", "").isalnum():
            continue
        known.add(name)
        latex = Text(to_latex(target, model.names), text.line)
        tree = Entries(((Text("formula", text.line), text), (Text("latex", text.line), latex)), text.line)
        pairs.append((Text(name, text.line), tree))
    return with_own_letters(model, pairs, place) if pairs else model


def _sides(target: Expression) -> tuple[Expression, ...]:
    return sides(target.args[0]) if isinstance(target, Call) else ()


def _in_columns(text: Text, side: Expression) -> bool:
    plain = re.sub(r"[\\{}\s]", "", text.value)
    return re.search(rf"vec\w*\({re.escape(_plain(side))}", plain) is not None


def _plain(side: Expression) -> str:
    name = side.name if isinstance(side, Symbol) else getattr(getattr(side, "base", None), "name", "")
    return name + "".join(place.name for place in indices(side) if isinstance(place, Symbol))


def _targets(parts: Iterable[Tree]) -> Iterable[Text]:
    """The texts under `target` of parts and of their steps that speak of vec."""
    for part in parts:
        for key, value in part.items if isinstance(part, Entries) else ():
            if key.value == "target" and isinstance(value, Text) and _BY_COLUMNS.search(value.value):
                yield value.stripped()
            elif key.value == "steps" and isinstance(value, Items):
                yield from _targets(value.items)
