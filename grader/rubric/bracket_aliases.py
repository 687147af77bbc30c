r"""Aliases that are no names, ``h(x)``, ``\pi(a|s)``, ``\alpha_2(k)``: which letters in them are places of an array.

A formula of the model and an answer read them alike. Of an ``h_i`` by ``h(x_i)`` the i is a place, by the letters of
its definition; of a given array those letters are that count its axes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.expression.reading.spelling.phrases import LOGARITHMS, phrase_tokens
from grader.expression.reading.spelling.scripts import shape_of
from grader.rubric.declarations import DeclaredNames
from grader.rubric.entry_aliases import IndexLetters

_ENTRY = re.compile(r"(.*[^\s(])\s*\(([a-z](?:,\s*[a-z])*)\)")
_ROLES = ("quantity", "size", "adjoint", "opaque")
OwnLetters = Mapping[str, tuple[str, ...]]  # by a name the letters by which it is defined


def take_entry_aliases(table: DeclaredNames, axes: Mapping[str, tuple[str, ...]]) -> None:
    r"""Aliases that are an entry in brackets, ``\alpha_2(k)`` of an array of K: the name before the brackets is one."""
    taken = {declared.name for declared in table.names}
    for at, declared in enumerate(table.names):
        aliases = list(declared.aliases)
        long = sum(axis != "1" for axis in axes.get(declared.name, ()))
        for place, alias in enumerate(aliases):
            entry = _ENTRY.fullmatch(alias)
            letters = re.findall("[a-z]", entry[2]) if entry else []
            if entry and len(letters) == long and taken.isdisjoint(letters) and shape_of(entry[1]):
                owner = table.lines.setdefault(entry[1], table.lines[declared.name])[0]
                aliases[place] = entry[1] if owner == declared.name else alias
                where = table.written.get((declared.name, alias))
                if where is not None:
                    table.written[declared.name, entry[1]] = where
        if tuple(aliases) != declared.aliases:
            table.names[at] = replace(declared, aliases=tuple(dict.fromkeys(aliases)))


def spelled_by_phrases(table: DeclaredNames) -> frozenset[str]:
    """The names that have a spelling which is no name."""
    spelled = ((one, text) for one in table.names if one.role in _ROLES for text in (*one.aliases, one.latex))
    return frozenset(one.name for one, text in spelled if text and shape_of(text) is None and phrase_tokens(text))


def take_phrases(
    table: DeclaredNames,
    axes: Mapping[str, tuple[str, ...]],
    letters: IndexLetters,
    own: OwnLetters,
    among: frozenset[str] | None = None,
) -> None:
    r"""Spellings that are no names and may stand for one, ``\pi(a|s)``: of arrays with the letters that are places.

    These are the letters of its definition, `own`, or else as many `letters` as count its `axes`; `among` are the names
    that may have such a spelling, where that is known.
    """
    taken = {text for one in table.names for text in (one.name, *one.aliases)}
    places = {one.name: frozenset((one.places_of,)) for one in table.names if one.places_of and one.rank}
    letters = {**letters, **places}  # the a of \phi(s_t, a) beside actions a_t is any of them
    for at, declared in enumerate(table.names):
        if declared.role not in _ROLES or (among is not None and declared.name not in among):
            continue
        phrases = []
        for text in dict.fromkeys((*declared.aliases, declared.latex)):
            tokens = phrase_tokens(text) if text and shape_of(text) is None else []
            if tokens and tokens[0].text in LOGARITHMS and tokens[1].text in taken:
                tokens = []  # of a declared quantity it is the function
            behind = [*(token.kind for token in tokens[2:]), ""]  # the q of q_i is no place
            found = zip(tokens[1:], behind, strict=True) if tokens else ()
            written = {token.text: None for token, next_kind in found if token.kind == "name" and next_kind != "_"}
            if tokens:
                entered = _places_in(written, own.get(declared.name, ()), axes.get(declared.name, ()), letters)
                phrases.append((text, entered if declared.rank else ()))
        table.names[at] = replace(declared, phrases=tuple(phrases))


def _places_in(
    written: Iterable[str], own: tuple[str, ...], axes: tuple[str, ...], letters: IndexLetters
) -> tuple[str, ...]:
    """The letters of a spelling that are places of its array, from the first axis on; none where it is the whole."""
    written = tuple(written)
    if own:
        missing = next((at for at, letter in enumerate(own) if letter not in written), len(own))
        return own[:missing] if set(own[missing:]).isdisjoint(written) else ()
    left = [letter for letter in written if letter in letters]
    places = []
    for axis in axes:
        place = next((letter for letter in left if axis in letters[letter]), "")
        if not place:
            break
        places.append(place)
        left.remove(place)
    return () if left else tuple(places)
