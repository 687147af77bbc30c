"""Judgements by fingerprint: what is kept of an answer, and of what follows from a student's other answers.

``kept_judgements(book, ["9f86…"])`` gives those that are there, and ``keep_judgements`` adds some.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.gradebook.rows import text_ids
from grader.gradebook.seals import checked, seal

ANSWER, CARRIED = "answer", "carried"
_AT_ONCE = 500  # fingerprints in a question to SQLite


@dataclass(frozen=True, slots=True)
class Kept:
    """One judgement as the gradebook has it: `judgement` is JSON, `kind` says of what.

    `section` is that of a page, drawn with `look`, with the places of answer and solution left open; empty where it is
    drawn each time.
    """

    fingerprint: str
    kind: str
    part: str
    text: str | None
    judgement: str
    section: str = ""
    look: str = ""


def kept_fingerprints(book: sqlite3.Connection) -> set[str]:
    """The fingerprints of all judgements that are kept; raises sqlite3.Error."""
    return {fingerprint for (fingerprint,) in book.execute("SELECT fingerprint FROM judgements")}


def kept_judgements(book: sqlite3.Connection, fingerprints: Iterable[str]) -> dict[str, Kept]:
    """The judgements of these fingerprints, of those that are kept, without their texts; raises sqlite3.Error."""
    wanted = list(dict.fromkeys(fingerprints))
    found = {}
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        columns = "seal, fingerprint, kind, part, NULL, judgement, section, look"
        for sealed, *row in book.execute(f"SELECT {columns} FROM judgements WHERE fingerprint IN ({marks})", some):
            kept = Kept(*row)
            checked("a judgement", sealed, kept.fingerprint, kept.part, kept.judgement, kept.section, kept.look)
            found[kept.fingerprint] = kept
    return found


def keep_judgements(book: sqlite3.Connection, made: Sequence[Kept], program: str) -> None:
    """Add judgements that `program` made; raises sqlite3.Error."""
    texts = text_ids(book, (one.text for one in made if one.text is not None))
    book.executemany(
        "INSERT OR REPLACE INTO judgements (fingerprint, part, text, kind, program, judgement, look, section, seal)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.fingerprint,
                one.part,
                None if one.text is None else texts[one.text],
                one.kind,
                program,
                one.judgement,
                one.look,
                one.section,
                seal(one.fingerprint, one.part, one.judgement, one.section, one.look),
            )
            for one in made
        ],
    )


def forget_unused(book: sqlite3.Connection, program: str) -> None:
    """Delete the judgements of other versions of the program that no report, past or present, rests on."""
    book.execute(
        "DELETE FROM judgements WHERE program <> ? AND fingerprint NOT IN (SELECT judgement FROM results)",
        (program,),
    )
