"""A word for a formula, as machine strings name what they are about: ``yhat_y`` for ``yhat - y``."""

from __future__ import annotations

import re

from grader.expression.language.nodes import Expression, Partial, head
from grader.expression.printing.text import to_text

_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_]+")
_JOINED = re.compile("__+")
MAX_WORD = 24


def plain_word(text: str) -> str:
    """A text with all that is no letter or digit as ``_``."""
    return _JOINED.sub("_", _NOT_A_WORD.sub("_", text)).strip("_")


def word_for(about: Expression, name: str = "") -> str:
    """``dyhat_dz`` for a derivative, else a short formula with its signs as ``_``, `name` for a long one."""
    if isinstance(about, Partial):
        return plain_word(f"d{head(about.numerator)}_d{head(about.denominator)}")
    word = plain_word(to_text(about))
    return word if len(word) <= MAX_WORD else plain_word(name)
