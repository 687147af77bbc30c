"""Names for derivatives of the model: ``notation: {delta_2: dJ/dz2}`` lets an answer write ``delta_2``.

Each becomes a declared name, and a pair of that name and the derivative it stands for.
"""

from __future__ import annotations

from grader.autodiff.graph import ComputationGraph
from grader.expression.language.names import ModelNames
from grader.expression.language.nodes import Expression, Partial, head, sides
from grader.rubric.declarations import DeclaredNames, declare, named
from grader.rubric.fields import Fields, RubricPlace, read_fields, read_pairs, text_at
from grader.rubric.model import Model
from grader.rubric.recurrence import Steps, unrolled
from grader.rubric.targets import read_target
from grader.rubric.tree import Entries, Text, Tree


def read_notation(
    fields: Fields, table: DeclaredNames, graph: ComputationGraph, place: RubricPlace, steps: Steps
) -> tuple[tuple[str, Expression], ...]:
    """The pairs of the key `notation`; takes their names in `table`."""
    if "notation" not in fields:
        return ()
    pairs = []
    names = ModelNames(table.names)
    for key, value in unrolled(read_pairs(fields["notation"], place.key("notation")), steps):
        inner = place.inside(f"notation '{key.value}'")
        row = _row(value, inner)
        text, target = read_target(row, Model(graph, names), inner)
        if not isinstance(target, Partial):
            if text and not inner.problems:
                inner.note(text_at(row, "target"), f"expected a derivative such as dJ/dz, found '{text}'")
            continue
        rank = sum(len(axes) for name, axes in graph.axes.items() if name in _sides(target))
        if declare(table, named(key.value, row, rank, inner, "adjoint"), key, inner, row):
            pairs.append((key.value, target))
    return tuple(pairs)


def _row(value: Tree, place: RubricPlace) -> Fields:
    """A derivative alone, or a mapping with the derivative and other spellings."""
    return read_fields(value, "notation", place) if isinstance(value, Entries) else {"target": _text(value)}


def _text(value: Tree) -> Tree:
    return value if isinstance(value, Text) else Text("", value.line)


def _sides(target: Partial) -> set[str]:
    return {name for side in sides(target) if (name := head(side)) is not None}
