"""One mapping of a rubric to its checked values; every mistake is noted with its line and path.

``read_number(fields, "points", place)`` gives 3.0 for ``points: 3``; for ``points: three`` it notes
``rubric.yaml:12: question 2, part 2a, key 'points': expected a number of at least 0, found 'three'``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.problems import Problem, Span, did_you_mean
from grader.rubric.schema import KEYS, Key
from grader.rubric.text_places import place_at
from grader.rubric.tree import Entries, Items, Text, Tree, found, in_quotes

Fields = Mapping[str, Tree]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WHOLE = re.compile(r"\d{1,2}")
_WORD = re.compile(r"[A-Za-z_ ]{3,}")  # what may be a misspelt key


@dataclass(frozen=True, slots=True)
class RubricPlace:
    """Where in the rubric we are, and the lists that its mistakes and what may be one are noted on."""

    file: str
    path: tuple[str, ...]
    problems: list[Problem]
    warnings: list[Problem]

    def inside(self, *labels: str) -> RubricPlace:
        """The same list, further in."""
        return replace(self, path=(*self.path, *labels))

    def key(self, name: str) -> RubricPlace:
        """The place of one key of this mapping."""
        return self.inside(f"key '{name}'")

    def note(self, where: int | Text, problem: Problem | str, hint: str = "") -> None:
        """Put a mistake on the list, at a line or at its place in a text."""
        placed = self._placed(where, Problem(problem, hint) if isinstance(problem, str) else problem)
        if placed not in self.problems:
            self.problems.append(placed)

    def warn(self, where: int | Text, problem: Problem | str, hint: str = "") -> None:
        """Put on the list of warnings what may be meant."""
        self.warnings.append(self._placed(where, Problem(problem, hint) if isinstance(problem, str) else problem))

    def _placed(self, where: int | Text, problem: Problem) -> Problem:
        path = ", ".join(self.path)
        if isinstance(where, int):
            return problem.at(self.file, where, path=path)
        offset = 0 if problem.span is None else problem.span.start
        if problem.text and len(problem.text) != len(where.value) and not where.value.startswith(problem.text[:offset]):
            offset = 0  # macros were put in before the place
        line, column = place_at(where.places, offset)
        shown = problem if problem.text or problem.span is None else replace(problem, text=where.value)
        return shown.at(self.file, line or where.line, column, path)


def read_pairs(tree: Tree, place: RubricPlace, what: str = "a mapping") -> tuple[tuple[Text, Tree], ...]:
    """The entries of a mapping, each key once; notes what is no mapping and what is given twice."""
    if not isinstance(tree, Entries):
        place.note(tree.line, f"expected {what}, found {found(tree)}")
        return ()
    first: dict[str, int] = {}
    pairs = []
    for key, value in _rejoined(tree, place):
        if key.value in first:
            place.key(key.value).note(key.line, f"given twice (first on line {first[key.value]})")
        else:
            first[key.value] = key.line
            pairs.append((key, value))
    return tuple(pairs)


def read_fields(tree: Tree, section: str, place: RubricPlace) -> Fields:
    """The keys of a section of `schema.KEYS`; notes unknown keys and missing required ones."""
    return read_rows(tree, KEYS[section], place)


def read_rows(tree: Tree, rows: Mapping[str, Key], place: RubricPlace) -> Fields:
    """The keys of a mapping that may have these `rows`; notes unknown keys and missing required ones."""
    fields: dict[str, Tree] = {}
    before = len(place.problems)
    for key, value in read_pairs(tree, place, f"a mapping with {_one_of(rows)}"):
        if key.value in rows:
            fields[key.value] = value
        else:
            message = f"unknown key '{key.value}': expected one of {', '.join(rows)}"
            place.note(key.line, message, did_you_mean(key.value, rows) or _meant_as_text(tree, key, value))
    if isinstance(tree, Entries) or len(place.problems) == before:
        for name, row in rows.items():
            if row.required and name not in fields:
                place.note(tree.line, f"the key '{name}' is missing")
    return fields


def _meant_as_text(tree: Tree, key: Text, value: Tree) -> str:
    """A hint where a key looks like part of a formula that YAML has cut."""
    if isinstance(tree, Entries) and tree.flow and value == Text("", value.line):
        return "between { } text that holds a comma stands in single quotes"
    return "" if _WORD.fullmatch(key.value) else "text that holds ': ' stands in single quotes"


def _one_of(rows: Mapping[str, object]) -> str:
    return "the keys " + ", ".join(rows)


def read_text(fields: Fields, name: str, place: RubricPlace, default: str = "") -> str:
    """The text of a key; `default` where the key is absent or holds no text (which is noted)."""
    match fields.get(name):
        case None:
            return default
        case Text(value=value, plain=plain) if value.strip() or not plain:
            if value.strip():
                return value.strip()
            place.key(name).note(fields[name].line, "expected a text, found an empty one")
        case tree:
            place.key(name).note(tree.line, f"expected a text, found {found(tree)}", in_quotes(tree))
    return default


def text_at(fields: Fields, name: str) -> Text:
    """The text of a key without spaces round it, for the places in it; an empty one where the key holds none."""
    tree = fields.get(name)
    return tree.stripped() if isinstance(tree, Text) else Text("", 0 if tree is None else tree.line)


def read_items(fields: Fields, name: str, place: RubricPlace) -> tuple[Tree, ...]:
    """The entries of a list; none where the key is absent or holds no list (which is noted)."""
    match fields.get(name):
        case None:
            return ()
        case Items() as listed:
            return _whole(listed, place.key(name))
        case tree:
            place.key(name).note(tree.line, f"expected a list, found {found(tree)}")
            return ()


def _rejoined(tree: Entries, place: RubricPlace) -> list[tuple[Text, Tree]]:
    """The entries, those put together that a comma inside of brackets has parted: ``{domain: (0, 1)}``."""
    pairs: list[tuple[Text, Tree]] = []
    parted: dict[int, str] = {}
    for key, value in tree.items:
        before = pairs[-1][1] if pairs else None
        if tree.flow and value == Text("", value.line) and isinstance(before, Text) and _opens(before):
            parted.setdefault(len(pairs) - 1, before.value)
            pairs[-1] = (pairs[-1][0], _joined(before, key))
        else:
            pairs.append((key, value))
    for at, head in parted.items():
        _tell_comma(place, head, pairs[at][1], "{ }")
    return pairs


def _whole(tree: Items, place: RubricPlace) -> tuple[Tree, ...]:
    """The items of a list, those put together that a comma inside of brackets has parted: ``[max(a, b)]``."""
    items: list[Tree] = []
    parted: dict[int, str] = {}
    for item in tree.items:
        before = items[-1] if items else None
        if tree.flow and isinstance(item, Text) and item.plain and isinstance(before, Text) and _opens(before):
            parted.setdefault(len(items) - 1, before.value)
            items[-1] = _joined(before, item)
        else:
            items.append(item)
    for at, head in parted.items():
        _tell_comma(place, head, items[at], "[ ]")
    return tuple(items)


def _opens(text: Text) -> bool:
    """Whether a round bracket is left open in a text without quotes."""
    return text.plain and text.value.count("(") > text.value.count(")")


def _joined(text: Text, behind: Text) -> Text:
    places = tuple((at + len(text.value) + 2, line, column) for at, line, column in behind.places)
    return Text(f"{text.value}, {behind.value}", text.line, True, (*text.places, *places))


def _tell_comma(place: RubricPlace, head: str, whole: Tree, brackets: str) -> None:
    assert isinstance(whole, Text)
    hint = f"a comma inside {brackets} needs quotes: '{whole.value}'"
    place.note(whole, Problem(f"the text ends at its comma: '{head}'", hint, span=Span(len(head), len(head) + 1)))


def read_texts(fields: Fields, name: str, place: RubricPlace) -> tuple[Text, ...]:
    """The texts of a list of texts."""
    texts = []
    for item in read_items(fields, name, place):
        if isinstance(item, Text) and item.value.strip():
            texts.append(item)
        else:
            place.key(name).note(item.line, f"expected a list of texts, found {found(item)} in it")
    return tuple(texts)


def read_number(fields: Fields, name: str, place: RubricPlace, default: float) -> float:
    """A number of at least 0."""
    tree = fields.get(name)
    if tree is None:
        return default
    value = to_number(tree)
    if value is None or value < 0:
        place.key(name).note(tree.line, f"expected a number of at least 0, found {found(tree)}")
        return default
    return value


def read_share(fields: Fields, name: str, place: RubricPlace, default: float) -> float:
    """A number from 0 to 1."""
    tree = fields.get(name)
    if tree is None:
        return default
    value = to_number(tree)
    if value is None or not 0 <= value <= 1:
        place.key(name).note(tree.line, f"expected a number from 0 to 1, found {found(tree)}")
        return default
    return value


def to_number(tree: Tree) -> float | None:
    """The number that a text spells, else None."""
    if isinstance(tree, Text) and _NUMBER.fullmatch(tree.value.strip()):
        value = float(tree.value)
        return value if abs(value) < 1e300 else None
    return None


def read_count(fields: Fields, name: str, place: RubricPlace, low: int, unit: str = "") -> int | None:
    """A whole number from `low` to 15, with the word `unit` behind it where one is allowed."""
    tree = fields.get(name)
    if tree is None:
        return None
    if isinstance(tree, Text):
        digits = tree.value.strip()
        if unit:
            digits = digits.removesuffix("s").removesuffix(unit).strip() if unit in digits else digits
        if _WHOLE.fullmatch(digits) and low <= int(digits) <= 15:
            return int(digits)
    example = f", as in '4 {unit}{'s' if unit == 'decimal' else ''}'" if unit else ""
    place.key(name).note(tree.line, f"expected a whole number from {low} to 15{example}, found {found(tree)}")
    return None


def read_choice(fields: Fields, name: str, place: RubricPlace, choices: Iterable[str]) -> str | None:
    """One of a few words."""
    tree = fields.get(name)
    if tree is None:
        return None
    if isinstance(tree, Text) and tree.value in choices:
        return tree.value
    hint = did_you_mean(tree.value, choices) if isinstance(tree, Text) else ""
    place.key(name).note(tree.line, f"expected {' or '.join(choices)}, found {found(tree)}", hint)
    return None
