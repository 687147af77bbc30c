"""The verdict on one reading of an answer: its value against the target's, and what leaves that in doubt.

``dL/ds_k = -sum_l m_l`` of a class k is one entry where any is asked for: a person decides.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.comparison.implied_indices import index_letters
from grader.comparison.judge import judge
from grader.comparison.target import Target, unfinished
from grader.expression.algebra.construct import free_symbols
from grader.expression.language.nodes import (
    ONE,
    Again,
    Expression,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
    rebuild,
    rewritten,
    symbols,
)
from grader.expression.reading.grammar.bound_letters import PAIRS
from grader.expression.reading.grammar.rules.brackets import LISTED
from grader.expression.reading.prose_words import plain_spelling
from grader.expression.reading.read import Reading
from grader.expression.reading.remarks import IN_WORDS
from grader.grading.answers import at_a_place, leaves_axes, leaves_out_letters, with_letters_of, with_own_partials
from grader.grading.by_cases import other_answers
from grader.grading.read_otherwise import read_otherwise
from grader.grading.readings import CALLED
from grader.grading.rubric_letters import counts_otherwise
from grader.grading.taken_in import Spelled, is_chain_rule, said_beside, says_more, set_beside
from grader.results import NOTES, Decision, Note, NoteKind, Verdict, undecided
from grader.solver.key import SolvedPart, SolvedQuestion

# words by which a name is how many there are of something
_COUNTED = r"(?:number|count|size|dimension)"
# words by which a set is a part of all that there is
_PROPER = r"(?:with|where|which|such|whose|satisfying|misclassified|active|violating|violated|inside|wrong)"
# signs of code, in which a star multiplies entry by entry
_CODE = re.compile(r"\*\*|[\w)\]] ?@ ?[\w(]|\bnp\.|\.T\b")


# right at most points, so that it was read as it is meant
NEARLY = (NoteKind.WRONG_FAR_OUT, NoteKind.WRONG_IN_PLACES, NoteKind.WRONG_AT_KINK)


def target_of(part: SolvedPart) -> Target:
    """The part's target as the judge takes it."""
    asked = part.part
    return Target(asked.target, part.closed, asked.tolerance, part.reach, asked.layout, asked.shapes)


def verdict_on(
    question: SolvedQuestion, part: SolvedPart, reading: Reading, expression: Expression
) -> tuple[Verdict, Expression]:
    """The verdict on one reading of an answer, and what was judged: its own derivatives stand over the model's."""
    whole = target_of(part)
    target = with_letters_of(question, whole, reading)
    verdict = judge(question, target, expression)
    unfit = verdict.note.kind in (NoteKind.SHAPE, NoteKind.ILL_TYPED)
    if target is not whole and unfit and leaves_axes(question, target):
        target, verdict = whole, judge(question, whole, expression)
    finished = with_own_partials(reading, expression)
    if finished is not None:
        worked_out = judge(question, target, finished)
        set_up = verdict.note.kind is NoteKind.CHAIN_RULE_ONLY
        if not set_up or worked_out.decision is Decision.EQUIVALENT:
            verdict, expression = worked_out, finished
    if verdict.note.kind is NoteKind.AMBIGUOUS_READING and _CODE.search(reading.text):
        found = judge(question, target, rewritten(expression, _entry_by_entry))
        verdict = found if found.decision is Decision.EQUIVALENT else verdict
    if verdict.decision is Decision.NOT_EQUIVALENT:
        verdict = read_otherwise(question, part.part.target, target_of(part), reading, expression) or verdict
    verdict = _in_doubt(question, part.part.target, reading, expression, target, verdict)
    if verdict.note.kind is NoteKind.RENAMED and (letter := counts_otherwise(question, part, target, expression)):
        said = f"The index {letter} counts something else in the question's own letters."
        verdict = undecided(NoteKind.AMBIGUOUS_INDICES, said)
    if verdict.note.kind is NoteKind.EQUIVALENT and CALLED in reading.notes:
        verdict = replace(verdict, note=Note(NoteKind.CALLED), message=NOTES[NoteKind.CALLED].sentence)
    return verdict, expression


def _entry_by_entry(node: Expression, again: Again) -> Expression:
    """Every star as code has it: beside ``**``, ``@`` or ``.T`` it multiplies entry by entry."""
    node = rebuild(node, again)
    if not isinstance(node, Product) or "*" not in node.joints:
        return node
    return replace(node, joints=tuple("circ" if joint == "*" else joint for joint in node.joints))


def in_words(
    question: SolvedQuestion, part: SolvedPart, reading: Reading, verdict: Verdict, kinds: frozenset[str]
) -> Verdict:
    """The verdict on a wrong answer, a person's where words beside it, of these `kinds`, may say what it lacks."""
    if verdict.note.kind in NEARLY or "prose" not in reading.notes:
        return verdict
    target, known = part.part.target, {item.name for item in question.graph.quantities}
    more = said_beside(reading, target, known, _spelled(question, target), kinds)
    return undecided(NoteKind.PARTLY_READ, more) if more else verdict


def unexplained(question: SolvedQuestion, part: SolvedPart, reading: Reading, verdict: Verdict) -> Verdict:
    """The verdict on a wrong answer that no known mistake leads to; a person's where it may have been misread.

    It may where the answer says what its own names mean, or where an earlier side of its chain of equalities is right.
    """
    if says_more(reading):
        return undecided(NoteKind.PARTLY_READ, "This differs from the key, and we see no mistake that leads there.")
    *before, last = reading.chain
    worked_out = not unfinished(question, last)
    set_up = [is_chain_rule(side) or (worked_out and bool(unfinished(question, side))) for side in before]
    earlier = [side for side, left in zip(before, set_up, strict=True) if not isinstance(side, Symbol) and not left]
    judged = (judge(question, target_of(part), side) for side in earlier if symbols(last))
    if any(one.decision is Decision.EQUIVALENT for one in judged):
        return undecided(NoteKind.PARTLY_READ, "An earlier side of your equation is right, the last one is not.")
    return verdict


