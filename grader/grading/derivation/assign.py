"""A document's chains -> the final answer of each part, and what was not used.

Evidence, surest first: a left side that a part asks for; the label above; what the prose before asks for. A label and a
left side that conflict are settled by the value if it is one of the two; what only a value speaks for goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.document.author_macros import with_macros_in
from grader.document.equation_lines import Equations, Side, chains_of
from grader.document.written_blocks import WrittenAt, WrittenDocument
from grader.grading.derivation.as_answer import JudgedSide, is_right, judged_side, unnamed, value_of
from grader.grading.derivation.asides import is_aside, is_case
from grader.grading.derivation.bound_names import is_free
from grader.grading.derivation.candidates import candidates
from grader.grading.derivation.homes import asked_in, titled
from grader.grading.derivation.in_context import JudgeOfTexts, ReadingContext, SeenChain, in_code
from grader.grading.derivation.labelled import parts_of, with_labels
from grader.grading.derivation.left_sides import Named, is_derivative, named, named_by, redefines, uses
from grader.grading.grade import grade_answer
from grader.results import NoteKind, Outcome
from grader.solver.key import AnswerKey
from grader.submission.labels import PartNames

MOST_CHAINS = 600  # of one document; an honest one has a hundred
MOST_READ = 24  # chains that may answer one part, the last ones; an honest document has a few


@dataclass(frozen=True, slots=True)
class Final:
    """The final answer of a part: the `text` to judge, the line as written and its place, how it was assigned.

    `doubt` says why a person must look; `own` are the chains that answer the part.
    """

    part: str
    text: str
    line: str
    place: WrittenAt
    by: str
    doubt: str = ""
    own: tuple[SeenChain, ...] = ()

    @property
    def chains(self) -> tuple[int, ...]:
        """The chains that answer the part, by number."""
        return tuple(dict.fromkeys(one.at for one in self.own))


@dataclass(frozen=True, slots=True)
class Assigned:
    """The finals by part in the rubric's order, all chains as they were seen, and which of them serve no part."""

    finals: tuple[Final, ...]
    context: ReadingContext
    seen: tuple[SeenChain, ...]
    unused: tuple[int, ...] = ()
    left_out: int = 0

    def shown(self, number: int) -> tuple[WrittenAt, str]:
        """Where a chain stands, and its text in one line."""
        chain = self.context.chains[number]
        return chain.place, " = ".join(
            " ".join(text.split()) for text in (chain.left, *(one.text for one in chain.sides)) if text
        )


def assign(
    key: AnswerKey,
    document: WrittenDocument,
    names: PartNames,
    part: str = "",
    scan: Callable[[tuple[Equations, ...]], tuple[Equations, ...]] | None = None,
    judge: JudgeOfTexts | None = None,
) -> Assigned:
    """Assign the chains of a document to the parts of the rubric; `part` is what it answers before its first label.

    Of a `scan` the chains are made first what they were on the paper; labels may be lost there, and what a name is said
    to be may be misread: the order of the parts settles what would be left open. Another `judge` than the grader's own
    tells what reads from what does not, and nothing by value.
    """
    blocks = with_labels(with_macros_in(document), names, part, scan is not None)
    chains = tuple(one for one in chains_of(blocks) if not one.struck)
    chains = scan(chains) if scan else chains
    chains = _answers_only(chains)
    many, chains = len(chains), chains[:MOST_CHAINS]
    seen = _seen(key, chains, names)
    redefined = () if scan or judge else tuple((one.at, own) for one in seen if (own := _own(key, one)))
    order = tuple(tuple(part.part.id for part in one.parts) for one in key.questions) if scan else ()
    context = ReadingContext(key, chains, judge or grade_answer, redefined, order)
    finals: dict[str, Final] = {}
    answering = candidates(context, seen)
    finals |= _under_another_name(context, answering, names)
    for part, found in answering.items():
        final = _final(context, part, found)
        if final is not None:
            finals[part] = final
    _settle_conflicts(context, seen, finals)
    return Assigned(
        tuple(finals[part] for part in names.ids if part in finals),
        context,
        tuple(seen),
        _unused(seen, finals),
        many - len(chains),
    )


