"""What an answer defines for itself -> whether that says what its names are: ``q = q + 1`` does not.

At the right of its own line a name is what an earlier line made of it; without one, even where it is the model's
(``yhat = softmax(yhat)``), nobody knows what was meant. A name used before its line is what its last line makes of it.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass

from grader.expression.language.nodes import Expression, Partial, Symbol, children, head, indices, walk
from grader.expression.reading.read import MAX_TREE, Reading
from grader.grading.definitions import letters_of, short_for_entry
from grader.problems import Problem
from grader.solver.key import SolvedQuestion


@dataclass(frozen=True, slots=True)
class _Line:
    """A definition, and by their places the lines that it is made of: by each name in it, and all of them."""

    name: str
    left: Expression
    right: Expression
    meant: Mapping[str, frozenset[int]]
    uses: frozenset[int]


def problem_of_definitions(reading: Reading) -> Problem | None:
    """The first line that leads back to itself, or a Problem where formulas put in each other nest too deep."""
    lines = _lines(reading)
    depths = _depths(lines)
    for at, line in enumerate(lines):
        if at not in depths and _leads_to(at, lines):
            message = f"'{line.name}' is defined by itself"
            return Problem(message, "write what it is", span=line.left.span, text=reading.text)
    if max(depths.values(), default=0) > MAX_TREE:
        hint = f"at most {MAX_TREE} levels, with the definitions put in"
        return Problem("this is nested too deep", hint, span=reading.chain[-1].span, text=reading.text)
    return None


def _lines(reading: Reading) -> list[_Line]:
    """The definitions in their order, and the answer as the last line; derivatives are put into the answer alone.

    A name means a line of any kind, of an entry (``(a)_{1} = 2``) too; and the one that is put in, if that is another.
    """
    pairs = [
        (left, right)
        for left, right in reading.definitions
        if head(left) is not None and not short_for_entry(left, right)
    ]
    numbered = [(head(left) or "", at, letters_of(left) is not None) for at, (left, _) in enumerate(pairs)]
    of_any = ChainMap[str, int]({}, {name: at for name, at, _ in numbered})  # what stands by now, or else the last
    of_whole = ChainMap[str, int]({}, {name: at for name, at, whole in numbered if whole})
    derivatives = {head(left) for left, _ in pairs if isinstance(left, Partial)}
    lines = []
    for (left, right), (own, at, whole) in zip(
        (*pairs, (Symbol(""), reading.chain[-1])), (*numbered, ("", len(pairs), False)), strict=True
    ):
        names = {head(node) or "" for node in walk(right) if isinstance(node, Symbol | Partial)}
        used = names - derivatives if at < len(pairs) else names
        meant = {
            name: frozenset(known[name] for known in (of_any, of_whole) if name in known)
            for name in used & of_any.keys()
        }
        lines.append(_Line(own, left, right, meant, frozenset[int]().union(*meant.values())))
        of_any[own] = at
        if whole:
            of_whole[own] = at
    return lines


def _depths(lines: list[_Line]) -> dict[int, int]:
    """How deep each line is with the others put in; without those that lead into a circle."""
    depths: dict[int, int] = {}
    waiting = dict(enumerate(lines))
    while ready := [at for at, line in waiting.items() if line.uses <= depths.keys()]:
        for at in ready:
            line = waiting.pop(at)
            known = {name: max(map(depths.__getitem__, others)) for name, others in line.meant.items()}
            depths[at] = _depth(line.right, known)
    return depths


def _depth(formula: Expression, known: Mapping[str, int]) -> int:
    """How deep a formula is at most with its names put in, which are so deep; and their indices in their place."""
    kept: dict[int, int] = {}
    pending = [formula]
    while pending:
        node = pending[-1]
        if below := [child for child in children(node) if id(child) not in kept]:
            pending += below
            continue
        pending.pop()
        plain = 1 + max((kept[id(child)] for child in children(node)), default=0)
        own, places = known.get(head(node) or "", 0), [kept[id(index)] for index in indices(node)]
        kept[id(node)] = max(plain, own + max(places, default=1) - 1) if own else plain
    return kept[id(formula)]


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