def _in_doubt(
    question: SolvedQuestion, asked: Expression, reading: Reading, answer: Expression, target: Target, verdict: Verdict
) -> Verdict:
    """The verdict, or a person's where the answer says more than its value: two answers, one entry, words."""
    if verdict.decision is Decision.EQUIVALENT and any(
        judge(question, target, other).decision is Decision.NOT_EQUIVALENT for other in other_answers(reading, asked)
    ):
        return undecided(NoteKind.AMBIGUOUS_READING, "This gives two answers of different value; one is right.")
    if verdict.decision is Decision.NOT_EQUIVALENT and PAIRS in reading.notes and _beside_sums(answer, verdict):
        return undecided(NoteKind.AMBIGUOUS_READING, "Which letters the sum over pairs runs over is not sure.")
    if verdict.decision is Decision.NOT_EQUIVALENT and LISTED in reading.notes:
        return undecided(NoteKind.AMBIGUOUS_READING, "Conditions in brackets may hold together, or be a row.")
    if at_a_place(question, reading, asked):
        return undecided(NoteKind.AMBIGUOUS_INDICES, "Your left side names one entry; the question asks for any.")
    if verdict.note.kind is NoteKind.RENAMED and leaves_out_letters(reading, answer):
        return undecided(NoteKind.AMBIGUOUS_INDICES, "Your right side has other indices than your left side.")
    if verdict.decision in (Decision.NOT_EQUIVALENT, Decision.EQUIVALENT) and (name := _subset_in_words(reading)):
        return undecided(NoteKind.AMBIGUOUS_READING, f"Which terms are in {name} is said in words.")
    if verdict.decision is Decision.EQUIVALENT and (name := _counted_in_words(question, reading)):
        return undecided(NoteKind.AMBIGUOUS_READING, f"What {name} counts is said in words.")
    if verdict.decision is Decision.NOT_EQUIVALENT and (name := _said_in_words(question, reading, answer)):
        return undecided(NoteKind.AMBIGUOUS_READING, f"What {name} stands for is said in words.")
    wrong = verdict.decision is Decision.NOT_EQUIVALENT and verdict.note.kind not in NEARLY
    set_up = verdict.note.kind is NoteKind.CHAIN_RULE_ONLY
    if not (wrong or set_up):
        return verdict
    known, spelled = {item.name for item in question.graph.quantities}, _spelled(question, asked)
    more = set_beside(reading, asked, known, spelled)
    if set_up and not more:
        more = said_beside(reading, asked, known, spelled)
    return undecided(NoteKind.PARTLY_READ, more) if more else verdict


def _beside_sums(answer: Expression, verdict: Verdict) -> bool:
    """Whether the sums of an answer may run over other letters: it has entries beside them, or no letter at all."""

    def rule(node: Expression, again: Again) -> Expression:
        return ONE if isinstance(node, Reduce) else rebuild(node, again)

    beside, letters = index_letters(rewritten(answer, rule)), index_letters(answer)
    return verdict.note.kind is NoteKind.SHAPE or bool(beside) or not letters


def _spelled(question: SolvedQuestion, asked: Expression) -> Spelled:
    """All names of the two quantities of a derivative that is asked; none where another thing is."""
    if not isinstance(asked, Partial):
        return frozenset(), frozenset()
    return _all_names(question, head(asked.numerator)), _all_names(question, head(asked.denominator))


def _all_names(question: SolvedQuestion, name: str | None) -> frozenset[str]:
    same = [one for one in question.question.model.names if one.name == name]
    return frozenset(plain_spelling(one) for item in same for one in (item.name, item.latex, *item.aliases) if one)


def _subset_in_words(reading: Reading) -> str:
    """A set that a sum of the answer runs over, and that words describe by what its elements are; else empty."""
    for note in reading.notes:
        name = re.escape(note.removeprefix(IN_WORDS)) if note.startswith(IN_WORDS) else ""
        summed = name and re.search(rf"(?:\\in\b|∈)\s*(?:\\[a-z]+\s*\{{\s*)?{name}\b", reading.text)
        if summed and re.search(rf"\b{name}\b[}}$\s]*(?:is|are|denotes?)\s[^=]*\b{_PROPER}\b", reading.text):
            return name
    return ""


def _counted_in_words(question: SolvedQuestion, reading: Reading) -> str:
    """A name that the model lacks and that its words call a number of something: maybe not of what it looks like."""
    known = {written for one in question.question.model.names for written in (one.name, *one.aliases)}
    for note in reading.notes:
        name = note.removeprefix(IN_WORDS) if note.startswith(IN_WORDS) else ""
        used = len(re.findall(rf"\b{re.escape(name)}\b", reading.text)) > 1
        if (
            name
            and used
            and name not in known
            and re.search(rf"\b{re.escape(name)}\b[^,;.=]*\b{_COUNTED}\b", reading.text)
        ):
            return name
    return ""


def _said_in_words(question: SolvedQuestion, reading: Reading, answer: Expression) -> str:
    """A name of the answer that the model lacks and its words explain; empty where there is none."""
    known = {item.name for item in question.graph.quantities} | question.runs[0].sizes.keys()
    said = {note.removeprefix(IN_WORDS) for note in reading.notes if note.startswith(IN_WORDS)}
    return min(said & free_symbols(answer) - known, default="")
