"""The tables and the five questions of docs/gradebook.md, asked of a class."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

import grader
from grader.batch.run import grade_class
from grader.gradebook.decisions import Decided, decide
from grader.gradebook.opening import NAME, connected, held, written

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gradebook.md").read_text("utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/two_layer_network.yaml"))
    grade_class(key, ROOT / "submissions/two_layer_network", out)
    with held(out) as book, written(book.connection):
        decide(book.connection, [Decided("s36", "w1", 2.5, "as in the lecture", "Kim", "2026-03-01T10:00:00Z", "x")])
    return out


@pytest.mark.parametrize("number", range(5))
def test_a_question_has_an_answer(report: Path, number: int) -> None:
    assert len(QUESTIONS) == 5
    with closing(connected(report / NAME, read_only=True)) as book:
        rows = book.execute(QUESTIONS[number]).fetchall()
    assert rows
    assert all(None not in row[:1] for row in rows)


def test_the_questions_count_what_the_results_say(report: Path) -> None:
    with closing(connected(report / NAME, read_only=True)) as book:
        waiting, parts, mistakes, totals, decided = (book.execute(question).fetchall() for question in QUESTIONS)
    assert {(part, students) for part, students, _ in waiting} == {("b2", 1), ("w2", 1)}
    assert {part for part, *_ in parts} == {"w1", "b1", "w2", "b2"}
    assert all(note.startswith("malrule/") for note, *_ in mistakes)
    assert len(totals) == 23
    assert decided == [("s36", "w1", 2.5, "missing", "as in the lecture", "Kim")]


def test_the_page_names_the_tables(report: Path) -> None:
    section = PAGE.partition("## Tables")[2].partition("##")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    with closing(connected(report / NAME, read_only=True)) as book:
        there = {name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    assert told == {name for name in there if not name.startswith("sqlite_")}
