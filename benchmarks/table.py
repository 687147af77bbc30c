"""Measurements -> a table with the limit of each, and an exit code: 1 if one is broken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement and the most it may be."""

    what: str
    value: float
    limit: float
    unit: str


def print_table(rows: list[Row]) -> int:
    """Print the rows in columns; 0 if every limit is kept, else 1."""
    width = max(len(row.what) for row in rows)
    print(f"{'':{width}}   measured      limit")
    for row in rows:
        broken = "" if row.value <= row.limit else "   over the limit"
        print(f"{row.what:{width}} {row.value:8.2f} {row.unit:2} {row.limit:7g} {row.unit:2}{broken}")
    return int(any(row.value > row.limit for row in rows))
