r"""Which declared quantity a written name is: ``\hat{y}``, ``ŷ``, ``y_hat`` all find ``yhat``, ``wx`` splits into w x.

`Spellings` is made once for the names of a model and answers which `Declared` a shape is, and what is left as indices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from grader.expression.language.names import Declared, Names, is_macro, kept_by_names
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.reading.spelling.finding import of_example, pieces_of
from grader.expression.reading.spelling.scripts import EXAMPLE, Shape, alias_shape, shape_of
from grader.expression.reading.spelling.spelled import (
    NESTED,
    SERIES,
    Series,
    Spellings,
    given_spellings,
    key_of,
    parts_of,
)


@kept_by_names
def spellings_of(names: Names) -> Spellings:
    """The table of a model's names, made once."""
    table = Spellings(tuple(names))  # not the names that own it
    table.slopes = {declared.function: declared.latex for declared in names if declared.role == "slope"}
    names = tuple(declared for declared in names if not is_macro(declared))
    for declared in names:
        table.exact[declared.name] = declared
    bare: dict[tuple[str, str, str, int], Declared] = {}
    raised: list[tuple[str, Shape, Declared]] = []
    for declared, text in _by_precedence(names):
        shape = shape_of(text)
        entered = alias_shape(text) if text in declared.entries else None
        if entered is not None and shape is None and entered.above.isalpha():
            raised.append((text, entered, declared))
            continue
        if entered is not None and shape is not None:
            _enter(table, text, entered, declared)
            continue
        if shape is not None and (letter := dict(declared.fixed).get(text)):
            marked = table.marked.setdefault((shape.base, shape.primes), [])
            marked.append((shape.below.replace(",", ""), letter, declared))
            continue
        if shape is not None and declared.rank and (inner := NESTED.fullmatch(shape.below)):
            table.nested[shape.base, inner[1]] = declared
            continue
        if shape is None:
            table.exact.setdefault(text, declared)
            layer = shape_of(text, raised=True)
            if layer is not None:
                bare.setdefault(parts_of(layer.base, layer.above, layer.below, layer.primes), declared)
        else:
            table.shapes.setdefault(parts_of(shape.base, shape.above, shape.below, shape.primes), declared)
            table.keys.setdefault(key_of(shape.base, shape.above, shape.below, shape.primes), declared)
    table.letters = frozenset(one for one in FUNCTION_LETTERS if (owner := table.keys.get(one)) is None or owner.called)
    for declared in names:
        if declared.role == "function":
            table.functions[declared.name] = declared.function
        table.arguments[declared.name] = _allowed(declared)
    _lift(table, raised, bare)
    _raise(table, bare)
    for declared in names:
        for text in declared.entries:
            shape = alias_shape(text)
            below = shape is not None and shape.below and not _counts_above(shape, declared)
            if shape and below and (text in given_spellings(declared) or not table.knows(shape.base)):
                key = (shape.base, shape.above, shape.primes)
                table.entries.setdefault(key, []).append((shape.below.replace(",", ""), declared))
    table.examples = next((declared.name for declared in names if declared.examples), "")
    table.series = _series(table)
    table.dashed = any("-" in key for key in table.keys)
    table.find = lru_cache(maxsize=4096)(lambda *shape: of_example(table, *shape))
    table.pieces = lru_cache(maxsize=4096)(lambda word: pieces_of(table, word))
    return table


def _enter(table: Spellings, text: str, shape: Shape, declared: Declared) -> None:
    """Take an entry whose letter above is one of its places."""
    if shape.above and not shape.below:
        table.above.setdefault((shape.base, shape.primes), declared)
    elif text in declared.behind:
        table.behind[shape.base, shape.primes] = declared
    elif _counts_above(shape, declared) and not table.knows(shape.base):
        table.keys[shape.base] = declared  # any letters enter it then


def _lift(
    table: Spellings, raised: list[tuple[str, Shape, Declared]], bare: dict[tuple[str, str, str, int], Declared]
) -> None:
    """Take entries with a letter above and no brackets, ``x^n``; of several names under one base it is a label."""
    owners = [(shape.base, declared.name) for _, shape, declared in raised]
    owners += [(base, declared.name) for (base, above, *_), declared in bare.items() if above.isalpha()]
    shared = {base for base, name in owners if any(one == base and other != name for one, other in owners)}
    for text, shape, declared in raised:
        if shape.base in shared or text not in declared.aliases:
            table.exact.setdefault(text, declared)
            bare.setdefault(parts_of(shape.base, shape.above, shape.below, shape.primes), declared)
        else:
            _enter(table, text, shape, declared)
    aliases = {shape.base for text, shape, declared in raised if text in declared.aliases}
    table.lifted = frozenset(aliases - shared)


def _counts_above(shape: Shape, declared: Declared) -> bool:
    r"""Whether the letter above an entry is one of its places, as in ``v_t^{(h)}``."""
    letters = len(shape.below.replace(",", ""))
    return len(shape.above) == 1 and shape.above.isalpha() and 0 < letters < declared.rank


def _raise(table: Spellings, bare: Mapping[tuple[str, str, str, int], Declared]) -> None:
    """Take layers without brackets, ``a^3``, where the letter alone is no name of the model and has no powers.

    One that is a letter is a label, ``\\delta_t^z``, where no number has its name.
    """
    sizes = {declared.name for declared in table.names if not declared.rank}
    labels = {(base, above) for base, above, _, _ in bare if above.isalpha() and above not in sizes}
    for shape, declared in bare.items():
        if not table.knows(shape[0]) or shape[:2] in labels:
            table.shapes.setdefault(shape, declared)
    layers = {(base, above) for base, above, _, _ in table.shapes if above and EXAMPLE not in above}
    table.raised = frozenset(layer for layer in layers if layer in labels or not table.knows(layer[0]))


def _series(table: Spellings) -> dict[str, Series]:
    """The names that differ in a number alone, by what they have in common."""
    found: dict[str, dict[int, Declared]] = {}
    for (base, above, below, primes), declared in table.shapes.items():
        number, level = (below, "_") if below else (above, "^")
        if number.isdigit() and len(number) < 4 and not (above and below) and not primes and base + level:
            found.setdefault(base + level + SERIES, {}).setdefault(int(number), declared)
    return {
        name: Series(name[:-2], ranks.pop(), {number: one.name for number, one in members.items()})
        for name, members in found.items()
        if len(members) > 1 and len(ranks := {one.rank for one in members.values()}) == 1
        if all(one.role in ("quantity", "adjoint") for one in members.values())
    }


def _by_precedence(names: Names) -> list[tuple[Declared, str]]:
    """Every spelling with its name: the names themselves first, then their LaTeX, then the aliases."""
    spelled = [(declared, declared.name) for declared in names]
    spelled += [(declared, declared.latex) for declared in names if declared.latex]
    return spelled + [(declared, text) for declared in names for text in declared.aliases]


def _allowed(declared: Declared) -> frozenset[str]:
    allowed = set()
    for text in declared.arguments:
        for piece in re.split(r"[,;]", text.strip(" ()")):
            allowed.add(piece.strip())
            shape = shape_of(re.sub(r"\^\{?\d\}?$", "", piece.strip()))  # sigma^2 is an argument by its name
            if shape is not None:
                allowed |= {shape.base, key_of(shape.base, shape.above, shape.below)}
    return frozenset(allowed)
