"""The examples of docs/rubrics.md are rubrics, models and parts that load, and its mistakes are as shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.rubric.schema import KEYS

TEXT = (Path(__file__).parents[2] / "docs/rubrics.md").read_text(encoding="utf-8")
FENCES = re.findall(r"<!-- (\w+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)

MODEL = """\
given: {x: real, w: real, b: real}
define:
  z: w*x + b
  yhat: sigmoid(z)
  L: (1 - yhat)^2
"""
BROKEN = """\
title: T
questions:
  - id: 1
    model:
      given:
        x: real
        w: real
        p: positiv
      define:
        s: w * x
    parts:
      - id: 1a
        target: ds/dw
        points: three
        acept: [x]
"""


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def rubric_around(kind: str, text: str) -> str:
    """A whole rubric with the example in its place."""
    if kind == "rubric":
        return text
    model = text if kind == "model" else MODEL
    last = re.findall(r"^  (\w+?)(?:_[a-z]+)?:", model, re.MULTILINE)[-1]
    part = text if kind == "part" else f"id: 1a\ntarget: {last}\n"
    listed = indented(part, 8).replace("        ", "      - ", 1)
    return f"title: T\nquestions:\n  - id: 1\n    model:\n{indented(model, 6)}    parts:\n{listed}"


@pytest.mark.parametrize(("kind", "text"), [fence for fence in FENCES if fence[0] != "mistakes"])
def test_an_example_loads(kind: str, text: str) -> None:
    read = parse_rubric(rubric_around(kind, text))
    assert isinstance(read, Rubric), "\n".join(map(str, read))


def test_every_fence_says_what_it_holds() -> None:
    assert {kind for kind, _ in FENCES} == {"rubric", "model", "part", "mistakes"}
    assert len(FENCES) == TEXT.count("```yaml") + TEXT.count("```text")


def test_the_mistakes_are_as_shown() -> None:
    shown = next(text for kind, text in FENCES if kind == "mistakes")
    assert [str(problem) for problem in parse_rubric(BROKEN, "rubric.yaml")] == shown.splitlines()


@pytest.mark.parametrize("key", sorted({key for keys in KEYS.values() for key in keys}))
def test_every_key_has_an_example(key: str) -> None:
    assert any(re.search(rf"\b{key}:", text) for _, text in FENCES)
