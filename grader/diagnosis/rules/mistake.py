"""A mistake as a value, and the words it is named by: its kind, what it is about, and that as text to show.

One about dz/dw is `missing_factor:dz_dw`; with a second one, `missing_factor:dz_dw+sign`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.diagnosis.rules.formula_mistakes import ChangedFormula
from grader.diagnosis.rules.written_mistakes import Written
from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, Indexed, Number, Partial, Symbol
from grader.expression.printing.short_names import MAX_WORD, plain_word, word_for
from grader.expression.printing.text import to_text
from grader.rubric.malrule import Kind

_MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: its kind, a word for what it is about, that as text to show, its node (`link`), a second one, how deep
    inside a formula it was made, whether it was found in the answer as it is `written`, and whether one
    that is made on the solution is `predicted` to give this answer. `about` is what it is about as a formula, where
    there is one, and `belongs` what stands in its place in the right answer, or where a factor or a term lacks; `times`
    is how many times what is right stands there, if that is what is wrong."""

    kind: Kind
    detail: str = ""
    shown: str = ""
    link: str = ""
    second: Mistake | None = None
    depth: int = 0
    written: bool = False
    predicted: bool = True
    about: Expression | None = field(default=None, compare=False)
    belongs: Expression | None = field(default=None, compare=False)
    times: Fraction | None = None

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
    return Mistake(kind, word_for(about, link), shown if len(shown) <= _MAX_SHOWN else "", link, about=about)


def made_by(names: Names, change: ChangedFormula, link: str = "") -> Mistake:
    """The mistake that a change of the solution is; of a term inside it, with the sum that lacks it."""
    inside = change.kind is Kind.DROPPED_TERM and change.depth and isinstance(change.about, Symbol | Indexed | Number)
    mistake = named(names, change.kind, change.about, link)
    return replace(mistake, belongs=change.where if inside else None, times=change.times)


def mended_by(names: Names, change: Written) -> Mistake:
    """The mistake that a change of the answer mends, in the answer's own terms."""
    about, belongs = to_text(change.about, names), to_text(change.belongs, names) if change.belongs is not None else ""
    match change.kind:
        case Kind.WRONG_QUANTITY | Kind.WRONG_INDEX | Kind.OFF_BY_ONE | Kind.EXPONENT:
            shown, detail = f"{about} stands where {belongs} belongs", f"{plain_word(about)}_for_{plain_word(belongs)}"
        case _:
            shown, detail = about, word_for(change.about)
    if len(detail) > 2 * MAX_WORD:
        detail = ""
    shown = shown if len(shown) <= 2 * _MAX_SHOWN else ""
    return Mistake(change.kind, detail, shown, "", None, 0, True, False, change.about, change.belongs)
