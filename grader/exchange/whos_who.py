"""Who is who: somebody as an export or a gradebook calls them -> the person on the class list, or nobody.

By id, login and e-mail first, then by name; two of one name are never guessed between.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from grader.exchange.rosters import Person
from grader.problems import Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Register:
    """People by all that they may be called."""

    persons: tuple[Person, ...]
    by_id: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    by_name: Mapping[str, frozenset[int]] = field(default_factory=dict)
    by_group: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def named(self, name: str) -> tuple[Person, ...]:
        """Everybody who has a name, in whatever order its words stand, with or without spaces."""
        found = self.by_name.get(_spread(name), frozenset()) | self.by_name.get(_joined(name), frozenset())
        return tuple(self.persons[at] for at in sorted(found)) if name.strip() else ()

    def called(self, ids: Iterable[tuple[str, str]]) -> tuple[Person, ...]:
        """Everybody whom these (column, text) pairs may mean: one is found, several are in conflict."""
        found: set[int] = set()
        for column, text in ids:
            value, key = text.strip().casefold(), _column(column)
            if not value:
                continue
            if key in self.by_id:  # the list has this very column
                found |= self.by_id[key].get(value, frozenset())
                continue
            found |= frozenset().union(*(there.get(value, frozenset()) for there in self.by_id.values()))
        return tuple(self.persons[at] for at in sorted(found))

    def group(self, name: str) -> tuple[Person, ...]:
        """The members of a group."""
        return tuple(self.persons[at] for at in sorted(self.by_group.get(_spread(name), frozenset()))) if name else ()

    def nearest(self, ids: Iterable[tuple[str, str]], name: str) -> str:
        """A hint that names the person most like somebody who was not found; may be empty."""
        shown = {_spread(one.name): one for one in self.persons if one.name}
        near = get_close_matches(_spread(name), shown, n=1, cutoff=0.6) if name else []
        if near:
            one = shown[near[0]]
            return f"the nearest on the list: {one.name} ({one.student})"
        known = {text.casefold(): one for one in self.persons for _, text in one.ids}
        for _, text in ids:
            if close := get_close_matches(text.casefold(), known, n=1, cutoff=0.75):
                one = known[close[0]]
                return f"the nearest on the list: {one.name or one.student} ({one.student})"
        return ""


def register(persons: Iterable[Person]) -> Register:
    """Prepare people for look-up."""
    persons = tuple(persons)
    by_id: dict[str, dict[str, set[int]]] = {}
    by_name: dict[str, set[int]] = {}
    by_group: dict[str, set[int]] = {}
    for at, one in enumerate(persons):
        for column, text in (*one.ids, ("student", one.student)):
            by_id.setdefault(_column(column), {}).setdefault(text.strip().casefold(), set()).add(at)
        for key in _keys(one.name):
            by_name.setdefault(key, set()).add(at)
        if one.group:
            for key in (_spread(one.group), _joined(one.group)):
                by_group.setdefault(key, set()).add(at)
    return Register(
        persons,
        {column: {text: frozenset(found) for text, found in there.items()} for column, there in by_id.items()},
        {key: frozenset(found) for key, found in by_name.items()},
        {key: frozenset(found) for key, found in by_group.items()},
    )


def aliases(persons: Iterable[Person]) -> dict[str, str]:
    """By every id, and every full name, that means one person alone, the person's main id."""
    found: dict[str, set[str]] = {}
    main = set()
    for one in persons:
        main.add(one.student)
        for text in (*(text for _, text in one.ids), one.name):
            found.setdefault(text, set()).add(one.student)
    return {text: min(who) for text, who in found.items() if text and len(who) == 1 and text not in main}


def callable_by(persons: Iterable[Person]) -> Mapping[str, frozenset[str]]:
    """By every id, and every full name, whatever its capitals, the main ids of all whom it may mean."""
    found: dict[str, set[str]] = {}
    main = set()
    for one in persons:
        main.add(one.student.casefold())
        for text in (one.student, one.name, *(text for _, text in one.ids)):
            if text.strip():
                found.setdefault(text.strip().casefold(), set()).add(one.student)
    exact = {one: frozenset(who for who in found[one] if who.casefold() == one) for one in main}
    return {text: frozenset(who) for text, who in found.items()} | exact


def meant(name: str, names: Mapping[str, frozenset[str]]) -> str | Problem:
    """The main id of the student whom a person means by any id or name; a Problem where that is nobody, or several."""
    found = names.get(name.strip().casefold(), frozenset())
    if name.strip() in found:
        return name.strip()
    if len(found) == 1:
        return next(iter(found))
    if found:
        return Problem(f"'{name}' may be any of {', '.join(sorted(found))}", "use an id that is one student's alone")
    known = {one for who in names.values() for one in who}
    return Problem(f"there is no student '{name}'", did_you_mean(name, known) or did_you_mean(name, names))


def _column(name: str) -> str:
    key = re.sub(r"[\W_]", "", name.casefold())
    return {"emailaddress": "email", "mail": "email", "studentid": "student", "loginid": "login"}.get(key, key)


def _keys(name: str) -> set[str]:
    """How a name may be written: its words in any order; run together, the last or the first words in front."""
    words = _words(name)
    turned = {"".join((*words[at:], *words[:at])) for at in range(len(words))}
    return {" ".join(sorted(words)), *turned} if words else set()


def _spread(name: str) -> str:
    return " ".join(sorted(_words(name)))


def _joined(name: str) -> str:
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"['’`´.\-]", "", name).casefold())
    return re.findall(r"[^\W_]+", "".join(char for char in plain if not unicodedata.combining(char)))
