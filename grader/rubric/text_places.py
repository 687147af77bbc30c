r"""Characters of a YAML scalar's value -> where they stand in the file, whatever quotes and line breaks are round it.

Of ``z: 'w''x'`` on line 3 the value is ``w'x``; its x, at offset 2, stands at line 3, column 8.
"""

from __future__ import annotations

import re
from bisect import bisect_right

# runs: an offset in the value, and the line and column of that character; from there on columns count up
Places = tuple[tuple[int, int, int], ...]

_UNITS = {
    "'": re.compile(r"''|\S"),
    '"': re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])|\S"),
}
_SIGN = re.compile(r"\S")
_BLANKS = frozenset("ntrvfNLP_ \t\r\n")  # behind a backslash: what it makes is a space, or nothing


def places_of(raw: str, value: str, style: str | None, line: int, column: int) -> Places:
    """The places of a scalar that is written as `raw` from a line and a column on (both from 1) and means `value`."""
    quoted = style in _UNITS
    if "\n" not in raw and (raw[1:-1] if quoted else raw) == value:
        return ((0, line, column + quoted),)
    start = raw.find("\n") + 1 if style in ("|", ">") else int(quoted)
    signs = (found for found in _UNITS.get(style or "", _SIGN).finditer(raw, start) if not _is_blank(found[0]))
    runs: list[tuple[int, int, int]] = []
    begin, passed = 1 - column, 0  # where the line begins that holds the place
    for offset in (at for at, sign in enumerate(value) if not sign.isspace()):
        found = next(signs, None)
        if found is None:
            break
        for broken in re.finditer(r"\r\n|\r|\n", raw[passed : found.start()]):
            line, begin = line + 1, passed + broken.end()
        passed = found.start()
        there = (line, passed - begin + 1)
        if not runs or (runs[-1][1], runs[-1][2] + offset - runs[-1][0]) != there:
            runs.append((offset, *there))
    return tuple(runs) or ((0, line, column),)


def _is_blank(unit: str) -> bool:
    """Whether what is written makes a space, or nothing."""
    if unit[:1] != "\\" or len(unit) == 1:
        return False
    return chr(int(unit[2:], 16)).isspace() if unit[1] in "xuU" and len(unit) > 2 else unit[1] in _BLANKS


def place_at(places: Places, offset: int) -> tuple[int, int]:
    """The line and the column of a character of the value; (0, 0) where they are not known."""
    if not places:
        return 0, 0
    start, line, column = places[max(0, bisect_right(places, (offset, 1 << 30, 0)) - 1)]
    return line, max(1, column + offset - start)
