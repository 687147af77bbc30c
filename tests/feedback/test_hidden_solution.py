"""With ``solution: hidden`` nothing that a student gets holds a right value, or the formula of one.

Every rubric of the project is solved as if it hid all its solutions; students with wrong answers everywhere, among them
formulas a factor or a sign away from the right ones, are graded, and what the pages say is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest

import grader
from grader.expression.printing.in_a_sentence import in_a_sentence
from grader.expression.printing.text import to_text
from grader.feedback.github import github_annotations
from grader.feedback.junit import junit_xml
from grader.feedback.pages import student_page
from grader.grading.grade import grade, rubric_shown
from grader.results import WRONG, ClassReport, GradeReport
from grader.rubric.model import Part, Rubric
from grader.solver.key import AnswerKey, SolvedPart
from grader.submission.submissions import Answer, Submission

ROOT = Path(__file__).parents[2]
RUBRICS = sorted((ROOT / "rubrics").rglob("*.yaml"))
SHORTEST = 4  # characters of a value or a formula that nothing else is likely to hold
_FACTS = re.compile(r'<dl class="facts">.*?</dl>', re.DOTALL)  # what was asked, and what the student wrote
_TAG = re.compile(r"<[^>]*>")
WAYS = ("{}", "-({})", "2*({})", "({})/3", "({}) + 1")


@lru_cache(maxsize=1)
def keys(path: Path) -> tuple[AnswerKey, AnswerKey]:
    """The rubric's key as if it showed, and as if it hid, all its solutions; a document that is no rubric has none."""
    rubric = grader.load_rubric(path)
    return grader.solve(_with(rubric, shown=True)), grader.solve(_with(rubric, shown=False))


def _with(rubric: Rubric, *, shown: bool) -> Rubric:
    questions = tuple(
        replace(
            question,
            parts=tuple(
                replace(part, show_solution=shown) if isinstance(part, Part) else part for part in question.parts
            ),
        )
        for question in rubric.questions
    )
    return replace(rubric, questions=questions)


def submissions(key: AnswerKey) -> Iterator[Submission]:
    """Students who give the author's wrong examples, or what is nearly right, to every part."""
    parts = [part for question in key.questions for part in question.parts]
    for number, way in enumerate(WAYS):
        answers = []
        for part in parts:
            examples = [example.answer for example in part.part.reject]
            text = examples[0] if not number and examples else way.format(to_text(part.closed))
            answers.append(Answer(part.part.id, text))
        yield Submission(f"s{number}", "", "s.csv", tuple(answers))


def said_to(report: GradeReport, key: AnswerKey) -> str:
    """All that a student, or who reads the run's log, is told about answers, without the answers themselves."""
    shown = rubric_shown(key)
    bare = replace(
        report, parts=tuple(replace(one, answer=one.answer and replace(one.answer, text="")) for one in report.parts)
    )
    page = unescape(_TAG.sub("", _FACTS.sub("", student_page(report, shown))))
    of_class = ClassReport(shown, (bare,))
    return "\n".join((page, unescape(junit_xml(of_class)), *github_annotations(of_class)))


def given_away(part: SolvedPart, names: object) -> Iterator[str]:
    """The key's formula, as any of our outputs would write it."""
    for text in (to_text(part.closed, names), in_a_sentence(part.closed, names)):  # type: ignore[arg-type]
        if len(text) >= SHORTEST:
            yield text


@pytest.mark.parametrize("path", RUBRICS, ids=[path.stem for path in RUBRICS])
def test_a_hidden_solution_is_nowhere(path: Path) -> None:
    open_key, hidden_key = keys(path)
    parts = {part.part.id: (question, part) for question in hidden_key.questions for part in question.parts}
    if not parts:
        pytest.skip("a person grades every part")
    wrong = 0
    for submission in submissions(hidden_key):
        told = {one.asked.part: one for one in grade(open_key, submission).parts}
        report = grade(hidden_key, submission)
        # only what is judged as wrong: who is right knows what is right
        report = replace(report, parts=tuple(one for one in report.parts if one.verdict in WRONG))
        text = said_to(report, hidden_key)
        for one in report.parts:
            question, part = parts[one.asked.part]
            wrong += 1
            assert one.evidence.kind != "counterexample" or not one.evidence.expected
            assert (one.verdict, one.note, one.score) == (
                told[one.asked.part].verdict,
                told[one.asked.part].note,
                told[one.asked.part].score,
            )
            value = told[one.asked.part].evidence.expected if one.evidence.kind == "counterexample" else ""
            if len(value) >= SHORTEST and value not in (one.evidence.got, one.evidence.got.lstrip("-")):
                mine = said_to(replace(report, parts=(one,)), hidden_key)
                assert not re.search(rf"(?<![\d.]){re.escape(value.lstrip('-'))}(?!\d)", mine.replace("−", "-")) or (
                    value.lstrip("-") in one.evidence.got
                ), f"{one.asked.part}: {value} in {mine}"
            for formula in given_away(part, question.question.model.names):
                asked = one.asked.prompt + one.asked.target_text
                assert formula not in text or formula in asked, f"{one.asked.part}: {formula}"
    assert wrong
