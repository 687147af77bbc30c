r"""A formula of a document -> the text to judge: its left side, and what the document says its names mean.

``\delta x^\top`` below ``\delta = \hat y - y`` is ``\delta x^\top, where \delta = \hat y - y``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from grader.document.equation_lines import Equations, Side
from grader.grading.derivation.bound_names import definitions_for
from grader.grading.derivation.labelled import Labelled
from grader.grading.derivation.left_sides import Named, asked_by, named_by
from grader.results import PartResult
from grader.solver.key import AnswerKey
from grader.work import ANSWER, TooMuchWork, at_hand

JudgeOfTexts: TypeAlias = Callable[[AnswerKey, str, str], PartResult]  # a part and a text to what becomes of it
DOCUMENT = 4 * ANSWER  # units of work for all that is judged to read one document
_DRESS = re.compile(r"\\(?:boxed|fbox|underline|mathcolor\{\w+\}|color\{\w+\}|textcolor\{\w+\})\s*")
_ADJOINT = re.compile(r"(?:d|grad|g|delta)_?([A-Za-z]\w{0,12})")
_ASSIGNED = re.compile(r"([A-Za-z_]\w{0,40})\s*=(?!=)")
_INDENTED = re.compile(r"\s+\S")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w{0,40}")
MOST_CARRIED = 12  # lines of earlier cells that a piece of code may lean on


@dataclass(frozen=True, slots=True)
class SeenChain:
    """A chain, by its number `at`, with what speaks for a part: its label, what it names, what was asked before it.

    `binds`: it says what a name of the student's own means. Of code, an assignment with the lines before it.
    """

    at: int
    chain: Equations
    label: Labelled
    named: Named
    hint: frozenset[str]
    binds: bool = False


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What a formula is read in: the key, the chains round it, and the names of the model that they use otherwise.

    `judge` says what becomes of a text. `redefined` are pairs of the number of a chain and the names that it says are
    something else; `order` are the parts by question in the rubric's order, where that counts.
    """

    key: AnswerKey
    chains: Sequence[Equations]
    judge: JudgeOfTexts
    redefined: tuple[tuple[int, frozenset[str]], ...] = ()
    order: tuple[tuple[str, ...], ...] = ()

    def own(self, one: SeenChain) -> frozenset[str]:
        """The names that a chain uses otherwise than the model: as said before it, or under its label."""
        return frozenset(
            name
            for at, names in self.redefined
            if at <= one.at or self.chains[at].marks == one.chain.marks
            for name in names
        )

    def text(self, one: SeenChain, side: Side, part: str, derivatives: bool = False) -> str:
        """The text to judge: definitions first, then the side under its left side where it names the part."""
        if one.chain.code:
            before = [line for chain in self.chains[: one.at] if chain.code for line in chain.sides[0].text.split("\n")]
            return "\n".join((*_assigned_before(self.key, before, side.text), side.text))
        formula = _DRESS.sub("", side.text).rstrip(" .,;")
        if part in one.named.parts:
            formula = f"{one.chain.left} = {formula}"
        known = definitions_for(self.key, self.chains, one.at, side.text, derivatives, part)
        if known and part not in one.named.parts:
            where = r"\text{ where }" if "\\" in formula else "where"
            return f"{formula}, {where} {', '.join(known)}"
        return "\n".join((*known, formula))


def _assigned_before(key: AnswerKey, before: Sequence[str], text: str) -> list[str]:
    """The lines of earlier cells that assign names which code uses, and which neither it nor the model has."""
    model = {
        name for question in key.questions for one in question.question.model.names for name in (one.name, *one.aliases)
    }
    last = {found[1]: at for at, line in enumerate(before) if (found := _ASSIGNED.match(line)) and _is_alone(line)}
    needed, pending = set[int](), [text]
    while pending and len(needed) < MOST_CARRIED:
        code = re.sub(r"#.*", "", pending.pop())
        own = set(_ASSIGNED.findall(code))
        for name in set(_NAME.findall(code)) - own - model & last.keys():
            # with the loop that fills it
            lines = range(last[name], _end(before, last[name], name))
            if last[name] not in needed:
                needed.update(lines)
                pending.append("\n".join(before[at].partition("=")[2] or before[at] for at in lines))
    return [before[at] for at in sorted(needed)]


