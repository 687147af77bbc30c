"""The tables of docs/rubrics.md that are written from registers of the program.

Renew them with: PYTHONPATH=. python tests/project/test_docs_tables.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.results import NOTES, NoteKind
from grader.rubric.malrules import MALRULES

DOCS = Path(__file__).parents[2] / "docs/rubrics.md"


def malrules() -> str:
    """One row a mistake, in the order in which they are named."""
    lines = ["| mistake | what it is | can often not be told from |", "| --- | --- | --- |"]
    for row in sorted(MALRULES.values(), key=lambda row: row.rank):
        alike = ", ".join(f"`{kind}`" for kind in row.alike)
        lines.append(f"| `{row.kind}` | {row.what} | {alike} |")
    return "\n".join(lines)


def notes() -> str:
    """One row a note."""
    lines = ["| note | what is said of it | what it earns |", "| --- | --- | --- |"]
    for row in NOTES.values():
        name = f"{row.kind}/..." if row.kind is NoteKind.MALRULE else row.kind
        lines.append(f"| `{name}` | {row.sentence} | {row.credit.value} |")
    return "\n".join(lines)


TABLES: dict[str, Callable[[], str]] = {"mistakes by name": malrules, "notes": notes}


def between(name: str) -> re.Pattern[str]:
    """What stands in the docs between the marks of a table."""
    return re.compile(rf"(?<=<!-- table: {name} -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_register_says(name: str) -> None:
    assert between(name).findall(DOCS.read_text("utf-8")) == [TABLES[name]()]


if __name__ == "__main__":
    text = DOCS.read_text("utf-8")
    for name, written in TABLES.items():
        found = between(name).search(text)
        assert found is not None, name
        text = text[: found.start()] + written() + text[found.end() :]
    DOCS.write_text(text, "utf-8")
