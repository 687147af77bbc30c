"""Where the parts of a rubric are asked for in a document: by headings, by prose, and by what else stands there.

Two questions may ask for dL/dh_1, of a scalar and of an array: the one whose other answers stand under the same heading
is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from grader.document.equation_lines import Equations
from grader.document.written_blocks import LabelMark
from grader.grading.derivation.left_sides import asked_by, named, written_in
from grader.solver.key import AnswerKey

Homes: TypeAlias = Mapping[tuple[str, ...], Counter[str]]  # by the labels of a place, how often each question is met
_RESPECT = re.compile(
    r"(?:respect\s+to|w\.?\s?r\.?\s?t\.?|nach|bezüglich|derivative\s+by|gradient\s+(?:for|of\s+the\s+loss\s+in))"
    r"\s+(?:\w+\s+){0,3}?(?:\$(?P<formula>[^$]{1,40})\$|(?P<plain>[A-Za-z]\w{0,8}(?:\[\d\])?)(?=[\s.:,)]|$))",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"\$([^$]{1,80})\$|\b(d\w+/d\w+(?:\[\d+\])?)|(∂\S+/∂\S+)")


def asked_in(key: AnswerKey, prose: str) -> frozenset[str]:
    """The parts by what prose asks for last: ``with respect to $W_1$``."""
    for found in reversed(list(_RESPECT.finditer(prose))):
        parts = asked_by(key, (found["formula"] or found["plain"]).strip())
        if parts:
            return parts
    return frozenset()


def titled(key: AnswerKey, marks: Sequence[LabelMark]) -> frozenset[str]:
    """The parts that the innermost label names by its words: ``2. dJ/dW``, ``(b) gradient with respect to $W_2$``."""
    for mark in reversed(marks):
        parts = asked_in(key, mark.text)
        for found in _FORMULA.finditer(mark.text):
            parts = parts or named(key, next(filter(None, found.groups()))).parts
        if parts:
            return parts
    return frozenset()


def question_of(key: AnswerKey) -> Mapping[str, str]:
    """The question of each part that the program judges."""
    return {part.part.id: one.question.id for one in key.questions for part in one.parts}


def shared_by_all(paths: Iterable[Sequence[Hashable]]) -> int:
    """How many labels all paths begin with; 0 where there is one path alone."""
    known = set(map(tuple, paths))
    return next((end for end in range(9) if len({path[: end + 1] for path in known}) != 1), 0)


def homes_of(key: AnswerKey, placed: Sequence[tuple[Equations, frozenset[str]]]) -> Homes:
    """How often each question is met under each path of labels but those that all stand under.

    By left sides that only one question asks for, and by equations that only one question's model has the names of.
    """
    question = question_of(key)
    homes: dict[tuple[str, ...], Counter[str]] = {}
    paths = [tuple(mark.text for mark in chain.marks) for chain, _ in placed]
    common = shared_by_all(paths)
    for (chain, parts), path in zip(placed, paths, strict=True):
        asking = {question[part] for part in parts if part in question}
        if not asking and chain.left and chain.sides:
            asking = set(written_in(key, chain.left) & written_in(key, chain.sides[-1].text))
        if len(asking) == 1:
            for end in range(common + 1, len(path) + 1):
                homes.setdefault(path[:end], Counter()).update(asking)
    return homes


def home_of(homes: Homes, key: AnswerKey, marks: Sequence[LabelMark], parts: frozenset[str]) -> frozenset[str]:
    """Those of several parts whose question alone is met nearest to a place; none where that says nothing."""
    question = question_of(key)
    asking = {question[part] for part in parts}
    for end in range(len(marks), 0, -1):
        met = homes.get(tuple(mark.text for mark in marks[:end]), Counter())
        there = [one for one in asking if met[one]]
        if len(there) == 1:
            return frozenset(part for part in parts if question[part] == there[0])
        if there:
            break
    return frozenset()
