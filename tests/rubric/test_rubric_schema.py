"""The published JSON Schema is the loader's own table, and takes what the loader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from grader.rubric.load import parse_rubric
from grader.rubric.schema import KEYS, json_schema

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "grader/rubric/rubric.schema.json"

SMALL = """\
title: T
questions:
  - id: q
    model:
      given: {x: {domain: real}}
      notation: {a: {target: ds / dx}}
      opaque: {f: {of: [x]}}
      functions: {h: {function: tanh}}
      sets: {S: {of: "i: i < 2"}}
      define: {s: {formula: x}}
    parts:
      - id: p
        target: ds/dx
        steps: [{target: s}]
        accept: [{answer: "1"}]
        tolerance: {decimals: 1}
        partial_credit: {cap: 1}
        malrules: {sign: {points: 0.5}}
    defaults: {points: 1}
"""

# where in SMALL a key of each section can be put
SECTIONS: dict[str, tuple[str | int, ...]] = {
    "rubric": (),
    "question": ("questions", 0),
    "defaults": ("questions", 0, "defaults"),
    "model": ("questions", 0, "model"),
    "given": ("questions", 0, "model", "given", "x"),
    "opaque": ("questions", 0, "model", "opaque", "f"),
    "function": ("questions", 0, "model", "functions", "h"),
    "set": ("questions", 0, "model", "sets", "S"),
    "define": ("questions", 0, "model", "define", "s"),
    "notation": ("questions", 0, "model", "notation", "a"),
    "part": ("questions", 0, "parts", 0),
    "step": ("questions", 0, "parts", 0, "steps", 0),
    "example": ("questions", 0, "parts", 0, "accept", 0),
    "tolerance": ("questions", 0, "parts", 0, "tolerance"),
    "partial_credit": ("questions", 0, "parts", 0, "partial_credit"),
    "malrule": ("questions", 0, "parts", 0, "malrules", "sign"),
}


def as_editors_see(text: str) -> Any:
    """The data of a YAML text with texts as keys, as JSON has them."""
    return json.loads(json.dumps(yaml.safe_load(text)))


def valid(data: Any) -> bool:
    return jsonschema.Draft202012Validator(json_schema()).is_valid(data)


def test_the_published_file_is_what_the_table_says() -> None:
    """Renew it with: PYTHONPATH=. python tests/rubric/test_rubric_schema.py"""
    assert PUBLISHED.read_text(encoding="utf-8") == published()


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", ["losses_and_backprop", "two_layer_network"])
def test_both_homeworks_are_valid(name: str) -> None:
    data = as_editors_see((ROOT / f"rubrics/{name}.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(data, json_schema(), jsonschema.Draft202012Validator)


def test_every_section_is_tried_below() -> None:
    assert set(SECTIONS) == set(KEYS)


@pytest.mark.parametrize("section", SECTIONS)
def test_schema_and_loader_refuse_a_key_that_is_not_in_the_table(section: str) -> None:
    data = as_editors_see(SMALL)
    data["questions"][0]["model"]["given"]["x"] = {"domain": "real"}
    assert valid(data)
    assert not isinstance(parse_rubric(yaml.safe_dump(data, sort_keys=False)), tuple)
    inner = data
    for step in SECTIONS[section]:
        inner = inner[step]
    inner["surprise"] = "x"
    assert not valid(data)
    problems = parse_rubric(yaml.safe_dump(data, sort_keys=False))
    assert isinstance(problems, tuple)
    keys = ", ".join(KEYS[section])
    assert [problem.message for problem in problems] == [f"unknown key 'surprise': expected one of {keys}"]


REFUSED_BY_BOTH = [
    ("title: T", "titel: T", "a required key"),
    ("points: 1}", "points: -1}", "negative points"),
    ("points: 1}", "points: many}", "points that are no number"),
    ("decimals: 1", "decimals: 1.5", "half a decimal"),
    ("[{answer: \"1\"}]", "{answer: \"1\"}", "a list that is none"),
    ("target: ds/dx", "target: []", "a target that is a list"),
    ("define: {s: {formula: x}}", "defin: {}", "a model without a program"),
    ("sign:", "sine:", "a mistake that is not known"),
    ("{points: 0.5}", "{enabled: maybe}", "a switch that is neither on nor off"),
    ("points: 1}", "solution: perhaps}", "a word that is not one of the choices"),
    ("        target: ds/dx", "        points: 1", "a part without a target"),
    ("        target: ds/dx", "        by: person", "a part by a word that is not known"),
    ("        target: ds/dx", "        by: hand", "a part by hand that asks nothing and has examples"),
    ("        target: ds/dx", "        target: ds/dx\n        bonus: much", "a bonus that is neither"),
    ("  - id: q", "  - id: q\n    best: 0", "the best none"),
    ("  - id: q", "  - id: q\n    best: 1.5", "the best one and a half"),
    ("    defaults: {points: 1}", "  - {id: r, parts: [{id: s, target: ds/dx}]}", "a question without a model"),
    ("    defaults: {points: 1}", "  - {id: r, parts: [{id: s, by: hand}]}", "by hand without a prompt"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "why"), REFUSED_BY_BOTH, ids=[why for *_, why in REFUSED_BY_BOTH])
def test_schema_and_loader_refuse_the_same(right: str, wrong: str, why: str) -> None:
    assert SMALL.count(right) == 1
    text = SMALL.replace(right, wrong)
    assert not valid(as_editors_see(text)), why
    assert isinstance(parse_rubric(text), tuple), why


TAKEN_BY_BOTH = [
    ("  - {id: r, parts: [{id: s, by: hand, prompt: why}]}", "a question of prose without a model"),
    ("  - {id: r, model: q, parts: [{id: s, by: hand, prompt: why, points: 2, bonus: true}]}", "prose with a model"),
    ("  - {id: r, model: q, best: 1, parts: [{id: s, target: s, bonus: false}]}", "the best of one"),
]


@pytest.mark.parametrize(("question", "why"), TAKEN_BY_BOTH, ids=[why for *_, why in TAKEN_BY_BOTH])
def test_schema_and_loader_take_the_same(question: str, why: str) -> None:
    text = SMALL.replace("given: {x: {domain: real}}", "given: {x: }").replace("    defaults: {points: 1}", question)
    assert valid(as_editors_see(text)), why
    assert not isinstance(parse_rubric(text), tuple), why


def published() -> str:
    """The text of the published file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(published(), encoding="utf-8")
