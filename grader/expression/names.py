"""What a reader may know of names: the declared quantities and the spellings that find them.

``\\hat{y}``, ``ŷ``, ``yhat``, ``y_hat`` and ``\\hat y`` all have the normal form ``yhat``.
"""

from __future__ import annotations

from dataclasses import dataclass


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
