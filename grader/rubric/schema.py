"""The keys of a rubric as one table, and the JSON Schema that editors get from it.

A section is a mapping of the YAML; each row is a key with its JSON Schema. ``KEYS["step"]`` has the rows
``target`` (required) and ``points``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from grader.rubric.malrules import MALRULES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section: what its value must look like (JSON Schema), and what it is for."""

    schema: Json
    doc: str
    required: bool = False


_NUMBER_TEXT = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_TEXT: Json = {"type": "string", "minLength": 1}
# YAML reads an unquoted 2 or 1/m as it likes; the loader takes the text as typed.
_WORD: Json = {"type": ["string", "number"]}
_NUMBER: Json = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER_TEXT}]}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 15}
_POINTS: Json = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _NUMBER_TEXT}]}
_SHARE: Json = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": _NUMBER_TEXT}]}
_WORDS: Json = {"type": "array", "items": _WORD}
_SHAPE: Json = {
    "type": "array",
    "items": {"anyOf": [_TEXT, {"type": "integer", "minimum": 1}]},
    "maxItems": 4,
}
_DOMAIN: Json = {
    "anyOf": [
        _TEXT,
        {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
        {"type": "object", "additionalProperties": {"type": "null"}, "minProperties": 1},
    ]
}
_VALUE: Json = {"anyOf": [_NUMBER, {"type": "array", "items": {"$ref": "#/$defs/value"}, "minItems": 1}]}


def _section(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _mapping(*shapes: Json) -> Json:
    return {"type": "object", "additionalProperties": {"anyOf": list(shapes)}}


_MARKING = {
    "tolerance": Key(_section("tolerance"), "How close a number must be."),
    "rounding": Key(
        {"anyOf": [_COUNT, {"type": "string", "pattern": r"^\d{1,2}( decimals?| significant)?$"}]},
        "Students round every line to so many decimals (or significant digits), which is carried through the program.",
    ),
    "follow_through": Key(
        _SHARE, "The share of the points for an answer that is right given the student's own values."
    ),
    "partial_credit": Key(
        _section("partial_credit"),
        "Shares of the points for answers that are not right, or not finished.",
    ),
    "layout": Key(
        {"enum": ["review", "accept", "wrong"]},
        "What becomes of an answer that is the transpose of the gradient (review unless it says otherwise).",
    ),
    "shapes": Key(
        {"enum": ["review", "accept", "wrong"]},
        "What becomes of an answer that is right once its arrays are made to fit (review unless it says otherwise).",
    ),
    "solution": Key({"enum": ["shown", "hidden"]}, "Whether feedback shows the worked derivation."),
    "malrules": Key(
        {
            "type": "object",
            "propertyNames": {"pattern": f"^({'|'.join(MALRULES)})(:[A-Za-z0-9_]+)?$"},
            "additionalProperties": _section("malrule"),
        },
        "Known mistakes by name: partial credit, another message, or not looked for.",
    ),
}
_NAMING = {
    "latex": Key(_WORD, "How the name is printed, and one more way to write it."),
    "aliases": Key(_WORDS, "Other spellings that students may use."),
    "arguments": Key(_WORDS, "Texts that may stand in brackets behind the name, as in f(x, w)."),
}
_SPACE = {
    "shape": Key(_SHAPE, "The size of each axis: a size symbol or a whole number; [] for a scalar."),
    "domain": Key(_DOMAIN, "Where its values lie: real, positive, (0,1), [0,1], {-1,1}, onehot, ..."),
}

KEYS: Mapping[str, Mapping[str, Key]] = MappingProxyType(
    {
        "rubric": {
            "title": Key(_TEXT, "The homework's title.", required=True),
            "questions": Key(
                {"type": "array", "items": _section("question"), "minItems": 1},
                "The questions, each over one model.",
                required=True,
            ),
            "source": Key(
                {"enum": ["typed", "ocr"]},
                "What students hand in: typed text, or text from OCR of handwriting (typed unless it says otherwise).",
            ),
            "macros": Key(_TEXT, r"The \newcommand lines of the handout, which answers, prompts and names may use."),
            "defaults": Key(_section("defaults"), "What parts inherit unless they say otherwise."),
            **_MARKING,
        },
        "defaults": {"points": Key(_POINTS, "What a part is worth."), **_MARKING},
        "question": {
            "id": Key(_WORD, "The question's id, unique in the rubric.", required=True),
            "title": Key(_WORD, "The question's title."),
            "prompt": Key(_WORD, "What students are told before the parts."),
            "model": Key(
                {"anyOf": [_section("model"), _WORD]},
                "The program, or the id of an earlier question whose model is used again; "
                "not needed where a person grades every part.",
            ),
            "best": Key(
                {"type": "integer", "minimum": 1, "maximum": 15},
                "How many of the parts count, those with the highest scores (all unless given).",
            ),
            "parts": Key(
                {"type": "array", "items": _section("part"), "minItems": 1},
                "The quantities that are asked.",
                required=True,
            ),
            "defaults": Key(_section("defaults"), "What parts inherit unless they say otherwise."),
            **_MARKING,
        },
        "model": {
            "sizes": Key(
                {"anyOf": [{"type": "array", "items": _TEXT}, _mapping({"type": "null"}, _WORDS)]},
                "Size symbols, as a list or with other spellings of each: {m: [N], C: }; formulas may use them.",
            ),
            "examples": Key(_WORD, r"The size that counts examples: the i of x^{(i)} enters its axis."),
            "steps": Key(
                {"type": "object", "additionalProperties": _WORD},
                "Letters that count steps, {t: 3}: what is called h_t is written once and stands for h_1, h_2, h_3.",
            ),
            "given": Key(
                _mapping({"type": "null"}, _DOMAIN, _section("given")),
                "The quantities that are given: inputs, parameters, labels.",
            ),
            "opaque": Key(
                _mapping({"type": "null"}, _section("opaque")),
                "Functions of which only the value and the partial derivatives exist.",
            ),
            "functions": Key(
                _mapping(_TEXT, _section("function")),
                "Names by which answers call a known function: {g: tanh}.",
            ),
            "sets": Key(
                _mapping(_TEXT, _section("set")),
                "Sets that sums may run over, each with what holds of what is in it: {N(v): 'u: A_vu = 1'}.",
            ),
            "define": Key(
                _mapping(_WORD, _section("define")),
                "The program: one assignment a line, in order.",
                required=True,
            ),
            "notation": Key(
                _mapping(_WORD, _section("notation")),
                "Names that answers may use for derivatives of the model: {delta_2: dJ/dz2}.",
            ),
        },
        "given": {
            **_SPACE,
            "index": Key(_WORD, "It is a place 1, 2, ... on axes of this size, as the o of u_o."),
            "value": Key(_section("value"), "A number, or nested lists of numbers, where it is known."),
            "derivative": Key(_WORD, "The derivative that it is, handed down from what comes after: dJ/dA."),
            **_NAMING,
        },
        "opaque": {"of": Key(_WORDS, "The given quantities it depends on."), **_SPACE, **_NAMING},
        "function": {
            "function": Key(_TEXT, "The function that it is, such as tanh.", required=True),
            "latex": _NAMING["latex"],
            "aliases": _NAMING["aliases"],
        },
        "set": {
            "of": Key(_TEXT, "A letter and the condition on it: 'u: A_vu = 1'.", required=True),
            "aliases": _NAMING["aliases"],
        },
        "define": {
            "formula": Key(_WORD, "The right-hand side.", required=True),
            "shape": Key(_SHAPE, "The axes, where the index letters don't tell."),
            **_NAMING,
        },
        "notation": {"target": Key(_TEXT, "The derivative that it stands for.", required=True), **_NAMING},
        "part": {
            "id": Key(_WORD, "The part's id, unique in the rubric; a column of the gradebook.", required=True),
            "label": Key(_WORD, "What students write for the part, where it is not the id: 1 (e)."),
            "prompt": Key(_WORD, "What is asked, in words."),
            "target": Key(_TEXT, "A derivative such as dJ/dz_ij, or a name of `define`."),
            "where": Key(
                {"anyOf": [_WORD, _WORDS, _mapping(_WORD, _section("define"))]},
                "Letters that only its answers may use (delta = yhat - y), or of which entries it asks (i != j).",
            ),
            "by": Key({"enum": ["hand"]}, "A person grades the part: prose, a plot, a proof. It has no target."),
            "points": Key(_POINTS, "What the part is worth (1 unless inherited)."),
            "bonus": Key({"enum": [True, False]}, "Whether its points count in the score, but not in the maximum."),
            **_MARKING,
            "steps": Key({"type": "array", "items": _section("step")}, "Intermediate targets with their points."),
            "accept": Key(
                {"type": "array", "items": {"anyOf": [_WORD, _section("example")]}},
                "Answers that must be right.",
            ),
            "reject": Key(
                {"type": "array", "items": {"anyOf": [_WORD, _section("example")]}},
                "Answers that must not be right.",
            ),
            "review": Key(
                {"type": "array", "items": {"anyOf": [_WORD, _section("example")]}},
                "Answers that must go to a person.",
            ),
        },
        "step": {
            "target": Key(_TEXT, "As a part's target.", required=True),
            "points": Key(_POINTS, "What the step is worth (1 unless given)."),
        },
        "example": {
            "answer": Key(_WORD, "The answer as a student would write it.", required=True),
            "note": Key(_TEXT, "The note that it must be judged with."),
        },
        "malrule": {
            "points": Key(_POINTS, "Partial credit for an answer with this mistake (0 unless given)."),
            "message": Key(_WORD, "What the student reads in place of our words."),
            "enabled": Key({"enum": [True, False]}, "Whether the mistake is looked for (true unless given)."),
        },
        "partial_credit": {
            "chain_rule_only": Key(_SHARE, "For a chain rule that is set up and not carried out (0.5)."),
            "not_evaluated": Key(_SHARE, "For a formula that is not worked out to a number (0.5)."),
            "floor": Key(_SHARE, "The least that an answer that is not right earns (0)."),
            "cap": Key(_SHARE, "The most that an answer that is not right earns (1)."),
            "set_ups": Key(_SHARE, "Of the sheet's points, up to which all set-ups together count (0.25)."),
        },
        "tolerance": {
            "absolute": Key(_NUMBER, "The largest distance from the true value."),
            "relative": Key(_NUMBER, "The largest distance, as a share of the true value."),
            "decimals": Key(_COUNT, "Right where it rounds to the truth at so many decimals."),
            "significant": Key(_COUNT, "Right where it rounds to the truth at so many significant digits."),
        },
    }
)

HAND_KEYS = ("id", "label", "prompt", "by", "points", "bonus")  # all that a part which a person grades may say

# what depends on other keys, as JSON Schema; the loader says it with line numbers
_RULES: Mapping[str, Json] = MappingProxyType(
    {
        "part": {
            "if": {"required": ["by"]},
            "then": {"required": ["prompt"], "properties": {k: False for k in KEYS["part"] if k not in HAND_KEYS}},
            "else": {"required": ["target"]},
        },
        "question": {
            "if": {"properties": {"parts": {"items": {"required": ["by"]}}}},
            "else": {"required": ["model"]},
        },
    }
)


def json_schema() -> Json:
    """The JSON Schema of a rubric file, as published in ``rubric.schema.json``."""
    sections = {name: {**_object(keys), **_RULES.get(name, {})} for name, keys in KEYS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rubric of grader",
        **sections.pop("rubric"),
        "$defs": {**sections, "value": _VALUE},
    }


def _object(keys: Mapping[str, Key]) -> Json:
    required = [name for name, key in keys.items() if key.required]
    return {
        "type": "object",
        "properties": {name: {"description": key.doc, **key.schema} for name, key in keys.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }
