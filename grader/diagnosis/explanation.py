"""A mistake in the words of a teacher: what is right, what is not, and where to look.

``missing_factor:dyhat_dz`` says: "What you have is right as far as it goes, but the factor ∂ŷ/∂z = ŷ·(1 - ŷ) is
missing. Each link of the chain from the output to the variable gives one factor."
"""

from __future__ import annotations

import re

from grader.diagnosis.rules.mistake import Mistake
from grader.diagnosis.voice import Voice, name_of, plainly, said
from grader.expression.language.nodes import Call, Indexed, Partial, Symbol, head
from grader.rubric.malrule import Kind, MistakePlace
from grader.rubric.malrules import MALRULES

_SIGNS = (Kind.SIGN, Kind.POWER_OF_TEN)  # of a number these tell themselves
_INDICATORS = ("iverson", "kronecker")
_REPLACED = (Kind.WRONG_QUANTITY, Kind.WRONG_INDEX, Kind.OFF_BY_ONE, Kind.EXPONENT)


def message_of(mistake: Mistake, show_solution: bool, voice: Voice | None = None, told: bool = False) -> str:
    """What the student reads; without details of the formula where the solution is hidden.

    Where it is `told` already what is wrong, only where to look.
    """
    both = [mistake] if mistake.second is None else [mistake, mistake.second]
    clauses = [clause_of(one, show_solution, voice) for one in both]
    looks = dict.fromkeys(look_at(one, voice) if show_solution else MALRULES[one.kind].look for one in both)
    right = MALRULES[mistake.kind].right
    if told and show_solution:
        return " ".join(looks)
    if len(both) > 1:
        opening = "There are two things to mend: " if mistake.written else "It looks as if two things went wrong: "
        sentence = f"{opening}{clauses[0]}, and {clauses[1]}."
    elif not show_solution or not right or (voice is not None and voice.numeric and mistake.kind not in _SIGNS):
        sentence = f"It looks as if {clauses[0]}."
    else:
        sentence = f"{_opening(mistake)}, but {clauses[0]}."
    return " ".join((sentence, *looks))


def clause_of(mistake: Mistake, show_solution: bool = True, voice: Voice | None = None) -> str:
    """What happened: "the factor ∂ŷ/∂z is missing"."""
    row, about = MALRULES[mistake.kind], mistake.about
    if not show_solution:
        return row.clause_hidden
    if mistake.kind is Kind.FACTOR_TWO and not mistake.detail and mistake.shown:
        return mistake.shown
    if mistake.kind is Kind.SIGN and about is None:
        return "the sign is wrong"
    if about is None or voice is None:
        return row.clause.format(mistake.shown) if mistake.shown else row.clause_hidden
    return _in_place(mistake, voice) or _about(mistake, voice)


def look_at(mistake: Mistake, voice: Voice | None = None) -> str:
    """Where to look, as fits what the mistake is about."""
    row = MALRULES[mistake.kind]
    place = _place(mistake, voice) if row.look_at else None
    return next((look for at, look in row.look_at if at is place), row.look)


def _place(mistake: Mistake, voice: Voice | None) -> MistakePlace | None:
    about = mistake.about
    match about:
        case Partial():
            return MistakePlace.LINK
        case Call("kronecker") | Call("iverson", (Call("eq" | "ne"),)):
            return MistakePlace.INDEX
        case Symbol() | Indexed() if about != mistake.belongs and re.search(r"\d", head(about) or ""):
            return MistakePlace.NUMBERED
        case Symbol(name) if voice is not None and voice.graph is not None and name in voice.graph.sizes:
            return MistakePlace.SIZE
        case Indexed():
            return MistakePlace.NUMBERED
    return None


def score_line_of(mistake: Mistake, show_solution: bool) -> str:
    """The line of the score for a mistake that the rubric prices."""
    row = MALRULES[mistake.kind]
    return f"partial credit: {row.what if show_solution else row.clause_hidden}"


def _opening(mistake: Mistake) -> str:
    """What of the answer is right."""
    if mistake.kind is Kind.SIGN and mistake.about is not None:
        return "The rest is right"
    return MALRULES[mistake.kind].right


def _in_place(mistake: Mistake, voice: Voice) -> str:
    """What stands where something else belongs, or a factor that lacks at one place."""
    about, belongs = mistake.about, mistake.belongs
    if about is None or belongs is None:
        return ""
    if mistake.kind in _REPLACED:
        return f"you write {plainly(voice, about)} where {said(voice, belongs)} belongs"
    if mistake.kind is Kind.MISSING_FACTOR and belongs != about:
        return f"the factor {said(voice, about)} is missing at {plainly(voice, belongs)}"
    return ""


def _about(mistake: Mistake, voice: Voice) -> str:
    """What happened to the formula that a mistake is about."""
    row, about = MALRULES[mistake.kind], mistake.about
    if about is None:
        return ""
    if isinstance(about, Partial):
        above, below = (name_of(voice, head(side) or "") for side in (about.numerator, about.denominator))
        if mistake.kind in (Kind.DROPPED_TERM, Kind.SIGN):
            path = f"the path from {below} through {above}"
            return f"{path} is missing" if mistake.kind is Kind.DROPPED_TERM else f"the sign of {path} is wrong"
        if mistake.kind is Kind.OUTER_ONLY:
            return f"the chain stops at {plainly(voice, about)}"
    text = said(voice, about)
    if mistake.kind is Kind.MISSING_CONDITION and isinstance(about, Call) and about.function in _INDICATORS:
        return f"the factor {text} is missing"
    if mistake.kind in (Kind.DROPPED_TERM, Kind.SIGN) and _comes_from(mistake):
        lacks = mistake.kind is Kind.DROPPED_TERM
        return (
            f"the part that comes from {text} is missing" if lacks else f"the sign of what comes from {text} is wrong"
        )
    return row.clause.format(text)


def _comes_from(mistake: Mistake) -> bool:
    """Whether a mistake is about a formula of the model, and not about what stands in the answer or the solution."""
    return bool(mistake.link) and not mistake.written and not isinstance(mistake.about, Symbol | Indexed)
