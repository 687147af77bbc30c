"""A text that does something -> a shorter one that still does it.

``shortest("(1 + q_)", lambda text: "q_" in text)`` is ``q_``.
"""

from __future__ import annotations

from collections.abc import Callable

TRIES = 250


def shortest(text: str, does: Callable[[str], bool]) -> str:
    """Pieces taken out, long ones first, as long as `does` holds for what is left."""
    tries, piece = 0, max(len(text) // 2, 1)
    while piece:
        at = 0
        while at < len(text) and tries < TRIES:
            shorter = text[:at] + text[at + piece :]
            tries += 1
            if does(shorter):
                text = shorter
            else:
                at += piece
        piece //= 2
    return text
