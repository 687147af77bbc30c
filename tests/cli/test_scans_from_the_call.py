"""A class from paper: said by the call or by the rubric, it loses no point without a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

WRONG = "## 1a\n\n$\\frac{\\partial L}{\\partial \\hat y} = y - \\hat y$\n"
FROM_PAPER, TYPED = ("undecided", True), ("incorrect", False)


@pytest.mark.parametrize(
    ("call", "said", "expected"),
    [
        ((), "", TYPED),
        (("--source", "ocr"), "", FROM_PAPER),
        ((), "source: ocr\n", FROM_PAPER),
        (("--source", "typed"), "source: ocr\n", TYPED),
        (("--source", "ocr"), "source: typed\n", FROM_PAPER),
    ],
)
def test_what_is_said_of_a_class(
    call: tuple[str, ...], said: str, expected: tuple[str, bool], rubric: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(said + Path(rubric).read_text("utf-8"))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ana.md").write_text(WRONG)
    asked = ["grade", str(own), str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--jobs", "1", "--quiet"]
    assert main([*asked, *call]) == 0
    (student,) = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["students"]
    part = next(part for part in student["parts"] if part["part"] == "1a")
    assert (part["verdict"], part["review"]) == expected


def test_a_word_that_is_neither(rubric: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("source: scan\n" + Path(rubric).read_text("utf-8"))
    assert main(["check", str(own)]) == 2
    assert "expected typed or ocr, found 'scan'" in capsys.readouterr().err
