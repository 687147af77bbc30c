r"""Letters for a size that nothing declares: ``\frac{1}{N} \sum_{i=1}^N y_i`` divides by the m of ``y: [m]``.

A bound names the size of the axes that its index enters; elsewhere in the answer the letter then means that size.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import Expression, Indexed, Reduce, Symbol, rebuild, walk
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.spelling.spelled import Spellings


def sizes(p: Cursor) -> dict[str, Expression]:
    """The size that is meant by each letter of `Cursor.ranges`; a letter that counts two axes stays unknown."""
    assert p.table is not None
    meant: dict[str, Expression] = {}
    for name, sums in p.ranges.items():
        axes = {axis for item in sums for axis in _entered(p.table, item)}
        axis = axes.pop() if len(axes) == 1 else "?"
        read_as = p.renamed[name][0] if name in p.renamed else name
        if axis in ("?", read_as) or name in p.bound or read_as in p.used:
            continue
        meant[read_as] = size_formula(axis)
        message = f"the name '{name}' is not known here"
        if p.renamed.pop(name, None) or any(problem.message == message for problem in p.problems):
            p.note(f"renamed:{name}->{axis}")  # a capital N is no n where it counts another axis
        p.notes[:] = [note for note in p.notes if note != f"case:{name}->{read_as}"]
        p.problems[:] = [problem for problem in p.problems if problem.message != message]
    return meant


def sized(side: Expression, meant: Mapping[str, Expression]) -> Expression:
    """`side` with sizes for the letters that mean them."""
    if isinstance(side, Symbol):
        return meant.get(side.name, side)
    return rebuild(side, lambda child: sized(child, meant))


def _entered(table: Spellings, node: Reduce) -> set[str]:
    """The sizes of the axes that the letter of a sum enters."""
    found = set()
    for item in walk(node.body):
        if isinstance(item, Indexed) and isinstance(item.base, Symbol):
            declared, series = table.exact.get(item.base.name), table.series.get(item.base.name)
            axes = declared.axes if declared else (str(max(series.names)),) if series else ()
            found |= {axis for axis, place in zip(axes, item.indices, strict=False) if place == Symbol(node.letter)}
    return found