def _own(key: AnswerKey, one: SeenChain) -> frozenset[str]:
    """The names of the model that an equation says are something else, where it is no special case."""
    if one.chain.code or not one.chain.left or one.named.parts or one.named.formula or not one.named.other:
        return frozenset()
    # of a chain whose first side is the model's, the others are lines, right or wrong
    if is_aside(one) or (len(one.chain.sides) > 1 and not redefines(key, one.chain.left, one.chain.sides[0].text)):
        return frozenset()
    return redefines(key, one.chain.left, one.chain.sides[-1].text)


def _unused(seen: list[SeenChain], finals: Mapping[str, Final]) -> tuple[int, ...]:
    """The chains that served no part: not theirs, no work under their labels, nothing that the model or a name says."""
    used = {number for final in finals.values() for number in final.chains}
    places = {one.chain.marks for one in seen if one.at in used}
    return tuple(
        dict.fromkeys(
            one.at
            for one in seen
            if one.at not in used
            and (
                _names_missing(one, finals)
                or (
                    not (one.named.other or one.binds or one.chain.code or one.chain.inline)
                    and one.chain.marks not in places
                )
            )
        )
    )


def _names_missing(one: SeenChain, finals: Mapping[str, Final]) -> bool:
    """Whether a chain says what a part asks for that no chain was found to answer."""
    return bool(one.named.parts) and not one.chain.alone and one.named.parts.isdisjoint(finals)


def _answers_only(chains: tuple[Equations, ...]) -> tuple[Equations, ...]:
    """Without the question's own text: what stands under a label outside of the answer that is set off there."""
    answered = {one.marks for one in chains if one.answer}
    return tuple(one for one in chains if one.answer or one.marks not in answered)


def _seen(key: AnswerKey, chains: tuple[Equations, ...], names: PartNames) -> list[SeenChain]:
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
            found += in_code(key, at, chain, label, hint)
            continue
        left = named_by(key, chain.left) if chain.left else Named()
        binds = bool(chain.left) and not (left.parts or left.other) and is_free(key, chain.left)
        found.append(SeenChain(at, chain, label, left, hint, binds))
    return found


def _final(context: ReadingContext, part: str, candidates: list[SeenChain]) -> Final | None:
    """The final answer among the chains of a part."""
    # what a sentence says in passing where another part is answered gives way
    shown = {one.chain.marks for one in candidates if not one.chain.inline}
    candidates = [one for one in candidates if not one.chain.inline or not shown or one.chain.marks in shown]
    boxed = [one for one in candidates if one.chain.boxed]
    plain = [one for one in candidates if not _is_aside(context, one)]
    kept = (boxed or plain or candidates)[-MOST_READ:]
    read = [(one, found) for one in kept if (found := judged_side(context, part, one)) is not None]
    # one that only names what is asked for gives way to any other
    read = [pair for pair in read if pair[1].result.note.kind is not NoteKind.RESTATED] or read
    # code that repeats a formula tests it
    written = [pair for pair in read if not pair[0].chain.code]
    read = written if any(_is_finished(found) for _, found in written) else read
    own = tuple((plain or candidates)[-MOST_READ:])
    if not read:
        one = kept[-1]
        side = one.chain.sides[-1]
        return Final(part, context.text(one, side, part), side.text, side.place, _by(one, part), "", own)
    one, last = read[-1]
    doubt = ""
    for chain, before in read[:-1]:
        if before.right != last.right and _is_finished(before) and not is_case(chain):
            doubt = "two final answers of different value"
    if not last.right and is_case(one):
        doubt = "the words before it say where alone it holds"
    if not last.right and (own_names := context.own(one)) and uses(context.key, part, last.side.text, own_names):
        doubt = doubt or "it uses a name that your document defines otherwise than the question"
    if last.behind and not last.right:
        doubt = "the last line could not be read"
    if one.chain.code and last.result.note.kind is NoteKind.NOT_EVALUATED:
        doubt = doubt or "it is code, and no line says the number that it gives"
    if len(candidates) > MOST_READ:
        doubt = doubt or "more formulas may answer this part than are read"
    if not one.named.parts and not one.label.exact and not one.hint:
        doubt = doubt or "the label may mean several parts"
    if one.label.reread and not one.named.parts and not one.hint:
        doubt = doubt or "its label could not be read as it stands in the scan"
    return Final(part, last.text, last.side.text, last.side.place, _by(one, part), doubt, own)


