"""How tables of cases are read, and that no table of the tests is read in another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases import each, rows

TESTS = Path(__file__).parents[1]
TABLES = sorted(path for path in TESTS.rglob("*.txt") if {"golden", "samples", "scans"}.isdisjoint(path.parts))


def written(folder: Path, text: str) -> Path:
    path = folder / "some.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_row_has_its_columns_its_section_and_its_place(tmp_path: Path) -> None:
    text = "# text ;; note (or -) ;; why\n# comment\nx⏎y ;; ;; two lines\n\n## net: names\n#x ;; - ;;\n"
    first, second = rows(written(tmp_path, text))
    assert dict(first.cells) == {"text": "x\ny", "note": "", "why": "two lines"}
    assert (first.name, first["table"], first["section"]) == ("some:3 two lines", "some", "")
    assert (second.name, second["text"], second["section"]) == ("some:6 #x", "#x", "net")


def test_a_known_failure_is_strict_and_says_why(tmp_path: Path) -> None:
    mark = each(written(tmp_path, "# text ;; why\nx ;; right\ny ;; wrong ;; xfail: not yet\n"), columns=("text",))
    names, (right, wrong) = mark.args
    assert (names, right.values, wrong.values, right.marks) == (("text",), ("x",), ("y",), [])
    assert wrong.marks[0].kwargs == {"strict": True, "reason": "not yet"}


def test_cells_of_many_lines(tmp_path: Path) -> None:
    (case,) = rows(written(tmp_path, "# why ;; - right ;; + wrong\n\n# both\n-   a: 1\n-   b: 2\n+ c\n"))
    assert dict(case.cells) == {"why": "both", "right": "  a: 1\n  b: 2", "wrong": "c"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x ;; y\n", "some.txt: the first line does not name the columns"),
        ("# text ;; why\nx\n", "some.txt:2: 1 cells for the columns text, why"),
        ("# text ;; why\nx ;; y ;; z\n", "some.txt:2: 3 cells for the columns text, why"),
        ("# why ;; - right\n\n# x\n+ y\n", "some.txt:4: a line begins with one of # -"),
    ],
)
def test_a_table_with_a_mistake_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        rows(written(tmp_path, text))


@pytest.mark.parametrize("path", TABLES, ids=[path.stem for path in TABLES])
def test_every_row_of_every_table_says_why(path: Path) -> None:
    assert rows(path)
    for case in rows(path):
        assert case["why"], case.name
