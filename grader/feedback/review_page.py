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
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from grader.expression.printing.latex_mathml import latex_to_mathml
from grader.feedback.addresses import alias_of, anchor, page_names
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


def review_page(
    rubric: RubricShown, lines: Sequence[str], requests: Sequence[Request] = (), secret: str = "", blind: str = ""
) -> str:
    """The page of what waits for a person; `lines` are those of `results.json`, a student each.

    `requests` are what students asked to be looked at again, and nobody has answered. `secret` as `page_names` has it;
    with a secret `blind`, no student is named but by an alias, in the order of these.
    """
    count, stake = 0, 0.0
    found = []
    for number, (order, who, part, asked) in enumerate(_waiting(lines, requests, blind)):
        count += 1
        stake += part["max_score"] - part["score"]
        found.append((order, number, who, part, asked))
        if len(found) > 4 * MOST_SHOWN:
            found = nsmallest(MOST_SHOWN, found, key=lambda one: one[:2])
    shown = sorted(found, key=lambda one: one[:2])[:MOST_SHOWN]
    names = {} if blind else page_names((json.loads(line)["student"] for line in lines), secret)
    groups = []
    for at, group in groupby(shown, key=lambda one: one[0][0]):
        answers = tuple(
            _answer(who, part, "" if blind else f"feedback/{names[who]}", asked) for _, _, who, part, asked in group
        )
        groups.append((GROUPS[at][0], len(answers), answers))
    view = ReviewView(rubric.title, f"{count:,}", points(round(stake, 6)), count - len(shown), tuple(groups))
    return clean(template("review.html").render(page=view))


def to_decide_csv(lines: Sequence[str], requests: Sequence[Request] = (), blind: str = "") -> str:
    """A table to fill in and hand back as `decisions.csv`: a row an answer that waits, its points left empty.

    An open request is answered by points, or by a comment alone, which leaves the points as they are. With a secret
    `blind`, students stand there by their aliases.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["student", "part", "points", "comment", "by", "when", "max", "note", "answer", "request"])
    for _, who, part, asked in sorted(_waiting(lines, requests, blind), key=lambda one: one[0]):
        text = (part["answer"] or {}).get("text", "")
        about = (part["max_score"], part["note"], cell(text), cell(asked))
        rows.writerow([cell(who), cell(part["part"]), "", "", "", "", *about])
    return clean(out.getvalue())


def _waiting(
    lines: Sequence[str], requests: Sequence[Request], blind: str
) -> Iterator[tuple[tuple[int, float], str, Mapping[str, Any], str]]:
    """Each answer that waits with its place in the order: by group, then by the points at stake; and what was asked."""
    asked: dict[tuple[str, str], str] = {}
    for one in requests:
        earlier = asked.get((one.student, one.part))
        asked[one.student, one.part] = one.text if earlier is None else f"{earlier}\n{one.text}"
    students = map(json.loads, lines)
    named = ((alias_of(one["student"], blind) if blind else one["student"], one) for one in students)
    for who, student in sorted(named, key=itemgetter(0)) if blind else named:
        name = student["student"]
        for part in student["parts"]:
            if (name, part["part"]) in asked:
                yield (_ASKED, part["score"] - part["max_score"]), who, part, asked[name, part["part"]]
            elif part["review"] and part["override"] is None:
                yield (_group(part), part["score"] - part["max_score"]), who, part, ""
        if (name, "") in asked:
            yield (_ASKED, student["score"] - student["max_score"]), who, _whole(student), asked[name, ""]


def _whole(student: Mapping[str, Any]) -> Mapping[str, Any]:
    """The work as a whole as a part without an id."""
    told = {"part": "", "note": "", "answer": None, "message": "", "review": False}
    return told | {name: student[name] for name in ("score", "max_score")}


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
        drawn=_drawn(written.split("\n")[-1]),
        reread=_drawn(scan["text"]) if scan else None,
        changes=", ".join(map(_told, scan["changes"])) if scan else "",
        beside=tuple((str(one["line"]), typed(one["text"])) for one in scan["beside"]) if scan else (),
        said=NOTES[Note.of(part["note"]).kind].sentence if scan else part["message"],
        asked=asked,
    )


def _told(change: str) -> str:
    """A change of a scan in words: ``3>8`` is "3 is 8"."""
    scanned, _, written = change.partition(">")
    return _CHANGES.get(change) or (f"{scanned} is {written}" if scanned else f"{written} was lost")


def _drawn(text: str) -> Formula | None:
    """A line as a formula; None where it is no LaTeX of a person's length."""
    if not text or len(text) > LONGEST_DRAWN or "\\" not in text:
        return None
    return formula(Markup(latex_to_mathml(text, alttext=text)), text)
