"""Settings of a results folder that hold until they are changed, and the secret that its hashes are keyed with."""

from __future__ import annotations

import hmac
import secrets
import sqlite3

SECRET, PRIVATE, BLIND = "secret", "private_names", "blind"
_BYTES = 32
_LASTING = {
    "settings": ("name", "value"),
    "forgotten": ("id", "who", "at"),
    "audited": ("draw", "student", "part", "points", "decisions"),
    "given_out": ("path", "at"),
}


def setting(book: sqlite3.Connection, name: str) -> str:
    """The value of a setting, empty where it was never set; raises sqlite3.Error."""
    row = book.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""


def keep_setting(book: sqlite3.Connection, name: str, value: str) -> None:
    """Set a setting; raises sqlite3.Error."""
    book.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def secret(book: sqlite3.Connection) -> str:
    """The folder's own secret, in hexadecimal digits, made when it is first asked for."""
    found = setting(book, SECRET)
    if not found:
        found = secrets.token_hex(_BYTES)
        keep_setting(book, SECRET, found)
    return found


def page_secret(book: sqlite3.Connection) -> str:
    """What the names of pages are hashed with; empty where they are those of the students."""
    return secret(book) if setting(book, PRIVATE) else ""


def alias_secret(book: sqlite3.Connection) -> str:
    """What the aliases of a blind review are hashed with; empty where the review has names."""
    return secret(book) if setting(book, BLIND) else ""


def taken_over(broken: sqlite3.Connection, book: sqlite3.Connection) -> bool:
    """Put what a broken gradebook has of settings, and of what was asked for once, into a new one; whether it had all.

    Without it students who were forgotten would come back, and pages would go by the names of students again.
    """
    there = {name for (name,) in broken.execute("SELECT name FROM sqlite_master")}
    whole = True
    for table, columns in _LASTING.items():
        if table not in there:  # one of an earlier version had none of it
            continue
        marks = ", ".join("?" * len(columns))
        try:
            rows = broken.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            book.executemany(f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        except sqlite3.Error:
            whole = False
    return whole


def keyed(key: str, text: str) -> str:
    """The hash of a text (HMAC with SHA-256, RFC 2104) under a secret of hexadecimal digits."""
    return hmac.new(bytes.fromhex(key), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
