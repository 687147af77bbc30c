"""What was read of documents, by fingerprint: a document that is as it was is not read again.

``kept_documents(book)`` gives what the last run read, and ``keep_documents`` puts what this one did in its place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.gradebook.seals import checked, seal


@dataclass(frozen=True, slots=True)
class DocumentKept:
    """What a document of a student answers, as JSON."""

    fingerprint: str
    student: str
    answers: str


def kept_documents(book: sqlite3.Connection) -> Mapping[str, DocumentKept]:
    """By fingerprint what was read; raises sqlite3.Error."""
    found = {}
    for sealed, *row in book.execute("SELECT seal, fingerprint, student, answers FROM documents"):
        kept = DocumentKept(*row)
        checked("a document that was read", sealed, *row)
        found[kept.fingerprint] = kept
    return found


def keep_documents(book: sqlite3.Connection, read: Iterable[DocumentKept]) -> None:
    """Keep what was read, and nothing else; raises sqlite3.Error."""
    new = {one.fingerprint: one for one in read}
    old = {fingerprint for (fingerprint,) in book.execute("SELECT fingerprint FROM documents")}
    book.executemany("DELETE FROM documents WHERE fingerprint = ?", [(one,) for one in old - new.keys()])
    book.executemany(
        "INSERT INTO documents (fingerprint, student, answers, seal) VALUES (?, ?, ?, ?)",
        [
            (name, one.student, one.answers, seal(name, one.student, one.answers))
            for name, one in new.items()
            if name not in old
        ],
    )