def _is_finished(found: JudgedSide) -> bool:
    """Whether a formula is an answer as it stands, right or wrong, and no set-up."""
    setup = (NoteKind.CHAIN_RULE_ONLY, NoteKind.NOT_EVALUATED, NoteKind.RESTATED)
    return found.result.note.kind not in setup and found.result.verdict is not Outcome.UNDECIDED


def _is_aside(context: ReadingContext, one: SeenChain) -> bool:
    """Whether a chain is a special case, or a number where a formula is asked for."""
    number = not one.chain.code and not re.search(r"[A-Za-zα-ω\\]", one.chain.sides[-1].text)
    if number and not any(question.numeric for question in context.key.questions):
        return True
    return is_aside(one)


def _by(one: SeenChain, part: str) -> str:
    return "left_side" if part in one.named.parts else "label" if one.label.exact else "matching"


def _under_another_name(
    context: ReadingContext, candidates: dict[str, list[SeenChain]], names: PartNames
) -> dict[str, Final]:
    """Chains with the left side of a part that has others, whose value is that of a part that has none: a person's.

    They are taken from the part that they name.
    """
    finals: dict[str, Final] = {}
    for part in names.ids:
        if part in candidates or part in names.by_hand:
            continue
        for named_part, chains in candidates.items():
            for one in chains[-MOST_READ:] if len(chains) > 1 else ():
                found = value_of(context, one, part) if one.named.parts and not one.chain.code else None
                if found is None or not found[1] or is_right(context, one, named_part):
                    continue
                side, doubt = found[0], "its left side names another part"
                finals[part] = Final(
                    part, _bare(context, one, side), side.text, side.place, "matching", doubt, (unnamed(one),)
                )
                candidates[named_part] = [other for other in chains if other is not one]
                break
            if part in finals:
                break
    return finals


def _settle_conflicts(context: ReadingContext, seen: list[SeenChain], finals: dict[str, Final]) -> None:
    """Chains under a label of a part without an answer, whose left side names another part: the value decides."""
    for one in seen:
        asked = one.label.parts if one.label.exact else one.hint if len(one.hint) == 1 else frozenset()
        if not one.named.parts or one.label.reread or (asked | one.label.family) & one.named.parts:
            continue
        for part in sorted(asked):
            if part in finals:
                continue
            found = value_of(context, one, part)
            if found is None:
                continue
            side, right_here = found
            there = [other for other in sorted(one.named.parts) if (at := value_of(context, one, other)) and at[1]]
            if right_here and not there:
                finals[part] = Final(
                    part, _bare(context, one, side), side.text, side.place, "matching", "", (unnamed(one),)
                )
                for other in one.named.parts:
                    if other in finals and finals[other].chains == (one.at,):
                        del finals[other]
            elif not there:
                doubt = "its left side names another part"
                finals[part] = Final(
                    part, _bare(context, one, side), side.text, side.place, "label", doubt, (unnamed(one),)
                )


def _bare(context: ReadingContext, one: SeenChain, side: Side) -> str:
    return context.text(unnamed(one), side, "")
