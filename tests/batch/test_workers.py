"""Both stages of grading a class: distinct answers to judgements, and judgements to reports with their pages."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

import grader
from grader.batch import workers
from grader.batch.workers import WorkerInput, distinct_answers, judge_answers, put_together
from grader.grading import carried, rubric_shown
from grader.grading import grade as grade_one
from grader.grading.grade import judge_answer
from grader.results import GradeReport, Judgement, NoteKind
from grader.submission.submissions import Answer, Submission

MODELS = Path(__file__).parents[1] / "diagnosis" / "models.yaml"
SHEETS = {
    "ann": {"f-z": "w*x + b", "f-a": "y - a", "f-dz": "(y-a)*(1-a^2)", "f-dw": "(y-a)*(1-a^2)*x"},
    "bob": {"f-z": "w*x + b", "f-a": "a - y", "f-dz": "((", "f-dw": " ", "zz": "1"},
    "cyd": {"n-z": "0.95", "n-a": "1", "n-da": "0.8", "n-dz": "0.5", "n-dw": "0.4"},
}
CLASS = tuple(
    Submission(student, source="s.csv", answers=tuple(Answer(*pair, "s.csv", 2) for pair in sheet.items()))
    for student, sheet in SHEETS.items()
)


@lru_cache
def rubric() -> grader.Rubric:
    return grader.load_rubric(MODELS)


@pytest.fixture
def given(tmp_path: Path) -> WorkerInput:
    """A key of the test's own: what was judged is kept with the key."""
    key = grader.solve(rubric())
    return WorkerInput(key, rubric_shown(key), tmp_path)


def judged(given: WorkerInput) -> dict[tuple[str, str], Judgement]:
    return {pair: found for pair, found, _ in judge_answers(given, distinct_answers(given.shown, CLASS), 1)}


def by_student(reports: object) -> dict[str, GradeReport]:
    return {report.student: report for report in reports}  # type: ignore[attr-defined]


def test_each_distinct_answer_comes_once_and_only_what_can_be_judged(given: WorkerInput) -> None:
    pairs = distinct_answers(given.shown, CLASS)
    assert len(pairs) == len(set(pairs)) == 11
    assert ("f-z", "w*x + b") in pairs
    assert not {part for part, _ in pairs} & {"zz"}
    assert all(text.strip() for _, text in pairs)


def test_a_judgement_from_another_process_is_that_of_this_one(given: WorkerInput) -> None:
    found = judged(given)
    assert set(found) == set(distinct_answers(given.shown, CLASS))
    for (part, text), judgement in found.items():
        assert judgement == judge_answer(given.key, part, text)
        assert judgement.result.asked is next(asked for asked in given.shown.parts if asked.part == part), "shared"


def test_reports_are_those_of_the_api(given: WorkerInput) -> None:
    reports = by_student(put_together(given, CLASS, judged(given), 2))
    assert reports == {one.student: workers._light(grade_one(given.key, one)) for one in CLASS}
    assert sorted(path.name for path in given.pages.iterdir()) == ["ann.html", "bob.html", "cyd.html"]


def test_the_work_of_a_process_does_the_same_here(given: WorkerInput) -> None:
    found = judged(given)
    workers._begin(given, found)
    for pair in distinct_answers(given.shown, CLASS):
        ours = workers._judge(pair)
        assert replace(ours.result, asked=found[pair].result.asked) == found[pair].result
    tasks = [(submission, workers._NO_FAULT) for submission in CLASS]
    whole = by_student(put_together(given, CLASS, found, 1))
    assert by_student(map(workers._report, tasks)) == whole
    assert {one.verdict for one in workers._report_not_graded(tasks[0]).parts} == {"missing", "undecided"}
    as_judged = by_student(map(workers._report_as_judged, tasks))
    assert as_judged["ann"].score < whole["ann"].score, "nothing follows"
    assert as_judged["bob"].score == whole["bob"].score, "nothing would"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def raise_error() -> None:
    raise ZeroDivisionError("a bug of ours")


def failing(function: Callable[..., object], fail: Callable[[], None], where: Callable[..., bool]) -> object:
    def changed(*args: object, **more: object) -> object:
        if where(*args):
            fail()
        return function(*args, **more)

    return changed


KEPT = [(die, False, "the process that graded it died"), (raise_error, True, "ZeroDivisionError in test_workers.py")]


@pytest.mark.parametrize(("fail", "kept", "why"), KEPT, ids=[row[0].__name__ for row in KEPT])
def test_what_ended_is_not_to_be_kept_and_what_raised_is(
    given: WorkerInput, fail: Callable[[], None], kept: bool, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = ("f-a", "y - a")
    monkeypatch.setattr(workers, "judge_answer", failing(judge_answer, fail, lambda _, *pair: pair[:2] == bad))
    found = list(judge_answers(given, distinct_answers(given.shown, CLASS), 2))
    assert {pair: keep for pair, _, keep in found if not keep} == ({} if kept else {bad: False})
    (judgement,) = (judgement for pair, judgement, _ in found if pair == bad)
    assert judgement.result.note.kind is NoteKind.GRADER_FAILED
    assert judgement.result.review
    assert judgement.result.problems[0].hint.startswith(why)


def test_where_going_on_kills_its_process_the_answers_stand_as_judged(
    given: WorkerInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(given)
    whole = by_student(put_together(given, CLASS, found, 2))
    about = failing(carried.follow_through, die, lambda _, name, *__: name == "∂L/∂z")
    monkeypatch.setattr(carried, "follow_through", about)
    reports = by_student(put_together(given, CLASS, found, 2))
    assert {name for name in whole if whole[name] != reports[name]} >= {"ann"}
    parts = {one.asked.part: one for one in reports["ann"].parts}
    for part, text in SHEETS["ann"].items():
        alone = found[part, text].result
        assert (parts[part].verdict, parts[part].score) == (alone.verdict, alone.score)
        assert parts[part].review == (part != "f-z"), "what is wrong by itself might have followed"
    assert {one.hint for one in reports["ann"].problems} == {"the process that graded it died"}
    assert "could not be checked" in (given.pages / "ann.html").read_text()


def test_a_page_that_kills_its_process_costs_the_class_nothing(
    given: WorkerInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(given)
    whole = by_student(put_together(given, CLASS, found, 2))
    ours = os.getpid()
    dies = failing(workers.student_page, die, lambda report, _: report.student == "bob" and os.getpid() != ours)
    monkeypatch.setattr(workers, "student_page", dies)
    reports = by_student(put_together(given, CLASS, found, 2))
    assert (reports["ann"], reports["cyd"]) == (whole["ann"], whole["cyd"])
    assert reports["bob"].review
    assert [one.message for one in reports["bob"].problems][-2:] == [
        "grader failed on this submission",
        "grader failed on this submission's page",
    ]
    assert "grader failed on this submission" in (given.pages / "bob.html").read_text()
