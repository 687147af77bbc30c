"""The chains that answer each part: by left side, label and what is asked above, else by where they stand.

Two questions may ask for dL/dh_1. Then the names in the formula, the headings, and the question that the formulas
before and behind answer tell which is meant; where they don't, the value does if it is right for one of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from grader.document.written_blocks import LabelMark
from grader.grading.derivation.as_answer import is_right
from grader.grading.derivation.homes import Homes, home_of, homes_of, question_of, shared_by_all
from grader.grading.derivation.in_context import ReadingContext, SeenChain
from grader.grading.derivation.left_sides import written_in
from grader.solver.key import AnswerKey


def candidates(context: ReadingContext, seen: Sequence[SeenChain]) -> dict[str, list[SeenChain]]:
    """By part the chains that answer it by their left side, or by what stands above them where they have none."""
    homes = homes_of(context.key, [(one.chain, one.named.parts) for one in seen])
    possible: list[frozenset[str]] = []
    last = ""
    for one in seen:
        parts = _possible(context, one, homes, last)
        possible.append(parts)
        last = next(iter(parts)) if len(parts) == 1 else last
    settled = [next(iter(parts)) if len(parts) == 1 else "" for parts in possible]
    settled = _by_neighbours(context, seen, possible, settled)
    settled = [part or _by_value(context, seen[at], possible[at], settled) for at, part in enumerate(settled)]
    settled = _by_neighbours(context, seen, possible, settled)
    found: dict[str, list[SeenChain]] = {}
    for one, part in zip(seen, settled, strict=True):
        if part:
            found.setdefault(part, []).append(one)
    return {part: _here(context, part, chains) for part, chains in found.items()}


def _here(context: ReadingContext, part: str, chains: list[SeenChain]) -> list[SeenChain]:
    """Of the chains that may answer a part those where it is asked for, before what is said of it elsewhere."""
    if context.order and any(part in one.named.parts for one in chains):
        chains = [one for one in chains if part in one.named.parts]
    here = [one for one in chains if part in (one.label.parts or one.hint)]
    if here and (any(one.named.parts for one in here) or not any(one.named.parts for one in chains)):
        return here
    return chains


def _possible(context: ReadingContext, one: SeenChain, homes: Homes, last: str) -> frozenset[str]:
    """The parts that a chain may answer by what speaks for one where it stands; `last` is that of the one before."""
    # yhat - y = 0.1037 under the label of a part, or in its cell, is its answer
    value = one.named.formula and not one.chain.inline and (one.label.exact or one.chain.cell)
    if not one.named.parts and one.chain.left and (one.named.other or one.binds or one.chain.inline) and not value:
        return frozenset()
    parts = one.named.parts or one.hint & one.label.parts or one.hint or one.label.parts
    for evidence in (
        one.label.parts,
        one.label.family,
        one.hint,
        _next(context, parts, last),
        home_of(homes, context.key, one.chain.marks, parts),
        one.named.exact,
        _as_written(context.key, one, parts),
    ):
        parts = parts & evidence or parts
    return parts


def _as_written(key: AnswerKey, one: SeenChain, parts: frozenset[str]) -> frozenset[str]:
    """Those of several parts whose question has the names of a formula as written: W, not the w of another."""
    if len(parts) < 2 or one.chain.code:
        return frozenset()
    return _of_questions(key, parts, written_in(key, one.chain.sides[-1].text))


def _of_questions(key: AnswerKey, parts: Iterable[str], questions: Set[str]) -> frozenset[str]:
    question = question_of(key)
    return frozenset(part for part in parts if question.get(part) in questions)


def _next(context: ReadingContext, parts: frozenset[str], last: str) -> frozenset[str]:
    """Of several parts those of the question that comes next, or is that of the last one again."""
    order = {part: at for at, question in enumerate(context.order) for part in question}
    from_here = [order[one] for one in parts if one in order and order[one] >= order.get(last, len(order))]
    return frozenset(one for one in parts if from_here and order.get(one) == min(from_here))


def _by_neighbours(
    context: ReadingContext, seen: Sequence[SeenChain], possible: Sequence[frozenset[str]], settled: Sequence[str]
) -> list[str]:
    """The `settled` parts of chains, with those of more: the one possible part of the question answered round a chain.

    Of several parts of that question the one that no chain elsewhere answers.
    """
    question = question_of(context.key)
    known = [(at, question[part]) for at, part in enumerate(settled) if part in question]
    common = shared_by_all(one.chain.marks for one in seen)
    found = list(settled)
    for at, parts in enumerate(possible):
        if found[at] or len(parts) < 2:
            continue
        marks = seen[at].chain.marks
        depths = {other: _in_common(marks, seen[other].chain.marks) for other, _ in known}
        deepest = max(depths.values(), default=0)
        # what stands under other headings says nothing
        if deepest <= common and len(marks) > common:
            continue
        near = [(other, asked) for other, asked in known if depths[other] == deepest]
        before = [asked for other, asked in near if other < at][-1:]
        behind = [asked for other, asked in near if other > at][:1]
        met = {*before, *behind}
        left = _of_questions(context.key, parts, met) if len(met) == 1 else frozenset[str]()
        elsewhere = {settled[other] for other, _ in known if seen[other].chain.marks != marks}
        left = left - elsewhere if len(left) > 1 else left
        found[at] = next(iter(left)) if len(left) == 1 else ""
    return found


def _in_common(one: Sequence[LabelMark], other: Sequence[LabelMark]) -> int:
    """How many labels two places stand under both, from the outermost on."""
    pairs = [mine == theirs for mine, theirs in zip(one, other, strict=False)]
    return pairs.index(False) if False in pairs else len(pairs)


def _by_value(context: ReadingContext, one: SeenChain, parts: frozenset[str], settled: Sequence[str]) -> str:
    """The one of several parts that a chain is right for, or the one of those that no other chain answers."""
    if len(parts) < 2 or not (one.named.parts or one.chain.cell):
        return ""
    right = [part for part in sorted(parts) if is_right(context, one, part)]
    free = [part for part in right if part not in settled]
    return right[0] if len(right) == 1 else free[0] if len(free) == 1 else ""
