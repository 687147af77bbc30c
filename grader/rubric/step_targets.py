"""Targets at a general step: with ``steps: {t: 4}``, ``dL/dh_t`` where t < 4 asks for dL/dh_1, dL/dh_2 and dL/dh_3.

An answer is held against each of them, with the number of the step for its letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from grader.expression.language.nodes import Expression, head
from grader.expression.reading.read import read
from grader.rubric.fields import Fields, RubricPlace, text_at
from grader.rubric.model import Model
from grader.rubric.recurrence import at_step
from grader.rubric.targets import read_target
from grader.rubric.tree import Items, Text, Tree

_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
    "=": int.__eq__,
    "!=": int.__ne__,
}
_WRITTEN = {"≤": "<=", "≥": ">=", "≠": "!=", r"\leq": "<=", r"\le": "<=", r"\geq": ">=", r"\ge": ">=", r"\neq": "!="}
_WRITTEN |= {r"\ne": "!=", r"\lt": "<", r"\gt": ">", "==": "="}
_PART = re.compile(r"\s*(\d+|[a-z](?![a-z])|<=|>=|!=|==|[<>=≤≥≠]|\\[a-z]+)\s*")
At = tuple[tuple[int, Expression], ...]


def step_of(fields: Fields, model: Model) -> str:
    """The letter of the step at which a target asks; empty for any other target."""
    text = text_at(fields, "target").value
    return next((letter for letter, _ in model.steps if re.search(rf"_\{{?{letter}(?![A-Za-z])", text)), "")


def read_at_steps(fields: Fields, letter: str, model: Model, place: RubricPlace) -> tuple[str, At]:
    """The target as typed, and as read at each step that it asks for; what is wrong with it is noted once."""
    numbers = dict(model.steps)[letter]
    asked = [number for number in numbers if all(test(number) for test in _tests(fields, letter, place))]
    if not asked:
        inner = place.key("where")
        inner.note(fields["where"].line if "where" in fields else 0, f"no step {letter} is left to ask for")
    found: list[tuple[int, Expression]] = []
    for number in asked:
        before = len(place.problems)
        target = at_step(text_at(fields, "target"), letter, number)
        found.append((number, read_target({**fields, "target": target}, model, place)[1]))
        if len(place.problems) > before:
            break
    return text_at(fields, "target").value, tuple(found)


def names_at_steps(text: str, letter: str, model: Model) -> tuple[str, ...]:
    """The names of a derivative at all steps, those that are not asked for as well: answers may go on from them."""
    found = (read(at_step(Text(text, 1), letter, number).value, model.names) for number in dict(model.steps)[letter])
    return tuple(name for one in found if one.expression is not None and (name := head(one.expression)) is not None)


def _tests(fields: Fields, letter: str, place: RubricPlace) -> Iterator[Callable[[int], bool]]:
    """What `where` says of the letter: ``t < 4``, ``1 < t < 4``; anything else is noted."""
    tree = fields.get("where")
    for item in () if tree is None else tree.items if isinstance(tree, Items) else (tree,):
        test = _test(item, letter)
        if test is not None:
            yield test
            continue
        hint = f"as in {letter} < 4, or 1 < {letter} < 4"
        place.key("where").note(item.line, f"expected what holds of the step {letter} at which the part asks", hint)


def _test(item: Tree, letter: str) -> Callable[[int], bool] | None:
    parts = _PART.findall(item.value) if isinstance(item, Text) else []
    if not isinstance(item, Text) or "".join(parts) != re.sub(r"\s", "", item.value):
        return None
    signs = [_WRITTEN.get(sign, sign) for sign in parts[1::2]]
    sides = parts[::2]
    known = all(side == letter or side.isdigit() for side in sides) and all(sign in _SIGNS for sign in signs)
    if not known or len(sides) != len(signs) + 1 or letter not in sides or not signs:
        return None

    def holds(number: int) -> bool:
        values = [number if side == letter else int(side) for side in sides]
        return all(_SIGNS[sign](*pair) for sign, pair in zip(signs, pairwise(values), strict=True))

    return holds
