"""What a later run takes over from an earlier one: after any edit of rubric or class the files are a fresh run's."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

import grader
from grader.batch import judging, reporting, stages
from grader.batch.again import undo
from grader.batch.run import RunOptions, grade_class, would_change
from grader.feedback import student as page
from grader.gradebook.decisions import Decided, decide
from grader.gradebook.fingerprints import decided_on
from grader.gradebook.opening import held, written
from grader.results import PartResult
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer
from tests.outputs import written as outputs

RUBRIC = """\
title: Two units
questions:
  - id: "1"
    title: A unit
    model:
      given: {x: {value: 0.5}, w: {value: -1}, y: {value: 1}}
      define: {z: w*x, yhat: sigma(z), L: 1/2 (y - yhat)^2}
    parts:
      - {id: a, prompt: First., target: yhat, points: 1, tolerance: {decimals: 4}}
      - {id: b, prompt: Second., target: dL/dyhat, points: 2, tolerance: {decimals: 4}}
      - {id: c, prompt: Third., target: dL/dz, points: 3, tolerance: {decimals: 4}}
      - {id: p, prompt: Why., by: hand, points: 1}
  - id: "2"
    best: 2
    model:
      given: {u: real, v: real}
      define: {s: u^2 v, t: exp(s)}
    parts:
      - {id: d, prompt: Fourth., target: ds/du, points: 1}
      - {id: e, prompt: Fifth., target: dt/ds, points: 2}
      - {id: f, prompt: Sixth., target: dt/du, points: 3, steps: [{target: ds/du, points: 1}]}
      - {id: g, prompt: Seventh., target: dt/dv, points: 1, bonus: true}
