"""The chains of a document -> what speaks for the parts that they may answer: labels, left sides, the prose before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.document.equation_lines import Equations, Side
from grader.grading.derivation.bound_names import is_free
from grader.grading.derivation.homes import asked_in, titled
from grader.grading.derivation.labelled import Labelled, parts_of
from grader.grading.derivation.left_sides import Named, asked_by, is_derivative, named, named_by
from grader.solver.key import AnswerKey
from grader.submission.labels import PartNames

_ADJOINT = re.compile(r"(?:d|grad|g|delta)_?([A-Za-z]\w{0,12})")


@dataclass(frozen=True, slots=True)
class SeenChain:
    """A chain with its number and what speaks for its parts; `binds`: its left side is a name of the student's own."""

    at: int
    chain: Equations
    label: Labelled
    named: Named
    hint: frozenset[str]
    binds: bool = False


def seen_chains(key: AnswerKey, chains: tuple[Equations, ...], names: PartNames) -> list[SeenChain]:
    """The chains with what speaks for a part; a derivative in a sentence is what the next ones are about."""
    found: list[SeenChain] = []
    hint: frozenset[str] = frozenset()
    marks: object = None
    ends = -1  # the paragraph with which a hint ends
    for at, chain in enumerate(chains):
        if chain.marks != marks or 0 <= ends < chain.paragraph:
            marks, hint, ends = chain.marks, frozenset(), -1
        label = parts_of(chain.marks, names)
        hint = asked_in(key, chain.before) or hint or titled(key, chain.marks)
        if chain.alone and not chain.code:
            about = named(key, chain.sides[0].text)
            if about.parts:
                hint = about.parts
                # a quantity is spoken of in many places, a derivative where it is asked for
                ends = -1 if is_derivative(chain.sides[0].text) else chain.paragraph + 1
            if about.parts or chain.inline:
                continue
        if chain.code:
            found += _in_code(key, at, chain, label, hint)
            continue
        left = named_by(key, chain.left) if chain.left else Named()
        binds = bool(chain.left) and not (left.parts or left.other) and is_free(key, chain.left)
        found.append(SeenChain(at, chain, label, left, hint, binds))
    return found


def _in_code(key: AnswerKey, at: int, chain: Equations, label: Labelled, hint: frozenset[str]) -> list[SeenChain]:
    """The assignments of a cell of code whose names are targets, each with the lines before it; else all of it."""
    lines = chain.sides[0].text.split("\n")
    found: list[SeenChain] = []
    for number, line in enumerate(lines):
        assigned = re.match(r"([A-Za-z_]\w*)\s*=(?!=)", line)
        left = named_by(key, assigned[1]) if assigned else Named()
        adjoint = _ADJOINT.fullmatch(assigned[1]) if assigned else None
        if adjoint and not left.parts:
            left = Named(asked_by(key, adjoint[1]))
        if left.parts:
            place = replace(chain.place, line=chain.place.line + number)
            side = Side("\n".join(lines[: number + 1]), place)
            found.append(SeenChain(at, replace(chain, sides=(side,), place=place), label, left, hint))
    return found or [SeenChain(at, chain, label, Named(), hint)]
