"""Regrade requests: from a file or the class list into the gradebook, answered by points or by a comment."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from grader.batch.requests_file import COLUMNS, RequestsRead, asked_again, asked_in_remarks
from grader.cli import main
from grader.exchange.rosters import read_people
from grader.gradebook.decisions import Decided
from grader.gradebook.requests import as_they_stand
from grader.results import Request, RubricShown
from grader.rubric.shown import Asked
from grader.submission.submissions import Handed, Submission
from tests.cases import each
from tests.one_unit import RUBRIC

NOW = "2026-03-09T00:00:00Z"
CLASS = (Submission("ana", handed=Handed("canvas", (("Email", "ana@x.y"),))), Submission("bö"))
PARTS = (Asked("1a", "1", "", "", "", "", 2.0), Asked("1b", "1", "", "", "", "", 3.0, label="1 (b)"))
SHOWN = RubricShown("", "", "", 5.0, PARTS)
HEAD = "student,part,text,when,reply,by"


def read(rows: str, known: tuple[Request, ...] = ()) -> RequestsRead:
    return asked_again(f"{HEAD}\n{rows}\n".encode(), "requests.csv", CLASS, SHOWN, known, NOW)


def told(one: Request) -> str:
    return f"{one.student} {one.part}: {one.text} {one.at}" + "".join(f" -> {text}/{by}" for text, by, _ in one.replies)


@each(Path(__file__).parent / "requests.txt")
def test_rows(rows: str, kept: str, said: str, why: str) -> None:
    assert tuple(HEAD.split(",")) == COLUMNS
    found = read(rows)
    assert ("\n".join(map(told, found.new)) or "-") == kept, why
    assert ("\n".join(problem.message for problem in found.problems) or "-") == said, why
    assert all(problem.file == "requests.csv" and problem.line > 1 for problem in found.problems)
    again = read(rows, found.new)
    assert (again.new, again.answered) == ((), ()), "the same file again"


def test_a_reply_that_is_filled_in_later_answers_the_request() -> None:
    (asked,) = read("ana,1a,too few,2026-03-01T10:00Z,,").new
    found = read("ana,1a,too few,2026-03-01T10:00Z,see sheet 3,Kim", (asked,))
    assert found.new == ()
    assert [told(one) for one in found.answered] == ["ana 1a: too few 2026-03-01T10:00:00Z -> see sheet 3/Kim"]


STANDS = [
    # when the part was decided on, whether the request of 2026-03-01T10:00:00Z is still open, why
    (None, True, "nobody has looked"),
    ("2026-03-01T09:59:59Z", True, "decided on before"),
    ("2026-03-01T10:00:00Z", False, "at the same second"),
    ("2026-03-02", False, "on a later day"),
    ("2026-03-01", True, "on that day, at a time that is not known"),
]


@pytest.mark.parametrize(("at", "is_open", "why"), STANDS, ids=[row[-1] for row in STANDS])
def test_a_request_is_open_until_its_part_is_decided_on(at: str | None, is_open: bool, why: str) -> None:
    asked = Request("ana", "1a", "too few", "2026-03-01T10:00:00Z")
    others = [Decided("ana", "1b", 1, "", "", "2027", ""), Decided("bö", "1a", 1, "", "", "2027", "")]
    decided = [*others, *([Decided("ana", "1a", 1, "", "", at, "")] if at else [])]
    assert as_they_stand([asked], decided)["ana"][0].is_open is is_open, why


def test_a_request_in_the_notes_of_a_gradebook() -> None:
    head = "Student,ID,SIS Login ID,Section,Notes,Homework (1)\n"
    rows = '"Lopez, Ana",9,ana,A,"Regrade 1 (b): the sign",\n"Ray, Bö",8,bö,A,nice fellow,\n'
    people = read_people(f"{head}{rows}".encode())
    assert people is not None
    found = asked_in_remarks(people.persons, SHOWN, (), NOW)
    assert [told(one) for one in found.new] == [f"ana 1b: the sign {NOW}"], "other remarks are the teachers' own"
    assert asked_in_remarks(people.persons, SHOWN, found.new, "later").new == ()


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "rubric.yaml").write_text(RUBRIC)
    (tmp_path / "class.csv").write_text("student,a,b,c\nann,yhat - y,1,1\nbob,y - yhat,2,2\ncyd,1,2,3\n")
    out = tmp_path / "report"
    out.mkdir()
    rows = [("student", "part", "text", "when"), ("ann", "b", "<b>look</b>", "2026-03-01T10:00Z")]
    rows += [("bob", "a", "the sign", "2026-03-01T10:00Z"), ("cyd", "", "unfair", "2026-03-01T10:00Z")]
    with (out / "requests.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return out


def grade(out: Path, *more: str) -> int:
    folder = out.parent
    return main(
        ["grade", str(folder / "rubric.yaml"), str(folder / "class.csv"), "--out", str(out), "--jobs", "1", *more]
    )


def waiting(out: Path) -> list[dict[str, str]]:
    with (out / "to_decide.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["request"]]


def test_requests_are_listed_and_answered(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(out, "--strict") == 1
    said = capsys.readouterr().out
    assert "3 regrade requests open:\n  ann: b\n  bob: a\n  cyd: the work as a whole\n" in said
    assert [(row["student"], row["part"], row["request"]) for row in waiting(out)] == [
        ("cyd", "", "unfair"),
        ("ann", "b", "<b>look</b>"),
        ("bob", "a", "the sign"),
    ]
    assert "&lt;b&gt;look&lt;/b&gt;" in (out / "review.html").read_text()
    assert "A person will." in (out / "feedback/ann.html").read_text()

    assert main(["override", str(out), "bob", "a", "1", "--comment", "as in the lecture", "--by", "Kim"]) == 0
    assert "A person has: see there." in (out / "feedback/bob.html").read_text()
    rows = [
        {**row, "comment": f"no: {row['student']}", "by": "Lee"} for row in waiting(out)
    ]  # no points: they stay as they are
    with (out / "decisions.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    before = scores(out)
    capsys.readouterr()
    assert grade(out) == 0
    assert "regrade request" not in capsys.readouterr().out
    assert scores(out) == before
    assert "no: ann (Lee)" in (out / "feedback/ann.html").read_text()
    assert "no: cyd (Lee)" in (out / "feedback/cyd.html").read_text()
    assert waiting(out) == []


def test_an_old_reply_is_no_answer_to_a_new_request(out: Path) -> None:
    (out / "decisions.csv").write_text("student,part,points,comment,by\nann,b,,see sheet 3,Kim\n")
    assert grade(out, "--quiet") == 0
    assert {row["student"] for row in waiting(out)} == {"bob", "cyd"}
    with (out / "requests.csv").open("a") as file:
        file.write("ann,b,and now?,2026-03-02T10:00Z\n")
    assert grade(out, "--quiet") == 0
    assert {(row["student"], row["request"]) for row in waiting(out)} >= {("ann", "and now?")}


def test_of_two_replies_the_newest_holds(out: Path) -> None:
    asked = (out / "requests.csv").read_text()
    assert grade(out, "--quiet") == 0
    with_reply = asked.replace("text,when", "text,when,reply").replace("10:00Z", "10:00Z,no", 1)
    (out / "requests.csv").write_text(with_reply)
    assert grade(out, "--quiet") == 0
    assert "again.</strong> no</p>" in (out / "feedback/ann.html").read_text()
    (out / "decisions.csv").write_text("student,part,points,comment,by\nann,b,,yes after all,Kim\n")
    for _ in range(3):
        assert grade(out, "--quiet") == 0
        assert "yes after all (Kim)" in (out / "feedback/ann.html").read_text(), "the file still has the older one"


def scores(out: Path) -> Any:
    there = json.loads((out / "results.json").read_text())["students"]
    return [(one["student"], [part["score"] for part in one["parts"]]) for one in there]
