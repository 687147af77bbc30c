"""A text to a file on disk, which appears whole or not at all.

``write_text(Path("report/grades.csv"), text)`` leaves the old file or the new one, never half of either.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, as `write_bytes` does; half a character, as hostile JSON can hold, becomes ``?``."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write to a neighbour of `path`, then put it in its place; makes the folders above it. Raises OSError."""
    temporary = path.with_name(f".{os.getpid()}.part-{path.name[:100]}")
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
