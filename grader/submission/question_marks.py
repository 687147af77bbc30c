"""Lines of a blank sheet that repeat the question -> marked as such, and left out when the sheet comes back.

``Derive dL/dw. <!-- asked 3f2a -->`` is the question as long as nobody changes it: the sign is of the text before it,
so that what a student writes into such a line is an answer again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from zlib import crc32

_MARK = "asked"
_MARKED = re.compile(
    rf"^(?P<text>[^\n]*?) ?(?:<!-- {_MARK} (?P<sign>[0-9a-f]{{4}}) -->|% {_MARK} (?P<tex>[0-9a-f]{{4}}))[ \t]*$",
    re.MULTILINE,
)
LONGEST = 20_000_000  # characters of a notebook that is looked through


def marked(text: str, tex: bool = False) -> str:
    """A line of the question with its mark, a comment of Markdown or of LaTeX."""
    line = " ".join(text.split())
    return f"{line} % {_MARK} {_sign(line)}" if tex else f"{line} <!-- {_MARK} {_sign(line)} -->"


def without_questions(text: str, ending: str) -> str:
    """A document without the lines that are marked and unchanged; every other character stays on its line."""
    if _MARK not in text:
        return text
    if ending == ".ipynb":
        return _in_cells(text, _blanked)
    return _blanked(text)


def _blanked(text: str) -> str:
    return _MARKED.sub(lambda found: "" if _sign(found["text"]) == (found["sign"] or found["tex"]) else found[0], text)


def _sign(line: str) -> str:
    return f"{crc32(line.strip().encode()) & 0xFFFF:04x}"


def _in_cells(text: str, change: Callable[[str], str]) -> str:
    """A notebook with its cells changed; as it is where it can't be read, of which others tell."""
    try:
        loaded = json.loads(text, parse_int=float) if len(text) <= LONGEST else None
    except (json.JSONDecodeError, RecursionError):
        return text
    cells = loaded.get("cells") if isinstance(loaded, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        match cell:
            case {"cell_type": "markdown", "source": str(source)}:
                cell["source"] = change(source)
            case {"cell_type": "markdown", "source": [*lines]} if all(isinstance(line, str) for line in lines):
                cell["source"] = change("".join(lines))
    return text if loaded is None else json.dumps(loaded, ensure_ascii=False)
