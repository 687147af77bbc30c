"""A fault of ours costs the answer that it happens in, or its credit for going on from others, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest

import grader
from grader.batch import pool
from grader.expression.language.nodes import Expression
from grader.expression.printing.text import to_text
from grader.feedback import section
from grader.feedback.pages import student_page
from grader.grading import carried, rubric_shown
from grader.results import GradeReport, PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

grading = import_module("grader.grading.grade")  # the package's own `grade` is the function
MODELS = Path(__file__).parents[1] / "diagnosis" / "models.yaml"
BAD = "7*x*y"  # no answer of anybody else's


@lru_cache
def rubric() -> grader.Rubric:
    return grader.load_rubric(MODELS)


@pytest.fixture
def key() -> AnswerKey:
    """A key of the test's own: what was judged is kept with the key."""
    return grader.solve(rubric())


def submission(answers: str) -> Submission:
    pairs = (pair.split(": ", 1) for pair in answers.split(" | "))
    given = enumerate(pairs, start=2)
    return Submission("s", answers=tuple(Answer(part.strip(), text.strip(), "s.csv", n) for n, (part, text) in given))


def outcomes(report: GradeReport) -> dict[str, tuple[str, str, bool]]:
    """What was answered, by part: verdict, note, review."""
    return {one.asked.part: (one.verdict, one.note, one.review) for one in report.parts if one.answer}


def recursion() -> None:
    recursion()


ERRORS: list[tuple[Callable[[], object], str]] = [
    (lambda: 1 / 0, "ZeroDivisionError"),
    (lambda: {}["x"], "KeyError"),
    (lambda: bytearray(1 << 62), "MemoryError"),
    (recursion, "RecursionError"),
    (lambda: int("9" * 5000), "ValueError"),
]
STAGES = ["readings_of", "final_answer", "to_text", "verdict_on", "diagnosed", "shown_steps", "message_for"]


def failing(function: Callable[..., object], fail: Callable[[], object]) -> Callable[..., object]:
    """`function`, but for `BAD` in any of its arguments or in what it makes of them."""

    def is_bad(item: object) -> bool:
        formula = getattr(item, "expression", item)
        if isinstance(formula, str):
            return formula == BAD
        return isinstance(formula, Expression) and to_text(formula) == BAD

    def changed(*args: object, **more: object) -> object:
        made = function(*args, **more)
        if any(map(is_bad, (*args, made))):
            fail()
        return made

    return changed


def raises(*_: object, **__: object) -> object:
    raise ZeroDivisionError("a bug of ours")


@pytest.mark.parametrize(("fail", "name"), ERRORS, ids=[row[1] for row in ERRORS])
def test_any_error_in_one_answer_costs_that_answer_alone(
    key: AnswerKey, fail: Callable[[], object], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "verdict_on", failing(grading.verdict_on, fail))
    report = grader.grade(key, submission(f"f-z: w*x + b | f-a: {BAD} | f-az: 1 - a^2 | f-dx: 5*y"))
    assert outcomes(report) == {
        "f-z": ("correct", "equivalent", False),
        "f-a": ("undecided", "grader_failed", True),
        "f-az": ("correct", "equivalent", False),
        "f-dx": ("incorrect", "not_equivalent", False),
    }
    assert report.review
    assert report.score == 2
    (problem,) = report.problems
    assert (problem.message, problem.file, problem.line) == ("grader failed on the answer to part f-a", "s.csv", 3)
    assert problem.hint.startswith(f"{name} in test_isolated.py, line ")


@pytest.mark.parametrize("stage", STAGES)
def test_an_error_in_any_stage_of_judging(key: AnswerKey, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, stage, raises)
    failed = grader.grade_answer(key, "f-a", BAD)
    assert (failed.verdict, failed.note, failed.review, failed.score) == ("undecided", "grader_failed", True, 0)
    assert failed.message == "This answer could not be judged; a person will look at it."
    assert failed.answer is not None
    assert failed.answer.text == BAD
    (problem,) = failed.problems
    assert problem.hint.startswith("ZeroDivisionError in test_isolated.py, line ")


def deep(depth: int, work: Callable[[], PartResult]) -> PartResult:
    return deep(depth - 1, work) if depth else work()


def test_how_deep_the_caller_stands_changes_nothing(key: AnswerKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "verdict_on", failing(grading.verdict_on, recursion))
    texts = ("f-a", "f-dz")
    one, two = (deep(depth, lambda part=part: grader.grade_answer(key, part, BAD)) for depth, part in enumerate(texts))
    assert one.problems[0].hint == two.problems[0].hint


def test_an_unknown_part_is_still_a_key_error(key: AnswerKey) -> None:
    with pytest.raises(KeyError):
        grader.grade_answer(key, "zz", "1")


