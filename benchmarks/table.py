"""Measurements -> a table with the limit of each, and an exit code: 1 if one is broken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement and the most it may be (with `least`: the least)."""

    what: str
    value: float
    limit: float
    unit: str
    least: bool = False

    @property
    def broken(self) -> bool:
        """Whether the limit is not kept."""
        return self.value < self.limit if self.least else self.value > self.limit


def print_table(rows: list[Row]) -> int:
    """Print the rows in columns; 0 if every limit is kept, else 1."""
    width = max(len(row.what) for row in rows)
    print(f"{'':{width}}   measured      limit")
    for row in rows:
        side = "under" if row.least else "over"
        broken = f"   {side} the limit" if row.broken else ""
        print(f"{row.what:{width}} {row.value:8.2f} {row.unit:2} {row.limit:7g} {row.unit:2}{broken}")
    return int(any(row.broken for row in rows))
