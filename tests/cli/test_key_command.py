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
