"""A mistake in the words of a student: what seems to have happened, and where to look.

``missing_factor:dyhat_dz`` says: "This matches what comes out if the factor dyhat/dz is left out. Every link of the
chain from the output to the variable gives one factor."
"""

from __future__ import annotations

from grader.diagnosis.rules.mistake import Mistake
from grader.rubric.malrule import Kind
from grader.rubric.malrules import MALRULES


def message_of(mistake: Mistake, show_solution: bool) -> str:
    """What the student reads; without details of the formula where the solution is hidden."""
    clause, looks, second = clause_of(mistake, show_solution), [MALRULES[mistake.kind].look], mistake.second
    if second is not None:
        clause = f"{clause}, and {clause_of(second, show_solution)}"
        looks += [look for look in (MALRULES[second.kind].look,) if look not in looks]
    if mistake.written:  # the answer itself is right once that is mended
        said = f"Your answer is right but for {'one thing' if second is None else 'two things'}: {clause}."
    else:
        said = f"This matches what comes out if {'' if second is None else 'two things happen: '}{clause}."
    return " ".join((said, *looks))


def clause_of(mistake: Mistake, show_solution: bool = True) -> str:
    """What happened: "the factor dyhat/dz is left out"."""
    row = MALRULES[mistake.kind]
    if mistake.kind is Kind.FACTOR_TWO and not mistake.detail and mistake.shown:
        return mistake.shown  # gives nothing of the formula away
    return row.clause.format(mistake.shown) if mistake.shown and show_solution else row.clause_hidden


def score_line_of(mistake: Mistake) -> str:
    """The line of the score for a mistake that the rubric prices."""
    return f"partial credit: {MALRULES[mistake.kind].what}"
