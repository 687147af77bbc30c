r"""The names of a model as its own formulas are read with them: which aliases are entries there, and which phrases.

In a formula that sums over n, the alias ``x_n`` of an X of n rows is its row n, as answers have it; where no sum and no
left side has its letter, it is all of X.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from grader.autodiff.graph import Node
from grader.expression.language.names import Declared
from grader.expression.language.nodes import Expression
from grader.expression.reading.spelling.scripts import alias_shape
from grader.rubric.axes import Left
from grader.rubric.bracket_aliases import OwnLetters, take_phrases
from grader.rubric.declarations import DeclaredNames
from grader.rubric.entry_aliases import (
    IndexLetters,
    counted_entries,
    counted_letters,
    entry_spellings,
    fixed_letter,
    index_letters,
    is_behind,
)
from grader.rubric.read_back import is_activation

_BOUNDED = re.compile(r"(?:sum|prod)(?:\\limits)?_\{?([a-z])\s*=\s*1\s*\}?\s*\^\{?([A-Za-z]+)")


def with_phrases_so_far(table: DeclaredNames, nodes: Sequence[Node], among: frozenset[str]) -> None:
    """Take the spellings of `among` that are no names for the formulas below `nodes`, by the letters known there."""
    if among:
        take_phrases(table, table.axes, _letters_so_far(table, nodes), table.own, among)


def _letters_so_far(table: DeclaredNames, nodes: Sequence[Node]) -> IndexLetters:
    """The letters that count, with the axes of each: by the formulas above, by bounds of sums, and by its size's name.

    Of one of which none of them says so it is "?".
    """
    found = dict(index_letters(nodes, (one.name for one in table.names), table.axes, table.own))
    for letter in sorted(table.counted):
        sizes = {size for size in table.sizes if size.isupper() and size.lower() == letter}
        sizes |= {size for bound, size in table.bounds if bound == letter}
        found[letter] = found.get(letter) or frozenset(sizes & set(table.sizes)) or frozenset("?")
    return found


def bounds_in(lefts: Sequence[Left]) -> frozenset[tuple[str, str]]:
    """The letters of sums from 1 on, each with the size at which the sum ends."""
    return frozenset(pair for left in lefts for pair in _BOUNDED.findall(left.formula.value))


def as_answers_read(
    declared: Declared,
    nodes: tuple[Node, ...],
    notation: tuple[tuple[str, Expression], ...],
    counted: tuple[IndexLetters, OwnLetters],
    examples: str,
) -> Declared:
    """A name with what its spellings mean in answers, by the letters that the formulas count with and those of the left
    sides, `counted`.
    """
    letters, own = counted
    fixed = [(text, fixed_letter(text, declared, letters, own.get(declared.name, ()))) for text in declared.aliases]
    entries = [text for text in entry_spellings(declared, letters, examples) if not dict(fixed).get(text)]
    formula = next(
        (node.source or node.expression for node in nodes if declared.called and node.name == declared.name), None
    )
    return replace(
        declared,
        entries=(*entries, *counted_entries(declared, nodes, notation, letters)),
        fixed=tuple(fixed),
        behind=tuple(text for text in entries if is_behind(text, declared, letters)),
        called=formula is not None and is_activation(formula),
    )


def ways_to_read(table: DeclaredNames, left: Left) -> Iterator[list[Declared]]:
    """The names with their aliases as entries where the formula has their letters; as names; as entries in any case.

    The first of these with which a formula can be read is what it says.
    """
    plain = list(table.names)
    bound = counted_letters([(left.letters, left.formula.value)])
    named = [_with_fixed(one, table) for one in plain]
    if any(one.examples for one in plain):  # the i of x^{(i)} enters the axis that counts them
        named = [replace(one, axes=table.axes.get(one.name, ())) if one.aliases else one for one in named]
    entered = [_with_entries(one, bound) for one in named]
    seen: list[list[Declared]] = []
    for names in (entered, named, [_with_entries(one, None) for one in named]):
        if names not in seen:
            seen.append(names)
            yield names


def _with_fixed(declared: Declared, table: DeclaredNames) -> Declared:
    """A name with its aliases that have a letter more than its definition."""
    own = table.own.get(declared.name, ())
    fixed = [(text, fixed_letter(text, declared, {}, own)) for text in declared.aliases] if own else []
    found = tuple(pair for pair in fixed if pair[1])
    return replace(declared, fixed=found) if found else declared


def _with_entries(declared: Declared, bound: Set[str] | None) -> Declared:
    """A name with its aliases that end in at most as many letters as it has axes, all of them `bound`, for entries."""
    if not declared.rank or declared.role != "quantity" or not declared.aliases:
        return declared
    fixed = dict(declared.fixed)
    entries = [text for text in declared.aliases if text not in fixed and _is_entered(text, declared, bound)]
    return replace(declared, entries=tuple(dict.fromkeys((*declared.entries, *entries)))) if entries else declared


def _is_entered(text: str, declared: Declared, bound: Set[str] | None) -> bool:
    shape = alias_shape(text)
    letters = shape.below.replace(",", "") if shape is not None else ""
    if shape is None or not letters.isalpha() or not len(set(letters)) == len(letters) <= declared.rank:
        return False
    return bound is None or bound >= set(letters)
