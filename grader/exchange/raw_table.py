"""A CSV file of another program <-> its cells, so that one can be changed and every other byte stays as it was.

``with_cells(raw_table(data), {})`` is `data` for any bytes: mark, encoding, line ends, quoting and all.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

LARGEST_TABLE = 16 * 2**20  # bytes
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class WrongTable(Exception):
    """Why the bytes are no table."""


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell's `text`, where it stands in the file's text, and whether it is between quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it was written; `rows` are without blank lines."""

    text: str
    mark: bytes
    encoding: str
    delimiter: str
    rows: tuple[tuple[RawCell, ...], ...]

    def texts(self, row: int) -> tuple[str, ...]:
        """The texts of a row's cells."""
        return tuple(cell.text for cell in self.rows[row])


def raw_table(data: bytes, *, head_only: bool = False) -> RawTable:
    """Take a CSV file apart, or its first row alone; raises WrongTable where it holds none."""
    if len(data) > LARGEST_TABLE:
        raise WrongTable("it is larger than 16 MB")
    mark, encoding, text = _decoded(data)
    begin = 0
    if text.startswith("sep=") and len(text) > 4:  # what Excel writes first
        delimiter, begin = text[4], text.find("\n") + 1
    else:
        delimiter = max(",;\t", key=lambda sign: len(_row(text, 0, sign)[0]))
    rows: list[tuple[RawCell, ...]] = []
    while begin < len(text) and not (head_only and rows):
        cells, begin = _row(text, begin, delimiter)
        if any(cell.text for cell in cells):
            rows.append(tuple(cells))
    if not rows:
        raise WrongTable("it is empty")
    return RawTable(text, mark, encoding, delimiter, tuple(rows))


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return mark, encoding, data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise WrongTable(f"it is not {encoding.upper()}, as its mark says") from None
    if b"\0" in data[:4096] or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise WrongTable("it is no CSV: download or save it as CSV, not as a spreadsheet")
    for encoding in ("utf-8", "cp1252"):
        try:
            return b"", encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return b"", "latin-1", data.decode("latin-1")


def _row(text: str, begin: int, delimiter: str) -> tuple[list[RawCell], int]:
    """The cells of the row at `begin`, and where the next begins."""
    cells: list[RawCell] = []
    at = begin
    while True:
        start = at
        quoted = text[at : at + 1] == '"'
        if quoted:
            at = _closing_quote(text, at + 1)
        while at < len(text) and text[at] not in (delimiter, "\n", "\r"):
            at += 1
        written = text[start:at]
        closed = quoted and len(written) > 1 and written.endswith('"')
        cells.append(RawCell(written[1:-1].replace('""', '"') if closed else written, start, at, closed))
        if text[at : at + 1] == delimiter:
            at += 1
            continue
        return cells, at + (2 if text[at : at + 2] == "\r\n" else 1)


def _closing_quote(text: str, at: int) -> int:
    """The place behind the quote that closes; where none does, that of the line's end."""
    begin = at
    while (found := text.find('"', at)) >= 0:
        if text[found + 1 : found + 2] != '"':
            return found + 1
        at = found + 2
    end = text.find("\n", begin)
    return len(text) if end < 0 else end


def with_cells(table: RawTable, changes: Mapping[tuple[int, int], str]) -> bytes:
    """The file with the cells at (row, column) changed; a cell between quotes stays so."""
    pieces: list[str] = []
    at = 0
    places = sorted((table.rows[row][column].start, row, column) for row, column in changes)
    for start, row, column in places:
        cell, new = table.rows[row][column], changes[row, column]
        needs = cell.quoted or any(sign in new for sign in (table.delimiter, '"', "\n", "\r"))
        pieces += [table.text[at:start], '"' + new.replace('"', '""') + '"' if needs else new]
        at = cell.end
    return table.mark + "".join((*pieces, table.text[at:])).encode(table.encoding)
