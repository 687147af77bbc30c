"""With ``solution: hidden`` nothing that a student gets holds a right value, or the formula of one.

Every rubric of the project is solved as if it hid all its solutions; students with wrong answers everywhere, among them
formulas a factor or a sign away from the right ones, are graded, and what the pages say is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
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
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import Answer, Submission

ROOT = Path(__file__).parents[2]
RUBRICS = sorted((ROOT / "rubrics").rglob("*.yaml"))
SHORTEST = 4  # characters of a value or a formula that nothing else is likely to hold
# the look of the page; what was asked, and what the student wrote
_FACTS = re.compile(r'<style>.*?</style>|<dl class="facts">.*?</dl>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
STUDENTS = 1
WAYS = ("-({})", "2*({})", "({})/3", "({}) + 1")


def keys(path: Path) -> tuple[AnswerKey, AnswerKey]:
    """The rubric's key as if it showed, and as if it hid, all its solutions: solved once."""
    key = grader.solve(grader.load_rubric(path))
    return _with(key, shown=True), _with(key, shown=False)


def _with(key: AnswerKey, *, shown: bool) -> AnswerKey:
    questions = []
    for question in key.questions:
        parts = [replace(one, part=replace(one.part, show_solution=shown)) for one in question.parts]
        bare = [replace(one, asked=replace(one.asked, solution=(), hides_solution=not shown)) for one in parts]
        asked = {one.part.id: one.asked for one in bare}
        in_order = tuple(asked.get(one.part, one) for one in question.asked)
        questions.append(replace(question, parts=tuple(bare), asked=in_order))
    return replace(key, questions=tuple(questions))


def submissions(key: AnswerKey) -> Iterator[Submission]:
    """Students who give an author's wrong example, or what is nearly right, to every part."""
    parts = [part for question in key.questions for part in question.parts]
    for number in range(STUDENTS):
        answers = []
        for place, part in enumerate(parts):
            examples = [example.answer for example in part.part.reject]
            way = WAYS[(number + place) % len(WAYS)]
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


def formulas(question: SolvedQuestion, part: SolvedPart) -> Iterator[str]:
    """The key's formula, as any of our outputs would write it."""
    names = question.question.model.names
    yield from (
        text for text in (to_text(part.closed, names), in_a_sentence(part.closed, names)) if len(text) >= SHORTEST
    )


@pytest.mark.no_cover  # two minutes without being watched
@pytest.mark.parametrize("path", RUBRICS, ids=[path.stem for path in RUBRICS])
def test_a_hidden_solution_is_nowhere(path: Path) -> None:
    open_key, hidden_key = keys(path)
    parts = {part.part.id: (question, part) for question in hidden_key.questions for part in question.parts}
    wrong = 0
    for submission in submissions(hidden_key):
        told = {one.asked.part: one for one in grade(open_key, submission).parts}
        report = grade(hidden_key, submission)
        for one in (one for one in report.parts if one.verdict in WRONG):  # who is right knows what is right
            wrong += 1
            question, part = parts[one.asked.part]
            other = told[one.asked.part]
            assert (one.verdict, one.note, one.score) == (other.verdict, other.note, other.score)
            mine = said_to(replace(report, parts=(one,)), hidden_key)
            for formula in formulas(question, part):
                assert formula not in mine or formula in one.asked.prompt + one.asked.target_text, mine
            value = other.evidence.expected.lstrip("-") if other.evidence.kind == "counterexample" else ""
            if len(value) >= SHORTEST and value != one.evidence.got.lstrip("-"):
                assert not re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", mine), mine
    assert wrong or not parts
