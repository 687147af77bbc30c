"""Both stages of grading a class: distinct answers to judgements, and judgements to reports with their pages."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest

import grader
from grader.batch import judging, reporting
from grader.batch.judging import Solved, distinct_answers, judge_all
from grader.batch.reporting import Pages, Reported, Sheet, report_all
from grader.feedback.tables import student_line
from grader.gradebook.encoding import decode_result
from grader.gradebook.fingerprints import part_fingerprints
from grader.gradebook.judgements import Kept
from grader.gradebook.reports import ReportKept, decode_report
from grader.grading import carried, rubric_shown
from grader.grading import grade as grade_one
from grader.grading.grade import judge_answer
from grader.results import NoteKind
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


PARTS = part_fingerprints(rubric())
PAIRS = distinct_answers(CLASS, PARTS)


@pytest.fixture
def given() -> Solved:
    """A key of the test's own: what was judged is kept with the key."""
    key = grader.solve(rubric())
    return Solved(key, rubric_shown(key))


def judged(given: Solved) -> dict[tuple[str, str], Kept]:
    return {(kept.part, kept.text or ""): kept for kept, _ in judge_all(given, PAIRS, 1)}


def sheets(found: dict[tuple[str, str], Kept]) -> list[Sheet]:
    return [
        Sheet(
            one,
            f"report of {one.student}",
            f"{one.student}.html",
            {
                part: (kept.fingerprint, kept.judgement, kept.section)
                for part, text in SHEETS[one.student].items()
                if (kept := found.get((part, text)))
            },
        )
        for one in CLASS
    ]


def reports(given: Solved, found: dict[tuple[str, str], Kept], folder: Path, jobs: int = 2) -> dict[str, Reported]:
    return {one.student: one for one in report_all(Pages(given, folder), sheets(found), jobs)}


def kept(reported: Reported) -> ReportKept:
    return decode_report(reported.student, reported.report)


def test_each_distinct_answer_comes_once_and_only_what_can_be_judged() -> None:
    pairs = [(pair.part, pair.text) for pair in PAIRS]
    assert len(pairs) == len(set(pairs)) == 11
    assert ("f-z", "w*x + b") in pairs
    assert not {part for part, _ in pairs} & {"zz"}
    assert all(text.strip() for _, text in pairs)
    assert [part for part, _ in pairs] == sorted((part for part, _ in pairs), key=list(PARTS).index), "part by part"


def test_a_judgement_from_another_process_is_that_of_this_one(given: Solved) -> None:
    found = judged(given)
    assert set(found) == {(pair.part, pair.text) for pair in PAIRS}
    asked = {one.part: one for one in given.shown.parts}
    for pair in PAIRS:
        ours = judge_answer(given.key, pair.part, pair.text).result
        theirs = decode_result(found[pair.part, pair.text].judgement, asked[pair.part])
        assert theirs.asked is asked[pair.part], "shared"
        assert (theirs.verdict, theirs.note, theirs.score, theirs.lines, theirs.evidence) == (
            ours.verdict,
            ours.note,
            ours.score,
            ours.lines,
            ours.evidence,
        )
        assert (theirs.message, theirs.diagnosis, theirs.problems) == (ours.message, ours.diagnosis, ours.problems)
        here = found[pair.part, pair.text]
        assert judging._judge(given, pair) == (here.judgement, here.section), "here as there"


@pytest.mark.parametrize("jobs", [1, 2])
def test_reports_are_those_of_the_api(given: Solved, jobs: int, tmp_path: Path) -> None:
    made = reports(given, judged(given), tmp_path, jobs)
    for one in CLASS:
        assert made[one.student].line == student_line(grade_one(given.key, one), given.shown)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ann.html", "bob.html", "cyd.html"]


