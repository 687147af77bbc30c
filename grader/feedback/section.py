"""The result of one part -> its section of a student's page.

`section` draws it whole; `open_section` leaves out the place where the answer stood and the solution, which `completed`
puts in, so that what many students share is drawn once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from grader.expression.language.names import Names, kept_by_names
from grader.expression.language.nodes import Expression
from grader.expression.printing.mathml import to_mathml
from grader.feedback.addresses import anchor
from grader.feedback.templating import Formula, Remark, formula, quantity, remarks, template, typed
from grader.feedback.wording import VERDICTS, earned, evidence_sentence, outcome_of, placed, point_of, points, worth
from grader.results import AnswerShown, PartResult
from grader.rubric.shown import Asked

CERTAIN = "This difference is certain: it was checked with interval arithmetic, which no rounding can mislead."


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part as its section shows it; a text is empty where there is nothing to say.

    `decided` (the points), `by` (who, and when) and `comment` are a person's; `said` heads what the program found
    beside them. `tag` says whether the points are a bonus, or not counted. A text `by_hand` is prose.
    """

    anchor: str
    part: str
    prompt: str
    target: Formula | None
    verdict: str
    word: str
    score: str
    max_score: str
    worth: str
    review: bool
    tag: str
    by_hand: bool
    decided: str
    by: tuple[str, str]
    comment: str
    said: str
    typed: str | None
    place: str
    reading: Formula | None
    message: str
    example: str
    values: tuple[Formula, ...]
    checked: str
    detail: str
    diagnosis: str
    lines: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]
    solution: Markup


PLACE, SOLUTION = "\ue000", "\ue001"  # what no page shows, in the places that are left open
_PLACE = f'<span class="place">{PLACE}</span>'


def section(result: PartResult, tag: str, names: Names) -> Markup:
    """The section; `tag` says whether its points are a bonus, or not counted."""
    answer = result.answer
    place = placed(answer.file, answer.line) if answer else ""
    return _drawn(_view(result, tag, place, _solution(result.asked), names))


def open_section(result: PartResult, names: Names) -> str:
    """The section with the places of answer and solution left open; empty where it can't be, for problems have places
    of their own."""
    if result.problems:
        return ""
    drawn = str(_drawn(_view(result, "", PLACE if result.answer else "", Markup(SOLUTION), names)))
    once = drawn.count(SOLUTION) == 1 and drawn.count(PLACE) == drawn.count(_PLACE) == (result.answer is not None)
    return drawn if once else ""


def completed(drawn: str, place: str, asked: Asked) -> Markup:
    """What `open_section` left open, put in."""
    drawn = drawn.replace(_PLACE, f'<span class="place">{escape(place)}</span>' if place else "", 1)
    return Markup(drawn.replace(SOLUTION, _solution(asked), 1))


def _drawn(view: SectionView) -> Markup:
    return Markup(template("part.html").render(part=view))


def _view(result: PartResult, tag: str, place: str, solution: Markup, names: Names) -> SectionView:
    asked, answer, evidence, override = result.asked, result.answer, result.evidence, result.override
    wrong = evidence.kind == "counterexample"
    arrays = wrong and any(value.startswith("[") for _, value in point_of(evidence))
    # A number and its name stay on one line.
    sentence = evidence_sentence(evidence, result.note, with_point=not arrays).replace(" = ", "\u00a0=\u00a0")
    return SectionView(
        anchor=anchor(asked.part),
        part=asked.part,
        prompt=asked.prompt,
        target=None if asked.by_hand else formula(asked.target_mathml, asked.target_text),
        verdict=result.outcome,
        word=outcome_of(result).word,
        score=earned(result),
        max_score=points(asked.max_score),
        worth=worth(asked.max_score),
        review=result.review,
        tag=tag,
        by_hand=asked.by_hand,
        decided=f"{points(result.score)} of {worth(asked.max_score)}" if override else "",
        by=(override.by, override.day) if override else ("", ""),
        comment=override.comment if override else "",
        said=f"The program said: {VERDICTS[result.verdict].word.lower()}." if override and not asked.by_hand else "",
        typed=None if answer is None else answer.text if asked.by_hand else typed(answer.text),  # a person reads it all
        place=place,
        reading=_reading(answer, names) if answer and answer.read_as else None,
        message="" if override and asked.by_hand else result.message,
        example=sentence if wrong else "",
        values=tuple(quantity(name, value) for name, value in point_of(evidence)) if arrays else (),
        checked="" if wrong else sentence,
        # Proofs and samples are told with their detail.
        detail=(evidence.detail or (CERTAIN if evidence.certified else "")) if wrong or not sentence else "",
        diagnosis=result.diagnosis.message if result.diagnosis else "",
        lines=tuple((line.reason, _signed(line.points)) for line in result.lines)
        if len(result.lines) > 1 and not override
        else (),
        remarks=remarks(result.problems),
        solution=solution,
    )


def _reading(answer: AnswerShown, names: Names) -> Formula:
    """How we read an answer, drawn; as text where it can't be."""
    return formula(answer.drawn or drawn(answer, names), answer.read_as)


def drawn(answer: AnswerShown, names: Names) -> str:
    """The MathML of an answer as we read it; empty where it can't be drawn."""
    if answer.expression is not None:
        with suppress(Exception):  # a fault of ours costs the drawing, not the page
            return drawing(names)(answer.expression, answer.read_as)
    return ""


@kept_by_names
def drawing(names: Names) -> Callable[[Expression, str], str]:
    """(expression, its text) -> MathML; half the answers of a class are repeated, and each is drawn once."""
    return lru_cache(maxsize=16_384)(lambda expression, text: to_mathml(expression, names, text=text))


@lru_cache(maxsize=1024)
def _solution(asked: Asked) -> Markup:
    """The worked derivation of a part, where it is shown; the same on every page, so it is laid out once."""
    if not asked.solution:
        return Markup()
    steps = tuple((formula(step.mathml, step.text), step.reason) for step in asked.solution)
    return Markup(template("solution.html").render(part=asked.part, steps=steps))


def _signed(value: float) -> str:
    text = points(abs(value))
    return f"−{text}" if value < 0 and text != "0" else f"+{text}"
