"""A student out of every table of the gradebook, and the mark that this was asked for.

What nobody else needs goes with them: their texts, what was judged of these, what followed from their other answers.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from secrets import token_hex
from typing import Any

from grader.gradebook import rows
from grader.gradebook.encoding import decode_problems, decode_submission, encode_problems
from grader.gradebook.folder_settings import keyed, secret
from grader.gradebook.kept_documents import DocumentKept, kept_documents
from grader.gradebook.reports import decode_report, encode_report
from grader.gradebook.seals import seal
from grader.problems import Problem
from grader.results import Terms
from grader.submission.submissions import Handed, Submission

REDACTED = "…"
_DIGITS = 4
_OF_STUDENT = {
    "answers": "answers",
    "documents": "documents that were read",
    "reports": "reports, past ones too",
    "changes": "changes of points",
    "decisions": "decisions",
    "requests": "regrade requests",
    "audited": "decisions that were drawn for an audit",
    "pages": "pages",
    "students": "entry of the class",
}


@dataclass(frozen=True, slots=True)
class Called:
    """All that a student is called by: main id, (column, text) of other ids, and names."""

    student: str
    ids: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything by which the student may be found in a text, the longest first."""
        found = {self.student, *(text for _, text in self.ids), *self.names}
        return tuple(sorted((text for text in found if text.strip()), key=lambda text: (-len(text), text)))


def students_known(book: sqlite3.Connection) -> set[str]:
    """Everybody of whom any table still holds something; raises sqlite3.Error."""
    return {student for table in _OF_STUDENT for (student,) in book.execute(f"SELECT DISTINCT student FROM {table}")}


def called(book: sqlite3.Connection, student: str, submission: Submission | None) -> Called:
    """What a student is called, now and in past reports."""
    names: list[str] = []
    ids: list[tuple[str, str]] = []
    if submission is not None:
        names.append(submission.name)
        ids += submission.handed.ids
    for (kept,) in book.execute("SELECT report FROM reports WHERE student = ?", (student,)):
        with suppress(ValueError, TypeError, LookupError):
            report = decode_report(student, kept)
            names.append(report.name)
            ids += report.handed.ids
    return Called(student, tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(filter(None, names))))


def erase(book: sqlite3.Connection, student: str) -> dict[str, int]:
    """Take a student out of all tables; by what it is, how many rows went. Raises sqlite3.Error."""
    gone = {}
    own = [source for (source,) in book.execute("SELECT source FROM students WHERE student = ?", (student,))]
    others = [source for (source,) in book.execute("SELECT source FROM students WHERE student <> ?", (student,))]
    for one in tuple(kept_documents(book).values()):  # which are by the name of the folder, as it was handed in
        if comes_from(one, own) and not comes_from(one, others):
            book.execute("UPDATE documents SET student = ? WHERE fingerprint = ?", (student, one.fingerprint))
    book.execute("DELETE FROM replies WHERE request IN (SELECT id FROM requests WHERE student = ?)", (student,))
    for table, what in _OF_STUDENT.items():
        number = book.execute(f"DELETE FROM {table} WHERE student = ?", (student,)).rowcount
        if number:
            gone[what] = number
    # what follows from somebody's other answers names nobody, and is worked out again where it is needed
    book.execute("DELETE FROM judgements WHERE kind = 'carried'")
    gone["judgements that nobody else needs"] = book.execute(
        "DELETE FROM judgements WHERE fingerprint NOT IN (SELECT judgement FROM results)"
        " AND (text IS NULL OR text NOT IN (SELECT text FROM answers))"
    ).rowcount
    book.execute(
        "DELETE FROM texts WHERE id NOT IN (SELECT text FROM answers)"
        " AND id NOT IN (SELECT text FROM judgements WHERE text IS NOT NULL)"
    )
    return {what: number for what, number in gone.items() if number}


def comes_from(document: DocumentKept, sources: Iterable[str]) -> bool:
    """Whether a document lies in one of the files or folders that submissions name as their sources."""
    top = decode_submission(document.answers).source.partition("/")[0]
    return any(f", {top}, " in f", {source}, " for source in sources)


def redact_others(book: sqlite3.Connection, who: Called) -> set[str]:
    """Where other students' work names this one, as that of a group does, a sign in its place; who they are.

    Their lines of results.json are emptied, so that they are made again. Problems of the class folder that name the
    student go as a whole. Raises sqlite3.Error.
    """
    touched = set()
    changed = []
    for student, (submission, gone) in rows.kept(book).items():
        clean = redacted(submission, who)
        if clean != submission:
            changed.append((clean, gone))
            touched.add(student)
    rows.keep(book, (one for one, _ in changed))
    for one, gone in changed:
        book.execute("UPDATE students SET gone_since = ? WHERE student = ?", (gone, one.student))
    kept = book.execute("SELECT student, since, fingerprint, report FROM reports").fetchall()
    for student, since, fingerprint, text in kept:
        report = decode_report(student, text)
        terms = replace(report.terms, **_without_notes(report.terms, who))
        clean_text = encode_report(replace(report, **_redacted(report.handed, report.problems, who), terms=terms))
        if clean_text != text:
            touched.add(student)
            book.execute(
                "UPDATE reports SET report = ?, seal = ?, line = '', line_seal = ? WHERE student = ? AND since = ?",
                (clean_text, seal(student, fingerprint, clean_text), seal(""), student, since),
            )
    for run, text in book.execute("SELECT id, problems FROM runs").fetchall():
        found = tuple(one for one in decode_problems(text) if not names(who, one))
        book.execute("UPDATE runs SET problems = ? WHERE id = ?", (encode_problems(found), run))
    number = count(1)  # a key of its own each: the settings stay such that they can be read
    for sha256, text in book.execute("SELECT sha256, text FROM courses").fetchall():
        told = _substituted(who, text, lambda _: f"{REDACTED}{next(number)}")
        book.execute("UPDATE courses SET text = ? WHERE sha256 = ?", (told, sha256))
    return touched


