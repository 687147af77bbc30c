"""A text to a file on disk, which appears whole or not at all.

``write_text(Path("report/grades.csv"), text)`` leaves the old file or the new one, never half of either, and so does
``whole_text(path)``, to which a text is written piece by piece.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, as `write_bytes` does; half a character, as hostile JSON can hold, becomes ``?``."""
    write_bytes(path, text.encode("utf-8", "replace"))


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """A text to write piece by piece, as `write_text` does a whole one; where the block raises, the old file stays."""
    temporary = _beside(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}.part-{path.name[:100]}")


def write_bytes(path: Path, data: bytes) -> None:
    """Write to a neighbour of `path`, then put it in its place; makes the folders above it. Raises OSError."""
    temporary = _beside(path)
    try:
        try:
            temporary.write_bytes(data)
        except FileNotFoundError:  # which is rarer than a folder that is there
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