def _is_alone(line: str) -> bool:
    """Whether a line of code is a statement of its own, which draws nothing by chance."""
    whole = all(line.count(one) == line.count(other) for one, other in ("()", "[]", "{}"))
    return whole and not re.search(r"\blambda\b|\brandom\b|\\\s*$", line)


def within_document() -> None:
    """Raise TooMuchWork where reading a document has cost more than one may: between judgements, so in none of them."""
    if at_hand().spent > DOCUMENT:
        raise TooMuchWork(f"more than {DOCUMENT:,} units of work for a document")


def _named_in_code(key: AnswerKey, name: str) -> Named:
    """What a name that code assigns stands for: ``dW`` and ``grad_W`` are derivatives by W."""
    left = named_by(key, name)
    adjoint = _ADJOINT.fullmatch(name)
    return Named(asked_by(key, adjoint[1])) if adjoint and not left.parts else left


def in_code(key: AnswerKey, at: int, chain: Equations, label: Labelled, hint: frozenset[str]) -> list[SeenChain]:
    """The names of targets that a cell of code assigns, each as it is in the end; all of the cell where it has none."""
    lines = chain.sides[0].text.split("\n")
    found: list[SeenChain] = []
    assigned = _assignments(lines)
    for number, name in assigned.items():
        left = _named_in_code(key, name)
        if left.parts:
            place = replace(chain.place, line=chain.place.line + number)
            side = Side("\n".join(lines[: _end(lines, number, name)]), place)
            found.append(SeenChain(at, replace(chain, sides=(side,), place=place), label, left, hint))
    last = next(reversed(assigned), None)
    # a forward pass answers nothing
    if not found and last is not None and _is_last(lines, last) and named_by(key, assigned[last]).other:
        return []
    return found or [SeenChain(at, chain, label, Named(), hint)]


def _is_last(lines: Sequence[str], number: int) -> bool:
    """Whether nothing but comments stands behind a line of code."""
    return not any(line.strip() and not line.lstrip().startswith("#") for line in lines[number + 1 :])


def _assignments(lines: Sequence[str]) -> dict[int, str]:
    """The names that lines of code assign, by the number of the last line that does so."""
    last = {found[1]: number for number, line in enumerate(lines) if (found := _ASSIGNED.match(line))}
    return {number: name for name, number in sorted(last.items(), key=lambda pair: pair[1])}


def last_assigned(code: str) -> str:
    """The name that the last assignment at the margin gives a value; "" where there is none."""
    return next(reversed(_assignments(code.split("\n")).values()), "")


def names_leaned_on(code: str) -> frozenset[str]:
    """The names that the last assignment of a piece of code needs, and what those need themselves."""
    needed = {last_assigned(code)}
    for line in reversed(code.split("\n")):
        name, sign, value = line.partition("=")
        if sign and not needed.isdisjoint(_NAME.findall(name)[:1]):
            needed.update(_NAME.findall(value))
    return frozenset(needed)


def _end(lines: Sequence[str], number: int, name: str) -> int:
    """Behind the last line that changes a name: ``dW /= m``, or a loop that adds to it."""
    changes = re.compile(rf"\s*{re.escape(name)}\s*(?:\[[^\]]*\]\s*)?[-+*/@]?=(?!=)")
    end = max((at for at, line in enumerate(lines) if at >= number and changes.match(line)), default=number) + 1
    if end - 1 > number or _INDENTED.match(lines[end - 1]):
        while end < len(lines) and _INDENTED.match(lines[end]):
            end += 1
    return end