def redacted(submission: Submission, who: Called) -> Submission:
    """A submission that does not name somebody else, in how it came in or in its problems; answers stay as written."""
    return replace(submission, **_redacted(submission.handed, submission.problems, who))


def names(who: Called, problem: Problem) -> bool:
    """Whether a problem names the student."""
    return any(_named(who, text) for text in (problem.message, problem.hint, problem.file, problem.text))


def _redacted(handed: Handed, problems: tuple[Problem, ...], who: Called) -> dict[str, Any]:
    group, notes = _without(who, handed.group), tuple(_without(who, note) for note in handed.notes)
    return {"handed": replace(handed, group=group, notes=notes), "problems": _untold(problems, who)}


def _without_notes(terms: Terms, who: Called) -> dict[str, Any]:
    """What a course's settings come to for another; what the other asked stays as written."""
    return {
        "notes": tuple(_without(who, note) for note in terms.notes),
        "problems": _untold(terms.problems, who),
    }


def _untold(problems: Iterable[Problem], who: Called) -> tuple[Problem, ...]:
    return tuple(
        replace(one, message=_without(who, one.message), hint=_without(who, one.hint), file=_without(who, one.file))
        for one in problems
    )


def _without(who: Called, text: str) -> str:
    return _substituted(who, text, lambda _: REDACTED)


def _substituted(who: Called, text: str, sign: Callable[[re.Match[str]], str]) -> str:
    pattern = _pattern(who)
    return pattern.sub(sign, text) if pattern is not None and text else text


def _named(who: Called, text: str) -> bool:
    pattern = _pattern(who)
    return bool(pattern is not None and text and pattern.search(text))


@lru_cache(maxsize=64)
def _pattern(who: Called) -> re.Pattern[str] | None:
    """Any name of the student as words of their own; bare numbers of few digits may be anything."""
    told = [re.escape(text) for text in who.texts if not (text.isdecimal() and len(text) < _DIGITS)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(told)})(?!\w)") if told else None


def compact(book: sqlite3.Connection) -> None:
    """Write the file anew without what was deleted, so that no byte of it stays; raises sqlite3.Error."""
    book.execute("PRAGMA temp_store = MEMORY")  # else a copy of all goes through a file elsewhere
    book.execute("VACUUM")
    book.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def mark_forgotten(book: sqlite3.Connection, who: Called, at: str) -> None:
    """Note that this student's work is not to be graded any more; raises sqlite3.Error."""
    one = token_hex(8)
    told = _marks(who.student, who.ids) | {_name_mark(name) for name in who.names}
    marks = [(keyed(secret(book), text), one, at) for text in told]
    book.executemany("INSERT OR REPLACE INTO forgotten (id, who, at) VALUES (?, ?, ?)", marks)


def unmark_forgotten(book: sqlite3.Connection, who: Called) -> bool:
    """Take the mark away from all ids of the student; whether there was one."""
    marks = [(keyed(secret(book), text),) for text in _marks(who.student, who.ids)]
    whole = "DELETE FROM forgotten WHERE who IN (SELECT who FROM forgotten WHERE id = ?)"
    return book.executemany(whole, marks).rowcount > 0


def anybody_forgotten(book: sqlite3.Connection) -> bool:
    """Whether any student was forgotten; raises sqlite3.Error."""
    return book.execute("SELECT 1 FROM forgotten LIMIT 1").fetchone() is not None


def is_forgotten(book: sqlite3.Connection, student: str, ids: Iterable[tuple[str, str]] = ()) -> bool:
    """Whether the student was forgotten under the main id or any other of these; raises sqlite3.Error."""
    marked = {mark for (mark,) in book.execute("SELECT id FROM forgotten")}
    return bool(marked) and any(keyed(secret(book), text) in marked for text in _marks(student, ids))


def is_called_forgotten(book: sqlite3.Connection, text: str, columns: Iterable[str]) -> bool:
    """Whether a text is a name of a student who was forgotten, or an id in any of the `columns`.

    Somebody else may have the same name: this is for texts that mean nobody in the class. Raises sqlite3.Error.
    """
    marked = {mark for (mark,) in book.execute("SELECT id FROM forgotten")}
    told = {_name_mark(text), *_marks(text, ((column, text) for column in columns))}
    return bool(marked) and any(keyed(secret(book), one) in marked for one in told)


def _name_mark(name: str) -> str:
    return f"name\0{name.strip().casefold()}"


def _marks(student: str, ids: Iterable[tuple[str, str]]) -> set[str]:
    """What is hashed of an id: a bare number may be another student's in another column."""
    return {
        f"{column}\0{text}" if text.isdecimal() else text.casefold() for column, text in (("student", student), *ids)
    }
