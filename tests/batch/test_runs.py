"""Run after run on one folder: what is judged again, what stays, what is refused, what is undone."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import grader
from grader.batch import judging, reporting, stages
from grader.batch.again import NotPossible, regrade, undo
from grader.batch.reading import Refused
from grader.batch.run import Released, RunOptions, grade_class, would_change
from grader.gradebook import fingerprints
from grader.gradebook.decisions import Decided, all_decisions, decide
from grader.gradebook.opening import NAME, connected, held, written
from grader.gradebook.run_log import all_runs, changes_of, finished_runs, release
from grader.solver.key import AnswerKey
from tests.one_unit import RUBRIC
from tests.outputs import written as outputs

ROWS = {
    "ann": ("yhat - y", "(yhat - y) yhat (1 - yhat)", "(yhat - y) yhat (1 - yhat) x"),
    "bob": ("y - yhat", "(y - yhat) yhat (1 - yhat)", "(y - yhat) yhat (1 - yhat) x"),
    "cyd": ("yhat - y", "((", ""),
    "dan": ("y - yhat", "2 w", "(yhat - y) x"),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What the stages of a run were asked for; counted where items go out, which is this process."""
    found: Counter[str] = Counter()
    judge_all, report_all = judging.judge_all, reporting.report_all

    def judging_counted(given: object, pairs: list[judging.DistinctAnswer], jobs: int) -> object:
        found.update(f"{pair.part}: {pair.text}" for pair in pairs)
        return judge_all(given, pairs, jobs)  # type: ignore[arg-type]

    def reporting_counted(given: object, sheets: list[reporting.Sheet], jobs: int) -> object:
        found.update(sheet.submission.student for sheet in sheets)
        return report_all(given, sheets, jobs)  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "judge_all", judging_counted)
    monkeypatch.setattr(stages, "report_all", reporting_counted)
    return found


def key(folder: Path, old: str = "", new: str = "") -> AnswerKey:
    (folder / "rubric.yaml").write_text(RUBRIC.replace(old, new, 1) if old else RUBRIC)
    return grader.solve(grader.load_rubric(folder / "rubric.yaml"))


def klass(folder: Path, without: str = "", **more: tuple[str, str, str]) -> Path:
    rows = {**ROWS, **more}
    lines = [f"{name},{','.join(rows[name])}" for name in sorted(rows) if name not in without.split()]
    (folder / "class.csv").write_text("\n".join(["student,a,b,c", *lines, ""]))
    return folder / "class.csv"


def scores(out: Path) -> dict[str, str]:
    rows = [row.split(",") for row in (out / "grades.csv").read_text().splitlines()[1:]]
    return {row[0]: "+".join(row[2:5]) for row in rows}


ALL = {"ann": "1+2+3", "bob": "0+2+3", "cyd": "1+0+0", "dan": "0+0+0"}


def test_a_second_run_judges_nothing_and_leaves_the_same_bytes(tmp_path: Path, count: Counter[str]) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    assert scores(out) == ALL
    assert count == Counter(
        [*ROWS, *{f"{part}: {text}" for row in ROWS.values() for part, text in zip("abc", row, strict=True) if text}]
    )
    before = outputs(out)
    times = {path: path.stat().st_mtime_ns for path in (out / "feedback").iterdir()}
    count.clear()
    grade_class(key(tmp_path), source, out)
    assert count == Counter()
    assert outputs(out) == before
    assert {path: path.stat().st_mtime_ns for path in (out / "feedback").iterdir()} == times


CHANGES = [
    # what changes, what is judged, whose report is made, why
    ({"eve": ("yhat - y", "2 w", "7 x")}, ["c: 7 x", "eve"], "one more student with one new answer"),
    ({"dan": ("y - yhat", "2 w", "9")}, ["c: 9", "dan"], "another answer"),
    ({"dan": ("y - yhat", "2 w", "7 x y")}, ["c: 7 x y", "dan"], "another answer, again"),
]


@pytest.mark.parametrize(("more", "done", "why"), CHANGES, ids=[row[-1] for row in CHANGES])
def test_what_is_new_is_judged_alone(
    more: dict[str, tuple[str, str, str]], done: list[str], why: str, tmp_path: Path, count: Counter[str]
) -> None:
    out = tmp_path / "out"
    grade_class(key(tmp_path), klass(tmp_path), out)
    count.clear()
    grade_class(key(tmp_path), klass(tmp_path, **more), out)
    assert sorted(count.elements()) == done, why
    grade_class(key(tmp_path), klass(tmp_path, **more), tmp_path / "fresh")
    assert outputs(out) == outputs(tmp_path / "fresh")


