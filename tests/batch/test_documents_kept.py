"""Documents are read by any number of processes, once: a second run reads those alone that are new or changed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import grader
from grader.batch import documents
from grader.batch.run import PLAIN, grade_class
from grader.grading.derivation import written
from grader.solver.key import AnswerKey

ROOT = Path(__file__).parents[2]
TEXT = "## w2\n\n$$\\frac{\\partial L}{\\partial w_2} = (y - \\hat y) z = (\\hat y - y) z$$\n\n## b2\n\n$\\hat y - y$\n"


@pytest.fixture(scope="module")
def key() -> AnswerKey:
    return grader.solve(grader.load_rubric(ROOT / "rubrics" / "two_layer_network.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "class"
    made.mkdir()
    for number in range(4):
        (made / f"s{number}.md").write_text(TEXT + f"\n<!-- {number} -->\n")
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, in this process."""
    found: list[str] = []

    def spread(work, items, *_):  # type: ignore[no-untyped-def]
        for at, item in enumerate(items):
            found.append(item.file)
            yield at, work(item)

    monkeypatch.setattr(documents, "spread", spread)
    return found


def test_a_second_run_reads_what_is_changed_alone(
    key: AnswerKey, folder: Path, tmp_path: Path, read: list[str]
) -> None:
    grade_class(key, folder, tmp_path / "out")
    assert sorted(read) == [f"s{number}.md" for number in range(4)]
    before = (tmp_path / "out" / "results.json").read_bytes()
    read.clear()
    grade_class(key, folder, tmp_path / "out")
    assert (read, (tmp_path / "out" / "results.json").read_bytes()) == ([], before)
    (folder / "s1.md").write_text(TEXT.replace("- y$", "+ y$"))
    grade_class(key, folder, tmp_path / "out")
    assert read == ["s1.md"]


def test_any_number_of_processes_reads_the_same(key: AnswerKey, folder: Path, tmp_path: Path) -> None:
    for jobs in (1, 3):
        grade_class(key, folder, tmp_path / str(jobs), replace(PLAIN, jobs=jobs))
    one, three = ((tmp_path / str(jobs) / "results.json").read_bytes() for jobs in (1, 3))
    assert one == three


def test_a_document_that_fails_needs_a_person(
    key: AnswerKey, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = written.read_written

    def fails(key, text, *more):  # type: ignore[no-untyped-def]
        if "<!-- 2 -->" in text:
            raise ZeroDivisionError
        return whole(key, text, *more)

    monkeypatch.setattr(written, "read_written", fails)
    report = grade_class(key, folder, tmp_path / "out")
    by_name = {one.student: one for one in report.reports}
    assert [by_name[f"s{number}"].review for number in range(4)] == [False, False, True, False]
    assert "the grader failed on this file" in by_name["s2"].problems[0].message
    assert all(part.review for part in by_name["s2"].parts)


def test_one_who_is_taken_out_leaves_no_document(key: AnswerKey, folder: Path, tmp_path: Path) -> None:
    grade_class(key, folder, tmp_path / "out")
    (folder / "s3.md").unlink()
    grade_class(key, folder, tmp_path / "out", replace(PLAIN, prune=True))
    with sqlite3.connect(tmp_path / "out" / "gradebook.sqlite") as book:
        assert [row[0] for row in book.execute("SELECT student FROM documents ORDER BY student")] == ["s0", "s1", "s2"]
