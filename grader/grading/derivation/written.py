"""A written document -> a Submission: each part's final line as its answer, its derivation checked, the rest listed.

What a person grades, and what is answered in words alone, is taken by its label as `submission.document` has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from grader.document.written_blocks import WrittenDocument
from grader.grading.derivation.assign import Assigned, Final, assign
from grader.grading.derivation.in_words import own_words
from grader.grading.derivation.opened import opened_document
from grader.grading.derivation.scanned import as_on_paper, with_rereadings
from grader.grading.derivation.stated_steps import with_steps
from grader.grading.derivation.steps import derived
from grader.grading.derivation.stray_words import stray_words
from grader.grading.grade import find_asked, grade_answer
from grader.problems import Problem
from grader.results import WRONG
from grader.solver.key import AnswerKey
from grader.submission.class_folder import GivenDocument
from grader.submission.labels import PartNames, unknown_at, unknown_part
from grader.submission.submissions import Answer, FoundAt, ScanReading, Submission, Unused
from grader.work import TooMuchWork, counting

MOST_UNUSED = 200  # formulas listed
TOO_MUCH = "not read: the document takes too much work"


def by_key(key: AnswerKey, given: Sequence[GivenDocument], names: PartNames) -> tuple[Submission, ...]:
    """What documents answer, read one after the other."""
    return tuple(read_written(key, one.text, one.file, names, one.student, one.part, one.ocr) for one in given)


def read_written(
    key: AnswerKey, text: str, file: str, names: PartNames, student: str, part: str = "", ocr: bool | None = None
) -> Submission:
    """What a student's document answers; `part` is the one that a file is named for. As `submission.read_document`.

    One that takes too much work is not read, and its parts are for a person. Where nobody says whether it came from OCR
    (`ocr` is None), it is taken for what it looks like.
    """
    opened = opened_document(text, file, names, student, part, ocr)
    by_label = opened.by_label
    if opened.looks:
        hint = "say `source: typed` at its top where it is not"
        taken = Problem(f"taken for text from OCR: {opened.looks}", hint, file)
        by_label = replace(by_label, problems=(*by_label.problems, taken))
    try:
        with counting():
            return _read(key, by_label, opened.blocks, file, names, part)
    except TooMuchWork:
        return not_read(by_label, (*by_label.problems, Problem(TOO_MUCH, file=file)))


def not_read(bare: Submission, problems: tuple[Problem, ...]) -> Submission:
    """What is left of a document that was not read: why, and that a person must look at its parts."""
    return replace(bare, answers=(), problems=problems, unused=(Unused(1, 0, "(the document was not read)"),))


def _read(
    key: AnswerKey, by_label: Submission, document: WrittenDocument, file: str, names: PartNames, part: str
) -> Submission:
    assigned = assign(key, document, names, part, partial(as_on_paper, key) if by_label.ocr else None)
    labelled = {answer.part: answer for answer in by_label.answers}
    found, reread = with_rereadings(key, assigned, names) if by_label.ocr else (assigned.finals, {})
    finals = {final.part: final for final in found}
    answers = []
    for one in names.ids:
        if one in names.by_hand:
            answers += [labelled[one]] if one in labelled else []
        elif one in finals:
            answers.append(_answer(key, assigned, finals[one], file, by_label.ocr, reread.get(one)))
        elif one in labelled and not by_label.ocr and (said := _said(key, labelled[one])) is not None:
            answers.append(said)
    unused = unused_formulas(assigned)
    if len(answers) < len(names.ids):
        unused += stray_words(key, document, names, part, assigned)
    problems = (*by_label.problems, *of_no_part(assigned, names, file))
    return replace(by_label, answers=tuple(answers), problems=problems, unused=(*unused, *by_label.unused))


def unused_formulas(assigned: Assigned) -> tuple[Unused, ...]:
    """The formulas that serve no part, as far as they are listed."""
    shown = (assigned.shown(number) for number in assigned.unused[:MOST_UNUSED])
    return tuple(Unused(place.line, place.cell, text) for place, text in shown)


def line_of_words(answer: Answer, own: str) -> int:
    """The line of a text under a label in which the student's `own` words begin; 0 where it is unknown."""
    return answer.line and answer.line + answer.text[: answer.text.rfind(own)].count("\n")


def of_no_part(assigned: Assigned, names: PartNames, file: str) -> tuple[Problem, ...]:
    """A Problem for each label of no part of the rubric that formulas stand under which served none."""
    found: dict[str, Problem] = {}
    for one in assigned.seen:
        mark = one.chain.marks[-1] if one.at in assigned.unused and one.label.foreign else None
        odd = unknown_at(mark.text, heading=True) if mark is not None else None
        if mark is not None and odd is not None:
            line, column = (0, mark.place.cell) if mark.place.cell else (mark.place.line, 0)
            found.setdefault(odd, unknown_part(names, odd).at(file, line, column))
    return tuple(found.values())


def _said(key: AnswerKey, answer: Answer) -> Answer | None:
    """What is said in words under the label of a part; None where that is the question alone.

    What can't be read goes to a person, and so does what is wrong and begins somewhere in the text.
    """
    asked = find_asked(key, answer.part)
    prompts = (one.question.prompt for one in key.questions if one.question.id == asked.question)
    own = own_words(answer.text, asked, next(prompts, ""))
    if not own or own == answer.text:
        return answer if own else None
    line = line_of_words(answer, own)
    said = replace(answer, text=own, line=line)
    if grade_answer(key, answer.part, own).verdict in WRONG:
        return replace(said, found=FoundAt("label", line, 0, "the question's text stands beside it"))
    return said


def _answer(key: AnswerKey, assigned: Assigned, final: Final, file: str, ocr: bool, scan: ScanReading | None) -> Answer:
    place = final.place
    lines = derived(key, assigned, final)
    if ocr:  # of a scan it is not the student who wrote what a line says
        lines = tuple(replace(one, holds=None, message="a scan") if one.holds is False else one for one in lines)
    found = FoundAt(final.by, place.line, place.cell, final.doubt, lines, scan)
    line, column = (0, place.cell) if place.cell else (place.line, place.column)
    return Answer(final.part, with_steps(key, assigned, final), file, line, column, found)
