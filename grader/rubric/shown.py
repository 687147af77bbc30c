"""What a part asks and how it is derived, as the pages show it: texts and MathML, no expressions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SolutionStep:
    """One line of a worked derivation: ``left = middle = right``, as text and as MathML."""

    text: str
    mathml: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a part asks, as the pages show it; one value shared by all reports of a rubric.

    `label` is what students write for the part, where it is not its id. A part `by_hand` has no target. `best` is how
    many of its question's parts count (None: all), bonus parts aside.
    Where it `hides_solution`, nothing that students get tells the right value or its formula.
    `set_ups` is the share of the sheet's points up to which chain rules that are only set up count.
    A part that is `dropped` counts neither in the score nor in the maximum: the course has taken it back.
    """

    part: str
    question: str
    question_title: str
    prompt: str
    target_text: str
    target_mathml: str
    max_score: float
    solution: tuple[SolutionStep, ...] = ()
    by_hand: bool = False
    bonus: bool = False
    best: int | None = None
    set_ups: float = 1.0
    label: str = ""
    hides_solution: bool = False
    dropped: bool = False
