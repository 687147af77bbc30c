"""A mistake as a value, and the words it is named by: its kind, what it is about, and that as text to show.

One about dz/dw is `missing_factor:dz_dw`; with a second one, `missing_factor:dz_dw+sign`.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Partial
from grader.expression.printing.short_names import word_for
from grader.expression.printing.text import to_text
from grader.rubric.malrule import Kind

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
    return Mistake(kind, word_for(about, link), shown if len(shown) <= _MAX_SHOWN else "", link)
