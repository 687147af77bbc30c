"""What `grader check` tells an author: notes only where they are asked for, a line that says so where they are not."""

from __future__ import annotations

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
