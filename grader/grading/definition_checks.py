"""What an answer defines for itself -> whether that says what its names are: ``q = q + 1`` does not.

At the right of its own line a name is what an earlier line made of it; without one, even where it is the model's
(``yhat = softmax(yhat)``), nobody knows what was meant. A name used before its line is what its last line makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.expression.language.nodes import Expression, Partial, Symbol, children, head, walk
from grader.expression.reading.read import MAX_TREE, Reading
from grader.problems import Problem
from grader.solver.key import SolvedQuestion


@dataclass(frozen=True, slots=True)
class _Line:
    """A definition: how deep its formula is by itself, and how deep in it other lines' names stand, by their place."""

    name: str
    left: Expression
    deep: int
    uses: Mapping[int, int]


def problem_of_definitions(reading: Reading) -> Problem | None:
    """The first line that leads back to itself, or a Problem where formulas put in each other nest too deep."""
    lines = _lines(reading)
    depths: dict[int, int] = {}
    waiting = dict(enumerate(lines))
    while ready := [at for at, line in waiting.items() if line.uses.keys() <= depths.keys()]:
        for at in ready:
            line = waiting.pop(at)
            depths[at] = max([line.deep, *(level - 1 + depths[other] for other, level in line.uses.items())])
    for at, line in waiting.items():
        if _leads_to(at, lines):
            message = f"'{line.name}' is defined by itself"
            return Problem(message, "write what it is", span=line.left.span, text=reading.text)
    if max(depths.values(), default=0) > MAX_TREE:
        hint = f"at most {MAX_TREE} levels, with the definitions put in"
        return Problem("this is nested too deep", hint, span=reading.chain[-1].span, text=reading.text)
    return None


def _lines(reading: Reading) -> list[_Line]:
    """The definitions in their order, and the answer as the last line; derivatives are put into the answer alone."""
    pairs = [pair for pair in reading.definitions if head(pair[0]) is not None]
    names = [head(left) or "" for left, _ in pairs]
    last = {name: at for at, name in enumerate(names)}
    derivatives = {head(left) for left, _ in pairs if isinstance(left, Partial)}
    earlier: dict[str, int] = {}
    lines = []
    for at, (left, right) in enumerate((*pairs, (Symbol(""), reading.chain[-1]))):
        deep, levels = _levels(right)
        used = levels.keys() - derivatives if at < len(pairs) else levels.keys()
        meant = {name: earlier.get(name, last.get(name)) for name in used}
        own = names[at] if at < len(names) else ""
        uses = {other: levels[name] for name, other in meant.items() if other is not None}
        lines.append(_Line(own, left, deep, uses))
        earlier[own] = at
    return lines


def _levels(formula: Expression) -> tuple[int, dict[str, int]]:
    """How deep a formula is, and the deepest place in it of each name and derivative."""
    deepest, levels = 0, dict[str, int]()
    pending = [(formula, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        name = head(node) if isinstance(node, Symbol | Partial) else None
        if name is not None:
            levels[name] = max(level, levels.get(name, 0))
        pending += [(child, level + 1) for child in children(node)]
    return deepest, levels


def _leads_to(start: int, lines: list[_Line]) -> bool:
    """Whether a line leads back to itself."""
    found: set[int] = set()
    pending = [start]
    while pending:
        for other in lines[pending.pop()].uses:
            if other == start:
                return True
            if other not in found:
                found.add(other)
                pending.append(other)
    return False


def left_open(question: SolvedQuestion, reading: Reading, answer: Expression) -> Problem | None:
    """A name that only the answer itself defines, still in it: at other indices than it is used at, say."""
    known = {*question.graph.axes, *question.graph.sizes, *(short for short, _ in question.graph.notation)}
    own = {name for left, _ in reading.definitions if (name := head(left)) is not None} - known
    for item in walk(answer) if own else ():
        if isinstance(item, Symbol) and item.name in own:
            message = f"'{item.name}' is used otherwise than it is defined"
            return Problem(message, "use it as it stands where it is defined", span=item.span, text=reading.text)
    return None
