"""A written document -> a Submission: each part's final line as its answer, its derivation checked, the rest listed.

What a person grades, and what is answered in words alone, is taken by its label as `submission.document` has it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from grader.document.from_text import read_document as read_blocks
from grader.document.scan_marks import taken_for_scan, without_tool_marks
from grader.document.scan_noise import without_noise
from grader.grading.derivation.assign import Assigned, Final, assign
from grader.grading.derivation.bound_names import definitions_for
from grader.grading.derivation.scanned import as_on_paper, with_rereadings
from grader.grading.derivation.steps import derived
from grader.grading.grade import find_part
from grader.problems import Problem
from grader.solver.key import AnswerKey
from grader.submission.document import read_document
from grader.submission.labels import PartNames
from grader.submission.lines import ocr_in_front
from grader.submission.submissions import Answer, CheckedLine, FoundAt, ScanReading, Submission, Unused
from grader.work import ANSWER, TooMuchWork, at_most

# the question's own text under its label
_ASKS = re.compile(
    r"\b(?:derive|compute|calculate|find|show|determine|points?|pts|exercise|bestimm\w*|berechn\w*|leite\w*|zeige\w*)\b",
    re.IGNORECASE,
)
MOST_UNUSED = 200  # formulas listed
# what reading by labels alone leaves out, and this does not
_BY_LABEL = ("under no part's label", "the rubric has no part", "a block of code beside the answer")


def read_written(
    key: AnswerKey, text: str, file: str, names: PartNames, student: str, part: str = "", ocr: bool | None = None
) -> Submission:
    """What a student's document answers; `part` is the one that a file is named for. As `submission.read_document`.

    Where nobody says whether it came from OCR (`ocr` is None), it is taken for what it looks like.
    """
    said = ocr_in_front(text, file)
    ocr = ocr if said is None else said
    ending = file.casefold().rpartition(".")[2]
    looks = "" if ocr is not None or ending == "ipynb" else taken_for_scan(text)
    by_label = read_document(text, file, names, student, part, ocr or bool(looks))
    # the lines of a notebook's file are not those of its text
    as_lines = by_label.ocr and ending != "ipynb"
    bare, noise = without_noise(without_tool_marks(text, ending)) if as_lines else (text, ())
    document = read_blocks(bare, file)
    assigned = assign(key, document, names, part, partial(as_on_paper, key) if by_label.ocr else None)
    labelled = {answer.part: answer for answer in by_label.answers}
    found, reread = with_rereadings(key, assigned, names) if by_label.ocr else (assigned.finals, {})
    finals = {final.part: final for final in found}
    answers = []
    for one in names.ids:
        if one in names.by_hand:
            answers += [labelled[one]] if one in labelled else []
        elif one in finals:
            answers.append(_answer(key, assigned, finals[one], file, reread.get(one)))
        elif one in labelled and not by_label.ocr and not _ASKS.search(labelled[one].text):
            answers.append(labelled[one])  # said in words: what can't be read goes to a person
    problems = tuple(one for one in by_label.problems if not any(said in one.message for said in _BY_LABEL))
    told = {one.message for one in problems}
    problems += tuple(replace(one, file=file) for one in document.problems if one.message not in told)
    if looks:
        hint = "say `source: typed` at its top where it is not"
        problems += (Problem(f"taken for text from OCR: {looks}", hint, file),)
    unused = tuple(
        Unused(place.line, place.cell, shown)
        for number in assigned.unused[:MOST_UNUSED]
        for place, shown in [assigned.shown(number)]
    )
    unused += tuple(Unused(one.line, 0, one.text, one.why) for one in noise)
    return replace(by_label, answers=tuple(answers), problems=problems, unused=unused)


def _answer(key: AnswerKey, assigned: Assigned, final: Final, file: str, scan: ScanReading | None) -> Answer:
    place = final.place
    found = FoundAt(final.by, place.line, place.cell, final.doubt, _lines(key, assigned, final), scan)
    line, column = (0, place.cell) if place.cell else (place.line, place.column)
    return Answer(final.part, final.text, file, line, column, found)


def _lines(key: AnswerKey, assigned: Assigned, final: Final) -> tuple[CheckedLine, ...]:
    """The derivation of a part, checked; none where it is a line alone, or checking takes too much."""
    chains = [assigned.chains[number] for number in final.chains]
    if sum(len(chain.sides) for chain in chains) < 2 or any(chain.code for chain in chains):
        return ()
    question, part = find_part(key, final.part)
    lines = [
        (chain, definitions_for(key, assigned.chains, number, " ".join(side.text for side in chain.sides)))
        for number, chain in zip(final.chains, chains, strict=True)
    ]
    try:
        with at_most(ANSWER):
            return derived(question, part, lines, assigned.own)
    except TooMuchWork:
        return ()