CARRIED = "f-a: y - a | f-dz: (y-a)*(1-a^2) | f-dw: (y-a)*(1-a^2)*x"
FOLLOWED, WRONG = ("correct", "follow_through", False), ("incorrect", "not_equivalent", False)
DOUBTFUL = ("incorrect", "not_equivalent", True)
STEPPED = "s-w: dL/da = y - a; dL/dz = (y-a)(1-a^2); dL/dw = (y-a)(1-a^2) x | s-b: dL/db = (y-a)(1-a^2)"
FOLLOWING = [
    # sheet, what fails, for which quantity, outcomes without notes of diagnoses, why
    (CARRIED, "", "", {"f-a": WRONG, "f-dz": FOLLOWED, "f-dw": FOLLOWED}, "nothing fails"),
    (CARRIED, "follow_through", "∂L/∂z", {"f-a": WRONG, "f-dz": DOUBTFUL, "f-dw": FOLLOWED}, "one part's"),
    (CARRIED, "follow_through", "∂L/∂w", {"f-a": WRONG, "f-dz": FOLLOWED, "f-dw": DOUBTFUL}, "the last part's"),
    (CARRIED, "given_your", "", {"f-a": WRONG, "f-dz": DOUBTFUL, "f-dw": DOUBTFUL}, "all"),
    (CARRIED, "own_value", "∂L/∂a", {"f-a": WRONG, "f-dz": DOUBTFUL, "f-dw": FOLLOWED}, "a value to go on from"),
    (CARRIED, "own_value", "∂L/∂w", {"f-a": DOUBTFUL, "f-dz": FOLLOWED, "f-dw": FOLLOWED}, "a value nobody needs"),
    (
        "n-dz: 0.5 | n-dw: 0.4 | n-a: 0.7163",
        "own_value",
        "a",
        {"n-dz": DOUBTFUL, "n-dw": FOLLOWED, "n-a": ("correct", "rounded", False)},
        "a right value",
    ),
    (
        "n-z: 0.95 | n-a: 1 | n-da: 0.8 | n-dz: 0.5",
        "follow_through",
        "a",
        {"n-z": WRONG, "n-a": DOUBTFUL, "n-da": DOUBTFUL, "n-dz": DOUBTFUL},
        "whether a 1 was worked out is not known, so what follows from it is in doubt",
    ),
    (
        STEPPED,
        "shown_steps",
        "",
        {"s-w": ("partly_correct", "not_equivalent", True), "s-b": DOUBTFUL},
        "steps, and what follows from them",
    ),
]


def for_one(function: Callable[..., object], name: str) -> Callable[..., object]:
    """`function`, but for the quantity `name` it fails; for all where no name is given."""

    def changed(*args: object) -> object:
        return raises() if not name or name in args else function(*args)

    return changed


@pytest.mark.parametrize(("answers", "what", "name", "expected", "why"), FOLLOWING, ids=[row[-1] for row in FOLLOWING])
def test_an_error_in_following_through_costs_that_credit_alone(
    key: AnswerKey,
    answers: str,
    what: str,
    name: str,
    expected: dict[str, tuple[str, str, bool]],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if what:
        monkeypatch.setattr(carried, what, for_one(getattr(carried, what), name))
    report = grader.grade(key, submission(answers))
    found = {
        part: (verdict, "not_equivalent" if note.startswith("malrule/") else note, review)
        for part, (verdict, note, review) in outcomes(report).items()
    }
    assert found == expected, why
    doubtful = [part for part, row in expected.items() if row[2]]
    assert [problem.message for problem in report.problems] == [
        f"grader failed on what follows from other answers in part {part}" for part in doubtful
    ]
    assert all(problem.hint.startswith("ZeroDivisionError in ") for problem in report.problems)
    assert all(problem.file == "s.csv" and problem.line for problem in report.problems)
    said = {one.asked.part: one.message for one in report.parts}
    for part in expected:
        assert said[part].endswith("could not be checked; a person will look at it.") == (part in doubtful)


def test_the_page_tells_a_fault_once_and_at_its_part(key: AnswerKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "verdict_on", failing(grading.verdict_on, lambda: 1 / 0))
    page = student_page(grader.grade(key, submission(f"f-a: {BAD}")), rubric_shown(key))
    assert page.count("grader failed on the answer to part f-a") == 1
    assert "About what you handed in" not in page


@pytest.mark.parametrize(("fail", "name"), ERRORS, ids=[row[1] for row in ERRORS])
def test_an_error_in_drawing_an_answer_leaves_its_text(
    key: AnswerKey, fail: Callable[[], object], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = grader.grade(key, submission("f-a: y - a*x | f-dz: (y - a)*x"))
    shown = rubric_shown(key)
    whole = student_page(report, shown)
    monkeypatch.setattr(section, "to_mathml", lambda *_, **__: fail())
    monkeypatch.setattr(section, "drawing", section.drawing.__wrapped__)  # nothing drawn before
    page = student_page(report, shown)
    texts = [one.answer.read_as for one in report.parts if one.answer]
    assert whole.count("</math>") == page.count("</math>") + len(texts), name
    assert all(text in page for text in texts)


def test_a_limit_within_a_limit_stops_the_other_clock() -> None:
    import time

    def slow(seconds: float) -> str:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return "done"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "SECONDS", 0.3)
        found = pool.piece(lambda: [pool.piece(lambda s=s: slow(s)) for s in (0.2, 5, 0.2)])
    assert not isinstance(found, pool.Failed), found
    assert [one if isinstance(one, str) else one.note for one in found] == ["done", "timeout", "done"]
