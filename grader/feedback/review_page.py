"""`results.json`'s lines -> `review.html`: what needs a person, the most certain first, with what is at stake.

What is supported by the document stands before what is only possible, and that before what could not be read.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby
from typing import Any

from markupsafe import Markup

from grader.expression.printing.latex_mathml import latex_to_mathml
from grader.feedback.addresses import anchor, page_names
from grader.feedback.tables import cell
from grader.feedback.templating import Formula, formula, template, typed
from grader.feedback.wording import clean, points
from grader.results import NOTES, Note, NoteKind, Outcome, RubricShown

MOST_SHOWN = 500  # answers on the page, the most certain ones
LONGEST_DRAWN = 400  # characters of a line that is drawn as a formula
# the groups of the page, in their order, each with the notes that are in it
GROUPS = (
    ("The scan was misread, and something else in it says so", (NoteKind.OCR_SUPPORTED,)),
    ("Right once the arrays are made to fit", (NoteKind.TRANSPOSED, NoteKind.REPAIRED)),
    ("The scan may have been misread", (NoteKind.OCR_POSSIBLE,)),
    ("It is in doubt which line is the answer", (NoteKind.FINAL_IN_DOUBT, NoteKind.NOT_FOUND)),
    ("Not right as scanned", (NoteKind.OCR_UNCONFIRMED,)),
    ("More than one reading, or not all of it read", ()),
    ("Could not be read", (NoteKind.UNREADABLE,)),
    ("Graded by a person", (NoteKind.BY_HAND,)),
)
_OTHER = 5
# changes that are no glyph for a glyph, as a note has them and in words
_CHANGES = {
    "limit>": "an upper limit",
    "1>|": "1 is a bar",
    "+-": "a minus was lost",
    "->": "a minus was gained",
    "->1-": "a 1 was lost",
    "+^": "a hat was lost",
    ",>": "a comma was gained",
    "+,": "a comma was lost",
    "^>_": "a subscript was raised",
    "late>bracket": "a bracket was closed late",
    "gained>fraction": "a fraction was gained",
    "turned>fraction": "a fraction is upside down",
    "twice>factor": "a factor was read twice",
}


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """An answer that waits for a person: as written, as it may be read, the lines beside it, what is at stake."""

    student: str
    part: str
    href: str
    stake: str
    place: str
    written: str
    drawn: Formula | None
    reread: Formula | None
    changes: str
    beside: tuple[tuple[str, str], ...]
    said: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The page; `groups` are (title, how many, answers)."""

    title: str
    count: str
    stake: str
    left_out: int
    groups: tuple[tuple[str, int, tuple[WaitingAnswer, ...]], ...]


def review_page(rubric: RubricShown, lines: Sequence[str]) -> str:
    """The page of what waits for a person; `lines` are those of `results.json`, a student each."""
    count, stake = 0, 0.0
    found = []
    for number, (order, student, part) in enumerate(_waiting(lines)):
        count += 1
        stake += part["max_score"] - part["score"]
        found.append((order, number, student, part))
        if len(found) > 4 * MOST_SHOWN:
            found = nsmallest(MOST_SHOWN, found, key=lambda one: one[:2])
    shown = sorted(found, key=lambda one: one[:2])[:MOST_SHOWN]
    names = page_names(json.loads(line)["student"] for line in lines)
    groups = []
    for at, group in groupby(shown, key=lambda one: one[0][0]):
        answers = tuple(_answer(student, part, f"feedback/{names[student]}") for _, _, student, part in group)
        groups.append((GROUPS[at][0], len(answers), answers))
    view = ReviewView(rubric.title, f"{count:,}", points(round(stake, 6)), count - len(shown), tuple(groups))
    return clean(template("review.html").render(page=view))


def to_decide_csv(lines: Sequence[str]) -> str:
    """A table to fill in and hand back as `decisions.csv`: a row an answer that waits, its points left empty."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["student", "part", "points", "comment", "by", "when", "max", "note", "answer"])
    for _, student, part in sorted(_waiting(lines), key=lambda one: one[0]):
        text = (part["answer"] or {}).get("text", "")
        rows.writerow([cell(student), cell(part["part"]), "", "", "", "", part["max_score"], part["note"], cell(text)])
    return clean(out.getvalue())


def _waiting(lines: Sequence[str]) -> Iterator[tuple[tuple[int, float], str, Mapping[str, Any]]]:
    """Each answer that waits with its place in the order: by group, then by the points at stake."""
    for line in lines:
        student = json.loads(line)
        for part in student["parts"]:
            if part["review"] and part["override"] is None:
                yield (_group(part), part["score"] - part["max_score"]), student["student"], part


def _group(part: Mapping[str, Any]) -> int:
    kind = Note.of(part["note"]).kind
    found = next((at for at, (_, kinds) in enumerate(GROUPS) if kind in kinds), None)
    if found is None:
        return len(GROUPS) - 2 if part["verdict"] == Outcome.UNREADABLE else _OTHER
    return found


def _answer(student: str, part: Mapping[str, Any], href: str) -> WaitingAnswer:
    answer, scan = part["answer"] or {}, part.get("rereading")
    written = answer.get("text", "")
    line = answer.get("final", answer).get("line", 0)
    return WaitingAnswer(
        student=student,
        part=part["part"],
        href=f"{href}#{anchor(part['part'])}",
        stake=points(round(part["max_score"] - part["score"], 6)),
        place=f"{answer['file']}:{line}" if answer.get("file") and line else answer.get("file", ""),
        written=typed(written),
        drawn=drawn_as_written(written.split("\n")[-1]),
        reread=drawn_as_written(scan["text"]) if scan else None,
        changes=", ".join(map(change_in_words, scan["changes"])) if scan else "",
        beside=tuple((str(one["line"]), typed(one["text"])) for one in scan["beside"]) if scan else (),
        said=NOTES[Note.of(part["note"]).kind].sentence if scan else part["message"],
    )


def change_in_words(change: str) -> str:
    """A change of a scan in words: ``3>8`` is "3 is 8"."""
    scanned, _, written = change.partition(">")
    return _CHANGES.get(change) or (f"{scanned} is {written}" if scanned else f"{written} was lost")


def drawn_as_written(text: str) -> Formula | None:
    """A line as a formula; None where it is no LaTeX of a person's length."""
    if not text or len(text) > LONGEST_DRAWN or "\\" not in text:
        return None
    return formula(Markup(latex_to_mathml(text, alttext=text)), text)
