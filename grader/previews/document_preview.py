"""A written document -> what is taken for the answer to each part, by labels and left sides alone.

What only its value would assign is not assigned here: it is listed, as the grader alone can say what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from grader.document.written_blocks import WrittenDocument
from grader.expression.language.nodes import Partial, head, walk
from grader.grading.by_hand import missing
from grader.grading.derivation.assign import Assigned, Final, assign
from grader.grading.derivation.in_words import own_words
from grader.grading.derivation.opened import opened_document
from grader.grading.derivation.written import TOO_MUCH, line_of_words, of_no_part, unused_formulas
from grader.previews.previewing import preview_text
from grader.previews.public_form import PublicPart
from grader.problems import Problem
from grader.results import Note, NoteKind, Outcome, PartResult
from grader.solver.key import AnswerKey, SolvedQuestion
from grader.submission.class_folder import GivenDocument
from grader.submission.labels import PartNames
from grader.submission.submissions import Answer, FoundAt, Submission
from grader.work import TooMuchWork, counting

PartPlaces: TypeAlias = Mapping[str, tuple[SolvedQuestion, PublicPart]]  # the free question and the part by its id


def read_documents(
    key: AnswerKey, places: PartPlaces, given: Sequence[GivenDocument], names: PartNames
) -> tuple[Submission, ...]:
    """What documents answer, by the free `key`."""
    return tuple(_read(key, places, one, names) for one in given)


def _read(key: AnswerKey, places: PartPlaces, given: GivenDocument, names: PartNames) -> Submission:
    opened = opened_document(given.text, given.file, names, given.student, given.part, given.ocr)
    try:
        with counting():
            return _assigned(key, places, opened.blocks, opened.by_label, names, given)
    except TooMuchWork:
        problems = (*opened.by_label.problems, Problem(TOO_MUCH, file=given.file))
        return replace(opened.by_label, answers=(), problems=problems)


def _assigned(
    key: AnswerKey,
    places: PartPlaces,
    document: WrittenDocument,
    by_label: Submission,
    names: PartNames,
    given: GivenDocument,
) -> Submission:
    assigned = assign(key, document, names, given.part, None, partial(_as_read, places))
    finals = {final.part: final for final in assigned.finals}
    labelled = {answer.part: answer for answer in by_label.answers}
    answers: list[Answer] = []
    for one in names.ids:
        if one in finals and one not in names.by_hand:
            answers.append(_answer(assigned, finals[one], given.file))
        elif one in labelled and (one in names.by_hand or not by_label.ocr):
            answers += _in_words(places, labelled[one], names)
    problems = (*by_label.problems, *of_no_part(assigned, names, given.file))
    unused = (*unused_formulas(assigned), *by_label.unused)
    return replace(by_label, answers=tuple(answers), unused=unused, problems=problems)


def _answer(assigned: Assigned, final: Final, file: str) -> Answer:
    place = final.place
    line, column = (0, place.cell) if place.cell else (place.line, place.column)
    found = FoundAt(final.by, place.line, place.cell, final.doubt)
    return Answer(final.part, _with_derivatives(assigned, final), file, line, column, found)


def _with_derivatives(assigned: Assigned, final: Final) -> str:
    """The text of a final with the derivatives in it that the document works out elsewhere."""
    context, part = assigned.context, final.part
    for one in reversed(final.own):
        for side in reversed(one.chain.sides):
            if side.place == final.place and context.text(one, side, part) == final.text:
                return context.text(one, side, part, derivatives=True)
    return final.text


def _in_words(places: PartPlaces, answer: Answer, names: PartNames) -> tuple[Answer, ...]:
    """What is said in words under a label; nothing where that is the question alone."""
    if answer.part in names.by_hand:
        return (answer,)
    question, _ = places[answer.part]
    asked = next(one for one in question.asked if one.part == answer.part)
    own = own_words(answer.text, asked, question.question.prompt)
    if not own:
        return ()
    line = line_of_words(answer, own)
    found = FoundAt("label", line, 0 if line else answer.column)
    return (replace(answer, text=own, line=line, found=found),)


def _as_read(places: PartPlaces, _: AnswerKey, part: str, text: str) -> PartResult:
    """Whether a text reads, and is more than a set-up, in the words of the reader of documents; nothing is judged."""
    question, public = places[part]
    asked = next(one for one in question.asked if one.part == part)
    found = preview_text(question, public, text)
    bare = replace(missing(asked), note=Note(NoteKind.NOT_EQUIVALENT), verdict=Outcome.INCORRECT)
    if found.unreadable:
        return replace(bare, note=Note(NoteKind.UNREADABLE), verdict=Outcome.UNREADABLE)
    answer = found.readings[0].expression if found.readings else None
    if answer is not None and public.target is not None and head(answer) == head(public.target):
        return replace(bare, note=Note(NoteKind.RESTATED))
    if answer is not None and any(isinstance(node, Partial) for node in walk(answer)):
        return replace(bare, note=Note(NoteKind.CHAIN_RULE_ONLY))
    return bare
