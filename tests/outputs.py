"""What a run wrote for people to read, by path: all but the gradebook, which holds times and page numbers of SQLite."""

from __future__ import annotations

from pathlib import Path

BOOK = (".gradebook.lock", "gradebook.sqlite")


def written(out: Path) -> dict[str, bytes]:
    """The bytes of every other file below `out`, half written ones included."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in BOOK}
