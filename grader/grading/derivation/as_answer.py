"""A chain of a document as the answer to a part: the last of its sides that reads, and whether that is right."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.document.equation_lines import MOST_SIDES, Side
from grader.grading.derivation.in_context import ReadingContext, SeenChain, within_document
from grader.grading.derivation.left_sides import Named
from grader.results import NoteKind, Outcome, PartResult


@dataclass(frozen=True, slots=True)
class JudgedSide:
    """A side of a chain as the answer to a part: the text judged, and whether a side behind it could not be read."""

    side: Side
    text: str
    result: PartResult
    behind: bool

    @property
    def right(self) -> bool:
        """Whether it is the answer that the part asks for."""
        return self.result.verdict is Outcome.CORRECT


def judged_side(context: ReadingContext, part: str, one: SeenChain) -> JudgedSide | None:
    """The last side of a chain that reads."""
    for back, side in enumerate(reversed(one.chain.sides[-MOST_SIDES:])):
        within_document()
        text = context.text(one, side, part)
        result = context.judge(context.key, part, text)
        if result.note.kind is NoteKind.CHAIN_RULE_ONLY:
            # its derivatives may be worked out elsewhere
            whole = context.text(one, side, part, derivatives=True)
            if whole != text and (found := context.judge(context.key, part, whole)).verdict is Outcome.CORRECT:
                return JudgedSide(side, whole, found, back > 0)
        if result.verdict is not Outcome.UNREADABLE:
            return JudgedSide(side, text, result, back > 0)
    return None


def is_right(context: ReadingContext, one: SeenChain, part: str) -> bool:
    """Whether a chain is the right answer to a part, under its left side."""
    found = judged_side(context, part, one)
    return found is not None and found.right


def value_of(context: ReadingContext, one: SeenChain, part: str) -> tuple[Side, bool] | None:
    """The last side that reads, without its left side, and whether it is right for a part."""
    found = judged_side(context, part, unnamed(one))
    return None if found is None else (found.side, found.right)


def unnamed(one: SeenChain) -> SeenChain:
    """A chain without what its left side names."""
    return replace(one, named=Named())
