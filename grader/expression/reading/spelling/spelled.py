"""The names of one model under every spelling, as a table; `spellings_of` fills it, `finding` looks names up in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Expression
from grader.expression.language.words import FUNCTION_LETTERS, GREEK

NESTED = re.compile(r"([A-Za-z]+)_([a-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """A declared quantity and what its spelling left over for indices."""

    declared: Declared
    above: str = ""
    below: str = ""
    primes: int = 0


SERIES = "#"  # at the end of what a series is called, and in no name of a model


@dataclass(frozen=True, slots=True)
class Series:
    """Quantities of one rank that a number tells apart, below or above: h_1, h_2, h_3 by their numbers."""

    base: str
    rank: int
    names: Mapping[int, str]


Usual = tuple[str, tuple[Expression, ...]]  # a declared name and the entries that its subscript says


@dataclass(slots=True, eq=False, weakref_slot=True)
class Spellings:
    """The names of one model under every spelling; build it with `spellings_of`.

    `entries` has, by base, upper script and primes, the index letters by which spellings of that base are told apart;
    `letters` are those of `FUNCTION_LETTERS` that no quantity has for its own: one that is `called` leaves it its call.
    """

    names: Names
    exact: dict[str, Declared] = field(default_factory=dict)
    keys: dict[str, Declared] = field(default_factory=dict)
    shapes: dict[tuple[str, str, str, int], Declared] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    slopes: dict[str, str] = field(default_factory=dict)  # of leakyrelu, where the model has one alone
    arguments: dict[str, frozenset[str]] = field(default_factory=dict)
    letters: frozenset[str] = FUNCTION_LETTERS
    entries: dict[tuple[str, str, int], list[tuple[str, Declared]]] = field(default_factory=dict)
    above: dict[tuple[str, int], Declared] = field(default_factory=dict)  # x of an alias x^{(i)}: its row i
    behind: dict[tuple[str, int], Declared] = field(default_factory=dict)  # e of an alias e_n^k: its entry (n, k)
    marked: dict[tuple[str, int], list[tuple[str, str, Declared]]] = field(default_factory=dict)  # by alias.fixed
    nested: dict[tuple[str, str], Declared] = field(default_factory=dict)  # (u, w) of an alias u_{w_s}: its entry s
    examples: str = ""  # the size of which examples are counted, if the model says so
    raised: frozenset[tuple[str, str]] = frozenset()  # layers above a letter, (a, 3) of a^3, that no letter has alone
    lifted: frozenset[str] = frozenset()  # x of an alias x^n, without brackets: a letter that counts is no power of it
    series: Mapping[str, Series] = field(default_factory=dict)  # by ``h_#`` or ``h^#``
    dashed: bool = False
    find: Callable[[str, str, str, int], Found | None] = lambda *_: None
    pieces: Callable[[str], tuple[str, ...] | None] = lambda _: None
    usual: Callable[[str, str], Usual | None] | None = None  # set by who first reads a usual name

    def candidates(self) -> list[str]:
        """What "did you mean" chooses from."""
        return [*self.exact, *self.functions]

    def knows(self, text: str) -> bool:
        """Whether a bare identifier is declared."""
        return text in self.exact or text in self.keys

    def is_adjoint(self, text: str) -> bool:
        """Whether a bare identifier names a derivative: ``dz`` in ``dJ/dz`` is a differential all the same."""
        found = self.exact.get(text) or self.keys.get(text)
        return found is not None and found.role == "adjoint"


def key_of(base: str, above: str = "", below: str = "", primes: int = 0) -> str:
    """The normal form under which spellings of one name meet; ``x_i`` is no xi."""
    parted = "_" if below and base + below in GREEK else ""
    return base + above + parted + below.replace(",", "").replace("_", "") + "'" * primes


def parts_of(base: str, above: str, below: str, primes: int) -> tuple[str, str, str, int]:
    """The parts of a spelling, kept apart."""
    return base, above, below.replace(",", ""), primes


def given_spellings(declared: Declared) -> tuple[str, ...]:
    """The spellings that the author gives a quantity beside its name; of a derivative, the LaTeX has any letters."""
    return declared.aliases if declared.role == "adjoint" else (*declared.aliases, declared.latex)
