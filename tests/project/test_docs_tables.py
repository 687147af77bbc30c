"""The tables of docs/rubrics.md that are written from registers of the program.

Renew them with: PYTHONPATH=. python tests/project/test_docs_tables.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.expression.language.derived import DERIVED
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.names import Declared
from grader.expression.reading.lexing.latex_commands import COMMANDS
from grader.expression.reading.read import read
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


# what the name of a function does not say
MEANT = {
    "iverson": "1 where a condition holds, else 0: `1[i = j]`, `[x > 0]`, `ind(x > 0)`",
    "kronecker": r"1 where two indices are equal: `\delta_{ij}`",
    "factorial": "`k!` as well",
    "undefined": "no value: a case that is left open",
    "lgamma": "the logarithm of gamma",
    "log": "the natural one",
    "normal_cdf": "the distribution function of the standard normal",
    "normal_pdf": "its density",
    "max": "of several arguments, entry by entry; of one array, its largest entry",
    "min": "of several arguments, entry by entry; of one array, its smallest entry",
    "where": "`where(x > 0, x, 0)`",
    "softmax": "of a vector, along each row of a matrix, or along an axis: `softmax(Z, axis=0)`",
    "norm": "the root of the sum of squares; `norm(x, 1)` the sum of absolute values",
    "inner": "the sum of the products of all entries",
    "dot": "the matrix product, `@`",
    "outer": r"`x y^T` of vectors, `\otimes`",
    "multiply": r"entry by entry, `\odot`",
    "take": "`take(E, w)`: the rows of E at the places w, of a vector its entries",
    "diag": "the diagonal matrix of a vector, the diagonal of a matrix",
    "argmax": "the place of the largest entry, along each row of a matrix",
    "inv": "`A^{-1}`",
    "logdet": "the logarithm of the determinant's absolute value",
    "total": "the sum of all entries; `sum(A, 0)` down the columns, `sum(A, 1)` along the rows",
    "mean": "as `sum`",
    "ones": "`ones(n)`, `ones(m, n)`; alone, as long as it must be",
    "identity": "`eye(n)`, `I_n`; alone, as large as it must be",
    "onehot": "1 at a place and 0 elsewhere: `onehot(k, C)`",
    "round": "halves up",
    "clip": "`clip(x, low, high)`",
    "leakyrelu": "with a slope of 0.01, or `leakyrelu(x, slope)`",
    "concat": "arrays below each other, vectors one behind the other",
    "hstack": "side by side",
}
# what code does to arrays: in answers these are methods and calls of NumPy, and no formula needs them
OF_CODE = frozenset(
    ("entries", "expand_dims", "broadcast", "sliced", "stacked", "concatenated", "reshaped", "permuted", "convolved")
)


def functions() -> str:
    """One row a function that has a name, with all its names in text and in LaTeX."""
    commands: dict[str, list[str]] = {}
    for command, (kind, row) in COMMANDS.items():
        if kind == "fn":
            commands.setdefault(row, []).append(f"`\\{command}`")
    lines = ["| function | in LaTeX | arguments | what it is |", "| --- | --- | --- | --- |"]
    rows = [(row.name, row.spellings, row.low, row.high) for row in FUNCTIONS.values() if row.spellings]
    rows += [(name, row.spellings, row.low, row.high) for name, row in DERIVED.items()]
    for name, spellings, low, high in rows:
        if name not in OF_CODE:
            count = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
            called = ", ".join(f"`{spelling}`" for spelling in spellings)
            lines.append(f"| {called} | {', '.join(commands.get(name, ()))} | {count} | {MEANT.get(name, '')} |")
    return "\n".join(lines)


def test_every_function_of_the_table_is_read_by_each_of_its_names() -> None:
    known = {**{row.name: row.spellings for row in FUNCTIONS.values()}, **{n: r.spellings for n, r in DERIVED.items()}}
    assert MEANT.keys() | OF_CODE <= known.keys()
    lows = {row.name: row.low for row in FUNCTIONS.values()} | {name: row.low for name, row in DERIVED.items()}
    for name, spellings in known.items():
        for spelling in () if name in OF_CODE else spellings:
            given = (
                "x > 0"
                if name == "iverson"
                else "x > 0, 2, 3"
                if name == "where"
                else ", ".join(["x", "2", "3"][: max(lows[name], 1)])
            )
            text = f"x + {spelling}" if name == "undefined" else f"{spelling}({given})"
            assert not read(text, (Declared("x", 2, axes=("n", "n")),)).problems, text


TABLES: dict[str, Callable[[], str]] = {"mistakes by name": malrules, "notes": notes, "functions": functions}


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
