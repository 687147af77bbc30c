"""Decisions handed in as a file: what is taken up, what is said, and that handing in again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch.decisions_file import COLUMNS, handed_in
from grader.gradebook.decisions import standing
from grader.gradebook.fingerprints import decided_on
from grader.results import RubricShown
from grader.rubric.shown import Asked
from grader.submission.submissions import Answer, Handed, Submission
from tests.cases import each

ANSWER = Answer("1a", "A")
IDS = Handed("canvas", (("SIS Login ID", "ana"), ("ID", "9001"), ("Email", "ana@x.y")))
CLASS = (
    Submission("ana", "Ana Lopez", answers=(ANSWER, Answer("1b", "B")), handed=IDS),
    Submission("bö", answers=(ANSWER,)),
    Submission("li1", "Li Wu", handed=Handed("canvas", (("ID", "7"),))),
    Submission("li2", "Li Wu", handed=Handed("canvas", (("ID", "8"), ("Email", "7")))),
)
SHOWN = RubricShown(
    "", "", "", 5.0, tuple(Asked(part, "1", "", "", "", "", worth) for part, worth in (("1a", 2.0), ("1b", 3.0)))
)
HEAD = ",".join(COLUMNS)


def told(one: object) -> str:
    on = {decided_on(ANSWER): "A", "": "-"}[one.answer]  # type: ignore[attr-defined]
    return f"{one.student} {one.part} {one.points:g} {one.comment}/{one.by}/{one.at} {on}"  # type: ignore[attr-defined]


@each(Path(__file__).parent / "decisions.txt")
def test_rows(rows: str, taken: str, said: str, why: str) -> None:
    data = f"{HEAD}\n{rows}\n".encode()
    found, problems = handed_in(data, "decisions.csv", CLASS, SHOWN, (), "now")
    assert "\n".join(map(told, found)) == taken.replace("-", "", 1 if taken == "-" else 0), why
    assert "\n".join(problem.message for problem in problems) == ("" if said == "-" else said), why
    assert all(problem.file == "decisions.csv" and problem.line > 1 for problem in problems)
    again, _ = handed_in(data, "decisions.csv", CLASS, SHOWN, found, "later")
    assert again == (), "the same file again"


def test_the_newest_holds() -> None:
    text = f"{HEAD}\nana,1a,1,,Kim,2026-03-02\nana,1a,2,,Lee,2026-03-01\nbö,1a,0.5\n"
    found, _ = handed_in(text.encode(), "d.csv", CLASS, SHOWN, (), "2026-03-03")
    holds = standing(found)
    assert {(student, part): one.points for student, parts in holds.items() for part, one in parts.items()} == {
        ("ana", "1a"): 1.0,
        ("bö", "1a"): 0.5,
    }


FILES = [
    # the file, how many decisions it gives, the problem, why
    (b"student,part\nana,1a\n", 0, "not read: there is no column points", "a column is missing"),
    (b"", 0, "not read: there is no column student, part, points", "an empty file"),
    (b"\xef\xbb\xbfStudent;Part;Points\r\nana;1a;1\r\n", 1, "", "a spreadsheet's own: mark, semicolons, capitals"),
    ("student\tpart\tpoints\nb\u00f6\t1a\t1\n".encode("utf-16"), 1, "", "UTF-16 and tabs"),
    (b"\x00\x01\x02\x03" * 100, 0, "not read: this file does not hold text", "no text"),
    (b'student,part,points\nana,1a,1\nana,1b,"' + b"x" * 200_000 + b'"\n', 1, "not read from here on", "a huge cell"),
]


@pytest.mark.parametrize(("data", "count", "said", "why"), FILES, ids=[row[-1] for row in FILES])
def test_files(data: bytes, count: int, said: str, why: str) -> None:
    found, problems = handed_in(data, "d.csv", CLASS, SHOWN, (), "now")
    assert len(found) == count, why
    assert [problem.message[: len(said)] for problem in problems] == ([said] if said else []), why
