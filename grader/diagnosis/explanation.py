"""A mistake in the words of a teacher: what is right, what is not, and where to look.

``missing_factor:dyhat_dz`` says: "What you have is right as far as it goes, but the factor ∂ŷ/∂z = ŷ·(1 - ŷ) is
missing. Each link of the chain from the output to the variable gives one factor."
"""

from __future__ import annotations

import re

from grader.diagnosis.rules.mistake import Mistake
from grader.diagnosis.voice import Voice, in_letters_of, name_of, plainly, said
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Partial, Symbol, head
from grader.rubric.malrule import Kind, MistakePlace
from grader.rubric.malrules import MALRULES

_SIGNS = (Kind.SIGN, Kind.POWER_OF_TEN)  # of a number these tell themselves
MAX_WHERE = 40  # characters of a sum that a term lacks in
_INDICATORS = ("iverson", "kronecker")
_REPLACED = (Kind.WRONG_QUANTITY, Kind.WRONG_INDEX, Kind.OFF_BY_ONE, Kind.EXPONENT, Kind.WRONG_ACTIVATION)


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
    if not mistake.written:
        voice = in_letters_of(voice, about, *([] if mistake.belongs is None else [mistake.belongs]))
    return _in_place(mistake, voice) or _about(mistake, voice)


def look_at(mistake: Mistake, voice: Voice | None = None) -> str:
    """Where to look, as fits what the mistake is about."""
    row = MALRULES[mistake.kind]
    place = _place(mistake, voice) if row.look_at else None
    return next((look for at, look in row.look_at if at is place), row.look)


def _place(mistake: Mistake, voice: Voice | None) -> MistakePlace | None:
    about = mistake.about
    if (voice is not None and voice.value) or (mistake.kind is Kind.DROPPED_TERM and mistake.belongs is not None):
        return MistakePlace.VALUE  # what was left out is no derivative
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
    match mistake.kind:
        case Kind.MISSING_FACTOR | Kind.FACTOR_TWO if belongs != about:
            return f"the factor {said(voice, about)} is missing at {plainly(voice, belongs)}"
        case Kind.DROPPED_TERM if len(where := plainly(voice, belongs)) <= MAX_WHERE:
            return f"{said(voice, about)} is missing in {where}"
        case Kind.SIGN if _is_short(about, belongs) and len(plainly(voice, belongs)) <= MAX_WHERE:
            return f"the sign of {said(voice, about)} in {plainly(voice, belongs)} is wrong"
        case Kind.WRONG_ARGUMENT:
            return f"a derivative is worked out with {said(voice, about)} where {said(voice, belongs)} belongs"
    return ""


def _is_short(about: Expression, place: Expression) -> bool:
    """Whether what has the wrong sign is a name that may stand elsewhere too, or the argument of a function."""
    return isinstance(about, Symbol | Indexed | Number) or (isinstance(place, Call) and len(place.args) == 1)


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
    if mistake.kind is Kind.FACTOR_TWO:
        return _two(mistake, text)
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
    entered = isinstance(mistake.about, Symbol | Indexed) and mistake.depth  # put in wrongly, not differentiated so
    return bool(mistake.link) and not mistake.written and not entered


def _two(mistake: Mistake, text: str) -> str:
    """Which 2 is lost or gained."""
    if mistake.times is not None and isinstance(mistake.about, Number):
        return f"you write {mistake.about.value * mistake.times} where {text} belongs"
    if mistake.times is not None:
        return f"{text} is there twice" if mistake.times > 1 else f"only half of {text} is there"
    return f"there is a factor {text} too much" if mistake.written else f"the factor {text} is missing"
