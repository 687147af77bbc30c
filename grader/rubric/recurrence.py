r"""What every step has, written once -> one definition a step: with ``steps: {t: 3}`` the line of ``h_t`` is three.

``h_t: tanh(w*h_{t-1} + u*x_t)`` becomes ``h_1: tanh(w*h_0 + u*x_1)`` and so on, in an order in which each uses what
stands above it, forwards or backwards through the steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from grader.rubric.fields import Fields, RubricPlace, read_pairs
from grader.rubric.text_places import place_at
from grader.rubric.tree import Entries, Items, Text, Tree, found

MOST_STEPS = 12
Lines = tuple[tuple[Text, Tree], ...]
Steps = Mapping[str, range]
_RANGE = re.compile(r"(?:(\d+)\s*\.\.+\s*)?(\d+)")
_SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|\([^()]*\)|[A-Za-z]+)")


def read_steps(fields: Fields, place: RubricPlace) -> Steps:
    """The letters that count steps, each with its numbers: ``{t: 3}`` or ``{t: 0..3}``."""
    steps: dict[str, range] = {}
    inner = place.key("steps")
    for key, tree in read_pairs(fields["steps"], inner, "a mapping as in {t: 3}") if "steps" in fields else ():
        bounds = _RANGE.fullmatch(tree.value.strip()) if isinstance(tree, Text) else None
        numbers = range(int(bounds[1] or 1), int(bounds[2]) + 1) if bounds else range(0)
        if not re.fullmatch("[a-z]", key.value):
            inner.note(key.line, f"expected a small letter, found '{key.value}'", "as in steps: {t: 3}")
        elif not 1 <= len(numbers) <= MOST_STEPS:
            message = (
                f"expected how many steps there are, from 1 to {MOST_STEPS}, or their numbers, found {found(tree)}"
            )
            inner.note(tree.line, message, "as in {t: 3} or {t: 0..3}")
        else:
            steps[key.value] = numbers
    return steps


def unrolled(pairs: Lines, steps: Steps) -> Lines:
    """The entries of a section with those of a step written out for all of its steps."""
    for letter, numbers in steps.items():
        pairs = _of_letter(pairs, letter, numbers)
    return pairs


def _of_letter(pairs: Lines, letter: str, numbers: range) -> Lines:
    """Runs of entries of a step are written out together, as each may need the one above at the same step."""
    done: list[tuple[Text, Tree]] = []
    run: list[tuple[Text, Tree]] = []
    for key, tree in pairs:
        if _counts(key.value, letter):
            run.append((key, tree))
            continue
        done += _written_out(run, letter, numbers)
        run = []
        done.append((key, tree))
    return (*done, *_written_out(run, letter, numbers))


def _counts(name: str, letter: str) -> bool:
    """Whether a name is that of a quantity of every step: ``h_t``, ``z_{t,j}``, ``z_tj``."""
    return re.search(rf"_\{{?{letter}(?![A-Za-z]{{3}})", name) is not None


def _written_out(run: list[tuple[Text, Tree]], letter: str, numbers: range) -> Iterable[tuple[Text, Tree]]:
    left = [(_key(key, letter, n), _tree(tree, letter, n)) for n in numbers for key, tree in run]
    while left:
        names = {re.sub(r"_[a-z{,} ]*$", "", key.value) for key, _ in left}
        ready = next((k for k, (key, tree) in enumerate(left) if not _uses(tree, names, key.value)), 0)
        yield left.pop(ready)


def _uses(tree: Tree, names: set[str], own: str) -> bool:
    """Whether a formula names a quantity that is not defined yet, itself aside."""
    match tree:
        case Entries(items):
            return any(_uses(value, names, own) for key, value in items if key.value == "formula")
        case Text(value):
            used = set(re.findall(r"[A-Za-z]+\w*?_\d+", value.replace("{", "").replace("}", "")))
            return bool(used & (names - {own}))
    return False


def _key(key: Text, letter: str, n: int) -> Text:
    """The name at a step: ``h_2``, of ``h_{t+1}`` that of the next; of ``z_{t,j}``, whose letters stay, ``z_2_j``."""

    def at_step(match: re.Match[str]) -> str:
        step = n + int((match[1] or "0").replace(" ", ""))
        return f"_{step}" + (f"_{match[2]}" if match[2] else "")

    name = re.sub(rf"_\{{?{letter}(\s*[+-]\s*\d+)?[, ]*([a-z, ]*)\}}?", at_step, key.value)
    return Text(name, key.line, key.plain)


def _tree(tree: Tree, letter: str, n: int) -> Tree:
    match tree:
        case Text():
            return at_step(tree, letter, n)
        case Items(items):
            return Items(tuple(_tree(item, letter, n) for item in items), tree.line, tree.flow)
        case Entries(items):
            kept = ((key, value if key.value == "shape" else _tree(value, letter, n)) for key, value in items)
            return Entries(tuple(kept), tree.line, tree.flow)


def at_step(text: Text, letter: str, n: int) -> Text:
    """A text at a step, each character that stays where it was."""
    alone = re.compile(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])")
    moved = re.compile(rf"{alone.pattern}(?:\s*([+-])\s*(\d+))?")

    def shifted(match: re.Match[str]) -> str:
        return str(n + int((match[1] or "+") + (match[2] or "0")))

    pieces, places, end = "", list[tuple[int, int, int]](), 0

    def in_script(match: re.Match[str]) -> str:
        beside = re.fullmatch(rf"\{{?{letter}([a-z]{{1,2}})\}}?", match[2])  # other letters run together with it
        return match[1] + (f"{{{n},{beside[1]}}}" if beside else moved.sub(shifted, match[2]))

    scripts = [(*one.span(), in_script(one)) for one in _SCRIPT.finditer(text.value)]
    covered = [range(start, stop) for start, stop, _ in scripts]
    others = [(*one.span(), str(n)) for one in alone.finditer(text.value) if not any(one.start() in c for c in covered)]
    for start, stop, new in sorted([*scripts, *others]):
        places += _places(text, end, start, len(pieces))
        pieces += text.value[end:start]
        places += _places(text, start, start + 1, len(pieces))
        pieces, end = pieces + new, stop
    places += _places(text, end, len(text.value), len(pieces))
    return Text(pieces + text.value[end:], text.line, text.plain, tuple(places))


def _places(text: Text, start: int, stop: int, at: int) -> list[tuple[int, int, int]]:
    """Where the characters of a piece stand, which begins at `at` now."""
    if not text.places or start == stop:
        return []
    inner = [(at + old - start, line, column) for old, line, column in text.places if start < old < stop]
    return [(at, *place_at(text.places, start)), *inner]
