"""Whole sheets whose earlier values were not worked out: what follows from these earns nothing by itself."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import grader
from grader.results import NoteKind
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission
from tests.cases import each
from tests.diagnosis.test_follow_through_sheets import PARTS, TRUTH, graded, line

HERE = Path(__file__).parent


def sheet(text: str) -> dict[str, str]:
    """The answers by name: of the patterns that fit a name the last; `t` is the truth, `f` what follows from above."""
    rules = [rule.strip().split(": ") for rule in text.split(" | ")]
    values, answers = dict(TRUTH), {}
    for name in PARTS:
        value = next((value for pattern, value in reversed(rules) if fnmatchcase(name, pattern)), None)
        if value is not None:
            number = {"t": TRUTH[name], "f": line(name, values)}
            answers[name] = f"{number[value]:.4f}" if value in number else value
            values[name] = float(answers[name])
    return answers


@each(HERE / "without_work.txt")
def test_a_sheet_of_numbers(answers: str, least: str, most: str, why: str) -> None:
    found = [name for name, one in graded(sheet(answers)).items() if one.note.kind is NoteKind.FOLLOW_THROUGH]
    assert int(least) <= len(found) <= int(most), f"{why}: {found}"


@lru_cache
def key(models: str) -> AnswerKey:
    return grader.solve(grader.load_rubric(HERE / f"{models}.yaml"))


def earned(models: str, answers: str, part: str) -> tuple[str, str]:
    """What a part of a sheet earns, in the words of the tables, and what is said of it."""
    pairs = (pair.split(": ", 1) for pair in answers.split(" | "))
    report = grader.grade(key(models), Submission("s", answers=tuple(Answer(name, text) for name, text in pairs)))
    result = next(one for one in report.parts if one.asked.part == part)
    full = result.score >= result.asked.max_score
    found = "all" if full else "person" if result.review else "some" if result.score > 0 else "none"
    return found, f"{result.note} {result.message}"


@each(HERE / "own_values.txt")
def test_own_values(answers: str, part: str, earns: str, why: str) -> None:
    found, said = earned("own_values", answers, part)
    assert found in earns.split("/"), f"{why}: {said}"


@each(HERE / "own_values_more.txt")
def test_own_values_in_other_models(answers: str, part: str, earns: str, why: str) -> None:
    found, said = earned("own_values_more", answers, part)
    assert found in earns.split("/"), f"{why}: {said}"
