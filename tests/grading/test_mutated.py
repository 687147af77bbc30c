"""Mutated answers to every part of every rubric, alone and as whole sheets: nothing raises, whatever they hold.

`benchmarks/mutated` makes them from a seed, here some thousands; `python -m benchmarks.mutated` as many as one likes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

import grader
from benchmarks.mutated.answers import answer_to, dice, rubrics, sheet_of, subjects_of
from grader.expression.reading.read import read
from grader.grading.isolated import faults
from grader.results import PartResult
from grader.solver.hashes import question_hash
from grader.solver.key import AnswerKey
from grader.solver.solving import solve as solve_all

SEED = 20
AT_EACH_PART, SHEETS = 5, 3
RUBRICS = rubrics()
READABLE = 0.5


@lru_cache
def key_of(path: Path) -> AnswerKey:
    """The key, not certified again: other tests do that."""
    rubric = grader.load_rubric(path)
    known = {question_hash(question): "" for question in rubric.questions}
    key = solve_all(rubric, known, anew=True)
    assert isinstance(key, AnswerKey)
    return key


def failed(results: list[PartResult]) -> list[tuple[str, str, str]]:
    """What is a failure of ours, with its part and the answer's text."""
    return [
        (one.asked.part, one.answer.text if one.answer else "", faults([one])[0].hint if faults([one]) else one.note)
        for one in results
        if faults([one]) or one.note == "grader_failed"
    ]


@pytest.mark.no_cover  # many rows through the same lines; being watched takes more than twice the time
@pytest.mark.parametrize("path", RUBRICS, ids=[path.stem for path in RUBRICS])
def test_nothing_raises_on_a_mutated_answer(path: Path) -> None:
    key = key_of(path)
    subjects = subjects_of(key)
    results = []
    for part, subject in subjects.items():
        rng = dice(SEED, part, 0)
        other = rng.choice(list(subjects.values()))  # an answer to another part is one to this part too
        makers = (*[subject] * AT_EACH_PART, other, other)
        results += [grader.grade_answer(key, part, answer_to(maker, rng).text) for maker in makers]
    assert failed(results) == []


@pytest.mark.no_cover  # many rows through the same lines; being watched takes more than twice the time
@pytest.mark.parametrize("path", RUBRICS, ids=[path.stem for path in RUBRICS])
def test_nothing_raises_on_a_sheet_of_mutated_answers(path: Path) -> None:
    key = key_of(path)
    subjects = subjects_of(key)
    for number in range(SHEETS):
        report = grader.grade(key, sheet_of(subjects, dice(SEED, path.stem, number)))
        assert failed(list(report.parts)) == []
        assert {one.asked.part for one in report.parts} == set(subjects)


def test_at_least_half_of_them_can_be_read() -> None:
    read_at_all = []
    for path in RUBRICS[::5]:
        key = key_of(path)
        for part, subject in subjects_of(key).items():
            names = subject.question.question.model.names
            texts = [answer_to(subject, dice(SEED, part, number)).text for number in range(20)]
            read_at_all += [not read(text, names).problems for text in texts if text.strip()]
    assert len(read_at_all) > 300
    assert sum(read_at_all) >= READABLE * len(read_at_all)


def test_a_number_makes_the_same_answer_again() -> None:
    subject = next(iter(subjects_of(key_of(RUBRICS[0])).values()))
    texts = [[answer_to(subject, dice(SEED, "answer", number)).text for number in range(40)] for _ in range(2)]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > 20
