"""Submissions <-> rows of the gradebook: student, attempt, part, text, context and place; every text kept once.

``keep(book, submissions)`` stores what a class handed in; ``kept(book)`` gives it back, with the students who are gone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from sys import intern

from grader.gradebook.encoding import (
    decode_found,
    decode_handed,
    decode_problems,
    decode_unused,
    dumps,
    encode_found,
    encode_handed,
    encode_problems,
    encode_unused,
)
from grader.submission.submissions import Answer, Submission

CONTEXT = ""  # of an answer that stands alone; what was bound before it otherwise
ATTEMPT = 1


def kept(book: sqlite3.Connection, only: str | None = None) -> dict[str, tuple[Submission, int | None]]:
    """By student, or of `only` one: what was handed in, and since which run nothing is any more.

    Raises sqlite3.Error, ValueError.
    """
    answers: dict[str, list[Answer]] = {}
    which, named = ("", ()) if only is None else (" WHERE student = ?", (only,))
    found = book.execute(
        "SELECT student, part, texts.text, file, line, col, found FROM answers JOIN texts ON texts.id = answers.text"
        f"{which} ORDER BY student, position",
        named,
    )
    for student, part, text, file, line, column, where in found:
        answers.setdefault(student, []).append(
            Answer(intern(part), intern(text), intern(file), line, column, decode_found(where))
        )
    return {
        student: (
            Submission(
                student,
                name,
                source,
                tuple(answers.get(student, ())),
                decode_problems(problems),
                bool(ocr),
                decode_unused(unused),
                tuple(json.loads(by_eye)),
                decode_handed(handed),
            ),
            gone,
        )
        for student, name, source, ocr, problems, gone, unused, by_eye, handed in book.execute(
            f"SELECT student, name, source, ocr, problems, gone_since, unused, by_eye, handed FROM students{which}",
            named,
        )
    }


def kept_answer(book: sqlite3.Connection, student: str, part: str) -> Answer | None:
    """What a student handed in for a part; None for nothing. Raises sqlite3.Error, ValueError."""
    query = (
        "SELECT texts.text, file, line, col, found FROM answers JOIN texts ON texts.id = answers.text"
        " WHERE student = ? AND part = ?"
    )
    row = book.execute(query, (student, part)).fetchone()
    if row is None:
        return None
    text, file, line, column, where = row
    return Answer(part, text, file, line, column, decode_found(where))


def keep(book: sqlite3.Connection, submissions: Iterable[Submission]) -> None:
    """Store what these students handed in, in place of what they had; raises sqlite3.Error."""
    submissions = tuple(submissions)
    texts = text_ids(book, (answer.text for one in submissions for answer in one.answers))
    names = [(one.student,) for one in submissions]
    book.executemany("DELETE FROM answers WHERE student = ?", names)
    book.executemany(
        "INSERT INTO students (student, name, source, ocr, problems, gone_since, unused, by_eye, handed)"
        " VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?)"
        " ON CONFLICT (student) DO UPDATE SET name = excluded.name, source = excluded.source, ocr = excluded.ocr,"
        " problems = excluded.problems, gone_since = NULL, unused = excluded.unused, by_eye = excluded.by_eye,"
        " handed = excluded.handed",
        [
            (
                *(one.student, one.name, one.source, one.ocr, encode_problems(one.problems)),
                *(encode_unused(one.unused), dumps(one.by_eye), encode_handed(one.handed)),
            )
            for one in submissions
        ],
    )
    book.executemany(
        "INSERT INTO answers (student, attempt, submitted_at, part, position, text, context, file, line, col, found)"
        " VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(one.student, ATTEMPT, item.part, k, texts[item.text], CONTEXT),
                *(item.file, item.line, item.column, encode_found(item.found)),
            )
            for one in submissions
            for k, item in enumerate(one.answers)
        ],
    )


def gone(book: sqlite3.Connection, students: Iterable[str], run: int) -> None:
    """Note that nothing of these students is handed in any more, from this run on."""
    book.executemany(
        "UPDATE students SET gone_since = coalesce(gone_since, ?) WHERE student = ?", [(run, one) for one in students]
    )


def taken_out(book: sqlite3.Connection, students: Iterable[str]) -> None:
    """Forget what these students handed in; their decisions stay, should they come back."""
    names = [(one,) for one in students]
    for table in ("answers", "documents", "pages", "students"):
        book.executemany(f"DELETE FROM {table} WHERE student = ?", names)


def text_ids(book: sqlite3.Connection, texts: Iterable[str]) -> Mapping[str, int]:
    """By text its id, stored where it is new."""
    wanted = dict.fromkeys(texts)
    book.executemany("INSERT OR IGNORE INTO texts (text) VALUES (?)", [(text,) for text in wanted])
    found = {}
    for text in wanted:
        (found[text],) = book.execute("SELECT id FROM texts WHERE text = ?", (text,)).fetchone()
    return found
