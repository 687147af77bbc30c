"""The result of one part -> its section of a student's page.

`section` draws it whole; `open_section` leaves out the points, the place where the answer stood and the solution, which
`completed` puts in: so what many students share is drawn once, whatever it is worth.
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
from grader.feedback.templating import Formula, Remark, formula, quantity, remarks, template, typed, with_maths
from grader.feedback.wording import (
    VERDICTS,
    earned,
    evidence_sentence,
    line_of,
    outcome_of,
    placed,
    point_of,
    points,
    worth,
)
from grader.results import AnswerShown, Outcome, PartResult
from grader.rubric.shown import Asked

SECTION = "part.html"
CERTAIN = "This difference is certain: it was checked with interval arithmetic, which no rounding can mislead."


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part as its section shows it; a text is empty where there is nothing to say.

    `decided` (the points), `by` (who, and when) and `comment` are a person's; `said` heads what the program found
    beside them. `outcome` has verdict and points, `sums` how they add up. A text `by_hand` is prose.
    """

    anchor: str
    part: str
    prompt: str
    target: Formula | None
    outcome: Markup
    by_hand: bool
    decided: str
    by: tuple[str, str]
    comment: Markup
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
    sums: Markup
    remarks: tuple[Remark, ...]
    solution: Markup


# what no page shows, in the places that are left open
PLACE, SOLUTION, OUTCOME, SUMS = "\ue000", "\ue001", "\ue002", "\ue003"
_PLACE = f'<span class="place">{PLACE}</span>'

_DETAILED = ("counterexample", "none")


def section(result: PartResult, tag: str, names: Names) -> Markup:
    """The section; `tag` says whether its points are a bonus, or not counted."""
    answer = result.answer
    place = placed(answer.file, answer.line) if answer else ""
    sums = _sums(result) + _derivation(result)
    view = _view(result, place, names, _outcome(result, tag), sums, _solution(result))
    return Markup(template(SECTION).render(part=view))


def open_section(result: PartResult, names: Names) -> str:
    """The section with points, place and solution left open; empty where it can't be, for problems have places of their
    own."""
    if result.problems:
        return ""
    place, holes = PLACE if result.answer else "", (OUTCOME, SUMS, SOLUTION)
    drawn = template(SECTION).render(part=_view(result, place, names, *map(Markup, holes)))
    once = all(drawn.count(hole) == 1 for hole in holes) and drawn.count(PLACE) == drawn.count(_PLACE) == bool(place)
    return drawn if once else ""


def completed(drawn: str, result: PartResult, tag: str) -> Markup:
    """The section of a result, of what `open_section` made of the same judgement."""
    answer = result.answer
    place = placed(answer.file, answer.line) if answer else ""
    drawn = drawn.replace(_PLACE, f'<span class="place">{escape(place)}</span>' if place else "", 1)
    drawn = drawn.replace(OUTCOME, _outcome(result, tag), 1).replace(SUMS, _sums(result) + _derivation(result), 1)
    return Markup(drawn.replace(SOLUTION, _solution(result), 1))


def _outcome(result: PartResult, tag: str) -> Markup:
    """Verdict and points; `tag` says whether they are a bonus, or not counted."""
    word, score = outcome_of(result).word, earned(result)
    return _drawn_outcome(result.outcome, word, result.review, tag, score, worth(result.asked.max_score))


@lru_cache(maxsize=16_384)
def _drawn_outcome(verdict: str, word: str, review: bool, tag: str, score: str, worth: str) -> Markup:
    """A class has few different ones."""
    said = {"verdict": verdict, "word": word, "review": review, "tag": tag}
    return Markup(template("outcome.html").render(**said, score=score, worth=worth))


def _sums(result: PartResult) -> Markup:
    """How the points add up; empty where there is one line, or a person decided."""
    if len(result.lines) < 2 or result.override:
        return Markup()
    lines = [(line.reason, _signed(line.points)) for line in result.lines]
    return Markup(template("sums.html").render(lines=lines, score=earned(result)))


# how a line of a derivation holds: its class, its sign, and what a screen reader says
_HELD = {
    True: ("holds", "✓", "holds"),
    False: ("breaks", "✗", "does not hold"),
    None: ("unchecked", "·", "not checked"),
}


def _derivation(result: PartResult) -> Markup:
    """The lines of a derivation, each with its mark; empty where there is none."""
    found = result.answer.found if result.answer else None
    if found is None or not found.lines:
        return Markup()
    lines = []
    for line in found.lines:
        mark, sign, said = _HELD[line.holds]
        shown = {"mark": mark, "sign": sign, "said": said, "text": line.text, "place": line_of(line.line, line.cell)}
        lines.append(shown | {"message": line.message if line is found.first_break else ""})
    broken = found.first_break and ("a line does not hold, and later ones do again" if found.recovers else "look here")
    return Markup(template("derivation.html").render(lines=lines, broken=broken or ""))


def _view(result: PartResult, place: str, names: Names, outcome: Markup, sums: Markup, solution: Markup) -> SectionView:
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
        outcome=outcome,
        by_hand=asked.by_hand,
        decided=f"{points(result.score)} of {worth(asked.max_score)}" if override else "",
        by=(override.by, override.day) if override else ("", ""),
        comment=with_maths(override.comment) if override else Markup(),
        said=f"The program said: {VERDICTS[result.verdict].word.lower()}." if override and not asked.by_hand else "",
        typed=None if answer is None else answer.text if asked.by_hand else typed(answer.text),  # a person reads it all
        place=place,
        reading=_reading(answer, names) if answer and answer.read_as else None,
        message="" if override and asked.by_hand else result.message,
        example=sentence if wrong else "",
        values=tuple(quantity(name, value) for name, value in point_of(evidence)) if arrays else (),
        checked="" if wrong else sentence,
        # The detail of any other evidence is told in its sentence, or in the message.
        detail=(evidence.detail or (CERTAIN if evidence.certified else "")) if evidence.kind in _DETAILED else "",
        diagnosis=result.diagnosis.message if result.diagnosis else "",
        sums=sums,
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


def _solution(result: PartResult) -> Markup:
    """The worked derivation, where it may be shown and points were lost; the key has those of all parts."""
    whole = result.outcome is Outcome.CORRECT and result.score >= result.asked.max_score - 1e-9
    return Markup() if whole else _worked(result.asked)


@lru_cache(maxsize=1024)
def _worked(asked: Asked) -> Markup:
    """The worked derivation of a part; the same on every page, so it is laid out once."""
    if not asked.solution:
        return Markup()
    steps = tuple((formula(step.mathml, step.text), step.reason) for step in asked.solution)
    return Markup(template("solution.html").render(part=asked.part, steps=steps))


def _signed(value: float) -> str:
    text = points(abs(value))
    return f"−{text}" if value < 0 and text != "0" else f"+{text}"
