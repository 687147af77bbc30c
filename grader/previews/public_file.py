"""A public form -> the JSON file in which a course hands it out, and back; the same text for the same public form.

It holds, by question, names with their shapes and domains, notation, prompts and what is asked. `asks` is for people,
`target` the same formula as rows (`grader.solver.node_table`), so that nothing is read twice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from grader.expression.language.domain import Domain
from grader.expression.language.names import Declared, ModelNames
from grader.expression.language.nodes import Expression
from grader.previews.public_form import PublicModel, PublicPart, PublicQuantity, PublicQuestion, PublicRubric
from grader.problems import Problem
from grader.solver.node_table import NodeTable, add_rows, placed

FORM = 1  # of the file; an older one is not read
_KEY = "public_form"
_AGAIN = "have it written again with `grader sheet --public`"
MOST_BYTES = 8_000_000


def public_text(public: PublicRubric) -> str:
    """The file's text."""
    told = {
        _KEY: FORM,
        "title": public.title,
        "source": public.source,
        "questions": [
            {
                "id": one.id,
                "title": one.title,
                "prompt": one.prompt,
                "model": _model_json(one.model),
                "parts": [_part_json(part) for part in one.parts],
            }
            for one in public.questions
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def is_public_text(text: str) -> bool:
    """Whether a text is a public form and no rubric."""
    return text.lstrip().startswith("{") and f'"{_KEY}"' in text[:2000]


def parse_public(text: str, path: str = "") -> PublicRubric | Problem:
    """The public form of a file, or a Problem where the file is none that this version wrote."""
    try:
        told = json.loads(text)
        if told[_KEY] != FORM:
            return Problem(f"this public form is of kind {told[_KEY]}, and {FORM} is read", _AGAIN, path)
        return PublicRubric(_text(told["title"]), tuple(map(_question, told["questions"])), _text(told["source"]))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return no_public_form(path)


def no_public_form(path: str) -> Problem:
    """What is said of a file that is none, or that somebody changed."""
    return Problem("this is no public form of a rubric", _AGAIN, path)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _model_json(model: PublicModel) -> dict[str, object]:
    return {
        "numeric": model.numeric,
        "sizes": list(model.sizes),
        "quantities": [_changed(one) | {"domain": _domain_json(one.domain)} for one in model.quantities],
        "names": [_changed(one) for one in model.names],
        "notation": [[name, _rows(derivative)] for name, derivative in model.notation],
        "steps": [[letter, numbers.start, numbers.stop] for letter, numbers in model.steps],
    }


def _model(told: Mapping[str, Any]) -> PublicModel:
    return PublicModel(
        tuple(map(_text, told["sizes"])),
        tuple(PublicQuantity(**_tuples(one) | {"domain": _domain(one["domain"])}) for one in told["quantities"]),
        ModelNames(Declared(**_tuples(one)) for one in told["names"]),
        tuple((_text(name), _expression(rows)) for name, rows in told["notation"]),
        tuple((_text(letter), range(start, stop)) for letter, start, stop in told["steps"]),
        bool(told["numeric"]),
    )


def _part_json(part: PublicPart) -> dict[str, object]:
    told: dict[str, object] = {"id": part.id, "prompt": part.prompt, "label": part.label, "points": part.points}
    if part.target is None:
        return told
    return told | {
        "asks": part.target_text,
        "target": _rows(part.target),
        "step": part.step,
        "at_steps": [[number, _rows(target)] for number, target in part.at_steps],
        "own": None if part.own is None else _model_json(part.own),
    }


def _part(told: Mapping[str, Any]) -> PublicPart:
    plain = _text(told["id"]), _text(told["prompt"]), _text(told["label"]), float(told["points"])
    if "target" not in told:
        return PublicPart(*plain)
    return PublicPart(
        *plain,
        _expression(told["target"]),
        _text(told["asks"]),
        _text(told["step"]),
        tuple((int(number), _expression(rows)) for number, rows in told["at_steps"]),
        None if told["own"] is None else _model(told["own"]),
    )


def _question(told: Mapping[str, Any]) -> PublicQuestion:
    said = _text(told["id"]), _text(told["title"]), _text(told["prompt"])
    return PublicQuestion(*said, _model(told["model"]), tuple(map(_part, told["parts"])))


def _changed(value: Declared | PublicQuantity) -> dict[str, Any]:
    """The fields of a value that are not what they are by default."""
    told = {one.name: getattr(value, one.name) for one in fields(value)}
    defaults = {one.name: one.default for one in fields(value) if one.default is not MISSING}
    return {name: own for name, own in told.items() if name not in defaults or own != defaults[name]}


def _tuples(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in told.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def _domain_json(domain: Domain) -> dict[str, object]:
    told = {one.name: getattr(domain, one.name) for one in fields(domain) if getattr(domain, one.name) != one.default}
    return {
        name: str(value) if isinstance(value, float) and math.isinf(value) else value for name, value in told.items()
    }


def _domain(told: Mapping[str, Any]) -> Domain:
    numbers = {name: float(told[name]) for name in ("low", "high") if name in told}
    return Domain(**_tuples(told) | numbers)


def _rows(formula: Expression) -> list[list[object]]:
    table = NodeTable()
    placed(table, formula)
    return table.rows


def _expression(rows: Sequence[Sequence[Any]]) -> Expression:
    table = NodeTable()
    add_rows(table, rows)
    return table.nodes[-1]
