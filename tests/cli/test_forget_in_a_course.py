"""``grader forget`` where a course has settings and requests, and graders decided in the browser."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

from grader.cli import main
from grader.gradebook.decisions import REVIEW, WITHDRAWN, Decided, decide
from grader.gradebook.opening import NAME, connected, held, written
from tests.cli.test_forget_command import ROSTER, holding

Output = pytest.CaptureFixture[str]
COURSE = """\
due: 2026-03-02T23:59+01:00
late: {percent_a_day: 10}
extensions:
  cyd@uni.example: 2026-03-05T23:59+01:00
  bob@uni.example: 2026-03-04T23:59+01:00
handed_in:
  bob: 2026-03-03T23:59+01:00
"""
REQUESTS = """\
student,part,text,when
bob@uni.example,2a,I mean the other sign,2026-03-10
cyd,2b,please look at my unit,2026-03-10
"""
DECISIONS = "student,part,points,comment\nBob Bauer,2a,,the sign is the model's\ncyd,2b,1,\n"
# all that is held of Bob, and of nobody else
OWN = ("bob", "Bob Bauer", "bob@uni.example", "I mean the other sign", "the sign is the model's", "seen with kim")
AT = "2026-04-01T10:00:00Z"


@pytest.fixture
def out(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> Path:
    """The class of three with an extension, a request and its reply, and decisions, of which one was taken back."""
    copyfile(rubric, tmp_path / "rubric.yaml")
    (tmp_path / "course.yaml").write_text(COURSE)
    (tmp_path / "roster.csv").write_text(ROSTER)
    (klass / "bob.md").write_text("## 1a\n\ny - 1*yhat\n\n## 2a\n\n0.7331\n")
    assert graded(klass, tmp_path) == 0
    out = tmp_path / "out"
    (out / "requests.csv").write_text(REQUESTS)
    (out / "decisions.csv").write_text(DECISIONS)
    assert graded(klass, tmp_path) == 0
    with held(out) as book, written(book.connection):
        decided = Decided("bob", "1a", 0.5, "seen with kim", "(lee)", AT, "", REVIEW)
        decide(book.connection, [decided, Decided("bob", "1a", 0.0, "", "lee", AT, "", WITHDRAWN)])
    capsys.readouterr()
    return out


def graded(klass: Path, folder: Path) -> int:
    roster = ["--roster", str(folder / "roster.csv")]
    return main(["grade", str(folder / "rubric.yaml"), str(klass), *roster, "--out", str(folder / "out"), "--quiet"])


def courses(out: Path) -> list[str]:
    with closing(connected(out / NAME, read_only=True)) as book:
        return [text for (text,) in book.execute("SELECT text FROM courses")]


def test_no_byte_of_requests_settings_and_decisions_is_left(out: Path) -> None:
    for text in OWN:
        assert NAME in set(holding(out, text)), "else the test shows nothing"
    assert main(["forget", str(out), "Bob Bauer"]) == 0
    for text in OWN:
        assert list(holding(out, text)) == []
    assert (out / "requests.csv").read_text() == "".join(REQUESTS.splitlines(keepends=True)[::2])
    assert (out / "decisions.csv").read_text() == "student,part,points,comment\ncyd,2b,1,\n"


def test_what_is_kept_of_the_settings_still_grades(out: Path, capsys: Output) -> None:
    assert main(["forget", str(out), "bob"]) == 0
    assert main(["override", str(out), "cyd", "2b", "0.5"]) == 0
    assert "cyd, part 2b" in capsys.readouterr().out
    (text,) = courses(out)
    assert "cyd@uni.example: 2026-03-05" in text


def test_later_runs_bring_nothing_back(out: Path, klass: Path, tmp_path: Path) -> None:
    assert main(["forget", str(out), "bob"]) == 0
    (tmp_path / "course.yaml").write_text(COURSE.replace("10}", "20}").replace("  bob:", "  Bob Bauer:"))
    roster = (
        "student,name,email,notes\nada,Ada,ada@uni.example,\nbob,Bob Bauer,bob@uni.example,regrade 2a: I ask again\n"
    )
    (tmp_path / "roster.csv").write_text(roster + "cyd,Cyd,cyd@uni.example,\n")
    (out / "requests.csv").write_text(REQUESTS)
    (out / "decisions.csv").write_text(DECISIONS)
    assert graded(klass, tmp_path) == 0
    for path in (out / "requests.csv", out / "decisions.csv"):
        path.unlink()  # a person's own, put there again
    for text in (*OWN, "I ask again"):
        assert list(holding(out, text)) == []
    assert len(courses(out)) == 2


def test_all_that_is_held_has_requests_and_replies(out: Path) -> None:
    assert main(["export", str(out), "--to", "student", "--student", "bob@uni.example"]) == 0
    with zipfile.ZipFile(out / "export/student.zip") as archive:
        told = archive.read("requests.csv").decode()
    assert "I mean the other sign" in told and "the sign is the model's" in told
