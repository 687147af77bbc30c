"""Files that appear whole or not at all, also where they are written piece by piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.files import whole_text, write_text


def test_a_text_in_pieces_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "results.json"
    for pieces in (("old",), ("a", "\n", "ä\ud800")):
        with whole_text(path) as file:
            for piece in pieces:
                file.write(piece)
    assert path.read_bytes() == "a\nä?".encode(), "half a character becomes a question mark, as in write_text"
    assert [one.name for one in path.parent.iterdir()] == ["results.json"]


def test_a_fault_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_text(path, "old")
    with pytest.raises(ZeroDivisionError), whole_text(path) as file:
        file.write("new")
        raise ZeroDivisionError
    assert path.read_text("utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["grades.csv"]
