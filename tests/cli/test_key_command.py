"""The key in each of its formats: the same parts, the same formulas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

Output = pytest.CaptureFixture[str]

PARTS = ["1a", "1b", "2a", "2b"]
FORMULA = "yhat - y"


def test_for_a_terminal(rubric: str, capsys: Output) -> None:
    assert main(["key", rubric]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["My first gradient homework", "=" * 26, "", "Question 1. One sigmoid unit"]
    assert [line.split()[0] for line in lines if " point)  " in line or " points)  " in line] == PARTS
    assert any(line.startswith(f"      dL/dyhat = {FORMULA} ") for line in lines)
    assert any(line.startswith("      value 0.57") for line in lines)
    assert any(line.startswith("      accepted from 0.57") and "(rounding on every line)" in line for line in lines)


def test_for_programs(rubric: str, capsys: Output) -> None:
    assert main(["key", rubric, "--format", "json"]) == 0
    key = json.loads(capsys.readouterr().out)
    assert (key["schema"], key["title"]) == (1, "My first gradient homework")
    assert [part["part"] for part in key["parts"]] == PARTS
    first, number = key["parts"][0], key["parts"][2]
    assert (first["points"], first["target"], first["value"], first["interval"]) == (1, "dL/dyhat", None, None)
    assert first["closed_form"]["text"] == FORMULA
    assert first["derivation"][-1].keys() == {"text", "mathml", "reason"}
    low, high = number["interval"]
    assert low < number["value"] < high


def test_for_a_browser(rubric: str, capsys: Output) -> None:
    assert main(["key", rubric, "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert [part for part in PARTS if f'id="part-{part}"' in page] == PARTS
    assert "<math" in page


@pytest.mark.parametrize("how", ["text", "json", "html"])
def test_a_rubric_with_a_mistake_has_no_key(how: str, tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("title: x\nquestionz: []\n")
    assert main(["key", str(path), "--format", how]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{path}:2: " in said.err


def test_arrays_show_their_numbers(tmp_path: Path, capsys: Output) -> None:
    """In a terminal row by row, for programs nested, on the page as text."""
    rubric = tmp_path / "arrays.yaml"
    rubric.write_text(
        "title: A matrix\nquestions:\n  - id: q\n    model:\n"
        "      given: {x: {value: [0.5, -1]}, W: {value: [[1, 2], [3, 4]]}}\n"
        "      define: {z: W @ x, L: sum_i(z_i^2)}\n"
        "    parts: [{id: dW, target: dL/dW}, {id: dW12, target: dL/dW_12, rounding: 2 decimals}]\n",
        encoding="utf-8",
    )
    assert main(["key", str(rubric)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in lines if "value" in line] == ["value [-1.5, 3]", "value [-2.5, 5]", "value 3"]
    assert main(["key", str(rubric), "--format", "json"]) == 0
    whole, entry = json.loads(capsys.readouterr().out)["parts"]
    assert (whole["value"], entry["value"]) == ([[-1.5, 3.0], [-2.5, 5.0]], 3.0)
    assert whole["interval"] is None and entry["interval"][0] <= 3.0 <= entry["interval"][1]
    assert main(["key", str(rubric), "--format", "html"]) == 0
    assert "[-1.5, 3]\n[-2.5, 5]" in capsys.readouterr().out
