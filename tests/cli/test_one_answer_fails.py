"""An answer that raises, takes too long or kills its process is undecided, alone, for any number of processes."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from grader.batch import limits, pool, reporting
from grader.cli import main
from grader.expression.printing.text import to_text
from grader.grading import carried
from grader.results import GradeReport
from tests.outputs import written

grading = import_module("grader.grading.verdicts")
BAD = "7*x*y"
ROWS = ["student,1a,1b,2a,2b", f"bob,{BAD},(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520"]
TWICE = [*ROWS, f"cyd,{BAD},(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520"]
ADA = "ada,yhat - y,(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520"


def raise_error() -> None:
    raise ZeroDivisionError("a bug of ours")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def never_end() -> None:
    while True:
        pass


def never_end_nor_listen() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})  # as a loop inside a C library does
    never_end()


def never_wake() -> None:
    time.sleep(60)


def want_it_all() -> None:
    kept = [bytes(50_000_000)]
    while True:
        kept.append(kept[0] + b"0")


def graded(rubric: str, rows: list[str], folder: Path, jobs: int) -> dict[str, bytes]:
    """The files below the results, by their path."""
    (folder / "class").mkdir(parents=True)
    (folder / "class" / "a.csv").write_text("\n".join([*rows, ADA]))
    out = folder / "out"
    assert main(["grade", rubric, str(folder / "class"), "--out", str(out), "--jobs", str(jobs), "--quiet"]) == 0
    return written(out)


def outcomes(files: dict[str, bytes], student: str) -> list[tuple[str, str, bool]]:
    (one,) = (one for one in json.loads(files["results.json"])["students"] if one["student"] == student)
    return [(part["verdict"], part["note"], part["review"]) for part in one["parts"]]


def said(files: dict[str, bytes]) -> list[tuple[str, int, str, str]]:
    found = json.loads(files["results.json"])["problems"]
    return [(one["file"], one["line"], one["message"], one["hint"].split(", line")[0]) for one in found]


FAILURES = [
    (raise_error, 1, ROWS, "grader_failed", "ZeroDivisionError in test_one_answer_fails.py"),
    (raise_error, 2, ROWS, "grader_failed", "ZeroDivisionError in test_one_answer_fails.py"),
    (raise_error, 1, TWICE, "grader_failed", "ZeroDivisionError in test_one_answer_fails.py"),
    (raise_error, 2, TWICE, "grader_failed", "ZeroDivisionError in test_one_answer_fails.py"),
    (never_end, 1, ROWS, "timeout", "it took more than 0.5 s of processor time"),
    (never_end, 2, ROWS, "timeout", "it took more than 0.5 s of processor time"),
    (never_end, 1, TWICE, "timeout", "it took more than 0.5 s of processor time"),
    (never_end, 2, TWICE, "timeout", "it took more than 0.5 s of processor time"),
    (die, 1, TWICE, "grader_failed", "the process that graded it died"),
    (die, 2, ROWS, "grader_failed", "the process that graded it died"),
    (die, 2, TWICE, "grader_failed", "the process that graded it died"),
    (never_end_nor_listen, 2, ROWS, "timeout", "it took more than 0.5 s of processor time"),
    (never_wake, 2, ROWS, "timeout", "it took more than 1 s on the clock"),
]
if sys.platform == "linux":  # only Linux holds a process to a limit on memory
    FAILURES.append((want_it_all, 1, TWICE, "grader_failed", "it took more than 300 MB of memory"))


@pytest.mark.parametrize(
    ("fail", "jobs", "rows", "note", "why"),
    FAILURES,
    ids=[f"{row[0].__name__}-{row[1]}-{len(row[2]) - 1}" for row in FAILURES],
)
def test_one_answer_never_costs_the_others(
    fail: Callable[[], None],
    jobs: int,
    rows: list[str],
    note: str,
    why: str,
    rubric: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge = grading.judge

    def failing(question: object, target: object, answer: object) -> object:
        if to_text(answer) == BAD:  # type: ignore[arg-type]
            fail()
        return judge(question, target, answer)

    monkeypatch.setattr(grading, "judge", failing)
    if fail is want_it_all:
        monkeypatch.setattr(pool, "SECONDS", 60.0)  # the limit that is meant comes first, however slow the machine is
    else:
        monkeypatch.setattr(pool, "SECONDS", 0.5)
        monkeypatch.setattr(limits, "GRACE", 0.1)
    if fail is never_wake:
        monkeypatch.setattr(pool, "WALL", 1.0)
    files = graded(rubric, rows, tmp_path, jobs)
    right = ("correct", "equivalent", False)
    numbers = [("correct", "rounded", False)] * 2
    assert [verdict for verdict, _, _ in outcomes(files, "ada")] == ["correct"] * 4
    for line, row in enumerate(rows[1:], start=2):
        assert outcomes(files, row[:3]) == [("undecided", note, True), right, *numbers]
        assert ("a.csv", line, "grader failed on the answer to part 1a", why) in said(files)
        assert b"could not be judged; a person will look at it" in files[f"feedback/{row[:3]}.html"]
    assert len(said(files)) == len(rows) - 1
    assert b"bob,,0,3,1,2,6,7,85.71,true" in files["grades.csv"]


FOLLOWED = ["student,1a,1b,2a,2b", "bob,y - yhat,(y - yhat)*yhat*(1 - yhat)*x,0.5744,-0.0520"]


@pytest.mark.parametrize("fail", [raise_error, never_end])
def test_following_through_that_fails_costs_its_own_credit(
    fail: Callable[[], None], rubric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.5)
    whole = graded(rubric, FOLLOWED, tmp_path / "whole", 1)
    assert outcomes(whole, "bob")[1] == ("correct", "follow_through", False)

    follow_through = carried.follow_through

    def failing(question: object, name: str, *more: object) -> object:
        return fail() if name == "∂L/∂w" else follow_through(question, name, *more)  # type: ignore[arg-type, func-returns-value]

    monkeypatch.setattr(carried, "follow_through", failing)
    one, two = (graded(rubric, FOLLOWED, tmp_path / str(jobs), jobs) for jobs in (1, 2))
    assert one == two
    (_, note, review), *others = outcomes(one, "bob")
    assert note.startswith("malrule/")
    assert not review
    assert (others[0][0], others[0][2]) == ("incorrect", True)
    assert outcomes(one, "bob")[2:] == outcomes(whole, "bob")[2:]
    (problem,) = said(one)
    assert problem[:3] == ("a.csv", 2, "grader failed on what follows from other answers in part 1b")
    assert problem[3] in ("ZeroDivisionError in test_one_answer_fails.py", "it took more than 0.5 s of processor time")


def test_the_bytes_do_not_depend_on_jobs(rubric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def recursion(*_: object) -> None:
        recursion()

    monkeypatch.setattr(grading, "judge", recursion)
    rows = [*TWICE, *(f"s{number:02},{number}*y,{number % 3}*x,0.5744," for number in range(20))]
    files = [graded(rubric, rows, tmp_path / str(jobs), jobs) for jobs in (1, 2, 3)]
    assert files[0] == files[1] == files[2]
    assert len(said(files[0])) == 72


def test_a_page_that_fails_leaves_the_points(rubric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = reporting.page_of

    def failing(report: GradeReport, *more: object) -> bytes:
        if report.student == "bob":
            raise KeyError("template")
        return page(report, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(reporting, "page_of", failing)
    files = graded(rubric, ROWS, tmp_path, 2)
    assert b"bob,,0,3,1,2,6,7,85.71,true" in files["grades.csv"]
    assert said(files) == [
        ("a.csv", 0, "grader failed on this submission's page", "KeyError in test_one_answer_fails.py")
    ]