def test_a_part_of_the_rubric_changes_what_it_touches(tmp_path: Path, count: Counter[str]) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    count.clear()
    changed = key(tmp_path, "target: dL/dz, points: 2", "target: dL/dz, points: 4")
    grade_class(changed, source, out)
    assert set(count) == set(ROWS), "reports, and nothing is judged again"
    assert scores(out) == {"ann": "1+4+3", "bob": "0+4+3", "cyd": "1+0+0", "dan": "0+0+0"}
    grade_class(changed, source, tmp_path / "fresh")
    assert outputs(out) == outputs(tmp_path / "fresh")


def test_a_page_that_somebody_changed_is_written_again(tmp_path: Path, count: Counter[str]) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    before = outputs(out)
    (out / "feedback/ann.html").write_text("changed")
    (out / "feedback/bob.html").unlink()
    (out / "feedback/zoe.html").write_text("of a student who never was")
    (out / "grades.csv").write_text("changed")
    (out / "feedback/.1.part-ann.html").write_text("half")
    count.clear()
    grade_class(key(tmp_path), source, out)
    assert count == Counter(["ann", "bob"])
    assert outputs(out) == before


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    tried = would_change(key(tmp_path), klass(tmp_path), out)
    assert not out.exists()
    assert {one.student: one.after for one in tried.changes} == {"ann": 6, "bob": 5, "cyd": 1, "dan": 0}
    grade_class(key(tmp_path), klass(tmp_path), out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    source = klass(tmp_path, "cyd", dan=("yhat - y", "2 w", "(yhat - y) x"))
    tried = would_change(key(tmp_path, "target: dL/dyhat, points: 1", "target: dL/dyhat, points: 2"), source, out)
    told = {(one.student, one.part): (one.before, one.after) for one in tried.changes}
    assert told == {
        ("ann", ""): (6, 7),
        ("ann", "a"): (1, 2),
        ("cyd", ""): (1, 2),
        ("cyd", "a"): (1, 2),
        ("dan", ""): (0, 2),
        ("dan", "a"): (0, 2),
    }
    assert (tried.max_score, tried.report.rubric.max_score) == (6, 7)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


GONE = [
    # who is gone, whether the run is refused, why
    ("dan", False, "one of four"),
    ("cyd dan", False, "half of them"),
    ("bob cyd dan", True, "more than half"),
    ("ann bob cyd dan", True, "nobody is left"),
]


@pytest.mark.parametrize(("who", "refused", "why"), GONE, ids=[row[-1] for row in GONE])
def test_students_who_are_gone(who: str, refused: bool, why: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade_class(key(tmp_path), klass(tmp_path), out)
    before = outputs(out)
    source = klass(tmp_path, who)
    if refused:
        with pytest.raises(Refused, match="nothing was written"):
            grade_class(key(tmp_path), source, out)
        assert outputs(out) == before, why
        grade_class(key(tmp_path), source, out, RunOptions(anyway=True))
    else:
        report = grade_class(key(tmp_path), source, out)
        assert who.split()[0] in report.problems[-1].message
    assert scores(out) == ALL, "they stay"
    changed = key(tmp_path, "target: dL/dyhat, points: 1", "target: dL/dyhat, points: 9")
    grade_class(changed, source, out, RunOptions(anyway=True))
    assert scores(out)["ann"] == "9+2+3", "and are graded by the rubric as it is now"
    grade_class(changed, source, out, RunOptions(anyway=True, prune=True))
    assert set(scores(out)) == ROWS.keys() - set(who.split())
    grade_class(changed, klass(tmp_path), out)
    assert set(scores(out)) == ROWS.keys(), "until they are back"


def test_another_class_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade_class(key(tmp_path), klass(tmp_path), out)
    source = klass(tmp_path, " ".join(ROWS), zoe=ROWS["ann"], yan=ROWS["bob"])
    with pytest.raises(Refused, match="none of the students of the last run"):
        grade_class(key(tmp_path), source, out)


def test_who_comes_back_is_no_longer_gone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for without in ("", "dan", ""):
        report = grade_class(key(tmp_path), klass(tmp_path, without), out)
    assert report.problems == ()
    with closing(connected(out / NAME)) as book:
        assert book.execute("SELECT count(*) FROM students WHERE gone_since IS NOT NULL").fetchone() == (0,)


def test_what_a_run_changed_is_noted_and_undone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade_class(key(tmp_path), klass(tmp_path), out)
    before = outputs(out)
    grade_class(key(tmp_path), klass(tmp_path, dan=ROWS["ann"], eve=ROWS["bob"]), out)
    with held(out) as book:
        noted = [(one.student, one.part, one.before, one.after) for one in changes_of(book.connection, 2)]
        assert noted == [
            ("dan", "", 0, 6),
            ("dan", "a", 0, 1),
            ("dan", "b", 0, 2),
            ("dan", "c", 0, 3),
            ("eve", "", None, 5),
        ]
        assert undo(book) == (2, 1)
        assert [run.state for run in all_runs(book.connection)] == ["finished", "undone"]
        with pytest.raises(NotPossible, match="is the first"):
            undo(book)
    assert outputs(out) == before
    grade_class(key(tmp_path), klass(tmp_path, dan=ROWS["ann"], eve=ROWS["bob"]), out)
    assert scores(out)["dan"] == "1+2+3"


def test_the_gradebook_alone_is_enough_to_grade_again(tmp_path: Path, count: Counter[str]) -> None:
    out = tmp_path / "out"
    source = klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    before = outputs(out)
    source.unlink()
    shutil.rmtree(out / "feedback")
    for name in ("results.json", "grades.csv", "index.html"):
        (out / name).unlink()
    count.clear()
    with held(out) as book:
        regrade(book, RunOptions())
    assert count == Counter(list(ROWS))
    assert outputs(out) == before


def test_grades_that_were_given_out_are_not_changed_by_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    with held(out) as book, written(book.connection):
        release(book.connection, finished_runs(book.connection)[-1].id, "2026-03-01T10:00:00Z")
    before = outputs(out)
    monkeypatch.setattr(stages, "program_hash", lambda: "other")
    for room in (fingerprints, stages):
        monkeypatch.setattr(room, "program_hash", lambda: "other")
    monkeypatch.setattr("grader.batch.run.program_hash", lambda: "other")
    grade_class(key(tmp_path), source, out)
    assert outputs(out) == before, "nothing would change, so nothing is asked"
    with held(out) as book, written(book.connection):
        release(book.connection, finished_runs(book.connection)[-1].id, "2026-03-01T10:00:00Z")
    monkeypatch.setattr("grader.batch.run.program_hash", lambda: "third")
    changed = key(tmp_path, "target: dL/dyhat, points: 1", "target: dL/dyhat, points: 9")
    with pytest.raises(Released) as raised:
        grade_class(changed, source, out)
    assert {(one.student, one.part) for one in raised.value.changes} >= {("ann", "a"), ("cyd", "")}
    assert outputs(out) == before
    grade_class(changed, source, out, RunOptions(anyway=True))
    assert scores(out)["ann"] == "9+2+3"


ALTERED = [
    # what somebody, or a failing disk, changes, why
    ("UPDATE judgements SET judgement = replace(judgement, 'not_equivalent', 'equivalent')", "what an answer earned"),
    ("UPDATE judgements SET judgement = substr(judgement, 1, 20)", "half a judgement"),
    ("UPDATE judgements SET section = 'all is well'", "a section of a page"),
    ("UPDATE reports SET report = replace(report, 'incorrect', 'correct')", "outcomes of a report"),
    ("UPDATE reports SET report = ''", "no report"),
    ("UPDATE reports SET line = replace(line, '\"score\": 0', '\"score\": 9')", "a line of results.json"),
    ("UPDATE decisions SET points = 3", "the points of a decision"),
    ("DROP TABLE judgements", "a table that is gone"),
]


@pytest.mark.parametrize(("change", "why"), ALTERED, ids=[row[1] for row in ALTERED])
def test_what_was_changed_from_outside_is_not_trusted(change: str, why: str, tmp_path: Path) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    with held(out) as book, written(book.connection):
        decide(book.connection, [Decided("dan", "a", 1.0, "", "Kim", "2026-03-01T10:00:00Z", "")])
    grade_class(key(tmp_path), source, out)
    with closing(connected(out / NAME)) as book:
        book.execute(change)
    fresh = klass(tmp_path, dan=("y - yhat", "2 w", "9"), eve=ROWS["bob"])
    report = grade_class(key(tmp_path), fresh, out)
    assert "the gradebook was broken" in report.problems[0].message
    assert (out / "gradebook.broken-1.sqlite").exists()
    grade_class(key(tmp_path), fresh, tmp_path / "fresh")
    assert grade_class(key(tmp_path), fresh, out).problems == ()
    kept, new = ((folder / "grades.csv").read_text() for folder in (out, tmp_path / "fresh"))
    assert [row for row in kept.splitlines() if "dan" not in row] == [
        row for row in new.splitlines() if "dan" not in row
    ]
    with held(out) as book:
        assert len(all_decisions(book.connection)) == ("decision" not in why)
