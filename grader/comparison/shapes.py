"""What is said of an answer's shape: in size symbols, as the transpose of the gradient, or by its entries.

A 3x4 answer at a draw with d = 3 and C = 4 is told to be ``d x C``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.expression.evaluation.values import Value
from grader.expression.language.nodes import Expression, Partial, Symbol, head, sides
from grader.results import Decision, Note, NoteKind, Verdict
from grader.solver.runs import Run

_SHAPE = re.compile(r"\d+(?:x\d+)+|(?<=^this is )\d+|(?<= is )\d+\b|(?<= of )\d+\b|(?<=1\.\.)\d+")
MAX_NAMED = 6
DECISIONS = {"review": Decision.UNDECIDED, "accept": Decision.EQUIVALENT, "wrong": Decision.NOT_EQUIVALENT}
LAYOUTS = {
    "review": "Your answer is the transpose of the gradient.",
    "accept": "Your answer is the transpose of the gradient as this course lays it out.",
    "wrong": "Your answer is right but for its layout: it is the transpose of the gradient.",
}
SHAPES = {
    "review": "Your answer is right once {}.",
    "accept": "Your answer is right, once {}.",
    "wrong": "Your answer is right but for its shapes: it is right once {}.",
}


def in_symbols(text: str, sizes: Mapping[str, int]) -> str:
    """Shapes in a message with the size symbols for the numbers drawn for them."""
    names = {str(number): name for name, number in sizes.items()}

    def name(match: re.Match[str]) -> str:
        return " x ".join(names.get(part, part) for part in match[0].split("x"))

    return _SHAPE.sub(name, text)


def shape_message(answer: Value, truth: Value, target: Expression, run: Run) -> str | None:
    """``This is d x C, the gradient of W has W's shape C x d.``; None where letters are in play."""
    if answer.letters or truth.letters:
        return None
    mine, wanted = (_named(value.shape, run.sizes) for value in (answer, truth))
    below = sides(target)[-1]
    if isinstance(target, Partial) and isinstance(below, Symbol) and len(sides(target)) == 2:
        numerator = run.values.get(head(target.numerator) or "")
        if numerator is not None and numerator.ndim == 1:
            return f"This is {mine}; the gradient with respect to {below.name} has its shape, {wanted}."
    return f"This is {mine}; the answer asked for is {wanted}."


def shape_in_symbols(value: Value, run: Run) -> str:
    """``n x n``, or ``indexed by i, j`` with what is at each index."""
    own = _named(value.shape, run.sizes)
    return f"indexed by {', '.join(value.letters)}, {own} at each" if value.letters else own


def _named(shape: Sequence[int], sizes: Mapping[str, int]) -> str:
    names = {number: name for name, number in sizes.items()}
    if not shape:
        return "a scalar"
    if len(shape) == 1:
        return f"a vector of {names.get(shape[0], shape[0])} entries"
    return " x ".join(str(names.get(number, number)) for number in shape)


def transposed_verdict(verdict: Verdict, found: Verdict, layout: str) -> Verdict:
    """The verdict on an answer whose transpose was `found` right, as the rubric's layout has it.

    `verdict` is the one on the answer as it stands, whose evidence counts where it is wrong.
    """
    evidence = verdict.evidence if layout == "wrong" else found.evidence
    return Verdict(DECISIONS[layout], Note(NoteKind.TRANSPOSED), evidence, LAYOUTS[layout])


def repaired_verdict(verdict: Verdict, found: Verdict, detail: str, once: str, shapes: str) -> Verdict:
    """The verdict on an answer that was `found` right once something is done to it, as the rubric's `shapes` has it."""
    evidence = verdict.evidence if shapes == "wrong" else found.evidence
    return Verdict(DECISIONS[shapes], Note(NoteKind.REPAIRED, detail), evidence, SHAPES[shapes].format(once))


def entries_message(right: Iterable[tuple[tuple[int, ...], bool]]) -> str:
    """Which entries of an array are wrong, where some are right: ``3 of 4 entries are right; look at (2, 1).``"""
    found = list(right)
    wrong = [place for place, ok in found if not ok]
    if not wrong or len(wrong) == len(found):
        return ""
    shown = ", ".join("(" + ", ".join(str(n + 1) for n in place) + ")" for place in wrong[:MAX_NAMED])
    more = " and others" if len(wrong) > MAX_NAMED else ""
    return f"{len(found) - len(wrong)} of {len(found)} entries are right; look at {shown}{more}."
