r"""The lines that Mathpix found on paper (``ana.lines.json``) -> a text with one of them on each line.

``{"pages": [{"lines": [{"text": "w1)"}, {"text": "\\( a=b \\)"}]}]}`` is ``w1)`` and, below it, ``\( a=b \)``. A line
that is no part of the text (in a picture, the number of a page) stays empty, so that all are counted as Mathpix does.
"""

from __future__ import annotations

import json

from grader.problems import Problem

UNSURE = 0.8  # `confidence_rate` of a line, below which a person is told
_SHOWN = 12  # lines that are named


def text_of_lines(text: str, file: str) -> tuple[str, tuple[Problem, ...]]:
    """The text of the lines, and Problems: of a file that is none of Mathpix's, and which lines it was unsure of."""
    try:
        loaded = json.loads(text, parse_int=float)
    except (json.JSONDecodeError, RecursionError) as error:
        place = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        return "", (Problem("not read: broken JSON", "write it with Mathpix again", file, place),)
    found = list(_lines(loaded))
    if not found:
        hint = 'such a file has {"pages": [{"lines": [{"text": "..."}]}]}'
        return "", (Problem("not read: there are no lines of Mathpix in this file", hint, file),)
    unsure = [str(at) for at, (_, sure) in enumerate(found, start=1) if sure < UNSURE]
    said: tuple[Problem, ...] = ()
    if unsure:
        many = "line" if len(unsure) == 1 else "lines"
        which = ", ".join(unsure[:_SHOWN]) + (", …" if len(unsure) > _SHOWN else "")
        said = (Problem(f"Mathpix was not sure of {many} {which}", "compare with the paper", file),)
    return "\n".join(line for line, _ in found), said


def _lines(loaded: object) -> list[tuple[str, float]]:
    """Each line's text, on one line, and how sure it is; empty where the line is not of the text."""
    found: list[tuple[str, float]] = []
    pages = loaded.get("pages") if isinstance(loaded, dict) else None
    for page in pages if isinstance(pages, list) else ():
        lines = page.get("lines") if isinstance(page, dict) else None
        for line in lines if isinstance(lines, list) else ():
            match line:
                case {"text": str(text)} if line.get("conversion_output", line.get("included", True)) is not False:
                    rate = line.get("confidence_rate")
                    sure = float(rate) if isinstance(rate, float) else 1.0
                    found.append((" ".join(text.split()), sure))
                case _:
                    found.append(("", 1.0))
    return found
