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
    """What a part asks, as the pages show it; one value shared by all reports of a rubric."""

    part: str
    question: str
    question_title: str
    prompt: str
    target_text: str
    target_mathml: str
    max_score: float
    solution: tuple[SolutionStep, ...] = ()
