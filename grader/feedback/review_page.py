"""`results.json`'s lines -> `review.html`: what needs a person, the most certain first, with what is at stake.

What is supported by the document stands before what is only possible, and that before what could not be read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import groupby
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from grader.expression.printing.latex_mathml import latex_to_mathml
from grader.feedback.addresses import alias_of, anchor
from grader.feedback.tables import cell
from grader.feedback.templating import Formula, formula, template, typed
from grader.feedback.wording import clean, points
from grader.results import NOTES, Note, NoteKind, Outcome, Request, RubricShown

MOST_SHOWN = 500  # answers on the page, the most certain ones
LONGEST_DRAWN = 400  # characters of a line that is drawn as a formula
# the groups of the page, in their order, each with the notes that are in it
GROUPS = (
    ("Asked to be looked at again", ()),
    ("The scan was misread, and something else in it says so", (NoteKind.OCR_SUPPORTED,)),
    ("Right once the arrays are made to fit", (NoteKind.TRANSPOSED, NoteKind.REPAIRED)),
    ("The scan may have been misread", (NoteKind.OCR_POSSIBLE,)),
    ("It is in doubt which line is the answer", (NoteKind.FINAL_IN_DOUBT, NoteKind.NOT_FOUND)),
    ("Not right as scanned", (NoteKind.OCR_UNCONFIRMED,)),
    ("More than one reading, or not all of it read", ()),
    ("Could not be read", (NoteKind.UNREADABLE,)),
    ("Graded by a person", (NoteKind.BY_HAND,)),
)
_OTHER, _ASKED = 6, 0
_Place = tuple[int, float, str, int]  # by group, points at stake, alias, and as they come
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
    asked: str = ""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The page; `groups` are (title, how many, answers)."""

    title: str
    count: str
    stake: str
    left_out: int
    groups: tuple[tuple[str, int, tuple[WaitingAnswer, ...]], ...]


@dataclass(slots=True, eq=False)
class WaitingMade:
    """What waits for a person: how many answers, the points at stake, the most certain of them, and rows of a table.

    Each is told with its place in the order: by group, then by the points at stake. With a secret `blind` no student is
    named but by an alias, and those of one place come in the order of these.
    """

    blind: str = ""
    count: int = 0
    stake: float = 0.0
    found: list[tuple[_Place, str, Mapping[str, Any], str]] = field(default_factory=list)
    rows: list[tuple[_Place, str]] = field(default_factory=list)


def count_waiting(waiting: WaitingMade, student: Mapping[str, Any], requests: Sequence[Request] = ()) -> None:
    """Add what waits in a line of `results.json`.

    `requests` are what the student asked to be looked at again, and nobody has answered.
    """
    asked: dict[str, str] = {}
    for one in requests:
        asked[one.part] = f"{asked[one.part]}\n{one.text}" if one.part in asked else one.text
    name = student["student"]
    who = alias_of(name, waiting.blind) if waiting.blind else name
    for part in student["parts"]:
        if part["part"] in asked:
            _add(waiting, _ASKED, who, part, asked[part["part"]])
        elif part["review"] and part["override"] is None:
            _add(waiting, _group(part), who, part, "")
    if "" in asked:
        _add(waiting, _ASKED, who, _whole(student), asked[""])


def _add(waiting: WaitingMade, group: int, who: str, part: Mapping[str, Any], asked: str) -> None:
    stake = part["max_score"] - part["score"]
    place = (group, -stake, who if waiting.blind else "", waiting.count)
    waiting.stake += stake
    waiting.found.append((place, who, part, asked))
    waiting.rows.append((place, _row(who, part, asked)))
    waiting.count += 1
    if len(waiting.found) > 4 * MOST_SHOWN:
        waiting.found = nsmallest(MOST_SHOWN, waiting.found, key=itemgetter(0))


def _whole(student: Mapping[str, Any]) -> Mapping[str, Any]:
    """The work as a whole as a part without an id."""
    told = {"part": "", "note": "", "answer": None, "message": "", "review": False}
    return told | {name: student[name] for name in ("score", "max_score")}


def review_page(rubric: RubricShown, waiting: WaitingMade, names: Mapping[str, str]) -> str:
    """The page of what waits for a person; `names` are by student the files of pages."""
    shown = sorted(waiting.found, key=itemgetter(0))[:MOST_SHOWN]
    groups = []
    for at, group in groupby(shown, key=lambda one: one[0][0]):
        answers = tuple(
            _answer(who, part, "" if waiting.blind else f"feedback/{names[who]}", asked)
            for _, who, part, asked in group
        )
        groups.append((GROUPS[at][0], len(answers), answers))
    stake, left_out = points(round(waiting.stake, 6)), waiting.count - len(shown)
    view = ReviewView(rubric.title, f"{waiting.count:,}", stake, left_out, tuple(groups))
    return clean(template("review.html").render(page=view))


def to_decide_csv(waiting: WaitingMade) -> str:
    """A table to fill in and hand back as `decisions.csv`: a row an answer that waits, its points left empty.

    An open request is answered by points, or by a comment alone, which leaves the points as they are.
    """
    head = _csv_row(["student", "part", "points", "comment", "by", "when", "max", "note", "answer", "request"])
    return clean(head + "".join(row for _, row in sorted(waiting.rows, key=itemgetter(0))))


def _row(who: str, part: Mapping[str, Any], asked: str) -> str:
    text = (part["answer"] or {}).get("text", "")
    about = (part["max_score"], part["note"], cell(text), cell(asked))
    return _csv_row([cell(who), cell(part["part"]), "", "", "", "", *about])


def _csv_row(cells: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _group(part: Mapping[str, Any]) -> int:
    kind = Note.of(part["note"]).kind
    found = next((at for at, (_, kinds) in enumerate(GROUPS) if kind in kinds), None)
    if found is None:
        return len(GROUPS) - 2 if part["verdict"] == Outcome.UNREADABLE else _OTHER
    return found


def _answer(student: str, part: Mapping[str, Any], href: str, asked: str) -> WaitingAnswer:
    answer, scan = part["answer"] or {}, part.get("rereading")
    written = answer.get("text", "")
    line = answer.get("final", answer).get("line", 0)
    return WaitingAnswer(
        student=student,
        part=part["part"],
        href=(f"{href}#{anchor(part['part'])}" if part["part"] else href) if href else "",
        stake=points(round(part["max_score"] - part["score"], 6)),
        place=(f"{answer['file']}:{line}" if answer.get("file") and line else answer.get("file", "")) if href else "",
        written=typed(written),
        drawn=drawn_as_written(written.split("\n")[-1]),
        reread=drawn_as_written(scan["text"]) if scan else None,
        changes=", ".join(map(change_in_words, scan["changes"])) if scan else "",
        beside=tuple((str(one["line"]), typed(one["text"])) for one in scan["beside"]) if scan else (),
        said=NOTES[Note.of(part["note"]).kind].sentence if scan else part["message"],
        asked=asked,
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
