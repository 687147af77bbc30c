"""The text of a document -> its blocks, without what a scan has beside them, and what its labels alone give."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.document.from_text import read_document as read_blocks
from grader.document.scan_marks import taken_for_scan, without_tool_marks
from grader.document.scan_noise import without_noise
from grader.document.written_blocks import WrittenDocument
from grader.submission.document import read_labelled
from grader.submission.labels import PartNames
from grader.submission.lines import ocr_in_front
from grader.submission.submissions import Submission, Unused


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """The `blocks` of a document, and what labels alone give, with what was set aside as `unused`.

    `looks` says by what it was taken for a scan, where nobody says what it is; empty otherwise.
    """

    blocks: WrittenDocument
    by_label: Submission
    looks: str = ""


def opened_document(
    text: str, file: str, names: PartNames, student: str, part: str = "", ocr: bool | None = None
) -> OpenedDocument:
    """Open a student's document; `part` is the one that a file is named for.

    Where nobody says whether it came from OCR (`ocr` is None), it is taken for what it looks like.
    """
    said = ocr_in_front(text, file)
    ocr = ocr if said is None else said
    ending = file.casefold().rpartition(".")[2]
    looks = "" if ocr is not None or ending == "ipynb" else taken_for_scan(text)
    by_label, _ = read_labelled(text, file, names, student, part, ocr or bool(looks))
    # the lines of a notebook's file are not those of its text
    as_lines = by_label.ocr and ending != "ipynb"
    bare, noise = without_noise(without_tool_marks(text, ending)) if as_lines else (text, ())
    blocks = read_blocks(bare, file)
    told = {one.message for one in by_label.problems}
    problems = (*by_label.problems, *(replace(one, file=file) for one in blocks.problems if one.message not in told))
    aside = tuple(Unused(one.line, 0, one.text, one.why) for one in noise)
    return OpenedDocument(blocks, replace(by_label, problems=problems, unused=aside), looks)