def test_what_follows_is_not_worked_out_again(given: Solved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(given)
    first = reports(given, found, tmp_path)
    assert set(first["ann"].carried) == {"follow"} or first["ann"].carried, "something follows"

    def never(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(carried, "follow_through", never)
    monkeypatch.setattr(carried, "own_value", never)
    again = [
        Sheet(one.submission, one.fingerprint, one.page, one.judgements, first[one.submission.student].carried)
        for one in sheets(found)
    ]
    for one in report_all(Pages(given, tmp_path), again, 2):
        assert one.line == first[one.student].line
        assert one.carried == {}


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


KEPT = [(die, False, "the process that graded it died"), (raise_error, True, "ZeroDivisionError in test_stages.py")]


@pytest.mark.parametrize(("fail", "lasts", "why"), KEPT, ids=[row[0].__name__ for row in KEPT])
def test_what_ended_is_not_to_be_kept_and_what_raised_is(
    given: Solved, fail: Callable[[], None], lasts: bool, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = ("f-a", "y - a")
    monkeypatch.setattr(judging, "judge_answer", failing(judge_answer, fail, lambda _, *pair: pair[:2] == bad))
    found = {(kept.part, kept.text or ""): (kept, lasting) for kept, lasting in judge_all(given, PAIRS, 2)}
    assert {pair for pair, (_, lasting) in found.items() if not lasting} == (set() if lasts else {bad})
    asked = {one.part: one for one in given.shown.parts}
    result = decode_result(found[bad][0].judgement, asked["f-a"])
    assert result.note.kind is NoteKind.GRADER_FAILED
    assert result.review
    assert result.problems[0].hint.startswith(why)


def test_where_going_on_kills_its_process_the_answers_stand_as_judged(
    given: Solved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(given)
    whole = reports(given, found, tmp_path)
    about = failing(carried.follow_through, die, lambda _, name, *__: name == "∂L/∂z")
    monkeypatch.setattr(carried, "follow_through", about)
    made = reports(given, found, tmp_path)
    assert {name for name in whole if whole[name].line != made[name].line} >= {"ann"}
    parts = {one.part: one for one in kept(made["ann"]).parts}
    asked = {one.part: one for one in given.shown.parts}
    for part, text in SHEETS["ann"].items():
        alone = decode_result(found[part, text].judgement, asked[part])
        assert (parts[part].verdict, parts[part].score) == (alone.verdict, alone.score)
        assert parts[part].review == (part != "f-z"), "what is wrong by itself might have followed"
    assert {one.hint for one in kept(made["ann"]).problems} == {"the process that graded it died"}
    assert made["ann"].fingerprint == "", "the next run tries again"
    assert "could not be checked" in (tmp_path / "ann.html").read_text()


def test_a_page_that_kills_its_process_costs_the_class_nothing(
    given: Solved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(given)
    whole = reports(given, found, tmp_path)
    ours = os.getpid()
    dies = failing(reporting.page_of, die, lambda report, *_: report.student == "bob" and os.getpid() != ours)
    monkeypatch.setattr(reporting, "page_of", dies)
    made = reports(given, found, tmp_path)
    assert (made["ann"].line, made["cyd"].line) == (whole["ann"].line, whole["cyd"].line)
    assert kept(made["bob"]).review
    assert [one.message for one in kept(made["bob"]).problems][-2:] == [
        "grader failed on this submission",
        "grader failed on this submission's page",
    ]
    assert made["bob"].fingerprint == ""
    assert "grader failed on this submission" in (tmp_path / "bob.html").read_text()


def test_what_takes_too_much_work_is_for_a_person_and_no_fault_of_ours(
    given: Solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("grader.grading.grade"), "ANSWER", 1)
    asked = {one.part: one for one in given.shown.parts}
    for kept, lasts in judge_all(given, PAIRS, 2):
        result = decode_result(kept.judgement, asked[kept.part])
        assert result.note.kind in (NoteKind.TOO_MUCH_WORK, NoteKind.UNREADABLE)
        assert result.review
        assert lasts, "counted alike the next time"
        assert not result.problems or result.note.kind is NoteKind.UNREADABLE
