"""One student's report -> the feedback page, one HTML file that needs nothing else.

`student_page` lays the report out as plain texts, numbers and MathML, drawn here from what the report holds as
expressions; `templates/student.html` places them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from grader.expression.language.names import Names, kept_by_names
from grader.expression.language.nodes import Expression
from grader.expression.printing.mathml import to_mathml
from grader.feedback.addresses import anchor
from grader.feedback.question_sums import SumLine, question_sum
from grader.feedback.templating import Formula, Remark, formula, quantity, remarks, template, typed
from grader.feedback.wording import (
    VERDICTS,
    clean,
    earned,
    evidence_sentence,
    in_order,
    outcome_of,
    percent,
    placed,
    point_of,
    points,
    worth,
)
from grader.results import AnswerShown, GradeReport, PartResult, RubricShown
from grader.rubric.shown import Asked

CERTAIN = "This difference is certain: it was checked with interval arithmetic, which no rounding can mislead."


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as the page shows it; a text is empty where there is nothing to say.

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


@dataclass(frozen=True, slots=True)
class QuestionView:
    """The parts of a question, its heading and its sub-total; `lines` add it up where it is no plain sum."""

    label: str
    title: str
    score: str
    max_score: str
    worth: str
    rule: str
    lines: tuple[SumLine, ...]
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class StudentView:
    """A page; `fill` is the width of the score's bar in percent, `counts` are (verdict, number, word)."""

    title: str
    rubric: str
    name: str
    student: str
    source: str
    score: str
    worth: str
    percent: str
    fill: str
    counts: tuple[tuple[str, int, str], ...]
    review: bool
    open_parts: tuple[PartView, ...]
    questions: tuple[QuestionView, ...]
    remarks: tuple[Remark, ...]


def student_page(report: GradeReport, rubric: RubricShown) -> str:
    """The feedback page of one student: self-contained, no script, no network."""
    results = in_order(report, rubric)
    questions = tuple(
        _question(tuple(group), rubric.names.get(name, ()))
        for name, group in groupby(results, key=lambda result: result.asked.question)
    )
    found = Counter((result.outcome, outcome_of(result).word) for result in results)
    order = list(VERDICTS)
    share = percent(report.score, report.max_score)
    of_parts = {problem for result in results for problem in result.problems}  # told there
    view = StudentView(
        title=f"{report.name or report.student} · {rubric.title}",
        rubric=rubric.title,
        name=report.name,
        student=report.student,
        source=report.source,
        score=points(report.score),
        worth=worth(report.max_score),
        percent=f"{share:.0f}",
        fill=f"{min(max(share, 0.0), 100.0):.1f}",
        counts=tuple(
            (outcome, found[outcome, word], word.lower())
            for outcome, word in sorted(found, key=lambda pair: (order.index(pair[0]), pair[1]))
        ),
        review=report.review,
        open_parts=tuple(part for question in questions for part in question.parts if part.review),
        questions=questions,
        remarks=remarks(tuple(problem for problem in report.problems if problem not in of_parts)),
    )
    return clean(template("student.html").render(page=view))


def _question(results: tuple[PartResult, ...], names: Names) -> QuestionView:
    asked = results[0].asked
    sums = question_sum(results)
    return QuestionView(
        label=f"Question {asked.question}" if asked.question else "Questions",
        title=asked.question_title,
        score=sums.score,
        max_score=sums.max_score,
        worth=sums.worth,
        rule=sums.rule,
        lines=() if sums.plain else sums.lines,
        parts=tuple(_part(result, line.tag, names) for result, line in zip(results, sums.lines, strict=True)),
    )


def _part(result: PartResult, tag: str, names: Names) -> PartView:
    asked, answer, evidence, override = result.asked, result.answer, result.evidence, result.override
    wrong = evidence.kind == "counterexample"
    arrays = wrong and any(value.startswith("[") for _, value in point_of(evidence))
    # A number and its name stay on one line.
    sentence = evidence_sentence(evidence, result.note, with_point=not arrays).replace(" = ", "\u00a0=\u00a0")
    return PartView(
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
        place=placed(answer.file, answer.line) if answer else "",
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
        solution=_solution(asked) if asked.solution else Markup(),
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
    """The worked derivation of a part; the same on every page, so it is laid out once."""
    steps = tuple((formula(step.mathml, step.text), step.reason) for step in asked.solution)
    return Markup(template("solution.html").render(part=asked.part, steps=steps))


def _signed(value: float) -> str:
    text = points(abs(value))
    return f"−{text}" if value < 0 and text != "0" else f"+{text}"
