"""Answers in words under labels that are none of the rubric's: listed, so that no part is called missing for them.

``(b)`` over "It is the mean of the errors" may be a part that the rubric calls otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.document.author_macros import with_macros_in
from grader.document.written_blocks import BlockKind, WrittenBlock, WrittenDocument
from grader.grading.derivation.assign import Assigned
from grader.grading.derivation.in_words import ORDER, own_words
from grader.grading.derivation.labelled import parts_of, with_labels
from grader.solver.key import AnswerKey
from grader.submission.labels import PartNames
from grader.submission.submissions import Unused

FEW = 5  # words: fewer are a heading or a place to write in
LONGEST_TOLD = 300  # characters of one answer in words
MOST_TOLD = 50
_WORD = re.compile(r"[^\W\d_]{2,}")


def stray_words(
    key: AnswerKey, document: WrittenDocument, names: PartNames, part: str, assigned: Assigned
) -> tuple[Unused, ...]:
    """What is said in words alone under labels of no part, but for the questions again."""
    formulas = {one.chain.marks for one in assigned.seen}
    found = []
    for blocks in _sections(document, names, part):
        first = blocks[0]
        if first.marks in formulas or not parts_of(first.marks, names).foreign:
            continue
        text = "\n\n".join(block.text for block in blocks)
        if len(_WORD.findall(text)) >= FEW and not ORDER.match(text) and _is_own(key, text):
            found.append(Unused(first.place.line, first.place.cell, " ".join(text.split())[:LONGEST_TOLD]))
    return tuple(found[:MOST_TOLD])


def _sections(document: WrittenDocument, names: PartNames, part: str) -> Iterator[list[WrittenBlock]]:
    """The prose under each label; of a section that sets its answer off, that."""
    sections: dict[object, list[WrittenBlock]] = {}
    for block in with_labels(with_macros_in(document), names, part):
        if block.kind is BlockKind.PROSE and block.marks and not block.struck:
            sections.setdefault(block.marks, []).append(block)
    for blocks in sections.values():
        yield [block for block in blocks if block.answer] or blocks


def _is_own(key: AnswerKey, text: str) -> bool:
    """Whether a text says more than the question of any part again."""
    return all(
        own_words(text, asked, question.question.prompt) for question in key.questions for asked in question.asked
    )
