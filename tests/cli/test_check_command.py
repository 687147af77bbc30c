"""What `grader check` tells an author: notes only where they are asked for, a line that says so where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

# dL/db is dL/dz here, so that the one given for the other is right: a note
RUBRIC = """\
title: One unit
questions:
  - id: "1"
    model:
      given: {x: real, w: real, b: real, y: real}
      define: {z: w*x + b, L: 1/2 (y - z)^2}
    parts: [{id: 1a, target: dL/db}]
"""

SAID = [
    ([], ["1 note (", "no problem in 1 part"], ["note: "], "a newcomer sees that there is more"),
    (["--verbose"], ["note: ", "no problem in 1 part"], ["1 note ("], "asked for"),
    (["-v"], ["note: "], [], "in short"),
    (["--quiet"], [], ["note", "no problem"], "nothing but errors"),
]


@pytest.mark.parametrize(("options", "said", "unsaid", "why"), SAID, ids=[row[3] for row in SAID])
def test_notes_are_told_when_asked_for(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: list[str],
    unsaid: list[str],
    why: str,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(RUBRIC, encoding="utf-8")
    assert main(["check", str(rubric), *options]) == 0
    out = capsys.readouterr().out
    assert all(text in out for text in said), why
    assert not any(text in out for text in unsaid), why


NUMBERS = """\
title: Rounded
questions:
  - id: "1"
    model:
      given: {{x: {x}, w: {w}, y: {{value: 0.2}}}}
      define: {{z: {z}, a: sigmoid(z), L: 1/2 (a - y)^2}}
    {defaults}
    parts:
      - {{id: 1a, target: a}}
      - {{id: 1b, target: dL/da}}
      - {{id: 1c, target: dL/dz, tolerance: {{absolute: 0.001}}}}
"""
POLE = {"x": "{value: 0.3}", "w": "{value: 0.1}", "z": "x/(w - 0.10001)"}
ARRAYS = {"x": "{value: [0.3, 0.7]}", "w": "{value: [0.1, 0.8]}", "z": "x @ w"}
SCALARS = {"x": "{value: 0.3}", "w": "{value: 0.1}", "z": "x*w"}
UNHEEDED = (
    "{path}:9: question 1, key 'rounding': rounding is not carried through a program of so many numbers, a function"
    " without an enclosure or a divisor near 0: of '1a', '1b',"
    " only the right value, rounded as asked or within the tolerance, is right; near it, a person decides"
    " (give a tolerance, or numbers of their own)"
)
ROUNDED = [
    (POLE, "defaults: {rounding: 4 decimals}", True, "decimals"),
    (POLE, "defaults: {rounding: 3 decimals}", True, "fewer"),
    (ARRAYS, "defaults: {rounding: 4 decimals}", False, "carried through arrays"),
    (ARRAYS, "defaults: {rounding: 3 significant}", False, "digits"),
    (ARRAYS, "defaults: {tolerance: {decimals: 4}}", False, "only the result is rounded"),
    (ARRAYS, "defaults: {points: 2}", False, "no rounding asked for"),
    (SCALARS, "defaults: {rounding: 4 decimals}", False, "carried through numbers"),
    (
        {"x": "{shape: [2]}", "w": "{shape: [2]}", "z": "x @ w"},
        "defaults: {rounding: 4 decimals}",
        False,
        "formulas are not rounded",
    ),
]


@pytest.fixture
def rounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "class.csv").write_text("student,1a,1b\nada,0.6434,0.4434\n", encoding="utf-8")
    return tmp_path / "rubric.yaml"


@pytest.mark.parametrize(("model", "defaults", "warned", "why"), ROUNDED, ids=[row[3] for row in ROUNDED])
def test_rounding_that_is_not_carried_is_warned_of(
    rounded: Path, capsys: pytest.CaptureFixture[str], model: dict[str, str], defaults: str, warned: bool, why: str
) -> None:
    rounded.write_text(NUMBERS.format(defaults=defaults, **model), encoding="utf-8")
    expected = UNHEEDED.format(path=rounded)
    assert main(["check", str(rounded)]) == 0
    assert (f"warning: {expected}" in capsys.readouterr().out.splitlines()) == warned, why
    sheets, out = rounded.with_name("class.csv"), rounded.with_name("out")
    assert main(["grade", str(rounded), str(sheets), "--out", str(out), "--jobs", "1"]) == 0
    assert (f"{expected} [warning]" in capsys.readouterr().err.splitlines()) == warned, why


def test_the_warning_is_no_problem_of_the_class(rounded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It changes neither the exit code nor the results, and `--quiet` leaves it out."""
    rounded.write_text(NUMBERS.format(defaults="defaults: {rounding: 4 decimals}", **POLE), encoding="utf-8")
    out = rounded.with_name("out")
    call = ["grade", str(rounded), str(rounded.with_name("class.csv")), "--out", str(out), "--jobs", "1"]
    assert main([*call, "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert json.loads((out / "results.json").read_text("utf-8"))["problems"] == []
