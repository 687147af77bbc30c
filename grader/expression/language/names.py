"""What a reader may know of names: the declared quantities and the spellings that find them.

``\\hat{y}``, ``ŷ``, ``yhat``, ``y_hat`` and ``\\hat y`` all have the normal form ``yhat``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Declared:
    """One name of a model as a reader needs it.

    `rank` is its number of axes (0 for a scalar); `arguments` are the texts that may stand in brackets
    behind it (``f(x, w)``), any of which means the quantity itself; `role` is "quantity", "size",
    "opaque", "adjoint" (a name for a derivative) or "function" (`function` then names the row of
    `functions.FUNCTIONS`); `axes` are the sizes of its axes where they are known, as names or digits.
    """

    name: str
    rank: int = 0
    aliases: tuple[str, ...] = ()
    latex: str = ""
    arguments: tuple[str, ...] = ()
    role: str = "quantity"
    function: str = ""
    axes: tuple[str, ...] = ()


Names = tuple[Declared, ...]
Made = TypeVar("Made")
MAX_KEPT = 256


def kept_by_names(make: Callable[[Names], Made]) -> Callable[[Names], Made]:
    """`make` with its results kept by the identity of the names: to hash them takes as long as to read an answer."""
    kept: dict[int, tuple[Names, Made]] = {}
    by_value = lru_cache(maxsize=MAX_KEPT)(make)

    @wraps(make)
    def made(names: Names) -> Made:
        found = kept.get(id(names))
        if found is None or found[0] is not names:
            if len(kept) > MAX_KEPT:
                kept.clear()
            found = kept[id(names)] = (names, by_value(names))
        return found[1]

    return made