"""
CLASS = """\
student,a,b,c,p,d,e,f,g
ann,0.3775,-0.6225,-0.1463,because,2 u v,t,2 u v t,u^2 t
bob,0.4775,-0.5225,-0.1304,,2 u,t,2 u t,u^2
cyd,0.3775,0.6225,0.1463,it is,((,exp(s),ds/du = 2 u v; dt/du = 2 u v s,
dan,,,,,,,,
eve,0.3775,-0.6225,-0.1463,because,u v,s,u v t,u t
fay,0.4775,-0.6225,-0.1463,because,2 u v,t,2 u v t,u^2 t
"""
EDITS = [
    # old text, new text of the rubric, the parts that are drawn anew for somebody, why
    (
        "target: dL/dyhat, points: 2",
        "target: dL/dyhat, points: 5",
        "b",
        "the points of a number that others follow from",
    ),
    ("target: yhat, points: 1", "target: yhat, points: 0", "abc", "all is right that is worth nothing"),
    ("target: ds/du, points: 1}\n", "target: ds/du, points: 2}\n", "defg", "of a part that may not count"),
    ("{target: ds/du, points: 1}", "{target: ds/du, points: 2}", "defg", "of a step"),
    ("points: 1, bonus: true", "points: 2, bonus: true", "defg", "of a bonus"),
    ("Why.", "Why so.", "p", "how a person's part is asked"),
    ("by: hand, points: 1", "by: hand, points: 2", "p", "what a person's part is worth"),
    ("title: Two units", "title: Units", "", "what the homework is called"),
    ("title: A unit", "title: One unit", "abcp", "what a question is called"),
    ("best: 2", "best: 1", "defg", "how many parts count"),
    (
        "Third., target: dL/dz, points: 3,",
        "Third., target: dL/dz, points: 3, follow_through: 0.5,",
        "abc",
        "what going on is worth",
    ),
    ("Fifth., target", "Fifth., solution: hidden, target", "defg", "what is shown"),
    ("w: {value: -1}", "w: {value: -2}", "abc", "the model"),
    (
        "      - {id: p, prompt: Why., by: hand, points: 1}\n",
        "",
        "abcdefg",
        "a part is gone: answers to it have no place",
    ),
    (
        "      - {id: p, prompt: Why., by: hand, points: 1}\n",
        "      - {id: q, prompt: Who., by: hand, points: 1}\n",
        "abcdefgq",
        "another part",
    ),
    ("t: exp(s)}", "t: exp(s), r: t}", "defg", "one quantity more"),
]
GROWN = [
    # old text, new text of the class, the parts that are drawn anew, why
    ("bob,0.4775", "bob,0.3775", "abcdefgp", "another answer: the whole sheet"),
    ("dan,,,,,,,,", "dan,,,,,,,,u^2 t", "abcdefgp", "an answer where there was none"),
    ("\nbob", "\n\nbob", "abcdefgp", "everybody below stands elsewhere"),
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The parts whose sections are made for a page, all in this process."""
    found: Counter[str] = Counter()
    section = page._section

    def counted(result: PartResult, *more: object) -> object:
        found[result.asked.part] += 1
        return section(result, *more)  # type: ignore[arg-type]

    def one_by_one(work: object, items: list[object], _jobs: int) -> object:
        for index, item in enumerate(items):
            yield index, work(item)  # type: ignore[operator]

    monkeypatch.setattr(page, "_section", counted)
    for room in (judging, reporting):
        monkeypatch.setattr(room, "spread", one_by_one)
    return found


def key(folder: Path, old: str = "", new: str = "") -> AnswerKey:
    assert RUBRIC.count(old) == 1 or not old, f"{old} is not there once"
    (folder / "rubric.yaml").write_text(RUBRIC.replace(old, new) if old else RUBRIC)
    return grader.solve(grader.load_rubric(folder / "rubric.yaml"))


def klass(folder: Path, old: str = "", new: str = "") -> Path:
    (folder / "class.csv").write_text(CLASS.replace(old, new, 1) if old else CLASS)
    return folder / "class.csv"


def with_a_decision(out: Path) -> None:
    """Somebody decides on two parts of eve."""
    made = [
        Decided("eve", "d", 1.0, "as in the lecture", "Kim", "2026-03-01T10:00:00Z", decided_on(Answer("d", "u v"))),
        Decided("eve", "p", 0.5, "", "Kim", "2026-03-01T10:00:00Z", decided_on(Answer("p", "because"))),
    ]
    with held(out) as book, written(book.connection):
        decide(book.connection, made)


@pytest.mark.parametrize(("old", "new", "parts", "why"), EDITS, ids=[row[-1] for row in EDITS])
def test_an_edit_of_the_rubric(old: str, new: str, parts: str, why: str, tmp_path: Path, drawn: Counter[str]) -> None:
    out, fresh, source = tmp_path / "out", tmp_path / "fresh", klass(tmp_path)
    for folder in (out, fresh):
        with_a_decision(folder)
    grade_class(key(tmp_path), source, out)
    changed = key(tmp_path, old, new)
    drawn.clear()
    grade_class(changed, source, out)
    assert set(drawn) == set(parts), why
    grade_class(changed, source, fresh)
    assert outputs(out) == outputs(fresh)
    grade_class(key(tmp_path), source, out)
    grade_class(key(tmp_path), source, tmp_path / "as before")
    with_a_decision(tmp_path / "as before")
    grade_class(key(tmp_path), source, tmp_path / "as before")
    assert outputs(out) == outputs(tmp_path / "as before"), "and back"


@pytest.mark.parametrize(("old", "new", "parts", "why"), GROWN, ids=[row[-1] for row in GROWN])
def test_an_edit_of_the_class(old: str, new: str, parts: str, why: str, tmp_path: Path, drawn: Counter[str]) -> None:
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    grade_class(key(tmp_path), klass(tmp_path), out)
    changed = klass(tmp_path, old, new)
    drawn.clear()
    grade_class(key(tmp_path), changed, out)
    assert set(drawn) == set(parts), why
    grade_class(key(tmp_path), changed, fresh)
    assert outputs(out) == outputs(fresh)


def test_a_page_that_somebody_touched_is_no_source(tmp_path: Path, drawn: Counter[str]) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    there = out / "feedback/ann.html"
    there.write_bytes(there.read_bytes().replace(b"Second.", b"Secund."))
    os.utime(there, ns=(1, 1))
    (out / "feedback/cyd.html").unlink()
    changed = key(tmp_path, "target: dL/dyhat, points: 2", "target: dL/dyhat, points: 5")
    drawn.clear()
    grade_class(changed, source, out)
    assert (drawn["b"], drawn["a"]) == (6, 2), "of the two all is drawn"
    grade_class(changed, source, tmp_path / "fresh")
    assert outputs(out) == outputs(tmp_path / "fresh")


def test_a_dry_run_and_an_undone_one(tmp_path: Path, drawn: Counter[str]) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    before = outputs(out)
    changed = key(tmp_path, "target: dL/dyhat, points: 2", "target: dL/dyhat, points: 5")
    tried = would_change(changed, source, out)
    assert {(one.student, one.before, one.after) for one in tried.changes if one.part == "b"} == {
        ("ann", 2, 5), ("bob", 2, 5), ("eve", 2, 5), ("fay", 2, 5)
    }  # fmt: skip
    assert outputs(out) == before
    grade_class(changed, source, out)
    with held(out) as book:
        undo(book)
    assert outputs(out) == before
    drawn.clear()
    grade_class(changed, source, out, RunOptions(jobs=2))
    assert set(drawn) == {"b"}, "what an undone run left on disk is as good as any"
    grade_class(changed, source, tmp_path / "fresh")
    assert outputs(out) == outputs(tmp_path / "fresh")


def test_what_failed_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, source = tmp_path / "out", klass(tmp_path)

    def failing(*_: object) -> bytes:
        raise KeyError("template")

    with monkeypatch.context() as broken:
        broken.setattr(reporting, "page_of", failing)
        grade_class(key(tmp_path), source, out)
    assert b"grader failed" in (out / "feedback/ann.html").read_bytes()
    changed = key(tmp_path, "target: dL/dyhat, points: 2", "target: dL/dyhat, points: 5")
    grade_class(changed, source, out)
    grade_class(changed, source, tmp_path / "fresh")
    assert outputs(out) == outputs(tmp_path / "fresh")


def test_pages_are_taken_over_from_what_a_person_left_alone(tmp_path: Path) -> None:
    out, source = tmp_path / "out", klass(tmp_path)
    grade_class(key(tmp_path), source, out)
    plan_held = []
    planned = stages.planned

    def seen(*given: object) -> object:
        plan = planned(*given)  # type: ignore[arg-type]
        plan_held.append(dict(plan.held))
        return plan

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr("grader.batch.run.planned", seen)
        grade_class(key(tmp_path, "target: dL/dyhat, points: 2", "target: dL/dyhat, points: 5"), source, out)
    assert plan_held == [dict.fromkeys(["ann", "bob", "cyd", "dan", "eve", "fay"], frozenset("acdefgp"))]
