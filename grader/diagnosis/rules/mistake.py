"""A mistake as a value, and the words it is named by: its kind, what it is about, and that as text to show.

One about dz/dw is `missing_factor:dz_dw`; with a second one, `missing_factor:dz_dw+sign`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Partial, head
from grader.expression.printing.text import to_text
from grader.rubric.malrule import Kind

_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_]+")
_JOINED = re.compile("__+")
_MAX_DETAIL = 24
_MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: its kind, a word for what it is about, that as text to show, its node (`link`), and a second one."""

    kind: Kind
    detail: str = ""
    shown: str = ""
    link: str = ""
    second: Mistake | None = None

    @property
    def rule(self) -> str:
        """The machine string without its prefix: ``missing_factor:dz_dw``, of two ``missing_factor:dz_dw+sign``."""
        own = f"{self.kind}:{self.detail}" if self.detail else self.kind.value
        return own if self.second is None else f"{own}+{self.second.rule}"


def named(names: Names, kind: Kind, about: Expression, link: str = "") -> Mistake:
    """A mistake of a kind with what it is about, as a word and as text."""
    shown = to_text(about, names)
    if kind is Kind.DROPPED_TERM and isinstance(about, Partial):
        shown = f"the way through {shown}"
    return Mistake(kind, _word(about, link), shown if len(shown) <= _MAX_SHOWN else "", link)


def _word(about: Expression, link: str) -> str:
    """A word for the machine string: ``dyhat_dz`` for a derivative, else a short formula with its signs as ``_``,
    the name of its node for a long one."""
    if isinstance(about, Partial):
        return plain_word(f"d{head(about.numerator)}_d{head(about.denominator)}")
    word = plain_word(to_text(about))
    return word if len(word) <= _MAX_DETAIL else plain_word(link)


def plain_word(text: str) -> str:
    """A text with all that is no letter or digit as ``_``."""
    return _JOINED.sub("_", _NOT_A_WORD.sub("_", text)).strip("_")
