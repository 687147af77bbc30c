r"""A table of cases in a text file -> the cases that a test runs over, one a row, under names that say something.

``each(HERE / "mistakes.txt")`` over a test with the arguments `part`, `answer`, `rule` and `why`, for a table like

    # part ;; answer ;; rule (that it must be diagnosed with; "-" for none) ;; why
    # sigmoid
    1a ;; 2\sigma(x)(1-\sigma(x)) ;; factor_two ;; doubled
    1a ;; \sigma(x)^2 ;; inner_only ;; an open question ;; xfail: no rule predicts it yet

The first line names the columns, with what there is to say of one in brackets. Other lines that begin with ``# `` are
comments, ``## net: title`` begins the section `net`, ``⏎`` in a cell is a line break. A row with one cell more, which
begins with ``xfail: ``, is a known failure with its reason: strictly, so that it must leave when it comes right.

Where a cell takes many lines, the columns' names have signs before them. Then rows are blocks between empty lines, and
each line goes to the cell of its sign: ``# why ;; - right ;; + wrong ;; ! problems`` heads rows like

    # a misspelt key
    - title: Losses
    + titel: Losses
    ! r.yaml:1: unknown key 'titel'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PARTED, BREAK, KNOWN = ";;", "⏎", "xfail: "
LONGEST = 60  # of a name, in characters
_MARKED = re.compile(r"([#+!-]) (\S+)")


@dataclass(frozen=True, slots=True)
class Case:
    """A row: its cells by their columns' names, where it stands, and why it is known to fail, if it is."""

    table: str
    line: int
    section: str
    cells: Mapping[str, str]
    known: str = ""

    def __getitem__(self, column: str) -> str:
        """The cell in a column; `table` and `section` tell where the row stands."""
        return {"table": self.table, "section": self.section, **self.cells}[column]

    @property
    def name(self) -> str:
        """``mistakes:7 doubled``: the place, and the reason or else the first cell."""
        told = self.cells.get("why") or next(iter(self.cells.values()))
        return f"{self.table}:{self.line} {' '.join(told.split())[:LONGEST]}"


@cache
def rows(path: Path) -> tuple[Case, ...]:
    """The rows of a table in their order; ValueError for a row that has not a cell for each column."""
    head, *lines = path.read_text("utf-8").splitlines()
    if not head.startswith("# "):
        raise ValueError(f"{path.name}: the first line does not name the columns")
    columns = [column.strip() for column in re.sub(r"\([^()]*\)", "", head[2:]).split(PARTED)]
    marked = [_MARKED.fullmatch(column) for column in columns[1:]]
    if marked and all(marked):
        signs = {"#": columns[0], **{found[1]: found[2] for found in marked if found}}
        return tuple(_blocks(path.stem, signs, lines))
    return tuple(_lines(path.stem, columns, lines))


def _lines(name: str, columns: list[str], lines: list[str]) -> Iterator[Case]:
    section = ""
    for number, line in enumerate(lines, start=2):
        if line.startswith("## "):
            section = line[3:].partition(":")[0]
        elif line.strip() and not line.startswith("# "):
            cells = [cell.strip().replace(BREAK, "\n") for cell in line.split(PARTED)]
            known = cells.pop() if cells[-1].startswith(KNOWN) else ""
            if len(cells) != len(columns):
                raise ValueError(f"{name}.txt:{number}: {len(cells)} cells for the columns {', '.join(columns)}")
            yield Case(name, number, section, dict(zip(columns, cells, strict=True)), known.removeprefix(KNOWN))


def _blocks(name: str, signs: Mapping[str, str], lines: list[str]) -> Iterator[Case]:
    kept: dict[str, list[str]] = {}
    for number, line in enumerate([*lines, ""], start=2):
        if line:
            if not kept:
                kept, began = {sign: [] for sign in signs}, number
            if line[0] not in signs:
                raise ValueError(f"{name}.txt:{number}: a line begins with one of {' '.join(signs)}")
            kept[line[0]].append(line[2:])
        elif kept:
            yield Case(name, began, "", {signs[sign]: "\n".join(found) for sign, found in kept.items()})
            kept = {}


def each(
    *paths: Path, columns: tuple[str, ...] = (), where: Callable[[Case], bool] = lambda _: True
) -> pytest.MarkDecorator:
    """Runs a test over the rows of tables for which `where` holds, with the cells of `columns` as its arguments.

    All columns of the table where none are named; ``table`` and ``section`` can be named too.
    """
    cases = [case for path in paths for case in rows(path) if where(case)]
    wanted = columns or tuple(cases[0].cells)
    return pytest.mark.parametrize(
        wanted,
        [
            pytest.param(
                *(case[column] for column in wanted),
                id=case.name,
                marks=[pytest.mark.xfail(strict=True, reason=case.known)] if case.known else [],
            )
            for case in cases
        ],
    )
