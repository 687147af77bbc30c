"""Answers to the example rubrics and what becomes of each, from a table; see ``answers.txt``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import grader
from grader.grading.check import noted
from tests.cases import each

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "rubrics" / "examples"
BENCHMARKS = HERE.parents[1] / "benchmarks"


@lru_cache(maxsize=32)
def solved(rubric):
    path = next(
        folder / f"{rubric}.yaml"
        for folder in (
            EXAMPLES,
            BENCHMARKS / "student_style",
            BENCHMARKS / "course_notation",
            HERE / "models",
            EXAMPLES.parent,
        )
        if (folder / f"{rubric}.yaml").exists()
    )
    return grader.solve(grader.load_rubric(path))


@each(HERE / "answers.txt")
def test_answer(rubric, part, verdict, note, answer, why):
    found = grader.grade_answer(solved(rubric), part, answer)
    assert found.verdict == verdict and noted(note, found.note), f"{why}: {found.note}, {found.message}"
    assert verdict != "correct" or "not equal" not in found.message


@each(HERE / "notation.txt")
def test_notation(rubric, part, verdict, note, answer, why):
    found = grader.grade_answer(solved(rubric), part, answer)
    assert found.verdict == verdict and note in ("-", found.note), f"{why}: {found.note}, {found.message}"


def check(rubric, part, verdict, answer, why):
    found = grader.grade_answer(solved(rubric), part, answer)
    expected = ("undecided", "unreadable") if verdict == "doubt" else (verdict,)
    assert found.verdict in expected, f"{why}: {found.note}, {found.message}"


@each(HERE / "ways_of_writing.txt")
def test_way_of_writing(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "concluded.txt")
def test_what_a_text_comes_to(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "said_and_lacking.txt")
def test_what_words_say_and_what_is_lacking(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "plain_and_code.txt")
def test_plain_text_and_code(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "programs.txt")
def test_program(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "words.txt")
def test_words(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)


@each(HERE / "paper_notation.txt")
def test_notation_of_papers(rubric, part, verdict, answer, why):
    check(rubric, part, verdict, answer, why)
