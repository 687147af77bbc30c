"""Rows of texts -> lines below each other: the first column to the left, the others to the right.

>>> list(columns([("part", "mean"), ("1a-chain", "2")]))
['part      mean', '1a-chain     2']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def columns(rows: Iterable[Iterable[str]], left: tuple[int, ...] = (0,)) -> Iterator[str]:
    """The lines; the columns `left` begin at the left."""
    whole = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*whole, strict=True)]
    for row in whole:
        cells = (
            text.ljust(width) if at in left else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
