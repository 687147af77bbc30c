"""What a reader may know of names: the declared quantities and the spellings that find them.

``\\hat{y}``, ``ŷ``, ``yhat``, ``y_hat`` and ``\\hat y`` all have the normal form ``yhat``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Declared:
    """One name of a model as a reader needs it.

    `rank` is its number of axes (0 for a scalar); `arguments` are the texts that may stand in brackets
    behind it (``f(x, w)``), any of which means the quantity itself; `role` is "quantity", "size",
    "opaque", "adjoint" (a name for a derivative), "function" (`function` then names the row of
    `functions.FUNCTIONS`), "macro" (a handout's, no quantity), "set" (what sums may run over), "slope" (that
    of calls of `function` which do not say theirs, in `latex`) or "steps" (a letter that counts them, `arguments` the
    first and the one behind the last);
    `axes` are the sizes of its axes where they are known, as names or digits; `entries` are those of its spellings
    whose subscript is index letters (``w_{kj}``), so that they mean an entry and not the whole; of the sizes one may
    count `examples`. `fixed` has the aliases of which one letter is no index, each with that letter: the i of an
    ``\\alpha_{ij}`` that is alpha at j. Where its values are places on an axis, as labels are, `places_of` is the size
    of that axis. `phrases` are spellings that are no names, each with the letters in it that stand for any place.
    Of the `entries` that are `behind` the letter above counts the axis behind those of the letters below: ``e_n^k``.
    One that is `called` has the letter of a function for an alias, and leaves that function its call: ``\\sigma(z)``.
    """

    name: str
    rank: int = 0
    aliases: tuple[str, ...] = ()
    latex: str = ""
    arguments: tuple[str, ...] = ()
    role: str = "quantity"
    function: str = ""
    axes: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    examples: bool = False
    places_of: str = ""
    fixed: tuple[tuple[str, str], ...] = ()
    phrases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    called: bool = False
    behind: tuple[str, ...] = ()


Names = tuple[Declared, ...]


def is_macro(declared: Declared) -> bool:
    """Whether a name is no quantity at all: put into texts before they are read, or what counts steps."""
    return declared.role in ("macro", "set", "slope", "steps")


Made = TypeVar("Made")
MAX_PASSING = 16


class ModelNames(tuple[Declared, ...]):
    """The names of a model, which own what is made of them once: tables of spellings, of signs to print, of drawings.

    To compare, to hash and to send to another process they are the tuple that they are.
    """

    made: dict[Callable[[Names], Any], Any]

    def __new__(cls, names: Iterable[Declared] = ()) -> ModelNames:
        new = super().__new__(cls, names)
        new.made = {}
        return new

    def __reduce__(self) -> tuple[type[ModelNames], tuple[Names]]:
        return ModelNames, (tuple(self),)


def kept_by_names(make: Callable[[Names], Made]) -> Callable[[Names], Made]:
    """`make` with its result kept by the names of a model; of names on their way to one, the last few are kept."""
    passing = lru_cache(maxsize=MAX_PASSING)(make)

    @wraps(make)
    def kept(names: Names) -> Made:
        if not isinstance(names, ModelNames):
            return passing(names)
        if make not in names.made:
            names.made[make] = make(names)
        found: Made = names.made[make]
        return found

    return kept
